# SPDX-License-Identifier: GPL-2.0-or-later
"""Proving that a message does not come. A timeout cannot prove it: on a busy machine a late message looks like
one that never comes. So a case waits for events: the attacker has sent everything that it makes of the query,
the kernel holds no packet that waits for a verdict, and a later query (the "fence"), from the same socket and
by the same path, is answered. A message that has not come by then never will."""

import itertools
import time

from lab import ask, attacker, topology

from .case import described, expect, wait_until

# The wire's own addresses, as the host and the client see them.
WIRE = {"host": {4: "10.53.3.1", 6: "fd53:3::1"}, "client": {4: "10.53.2.1", 6: "fd53:2::1"}}
# The attacker gives a query up if the upstream does not answer it within a minute (lab/attacker.py).
GIVES_UP_S = attacker.UPSTREAM_S + 60

_serial = itertools.count(1)


def client_of(world):
    """The namespace of the client in this world."""
    return world.lab.host if world.ask == world.lab.ask_from_host else world.lab.client


class Line:
    """A client's socket, and every message that comes to it, whichever query it answers."""

    def __init__(self, world, family=4, namespace=None):
        self._world, self._journal = world, world.lab.journal
        self._since = self._journal.now()
        self._came, self._fences = [], set()
        server = topology.UPSTREAM[family]
        self.sock = ask.udp_socket(namespace or client_of(world), server)
        self.sock.connect((server, 53))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.sock.close()

    def send(self, wire):
        self.sock.send(wire)

    def ask(self, name, rdtype, **how):
        """Sends a question, and returns its octets."""
        wire = ask.make(name, rdtype, **how).to_wire()
        self.send(wire)
        return wire

    def reached_the_wire(self, wire):
        return self._journal.came(self._since, wire) > 0

    def wait_sent(self, wire):
        """Waits until the query has reached the attacker, which has sent everything that it makes of it."""
        wait_until(lambda: self._journal.is_done(self._since, wire), "the attacker makes nothing of the query")

    def wait_handled(self, wire):
        """Waits until the query has reached the attacker, the attacker has sent everything that it makes of
        it, and no packet waits for a verdict. All responses are then on their way."""
        gate = self._world.gate
        wait_until(lambda: self._journal.is_done(self._since, wire) and
                   (gate is None or gate.waiting() == 0),
                   lambda: f"the query came {self._journal.came(self._since, wire)} times to the wire; "
                   f"{gate.waiting() if gate else 0} packets wait")

    def wait_all_handled(self):
        """The same for everything that has reached the attacker, after a fence."""
        gate = self._world.gate
        wait_until(lambda: self._journal.is_all_done(self._since) and gate.waiting() == 0,
                   lambda: f"{gate.waiting()} packets wait", GIVES_UP_S)

    def _send_fence(self):
        query = ask.make(f"fence{next(_serial)}.wild.unsigned.test.", "TXT")
        while self.reached_the_wire(query.to_wire()):
            query.id = (query.id + 1) % 65536       # an id that was not used yet
        wire = query.to_wire()
        self._fences.add(wire[:2])
        self.send(wire)
        return wire

    def fence(self, again_s=None):
        """Sends another query and waits for its answer, which overtakes no other packet. So earlier queries
        have reached the attacker or never will, and earlier verdicts have been carried out. (Attacks
        on addresses leave TXT alone.) On a link that loses packets, another one is sent every `again_s`."""
        sent, sent_at = [self._send_fence()], time.monotonic()

        def is_answered():
            nonlocal sent_at
            came = ask.arrived(self.sock)
            self._came += [answer for answer in came if answer.wire[:2] not in self._fences]
            if again_s and time.monotonic() >= sent_at + again_s:
                sent.append(self._send_fence())
                sent_at = time.monotonic()
            return any(answer.wire[:2] == wire[:2] for answer in came for wire in sent)
        wait_until(is_answered, "the later query is not answered")

    def everything(self, again_s=None):
        """Every message that came, except for answers to fences; after a fence."""
        self.fence(again_s)
        return self._came


def answers_under(world, attack, query, family=4):
    """Every message that ever comes to the client when it asks under the attack."""
    with Line(world, family) as line:
        with world.lab.attack(attack):
            line.send(query.to_wire())
            line.wait_handled(query.to_wire())
        return line.everything()


def passes_below(line, wire, namespace, where):
    """True if the query has reached the wire, where no packet with port 53 may arrive. A later query goes
    by the same path to the attacker's own port, which no rule knows."""
    later = ask.make("www.unsigned.test.", "SOA")
    later.id = int.from_bytes(wire[:2], "big") ^ 1
    with ask.udp_socket(namespace, where) as sock:
        sock.connect((where, attacker.PORT))
        sock.send(later.to_wire())
        expect(ask.receive(sock, later.to_wire()) is not None, "the attacker's own port is silent")
    return line.reached_the_wire(wire)


def expect_blocked(world, family=4, namespace=None, where=None):
    """A query does not even reach the wire, so no response comes back. `where` is the wire's address as
    seen from the client's namespace; the default is the world's."""
    namespace = namespace or client_of(world)
    where = where or WIRE["host" if namespace is world.lab.host else "client"][family]
    with Line(world, family, namespace) as line:
        wire = ask.make("www.unsigned.test.", "A").to_wire()
        try:
            line.send(wire)
        except PermissionError:     # reported by the kernel of this machine
            return
        passed = passes_below(line, wire, namespace, where)
        came = ask.arrived(line.sock)
    expect(not passed, f"IPv{family}: the query went on")
    expect(not came, f"IPv{family}: {[described(answer) for answer in came]}")
