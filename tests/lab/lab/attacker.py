#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker on the wire: a proxy to which the wire's NAT rules bend the UDP queries.

It runs in the wire's namespace as a process of its own. The attack is whatever the mode file says
at the moment, so it changes while the proxy runs; "pass" hands on the genuine octets. The journal has
a line when a query came, "came ID", and one when all that is made of it has been sent, "sent ID COUNT".

    attacker.py MODE_FILE TWIN_ZONE_FILE JOURNAL
"""

import contextlib
import os
import random
import selectors
import socket
import sys
import threading
import traceback

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.zone

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import ask, attacks, topology  # noqa: E402

PORT = 5353
PASS = "pass"
UPSTREAM_S = 60     # a busy upstream is slow, and there are queries that it never answers
AGAIN_S = 3         # of a burst it may lose some: each is asked again until then
SO_RCVBUFFORCE, RECEIVED_OCTETS = 33, 16 << 20


def _exchange(wire):
    """Asks the genuine upstream. Always over IPv4: what it says does not depend on the way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(AGAIN_S)
        sock.connect((topology.UPSTREAM[4], 53))
        for _ in range(UPSTREAM_S // AGAIN_S):
            sock.send(wire)
            with contextlib.suppress(TimeoutError):
                return sock.recv(65535)
    raise TimeoutError


def _ask_upstream(name, rdtype):
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232, want_dnssec=True)
    query.id = random.randrange(65536)
    return dns.message.from_wire(_exchange(query.to_wire()))


def _respond(query_wire, mode, twin):
    """Returns the octets of each datagram that the client is sent."""
    genuine = _exchange(query_wire)
    if mode == PASS:
        return [genuine]
    # With the client's key, so that a query that was touched on its way is noticed.
    query = dns.message.from_wire(query_wire, keyring=ask.TSIG_KEYRING)
    scene = attacks.Scene(query, _ask_upstream, twin)
    return [sent if isinstance(sent, bytes) else sent.to_wire(max_size=65535)
            for sent in attacks.apply(mode, dns.message.from_wire(genuine), scene)]


def _note(journal, word, query_wire, *more):
    """In one write, so that no reader sees half a line."""
    os.write(journal, " ".join((word, query_wire[:2].hex(), *more)).encode() + b"\n")


def _serve(sock, query_wire, client, mode, twin, journal):
    count = 0
    try:
        for response in _respond(query_wire, mode, twin):
            sock.sendto(response, client)
            count += 1
    except TimeoutError:
        # The upstream has nothing to say to such a query, and so has the attacker.
        pass
    except Exception:
        # An attacker with a bug must be seen: its silence would look like a blocked attack.
        traceback.print_exc()
    _note(journal, "sent", query_wire, str(count))


def main(mode_file, twin_file, journal_file):
    journal = os.open(journal_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    twin = dns.zone.from_file(twin_file, "p256.test.", relativize=False)
    selector = selectors.DefaultSelector()
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        sock = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # While it is made to wait, nothing of what is asked is lost.
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVED_OCTETS)
        sock.bind((anywhere, PORT))
        selector.register(sock, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            query_wire, client = key.fileobj.recvfrom(65535)
            with open(mode_file) as file:
                mode = file.read().strip()
            _note(journal, "came", query_wire)
            threading.Thread(target=_serve, daemon=True, args=(
                key.fileobj, query_wire, client, mode, twin, journal)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
