# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer, packet by packet: dnspython's validator judges each response by itself."""

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype

from lab import ask, streams
from lab.signing import legacy

from . import signer
from .case import Case, Group, described, expect, expect_equal, wait_until
from .signer import standing

APEX_TYPES = ("DNSKEY", "CDS", "CDNSKEY")
MORE_QUESTIONS = (("@", "ANY"), ("www", "ANY"), ("sub", "A"), ("www.sub", "A"), ("sub", "NS"),
                  ("a.b.sub", "MX"), ("to-outside", "A"))
DENYING_QUESTIONS = (("www", "NSEC"), ("@", "NSEC"), ("@", "NSEC3PARAM"), ("nowhere", "NSEC"))


def _ask(world, zone, name, rdtype, over_tcp=False, **how):
    asker = world.signing.ask_server_over_tcp if over_tcp else world.signing.ask_server
    how = {"do": True, "rd": False, **how}
    if zone.kind != "drops-edns" or over_tcp:
        return asker(zone, name, rdtype, **how)
    # Now and then one query tests whether this server supports EDNS, and is lost.
    return asker(zone, name, rdtype, **{**how, "timeout_s": 2}) or asker(zone, name, rdtype, **how)


def judged_by_itself(zone, questions):
    def run(world):
        wrong = []
        for number, (name, rdtype) in enumerate(questions):
            full = world.full(zone, name)
            for over_tcp in (False, True):
                if over_tcp and zone.kind == "no-tcp" and name == "huge":
                    continue
                answer = _ask(world, zone, full, rdtype, over_tcp, family=(4, 6)[number % 2])
                wrong += complaints_of(world, full, rdtype, over_tcp, answer)
        expect(not wrong, *wrong[:12], *world.log_tail())
    return Case(f"packets: each response from {zone.origin} validates by itself, over UDP and TCP", run)


def complaints_of(world, full, rdtype, over_tcp, answer):
    where = f"{full} {rdtype} over {'TCP' if over_tcp else 'UDP'}"
    if answer is None or answer.malformed:
        return [f"{where}: {answer.malformed if answer else 'no answer'}"]
    if answer.rcode not in ("NOERROR", "NXDOMAIN"):
        return [f"{where}: {answer.rcode}"]
    # one element for each RRset, as validators see it
    message = dns.message.from_wire(answer.wire)
    found = [f"{where}: {each}" for each in world.judge.complaints(message)]
    if over_tcp and answer.is_truncated:
        found.append(f"{where}: TC over TCP")
    if not over_tcp and len(answer.wire) > 1232:
        found.append(f"{where}: {len(answer.wire)} octets")
    return found


# Names: sizes and letter case.

def name_of(octets, label, zone, wildcard="wild"):
    """A name of exactly `octets` octets under a wildcard, in labels of at most the given length."""
    tail = dns.name.from_text(wildcard, dns.name.from_text(zone))
    left = octets - len(tail.to_wire())
    labels = []
    while left > 0:
        size = min(label, left - 1)
        if left - 1 - size == 1:    # a label needs at least one octet
            size -= 1
        if size < 1:
            return None
        labels.append(b"a" * size)
        left -= size + 1
    return dns.name.Name(tuple(labels) + tail.labels)


def _names_hold(world):
    zone = legacy.BY_ORIGIN["plain.lab."]
    wrong = []
    for octets in (30, 100, 191, 192, 193, *range(245, 256)):
        for label in (1, 2, 31, 62, 63):
            name = name_of(octets, label, zone.origin)
            if name is None or len(name.to_wire()) != octets:
                continue
            for rdtype in ("A", "MX", "DS"):
                answer = _ask(world, zone, name, rdtype)
                wrong += complaints_of(world, f"{octets} octets, labels of {label}", rdtype, False,
                                     answer)
            # the same length, but no such name: the last label of *.wild is another one
            text = name.to_text().replace(".wild.", ".wile.")
            wrong += complaints_of(world, f"{octets} octets, no such name", "A", False,
                                 _ask(world, zone, text, "A"))
    expect(not wrong, *wrong[:12])


CASES_OF_LETTERS = ("www", "WWW", "wWw", "WwW.cAsE", "nOwHeRe", "AnY.WiLd", "ALIAS", "C.deeP")


def _letters_come_back(world):
    for origin in ("plain.lab.", "nsd.lab.", "masq.lab.", "lower.lab."):
        zone = legacy.BY_ORIGIN[origin]
        for name in CASES_OF_LETTERS:
            for rdtype in ("A", "MX", "DS"):
                full = f"{name}.{origin.swapcase() if name != 'www' else origin}"
                question = ask.make(full, rdtype, do=True)
                answer = ask.send(world.signing.validators_namespace, zone.addresses[4],
                                  question.to_wire())
                expect(answer is not None, f"{full} {rdtype}: no answer", *world.log_tail())
                expect_equal(f"{full} {rdtype}: the question", answer.question_wire,
                             question.to_wire()[12:12 + len(answer.question_wire)])
                wrong = complaints_of(world, full, rdtype, False, answer)
                expect(not wrong, *wrong)


# Messages that are left alone.

UNTOUCHED = (("www", "A"), ("@", "MX"), ("nowhere", "A"), ("www", "MX"), ("alias", "A"),
             ("x.moved", "A"), ("any.wild", "TXT"), ("sub", "A"), ("huge", "TXT"), ("@", "SOA"))


def _past(world, zone, wire):
    """The server's own answer: asked on its own machine. The gateway's own queries are answered through sealgate."""
    return ask.send(world.signing.legacy, zone.addresses[4], wire)


def _through(world, zone, wire):
    return ask.send(world.signing.validators_namespace, zone.addresses[4], wire)


def _same_octets(world, zone, wire, what):
    genuine, seen = _past(world, zone, wire), _through(world, zone, wire)
    expect(genuine is not None and seen is not None, f"{what}: no answer")
    expect_equal(what, seen.wire, genuine.wire)


def _untouched_without_do(world):
    # NSD and dnsmasq always give equal answers; the odd server takes its records from Python sets.
    for origin in ("nsd.lab.", "masq.lab."):
        zone = legacy.BY_ORIGIN[origin]
        for name, rdtype in UNTOUCHED:
            for how in ({}, {"edns": 1232}, {"edns": 4096, "cd": True}, {"ad": True}):
                query = ask.make(world.full(zone, name), rdtype, **how)
                _same_octets(world, zone, query.to_wire(), f"{name} {rdtype} {how}")


def _untouched_elsewhere(world):
    zone = legacy.BY_ORIGIN["nsd.lab."]
    outside = ask.make("www.elsewhere.test.", "A", do=True)
    chaos = dns.message.make_query("version.bind.", "TXT", "CH", want_dnssec=True)
    notify = ask.make(zone.origin, "SOA", do=True)
    notify.set_opcode(dns.opcode.NOTIFY)
    update = dns.message.make_query(zone.origin, "SOA")
    update.set_opcode(dns.opcode.UPDATE)
    for what, query in (("another zone", outside), ("another class", chaos), ("NOTIFY", notify),
                        ("UPDATE", update)):
        _same_octets(world, zone, query.to_wire(), what)
    signed = ask.make(f"www.{zone.origin}", "A", do=True)
    signed.use_tsig(ask.TSIG_KEYRING, keyname=ask.TSIG_NAME)
    wire = signed.to_wire()
    genuine, seen = _past(world, zone, wire), _through(world, zone, wire)
    # the server does not know the key, and says so; only the time in the TSIG differs
    expect(seen is not None and genuine is not None and
           seen.wire[:12] == genuine.wire[:12], "TSIG: not the server's own answer")


def _apex_without_do(world):
    for zone in legacy.ZONES:
        if zone.kind == "presigned":
            continue
        for rdtype in APEX_TYPES:
            answer = _ask(world, zone, zone.origin, rdtype, do=False)
            if answer is not None and answer.is_truncated:      # RSA keys are long
                answer = _ask(world, zone, zone.origin, rdtype, over_tcp=True, do=False)
            expect(answer is not None and answer.data(rdtype),
                   f"{zone.origin} {rdtype}: {described(answer)}")
            expect("RRSIG" not in " ".join(answer.records("answer")) and not answer.has_opt,
                   f"{zone.origin} {rdtype}: more than was asked for")


# Refusals, errors, and responses that must never become a denial.

def _special_types(world):
    zone = legacy.BY_ORIGIN["plain.lab."]
    for rdtype, rcode in (("RRSIG", "REFUSED"), ("TYPE128", "FORMERR"), ("AXFR", "REFUSED"),
                          ("IXFR", "REFUSED")):
        answer = _ask(world, zone, zone.origin, rdtype)
        expect(answer is not None and answer.rcode == rcode, f"{rdtype}: {described(answer)}")
        answer = _ask(world, zone, zone.origin, rdtype, over_tcp=True)
        expect(answer is not None and answer.rcode == rcode, f"{rdtype} TCP: {described(answer)}")


def _errors_stay_errors(world):
    for origin, rcode in (("notimp-types.lab.", "NOTIMP"), ("refused-types.lab.", "REFUSED"),
                          ("servfail-types.lab.", "SERVFAIL")):
        zone = legacy.BY_ORIGIN[origin]
        answer = _ask(world, zone, f"www.{origin}", "LOC")
        expect(answer is not None and answer.rcode == rcode, f"{origin}: {described(answer)}")
        expect(not answer.records("authority"), f"{origin}: {answer.records('authority')}")


def _empty_is_no_denial(world):
    zone = legacy.BY_ORIGIN["empty.lab."]
    for name in ("www", "nowhere"):
        answer = _ask(world, zone, f"{name}.{zone.origin}", "MX")
        expect(answer is not None and answer.rcode == "SERVFAIL", f"{name}: {described(answer)}")


def _presigned_passes(world):
    zone = legacy.BY_ORIGIN["presigned.lab."]
    answer = _ask(world, zone, f"www.{zone.origin}", "A")
    expect(answer is not None and len(answer.data("RRSIG")) == 1, f"seen: {described(answer)}")
    expect(world.gate.log_lines("not signed: www.presigned.lab."), "no line in the log",
           *world.log_tail())


def _compact_answers_ok(world):
    """CO, the second flag of EDNS (RFC 9824, 5): with it a name that does not exist is NXDOMAIN."""
    zone = legacy.BY_ORIGIN["plain.lab."]

    def asked(rdtype, flags):
        query = ask.make(f"nowhere.{zone.origin}", rdtype)
        query.use_edns(0, flags, payload=1232)
        answer = _through(world, zone, query.to_wire())
        expect(answer is not None, f"{rdtype} {flags:x}: no answer")
        return answer

    # each worker believes that the name is missing once it has seen that for both types
    wait_until(lambda: {asked(rdtype, 0xC000).rcode for rdtype in ("A", "AAAA")} == {"NXDOMAIN"},
               "the name is not denied with CO")
    for flags, rcode in ((0x8000, "NOERROR"), (0xC000, "NXDOMAIN")):
        answer = asked("A", flags)
        expect_equal(f"{flags:x}: RCODE", answer.rcode, rcode)
        expect_equal(f"{flags:x}: CO", bool(answer.message.ednsflags & 0x4000), flags == 0xC000)


def _countdown_keeps_signature(world):
    zone = legacy.BY_ORIGIN["countdown.lab."]
    seen, ttls = set(), set()
    for _ in range(8):
        answer = _ask(world, zone, f"www.{zone.origin}", "A")
        expect(answer is not None and answer.data("RRSIG"), f"seen: {described(answer)}")
        wrong = complaints_of(world, "countdown", "A", False, answer)
        expect(not wrong, *wrong)
        seen.add(answer.data("RRSIG")[0])
        ttls.add(answer.ttls()[0])
    expect(len(ttls) > 1, "the TTL did not count down")
    # the original TTL is the highest that was seen, so it may grow, but not with every answer
    expect(len(seen) < len(ttls), f"{len(seen)} signatures for {len(ttls)} TTLs")


# Sizes.

def _small_clients_come_by_tcp(world):
    for origin in ("plain.lab.", "nsd.lab.", "no-tcp.lab."):
        zone = legacy.BY_ORIGIN[origin]
        full = f"big.{origin}"
        answer = _ask(world, zone, full, "TXT", edns=512)
        expect(answer is not None and answer.is_truncated and len(answer.wire) <= 512,
               f"{origin}: {described(answer)}")
        answer = _ask(world, zone, full, "TXT", over_tcp=True, edns=512)
        wrong = complaints_of(world, full, "TXT", True, answer)
        expect(not wrong and answer.data("TXT"), *wrong, f"{origin}: {described(answer)}",
               *world.log_tail())


def _many_on_one_connection(world):
    zone = legacy.BY_ORIGIN["plain.lab."]
    names = [f"n{number}.wild.{zone.origin}" for number in range(20)]
    with streams.connect(world.signing.validators_namespace, zone.addresses[4]) as stream:
        queries = {}
        for number, name in enumerate(names):
            query = ask.make(name, "A", do=True)
            query.id = number
            queries[number] = query
        stream.send(*(query.to_wire() for query in queries.values()))
        for _ in names:
            wire = stream.receive()
            expect(wire is not None, f"{len(queries)} answers are missing")
            answer = ask.Answer(wire)
            wrong = complaints_of(world, names[answer.message.id], "A", True, answer)
            expect(not wrong, *wrong)
            queries.pop(answer.message.id)


def _all_questions(zone):
    has = signer.questions_of(zone, signer.POSITIVE, signer.MASQ_POSITIVE)
    has_not = signer.questions_of(zone, signer.NEGATIVE, signer.MASQ_NEGATIVE)
    if zone.kind == "dnsmasq":
        return has + has_not
    more = MORE_QUESTIONS + (() if zone.kind in signer.NO_DENIAL else DENYING_QUESTIONS + has_not)
    return has + tuple(row for row in more
                       if not (zone.kind.endswith("-types") and row[1] == "ANY"))


PACKET_CASES = (
    *(judged_by_itself(zone, _all_questions(zone)) for zone in signer.validated_zones()),
    Case("packets: responses for names of every length, and with long labels, validate", _names_hold),
    Case("packets: the question comes back letter for letter, and signatures cover the names that are sent",
         _letters_come_back),
    Case("packets: responses to queries without DO pass untouched, octet for octet", _untouched_without_do),
    Case("packets: messages with other zones, classes, opcodes, or TSIG pass untouched",
         _untouched_elsewhere),
    Case("packets: DNSKEY, CDS and CDNSKEY are answered without DO too, whatever the server says",
         _apex_without_do),
    Case("packets: RRSIG, type 128 and transfers are refused", _special_types),
    Case("packets: a server's NOTIMP, REFUSED and SERVFAIL do not become a denial", _errors_stay_errors),
    Case("packets: an empty answer without SOA does not become a denial", _empty_is_no_denial),
    Case("packets: a response that has signatures already passes, and the log warns", _presigned_passes),
    Case("packets: a client with CO gets NXDOMAIN, others NOERROR", _compact_answers_ok),
    Case("packets: a TTL that counts down does not need a new signature each time",
         _countdown_keeps_signature),
    Case("packets: an answer that does not fit gets TC, and comes over TCP, also from a server "
         "without TCP", _small_clients_come_by_tcp),
    Case("packets: many queries on one connection are all answered", _many_on_one_connection),
)

GROUPS = (
    Group("signer packets", standing("gateway", validators=False), PACKET_CASES),
)
