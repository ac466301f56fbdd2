# SPDX-License-Identifier: GPL-2.0-or-later
"""An attacker who always answers first: the client still gets the genuine answer, because Bogus responses are
held back until the genuine response had time to arrive."""

import contextlib
import itertools
import threading
import time

from lab import ask
from lab.sealgate import GRACE_MS, LONG_GRACE_MS
from lab.topology import UPSTREAM

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   with_sealgate)

GOOD, WILD = ["192.0.2.80", "192.0.2.81"], ["192.0.2.40"]

QUESTIONS = tuple((f"{label}.{zone}", "A")
                  for zone in ("p256.test.", "rsa256.test.", "ed25519.test.", "bank.example.")
                  for label in ("www", "alias", "any.wild", "case", "mail.b"))
ATTACKS = ("race-forge-address", "race-keep-signature", "race-forge-nxdomain",
           "race-strip-signatures", "race-servfail", "race-refused", "race-tc", "race-tc-empty",
           "race-tc-nxdomain", "race-extended-rcode", "race-many-signatures", "race-own-zone")
CROWDED_OUT = ("race-crowd", "race-mixed-crowd")    # more responses need keys than may wait
PATIENCE_S = 10


def seen(answer):
    return None if answer is None else (answer.rcode, sorted(answer.records("answer")))


def _survivors(world, attack):
    """The number of questions that are answered as without the attack."""
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
            answer = world.ask("www.p256.test.", "A")
        expect_rcode(answer, "NOERROR")
    return Case(f"against {attack} the very first query, with its keys, gets its genuine answer", run)


def _ends_nothing(attack):
    """The genuine response finds no room to wait, so the client gets no answer until it asks again. By
    then the keys are known."""
    def run(world):
        world.gate.restart()
        with world.lab.attack(attack):
            first = world.ask("www.p256.test.", "A", timeout_s=4.0)
            rivals = world.gate.counter("parked_rivals")
            second = world.ask("www.p256.test.", "A", timeout_s=4.0)
        expect(first is None, f"answered early: {described(first)}", *world.log_tail())
        expect(rivals > 0, "there was room, so nothing was proved")
        expect_data(second, "A", GOOD)
    return Case(f"against {attack} the first query gets no false answer, and the next one gets the "
                "genuine answer", run)


@contextlib.contextmanager
def _hogging(world):
    """As far as sealgate knows each of these names may be a zone of its own. Their servers are silent. All
    lie below one name, whose share of the fetches they use up."""
    over = threading.Event()

    def run():
        for number in itertools.count():
            sock.send(ask.make(f"hog{number}.wild.p256.test.", "A").to_wire())
            if number % 20 == 19 and over.wait(0.05):   # the attacker on the wire must keep up
                return

    with ask.udp_socket(world.lab.host, UPSTREAM[4]) as sock:
        sock.connect((UPSTREAM[4], 53))
        hog = threading.Thread(target=run)
        hog.start()
        try:
            yield
        finally:
            over.set()
            hog.join()


def _ask_as_clients_do(world, name):
    """Asks again if no answer comes: the wire is busy and may lose a packet."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        answer = world.ask(name, "A", timeout_s=2.0)
        if answer is not None:
            return answer
    return None


def _hogged(shown_by):
    """Other responses occupy all the room to wait in, or all fetches, when the forgery needs it. This is
    tried until a counter shows that it was so. The answer is the genuine one each time."""
    def run(world):
        world.gate.restart()
        expect_data(world.ask("www.p256.test.", "A", timeout_s=PATIENCE_S), "A", GOOD)
        deadline = time.monotonic() + 3 * PATIENCE_S
        with world.lab.attack("race-hog"), _hogging(world):
            for number in itertools.count():
                before = world.gate.counter(shown_by)
                # sealgate does not know yet whether this name is a zone
                answer = _ask_as_clients_do(world, f"fresh{number}.wild.p256.test.")
                expect_data(answer, "A", WILD)
                if world.gate.counter(shown_by) > before:
                    return
                expect(time.monotonic() < deadline,
                       f"there was always room ({shown_by}), so nothing was proved",
                       *world.gate.log_lines("counters")[-2:])
    return run


@contextlib.contextmanager
def with_little_room(lab):
    with lab.sealgate(lab.host, "host", grace_ms=GRACE_MS, more="parked = 8;\n") as gate:
        yield World(lab, gate, lab.ask_from_host)


@contextlib.contextmanager
def _no_tcp(lab):
    """No server answers over TCP."""
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


def _bogus_waits(world):
    """No other response comes, so the client is answered when the grace is over, and not before. tests/unit/
    test_grace.c tests this to the millisecond, with a clock of its own."""
    world.ask("www.expired.test.", "A")     # from here on the keys are known
    held, begun = world.gate.counter("grace_held"), time.monotonic()
    answer = world.ask("www.expired.test.", "A")
    took_ms = (time.monotonic() - begun) * 1000
    expect_rcode(answer, "SERVFAIL")
    expect(took_ms >= GRACE_MS * 0.9, f"it took {took_ms:.0f} ms", *world.log_tail())
    expect_equal("held back", world.gate.counter("grace_held") - held, 1)


def _genuine_does_not_wait(world):
    held = world.gate.counter("grace_held")
    expect_rcode(world.ask("www.p256.test.", "A"), "NOERROR")
    expect_equal("held back", world.gate.counter("grace_held") - held, 0)


GROUPS = (
    Group("race", with_sealgate("host", grace_ms=LONG_GRACE_MS), (
        *(_all_survive(attack) for attack in ATTACKS),
        _cold("race-forge-address"),
        _cold("race-spoil-everything"),
        _cold("race-impersonate-zone"),
        _cold("race-tc"),
        _cold("race-tc-everything"),
        Case("against race-tc every query gets its genuine answer, although no server answers over TCP",
             _survive_without_tcp),
        Case("a genuine response does not wait", _genuine_does_not_wait),
    )),
    Group("race for room", with_sealgate("host", grace_ms=GRACE_MS), (
        _cold("race-many-signatures"),
        _cold("race-own-zone"),
        _cold("race-small-crowd"),
        _cold("race-failing-crowd"),
        *map(_ends_nothing, CROWDED_OUT),
        Case("a forgery for which no fetch is left does not end the query",
             _hogged("grace_won")))),
    Group("race with little room", with_little_room, (
        Case("a forgery that finds no room to wait does not end the query",
             _hogged("parked_full")),
    )),
    Group("race, nothing better comes", with_sealgate("host", grace_ms=GRACE_MS), (
        Case("if only a Bogus response comes, the client gets SERVFAIL when the grace is over",
             _bogus_waits),)),
)
