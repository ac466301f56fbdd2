# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors of the upstream: the client gets a genuine error soon, and a forged one does not take the place of the
genuine response. That an error waits is seen by a counter, not by a clock."""

from lab.sealgate import LONG_GRACE_MS

from .case import Case, Group, described, expect, expect_data, expect_equal, expect_rcode, with_sealgate

GOOD = ["192.0.2.80", "192.0.2.81"]
ROW = 4     # errors in a row, after which a server is known to give nothing else
LABELS = ("www", "alias", "case", "mail.b", "any.wild", "b.c.deep", "nowhere")
GRACE_MS = 400


def _held(world, name, rcode, rdtype="A"):
    """Asks, and returns how many responses were held back meanwhile."""
    before = world.gate.counter("grace_held")
    expect_rcode(world.ask(name, rdtype), rcode)
    return world.gate.counter("grace_held") - before


def _unsigned(world):
    world.gate.restart()
    expect_data(world.ask("www.unsigned.test.", "A"), "A", GOOD)
    for attack, rcode in (("refuse", "REFUSED"), ("fail", "SERVFAIL")):
        with world.lab.attack(attack):
            for rdtype in ("A", "AAAA"):
                expect_equal(f"{attack} {rdtype}: held back",
                             _held(world, "any.unsigned.test.", rcode, rdtype), 0)


def _once(world):
    world.gate.restart()
    with world.lab.attack("fail"):
        expect_equal("the first", _held(world, "www.p256.test.", "SERVFAIL"), 1)
        expect_equal("the second", _held(world, "www.p256.test.", "SERVFAIL"), 0)
        expect_equal("of another name", _held(world, "alias.p256.test.", "SERVFAIL"), 1)


def _only_errors(world):
    world.gate.restart()
    with world.lab.attack("refuse"):
        for label in LABELS[:ROW]:
            _held(world, f"{label}.p256.test.", "REFUSED")
        for label in LABELS[ROW:]:
            expect_equal(label, _held(world, f"{label}.p256.test.", "REFUSED"), 0)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    with world.lab.attack("refuse"):
        expect_equal("after an answer", _held(world, "www.rsa256.test.", "REFUSED"), 1)


def _attacker(world):
    """The attacker has made errors known by keeping the genuine responses away. He cannot do so any more, but
    still answers first. One genuine answer, and his errors wait again and lose."""
    world.gate.restart()
    with world.lab.attack("refuse"):
        for label in LABELS[:ROW]:
            _held(world, f"{label}.p256.test.", "REFUSED")
    expect_data(world.ask("www.ed25519.test.", "A"), "A", GOOD)
    with world.lab.attack("race-refused"):
        for zone in ("rsa256", "p384"):
            answer = world.ask(f"www.{zone}.test.", "A")
            expect(answer is not None and answer.rcode == "NOERROR",
                   f"{zone}: {described(answer)}", *world.log_tail())


GROUPS = (
    Group("errors of the upstream", with_sealgate("host", grace_ms=GRACE_MS), (
        Case("an error for a name in a zone that is known to be unsigned is not held back", _unsigned),
        Case("an error that the server gave to the same question just before is not held back", _once),
        Case("errors of a server that gives nothing else are not held back, until it answers",
             _only_errors))),
    Group("errors of an attacker", with_sealgate("host", grace_ms=LONG_GRACE_MS), (
        Case("an attacker who made errors known loses the race after the first genuine answer",
             _attacker),)),
)
