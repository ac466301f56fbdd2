# SPDX-License-Identifier: GPL-2.0-or-later
"""An attacker who always answers first: the client is served all the same, because what is Bogus is
held back until the genuine response had its time."""

import contextlib
import time

from lab.sealgate import GRACE_MS

from .case import Case, Group, World, expect, expect_rcode

QUESTIONS = tuple((f"{label}.{zone}", "A")
                  for zone in ("p256.test.", "rsa256.test.", "ed25519.test.", "bank.example.")
                  for label in ("www", "alias", "any.wild", "case", "mail.b"))
ATTACKS = ("race-forge-address", "race-keep-signature", "race-forge-nxdomain",
           "race-strip-signatures", "race-servfail", "race-refused", "race-tc", "race-tc-empty",
           "race-tc-nxdomain", "race-extended-rcode")
GRACE_S = GRACE_MS / 1000
SLACK_S = 0.5


@contextlib.contextmanager
def on_host_with_grace(lab):
    with lab.sealgate(lab.host, "host", grace_ms=GRACE_MS) as gate:
        yield World(lab, gate, lab.ask_from_host)


def seen(answer):
    return None if answer is None else (answer.rcode, sorted(answer.records("answer")))


def _survivors(world, attack):
    """How many of the questions are answered as they are without the attack."""
    with world.lab.attack("pass"):
        genuine = [seen(world.ask(*question)) for question in QUESTIONS]
    with world.lab.attack(attack):
        raced = [seen(world.ask(*question)) for question in QUESTIONS]
    expect(all(answer and answer[0] == "NOERROR" for answer in genuine),
           f"without the attack: {genuine}")
    return sum(before == after for before, after in zip(genuine, raced))


def _all_survive(attack):
    def run(world):
        survivors = _survivors(world, attack)
        expect(survivors == len(QUESTIONS), f"{survivors} of {len(QUESTIONS)} queries survived",
               *world.log_tail())
    return Case(f"against {attack} every query gets its genuine answer", run)


def _cold(attack):
    def run(world):
        world.gate.restart()
        with world.lab.attack(attack):
            answer = world.ask("www.p256.test.", "A", timeout_s=4.0)
        expect_rcode(answer, "NOERROR")
    return Case(f"against {attack} the first query of all, and its keys, survive", run)


@contextlib.contextmanager
def _no_tcp(lab):
    """Nobody can be asked over TCP."""
    rule = ("FORWARD", "-p", "tcp", "--dport", "53", "-j", "DROP")
    for tool in ("iptables", "ip6tables"):
        lab.wire.run(tool, "-I", *rule)
    try:
        yield
    finally:
        for tool in ("iptables", "ip6tables"):
            lab.wire.run(tool, "-D", *rule)


def _survive_without_tcp(world):
    with _no_tcp(world.lab):
        survivors = _survivors(world, "race-tc")
    expect(survivors == len(QUESTIONS), f"{survivors} of {len(QUESTIONS)} queries survived",
           *world.log_tail())


def _takes(world, name, least_s, most_s):
    world.ask(name, "A", timeout_s=4.0)     # the keys are known from here on
    begun = time.monotonic()
    answer = world.ask(name, "A", timeout_s=4.0)
    took = time.monotonic() - begun
    expect(least_s <= took <= most_s, f"it took {took * 1000:.0f} ms", *world.log_tail())
    return answer


def _bogus_waits(world):
    expect_rcode(_takes(world, "www.expired.test.", GRACE_S * 0.9, GRACE_S + SLACK_S), "SERVFAIL")


def _genuine_does_not_wait(world):
    expect_rcode(_takes(world, "www.p256.test.", 0, GRACE_S * 0.9), "NOERROR")


GROUPS = (
    Group("race", on_host_with_grace, (
        *(_all_survive(attack) for attack in ATTACKS),
        _cold("race-forge-address"),
        _cold("race-spoil-everything"),
        _cold("race-impersonate-zone"),
        _cold("race-tc"),
        _cold("race-tc-everything"),
        Case("against race-tc every query survives although nobody answers over TCP",
             _survive_without_tcp),
        Case("what is Bogus waits no longer than the grace", _bogus_waits),
        Case("what is genuine does not wait at all", _genuine_does_not_wait),
    )),
)
