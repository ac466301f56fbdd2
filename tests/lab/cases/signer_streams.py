# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer over TCP, with clients and servers that treat connections in every way; and the effect of sizes on
answers over UDP."""

import contextlib
import socket
import time

import dns.flags
import dns.message
import dns.rdatatype

from lab import ask, streams
from lab.signing import alter, legacy

from .case import Case, Group, described, expect, expect_equal
from .signer import standing
from .signer_attacks import fresh
from .signer_packets import complaints_of, name_of

ZONE, NSD = legacy.BY_ORIGIN["plain.lab."], legacy.BY_ORIGIN["nsd.lab."]
ANSWER_S = ask.PATIENCE_S
KERNEL_S = 60           # the kernel gives up a connection after twice that, sealgate after a tenth
PIPELINED = 12
MIXED = (("www", "A"), ("@", "SOA"), ("@", "DNSKEY"), ("nowhere", "A"), ("www", "LOC"),
         ("any.wild", "TXT"), ("alias", "A"), ("sub", "A"), ("www", "DS"), ("huge", "TXT"))
SIZES = (0, 512, 1232, 4096)
SERVED_MAX = 1232


def _served_by(world, serve):
    """Another program replaces the server for TCP."""
    return streams.Server(None, serve, world.signing.legacy, ZONE.addresses[4])


def _connect(world, zone=ZONE, family=4):
    return streams.connect(world.signing.validators_namespace, zone.addresses[family], ANSWER_S)


def _queries(world, zone=ZONE):
    """Queries of all kinds, by id."""
    queries = {}
    for number, (name, rdtype) in enumerate(MIXED):
        query = ask.make(world.full(zone, name), rdtype, do=True, rd=False)
        query.id = number + 1
        queries[query.id] = query
    return queries


def _queries_for_server(world):
    """Those that need it: sealgate knows the keys of the zone by itself."""
    return {number: query for number, query in _queries(world).items()
            if query.question[0].rdtype != dns.rdatatype.DNSKEY}


def _wires(queries):
    return [query.to_wire() for query in queries.values()]


def _expect_all(world, stream, queries):
    """Each is answered once, in any order, and each answer validates by itself. Returns the order."""
    order = []
    for _ in queries:
        wire = stream.receive(ANSWER_S)
        expect(wire is not None, f"answers: {order} of {list(queries)}", *world.log_tail())
        answer = ask.Answer(wire)
        question = queries[answer.message.id].question[0]
        expect_equal("the question", answer.message.question[0], question)
        wrong = complaints_of(world, question.to_text(), "", True, answer)
        expect(not wrong, *wrong)
        order.append(answer.message.id)
    expect_equal("answers", sorted(order), sorted(queries))
    return order


def _any_order(world):
    queries = _queries_for_server(world)
    with _served_by(world, streams.backwards(len(queries))) as server, _connect(world) as stream:
        stream.send(*_wires(queries))
        order = _expect_all(world, stream, queries)
    expect(not server.complaints, *server.complaints)
    expect_equal("the order", order, sorted(queries, reverse=True))


def _half_closed(world):
    for zone in (ZONE, NSD):
        for family in (4, 6):
            queries = _queries(world, zone)
            with _connect(world, zone, family) as stream:
                stream.send(*_wires(queries))
                stream.sock.shutdown(socket.SHUT_WR)
                _expect_all(world, stream, queries)
                expect(stream.has_ended(ANSWER_S), "the connection does not end after the last answer")


def _octet_by_octet(world):
    queries = _queries(world)
    with _connect(world) as stream:
        stream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for wire in _wires(queries):
            for octet in len(wire).to_bytes(2, "big") + wire:
                stream.sock.sendall(bytes([octet]))
        _expect_all(world, stream, queries)


# Broken servers.

def _silent_server_is_servfail(world):
    """The server takes the connection and never answers: the client gets SERVFAIL, and may ask on."""
    queries = _queries_for_server(world)
    with _served_by(world, streams.silent), _connect(world) as stream:
        began = time.monotonic()
        for _ in range(2):
            stream.send(*_wires(queries))
            for _each in queries:
                wire = stream.receive(ANSWER_S)
                expect(wire is not None, "no answer", *world.log_tail())
                answer = ask.Answer(wire)
                expect(answer.rcode == "SERVFAIL" and answer.has_opt and answer.has_do,
                       described(answer))
                expect_equal("the question", answer.message.question[0],
                             queries[answer.message.id].question[0])
        expect(time.monotonic() - began < KERNEL_S, "it took too long")
    expect(world.gate.counter("sign_silent") >= 2 * len(queries), "the counter did not grow")


@contextlib.contextmanager
def _tcp_dropped(world):
    rule = ("INPUT", "-p", "tcp", "--dport", "53", "-j", "DROP")
    world.signing.legacy.run("iptables", "-I", *rule)
    try:
        yield
    finally:
        world.signing.legacy.run("iptables", "-D", *rule)


def _deaf_server_is_asked_by_udp(world):
    """The server does not take the connection: an answer that fits a datagram comes, signed and in time."""
    with _tcp_dropped(world):
        began = time.monotonic()
        queries = _queries(world)
        huge = next(number for number, query in queries.items()
                    if "huge" in query.question[0].name.to_text())
        del queries[huge]       # which fits into no datagram
        with _connect(world) as stream:
            stream.send(*_wires(queries))
            _expect_all(world, stream, queries)
        expect(time.monotonic() - began < KERNEL_S, "it took too long")


def _broken_servers(world):
    """Octets that are no DNS, or a server that goes away, end the connection; none of them is passed on."""
    for serve in (streams.garbage, streams.gone):
        with _served_by(world, serve), _connect(world) as stream:
            stream.send(ask.make(f"www.{ZONE.origin}", "A", do=True).to_wire())
            wire = stream.receive(ANSWER_S)
            expect(wire is None or ask.Answer(wire).rcode == "SERVFAIL", f"passed: {wire}")


def _with_wrong_soa(server, wire):
    """The server's response; the SOA of a denial has the name of the question, as if a zone began there."""
    response = dns.message.from_wire(server.exchange(wire))
    for rrset in response.authority:
        rrset.name = response.question[0].name
    return response.to_wire()


def _one_response_a_connection(server, stream):
    wire = stream.receive(ANSWER_S)
    if wire:
        stream.send(_with_wrong_soa(server, wire))


def _one_response_then_reset(server, stream):
    _one_response_a_connection(server, stream)
    stream.receive(0.2)
    stream.reset()


def _server_closes_after_each_response(world):
    """Some servers do. The signer has questions of its own before it answers some of the client's, and a client
    may have sent several: all are answered, as without sealgate they were over connections of their own."""
    for number, serve in enumerate((_one_response_a_connection, _one_response_then_reset)):
        names = [f"closes{number}{each}.wild.{ZONE.origin}" for each in "abc"]
        for asked in (names[:1], names[1:]):
            before = world.gate.counter("sign_anew")
            with _served_by(world, serve) as server, _connect(world) as stream:
                stream.send(*[ask.make(name, "LOC", do=True).to_wire() for name in asked])
                for _ in asked:
                    wire = stream.receive(ANSWER_S)
                    expect(wire is not None, f"no answer about {asked}", *world.log_tail())
                    answer = ask.Answer(wire)
                    wrong = complaints_of(world, asked[0], "LOC", True, answer)
                    expect(answer.rcode == "NOERROR" and answer.records("authority") and not wrong, described(answer),
                           *wrong)
            expect(not server.complaints, *server.complaints)
            expect(world.gate.counter("sign_anew") > before, "the server was not connected anew")


def _answer(query, address, question=None):
    response = dns.message.make_response(query)
    response.use_edns(-1)
    response.flags |= dns.flags.AA
    if question is not None:
        response.question = [question]
    response.answer = [dns.rrset.from_text(response.question[0].name, 300, "IN", "A", address)]
    return response


def _strays(_server, stream):
    """Sends answers to no query before the right one, and then the right one twice."""
    query = dns.message.from_wire(stream.receive(ANSWER_S))
    other = ask.make(f"other.wild.{ZONE.origin}", "A").question[0]
    wrong_id = _answer(query, "203.0.113.66")
    wrong_id.id ^= 1
    good = _answer(query, "192.0.2.40")
    for response in (wrong_id, _answer(query, "203.0.113.66", other), good,
                     _answer(query, "203.0.113.66")):
        stream.send(response.to_wire())
    later = dns.message.from_wire(stream.receive(ANSWER_S))
    stream.send(_answer(later, "192.0.2.40").to_wire())
    stream.receive(ANSWER_S)


def _strays_on_a_connection(world):
    with _served_by(world, _strays) as server, _connect(world) as stream:
        stream.send(ask.make(f"{fresh('t')}.wild.{ZONE.origin}", "A", do=True).to_wire())
        answer = ask.Answer(stream.receive(ANSWER_S))
        expect(answer.data("A") == ["192.0.2.40"] and answer.data("RRSIG"), described(answer))
        later = ask.make(f"{fresh('t')}.wild.{ZONE.origin}", "A", do=True)
        stream.send(later.to_wire())
        answer = ask.Answer(stream.receive(ANSWER_S))
        expect(answer.message.question == later.question, f"and something else came: "
               f"{described(answer)}")
    expect(not server.complaints, *server.complaints)


# Sizes.

def _ask_with_size(world, name, rdtype, size, over_tcp=False, family=4):
    query = ask.make(name, rdtype, rd=False)
    query.use_edns(0, dns.flags.DO, payload=size)
    if not over_tcp:
        return ask.send(world.signing.validators_namespace, NSD.addresses[family],
                        query.to_wire(), ANSWER_S)
    with _connect(world, NSD, family) as stream:
        stream.send(query.to_wire())
        return ask.Answer(stream.receive(ANSWER_S))


def _server_bears_edns(world, family):
    """Without EDNS the server itself cuts answers of more than 512 octets."""
    name = name_of(60, 30, NSD.origin, "long")
    deadline = time.monotonic() + ANSWER_S
    while True:
        answer = _ask_with_size(world, name, "TXT", SERVED_MAX, family=family)
        if answer is not None and not answer.is_truncated:
            return
        expect(time.monotonic() < deadline, f"seen: {described(answer)}")


def _least_of(wire):
    """The octets of an answer without the optional parts: the header, the answers, and the OPT."""
    return max(end for section, _type, _begin, end in alter.records_of(wire) if section == 1) + 11


def _to_the_octet(world):
    """One octet less than fits, exactly as many as fit, one more: the last is cut, and comes over TCP."""
    for family in (4, 6):
        _server_bears_edns(world, family)
    for size in SIZES:
        limit = min(max(size, 512), SERVED_MAX)
        wildcard = "middling" if limit == 512 else "long"
        probe = _ask_with_size(world, name_of(60, 30, NSD.origin, wildcard), "TXT", size, True)
        needed = 60 + limit - _least_of(probe.wire)
        for octets in (needed - 1, needed, needed + 1):
            for family in (4, 6):
                where = f"EDNS size {size}, {limit + octets - needed} octets, IPv{family}"
                name = name_of(octets, 40, NSD.origin, wildcard)
                answer = _ask_with_size(world, name, "TXT", size, family=family)
                expect(answer is not None, f"{where}: no answer")
                expect_equal(f"{where}: cut", answer.is_truncated, octets > needed)
                if answer.is_truncated:
                    expect(not answer.records("answer") and answer.has_opt, described(answer))
                    answer = _ask_with_size(world, name, "TXT", size, True, family)
                expect_equal(f"{where}: length", _least_of(answer.wire), limit + octets - needed)
                wrong = complaints_of(world, where, "TXT", len(answer.wire) > limit, answer)
                expect(not wrong and answer.data("RRSIG"), *wrong)


def _no_size_is_exceeded(world):
    for size in SIZES:
        for name, rdtype in MIXED + (("big", "TXT"), ("@", "ANY"), ("@", "MX")):
            full = world.full(NSD, name)
            answer = _ask_with_size(world, full, rdtype, size)
            expect(answer is not None, f"{full} {rdtype}: no answer")
            expect(len(answer.wire) <= min(max(size, 512), SERVED_MAX),
                   f"{full} {rdtype}, size {size}: {len(answer.wire)} octets")
            if answer.is_truncated:
                answer = _ask_with_size(world, full, rdtype, size, True)
                expect(not answer.is_truncated, f"{full} {rdtype}: TC over TCP")
            wrong = complaints_of(world, f"{full} {rdtype}", f"size {size}", True, answer)
            expect(not wrong, *wrong)


GROUPS = (
    Group("signer streams", standing("gateway", validators=False), (
        Case("streams: answers in any order are each signed, and match their queries",
             _any_order),
        Case("streams: a client that has closed its side gets all answers, and then the end",
             _half_closed),
        Case("streams: a query that comes octet by octet is answered", _octet_by_octet),
        Case("streams: a response to no query is not signed on a connection either",
             _strays_on_a_connection),
        Case("streams: nothing passes from a server that closes or sends nonsense", _broken_servers),
        Case("streams: a server that takes connections and is silent leads to SERVFAIL soon",
             _silent_server_is_servfail),
        Case("streams: a server that takes no connection is asked by UDP soon",
             _deaf_server_is_asked_by_udp),
        Case("streams: a server that closes after each response is asked what the signer must know, too",
             _server_closes_after_each_response),
        Case("streams: an answer that just fits comes by UDP; with one octet more it is cut, and comes by TCP",
             _to_the_octet),
        Case("streams: no answer is longer than the client's size", _no_size_is_exceeded))),
)
