# SPDX-License-Identifier: GPL-2.0-or-later
"""Odd messages on port 53: an error that only the OPT shows, a query without a question, octets after the end,
and what is no DNS. Each passes, or is refused with a line in the log that names its sender."""

import contextlib
import time

import dns.edns
import dns.message

from lab import ask, streams, topology

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode, on_gateway,
                   on_host)
from .iterate import Bind
from .silence import Line, client_of

GOOD = ["192.0.2.80", "192.0.2.81"]
COOKIE = dns.edns.GenericOption(10, b"cookie!!")
JUNK = b"\x38\x01\x02\x03\x00\x00\x06\x07\x08" + 40 * b"\x00\xff"   # as a VPN may begin
SAID = "by port 53"
LOOK_S = 7      # the guard of the rules looks every five seconds


def _badvers(world):
    """From the real unbound. A client of EDNS 0 that gets a forged one is refused: see extend-rcode."""
    for name in ("www.p256.test.", "www.unsigned.test."):
        query = ask.make(name, "A")
        query.use_edns(1, 0, payload=1232)
        answer = ask.send(client_of(world), topology.UPSTREAM[4], query.to_wire())
        expect_rcode(answer, "BADVERS")
        expect(not answer.types(), described(answer))


def _cookie(world):
    """BIND answers it with a cookie of its own, unbound by an error. (The wire brings UDP to unbound only.)"""
    query = dns.message.Message(id=0x5353)
    query.use_edns(0, 0, payload=1232, options=[COOKIE])
    expect_rcode(ask.send(client_of(world), topology.UPSTREAM[4], query.to_wire()), "FORMERR")
    Bind.restart(world.lab)
    try:
        with streams.connect(client_of(world), topology.BIND[4]) as stream:
            stream.send(query.to_wire())
            answer = ask.Answer(stream.receive())
    finally:
        Bind.stop(world.lab)
    expect_rcode(answer, "NOERROR")
    cookies = [option for option in answer.message.options if option.otype == 10]
    expect(cookies and len(cookies[0].to_wire()) > 8, described(answer), *world.log_tail())


def _trailing(world):
    query = ask.make("www.p256.test.", "A").to_wire()
    answer = ask.send(client_of(world), topology.UPSTREAM[4], query + b"hidden")
    expect_data(answer, "A", GOOD)
    with world.lab.attack("append-garbage"):
        for name in ("www.p256.test.", "www.unsigned.test.", "www.p256.test."):
            answer = world.ask(name, "A")
            expect_data(answer, "A", GOOD)
            expect(b"garbage" not in answer.wire, f"{name}: what nobody judged has passed")


def _named_once(world):
    world.gate.restart()
    query = ask.make("www.p256.test.", "A").to_wire()
    two = query[:2] + bytes([query[2] | 0x80]) + query[3:5] + b"\x02" + query[6:] + query[12:]    # no query
    with Line(world) as line:
        for wire in (JUNK, b"short", two):
            line.send(wire)
        expect_equal("answers", len(line.everything()), 0)
    lines = world.gate.log_lines(SAID)
    expect_equal("lines", len(lines), 1)
    own = (topology.HOST if world.ask == world.lab.ask_from_host else topology.CLIENT)[4]
    expect(f"{own} sent to {topology.UPSTREAM[4]}" in lines[0] and "docs/operation.md" in lines[0], lines[0])
    status = world.gate.status()
    for counter in ("odd_records", "odd_short", "odd_questions"):
        expect_equal(counter, status[counter], "1")


def _questions(world):
    """RFC 9619: FORMERR, over UDP and TCP. It is no longer than the query, so nobody gains by a forged address."""
    before = world.gate.counter("queries_questions")
    query = dns.message.make_query("www.p256.test.", "A")
    query.question.append(dns.message.make_query("www.unsigned.test.", "A").question[0])
    wire = query.to_wire()
    over_udp = ask.send(client_of(world), topology.UPSTREAM[4], wire)
    with streams.connect(client_of(world), topology.UPSTREAM[4]) as stream:
        stream.send(wire)
        over_tcp = ask.Answer(stream.receive())
    for answer in (over_udp, over_tcp):
        expect_rcode(answer, "FORMERR")
        expect(not answer.types() and len(answer.wire) == 12, described(answer))
    expect_equal("queries", world.gate.counter("queries_questions") - before, 2)


@contextlib.contextmanager
def _exempted(world):
    """As docs/operation.md says."""
    machine = world.lab.host if world.ask == world.lab.ask_from_host else world.lab.router
    chains = ("OUTPUT", "INPUT") if machine == world.lab.host else ("FORWARD", "FORWARD")
    if "table inet sealgate" in world.gate.shown_rules():
        with _exempted_by_nft(world, machine, [chain.lower() for chain in chains]):
            yield
        return
    rules = ((chains[0], "-d", topology.UPSTREAM[4], "-p", "udp", "--dport", "53", "-j", "ACCEPT"),
             (chains[1], "-s", topology.UPSTREAM[4], "-p", "udp", "--sport", "53", "-j", "ACCEPT"))
    for rule in rules:
        machine.run("iptables", "-t", "security", "-I", *rule)
    try:
        yield
    finally:
        for rule in rules:
            machine.run("iptables", "-t", "security", "-D", *rule)


@contextlib.contextmanager
def _exempted_by_nft(world, machine, chains):
    """The guard must leave the rules alone, because they have a comment."""
    for chain, match in zip(chains, ("daddr {} udp dport", "saddr {} udp sport")):
        machine.run("nft", "insert", "rule", "inet", "sealgate", chain, "ip",
                    *match.format(topology.UPSTREAM[4]).split(), "53", "accept", "comment", '"VPN"')
    time.sleep(LOOK_S)
    try:
        yield
        expect_equal("rules put back", world.gate.status()["rules_restored"], "0")
    finally:
        world.gate.apply_rules()


def _exempt(world):
    world.gate.restart()
    with _exempted(world), Line(world) as line:
        line.send(JUNK)
        line.everything()
    expect_equal("messages that sealgate saw", world.gate.counter("odd_records"), 0)
    expect_equal("queries", world.gate.counter("queries"), 0)


def _cases(where):
    return (
        Case(f"{where}: BADVERS of a real server reaches a client that sent another version", _badvers),
        Case(f"{where}: a query for a cookie, without a question, is answered by a real server", _cookie),
        Case(f"{where}: octets after the end of a message are cut off, and the message goes on", _trailing),
        Case(f"{where}: a query with two questions gets FORMERR", _questions),
        Case(f"{where}: who sends what is no DNS is named once, and the kinds are counted", _named_once),
        Case(f"{where}: the rules of docs/operation.md exempt what is no DNS", _exempt))


GROUPS = (Group("odd messages on the host", on_host, _cases("host")),
          Group("odd messages through the gateway", on_gateway, _cases("gateway")))
