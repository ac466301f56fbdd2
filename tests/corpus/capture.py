# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes captures of raw IP packets, without a link layer."""

import struct

LINKTYPE_RAW = 101
CLIENT, SERVER = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 53))
PORTS = range(1024, 65000)


def _sum16(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _datagram(source, destination, source_port, destination_port, payload):
    length = 8 + len(payload)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0,
                         source, destination)
    header = header[:10] + struct.pack("!H", 0xFFFF ^ _sum16(header)) + header[12:]
    # A UDP checksum of zero means that there is none (RFC 768).
    return header + struct.pack("!HHHH", source_port, destination_port, length, 0) + payload


class Capture:
    """Exchanges, one after the other. Each has a port of its own, so no response can be taken for
    another's."""

    def __init__(self, path, time_s):
        self._time_s = time_s
        self._file = open(path, "wb")
        self._file.write(struct.pack("!IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, LINKTYPE_RAW))
        self._packets = 0

    def _write(self, packet):
        self._packets += 1
        self._file.write(struct.pack("!IIII", self._time_s, 0, len(packet), len(packet)) + packet)

    def exchange(self, query, response):
        """Writes query and response, both with a new id. Returns the packet number of the response."""
        number = self._packets // 2
        port = PORTS[number % len(PORTS)]
        ident = struct.pack("!H", number * 257 % 65536)
        self._write(_datagram(CLIENT, SERVER, port, 53, ident + query[2:]))
        self._write(_datagram(SERVER, CLIENT, 53, port, ident + response[2:]))
        return self._packets

    def close(self):
        self._file.close()
