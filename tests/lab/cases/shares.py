# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that takes as much of something as it can: enough is left for others."""

import contextlib
import os
import sys

from lab import ask, flood, slow, streams, topology
from lab.resources import LabError

from .case import Case, Group, World, described, expect, expect_data

GOOD = ["192.0.2.80", "192.0.2.81"]
GREEDY = {4: "10.53.1.66", 6: "fd53:1::66"}      # beside the honest client, and in its /64
SLOW = {4: "10.53.4.5", 6: "fd53:4::5"}
DELAY_S = 1.5
LENGTH = {4: 24, 6: 64}
PER_SECOND = 1200
HONEST = 10
DESCRIPTORS = 300      # besides those that it has at the start
PATIENCE_S = 30


@contextlib.contextmanager
def _addresses(namespace, device, addresses):
    """More addresses of a machine, for a while; they do not count as other clients by themselves."""
    words = [(f"{address}/{LENGTH[family]}", "dev", device) for family, address in addresses.items()]
    for each in words:
        kept_apart = ("nodad", "preferred_lft", "0") if ":" in each[0] else ()
        namespace.run("ip", "address", "add", *each, *kept_apart)
    try:
        yield
    finally:
        for each in words:
            namespace.run("ip", "address", "del", *each)


@contextlib.contextmanager
def with_a_greedy_client(lab):
    with _addresses(lab.client, "router", GREEDY), _addresses(lab.upstream, "wire", SLOW):
        server = lab.upstream.start("slow", sys.executable, "-B", slow.__file__, str(DELAY_S),
                                    topology.UPSTREAM[4], *SLOW.values())
        try:
            if not server.wait_for_log("ready", PATIENCE_S):
                raise LabError(f"the slow server does not start:\n{server.log_text()}")
            with lab.sealgate(lab.router, "gateway") as gate:
                yield World(lab, gate, lab.ask_through_gateway)
        finally:
            server.stop()


@contextlib.contextmanager
def _flooding(world, family):
    process = world.lab.client.start(f"flood-{family}", sys.executable, "-B", flood.__file__,
                                     GREEDY[family], SLOW[family], str(PER_SECOND))
    try:
        expect(process.wait_for_log("crowded", PATIENCE_S), "the flood does not begin",
               process.log_text())
        yield process
    finally:
        process.stop()


def _connect(world, family):
    try:
        return streams.connect(world.lab.client, SLOW[family])
    except OSError:
        return None


def _ask_on(connections):
    """Asks the same on each of them; returns the answers, with None for no answer."""
    for stream in connections:
        with contextlib.suppress(OSError, AttributeError):
            stream.send(ask.make("www.p256.test.", "A").to_wire())
    wires = [stream and stream.receive(PATIENCE_S) for stream in connections]
    return [ask.Answer(wire) if wire else None for wire in wires]


def _expect_all_served(world, answers):
    good = sum(answer is not None and answer.data("A") == GOOD for answer in answers)
    expect(good == HONEST, f"{good} of {HONEST} questions were answered",
           *map(described, answers), *world.gate.log_lines("counters"))


def _flood(world, family):
    """Others ask during the flood, and on connections that they opened before."""
    expect_data(streams.query(world.lab.client, SLOW[family], "www.p256.test.", "A",
                              timeout_s=PATIENCE_S), "A", GOOD)
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(_connect(world, family)) for _ in range(HONEST)]
        process = stack.enter_context(_flooding(world, family))
        fresh = [_connect(world, family) for _ in range(HONEST)]
        answers = _ask_on(fresh)
        for stream in fresh:
            if stream:
                stream.reset()
        _expect_all_served(world, answers)
        _expect_all_served(world, _ask_on(kept))
        expect(process.is_running(), "the flood ended early, so nothing was proved")
    expect(world.gate.counter("tcp_evicted") > 0, "no connection was evicted, so nothing was proved")


def _others_are_served(family):
    def run(world):
        world.gate.restart()
        _flood(world, family)
        expect(world.gate.counter("tcp_share") > 0, "the counter did not grow", *world.log_tail())
        expect(world.gate.log_lines("has its share"), "no line in the log")
    return Case(f"a client with {PER_SECOND} connections a second over IPv{family} keeps no other "
                "client out", run)


def _with_few_descriptors(world):
    """The connections that are closed then are the greedy client's, too."""
    world.gate.restart()
    pid = world.gate.process.pid
    most = len(os.listdir(f"/proc/{pid}/fd")) + DESCRIPTORS
    world.gate.limit_descriptors(most, most)
    _flood(world, 4)


GROUPS = (
    Group("TCP shares", with_a_greedy_client, (
        *map(_others_are_served, (4, 6)),
        Case("a greedy client keeps no other client out if there are few file descriptors",
             _with_few_descriptors))),
)
