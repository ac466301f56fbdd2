# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process finds that takes over, if it is not what it left itself: memory in the layout of another build,
connections that nobody has accepted, and a packet that was there when its predecessor died."""

import contextlib
import os
import pathlib
import random
import subprocess
import threading
import time

from lab import ask, streams, topology
from lab.ask import PATIENCE_S
from lab.machine import ROOT, make_environment
from lab.manager import obstacle
from lab.resources import LabError
from lab.surroundings import patient

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode, tell, wait_until,
                   with_sealgate)
from .takeover import (GRACE_MS, LOG, NAME, ZONE, Load, as_a_service, on_gateway, on_host, signer, take_over,
                       taken_over, when_signalled)
from .silence import client_of

GOOD = ["192.0.2.80", "192.0.2.81"]
CONNECTIONS = 20
UPGRADES = 3            # in each direction
IN_FLIGHT_S = patient(1)
WAIT_S = patient(60)
OWN_MARK, OWN_TOS = "0x10000000/0x30000000", "0x04"
PROGRAM = "/usr/local/sbin/sealgate"


# An upgrade to a build with another layout of memory.

def _other_build(lab):
    """Returns the path of a build whose memory has another layout."""
    build = pathlib.Path(lab.sealgate_path).resolve().parent
    target = os.path.relpath(build, ROOT) + "/sealgate-layout"
    made = subprocess.run(("make", "-s", target), cwd=ROOT, env={**os.environ, **make_environment(lab.sealgate_path)},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise LabError(f"make {target}: {made.stdout}")
    return str(build / "sealgate-layout")


def _upgraded(world, other):
    """Returns when the old process was gone. Until then it may have taken queries that the new one does not know."""
    old, gone = world.gate.process, []

    def watch():
        gone.append((old.wait(PATIENCE_S), time.monotonic()))

    watching = threading.Thread(target=watch)
    watching.start()
    world.gate.start("--replace", program=other)
    watching.join()
    old.stop()
    (code, when), = gone
    expect_equal("exit code of the old process", code, 0)
    expect(world.gate.log_lines("taken over, with 0 queries in flight"), *world.log_tail())
    return when


def _nothing_before(sock, query, again):
    """Returns the answer to `again`, which was asked last. Before it, none to `query` has come."""
    expect(query[:2] != again[:2], "both queries have the same id")
    deadline = time.monotonic() + WAIT_S
    while (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            answer = ask.Answer(sock.recv(65535))
        except OSError:
            continue
        if answer.wire[:2] == again[:2]:
            return answer
        expect(False, f"a response passes to a query that nobody knows: {described(answer)}")
    return None


def _only_what_was_asked_before_is_lost(world):
    """Upgrades there and back again. What is lost was asked before the last of them, and was not answered yet."""
    other, gone = _other_build(world.lab), []
    with world.lab.attack("race-forge-address"), Load(world) as load:
        for program in (other, None) * UPGRADES:
            time.sleep(random.uniform(0, 0.5))      # the moment in a turn is random, not the outcome
            began = time.monotonic()
            gone.append((began, _upgraded(world, program)))
            mark = load.mark()
            wait_until(lambda: load.answered_since(mark), "no answers come after the upgrade")
    tell(f"{load.asked()} questions, {len(gone)} upgrades: {len(load.lost())} lost, {len(load.refused)} refused, "
         f"{len(load.forged)} forged")
    expect(not load.forged, "a forged answer passed", *load.forged[:3])
    expect(not load.refused, "a genuine answer was refused", *load.refused[:3])
    wrong = [number for number in load.lost()
             if not any(began - IN_FLIGHT_S < load.asked_at(number) < end for began, end in gone)]
    expect(not wrong, f"{len(wrong)} questions were lost that were not in flight at an upgrade")


def _signs_nothing_that_it_does_not_know(world):
    """The server has the query during the upgrade. Its response does not pass unsigned; the next one is signed."""
    signing, gate = world.signing, world.gate
    server, address = signing.processes[ZONE.origin], ZONE.addresses[4]
    query, again = (ask.make("www." + ZONE.origin, "A", do=True, rd=False).to_wire() for _ in range(2))
    asked, other = gate.counter("queries"), _other_build(signing)
    with ask.udp_socket(signing.validators_namespace, address) as sock:
        sock.connect((address, 53))
        server.freeze()
        try:
            sock.send(query)
            wait_until(lambda: gate.counter("queries") > asked, "the query does not come")
            _upgraded(world, other)
        finally:
            server.thaw()
        sock.send(again)
        answer = _nothing_before(sock, query, again)
    expect(answer is not None and answer.data("RRSIG"), f"the next response: {described(answer)}", *world.log_tail())


# Connections that wait to be accepted.

def _connections_wait(world, end):
    """The kernel accepts connections while the process is stopped. The next process serves them."""
    service = world.service
    service.control("kill", "--kill-who=main", "--signal=STOP", "sealgate")
    wait_until(lambda: _is_stopped(service), "the process does not stop")
    query = ask.make(NAME, "A").to_wire()
    with contextlib.ExitStack() as stack:
        clients = []
        for number in range(CONNECTIONS):
            address = topology.UPSTREAM[(4, 6)[number % 2]]
            clients.append(stack.enter_context(streams.connect(client_of(world), address)))
            clients[-1].send(query)
        before = taken_over(service)
        end(service)
        wait_until(lambda: taken_over(service) > before, "no process takes over", WAIT_S)
        for number, client in enumerate(clients):
            wire = client.receive(WAIT_S)
            expect(wire is not None, f"connection {number} of {CONNECTIONS} is not served")
            expect_data(ask.Answer(wire), "A", GOOD)


def _is_stopped(service):
    tasks = service.run("sh", "-c", f"cat /proc/{service.main_pid()}/task/*/stat").splitlines()
    return all(line.rpartition(")")[2].split()[0] in "Tt" for line in tasks)


def _kill(service):
    service.control("kill", "--kill-who=main", "--signal=KILL", "sealgate")


def _connections_while_replaced(world):
    """A connection ends if the old process had accepted it, and then the client asks again. None is refused."""
    ends, refused, unanswered, served = threading.Event(), [], [], []
    query = ask.make(NAME, "A").to_wire()

    def once():
        with streams.connect(world.gate.namespace, topology.UPSTREAM[4]) as client:
            client.send(query)
            return client.receive(WAIT_S)

    def keep_asking():
        while not ends.is_set():
            try:
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    wire = once() or once()
                    (served if wire else unanswered).append(wire)
            except OSError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: served, "no connection is served at the start")
        for _ in range(3):
            take_over(world.gate)
            mark = len(served)
            wait_until(lambda: len(served) > mark + len(threads), "no connection is served after the replacement")
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    tell(f"{len(served)} connections served")
    expect(not refused, f"{len(refused)} connections were refused", *refused[:3])
    expect(not unanswered, f"{len(unanswered)} questions have no answer at the second attempt")


# A packet that was there when the process died.

@contextlib.contextmanager
def _fetches_nothing(world):
    """Sealgate's own queries are lost on the way, so a response waits for its keys. (A packet that is dropped where it
    is sent would be an error at once.)"""
    rules = [(world.gate.namespace, ("-t", "mangle"), "OUTPUT", ("-m", "mark", "--mark", OWN_MARK, "-j", "TOS",
                                                                  "--set-tos", OWN_TOS)),
             (world.lab.wire, ("-t", "raw"), "PREROUTING", ("-m", "tos", "--tos", OWN_TOS, "-j", "DROP"))]
    with contextlib.ExitStack() as stack:
        for namespace, table, chain, words in rules:
            for tool in ("iptables", "ip6tables"):
                namespace.run(tool, *table, "-I", chain, *words)
                stack.callback(namespace.run, tool, *table, "-D", chain, *words)
        yield


def _parked(service):
    """How many responses have waited in the process that runs now."""
    service.control("kill", "--kill-who=main", "--signal=USR1", "sealgate")
    mine = service.run("cat", LOG).rpartition("taken over, with ")[2].splitlines()
    counted = [word for line in mine if "counters:" in line for word in line.split() if word.startswith("parked=")]
    return int(counted[-1].partition("=")[2]) if counted else 0


@contextlib.contextmanager
def _waiting(world):
    """A response waits in sealgate. Yields the client's socket, and the query."""
    query = ask.make(NAME, "A").to_wire()
    world.service.run(PROGRAM, "ctl", "flush")
    with ask.udp_socket(client_of(world), topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        before = _parked(world.service)
        sock.send(query)
        wait_until(lambda: _parked(world.service) > before, "the response does not wait", WAIT_S)
        yield sock, query


def _dies(world):
    """SIGSEGV while the packet waits, as if the packet had caused it."""
    before = taken_over(world.service)
    when_signalled("SEGV")(world.service)
    wait_until(lambda: taken_over(world.service) > before, "no process takes over", WAIT_S)


def _is_judged_by_the_next(attack):
    def run(world):
        with attack and world.lab.attack(attack) or contextlib.nullcontext(), contextlib.ExitStack() as stack:
            with _fetches_nothing(world):
                sock, query = stack.enter_context(_waiting(world))
                _dies(world)
                wait_until(lambda: _parked(world.service) > 0, "the response does not come to the next process", WAIT_S)
            answer = ask.receive(sock, query, WAIT_S)
            if attack:
                expect_rcode(answer, "SERVFAIL")
            else:
                expect_data(answer, "A", GOOD)
    return run


def _is_dropped_after_two_deaths(world):
    with contextlib.ExitStack() as stack:
        with _fetches_nothing(world):
            sock, query = stack.enter_context(_waiting(world))
            _dies(world)
            wait_until(lambda: _parked(world.service) > 0, "the response does not come to the next process", WAIT_S)
            _dies(world)
        expect_equal("responses that waited in the third process", _parked(world.service), 0)
        again = ask.make(NAME, "A").to_wire()
        sock.send(again)
        expect_data(_nothing_before(sock, query, again), "A", GOOD)


def _of_service(what):
    return (
        Case(f"{what}: connections that wait to be accepted are served by the process after kill -9",
             lambda world: _connections_wait(world, _kill)),
        Case(f"{what}: a response that waited when the process died is judged by the next one",
             _is_judged_by_the_next(None)),
        Case(f"{what}: a forged response that waited when the process died is refused by the next one",
             _is_judged_by_the_next("forge-address")),
        Case(f"{what}: a packet that waited at two deaths in a row is dropped, and the next one is judged",
             _is_dropped_after_two_deaths),
    )


GROUPS = (
    Group("succession to another build", with_sealgate("host", grace_ms=GRACE_MS), (
        Case("an upgrade to another layout of memory loses what was in flight, and nothing else; nothing forged passes",
             _only_what_was_asked_before_is_lost),
        Case("connections are not refused while sealgate is replaced", _connections_while_replaced))),
    Group("succession of a signer to another build", signer, (
        Case("an upgrade to another layout of memory lets no response pass unsigned",
             _signs_nothing_that_it_does_not_know),)),
    Group("succession on a host", as_a_service("host", on_host), _of_service("host"), obstacle=obstacle()),
    Group("succession on a gateway", as_a_service("gateway", on_gateway), _of_service("gateway"),
          obstacle=obstacle()),
)
