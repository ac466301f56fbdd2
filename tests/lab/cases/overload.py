# SPDX-License-Identifier: GPL-2.0-or-later
"""More queries than sealgate can carry: queries are lost then, not the responses to queries that went on.
And a client that asks too much loses before others do."""

import contextlib

from lab import ask, packets, topology

from .case import Case, Group, World, expect, expect_data, expect_equal, expect_rcode, wait_until
from .silence import Line

GOOD = ["192.0.2.80", "192.0.2.81"]
NAME = "www.p256.test."
LENGTH, QUERIES, FLOOD = 64, 16, 200
RESPONSES_QUEUE, QUERIES_QUEUE = 0, 1
OVERRUN = 600       # queries; 64 KiB hold a few dozen
PARKED = 64         # responses that may wait
PASSING = 200       # responses to queries with CD
TRIES = 10


@contextlib.contextmanager
def with_short_queues(lab):
    with lab.sealgate(lab.router, "gateway", queue=f"length = {LENGTH}; queries = {QUERIES};",
                      more="parked = 32;\n") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _wait_for(what, holds):
    wait_until(holds, f"waited in vain: {what}")


@contextlib.contextmanager
def _asking(world):
    with ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        yield sock


def _flood_behind(world, sock, wire):
    """A query goes on and is not answered. Then sealgate is stopped, more queries come than their queue
    holds, and the response comes to the queue of responses."""
    resolver, gate = world.lab.resolver, world.gate.process
    queries = world.gate.counter("queries")
    try:
        resolver.freeze()
        sock.send(wire)
        _wait_for("the query goes on", lambda: world.gate.counter("queries") > queries)
        gate.freeze()
        with _asking(world) as flood:
            for number in range(FLOOD):
                flood.send(ask.make(f"flood{number}.p256.test.", "A").to_wire())
            _wait_for("queries are dropped",
                      lambda: world.gate.queue(QUERIES_QUEUE)[1] >= FLOOD - QUERIES)
        resolver.thaw()
        _wait_for("the response waits", lambda: world.gate.queue(RESPONSES_QUEUE)[0] > 0)
    finally:
        resolver.thaw()
        gate.thaw()


def _responses_have_room(world):
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    with _asking(world) as sock:
        wire = ask.make(NAME, "A").to_wire()
        _flood_behind(world, sock, wire)
        expect_data(ask.receive(sock, wire), "A", GOOD)
    expect_equal("responses dropped", world.gate.queue(RESPONSES_QUEUE)[1], 0)


def _have_verdicts(world):
    _wait_for("all queries have their verdict",
              lambda: world.gate.queue(QUERIES_QUEUE)[0] == 0)


def _goes_on(world):
    _have_verdicts(world)
    expect_data(world.ask(NAME, "A"), "A", GOOD)


# A socket buffer that is too small.

@contextlib.contextmanager
def with_a_small_buffer(lab):
    with lab.sealgate(lab.router, "gateway", queue="socket_buffer_kib = 64;") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _overrun(world):
    """Packets that find no room are lost and counted; none of them passes."""
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    gate = world.gate.process
    with Line(world) as line:
        with world.lab.attack("forge-address"):
            try:
                gate.freeze()
                for _ in range(OVERRUN):
                    line.ask(NAME, "A")
                _wait_for("the buffer is full", lambda: world.gate.queue(QUERIES_QUEUE)[2] > 0)
            finally:
                gate.thaw()
            _have_verdicts(world)       # otherwise the fence finds no room either
            line.fence()
            line.wait_all_handled()
        answers = line.everything()
    forged = [answer for answer in answers if answer.rcode != "SERVFAIL"]
    expect(answers and not forged, f"{len(forged)} of {len(answers)} answers are no SERVFAIL")
    expect(len(answers) < OVERRUN, "nothing was lost, so nothing was proved")
    _wait_for("it is counted", lambda: world.gate.counter("queue_overruns") > 0)


def _after_an_overrun(world):
    for family in (4, 6):
        expect_data(world.ask(NAME, "A", family), "A", GOOD)
        with world.lab.attack("forge-address"):
            expect_rcode(world.ask(NAME, "A", family), "SERVFAIL")
    expect_equal("verdicts that the kernel rejected", world.gate.counter("verdict_errors"), 0)


# A client with many responses that wait.

@contextlib.contextmanager
def with_little_room(lab):
    with lab.sealgate(lab.router, "gateway", more=f"parked = {PARKED};\npark_ms = 33000;\n"
                      'checking_disabled = "pass";\n') as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _answered_at_once(world, sock, wires, first=lambda: None):
    """Asks. The queries go on, and all responses are in the kernel before sealgate sees one of them.
    `first` is called before the attacker sends the first response."""
    carried, gate = world.gate.counter("queries"), world.gate.process
    try:
        with world.lab.attacker_waits():
            for wire in wires:
                sock.send(wire)
            _wait_for("the queries go on",
                      lambda: world.gate.counter("queries") >= carried + len(wires))
            gate.freeze()
            first()
        _wait_for("the answers are there",
                  lambda: world.gate.queue(RESPONSES_QUEUE)[0] >= len(wires))
    finally:
        gate.thaw()


def _crowd_out(world, names, sock):
    """Another client, which asks over IPv6, is served meanwhile, though its response must wait for keys,
    too. Returns how many responses wait then, and what that client got."""
    world.gate.restart()
    expect_data(world.ask(NAME, "A"), "A", GOOD)    # from here on the keys above are known
    with world.lab.attack("silence-key-fetches-of-one-zone"):
        _answered_at_once(world, sock, [ask.make(names.format(number), "A").to_wire()
                                        for number in range(4 * PARKED)])
        answer = world.ask("www.ed25519.test.", "A", 6)
        waiting = world.gate.queue(RESPONSES_QUEUE)[0]
    expect(world.gate.counter("parked_full") > 0, "there was room for all")
    expect(world.gate.counter("parked_share") > 0, "its share is not counted")
    return waiting, answer


def _repeats_a_silent_name(names):
    """Under many ids; the keys of its zone cannot be had. After a few seconds sealgate knows that, and no
    response waits any more. So one try must be faster than that. On a busy machine the keys for the other client may
    come too late as well; if that client has no room, it gets nothing in any try."""
    def run(world):
        for _ in range(TRIES):
            with _asking(world) as sock:
                waiting, answer = _crowd_out(world, names, sock)
            if waiting >= PARKED // 2 and answer is not None and answer.data("A") == GOOD:
                return
        expect_data(answer, "A", GOOD)
        expect(False, f"only {waiting} waited, so nothing was proved")
    return run


# One response waits. Others that came after it pass as they came, so many that one verdict covers several.

def _passes_nothing_that_waits(world):
    """The waiting response is answered when its keys could not be had, and not before."""
    world.gate.restart()
    server, name = topology.UPSTREAM[4], "www.rsa256.test."
    genuine = world.lab.ask_genuinely(name, "A", do=True).wire
    injector = packets.Injector(world.lab, "router")
    with world.lab.attack("silence-of-one-zone"), _asking(world) as sock, _asking(world) as others, \
            contextlib.closing(injector):
        wire = ask.make(name, "A").to_wire()
        sock.send(wire)
        _wait_for("the query goes on", lambda: world.gate.counter("queries") == 1)
        wires = []
        for number in range(PASSING):
            query = ask.make(NAME, "A", do=True, cd=True)
            query.id = number       # otherwise two may be the same question by chance
            wires.append(query.to_wire())
        _answered_at_once(world, others, wires, first=lambda: injector.send(
            4, packets.whole(4, server, topology.CLIENT[4], packets.udp(
                server, topology.CLIENT[4], 53, sock.getsockname()[1], wire[:2] + genuine[2:]))))
        others.settimeout(ask.PATIENCE_S)
        passed = [ask.Answer(others.recv(65535)) for _ in range(PASSING)]
        expect_rcode(ask.receive(sock, wire), "SERVFAIL")
    expect_equal("responses that were not to be judged", len(passed), PASSING)
    expect_equal("waited", world.gate.counter("parked"), 1)
    expect_equal("passed unjudged", world.gate.counter("passed_cd"), PASSING)
    expect_equal("verdicts that the kernel rejected", world.gate.counter("verdict_errors"), 0)


GROUPS = (
    Group("overload", with_short_queues, (
        Case("a flood of queries does not lose the response to an earlier query",
             _responses_have_room),
        Case("after a flood of queries everything works again", _goes_on))),
    Group("overload, a small socket buffer", with_a_small_buffer, (
        Case("packets that find no room in the socket buffer are counted, and none passes",
             _overrun),
        Case("after the socket buffer was full everything works again", _after_an_overrun))),
    Group("overload, much that waits", with_little_room, (
        Case("a client that repeats a name without keys does not take the room of other clients",
             _repeats_a_silent_name("www.rsa256.test.")),
        Case("a client that asks for many names without keys does not take the room of other clients",
             _repeats_a_silent_name("host{}.rsa256.test.")),
        Case("one verdict for several packets never covers a packet that waits",
             _passes_nothing_that_waits))),
)
