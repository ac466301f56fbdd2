# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that reject EDNS, drop it, or leave out signatures: what their clients get."""

import contextlib
import time

from lab import ask, nat, streams, topology
from lab.attacks import FORGED
from lab.sealgate import LONG_GRACE_MS

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until, with_sealgate)
from .silence import Line

NO_RRSIGS = 10
STRIPPING_S = 5     # signatures must be missing for this long before a server counts as leaving them out
PROBES, PROBE_TRY_S = 1 + 3, 0.6    # rounds without EDNS and with it; and for how long each of the latter
GOOD = ["192.0.2.80", "192.0.2.81"]
SIGNED = (("www.p256.test.", "A"), ("alias.rsa256.test.", "A"), ("any.wild.ed25519.test.", "A"),
          ("to-example.p256.test.", "A"), ("www.child.salted.test.", "AAAA"), ("p256.test.", "MX"))
DENIED = (("nowhere.p256.test.", "A"), ("www.rsa256.test.", "LOC"), ("nowhere.salted.test.", "A"))
INSECURE = (("www.unsigned.test.", "A"), ("www.plain.p256.test.", "A"))
BROKEN = ("www.expired.test.", "www.bogusds.test.")
HABITS = ("refuse-edns", "refuse-edns-notimp", "strip-dnssec-everywhere")


def _oracle_spared(lab):
    """Queries to the resolver of the configuration do not meet the odd server."""
    return nat.spared(lab.wire, [(family, "-p", "udp", "-d", topology.ORACLE[family], "--dport", "53")
                                 for family in (4, 6)])


def _scene(more, role="host", **settings):
    @contextlib.contextmanager
    def scene(lab):
        with _oracle_spared(lab), with_sealgate(role, more=more, **settings)(lab) as world:
            yield world
    return scene


RESOLVER = f'resolver = [ "{topology.ORACLE[4]}" ];\n'


def _seen(answer):
    return None if answer is None else (answer.rcode, sorted(answer.records("answer")))


def _served(habit, family):
    """As from a server without the habit, from the first query on."""
    def run(world):
        world.gate.restart()
        with world.lab.attack(habit):
            for name, rdtype in SIGNED + DENIED:
                answer = world.ask(name, rdtype, family, ad=True)
                genuine = world.lab.ask_genuinely(name, rdtype)
                expect_equal(f"{name} {rdtype}", _seen(answer), _seen(genuine))
                expect(answer.has_ad and not answer.has_opt, f"{name}: {described(answer)}",
                       *world.log_tail())
            for name, rdtype in INSECURE:
                answer = world.ask(name, rdtype, family, ad=True)
                expect_data(answer, rdtype, GOOD)
                expect(not answer.has_ad, f"{name}: AD")
            for name in BROKEN:
                expect_rcode(world.ask(name, "A", family), "SERVFAIL")
    return Case(f"{habit}, IPv{family}: answers are proved with signatures from `resolver`", run)


def _with_do(world):
    world.gate.restart()
    with world.lab.attack("strip-dnssec-everywhere"):
        answer = world.ask("www.p256.test.", "A", do=True)
    expect_data(answer, "A", GOOD)
    expect(answer.data("RRSIG") and answer.has_ad, described(answer))


def _forged(attack):
    def run(world):
        world.gate.restart()
        for _ in range(2):
            with world.lab.attack(attack):
                for name in ("www.p256.test.", "www.rsa256.test."):
                    answer = world.ask(name, "A")
                    expect_rcode(answer, "SERVFAIL")
                    expect(FORGED[1] not in str(answer.message), described(answer))
    return Case(f"{attack}: the answer is not the one that the resolver's signatures prove", run)


def _said_once(habit, words):
    def run(world):
        world.gate.restart()
        with world.lab.attack(habit):
            for _ in range(3):
                for name, rdtype in SIGNED:
                    world.ask(name, rdtype)
        lines = world.gate.log_lines(words)
        expect_equal(f"lines with {words!r}", len(lines), 1)
        expect(topology.UPSTREAM[4] in lines[0] and "`resolver`" in lines[0], lines[0])
    return Case(f"{habit}: the log names the server once, with advice", run)


def _refused(habit):
    """No server has the signatures: the client gets the reason, and not a guess."""
    def run(world):
        world.gate.restart()
        with world.lab.attack(habit):
            for _ in range(3):      # until it is known that this is not a single answer
                for name, rdtype in SIGNED[:2]:
                    answer = world.ask(name, rdtype)
                    expect_rcode(answer, "SERVFAIL")
            answer = world.ask("www.p256.test.", "A", edns=1232)
            if answer is not None and answer.rcode in ("FORMERR", "NOTIMP"):
                return      # the server's own error, for a client that uses EDNS itself
            expect_rcode(answer, "SERVFAIL")
            expect(NO_RRSIGS in answer.ede, f"EDE: {answer.ede}")
    return Case(f"{habit}: if no server has the signatures, answers from signed zones are refused", run)


def _insecure_pass(habit):
    def run(world):
        world.gate.restart()
        with world.lab.attack(habit):
            for name, rdtype in INSECURE * 2:
                expect_data(world.ask(name, rdtype), rdtype, GOOD)
            expect_rcode(world.ask("www.p256.test.", "A"), "SERVFAIL")
    return Case(f"{habit}: with assist = false answers from unsigned zones pass, others do not", run)


def _silent(world):
    """A client that asks again is served, and from then on every client at once."""
    world.gate.restart()
    with world.lab.attack("drop-edns"), Line(world) as line:
        line.ask("www.p256.test.", "A")     # it is not answered
        wait_until(lambda: world.gate.log_lines("does not answer queries with EDNS"),
                   "sealgate did not notice it")
        for name, rdtype in SIGNED + DENIED:
            answer = world.ask(name, rdtype, ad=True)
            expect_equal(f"{name} {rdtype}", _seen(answer),
                         _seen(world.lab.ask_genuinely(name, rdtype)))
            expect(answer.has_ad, f"{name}: no AD")
        for name, rdtype in INSECURE:
            expect_data(world.ask(name, rdtype), rdtype, GOOD)


def _dead_is_not_silent(world):
    """A server that does not answer at all is asked with EDNS once it answers again."""
    world.gate.restart()
    with world.lab.attack("silence"), Line(world) as line:
        since = world.lab.journal.now()
        line.ask("www.p256.test.", "A")
        wait_until(lambda: world.lab.journal.came(since) >= 1 + PROBES, "it is not probed")
    time.sleep(PROBE_TRY_S)     # the server does not answer; sealgate needs this long to conclude it
    query = ask.make("any.unsigned.test.", "TXT")
    with world.lab.attack("report-query"):
        answer = ask.send(world.lab.host, topology.UPSTREAM[4], query.to_wire())
    expect(answer is not None and "do=True" in str(answer.data("TXT")), described(answer))


def _begins_to_strip(world):
    """While part of its earlier responses is recalled. No query is lost for good, and no remembered
    response is taken for a response that comes now."""
    world.gate.restart()
    for _ in range(2):
        for name, rdtype in SIGNED + INSECURE:
            expect_equal(name, _seen(world.ask(name, rdtype)),
                         _seen(world.lab.ask_genuinely(name, rdtype)))
    expect(world.gate.counter("responses_recalled") >= len(SIGNED + INSECURE), "no response is recalled")
    with world.lab.attack("strip-dnssec-everywhere"):
        wait_until(lambda: (answer := world.ask(*SIGNED[0])) and answer.rcode == "NOERROR",
                   "sealgate never notices it")
        for name, rdtype in SIGNED + DENIED:
            answer = world.ask(name, rdtype, ad=True)
            expect_equal(f"{name} {rdtype}", _seen(answer),
                         _seen(world.lab.ask_genuinely(name, rdtype)))
            expect(answer.has_ad, f"{name}: no AD")
    expect(world.gate.counter("assisted"), "it was not proved", *world.log_tail())


def _forged_by_one_who_races(world):
    """A flood of forgeries does not make sealgate believe that the server signs nothing: the server's
    own answers are judged as before, and signatures are not fetched from elsewhere."""
    world.gate.restart()
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    with world.lab.attack("race-strip-signatures"):
        begun = time.monotonic()
        while time.monotonic() < begun + STRIPPING_S + 1:
            for name, rdtype in SIGNED:
                expect_rcode(world.ask(name, rdtype), "NOERROR")
    expect_equal("signatures fetched elsewhere", world.gate.counter("signed_asked"), 0)
    expect(not world.gate.log_lines("leaves out all signatures"), *world.log_tail())


def _one_lie(world):
    """A forged error does not make sealgate ask a server without EDNS that supports EDNS."""
    world.gate.restart()
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    with world.lab.attack("refuse-edns"):
        world.ask("www.rsa256.test.", "A")
    answer = world.ask("www.ed25519.test.", "A", ad=True)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad, "no AD")
    expect(not world.gate.log_lines("answers queries with EDNS by an error"), *world.log_tail())


def _over_tcp(habit):
    def run(world):
        world.gate.restart()
        with world.lab.attack(habit), streams.Server(world.lab, streams.attacking(habit)):
            for name, rdtype in SIGNED[:3]:
                answer = streams.query(world.lab.host, topology.UPSTREAM[4], name, rdtype, ad=True)
                expect_equal(f"{name} {rdtype}", _seen(answer),
                             _seen(world.lab.ask_genuinely(name, rdtype)))
                expect(answer.has_ad, f"{name}: no AD")
    return Case(f"{habit}: over TCP too answers are proved with signatures from `resolver`", run)


GROUPS = (
    Group("odd servers, and a resolver", _scene(RESOLVER), (
        *(_served(habit, family) for habit in HABITS for family in (4, 6)),
        Case("a client with DO gets the signatures that came from `resolver`", _with_do),
        *(_forged(attack) for attack in ("strip-and-forge", "refuse-edns-and-forge")),
        _said_once("refuse-edns", "answers queries with EDNS by an error"),
        _said_once("strip-dnssec-everywhere", "leaves out all signatures: answers"),
        Case("drop-edns: a server that drops queries with EDNS is asked without EDNS", _silent),
        Case("a server that does not answer at all does not count as one that drops EDNS",
             _dead_is_not_silent),
        Case("a server that begins to leave out signatures is noticed, though its earlier responses are recalled",
             _begins_to_strip),
        Case("refuse-edns: an error is not believed of a server that has supported EDNS", _one_lie),
        *(_over_tcp(habit) for habit in ("refuse-edns", "strip-dnssec-everywhere")))),
    Group("no odd server, but one who races", _scene(RESOLVER, grace_ms=LONG_GRACE_MS), (
        Case("an attacker who races a server with stripped answers does not make it count as one that strips",
             _forged_by_one_who_races),)),
    Group("odd servers, without assistance", _scene(RESOLVER + "assist = false;\n"),
          tuple(_insecure_pass(habit) for habit in HABITS)),
    Group("odd servers, alone", _scene(""), (
        *(_refused(habit) for habit in HABITS),
        _said_once("strip-dnssec-everywhere", "leaves out all signatures: answers"))),
    Group("odd servers through the gateway", _scene(RESOLVER, "gateway"),
          tuple(_served(habit, 4) for habit in HABITS)),
)
