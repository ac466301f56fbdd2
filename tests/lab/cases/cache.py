# SPDX-License-Identifier: GPL-2.0-or-later
"""The message cache: a response like one that was judged before is not judged again, and each client gets
the answer that it would get without the cache."""

import contextlib

from .case import (Case, Group, World, described, expect, expect_equal, expect_rcode, on_host)

ATTACKS = ("forge-address", "forge-address-keep-signature", "add-forged-address",
           "poison-additional", "flip-signature-bit", "strip-signatures", "extend-expiry",
           "answer-of-another-name")
QUESTIONS = tuple((name, rdtype) for name in ("www.p256.test.", "www.rsa256.test.",
                                              "any.wild.ed25519.test.", "www.unsigned.test.")
                  for rdtype in ("A", "MX")) + (("nowhere.p256.test.", "A"),
                                                ("nowhere.salted.test.", "A"))
CLIENTS = ({}, {"edns": 1232}, {"do": True}, {"ad": True})


def _recalled(world):
    return world.gate.counter("responses_recalled")


def seen(answer):
    """Everything that a client sees, except for the TTLs, which count down."""
    return answer and (answer.rcode, answer.flags, answer.has_opt, answer.question_wire,
                       *(answer.records(section)
                         for section in ("answer", "authority", "additional")))


def _again(world):
    for name, rdtype in QUESTIONS:
        for client in CLIENTS:
            first = world.ask(name, rdtype, **client)
            before = _recalled(world)
            again = world.ask(name, rdtype, **client)
            expect_equal(f"{name} {rdtype} {client}", seen(again), seen(first))
            expect(_recalled(world) == before + 1, f"{name} {rdtype} {client} was judged again")


def _letter_case(world):
    world.ask("www.p256.test.", "A", do=True)
    before = _recalled(world)
    answer = world.ask("wWw.P256.tEsT.", "A", do=True)
    expect(_recalled(world) == before + 1, "it was judged again")
    expect_equal("the question", answer.question_wire[:15], b"\x03wWw\x04P256\x04tEsT\x00"[:15])


def _attacked(attack):
    def run(world):
        name = "www.p256.test."
        for client in CLIENTS:
            genuine = seen(world.ask(name, "A", **client))
            with world.lab.attack(attack):
                answer = world.ask(name, "A", **client)
            if attack == "poison-additional":
                expect_equal("what the attacker added", answer.records("additional"), [])
            else:
                expect_rcode(answer, "SERVFAIL")
            expect_equal("afterwards", seen(world.ask(name, "A", **client)), genuine)
    return Case(f"a remembered message does not help the attack {attack}", run)


def _raised_ttl(world):
    for client in CLIENTS:
        with world.lab.attack("raise-ttl"):     # which compresses names in its own way
            world.ask("mail.b.rsa256.test.", "A", **client)
            before = _recalled(world)
            answer = world.ask("mail.b.rsa256.test.", "A", **client)
        expect(_recalled(world) == before + 1, "it was judged again")
        expect(answer is not None and answer.ttls() and max(answer.ttls()) <= 300,
               f"{described(answer)}, TTL {answer and answer.ttls()}")


def _flushed(world):
    """Flushes everything: the keys are fetched again, too."""
    expect_rcode(world.ask("www.p256.test.", "A", do=True), "NOERROR")
    recalled, fetches = _recalled(world), world.gate.counter("fetches")
    code, said = world.gate.ctl("flush")
    expect_equal("ctl flush", (code, said), (0, "flushed=true\n"))
    answer = world.ask("www.p256.test.", "A", do=True)
    expect(answer is not None and answer.rcode == "NOERROR" and answer.has_ad, described(answer))
    expect_equal("responses recalled", _recalled(world), recalled)
    expect(world.gate.counter("fetches") > fetches, "no key was fetched again")


def _none(world):
    for _ in range(3):
        expect_rcode(world.ask("www.p256.test.", "A", do=True), "NOERROR")
    expect_equal("responses recalled", _recalled(world), 0)


@contextlib.contextmanager
def _without(lab):
    with lab.sealgate(lab.host, "host", more="messages = 0;\n") as gate:
        yield World(lab, gate, lab.ask_from_host)


GROUPS = (
    Group("message cache", on_host, (
        Case("a response like one judged before passes as that one did, without a second judgement",
             _again),
        Case("a recalled response has the question in the client's own letter case", _letter_case),
        *(_attacked(attack) for attack in ATTACKS),
        Case("a raised TTL is lowered in a recalled response too", _raised_ttl),
        Case("after `sealgate ctl flush` everything is judged again", _flushed))),
    Group("no message cache", _without, (
        Case("with messages = 0 every response is judged", _none),)),
)
