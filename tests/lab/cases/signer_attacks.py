# SPDX-License-Identifier: GPL-2.0-or-later
"""What the signer must not sign, what nobody may change behind it, and how much it does for whom."""

import contextlib
import random
import socket
import struct
import sys
import time

import dns.flags
import dns.message
import dns.rrset

from lab import ask, packets, streams
from lab.resources import LabError
from lab.signing import alter, legacy, plan

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


# Behind the signer.

@contextlib.contextmanager
def altering(world, mode):
    """A proxy on the wire changes the last octet of a record of this type, while the block lasts."""
    wire, path = world.signing.wire, world.signing.resources.path("alter-mode")
    with open(path, "w") as file:
        file.write(mode)
    process = wire.start("alter", sys.executable, "-B", alter.__file__, path)
    if not process.wait_for_log("ready", 20):
        raise LabError(f"the attacker does not start:\n{process.log_text()}")
    commands = [(tables, family) for tables, family in (("iptables", "-4"), ("ip6tables", "-6"))]
    for tables, family in commands:
        wire.run("ip", family, "route", "add", "local", "default", "dev", "lo", "table", "77")
        wire.run("ip", family, "rule", "add", "fwmark", "77", "lookup", "77")
        wire.run(tables, "-t", "mangle", "-A", "PREROUTING", "-p", "udp", "--dport", "53",
                 "-j", "TPROXY", "--on-port", str(alter.PORT), "--tproxy-mark", "77")
        wire.run(tables, "-A", "FORWARD", "-p", "tcp", "--dport", "53", "-j", "DROP")
    try:
        yield
    finally:
        for tables, family in commands:
            wire.run(tables, "-t", "mangle", "-F", "PREROUTING")
            wire.run(tables, "-F", "FORWARD")
            wire.run("ip", family, "rule", "del", "fwmark", "77", "lookup", "77")
            wire.run("ip", family, "route", "flush", "table", "77")
        process.stop()


def _altered(mode, name, rdtype):
    def run(world):
        for validator in world.signing.validators:      # keys and cuts are learned before
            answer = world.signing.ask_validator(validator, f"{fresh('w')}.wild.{ZONE.origin}", "A")
            expect(answer is not None and answer.has_ad, f"{validator.name}: {described(answer)}")
        with altering(world, mode):
            for validator in world.signing.validators:
                full = f"{fresh('x')}{name}.{ZONE.origin}"
                answer = world.signing.ask_validator(validator, full, rdtype, timeout_s=40)
                expect(answer is not None and answer.rcode == "SERVFAIL",
                       f"{validator.name}: {full} {rdtype}: {described(answer)}")
    return Case(f"behind the signer: one octet of {mode} altered, and all validators say Bogus", run)


# Before it.

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
        _altered("A", ".wild", "A"),
        _altered("TXT", ".wild", "TXT"),
        _altered("RRSIG", ".wild", "A"),
        _altered("NSEC", ".nowhere", "A"),
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
