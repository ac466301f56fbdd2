# SPDX-License-Identifier: GPL-2.0-or-later
"""Signatures make answers longer. An answer that is cut (TC) because of them is fetched in full over TCP, and
the client gets the answer that it would get without sealgate."""

import contextlib

import dns.flags
import dns.message

from lab import ask, streams, topology
from lab.attacks import FORGED

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   on_gateway, on_host, on_router, unprotected)
from .same import differences, visible
from .tcp import GOOD, asker

# Each signed answer has more than 1232 octets, and less than 512 without its signatures.
DENIED = (("nope.long.test.", "A"), ("wrong.www.long.test.", "AAAA"),
          ("any.wild.long.test.", "LOC"), ("to-nowhere.long.test.", "A"))
BIG = ("many.wide.example.", "TXT")     # more than 3000 octets
UNSIGNED = ("many.unsigned.example.", "TXT")    # as many
MTU_PAYLOAD = {4: 1472, 6: 1452}
WAYS = ({}, {"edns": 1232}, {"edns": 4096})


def _is_long(world):
    for name, rdtype in DENIED:
        plain = world.ask(name, rdtype)
        signed = world.ask(name, rdtype, do=True)
        expect(not plain.is_truncated and len(plain.wire) <= 512, f"{name}: {described(plain)}")
        expect(signed.is_truncated, f"{name}: {len(signed.wire)} octets with its signatures")


def _arrives(family):
    def run(world):
        for name, rdtype in DENIED:
            for how in WAYS:
                ours = world.ask(name, rdtype, family, **how)
                genuine = world.lab.ask_genuinely(name, rdtype, family, **how)
                lines = differences(visible(ours), visible(genuine))
                expect(not lines and not ours.is_truncated, f"{name} {rdtype} {how}", *lines,
                       *world.log_tail())
    return Case(f"over IPv{family} an answer that is too long only with its signatures arrives in full", run)


def _cold(world):
    world.gate.restart()
    answer = world.ask(*DENIED[0])
    expect_rcode(answer, "NXDOMAIN")
    expect(not answer.is_truncated, described(answer))


def _no_larger_than_asked(world):
    for family in (4, 6):
        for how, size in (({"do": True, "edns": 1232}, 1232), ({"edns": 1232}, 1232), ({}, 512)):
            answer = world.ask(*BIG, family, **how)
            expect(answer is not None and answer.is_truncated and len(answer.wire) <= size,
                   f"{how}: {described(answer)}, {answer and len(answer.wire)} octets")


def _large_on_host(world):
    """INPUT accepts any size."""
    for family in (4, 6):
        for how in ({"edns": 4096}, {"do": True, "edns": 8192}):
            answer = world.ask(*BIG, family, **how)
            expect(answer is not None and not answer.is_truncated and
                   len(answer.data("TXT")) == 24, f"IPv{family} {how}: {described(answer)}")
            expect(len(answer.wire) > 3000, f"{len(answer.wire)} octets")
            expect_equal("AD", answer.has_ad, "do" in how)


def _path_on_gateway(world):
    """FORWARD does not: an answer that is longer than the path allows is cut, and not lost."""
    for family in (4, 6):
        answer = world.ask(*BIG, family, edns=4096)
        expect(answer is not None and answer.is_truncated, f"IPv{family}: {described(answer)}")
        answer = world.ask(*DENIED[0], family, do=True, edns=4096)
        expect(answer is not None and len(answer.wire) <= MTU_PAYLOAD[family],
               f"IPv{family}: {described(answer)}")


def _dig(world):
    """A real client whose answer is cut asks again over TCP."""
    for family in (4, 6):
        said = asker(world).run("dig", "+tries=1", f"+time={ask.PATIENCE_S:.0f}", "+noall", "+answer", "+bufsize=1232",
                                f"@{topology.UPSTREAM[family]}", *BIG)
        expect_equal("records", len([line for line in said.splitlines()
                                     if line and line[0] != ";"]), 24)


def _without_tcp(world):
    """The client would get nothing: over TCP it reaches the server no more than sealgate does. The server is
    remembered, so each way of giving no TCP begins with a new sealgate."""
    for serve in (streams.gone, streams.silent):
        world.gate.restart()
        with streams.Server(world.lab, serve):
            for times in (1, 2):
                answer = world.ask(*DENIED[0])
                expect_rcode(answer, "NXDOMAIN")
                expect(not answer.is_truncated, described(answer), *world.log_tail())
                expect_equal("asked over UDP", world.gate.counter("whole_large"), times)
        said = world.gate.log_lines(f"{topology.UPSTREAM[4]} truncates the")
        expect(said, "the log does not say it", *world.log_tail())


def _without_tcp_unsigned(world):
    """Fragments of an answer from an unsigned zone can be forged. So the client gets the cut answer, and is not
    kept waiting."""
    with streams.Server(world.lab, streams.gone):
        before = world.gate.counter("whole_unproved")
        answer = world.ask(*UNSIGNED)
        expect(answer is not None and answer.is_truncated and not answer.records("answer"),
               described(answer), *world.log_tail())
        expect_equal("not proved", world.gate.counter("whole_unproved") - before, 1)


def _forged_cut(world):
    """A forged TC, which drives a client to TCP, drives it to the genuine answer."""
    for family in (4, 6):
        with world.lab.attack("truncate-forged"):
            answer = world.ask("www.p256.test.", "A", family)
            said = asker(world).run("dig", "+short", "+tries=1", f"+time={ask.PATIENCE_S:.0f}",
                                    f"@{topology.UPSTREAM[family]}", "www.p256.test.", "A")
        expect_data(answer, "A", GOOD)
        expect(not answer.is_truncated, described(answer))
        expect_equal("dig", sorted(said.split()), GOOD)


def _forged_whole(world):
    """An attacker who forges both gets neither past sealgate."""
    for family in (4, 6):
        with world.lab.attack("truncate-forged"), \
                streams.Server(world.lab, streams.attacking("forge-address")) as server:
            answer = world.ask("www.p256.test.", "A", family, edns=1232)
            said = asker(world).run("dig", "+tries=1", f"+time={ask.PATIENCE_S:.0f}", f"@{topology.UPSTREAM[family]}",
                                    "www.p256.test.", "A")
        expect(not server.complaints, *server.complaints)
        expect_rcode(answer, "SERVFAIL")
        expect(answer.ede, "no reason is given")
        expect("SERVFAIL" in said and FORGED[1] not in said, said)


def _nonsense_whole(world):
    """An answer to another question does not count."""
    def serve(server, stream):
        query = dns.message.from_wire(stream.receive())
        other = server.ask_upstream("www.unsigned.test.", "A")
        other.id = query.id
        stream.send(other.to_wire())
        stream.has_ended(ask.PATIENCE_S)

    with world.lab.attack("truncate-forged"), streams.Server(world.lab, serve) as server:
        answer = world.ask("www.p256.test.", "A")
    expect(not server.complaints, *server.complaints)
    expect(answer is not None and answer.is_truncated and not answer.records("answer"),
           described(answer))


def _through_dnsmasq(world):
    for name, rdtype in DENIED:
        answer = world.ask(name, rdtype)
        genuine = world.lab.ask_genuinely(name, rdtype)
        expect_rcode(answer, genuine.rcode)
        expect_equal(f"{name} {rdtype}", sorted(answer.records("answer")),
                     sorted(genuine.records("answer")))


# On a machine that serves DNS: packets that leave by OUTPUT.

@contextlib.contextmanager
def on_server(lab):
    with lab.sealgate(lab.upstream, "host") as gate:
        yield World(lab, gate, lab.ask_genuinely)


def _ask_from_port_53(world, family, **how):
    """As old servers do when they ask each other: from port 53."""
    server = topology.UPSTREAM[family]
    query = ask.make(*BIG, **how).to_wire()
    with ask.udp_socket(world.lab.wire, server) as sock:
        sock.bind(("::" if family == 6 else "0.0.0.0", 53))
        sock.connect((server, 53))
        sock.send(query)
        return ask.receive(sock, query)


def _is_above_the_mtu(answer, what):
    expect(answer is not None and not answer.is_truncated and len(answer.data("TXT")) == 24,
           f"{what}: {described(answer)}")
    expect(len(answer.wire) > 3000, f"{what}: {len(answer.wire)} octets")


def _leaves_whole(world):
    for family in (4, 6):
        for how in ({"edns": 4096}, {"do": True, "edns": 4096}):
            _is_above_the_mtu(world.ask(*BIG, family, **how), f"IPv{family} {how}")


def _leaves_whole_to_port_53(world):
    for family in (4, 6):
        for how in ({"edns": 4096}, {"do": True, "edns": 4096}):
            before = world.gate.counter("passed_served")
            _is_above_the_mtu(_ask_from_port_53(world, family, **how), f"IPv{family} {how}")
            expect_equal("packets passed", world.gate.counter("passed_served") - before, 2)


def _cases(*rows):
    return tuple(Case(name, run) for name, run in rows)


_EVERYWHERE = tuple(_arrives(family) for family in (4, 6)) + _cases(
    ("an answer that is cut arrives in full for the very first query", _cold),
    ("no client gets more octets than it accepts", _no_larger_than_asked),
    ("dig gets an answer over TCP that was cut over UDP", _dig),
    ("if the server has no TCP the whole answer comes over UDP, if it is Secure", _without_tcp),
    ("if the server has no TCP the client gets the cut answer of an unsigned zone", _without_tcp_unsigned),
    ("a forged TC leads to the genuine answer", _forged_cut),
    ("a forged TC and a forging server over TCP lead to SERVFAIL", _forged_whole),
    ("a full answer over TCP to another question is not accepted", _nonsense_whole),
)

GROUPS = (
    Group("truncation without sealgate", unprotected, _cases(
        ("without sealgate the long answers are cut only with their signatures", _is_long)),
        needs_sealgate=False),
    Group("truncation on the host", on_host, _EVERYWHERE + _cases(
        ("an answer may be as large as the client accepts", _large_on_host))),
    Group("truncation on the gateway", on_gateway, tuple(
        Case("gateway: " + case.name, case.run) for case in _EVERYWHERE + _cases(
            ("an answer is no larger than the path can carry", _path_on_gateway)))),
    Group("truncation on a machine that serves", on_server, _cases(
        ("answers of a server on this machine leave in full, even above the MTU", _leaves_whole),
        ("answers of a server on this machine to port 53 leave in full, through the queue",
         _leaves_whole_to_port_53))),
    Group("truncation on the router", on_router, _cases(
        ("dnsmasq's clients get the long answers", _through_dnsmasq))),
)
