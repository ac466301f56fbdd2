# SPDX-License-Identifier: GPL-2.0-or-later
"""More is asked than can be carried: what is lost then are queries, not the responses to those that
were carried on; and who asks too much himself loses before others do."""

import contextlib
import signal
import time

from lab import ask, topology
from lab.resources import LabError

from .case import Case, Group, World, expect, expect_data, expect_equal, expect_rcode, wait_until

GOOD = ["192.0.2.80", "192.0.2.81"]
NAME = "www.p256.test."
LENGTH, QUERIES, FLOOD = 64, 16, 200
RESPONSES_QUEUE, QUERIES_QUEUE = 0, 1
PATIENCE_S = 10
OVERRUN = 600       # queries; 64 KiB hold some dozens
PARKED = 64         # responses that may wait
PASSING = 200       # responses to queries with CD


@contextlib.contextmanager
def with_short_queues(lab):
    with lab.sealgate(lab.router, "gateway", queue=f"length = {LENGTH}; queries = {QUERIES};",
                      more="parked = 32;\n") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _queue_state(world, number):
    """What the kernel says of a queue: how many packets wait, how many it has dropped, and how many
    found no room in the socket's buffer."""
    table = world.lab.router.run("cat", "/proc/net/netfilter/nfnetlink_queue")
    for columns in map(str.split, table.splitlines()):
        if int(columns[0]) == number:
            return int(columns[2]), int(columns[5]), int(columns[6])
    raise LabError(f"nobody holds queue {number}:\n{table}")


def _wait_for(what, holds):
    wait_until(holds, f"not within {PATIENCE_S} s: {what}", PATIENCE_S)


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


# A socket buffer that is too small.

@contextlib.contextmanager
def with_a_small_buffer(lab):
    with lab.sealgate(lab.router, "gateway", queue="socket_buffer_kib = 64;") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _answers(sock, least_s):
    """What comes within that time, or after it without a pause."""
    answers, deadline = [], time.monotonic() + least_s
    while True:
        sock.settimeout(max(0.3, deadline - time.monotonic()))
        try:
            answers.append(ask.Answer(sock.recv(65535)))
        except TimeoutError:
            return answers


def _overrun(world):
    """Packets that find no room are lost, which is counted; none of them passes."""
    expect_data(world.ask(NAME, "A", timeout_s=PATIENCE_S), "A", GOOD)
    gate = world.gate.process
    with world.lab.attack("forge-address"), _asking(world) as sock:
        try:
            gate.signal(signal.SIGSTOP)
            for _ in range(OVERRUN):
                sock.send(ask.make(NAME, "A").to_wire())
            _wait_for("the buffer is full", lambda: _queue_state(world, QUERIES_QUEUE)[2] > 0)
        finally:
            gate.signal(signal.SIGCONT)
        answers = _answers(sock, 2)
    forged = [answer for answer in answers if answer.rcode != "SERVFAIL"]
    expect(answers and not forged, f"{len(forged)} of {len(answers)} answers are no SERVFAIL")
    expect(len(answers) < OVERRUN, "nothing was lost: nothing was shown")
    _wait_for("it is counted", lambda: world.gate.counter("queue_overruns") > 0)


def _after_an_overrun(world):
    for family in (4, 6):
        expect_data(world.ask(NAME, "A", family, timeout_s=PATIENCE_S), "A", GOOD)
        with world.lab.attack("forge-address"):
            expect_rcode(world.ask(NAME, "A", family, timeout_s=PATIENCE_S), "SERVFAIL")
    expect_equal("verdicts that were not taken", world.gate.counter("verdict_errors"), 0)


# A client that has much wait.

@contextlib.contextmanager
def with_little_room(lab):
    with lab.sealgate(lab.router, "gateway", more=f"parked = {PARKED};\npark_ms = 10000;\n"
                      'checking_disabled = "pass";\n') as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _repeats_a_silent_name(names):
    """Under many ids; the keys of its zone cannot be had. Another client, here one that asks over
    IPv6, is served meanwhile, though it must wait for keys too."""
    def run(world):
        world.gate.restart()
        with world.lab.attack("silence-key-fetches-of-one-zone"), _asking(world) as sock:
            for number in range(4 * PARKED):
                sock.send(ask.make(names.format(number), "A").to_wire())
            _wait_for("there is no more room for it",
                      lambda: world.gate.counter("parked_full") > 0)
            answer = world.ask("www.ed25519.test.", "A", 6, timeout_s=PATIENCE_S)
            waiting = _queue_state(world, RESPONSES_QUEUE)[0]
        expect_data(answer, "A", GOOD)
        expect(waiting >= PARKED // 2, f"only {waiting} wait: nothing was shown")
        expect(world.gate.counter("parked_share") > 0, "its share is not counted")
    return run


# One response waits, and others that came after it pass as they came, so many that the kernel is
# told of several at once.

def _passes_nothing_that_waits(world):
    world.gate.restart()
    with world.lab.attack("silence-key-fetches-of-one-zone"), _asking(world) as sock:
        wire = ask.make("www.rsa256.test.", "A").to_wire()
        sock.send(wire)
        _wait_for("a response waits", lambda: world.gate.counter("parked") == 1)
        with _asking(world) as others:
            for number in range(PASSING):
                query = ask.make(NAME, "A", do=True, cd=True)
                query.id = number       # by chance two would be the same question
                others.send(query.to_wire())
            passed = _answers(others, 1)
        early = ask.receive(sock, wire, 0.2)
        waiting = _queue_state(world, RESPONSES_QUEUE)[0]
    expect_equal("those that were not to be judged", len(passed), PASSING)
    expect(early is None, f"the one that waits was answered: {early}")
    expect_equal("responses that wait", waiting, 1)
    expect_equal("passed unjudged", world.gate.counter("passed_cd"), PASSING)
    expect_equal("verdicts that were not taken", world.gate.counter("verdict_errors"), 0)


GROUPS = (
    Group("overload", with_short_queues, (
        Case("a flood of queries leaves room for the response to one before it",
             _responses_have_room),
        Case("after a flood all is as it was", _goes_on))),
    Group("overload, a small socket buffer", with_a_small_buffer, (
        Case("packets that find no room in the socket's buffer are counted, and none passes",
             _overrun),
        Case("after that all is as it was", _after_an_overrun))),
    Group("overload, much that waits", with_little_room, (
        Case("a client that repeats a silent name does not keep others from waiting",
             _repeats_a_silent_name("www.rsa256.test.")),
        Case("a client that asks for many silent names does not keep others from waiting",
             _repeats_a_silent_name("host{}.rsa256.test.")),
        Case("what passes as it came takes nothing along that waits",
             _passes_nothing_that_waits))),
)
