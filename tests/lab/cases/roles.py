# SPDX-License-Identifier: GPL-2.0-or-later
"""Where sealgate stands: on a gateway with the address translation of home routers, and on a router that both
asks for itself and forwards the queries of others; with many clients behind it."""

import contextlib
import socket
import time

from lab import ask, nat, streams, topology
from lab.attacks import FORGED

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until)

GOOD = ["192.0.2.80", "192.0.2.81"]
NAMES = ("www.p256.test.", "www.rsa256.test.", "www.bank.example.", "www.unsigned.test.")
PART_TTL_S = 5      # EXEMPT_PART_TTL_S of gate/exempt.h
CROWD, CROWD_PORT, CROWD_ID = 200, 40000, 4242
PATIENCE_S = 20


def asking(servers):
    """How a client asks, and over TCP. If it asks the router, the router asks upstream by itself."""
    def udp(world, name, rdtype, family=4, **how):
        return ask.query(world.lab.client, servers[family], name, rdtype, **how)

    def tcp(world, name, rdtype, family=4, **how):
        return streams.query(world.lab.client, servers[family], name, rdtype, **how)
    return udp, tcp


def scene(role, *translations, fresh_forwarder=False):
    @contextlib.contextmanager
    def run(lab):
        with contextlib.ExitStack() as stack:
            gate = stack.enter_context(lab.sealgate(lab.router, role))
            for translate in translations:
                stack.enter_context(translate(lab.router))
            if fresh_forwarder:
                lab.restart_forwarder()
            yield World(lab, gate, lab.ask_through_gateway)
    return run


def _genuine(way, udp):
    def run(world):
        for family in (4, 6):
            for name in NAMES:
                expect_data(udp(world, name, "A", family, timeout_s=5), "A", GOOD)
            expect_rcode(udp(world, "nowhere.p256.test.", "A", family), "NXDOMAIN")
    return Case(f"{way}: genuine answers pass", run)


def _forged(way, udp, flush):
    def run(world):
        for family in (4, 6):
            flush(world)
            with world.lab.attack("forge-address"):
                answer = udp(world, "www.p256.test.", "A", family)
            flush(world)
            expect_rcode(answer, "SERVFAIL")
            expect(world.gate.log_lines("bogus www.p256.test."), "no line in the log")
    return Case(f"{way}: forged answers do not pass", run)


def _genuine_tcp(way, tcp):
    def run(world):
        for family in (4, 6):
            for name in NAMES:
                answer = tcp(world, name, "A", family)
                expect_data(answer, "A", GOOD)
    return Case(f"{way}: genuine answers pass over TCP too", run)


def _forged_tcp(way, tcp):
    def run(world):
        for family in (4, 6):
            with streams.Server(world.lab, streams.attacking("forge-address")) as server:
                answer = tcp(world, "www.ed25519.test.", "A", family)
            expect(not server.complaints, *server.complaints)
            expect_rcode(answer, "SERVFAIL")
    return Case(f"{way}: forged answers do not pass over TCP either", run)


def _nothing(_world):
    pass


def _new_forwarder(world):
    world.lab.restart_forwarder()


def cases(way, servers):
    udp, tcp = asking(servers)
    return (_genuine(way, udp), _forged(way, udp, _nothing), _genuine_tcp(way, tcp),
            _forged_tcp(way, tcp))


def cases_by_forwarder(way, servers):
    """dnsmasq asks over UDP, however it was asked."""
    udp, tcp = asking(servers)
    return (_genuine(way, udp), _forged(way, udp, _new_forwarder), _genuine_tcp(way, tcp))


# Many clients.

def _crowd_address(number):
    return f"10.53.1.{number + 10}"


@contextlib.contextmanager
def _crowd(lab):
    """Many machines, as the router sees it."""
    def change(verb):
        lab.client.run("ip", "-batch", "-", stdin="".join(
            f"address {verb} {_crowd_address(number)}/32 dev router\n" for number in range(CROWD)))

    change("add")
    try:
        yield
    finally:
        change("delete")


def _wire_query(name):
    message = ask.make(name, "A")
    message.id = CROWD_ID
    return message.to_wire()


def _ask_as_a_crowd(world, names):
    """All ask at once, with one id and one port; returns the answer of each."""
    sockets = []
    try:
        for number in range(CROWD):
            sock = world.lab.client.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sockets.append(sock)
            sock.bind((_crowd_address(number), CROWD_PORT))
            sock.connect((topology.UPSTREAM[4], 53))
        for number, sock in enumerate(sockets):
            sock.send(_wire_query(names[number % len(names)]))
        deadline = time.monotonic() + PATIENCE_S
        return [ask.receive(sock, _wire_query(names[0]), max(0.01, deadline - time.monotonic()))
                for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


# Each client has answers of its own, so that an answer to the wrong client is noticed.
CROWD_NAMES = tuple(f"www.{zone}" for zone in (
    "p256.test.", "rsa256.test.", "unsigned.test.", "bank.example.", "ed25519.test.")) + (
    "mail.p256.test.", "mail.b.rsa256.test.", "real.wild.bank.example.")
CROWD_DATA = {"www": GOOD, "mail": ["192.0.2.25"], "mail.b": ["192.0.2.26"],
              "real.wild": ["192.0.2.41"]}


def _wanted(name):
    for label in sorted(CROWD_DATA, key=len, reverse=True):
        if name.startswith(label + "."):
            return CROWD_DATA[label]
    raise KeyError(name)


def _crowd_is_served(world):
    with _crowd(world.lab):
        _ask_as_a_crowd(world, CROWD_NAMES)     # keys, and the neighbours' addresses
        answers = _ask_as_a_crowd(world, CROWD_NAMES)
    wrong = []
    for number, answer in enumerate(answers):
        name = CROWD_NAMES[number % len(CROWD_NAMES)]
        if answer is None or answer.data("A") != sorted(_wanted(name)) or \
                str(answer.message.question[0].name) != name:
            wrong.append(f"client {number}: {name}: {described(answer)}")
    expect(not wrong, f"{len(wrong)} of {CROWD}", *wrong[:5], *world.log_tail())


def _crowd_is_protected(world):
    with _crowd(world.lab), world.lab.attack("forge-address"):
        answers = _ask_as_a_crowd(world, ("www.p256.test.", "www.rsa256.test.",
                                          "www.bank.example."))
    forged = [described(answer) for answer in answers
              if answer is not None and FORGED[1] in answer.data("A")]
    expect(not forged, f"{len(forged)} of {CROWD} got a forged answer", *forged[:3])
    served = sum(answer is not None and answer.rcode == "SERVFAIL" for answer in answers)
    expect_equal("how many got SERVFAIL", served, CROWD)


CROWD_CASES = (
    Case(f"{CROWD} clients with the same id and port in flight each get their own answer",
         _crowd_is_served),
    Case(f"{CROWD} clients with the same id and port in flight are all protected",
         _crowd_is_protected))


def _crowd_cases(way):
    return tuple(Case(f"{way}: {case.name}", case.run) for case in CROWD_CASES)


def _alias_denies_nothing(attack, rcode):
    """dnsmasq passes on a query without RD unchanged. If an answer has an alias without its end, dnsmasq
    takes that for a denial of the end, and caches it for as long as the alias."""
    def run(world):
        _new_forwarder(world)
        expect_data(world.lab.ask_router("www.p256.test.", "A"), "A", GOOD)
        with world.lab.attack(attack):
            answer = world.lab.ask_router(f"{attack}.unsigned.test.", "A", rd=False)
        expect_rcode(answer, rcode)
        expect(not answer.data("A"), described(answer))
        wait_until(lambda: world.lab.ask_router("www.bank.example.", "A").data("A") == GOOD,
                   "the bank's name is denied", PART_TTL_S + PATIENCE_S)
    return Case(f"both, by the router's dnsmasq: {attack} makes no query without RD deny a signed name", run)


GROUPS = (
    Group("role gateway without address translation", scene("gateway"), _crowd_cases("gateway")),
    Group("role gateway that masquerades", scene("gateway", nat.masquerade), (
        *cases("gateway that masquerades", topology.UPSTREAM),
        *_crowd_cases("gateway that masquerades"))),
    Group("role gateway that sends questions elsewhere",
          scene("gateway", nat.masquerade, nat.to_another_resolver), (
              *cases("gateway that sends questions elsewhere", nat.ELSEWHERE),)),
    Group("role both", scene("both", nat.masquerade, fresh_forwarder=True), (
        *cases("both, through the router", topology.UPSTREAM),
        *cases_by_forwarder("both, by the router's dnsmasq", topology.ROUTER),
        _alias_denies_nothing("carry-along", "SERVFAIL"),
        _alias_denies_nothing("alias-alone", "NOERROR"),
        *_crowd_cases("both"))),
    Group("role both, a router that answers for all",
          scene("both", nat.masquerade, nat.to_the_router, fresh_forwarder=True), (
              *cases_by_forwarder("both, a router that answers for all", nat.ELSEWHERE),)),
)
