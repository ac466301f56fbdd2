# SPDX-License-Identifier: GPL-2.0-or-later
"""More is asked than can be carried: what is lost then are queries, not the responses to those that
were carried on."""

import contextlib
import signal
import time

from lab import ask, topology
from lab.resources import LabError

from .case import Case, Group, World, expect_data, expect_equal

GOOD = ["192.0.2.80", "192.0.2.81"]
NAME = "www.p256.test."
LENGTH, QUERIES, FLOOD = 64, 16, 200
RESPONSES_QUEUE, QUERIES_QUEUE = 0, 1
PATIENCE_S = 10


@contextlib.contextmanager
def with_short_queues(lab):
    with lab.sealgate(lab.router, "gateway", queue=f"length = {LENGTH}; queries = {QUERIES};",
                      more="parked = 32;\n") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _queue_state(world, number):
    """What the kernel says of a queue: how many packets wait, and how many it has dropped."""
    table = world.lab.router.run("cat", "/proc/net/netfilter/nfnetlink_queue")
    for columns in map(str.split, table.splitlines()):
        if int(columns[0]) == number:
            return int(columns[2]), int(columns[5])
    raise LabError(f"nobody holds queue {number}:\n{table}")


def _wait_for(what, is_so):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise LabError(f"does not come about: {what}")
        time.sleep(0.01)


@contextlib.contextmanager
def _asking(world):
    with ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        yield sock


def _flood_behind(world, sock, wire):
    """The query is carried on but not answered; then sealgate stands still, more queries come than
    their queue holds, and the response comes to its own."""
    resolver, gate = world.lab.resolver, world.gate.process
    queries = world.gate.counter("queries")
    try:
        resolver.signal(signal.SIGSTOP)
        sock.send(wire)
        _wait_for("the query is carried on", lambda: world.gate.counter("queries") > queries)
        gate.signal(signal.SIGSTOP)
        with _asking(world) as flood:
            for number in range(FLOOD):
                flood.send(ask.make(f"flood{number}.p256.test.", "A").to_wire())
            _wait_for("queries are dropped",
                      lambda: _queue_state(world, QUERIES_QUEUE)[1] >= FLOOD - QUERIES)
        resolver.signal(signal.SIGCONT)
        _wait_for("the response waits", lambda: _queue_state(world, RESPONSES_QUEUE)[0] > 0)
    finally:
        resolver.signal(signal.SIGCONT)
        gate.signal(signal.SIGCONT)


def _responses_have_room(world):
    expect_data(world.ask(NAME, "A", timeout_s=PATIENCE_S), "A", GOOD)
    with _asking(world) as sock:
        wire = ask.make(NAME, "A").to_wire()
        _flood_behind(world, sock, wire)
        expect_data(ask.receive(sock, wire, PATIENCE_S), "A", GOOD)
    expect_equal("responses dropped", _queue_state(world, RESPONSES_QUEUE)[1], 0)


def _goes_on(world):
    _wait_for("all queries have their verdict",
              lambda: _queue_state(world, QUERIES_QUEUE)[0] == 0)
    expect_data(world.ask(NAME, "A", timeout_s=PATIENCE_S), "A", GOOD)


GROUPS = (
    Group("overload", with_short_queues, (
        Case("a flood of queries leaves room for the response to one before it",
             _responses_have_room),
        Case("after a flood all is as it was", _goes_on))),
)
