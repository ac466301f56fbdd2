# SPDX-License-Identifier: GPL-2.0-or-later
"""The response that a client gets, depending on its query: sizes, flags, EDNS, and reasons."""

import concurrent.futures

import dns.edns
import dns.rdatatype

from lab import ask, topology

from .attacks import BOGUS, EXPIRED, NO_DNSKEY, NO_RRSIGS, NOT_YET
from .case import (Case, Group, Failed, described, expect, expect_data, expect_equal, expect_rcode,
                   on_gateway, on_host, on_router)
from .silence import answers_under

BIG = ("many.wide.example.", "TXT")
GOOD = ["192.0.2.80", "192.0.2.81"]

# Zones that are broken at the source, and the reasons that may be given.
REASONS = (
    ("www.expired.test.", {EXPIRED}),
    ("nowhere.expired.test.", {EXPIRED}),
    ("www.expired.example.", {EXPIRED}),
    ("to-expired.p256.test.", {EXPIRED}),
    ("www.future.test.", {NOT_YET}),
    ("www.bogusds.test.", {NO_DNSKEY, BOGUS}),
    ("www.child.bogusds.test.", {NO_DNSKEY, BOGUS}),
    ("www.unsigned-with-ds.test.", {NO_DNSKEY, NO_RRSIGS, BOGUS}),
    ("www.spoiled.test.", {BOGUS}),
    ("alias.spoiled.test.", {BOGUS}),
)


def _reason(name, codes):
    def run(world):
        answer = world.ask(name, "A", edns=1232)
        expect_rcode(answer, "SERVFAIL")
        expect(set(answer.ede) & codes, f"EDE seen:   {answer.ede}", f"EDE wanted: {sorted(codes)}",
               *world.log_tail())
        plain = world.ask(name, "A")
        expect_rcode(plain, "SERVFAIL")
        expect(not plain.has_opt, "an OPT for a client without EDNS")
    return Case(f"the client gets the reason why {name} is Bogus", run)


def _never_dnssec_unasked(world):
    for name, rdtype in (("www.p256.test.", "A"), ("nowhere.p256.test.", "A"),
                         ("nowhere.ed448.test.", "A"), ("any.wild.salted.test.", "A"),
                         ("www.p256.test.", "LOC"), ("host.moved.p256.test.", "A")):
        for how in ({}, {"ad": True}, {"edns": 1232}):
            answer = world.ask(name, rdtype, **how)
            expect(answer is not None, f"{name} {rdtype} {how}: no answer")
            unasked = {dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3} & set(
                answer.types())
            expect(not unasked, f"{name} {rdtype} {how}: {sorted(unasked)}")
            expect(answer.has_opt == ("edns" in how), f"{name} {rdtype} {how}: OPT is wrong")


def _fits(how, size):
    def run(world):
        for family in (4, 6):
            answer = world.ask(*BIG, family, **how)
            expect(answer is not None and not answer.malformed, described(answer))
            expect(len(answer.wire) <= size, f"{len(answer.wire)} octets")
            expect(answer.is_truncated, "not truncated, although not everything fits")
    return run


def _asked_types(world):
    """DNSKEY, DS and RRSIG are data if the client asked for that type."""
    for name, rdtype in (("p256.test.", "DNSKEY"), ("p256.test.", "DS"),
                         ("www.p256.test.", "NSEC")):
        answer = world.ask(name, rdtype)
        genuine = world.lab.ask_genuinely(name, rdtype)
        expect_equal(f"{name} {rdtype}", answer and answer.data(rdtype), genuine.data(rdtype))


def _ad_only_if_wanted(world):
    for how, wanted in (({}, False), ({"edns": 1232}, False), ({"ad": True}, True),
                        ({"do": True}, True)):
        answer = world.ask("www.p256.test.", "A", **how)
        expect(answer is not None and answer.has_ad == wanted,
               f"{how}: {described(answer)}", f"AD wanted: {wanted}")


def _no_ad_for_insecure(world):
    for name in ("www.unsigned.test.", "www.plain.p256.test.", "www.plain.salted.test.",
                 "www.plain.optout.test.", "www.island.test.", "www.algorithm200.test.",
                 "to-unsigned.p256.test.", "www.digest200.test."):
        for how in ({"ad": True}, {"do": True}):
            answer = world.ask(name, "A", **how)
            expect_rcode(answer, "NOERROR")
            expect(not answer.has_ad, f"{name} {how}: AD for what is not secure")


def steady(answer):
    """The octets without those that change by themselves: the id and the TTLs."""
    message = answer.message
    message.id = 0
    for section in (message.answer, message.authority, message.additional):
        for rrset in section:
            rrset.ttl = 0
    return message.to_wire().hex()


# What the client sends; what must then be on the wire beyond sealgate.
ON_THE_WIRE = (
    ("a query without EDNS gets DO, and a size that needs no fragments", {},
     "flags=RD edns=0 size=1232 do=True options= "),
    ("a query with EDNS gets DO", {"edns": 1232},
     "flags=RD edns=0 size=1232 do=True options= "),
    ("a query with a large EDNS size gets one that needs no fragments", {"edns": 4096},
     "flags=RD edns=0 size=1232 do=True options= "),
    ("AD in a query is kept", {"ad": True}, "flags=RD AD edns=0 size=1232 do=True options= "),
    ("a query without RD stays without RD", {"rd": False}, "flags= edns=0 size=1232 do=True options= "),
)


def _report(world, query):
    with world.lab.attack("report-query"):
        answer = ask.send(world.lab.host, topology.UPSTREAM[4], query.to_wire())
    expect(answer is not None and answer.data("TXT"), f"seen: {described(answer)}",
           *world.log_tail())
    return answer.data("TXT")[0]


def on_the_wire(words, how, wanted):
    def run(world):
        query = ask.make("Any.Unsigned.Test.", "TXT", **how)
        report = _report(world, query)
        start = f'"id={query.id} name=Any.Unsigned.Test. {wanted}'
        expect(report.startswith(start), f"seen:   {report}", f"wanted: {start}")
    return Case(f"query: {words}", run)


def _options_kept(world):
    """A cookie, and every other option in the client's OPT, goes on to the upstream."""
    query = ask.make("any.unsigned.test.", "TXT")
    query.use_edns(0, payload=1400, options=[dns.edns.GenericOption(10, b"8 octets"),
                                             dns.edns.GenericOption(65001, b"something")])
    report = _report(world, query)
    expect("do=True options=10,65001 " in report, f"seen: {report}")


def _tsig_untouched(world):
    """A single changed bit would break its signature, which the server verifies."""
    query = ask.make("any.unsigned.test.", "TXT")
    query.use_tsig(ask.TSIG_KEYRING)
    report = _report(world, query)
    expect("edns=-1" in report and "tsig=True" in report, f"seen: {report}")


def _only_once(world):
    before = world.gate.counter("responses_unsolicited")
    came = answers_under(world, "answer-twice", ask.make("www.unsigned.test.", "A"))
    expect_equal("answers", len(came), 1)
    expect_data(came[0], "A", GOOD)
    expect_equal("dropped", world.gate.counter("responses_unsolicited") - before, 1)


def _burst(world):
    """All come at once, and no key is known yet: the packets wait for the keys, and none is lost."""
    world.gate.restart()
    names = [f"host{number}.wild.{zone}.test." for zone in
             ("rsa256", "p256", "p384", "ed25519", "ed448") for number in range(20)]
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda name: world.ask(name, "A"), names))
    wrong = [f"{name}: {described(answer)}" for name, answer in zip(names, answers)
             if answer is None or answer.data("A") != ["192.0.2.40"]]
    expect(not wrong, f"{len(wrong)} of {len(names)}:", *wrong[:5], *world.log_tail())


def _same_socket(world):
    """Many questions from one port: the id tells them apart."""
    upstream = topology.UPSTREAM[4]
    queries = [ask.make(f"id{number}.wild.p256.test.", "A") for number in range(50)]
    for number, query in enumerate(queries):
        query.id = number
    with ask.udp_socket(world.lab.host, upstream) as sock:
        sock.connect((upstream, 53))
        for query in queries:
            sock.send(query.to_wire())
        sock.settimeout(ask.PATIENCE_S)
        seen = {}
        try:
            while len(seen) < len(queries):
                answer = ask.Answer(sock.recv(65535))
                seen[answer.message.id] = answer
        except TimeoutError:
            raise Failed(f"{len(seen)} of {len(queries)} came", *world.log_tail()) from None
    wrong = [number for number, answer in seen.items() if answer.data("A") != ["192.0.2.40"]]
    expect(not wrong, f"wrong: {wrong}")


def _first_question(name, family):
    def run(world):
        world.gate.restart()
        answer = world.ask(name, "A", family)
        expect_data(answer, "A", GOOD)
    return Case(f"the very first query, for {name} over IPv{family}, is answered", run)


def _odd_queries(world):
    """No query may keep the next client from being served."""
    upstream = topology.UPSTREAM[4]
    good = ask.make("www.p256.test.", "A").to_wire()
    odd = [b"", b"\0", good[:11], good[:-3], good + b"rest", b"\xff" * 12, good[:12] + b"\xc0\x0c" +
           b"\0\1\0\1", good[:4] + b"\0\5" + good[6:], good[:2] + b"\x28\0" + good[4:],
           good + good[12:]]
    for wire in odd:
        with ask.udp_socket(world.lab.host, upstream) as sock:
            sock.connect((upstream, 53))
            sock.send(wire)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    expect(world.gate.process.is_running(), "sealgate has ended", *world.log_tail())


def _logs_bogus(world):
    world.ask("www.expired.test.", "A")
    lines = [line for line in world.gate.log_lines("expired.test") if topology.UPSTREAM[4] in line]
    expect(lines, "no log line with the name and the server", *world.log_tail())


GROUPS = (
    Group("client", on_host, (
        *(_reason(name, codes) for name, codes in REASONS),
        Case("a client that did not ask for DNSSEC gets no DNSSEC records", _never_dnssec_unasked),
        Case("a client without EDNS never gets more than 512 octets", _fits({}, 512)),
        Case("a client with EDNS never gets more octets than it accepts", _fits({"edns": 700}, 700)),
        Case("a client that asks for a DNSSEC type gets its records", _asked_types),
        Case("AD is set on a Secure answer if the client set AD or DO", _ad_only_if_wanted),
        Case("AD is never set on an answer that is not Secure", _no_ad_for_insecure),
        *(on_the_wire(*row) for row in ON_THE_WIRE),
        Case("query: the client's EDNS options are kept", _options_kept),
        Case("query: a query with TSIG goes on untouched", _tsig_untouched),
        Case("a second response to one query is dropped", _only_once),
        Case("each of several queries from one port gets its own answer", _same_socket),
        Case("every query of a burst is answered, though no key is known yet", _burst),
        Case("after malformed and unusual queries the next client is still served", _odd_queries),
        Case("the log names the question and the server of a Bogus answer", _logs_bogus),
        *(_first_question(name, family) for family in (4, 6) for name in
          ("www.rsa512.test.", "www.child.optout.test.", "www.unsigned.example.",
           "www.plain.salted.test.")))),
    Group("client on the router", on_router, (_reason("www.expired.test.", {EXPIRED}),)),
    Group("client of the gateway", on_gateway, (
        *(_reason(name, codes) for name, codes in REASONS[:3]),
        *(_first_question(name, family) for family in (4, 6) for name in
          ("www.rsa512.test.", "www.unsigned.test.")))),
)
