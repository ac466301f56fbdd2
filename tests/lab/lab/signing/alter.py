#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker beyond the signer: a proxy on the wire that changes one octet of a signed response.

    alter.py MODE_FILE

The file names the octet: "TYPE" is the last octet of the first record of that type, "TYPE+NUMBER" the one at
that offset of its RDATA; "RRSIG/TYPE" is the signature of such a record. "pass" changes nothing. The program
prints "altered" for each message that it has changed.
"""

import selectors
import socket
import struct
import sys
import threading
import traceback

import dns.rdatatype

PORT = 5355
PASS = "pass"
SOL_IP, IP_TRANSPARENT, IP_RECVORIGDSTADDR = socket.SOL_IP, 19, 20
SOL_IPV6, IPV6_TRANSPARENT, IPV6_RECVORIGDSTADDR = 41, 75, 74


def _skip_name(wire, at):
    while wire[at]:
        if wire[at] >= 0xC0:
            return at + 2
        at += wire[at] + 1
    return at + 1


def records_of(wire):
    """Yields for each record its section (1 is the answer), its type, and where its RDATA begins and ends."""
    questions, *counts = struct.unpack("!4H", wire[4:12])
    at = 12
    for _ in range(questions):
        at = _skip_name(wire, at) + 4
    for section, count in enumerate(counts, 1):
        for _ in range(count):
            at = _skip_name(wire, at)
            found, _class, _ttl, length = struct.unpack("!HHIH", wire[at:at + 10])
            yield section, found, at + 10, at + 10 + length
            at += 10 + length


def alter(wire, mode):
    """Returns the message with one octet changed, if it has such a record."""
    octets = bytearray(wire)
    which, _, place = mode.partition("+")
    rdtype, *covered = (dns.rdatatype.from_text(each) for each in which.split("/"))
    for _section, found, begin, end in records_of(wire):
        if found != rdtype or covered and struct.unpack("!H", wire[begin:begin + 2])[0] != covered[0]:
            continue
        octets[begin + int(place) if place else end - 1] ^= 1
        break
    return bytes(octets)


def _original(ancillary):
    for _level, _kind, data in ancillary:
        family = struct.unpack("=H", data[:2])[0]
        port = struct.unpack("!H", data[2:4])[0]
        octets = data[4:8] if family == socket.AF_INET else data[8:24]
        return socket.inet_ntop(family, octets), port
    return None


def _transparent(family, kind_options=()):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        sock.setsockopt(SOL_IP, IP_TRANSPARENT, 1)
    else:
        sock.setsockopt(SOL_IPV6, IPV6_TRANSPARENT, 1)
    for level, option in kind_options:
        sock.setsockopt(level, option, 1)
    return sock


def _serve(family, wire, client, server, mode):
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asker:
            asker.settimeout(60)     # a busy server is slow
            asker.connect(server)
            asker.send(wire)
            response = asker.recv(65535)
        if mode != PASS:
            genuine, response = response, alter(response, mode)
            if response != genuine:
                print("altered", flush=True)
        with _transparent(family) as answerer:
            answerer.bind(server)
            answerer.sendto(response, client)
    except TimeoutError:
        pass
    except Exception:
        traceback.print_exc()


def main(mode_file):
    selector = selectors.DefaultSelector()
    for family, anywhere, option in (
            (socket.AF_INET, "0.0.0.0", (SOL_IP, IP_RECVORIGDSTADDR)),
            (socket.AF_INET6, "::", (SOL_IPV6, IPV6_RECVORIGDSTADDR))):
        options = [option]
        if family == socket.AF_INET6:
            options.append((socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
        sock = _transparent(family, options)
        sock.bind((anywhere, PORT))
        selector.register(sock, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            wire, ancillary, _flags, client = key.fileobj.recvmsg(65535, 200)
            with open(mode_file) as file:
                mode = file.read().strip()
            threading.Thread(target=_serve, daemon=True, args=(
                key.fileobj.family, wire, client[:2], _original(ancillary), mode)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
