#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker on the wire: a proxy to which the wire's NAT rules redirect UDP queries.

It runs in the wire's namespace as a process of its own. The mode file names the current attack, so the
attack can change while the proxy runs; "pass" passes on the genuine octets. The journal gets a line when a
query comes, "came ID NUMBER", and another when everything that the attacker makes of it is sent,
"sent ID NUMBER COUNT". Each query has a number of its own: two queries may have the same id.

    attacker.py MODE_FILE TWIN_ZONE_FILE JOURNAL
"""

import contextlib
import itertools
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
from lab.surroundings import patient  # noqa: E402

PORT = 5353
PASS = "pass"
UPSTREAM_S = patient(60)    # a busy upstream is slow, and some queries it never answers
AGAIN_S = 3         # it may lose some of a burst: each query is repeated until then
SO_RCVBUFFORCE, RECEIVED_OCTETS = 33, 16 << 20


def _exchange(wire):
    """Asks the genuine upstream. Always over IPv4: its answer does not depend on the family."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(AGAIN_S)
        sock.connect((topology.UPSTREAM[4], 53))
        for _ in range(int(UPSTREAM_S // AGAIN_S)):
            sock.send(wire)
            with contextlib.suppress(TimeoutError):
                return sock.recv(65535)
    raise TimeoutError


def _ask_upstream(name, rdtype):
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232, want_dnssec=True)
    query.id = random.randrange(65536)
    return dns.message.from_wire(_exchange(query.to_wire()))


def _respond(query_wire, mode, twin):
    """Returns the octets of each datagram for the client."""
    genuine = _exchange(query_wire)
    if mode == PASS:
        return [genuine]
    # With the client's key, so that a query that was altered on its way is noticed.
    query = dns.message.from_wire(query_wire, keyring=ask.TSIG_KEYRING)
    scene = attacks.Scene(query, _ask_upstream, twin)
    return [sent if isinstance(sent, bytes) else sent.to_wire(max_size=65535)
            for sent in attacks.apply(mode, dns.message.from_wire(genuine), scene)]


def _note(journal, word, query_wire, *numbers):
    """In one write, so that no reader sees half a line."""
    os.write(journal, " ".join((word, query_wire[:2].hex(), *map(str, numbers))).encode() + b"\n")


def _serve(sock, query_wire, client, mode, twin, journal, number):
    count = 0
    try:
        for response in _respond(query_wire, mode, twin):
            sock.sendto(response, client)
            count += 1
    except TimeoutError:
        # The upstream does not answer such a query, so the attacker does not either.
        pass
    except Exception:
        # A bug of the attacker must be visible: its silence would look like a blocked attack.
        traceback.print_exc()
    _note(journal, "sent", query_wire, number, count)


def main(mode_file, twin_file, journal_file):
    journal = os.open(journal_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    twin = dns.zone.from_file(twin_file, "p256.test.", relativize=False)
    selector = selectors.DefaultSelector()
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        sock = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # While the attacker is stopped, no query is lost.
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVED_OCTETS)
        sock.bind((anywhere, PORT))
        selector.register(sock, selectors.EVENT_READ)
    print("ready", flush=True)
    numbers = itertools.count(1)
    while True:
        for key, _events in selector.select():
            query_wire, client = key.fileobj.recvfrom(65535)
            with open(mode_file) as file:
                mode = file.read().strip()
            number = next(numbers)
            _note(journal, "came", query_wire, number)
            threading.Thread(target=_serve, daemon=True, args=(
                key.fileobj, query_wire, client, mode, twin, journal, number)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
