# SPDX-License-Identifier: GPL-2.0-or-later
"""What the signer must not sign, and how much it does for whom."""

import random
import socket
import struct

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from lab import ask, packets
from lab.signing import legacy, plan

from .case import Case, Group, described, expect, wait_until
from .signer import standing

ZONE = legacy.BY_ORIGIN["plain.lab."]
FORGED, GENUINE = "203.0.113.66", "192.0.2.40"
QUERIES = 80        # at once; their signatures are for one network, which has one in a second
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


def _spoofed(world, *changes):
    """Asks, and while the server is silent sends forgeries in its name; returns the first answer."""
    query = _query()
    legacy_process = world.signing.legacy
    legacy_process.run("iptables", "-A", "OUTPUT", "-p", "udp", "--sport", "53", "-j", "DROP")
    try:
        with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
            sock.bind((plan.CLIENT[4], 0))
            sock.connect((ZONE.addresses[4], 53))
            known = world.gate.counter("sign_queries_asked")
            sock.send(query.to_wire())
            wait_until(lambda: world.gate.counter("sign_queries_asked") > known,
                       "the query is not known")
            for change in changes:
                change(world, query, sock.getsockname()[1])
                wait_until(lambda: world.gate.waiting() == 0, "it has no verdict")
            return ask.receive(sock, query.to_wire())
    finally:
        legacy_process.run("iptables", "-F", "OUTPUT")


def _from_server_side(wire_of, port_of=lambda port: port):
    def change(world, query, port):
        _inject(world, world.signing.legacy, "gate", world.signing.gate, "legacy",
                wire_of(query), port_of(port))
    return change


def _expect_dropped(world, what, change):
    """What is right in everything comes after it, and is the first to be taken."""
    right = _from_server_side(lambda query: _forgery(query, GENUINE).to_wire())
    answer = _spoofed(world, change, right)
    expect(answer is not None and answer.data("A") == [GENUINE] and answer.data("RRSIG"),
           f"{what}: {described(answer)}")


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
        _expect_dropped(world, what, change)


def _client_cannot_answer_itself(world):
    """From the client's side, with the server's address, and everything else right."""
    def change(world, query, port):
        _inject(world, world.signing.wire, "gate", world.signing.gate, "wire",
                _forgery(query).to_wire(), port)
    _expect_dropped(world, "from the client's side", change)


def _injection_works(world):
    """What the cases above rest on: the same forgery, with everything right and from the server's
    side, is taken for the server's, because nobody could tell."""
    answer = _spoofed(world, _from_server_side(lambda query: _forgery(query).to_wire()))
    expect(_is_forged(answer), f"seen: {described(answer)}")


# What is right in part.

def _changed_header(at, change):
    """The forgery with an octet of its header changed."""
    def wire_of(query):
        wire = bytearray(_forgery(query).to_wire())
        wire[at] ^= change
        return bytes(wire)
    return wire_of


def _two_questions(query):
    wire = _forgery(query).to_wire()
    question = query.to_wire()[12:-11]      # an OPT ends it
    return wire[:4] + b"\0\2" + wire[6:12] + question + wire[12:]


def _odd_responses_are_dropped(world):
    for what, wire_of in (("a query", _changed_header(2, 0x80)),
                          ("NOTIFY", _changed_header(2, 0x20)),
                          ("two questions", _two_questions),
                          ("two questions, it says", _changed_header(5, 3)),
                          ("no question", _changed_header(5, 1)),
                          ("more records than there are", _changed_header(7, 2)),
                          ("an octet behind it", lambda query: _forgery(query).to_wire() + b"\0"),
                          ("an octet less", lambda query: _forgery(query).to_wire()[:-1])):
        _expect_dropped(world, what, _from_server_side(wire_of))


def _poisoned(query):
    """A right answer, and beside it in each section what nobody asked for."""
    response = _forgery(query, GENUINE)
    for section, name, rdtype, data in (
            (response.answer, "www", "A", FORGED), (response.authority, "mail", "A", FORGED),
            (response.authority, "sub2", "NS", f"ns.sub2.{ZONE.origin}"),
            (response.authority, "alias", "CNAME", f"www.{ZONE.origin}"),
            (response.additional, "mail.b", "A", FORGED), (response.additional, "www", "A", FORGED),
            (response.additional, "@", "MX", f"1 evil.{ZONE.origin}")):
        full = ZONE.origin if name == "@" else f"{name}.{ZONE.origin}"
        section.append(dns.rrset.from_text(full, 300, "IN", rdtype, data))
    return response.to_wire()


def _what_is_beside_is_not_signed(world):
    """As a server may say whose cache somebody has poisoned."""
    answer = _spoofed(world, _from_server_side(_poisoned))
    expect(answer is not None and answer.data("A") == [GENUINE], described(answer))
    signed = [str(rrset.name) for section in ("answer", "authority", "additional")
              for rrset in getattr(answer.message, section) if rrset.rdtype == dns.rdatatype.RRSIG]
    expect(signed == [str(answer.message.question[0].name)], f"signed: {signed}")
    for name, wanted in (("www", ["192.0.2.80", "192.0.2.81"]), ("mail.b", ["192.0.2.26"])):
        seen = world.signing.ask_server(ZONE, f"{name}.{ZONE.origin}", "A", do=True)
        expect(seen is not None and seen.data("A") == wanted, f"{name}: {described(seen)}")


# One port and one id for all.

def _all_received(sock, at_least=0):
    """Everything that comes to the socket: so many, and what comes before the answer to something that
    is asked after them. Server and signer keep the order."""
    sock.settimeout(ask.PATIENCE_S)
    received = []
    try:
        while len(received) < at_least:
            received.append(ask.Answer(sock.recv(65535)))
        fence = _query()
        sock.send(fence.to_wire())
        while True:
            answer = ask.Answer(sock.recv(65535))
            if answer.message.question == fence.question:
                return received
            received.append(answer)
    except TimeoutError:
        expect(False, f"not all is answered: {[described(answer) for answer in received]}")


def _one_id_for_all(world):
    """Each question is answered as such, signed."""
    names = [f"{fresh('id')}.wild.{ZONE.origin}" for _ in range(8)]
    with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
        sock.connect((ZONE.addresses[4], 53))
        for number, name in enumerate(names):
            query = ask.make(name, ("A", "TXT")[number % 2], do=True)
            query.id = 7
            sock.send(query.to_wire())
        answers = _all_received(sock, len(names))
    expect(sorted(str(answer.message.question[0].name) for answer in answers) == sorted(names),
           f"answered: {[described(answer) for answer in answers]}")
    for answer in answers:
        wrong = world.judge.complaints(dns.message.from_wire(answer.wire))
        expect(not wrong and answer.data("RRSIG"), *wrong, described(answer))


def _copies_that_ask_for_less(world):
    """Whoever saw a query with DO may send it again without: that gets nothing unsigned in."""
    for orders in ((True, False, False), (True, True, False), (True, False, True)):
        query = _query()
        plain = ask.make(query.question[0].name, "A")
        plain.id = query.id
        with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
            sock.connect((ZONE.addresses[4], 53))
            for has_do in orders:
                sock.send((query if has_do else plain).to_wire())
            answers = _all_received(sock)
        expect(answers and all(answer.data("RRSIG") for answer in answers[:1]),
               f"{orders}: {[described(answer) for answer in answers]}")


def _an_answer_counts_once(world):
    """What is said again after the answer goes nowhere, signed or not."""
    query = _query()
    with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
        sock.bind((plan.CLIENT[4], 0))
        sock.connect((ZONE.addresses[4], 53))
        sock.send(query.to_wire())
        answer = ask.receive(sock, query.to_wire())
        expect(answer is not None and answer.data("RRSIG"), described(answer))
        for wire in (_forgery(query).to_wire(), _forgery(query, GENUINE).to_wire()):
            _from_server_side(lambda _query, wire=wire: wire)(
                world, query, sock.getsockname()[1])
            wait_until(lambda: world.gate.waiting() == 0, "it has no verdict")
        again = _all_received(sock)
    expect(not again, f"again: {[described(answer) for answer in again]}")


# Limits.

def _limited_come_by_tcp(world):
    with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[4]) as sock:
        sock.connect((ZONE.addresses[4], 53))
        for _ in range(QUERIES):
            sock.send(ask.make(f"{fresh('l')}.wild.{ZONE.origin}", "A", do=True).to_wire())
        answers = _all_received(sock, QUERIES)
    expect(any(answer.is_truncated for answer in answers),
           f"{QUERIES} new signatures over UDP, and none was refused")

    def is_signed_over_tcp():
        answer = world.signing.ask_server_over_tcp(
            ZONE, f"{fresh('l')}.wild.{ZONE.origin}", "A", do=True)
        return answer is not None and answer.data("RRSIG")
    wait_until(is_signed_over_tcp, "over TCP nothing is signed either")


GROUPS = (
    Group("signer attacked", standing("gateway", validators=False), (
        Case("before the signer: a forgery that is right in everything is believed",
             _injection_works),
        Case("before the signer: what has another id, question or port is dropped, not signed",
             _strays_are_dropped),
        Case("before the signer: a response that is odd is dropped, not signed",
             _odd_responses_are_dropped),
        Case("before the signer: what stands beside an answer is not signed with it",
             _what_is_beside_is_not_signed),
        Case("before the signer: a client that answers itself in the server's name gets nothing",
             _client_cannot_answer_itself),
        Case("before the signer: an answer counts once", _an_answer_counts_once),
        Case("before the signer: questions with one id and port are each answered",
             _one_id_for_all),
        Case("before the signer: copies of a query that ask for less get nothing unsigned",
             _copies_that_ask_for_less))),
    Group("signer limited", standing("gateway", validators=False,
                                     sign="  signatures_per_network = 1;\n"), (
        Case("limits: too many new signatures get TC, and TCP succeeds", _limited_come_by_tcp),)),
)
