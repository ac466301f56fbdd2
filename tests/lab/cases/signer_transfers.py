# SPDX-License-Identifier: GPL-2.0-or-later
"""Zone transfers through the signer: unchanged for the secondaries that are listed, and in no form for other
clients. The server itself would give them to all."""

import contextlib
import itertools
import struct

import dns.flags
import dns.message
import dns.rrset
import dns.tsigkeyring

from lab import ask, streams
from lab.signing import legacy, plan, secondary

from .case import Case, Group, expect, wait_until
from .signer import standing

ZONE = legacy.BY_ORIGIN["nsd.lab."]
WAIT_S = 60
RECORDS_OF_ZONE = 20    # at least
KEYRING = dns.tsigkeyring.from_text({legacy.TRANSFER_KEY[0]: legacy.TRANSFER_KEY[2]})
LISTED = f'  secondaries = [ "{plan.CLIENT[4]}", "{plan.CLIENT[6]}" ];\n'
_serial = itertools.count(1)

CLASSES = ("IN", "ANY", "CH", "NONE")
FORMS = tuple(itertools.product(("AXFR", "IXFR"), CLASSES, (False, True), (False, True)))


# Real secondaries.

@contextlib.contextmanager
def _secondary(world, namespace, address, **how):
    name = f"secondary-{next(_serial)}"
    process = secondary.start(world.signing.resources, namespace, name, address, ZONE, **how)
    try:
        yield process
    finally:
        process.stop()


def _has_zone(namespace, address):
    """True if the secondary serves the records of the zone, and no others."""
    query = ask.make(f"www.{ZONE.origin}", "A", rd=False)
    with ask.udp_socket(namespace, address) as sock:
        sock.connect((address, secondary.PORT))
        sock.send(query.to_wire())
        answer = ask.receive(sock, query.to_wire(), 2)      # the caller asks again
    return answer is not None and answer.data("A") == ["192.0.2.80", "192.0.2.81"]


def _listed_gets_it(signs, family):
    def run(world):
        namespace, address = world.signing.validators_namespace, plan.CLIENT[family]
        before = world.gate.counter("transfers")
        with _secondary(world, namespace, address, signs=signs, family=family) as process:
            wait_until(lambda: _has_zone(namespace, address),
                       f"the secondary has no zone:\n{process.log_text()}", WAIT_S)
        expect(world.gate.counter("transfers") > before, "the transfer bypassed sealgate")
    how = "with TSIG" if signs else "without TSIG"
    return Case(f"transfers: a listed secondary, Knot {how} over IPv{family}, gets the zone", run)


def _stranger_is_refused(signs):
    def run(world):
        namespace, address = world.signing.wire, "10.54.3.1"
        with _secondary(world, namespace, address, signs=signs) as process:
            wait_until(lambda: "failed" in process.log_text(),
                       f"the secondary says nothing:\n{process.log_text()}", WAIT_S)
            expect(not _has_zone(namespace, address), "the stranger has the zone")
            expect("finished" not in process.log_text(), process.log_text())
    how = "with the right TSIG" if signs else "without TSIG"
    return Case(f"transfers: a secondary that is not listed, Knot {how}, does not get the zone", run)


# By hand.

def _query(rdtype, rdclass, has_opt, has_tsig):
    """An IXFR query has the SOA of the client's copy: an old one."""
    query = dns.message.make_query(ZONE.origin, rdtype, rdclass)
    query.flags = 0
    if rdtype == "IXFR":
        query.authority = [dns.rrset.from_text(
            ZONE.origin, 0, "IN", "SOA", f"ns.{ZONE.origin} hostmaster.{ZONE.origin} 0 1 1 1 1")]
    if has_opt:
        query.use_edns(0, dns.flags.DO, payload=1232)
    wire = query.to_wire()
    if has_tsig:
        query.use_tsig(KEYRING)
        wire = query.to_wire()
    return wire


def _two_questions(wire):
    return wire[:4] + struct.pack("!H", 2) + wire[6:] + wire[12:]


def _later(wire):
    """A plain query, with another id, which is sent after the first one. Server and signer keep the order,
    so a response that does not come before this answer will never come."""
    query = ask.make(f"www.{ZONE.origin}", "A", rd=False)
    query.id = int.from_bytes(wire[:2], "big") ^ 1
    return query.to_wire()


def _answers_over_udp(namespace, family, wire):
    """Facts of the first answer, or None if there will be none."""
    with ask.udp_socket(namespace, ZONE.addresses[family]) as sock:
        sock.settimeout(ask.PATIENCE_S)
        sock.connect((ZONE.addresses[family], 53))
        sock.send(wire)
        later = _later(wire)
        sock.send(later)
        answer = sock.recv(65535)
    return None if answer[:2] == later[:2] else _facts(answer)


def _answers_over_tcp(namespace, family, wire):
    """The same over TCP. A connection that is closed gives no answer either."""
    with streams.connect(namespace, ZONE.addresses[family]) as stream:
        later = _later(wire)
        stream.send(wire, later)
        answer = stream.receive()
    return None if answer is None or answer[:2] == later[:2] else _facts(answer)


def _facts(wire):
    """The RCODE and the count of answer records in the header: the rest may be anything."""
    flags, _questions, answers = struct.unpack("!3H", wire[2:8])
    return flags & 15, answers


def _transports():
    return (("UDP", _answers_over_udp), ("TCP", _answers_over_tcp))


def _no_form_for_strangers(family):
    def run(world):
        wrong = []
        for (rdtype, rdclass, has_opt, has_tsig), (how, send) in itertools.product(
                FORMS, _transports()):
            wire = _query(rdtype, rdclass, has_opt, has_tsig)
            facts = send(world.signing.wire, family, wire)
            if facts != (5, 0):
                wrong.append(f"{rdtype} {rdclass} OPT {has_opt} TSIG {has_tsig} over {how}: {facts}")
        expect(not wrong, *wrong[:12], *world.log_tail())
    return Case(f"transfers: a client that is not listed is refused in every class, with OPT and TSIG, "
                f"over UDP and TCP, IPv{family}", run)


def _nothing_for_odd_messages(world):
    """Two questions, a response, another opcode: an answer is optional, but never has the zone."""
    plain = _query("AXFR", "IN", False, False)
    forms = {"two questions": _two_questions(plain),
             "a response": plain[:2] + b"\x80\0" + plain[4:],
             **{f"opcode {opcode}": plain[:2] + bytes([opcode << 3, 0]) + plain[4:]
                for opcode in (1, 2, 4, 5, 6, 15)}}
    for what, wire in forms.items():
        for how, send in _transports():
            facts = send(world.signing.wire, 4, wire)
            expect(facts is None or facts[1] == 0, f"{what} over {how}: {facts}")


def _every_form_as_the_server_has_it(world):
    """A listed secondary gets the same as a client on the server's own machine, whose queries do not pass sealgate,
    except for the time that TSIG signs."""
    for (rdtype, rdclass, has_opt, has_tsig), (how, send) in itertools.product(
            FORMS, _transports()):
        wire = _query(rdtype, rdclass, has_opt, has_tsig)
        genuine = send(world.signing.legacy, 4, wire)
        seen = send(world.signing.validators_namespace, 4, wire)
        expect(seen == genuine,
               f"{rdtype} {rdclass} OPT {has_opt} TSIG {has_tsig} over {how}: {seen}, "
               f"and without sealgate {genuine}")


def _the_server_would_give_it(world):
    """The refusals rest on this."""
    for has_tsig in (False, True):
        facts = _answers_over_tcp(world.signing.legacy, 4, _query("AXFR", "IN", False, has_tsig))
        expect(facts and facts[0] == 0 and facts[1] > RECORDS_OF_ZONE, f"TSIG {has_tsig}: {facts}")


CASES = (
    *(_listed_gets_it(signs, family) for signs in (True, False) for family in (4, 6)),
    *(_stranger_is_refused(signs) for signs in (True, False)),
    *(_no_form_for_strangers(family) for family in (4, 6)),
    Case("transfers: malformed queries for a transfer do not get the zone", _nothing_for_odd_messages),
)

GROUPS = (
    Group("signer transfers", standing("gateway", validators=False, sign=LISTED), (
        Case("transfers: the server itself gives the zone to all (the refusals rest on this)",
             _the_server_would_give_it),
        *CASES,
        Case("transfers: a listed secondary gets the zone by every form of query",
             _every_form_as_the_server_has_it))),
    Group("signer transfers on the server", standing("server", validators=False, sign=LISTED),
          tuple(Case(f"server: {case.name}", case.run) for case in CASES)),
)
