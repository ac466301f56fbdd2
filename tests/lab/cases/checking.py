# SPDX-License-Identifier: GPL-2.0-or-later
"""The CD bit, by which a client says that it validates by itself. Some resolvers set it in every query and
check nothing, so by default such queries are judged like others."""

import dns.flags

from lab import ask, streams, topology
from lab.attacks import FORGED

from . import client
from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode,
                   on_host, wait_until, with_sealgate)

NAME = "www.p256.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
ALWAYS = 32     # after this many queries with CD a client counts as one that always sets it
PASSES = 'checking_disabled = "pass";\n'
ONE_CLIENT = f'validators = [ "{topology.HOST[4]}" ];\n'
CUT = ("nowhere.rsa2048.test.", "A")

ON_THE_WIRE = (
    ("a query with CD goes on unchanged", {"cd": True, "edns": 4096},
     "flags=RD CD edns=0 size=4096 do=False options= "),
    ("a query with CD and without EDNS goes on unchanged", {"cd": True},
     "flags=RD CD edns=-1 size=0 do=False options= "),
)
JUDGED_ON_THE_WIRE = (
    ("a query with CD gets DO, and keeps CD", {"cd": True},
     "flags=RD CD edns=0 size=1232 do=True options= "),
)


def _ask_tcp(world, name, family=4, **how):
    return streams.query(world.lab.host, topology.UPSTREAM[family], name, "A", **how)


def _is_judged(world):
    for family in (4, 6):
        with world.lab.attack("forge-address-with-ad"):
            expect_rcode(world.ask(NAME, "A", family, cd=True), "SERVFAIL")
        expect_rcode(world.ask("www.expired.test.", "A", family, cd=True), "SERVFAIL")
        answer = world.ask(NAME, "A", family, cd=True, ad=True)
        expect_data(answer, "A", GOOD)
        expect(answer.has_ad, "no AD on what is Secure")
        expect(bool(answer.message.flags & dns.flags.CD), "the client's CD is lost")
    expect_equal("passed", world.gate.counter("passed_cd"), 0)


def _is_judged_over_tcp(world):
    with streams.Server(world.lab, streams.attacking("forge-address-with-ad")):
        expect_rcode(_ask_tcp(world, NAME, cd=True), "SERVFAIL")
    expect_data(_ask_tcp(world, NAME, cd=True), "A", GOOD)


def _passes(world, family=4):
    """A client that validates by itself gets the answer as it is, and no AD that it could believe."""
    with world.lab.attack("forge-address-with-ad"):
        answer = world.ask(NAME, "A", family, cd=True)
    expect_data(answer, "A", [FORGED[1]])
    expect(not answer.has_ad, "AD on what was not judged")
    for how in ({}, {"edns": 1232}, {"do": True}):
        ours = world.ask("www.expired.test.", "A", family, cd=True, **how)
        genuine = world.lab.ask_genuinely("www.expired.test.", "A", cd=True, **how)
        expect(ours is not None, f"{how}: no answer")
        expect_equal(f"octets with CD=1 {how}", client.steady(ours), client.steady(genuine))
    expect(int(world.gate.status()["passed_cd"]) > 0, "the counter did not grow")


def _passes_over_tcp(world):
    with streams.Server(world.lab, streams.attacking("forge-address-with-ad")):
        answer = _ask_tcp(world, NAME, cd=True)
    expect_data(answer, "A", [FORGED[1]])
    expect(not answer.has_ad, "AD on what was not judged")


def _others_are_judged(world):
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask(NAME, "A", 6, cd=True), "SERVFAIL")
        expect_rcode(world.ask(NAME, "A", 4), "SERVFAIL")


def _is_told(world):
    """Once for a client that sets CD in every query; never for one that also asks without CD."""
    world.gate.restart()
    for _number in range(2 * ALWAYS):
        world.ask(NAME, "A", 4, cd=True)
        world.ask(NAME, "A", 6, cd=True)
        world.ask(NAME, "A", 6)
    wait_until(lambda: world.gate.log_lines("sets CD in every query"), "no line in the log")
    lines = world.gate.log_lines("sets CD in every query")
    expect_equal("lines", len(lines), 1)
    expect(topology.HOST[4] in lines[0], *lines)
    expect(int(world.gate.status()["queries_cd"]) >= 4 * ALWAYS, "the counter did not grow")


def _what_is_unsigned_is_no_answer_to_tsig(world):
    """A query with TSIG passes, but its response must have a TSIG, too."""
    query = ask.make(NAME, "A")
    query.use_tsig(ask.TSIG_KEYRING)
    with world.lab.attack("forge-address"):
        answer = ask.send(world.lab.host, topology.UPSTREAM[4], query.to_wire())
    expect(answer is not None and not answer.records("answer"), f"seen: {described(answer)}",
           *world.log_tail())


GROUPS = (
    Group("CD", on_host, (
        Case("the response to a query with CD is judged like others", _is_judged),
        Case("the response to a query with CD is judged like others, over TCP", _is_judged_over_tcp),
        *(client.on_the_wire(*row) for row in JUDGED_ON_THE_WIRE),
        Case("a response without TSIG to a query with TSIG is judged",
             _what_is_unsigned_is_no_answer_to_tsig))),
    Group("CD passes", with_sealgate("host", more=PASSES), (
        Case("a response to a query with CD passes untouched and without AD", _passes),
        Case("a response to a query with CD passes untouched and without AD, over IPv6",
             lambda world: _passes(world, 6)),
        Case("a response to a query with CD passes without AD over TCP",
             _passes_over_tcp),
        *(client.on_the_wire(*row) for row in ON_THE_WIRE),
        Case("a client that sets CD in every query is logged once", _is_told))),
    Group("CD of one client passes", with_sealgate("host", more=ONE_CLIENT), (
        Case("a response to a query with CD passes if `validators` names the client", _passes),
        Case("responses to other clients, and to its queries without CD, are judged",
             _others_are_judged))),
)
