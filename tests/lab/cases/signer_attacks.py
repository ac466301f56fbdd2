# SPDX-License-Identifier: GPL-2.0-or-later
"""Responses that the signer must not sign, and the limits of its work for one client."""

import random
import socket
import struct

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from lab import ask, packets
from lab.signing import legacy, plan

from .case import Case, Group, described, expect, expect_rcode, wait_until
from .signer import standing

ZONE = legacy.BY_ORIGIN["plain.lab."]
FORGED, GENUINE = "203.0.113.66", "192.0.2.40"
QUERIES = 80        # at once; all from one network, which may have one new signature a second
_serial = random.randrange(1 << 24)


def fresh(prefix):
    """A name that no cache knows, under the wildcard."""
    global _serial
    _serial += 1
    return f"{prefix}{_serial}"


# In front of the signer.

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
    """Puts a response to the client on a link, with the server's address."""
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
    """Asks, and sends forgeries with the server's address while the server is silent; returns the first
    answer."""
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
                wait_until(lambda: world.gate.waiting() == 0, "the packet has no verdict")
            return ask.receive(sock, query.to_wire())
    finally:
        legacy_process.run("iptables", "-F", "OUTPUT")


def _from_server_side(wire_of, port_of=lambda port: port):
    def change(world, query, port):
        _inject(world, world.signing.legacy, "gate", world.signing.gate, "legacy",
                wire_of(query), port_of(port))
    return change


def _expect_dropped(world, what, change):
    """A response that is right in everything comes after it, and is the first to be accepted."""
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
    """From the client's side, with the server's address, and right in everything else."""
    def change(world, query, port):
        _inject(world, world.signing.wire, "gate", world.signing.gate, "wire",
                _forgery(query).to_wire(), port)
    _expect_dropped(world, "from the client's side", change)


def _injection_works(world):
    """The cases above rest on this: the same forgery, right in everything and from the server's side, is
    accepted as the server's, because nothing tells them apart."""
    answer = _spoofed(world, _from_server_side(lambda query: _forgery(query).to_wire()))
    expect(_is_forged(answer), f"seen: {described(answer)}")


# Forgeries that are right in part.

def _changed_header(at, change):
    """The forgery with an octet of its header changed."""
    def wire_of(query):
        wire = bytearray(_forgery(query).to_wire())
        wire[at] ^= change
        return bytes(wire)
    return wire_of


def _two_questions(query):
    wire = _forgery(query).to_wire()
    question = query.to_wire()[12:-11]      # an OPT is the last record
    return wire[:4] + b"\0\2" + wire[6:12] + question + wire[12:]


def _odd_responses_are_dropped(world):
    for what, wire_of in (("a query", _changed_header(2, 0x80)),
                          ("NOTIFY", _changed_header(2, 0x20)),
                          ("two questions", _two_questions),
                          ("a count of two questions", _changed_header(5, 3)),
                          ("no question", _changed_header(5, 1)),
                          ("a count of more records than there are", _changed_header(7, 2)),
                          ("one octet missing", lambda query: _forgery(query).to_wire()[:-1])):
        _expect_dropped(world, what, _from_server_side(wire_of))


def _octets_after_the_end_are_not_passed(world):
    """They are no part of the message. (dnspython calls a message malformed if it has any.)"""
    answer = _spoofed(world, _from_server_side(lambda query: _forgery(query).to_wire() + b"\0x"))
    expect_rcode(answer, "NOERROR")


def _poisoned(query):
    """A right answer, and in each section records that no query asked for."""
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
    """As a server with a poisoned cache may answer."""
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
    """Everything that comes to the socket: the given number of responses, and those that come before the
    answer to a last query. Server and signer keep the order."""
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
        expect(False, f"not all queries are answered: {[described(answer) for answer in received]}")


def _one_id_for_all(world):
    """Each question gets its own answer, signed."""
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
    """An attacker who saw a query with DO may send it again without: no unsigned answer passes by that."""
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
    """A second response after the answer is dropped, not signed."""
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
            wait_until(lambda: world.gate.waiting() == 0, "the packet has no verdict")
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
        Case("in front of the signer: a forgery that is right in everything is accepted (others rest on this)",
             _injection_works),
        Case("in front of the signer: a response with another id, question or port is dropped, not signed",
             _strays_are_dropped),
        Case("in front of the signer: octets after the end of a response are not passed on",
             _octets_after_the_end_are_not_passed),
        Case("in front of the signer: a malformed response is dropped, not signed",
             _odd_responses_are_dropped),
        Case("in front of the signer: unrelated records beside an answer are not signed",
             _what_is_beside_is_not_signed),
        Case("in front of the signer: a client that answers itself as the server gets nothing signed",
             _client_cannot_answer_itself),
        Case("in front of the signer: a second response to one query is dropped", _an_answer_counts_once),
        Case("in front of the signer: several queries with one id and port are each answered",
             _one_id_for_all),
        Case("in front of the signer: copies of a query without DO let no unsigned answer pass",
             _copies_that_ask_for_less))),
    Group("signer limited", standing("gateway", validators=False,
                                     sign="  signatures_per_network = 1;\n"), (
        Case("limits: a client that needs too many new signatures gets TC, and succeeds over TCP",
             _limited_come_by_tcp),)),
)
