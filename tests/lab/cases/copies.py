# SPDX-License-Identifier: GPL-2.0-or-later
"""Whoever sees a query can send another one that looks like it, and a client can ask a lot: neither
may weaken what others are answered. And what watches without enforcing."""

import contextlib
import time

import dns.flags
import dns.message

from lab import ask, streams, topology
from lab.attacks import FORGED
from lab.sealgate import GRACE_MS

from .case import Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode

GOOD = ["192.0.2.80", "192.0.2.81"]
LISTEN_S = 1.0
HOGS, PATIENCE_S = 600, 10

# What a copy asks for in the place of what the client asked.
COPIES = {
    "with CD": lambda message: dns.flags.CD | message.flags,
    "without RD": lambda message: message.flags & ~dns.flags.RD,
    "with CD and without RD": lambda message: (dns.flags.CD | message.flags) & ~dns.flags.RD,
}
ATTACKS = ("forge-address", "forge-address-with-ad", "forge-referral")


@contextlib.contextmanager
def on_gateway_with_grace(lab):
    """What is Bogus is held back, so that the copy finds its question still open."""
    with lab.sealgate(lab.router, "gateway", grace_ms=GRACE_MS) as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _copy(wire, change):
    message = dns.message.from_wire(wire)
    message.flags = change(message)
    return message.to_wire()


def _answers(sock, wire):
    """All that comes for a while."""
    answers, deadline = [], time.monotonic() + LISTEN_S
    while (left := deadline - time.monotonic()) > 0:
        answer = ask.receive(sock, wire, left)
        if answer is not None:
            answers.append(answer)
    return answers


def _is_weak(answer):
    """Something that the attacker made came through."""
    everything = [record for section in ("answer", "authority", "additional")
                  for record in answer.records(section)]
    return bool(everything) or answer.has_ad


def _weakens_nothing(what, change):
    def run(world):
        for attack in ATTACKS:
            with world.lab.attack(attack), \
                    ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
                sock.connect((topology.UPSTREAM[4], 53))
                wire = ask.make("www.p256.test.", "A", edns=1232).to_wire()
                sock.send(wire)
                sock.send(_copy(wire, change))
                answers = _answers(sock, wire)
            weak = [described(answer) for answer in answers if _is_weak(answer)]
            expect(not weak, f"{attack}:", *weak, *world.log_tail())
            expect(any(answer.rcode == "SERVFAIL" for answer in answers),
                   f"{attack}: nothing came but {[described(answer) for answer in answers]}")
    return Case(f"a copy of a query {what}, sent after it, weakens nothing", run)


def _ask_as_clients_do(world, name):
    """Again if nothing comes: the wire has much to do and may lose a packet."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        answer = world.ask(name, "A", timeout_s=2.0)
        if answer is not None:
            return answer
    return None


def _hog(world):
    """Each of these names may be a zone of its own, as far as anybody knows, and is silent."""
    world.gate.restart()
    with world.lab.attack("hog"), \
            ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        expect_data(world.ask("www.p256.test.", "A", timeout_s=PATIENCE_S), "A", GOOD)
        begun = time.monotonic()
        for number in range(HOGS):
            sock.send(ask.make(f"hog{number}.p256.test.", "A").to_wire())
            if number % 20 == 19:
                time.sleep(0.01)    # the attacker on the wire must keep up
        answers = {}
        for name in ("www.bank.example.", "www.rsa256.test.", "www.unsigned.test.",
                     "www.child.salted.test."):
            answers[name] = _ask_as_clients_do(world, name)
        took_s = time.monotonic() - begun
    for name, answer in answers.items():
        expect(answer is not None and answer.data("A") == GOOD, f"{name}: {described(answer)}",
               *world.log_tail())
    full = world.gate.counter("fetches_full")
    expect(full > 0, f"the fetches were never full ({took_s:.1f} s): nothing was shown")


# Monitor mode.

@contextlib.contextmanager
def monitoring(lab):
    with lab.sealgate(lab.router, "gateway", mode="monitor") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _passes_and_is_logged(attack, wanted):
    def run(world):
        # One that has seen several such answers takes the server for one that leaves signatures out.
        world.gate.restart()
        for family in (4, 6):
            with world.lab.attack(attack):
                answer = world.ask("www.p256.test.", "A", family)
            expect(answer is not None and answer.rcode == wanted[0] and
                   answer.data("A") == wanted[1], described(answer))
            expect(not answer.has_ad, "AD on what is Bogus")
        expect(world.gate.log_lines("bogus"), "nothing is logged")
    return Case(f"monitor: {attack} passes, and is logged", run)


def _monitors_tcp(world):
    before = len(world.gate.log_lines("bogus"))
    with streams.Server(world.lab, streams.attacking("forge-address")) as server:
        answer = streams.query(world.lab.client, topology.UPSTREAM[4], "www.ed25519.test.", "A")
    expect(not server.complaints, *server.complaints)
    expect_data(answer, "A", [FORGED[1]])
    expect(len(world.gate.log_lines("bogus")) > before, "nothing is logged")


def _monitors_expired(world):
    answer = world.ask("www.expired.test.", "A", ad=True)
    expect_data(answer, "A", GOOD)
    expect(not answer.has_ad, "AD on what is Bogus")
    expect(world.gate.log_lines("rrsig-expired"), "nothing is logged")


def _monitors_without_keys(world):
    world.gate.restart()
    with world.lab.attack("fail-key-fetches"):
        answer = world.ask("www.p256.test.", "A", timeout_s=6)
    expect_data(answer, "A", GOOD)
    expect(world.gate.log_lines("indeterminate www.p256.test."), "nothing is logged")


def _monitors_the_genuine(world):
    world.gate.restart()
    answer = world.ask("www.p256.test.", "A", ad=True, timeout_s=5)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad, "no AD on what is Secure")


def _nothing_was_refused(world):
    with world.lab.attack("forge-address"):
        world.ask("www.p256.test.", "A")
    expect_rcode(world.ask("nowhere.p256.test.", "A"), "NXDOMAIN")
    expect_equal("refused", world.gate.counter("responses_servfail"), 0)
    expect_equal("held back", world.gate.counter("grace_held"), 0)
    expect(world.gate.counter("status_bogus") > 0, "nothing was judged Bogus")


GROUPS = (
    Group("copies", on_gateway_with_grace, (
        *(_weakens_nothing(what, change) for what, change in COPIES.items()),
        Case("a client that hogs the fetches does not starve the others", _hog))),
    Group("monitor", monitoring, (
        _passes_and_is_logged("forge-address", ("NOERROR", [FORGED[1]])),
        _passes_and_is_logged("strip-signatures", ("NOERROR", GOOD)),
        _passes_and_is_logged("forge-nxdomain", ("NXDOMAIN", [])),
        Case("monitor: what has expired passes, and is logged", _monitors_expired),
        Case("monitor: what is forged over TCP passes, and is logged", _monitors_tcp),
        Case("monitor: what has no keys passes, and is logged", _monitors_without_keys),
        Case("monitor: what is genuine passes, with AD", _monitors_the_genuine),
        Case("monitor: nothing is refused or held back", _nothing_was_refused))),
)
