# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers with one odd habit: they reject the EDNS options of one client, block names, or lose a signature
now and then. What that does to all other clients and names."""

import contextlib

import dns.edns

from lab import ask, nat, streams, topology
from lab.options import ADDRESS, Row
from lab.sealgate import LONG_GRACE_MS

from .case import (Case, Group, behind, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until, with_sealgate)

GOOD = ["192.0.2.80", "192.0.2.81"]
COOKIE = dns.edns.GenericOption(10, b"8octets!")
SUBNET = dns.edns.ECSOption("192.0.2.0", 24)
BY_AN_ERROR = "answers queries with EDNS by an error"


# ---- Options ----

def _ask_with(world, name, options=(), version=0, **how):
    query = ask.make(name, "A", do=True)
    query.use_edns(version, query.ednsflags, payload=1232, options=list(options))
    return ask.send(world.lab.host, topology.UPSTREAM[4], query.to_wire(), **how)


def _expect_signed(world, name):
    """For a client without any option."""
    answer = world.ask(name, "A", ad=True)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad, f"{name}: no AD", *world.log_tail())


def _cookie(world):
    """The first query that the server gets has a cookie."""
    world.gate.restart()
    with world.lab.attack("refuse-options"):
        for options, version in (((COOKIE,), 0), ((SUBNET,), 0), ((), 1)):
            answer = _ask_with(world, "www.p256.test.", options, version)
            expect_data(answer, "A", GOOD)
            expect(answer.has_ad and answer.has_opt, described(answer))
        _expect_signed(world, "www.rsa256.test.")
    expect_equal("asked again", world.gate.counter("bare_asked"), 1)
    expect_equal("sent on without options", world.gate.counter("queries_bare"), 2)
    expect_equal("lines", len(world.gate.log_lines("answers queries with EDNS options by an error")), 1)
    expect(not world.gate.log_lines(BY_AN_ERROR), *world.log_tail())


def _no_edns_at_all(world):
    """Then the client gets the server's error, and the server is asked without EDNS."""
    world.gate.restart()
    with world.lab.attack("refuse-edns"):
        expect_rcode(_ask_with(world, "www.unsigned.test.", (COOKIE,)), "FORMERR")
    expect_equal("lines", len(world.gate.log_lines(BY_AN_ERROR)), 1)


def _dropped(world):
    """The server is silent only because of the cookie. It is probed without, so it counts as what it is."""
    world.gate.restart()
    with world.lab.attack("drop-options"):
        with ask.udp_socket(world.lab.host, topology.UPSTREAM[4]) as sock:
            query = ask.make("www.p256.test.", "A", do=True)
            query.use_edns(0, query.ednsflags, payload=1232, options=[COOKIE])
            sock.connect((topology.UPSTREAM[4], 53))
            sock.send(query.to_wire())
            wait_until(lambda: world.gate.counter("probes"), "it is not probed")
            _expect_signed(world, "www.rsa256.test.")
    expect(not world.gate.log_lines("does not answer queries with EDNS"), *world.log_tail())


def _forged_error(world):
    """An attacker answers first, by an error as such servers send it. The client has its answer, and the
    server counts as one that takes EDNS."""
    world.gate.restart()
    with world.lab.attack("race-refuse-edns"):
        for name in ("www.p256.test.", "www.ed25519.test."):
            answer = _ask_with(world, name, (COOKIE,))
            expect_data(answer, "A", GOOD)
    expect(world.gate.counter("bare_asked") <= 2, "a forged error costs more than one query")
    expect(not world.gate.log_lines(BY_AN_ERROR), *world.log_tail())
    _expect_signed(world, "www.rsa256.test.")


@contextlib.contextmanager
def _with_another_resolver(lab):
    with nat.spared(lab.wire, [(4, "-p", "udp", "-d", topology.ORACLE[4], "--dport", "53")]), \
            with_sealgate("host", more=f'resolver = [ "{topology.ORACLE[4]}" ];\n')(lab) as world:
        yield world


# ---- Blocked names ----

BLOCKED = ("www.p256.test.", "www.rsa256.test.", "www.ed25519.test.", "www.salted.test.")
# It blocks names as Pi-hole does.
FILTER = Row("dnsmasq", " ".join(f"--address=/{name}/#" for name in BLOCKED))


def _blocking_is_no_stripping(world):
    world.gate.restart()
    for name in 2 * BLOCKED:    # the first time keys are fetched, which are signed
        for rdtype in ("A", "AAAA", "A"):
            expect_rcode(world.ask(name, rdtype), "SERVFAIL")
    expect(not world.gate.log_lines("leaves out all signatures"), *world.log_tail())
    lines = world.gate.log_lines("probably it blocks these names")
    expect_equal("lines that name the likely cause", len(lines), 1)
    expect(ADDRESS in lines[0], lines[0])
    answer = world.ask("mail.p256.test.", "A", ad=True)
    expect(answer.rcode == "NOERROR" and answer.has_ad, described(answer), *world.log_tail())


# ---- Forgeries right after a start ----

def _known_to_be_signed(world):
    """An alarm on Bogus must see a flood of stripped answers, whatever it looks like of the server."""
    world.gate.restart()
    names = [f"{label}.{zone}" for zone in ("p256.test.", "rsa256.test.")
             for label in ("www", "alias", "case", "mail.b")]
    with world.lab.attack("strip-signatures"):
        for name in names:
            answer = world.ask(name, "A", edns=1232)
            expect_rcode(answer, "SERVFAIL")
            expect(answer.ede, f"{name}: no reason")
    expect_equal("Bogus", world.gate.counter("status_bogus"), len(names))
    expect_equal("Indeterminate", world.gate.counter("status_indeterminate"), 0)


# ---- A signature that is lost now and then, or wrong at one of several servers ----

LOST = (("www.p256.test.", "A"), ("alias.rsa256.test.", "A"), ("to-example.p256.test.", "A"),
        ("www.salted.test.", "LOC"), ("nowhere.ed25519.test.", "A"))
BROKEN = "www.expired.test."


def _is_as_genuine(world, answer, name, rdtype):
    genuine = world.lab.ask_genuinely(name, rdtype)
    expect(answer is not None and (answer.rcode, sorted(answer.records("answer"))) ==
           (genuine.rcode, sorted(genuine.records("answer"))),
           f"{name} {rdtype}: {described(answer)}", *world.log_tail())
    expect(answer.has_ad and not answer.has_opt, f"{name} {rdtype}: {described(answer)}")


def _lost_in_turn(world):
    world.gate.restart()
    with world.lab.attack("lose-a-signature-in-turn"):
        for name, rdtype in LOST:
            _is_as_genuine(world, world.ask(name, rdtype, ad=True), name, rdtype)
            # the next answer comes with its signature, so nothing is asked again
            _is_as_genuine(world, world.ask(name, rdtype, ad=True), name, rdtype)
    expect(world.gate.counter("once_more_asked") >= len(LOST), "nothing was asked once more")
    expect_equal("helped", world.gate.counter("once_more_helped"),
                 world.gate.counter("once_more_asked"))
    expect_equal("Bogus", world.gate.counter("status_bogus"), 0)


def _lost_over_tcp(world):
    world.gate.restart()
    # over UDP each answer is spoilt
    with world.lab.attack("flip-signature-bit"), \
            streams.Server(world.lab, streams.attacking("lose-a-signature-in-turn")):
        answer = streams.query(world.lab.host, topology.UPSTREAM[4], "www.p256.test.", "A", ad=True)
    _is_as_genuine(world, answer, "www.p256.test.", "A")
    expect_equal("helped", world.gate.counter("once_more_helped"), 1)


def _wrong_at_one_server(world):
    """The client's server gives a wrong signature each time; another resolver of the configuration does not."""
    world.gate.restart()
    with world.lab.attack("flip-signature-bit"):
        for name, rdtype in LOST[:2]:
            _is_as_genuine(world, world.ask(name, rdtype, ad=True), name, rdtype)


def _unsigned_stays_refused(world):
    """A landing page in place of a signed name: no other resolver is asked behind the server's back."""
    world.gate.restart()
    expect(world.ask("www.p256.test.", "A", ad=True).has_ad, "no AD")     # so the server signs
    with world.lab.attack("strip-signatures"):
        expect_rcode(world.ask("www.p256.test.", "AAAA"), "SERVFAIL")


def _broken_for_good(world):
    """A zone whose answers are really Bogus costs two questions more, and then none for a while. One whose
    keys are Bogus costs none: another answer would not help."""
    world.gate.restart()
    for _ in range(6):
        expect_rcode(world.ask(BROKEN, "A"), "SERVFAIL")
    expect_equal("asked once more, where the keys are Bogus", world.gate.counter("once_more_asked"), 0)
    with world.lab.attack("flip-signature-bit"):
        for number in range(6):
            expect_rcode(world.ask(f"n{number}.wild.p256.test.", "A"), "SERVFAIL")
    expect_equal("asked once more", world.gate.counter("once_more_asked"), 2)
    expect_equal("helped", world.gate.counter("once_more_helped"), 0)


GROUPS = (
    Group("odd servers, and a signature lost", with_sealgate("host"), (
        Case("a server that loses an RRSIG now and then: the first answer that the client gets is right",
             _lost_in_turn),
        Case("over TCP, too, the question is asked once more", _lost_over_tcp),
        Case("a zone that is Bogus for good soon costs no second question",
             _broken_for_good),
    )),
    Group("odd servers, and a signature lost, behind the gateway", with_sealgate("gateway"), (
        Case("a gateway asks once more for its clients", _lost_in_turn),)),
    Group("odd servers, and a signature wrong at one of them", _with_another_resolver, (
        Case("if one server has a wrong signature, another resolver of the configuration is asked",
             _wrong_at_one_server),
        Case("an answer without any signature is not replaced by that of another resolver",
             _unsigned_stays_refused),
    )),
    Group("odd servers, and options of one client", with_sealgate("host"), (
        Case("a server that rejects options answers clients that send them, and all others are signed",
             _cookie),
        Case("a server that rejects EDNS is noticed even if the first query has options", _no_edns_at_all),
        Case("a server that drops queries with options does not count as one without EDNS", _dropped),
    )),
    Group("odd servers, and a forged rejection of options",
          with_sealgate("host", grace_ms=LONG_GRACE_MS), (
              Case("a forged error to a client's options costs one query, and nobody's signatures",
                   _forged_error),)),
    Group("odd servers, and blocked names", behind(FILTER), (
        Case("a server that blocks names is not accused of leaving out signatures",
             _blocking_is_no_stripping),)),
    Group("odd servers, and forgeries right after a start", with_sealgate("host"), (
        Case("answers known to be signed that come without signatures are counted as Bogus",
             _known_to_be_signed),)),
)
