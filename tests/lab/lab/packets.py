# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets made by hand that no honest stack sends: spoofed senders, unusual fragments."""

import ipaddress
import random
import socket
import struct

ETHERTYPE = {4: 0x0800, 6: 0x86DD}
UDP, FRAGMENT_HEADER, DESTINATION_OPTIONS = 17, 44, 60


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp(source, destination, source_port, destination_port, payload):
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    length = 8 + len(payload)
    pseudo = addresses + struct.pack("!IHH", length, 0, UDP)
    header = struct.pack("!HHHH", source_port, destination_port, length, 0)
    value = checksum(pseudo + header + payload) or 0xFFFF
    return header[:6] + struct.pack("!H", value) + payload


def _ipv4(source, destination, payload, offset=0, more=False, identity=0, options=b""):
    words = 5 + len(options) // 4
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, words * 4 + len(payload), identity,
                         (0x2000 if more else 0) | offset // 8, 64, UDP, 0,
                         ipaddress.ip_address(source).packed,
                         ipaddress.ip_address(destination).packed) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def _ipv6(source, destination, payload, next_header=UDP):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), next_header, 64,
                       ipaddress.ip_address(source).packed,
                       ipaddress.ip_address(destination).packed) + payload


def whole(family, source, destination, datagram):
    make = _ipv4 if family == 4 else _ipv6
    return [make(source, destination, datagram)]


def with_options(family, source, destination, datagram):
    """The UDP header is not where a careless parser looks for it."""
    if family == 4:
        return [_ipv4(source, destination, datagram, options=b"\x01" * 8)]
    padding = struct.pack("!BBBB4s", UDP, 0, 1, 4, b"\0" * 4)
    return [_ipv6(source, destination, padding + datagram, DESTINATION_OPTIONS)]


def fragments(family, source, destination, datagram, sizes):
    """Cuts the datagram after the given numbers of octets (multiples of eight)."""
    identity = random.randrange(1, 65536)
    packets, offset = [], 0
    for size in [*sizes, len(datagram)]:
        part = datagram[offset:offset + size]
        more = offset + len(part) < len(datagram)
        if family == 4:
            packets.append(_ipv4(source, destination, part, offset, more, identity))
        else:
            header = struct.pack("!BBHI", UDP, 0, offset | more, identity)
            packets.append(_ipv6(source, destination, header + part, FRAGMENT_HEADER))
        offset += len(part)
        if not more:
            break
    return packets


def late_header(source, destination, datagram):
    """IPv6 only: the first fragment ends before the UDP header, so it contains no port."""
    options = struct.pack("!BBBB4s", UDP, 0, 1, 4, b"\0" * 4)
    parts = ((0 | 1, options), (len(options), datagram))
    return [_ipv6(source, destination,
                  struct.pack("!BBHI", DESTINATION_OPTIONS, 0, offset, 0x5ea1) + part,
                  FRAGMENT_HEADER) for offset, part in parts]


def is_fragment(family, packet):
    if family == 4:
        return packet[0] >> 4 == 4 and bool(int.from_bytes(packet[6:8], "big") & 0x3FFF)
    return packet[0] >> 4 == 6 and packet[6] == FRAGMENT_HEADER


class Sniffer:
    """Sees the packets that arrive on a link, before the machine handles them."""

    ALL = 0x0003

    def __init__(self, namespace, neighbour):
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self.ALL))
        self._socket.bind((neighbour, self.ALL))
        self._socket.setblocking(False)

    def packets(self):
        """Returns the packets that have arrived since the last call."""
        arrived = []
        try:
            while True:
                packet, address = self._socket.recvfrom(65535)
                if address[2] != socket.PACKET_OUTGOING:
                    arrived.append(packet)
        except BlockingIOError:
            return arrived

    def close(self):
        self._socket.close()


class Injector:
    """Puts packets on a link of the wire, below the wire's own stack and its rules. They are for the
    machine at the other end, or for `namespace` behind a bridge there, which has the device `device`."""

    def __init__(self, lab, neighbour, namespace=None, device="wire"):
        # A device has the name of the machine at its other end (topology.py).
        self._device = neighbour
        text = (namespace or lab.namespaces[neighbour]).run(
            "cat", f"/sys/class/net/{device}/address")
        self._mac = bytes.fromhex(text.strip().replace(":", ""))
        self._socket = lab.wire.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)

    def send(self, family, packets):
        for packet in packets:
            self._socket.sendto(packet, (self._device, ETHERTYPE[family], 0, 0, self._mac))

    def close(self):
        self._socket.close()
