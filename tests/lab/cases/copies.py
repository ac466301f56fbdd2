# SPDX-License-Identifier: GPL-2.0-or-later
"""An attacker who sees a query can send a copy of it, and a client can ask a lot: neither may weaken the
answers to others."""

import contextlib

import dns.flags
import dns.message

from lab import ask

from .case import Case, Group, World, described, expect, expect_data, wait_until
from .silence import Line

GOOD = ["192.0.2.80", "192.0.2.81"]
GRACE_MS = 1000     # so that the answers to the query and its copy meet
HOGS = 600
OTHERS = ("www.bank.example.", "www.rsa256.test.", "www.unsigned.test.", "www.child.salted.test.")
RESPONSES_QUEUE = 0

# How a copy differs from the client's query.
COPIES = {
    "with CD": lambda message: dns.flags.CD | message.flags,
    "without RD": lambda message: message.flags & ~dns.flags.RD,
    "with CD and without RD": lambda message: (dns.flags.CD | message.flags) & ~dns.flags.RD,
}
ATTACKS = ("forge-address", "forge-address-with-ad", "forge-referral")


@contextlib.contextmanager
def on_gateway_with_grace(lab):
    """Bogus responses are held back, so the copy arrives while its question is still open. A query with
    CD alone is not judged."""
    with lab.sealgate(lab.router, "gateway", grace_ms=GRACE_MS,
                      more='checking_disabled = "pass";\n') as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _copy(wire, change):
    message = dns.message.from_wire(wire)
    message.flags = change(message)
    return message.to_wire()


def _is_weak(answer):
    """True if a forged message passed."""
    everything = [record for section in ("answer", "authority", "additional")
                  for record in answer.records(section)]
    return bool(everything) or answer.has_ad


def _weakens_nothing(what, change):
    def run(world):
        for attack in ATTACKS:
            # A sealgate that has seen several forged answers believes that the server signs nothing.
            world.gate.restart()
            expect_data(world.ask("www.rsa256.test.", "A"), "A", GOOD)
            with Line(world) as line:
                wire = ask.make("www.p256.test.", "A", edns=1232).to_wire()
                seen = world.gate.counter("queries")
                with world.lab.attack(attack):
                    with world.lab.attacker_waits():    # so that the question is still open
                        line.send(wire)
                        line.send(_copy(wire, change))
                        wait_until(lambda seen=seen: world.gate.counter("queries") == seen + 2,
                                   "the copy never came")
                    line.fence()        # from here on it is known whether the copy goes on
                    line.wait_handled(wire)
                answers = line.everything()
            weak = [described(answer) for answer in answers if _is_weak(answer)]
            expect(not weak, f"{attack}:", *weak, *world.log_tail())
            expect(any(answer.rcode == "SERVFAIL" for answer in answers),
                   f"{attack}: nothing came but {[described(answer) for answer in answers]}")
    return Case(f"a copy of a query {what}, sent after it, lets no forged answer pass", run)


def _forged_all_at_once(world, sock):
    """The queries from `sock` go on. Forged answers to all of them wait in the kernel while sealgate is
    stopped, until it is continued."""
    carried = world.gate.counter("queries")
    with world.lab.attacker_waits():
        for number in range(HOGS):
            sock.send(ask.make(f"hog{number}.p256.test.", "A").to_wire())
        wait_until(lambda: world.gate.counter("queries") >= carried + HOGS, "queries were lost")
        world.gate.process.freeze()
    wait_until(lambda: world.gate.queue(RESPONSES_QUEUE)[0] >= HOGS, "forged answers were lost")


def _hog(world):
    """As far as sealgate knows each of these names may be a zone of its own. Their servers are silent."""
    world.gate.restart()
    with world.lab.attack("hog"), contextlib.ExitStack() as stack:
        hogging = stack.enter_context(Line(world))
        expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
        try:
            _forged_all_at_once(world, hogging.sock)
            lines = {name: stack.enter_context(Line(world)) for name in OTHERS}
            wires = {name: line.ask(name, "A") for name, line in lines.items()}
        finally:
            world.gate.process.thaw()
        for name, line in lines.items():
            expect_data(ask.receive(line.sock, wires[name]), "A", GOOD)
    expect(world.gate.counter("fetches_full") > 0, "the fetches were never full: nothing was shown")


GROUPS = (
    Group("copies", on_gateway_with_grace, (
        *(_weakens_nothing(what, change) for what, change in COPIES.items()),
        Case("a client that uses up the fetches does not keep others from being answered", _hog))),
)
