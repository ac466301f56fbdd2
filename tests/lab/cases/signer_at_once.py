# SPDX-License-Identifier: GPL-2.0-or-later
"""What sealgate knows without the server, clients get without it: while it is silent, and while it is gone."""

import contextlib
import os
import signal

from lab import ask, servers, streams
from lab.signing import legacy

from .case import Case, Group, described, expect, expect_equal
from .signer import standing
from .signer_packets import complaints_of

ZONE, CHILD = legacy.BY_ORIGIN["nsd.lab."], legacy.BY_ORIGIN["child.nsd.lab."]
# With the types of which there is no record; the parent of ZONE is not signed here, that of CHILD is.
KNOWN = ((ZONE, "DNSKEY", True), (ZONE, "CDS", True), (ZONE, "CDNSKEY", True), (ZONE, "DS", False),
         (CHILD, "DNSKEY", True), (CHILD, "DS", True))
SOON_S = ask.PATIENCE_S     # a silent server would never answer, so a busy machine may take its time


@contextlib.contextmanager
def _frozen(world):
    """All processes of the server are stopped: the kernel takes connections and queries for them."""
    group = world.signing.processes[ZONE.origin].pid
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


@contextlib.contextmanager
def _dead(world):
    """The server has ended: the kernel refuses connections and queries for it."""
    signing = world.signing
    signing.processes[ZONE.origin].stop()
    try:
        yield
    finally:
        zones = [zone for zone in legacy.ZONES if zone.kind == "nsd"]
        process = legacy.start_nsd(signing.resources, signing.legacy, "legacy-nsd", ZONE.addresses,
                                   [(zone.origin, legacy.file_of(signing.keys.directory, zone.origin))
                                    for zone in zones])
        signing.processes[ZONE.origin] = process
        servers.wait_until_answering(signing.validators_namespace, ZONE.addresses[4], ZONE.origin, process)


def _learn_soas(world):
    """sealgate denies a type with the SOA of the zone, which it has from the server."""
    for family in (4, 6):
        answer = world.signing.ask_server(ZONE, f"nowhere.{ZONE.origin}", "LOC", family, do=True)
        expect(answer is not None and answer.records("authority"), described(answer))


def _check(world, zone, rdtype, is_there, do, over_tcp, answer):
    where = f"{zone.origin} {rdtype} {'with' if do else 'without'} DO over {'TCP' if over_tcp else 'UDP'}"
    expect(answer is not None and answer.rcode == "NOERROR", f"{where}: {described(answer)}", *world.log_tail())
    expect(bool(answer.data(rdtype)) == is_there, f"{where}: {described(answer)}")
    expect("AA" in answer.flags.split() and "RA" not in answer.flags.split(), f"{where}: {answer.flags}")
    expect(bool(answer.data("RRSIG")) == (do and is_there), f"{where}: {described(answer)}")
    if do:
        wrong = complaints_of(world, zone.origin, rdtype, over_tcp, answer)
        expect(not wrong, *wrong)


def _over_tcp(state):
    def run(world):
        _learn_soas(world)
        with state(world):
            before = world.gate.counter("sign_queries_at_once")
            asked = 0
            for family in (4, 6):
                for zone, rdtype, is_there in KNOWN:
                    for do in (True, False):
                        answer = streams.query(world.signing.validators_namespace, zone.addresses[family],
                                               zone.origin, rdtype, SOON_S, do=do, rd=False)
                        _check(world, zone, rdtype, is_there, do, True, answer)
                        asked += 1
            expect_equal("answered at once", world.gate.counter("sign_queries_at_once") - before, asked)
    return run


def _beside_a_query_that_waits(world):
    """The connection has a query for the server, too, which has the whole time that it always had."""
    waits = ask.make(f"www.{ZONE.origin}", "A", do=True)
    known = ask.make(ZONE.origin, "DNSKEY", do=True)
    waits.id, known.id = 1, 2
    with _frozen(world), streams.connect(world.signing.validators_namespace, ZONE.addresses[4], SOON_S) as stream:
        stream.send(waits.to_wire(), known.to_wire())
        answers = [ask.Answer(stream.receive(SOON_S)) for _ in range(2)]
    expect_equal("the order", [answer.message.id for answer in answers], [2, 1])
    expect_equal("the answers", [answer.rcode for answer in answers], ["NOERROR", "SERVFAIL"])


def _cases(place):
    yield Case(f"at once: {place}: a silent server keeps no client from keys over TCP", _over_tcp(_frozen))
    yield Case(f"at once: {place}: a server that has ended keeps no client from keys over TCP", _over_tcp(_dead))
    yield Case(f"at once: {place}: a query for a silent server holds up none for keys behind it",
               _beside_a_query_that_waits)


GROUPS = tuple(Group(f"signer at once, {place}", standing(place, validators=False), tuple(_cases(place)))
               for place in ("gateway", "server"))
