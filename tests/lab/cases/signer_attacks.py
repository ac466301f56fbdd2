# SPDX-License-Identifier: GPL-2.0-or-later
"""What the signer must not sign, and how much it does for whom."""

import random
import socket
import struct
import time

import dns.flags
import dns.message
import dns.rrset

from lab import ask, packets, streams
from lab.signing import legacy, plan

from .case import Case, Group, described, expect
from .signer import standing

ZONE = legacy.BY_ORIGIN["plain.lab."]
FORGED = "203.0.113.66"
FORGERIES = 10
_serial = random.randrange(1 << 24)


def fresh(prefix):
    """A name that no cache knows, and the wildcard has."""
    global _serial
    _serial += 1
    return f"{prefix}{_serial}"


# Before the signer.

def _forgery(query, address=FORGED):
    response = dns.message.make_response(query)
    response.use_edns(-1)
    response.flags |= dns.flags.AA
    response.answer = [dns.rrset.from_text(query.question[0].name, 300, "IN", "A", address)]
    return response


def _query():
    query = ask.make(f"{fresh('s')}.wild.{ZONE.origin}", "A", do=True)
    return query


def _inject(world, namespace, device, neighbour_namespace, neighbour_device, payload, port, family=4):
    """Puts a response that pretends to be the server's on a link, bound for the client."""
    sock = namespace.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    mac = neighbour_namespace.run("cat", f"/sys/class/net/{neighbour_device}/address").strip()
    datagram = packets.udp(ZONE.addresses[family], plan.CLIENT[family], 53, port, payload)
    for packet in packets.whole(family, ZONE.addresses[family], plan.CLIENT[family], datagram):
        sock.sendto(packet, (device, packets.ETHERTYPE[family], 0, 0,
                             bytes.fromhex(mac.replace(":", ""))))
    sock.close()


def _is_forged(answer):
    return answer is not None and FORGED in answer.data("A")


def _spoofed(world, change):
    """Asks, and while the server is silent sends the forgery from the server's side."""
    query = _query()
    legacy_process = world.signing.legacy
    legacy_process.run("iptables", "-A", "OUTPUT", "-p", "udp", "--sport", "53", "-j", "DROP")
    try:
        with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
            sock.bind((plan.CLIENT[4], 0))
            sock.connect((ZONE.addresses[4], 53))
            sock.send(query.to_wire())
            # Again and again: on a busy machine the query may not be there yet.
            for _ in range(FORGERIES):
                change(world, query, sock.getsockname()[1])
                if answer := ask.receive(sock, query.to_wire(), 0.4):
                    return answer
            return None
    finally:
        legacy_process.run("iptables", "-F", "OUTPUT")


def _from_server_side(wire_of, port_of=lambda port: port):
    def change(world, query, port):
        _inject(world, world.signing.legacy, "gate", world.signing.gate, "legacy",
                wire_of(query), port_of(port))
    return change


def _wrong_id(query):
    wire = _forgery(query).to_wire()
    return struct.pack("!H", query.id ^ 1) + wire[2:]


def _wrong_question(query):
    other = ask.make(f"other.wild.{ZONE.origin}", "A")
    other.id = query.id
    return _forgery(other).to_wire()


def _strays_are_dropped(world):
    for what, change in (
            ("another id", _from_server_side(_wrong_id)),
            ("another question", _from_server_side(_wrong_question)),
            ("another port", _from_server_side(lambda query: _forgery(query).to_wire(),
                                               lambda port: port ^ 1))):
        answer = _spoofed(world, change)
        expect(answer is None, f"{what}: {described(answer)}")


def _client_cannot_answer_itself(world):
    """From the client's side, with the server's address, and everything else right."""
    def change(world, query, port):
        _inject(world, world.signing.wire, "gate", world.signing.gate, "wire",
                _forgery(query).to_wire(), port)
    answer = _spoofed(world, change)
    expect(answer is None, f"signed or passed: {described(answer)}")


def _injection_works(world):
    """What the cases above rest on: the same forgery, with everything right and from the server's
    side, is taken for the server's, because nobody could tell."""
    answer = _spoofed(world, _from_server_side(lambda query: _forgery(query).to_wire()))
    expect(_is_forged(answer), f"seen: {described(answer)}")


# Transfers.

def _transfers(world):
    zone = legacy.BY_ORIGIN["nsd.lab."]
    query = ask.make(zone.origin, "AXFR", rd=False)
    seen = []
    for namespace in (world.signing.validators_namespace, world.signing.wire):
        with streams.connect(namespace, zone.addresses[4]) as stream:
            stream.send(query.to_wire())
            wire = stream.receive(10)
            answer = ask.Answer(wire) if wire else None
            seen.append((answer.rcode, len(answer.records("answer")) > 20) if answer else None)
    expect(seen == [("NOERROR", True), ("REFUSED", False)], f"secondary, stranger: {seen}")


# Limits.

def _limited_come_by_tcp(world):
    cut = 0
    for _ in range(80):
        answer = world.signing.ask_server(ZONE, f"{fresh('l')}.wild.{ZONE.origin}", "A", do=True)
        expect(answer is not None, "no answer")
        cut += answer.is_truncated
    expect(cut > 0, "80 new signatures over UDP, and none was refused")
    deadline = time.monotonic() + 20
    answer = None
    while time.monotonic() < deadline and not (answer and answer.data("RRSIG")):
        answer = world.signing.ask_server_over_tcp(
            ZONE, f"{fresh('l')}.wild.{ZONE.origin}", "A", do=True)
    expect(answer is not None and answer.data("RRSIG"), f"over TCP: {described(answer)}")


GROUPS = (
    Group("signer attacked", standing("gateway", sign=(
        f'  secondaries = [ "{plan.CLIENT[4]}" ];\n')), (
        Case("before the signer: a forgery that is right in everything is believed",
             _injection_works),
        Case("before the signer: what has another id, question or port is dropped, not signed",
             _strays_are_dropped),
        Case("before the signer: a client that answers itself in the server's name gets nothing",
             _client_cannot_answer_itself),
        Case("transfers pass to a secondary, and are refused to others", _transfers))),
    Group("signer limited", standing("gateway", validators=False,
                                     sign="  signatures_per_network = 1;\n"), (
        Case("limits: too many new signatures get TC, and TCP succeeds", _limited_come_by_tcp),)),
)
