# SPDX-License-Identifier: GPL-2.0-or-later
"""A new process takes over: whatever ends the old one, no query is lost, and no forged answer passes."""

import contextlib
import os
import random
import socket
import struct
import threading
import time

from lab import ask, manager, topology
from lab.ask import PATIENCE_S
from lab.attacks import FORGED
from lab.signing import legacy

from . import bridge
from .case import Case, Group, World, described, expect, expect_equal, tell, wait_until, with_sealgate
from .signer import SigningWorld
from .silence import client_of

ZONE = legacy.BY_ORIGIN["masq.lab."]    # dnsmasq, which is one process and can be stopped

NAME = "www.p256.test."
QUESTIONS_A_S = 150     # an attacker in Python sees each of them
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33     # of asm-generic/socket.h
BUFFER_SIZE = 16 << 20
FEW_A_S = 60            # ten seconds of these fit into the queue of queries
LATE_S = 15             # an answer that has not come by then is lost
REQUEST_MAX = 65536     # octets of a message of the control socket
SHOWN = 3               # answers in a complaint
LOG = "/run/sealgate.log"
DROP_IN = f"[Service]\nStandardError=append:{LOG}\n"
GRACE_MS = 400          # a refused response waits for a genuine one


class Load:
    """A client that asks without a pause. Each question has an id of its own, and is asked once."""

    def __init__(self, world, questions_a_s=QUESTIONS_A_S):
        self._pause_s = 1 / questions_a_s
        client = getattr(world, "client", None) or client_of(world)
        self._sock = ask.udp_socket(client, topology.UPSTREAM[4])
        self._sock.connect((topology.UPSTREAM[4], 53))
        self._sock.settimeout(0.2)
        for option in (SO_SNDBUFFORCE, SO_RCVBUFFORCE):     # queries wait there while no process runs
            self._sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_SIZE)
        self._wire = ask.make(NAME, "A").to_wire()[2:]
        self._asked, self._took, self._answers, self.forged, self.refused = {}, {}, {}, [], []
        self._ends, self._all_over = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._ask), threading.Thread(target=self._listen)]

    def _ask(self):
        number = random.randrange(65536)
        while not self._ends.is_set():
            number = (number + 1) % 65536
            self._asked[number] = time.monotonic()
            with contextlib.suppress(OSError):      # the kernel may report an earlier packet that was refused
                self._sock.send(number.to_bytes(2, "big") + self._wire)
            self._ends.wait(self._pause_s)

    def _listen(self):
        while not self._all_over.is_set():
            with contextlib.suppress(OSError):
                wire = self._sock.recv(65535)
                number = int.from_bytes(wire[:2], "big")
                self._took.setdefault(number, time.monotonic() - self._asked[number])
                self._answers.setdefault(number, []).append(wire)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self._took, "no answer comes at the start")
        return self

    def __exit__(self, *_exception):
        self._ends.set()
        self._threads[0].join()
        deadline = time.monotonic() + LATE_S
        while self.lost() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._all_over.set()
        self._threads[1].join()
        self._sock.close()
        for wires in self._answers.values():
            for answer in map(ask.Answer, wires):
                if FORGED[1] in answer.data("A"):
                    self.forged.append(answer.summary())
                elif answer.rcode != "NOERROR":
                    self.refused.append(answer.summary())

    def asked(self):
        return len(self._asked)

    def asked_at(self, number):
        return self._asked[number]

    def lost(self):
        return [number for number in list(self._asked) if number not in self._took]

    def longest_ms(self):
        return round(1000 * max(self._took.values()))

    def answered_since(self, number):
        """Whether a question was answered that is newer than the last one at an earlier mark."""
        return len(self._took) > number

    def mark(self):
        return len(self._took)


def on_host(lab, gate=None):
    return lab.host if not gate else World(lab, gate, lab.ask_from_host)


def on_gateway(lab, gate=None):
    return lab.router if not gate else World(lab, gate, lab.ask_through_gateway)


def _on_bridge(lab, gate=None):
    return bridge.bridge_of(lab)[1] if not gate else bridge.world(lab, gate)


def as_a_service(role, place):
    """`place` returns the machine, and later the world around it."""
    @contextlib.contextmanager
    def scene(lab):
        gate = lab.sealgate(place(lab), role, grace_ms=GRACE_MS)
        try:
            with manager.Manager(lab, gate, drop_ins={"sealgate": DROP_IN}) as service:
                world = place(lab, gate)
                world.service = service
                service.start()
                yield world
        finally:
            gate.remove_rules()
    return scene


def _restart(service):
    service.control("restart", "sealgate")


def when_signalled(name):
    def end(service):
        before = service.main_pid()
        service.control("kill", "--kill-who=main", f"--signal={name}", "sealgate")
        wait_until(lambda: service.main_pid() not in (0, before), "the service is not started again")
    return end


def taken_over(service):
    """How often a process took over. A process that crashes by itself would be found here too."""
    return service.run("cat", LOG).count("taken over, with ")


def _judge_load(load, times):
    tell(f"{load.asked()} questions, {times} ends: {len(load.lost())} lost, {len(load.refused)} refused, "
         f"{len(load.forged)} forged; the longest answer took {load.longest_ms()} ms")
    expect(not load.forged, "a forged answer passed", *load.forged[:SHOWN])
    expect(not load.lost(), f"{len(load.lost())} of {load.asked()} questions were lost")
    expect(not load.refused, "a genuine answer was refused", *load.refused[:SHOWN])


def _nothing_is_lost(end, times, questions_a_s=QUESTIONS_A_S):
    def run(world):
        service = world.service
        wait_until(lambda: world.ask(NAME, "A", timeout_s=1) is not None, "the service does not answer")
        before = taken_over(service)
        with world.lab.attack("race-forge-address"):
            with Load(world, questions_a_s) as load:
                for _ in range(times):
                    time.sleep(random.uniform(0, 0.5))      # the moment in a turn is random, not the outcome
                    end(service)
                    mark = load.mark()
                    wait_until(lambda: load.answered_since(mark), "no answers come after the end")
        expect_equal("times that a new process took over", taken_over(service) - before, times)
        _judge_load(load, times)
    return run


def _replaced(times):
    """Without systemd: the new process asks the old one for its descriptors."""
    def run(world):
        gate = world.gate
        with world.lab.attack("race-forge-address"), Load(world) as load:
            for _ in range(times):
                time.sleep(random.uniform(0, 0.5))
                take_over(gate)
                mark = load.mark()
                wait_until(lambda: load.answered_since(mark), "no answers come after the end")
        _judge_load(load, times)
    return run


def _replaces_nothing(world):
    world.gate.stop()
    world.gate.start("--replace")
    expect(world.gate.log_lines("no sealgate to replace listens at"), *world.gate.log_lines())
    expect(world.ask(NAME, "A") is not None, "no answer")


def _says_that_another_runs(world):
    done = world.gate.command_result("run")
    expect_equal("exit code", done.returncode, 1)
    wanted = (f"another sealgate runs already (pid {world.gate.status()['pid']}); `sealgate run --replace --config "
              f"{world.gate.config}` takes over from it")
    expect(wanted in done.stdout, wanted, *done.stdout.splitlines())
    expect(world.ask(NAME, "A") is not None, "the one that runs was disturbed")


@contextlib.contextmanager
def signer(lab):
    gate = lab.signing.sealgate("gateway")
    try:
        gate.start()
        yield SigningWorld(lab.signing, gate, None)
    finally:
        gate.stop()
        gate.remove_rules()


def take_over(gate):
    old = gate.process
    gate.start("--replace")
    expect_equal("exit code of the old process", old.wait(PATIENCE_S), 0)
    old.stop()


class _Older:
    """A sealgate of a build that ran as root: its control socket is root's, and obeys root alone. It stands before the
    one that runs, which has the queues."""

    def __init__(self, gate):
        self.path, self._behind, self.refused = gate.control, gate.control + ".behind", 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def _pass_on(self, client):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
            server.connect(self._behind)
            server.send(client.recv(REQUEST_MAX))
            while True:
                data, descriptors, _flags, _address = socket.recv_fds(server, REQUEST_MAX, 1)
                if not data:
                    return
                socket.send_fds(client, [data], descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)

    def _serve(self):
        while True:
            try:
                client = self._socket.accept()[0]
            except OSError:
                return
            with client:
                credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                if struct.unpack("3i", credentials)[1] != 0:
                    self.refused += 1
                elif client.recv(REQUEST_MAX, socket.MSG_PEEK):     # not one who only looks whether it listens
                    self._pass_on(client)

    def __enter__(self):
        os.rename(self.path, self._behind)
        self._socket.bind(self.path)
        os.chmod(self.path, 0o600)
        self._socket.listen(4)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        os.unlink(self._behind)


def _replaces_one_of_root(world):
    """The new process asks before it gives up being root, and is another user when it takes over."""
    with _Older(world.gate) as older:
        take_over(world.gate)
    expect_equal("connections of another user", older.refused, 0)
    expect(world.gate.log_lines("taken over, with "), *world.log_tail())
    expect(world.ask(NAME, "A") is not None, "no answer")
    expect_equal("ctl status", world.gate.ctl("status")[0], 0)


def _signs_what_was_asked_before(world):
    """The server has the query while sealgate is replaced. Its response is signed by the new process."""
    signing, gate = world.signing, world.gate
    server, address = signing.processes[ZONE.origin], ZONE.addresses[4]
    for name in ("www." + ZONE.origin, "no-such-name." + ZONE.origin):
        query = ask.make(name, "A", do=True, rd=False)
        asked = gate.counter("queries")
        with ask.udp_socket(signing.validators_namespace, address) as sock:
            sock.connect((address, 53))
            server.freeze()
            try:
                sock.send(query.to_wire())
                wait_until(lambda: gate.counter("queries") > asked, "the query does not come")
                take_over(gate)
            finally:
                server.thaw()
            answer = ask.receive(sock, query.to_wire())
        expect(answer is not None, f"{name}: no response after the replacement", *world.log_tail())
        expect("RRSIG" in str(answer.wire and ask.dns.message.from_wire(answer.wire)), described(answer))
        expect(gate.log_lines("taken over, with 1 queries in flight"), *world.log_tail())


CASES = (
    Case("systemctl restart loses no query", _nothing_is_lost(_restart, 3)),
    Case("kill -9 loses no query", _nothing_is_lost(when_signalled("KILL"), 5)),
    Case("SIGSEGV loses no query", _nothing_is_lost(when_signalled("SEGV"), 2)),
)
HANGS = (Case("a process that hangs is noticed and started again, and no query is lost",
              _nothing_is_lost(when_signalled("STOP"), 1, FEW_A_S)),)
REPLACED = (
    Case("sealgate run --replace loses no query", _replaced(3)),
    Case("sealgate run --replace starts if there is nothing to replace", _replaces_nothing),
    Case("sealgate run --replace takes over from one that runs as root", _replaces_one_of_root),
    Case("a second sealgate says that another runs", _says_that_another_runs),
)

GROUPS = (
    Group("takeover on a host", as_a_service("host", on_host), CASES + HANGS,
          obstacle=manager.obstacle()),
    Group("takeover without systemd", with_sealgate("host", grace_ms=GRACE_MS), REPLACED),
    Group("takeover of a signer", signer, (
        Case("a query that the server has is answered, signed, by the process that replaces the signer",
             _signs_what_was_asked_before),)),
    Group("takeover on a bridge", as_a_service("bridge", _on_bridge), tuple(
        Case("bridge: " + case.name, case.run) for case in CASES[:2]), obstacle=manager.obstacle()),
    Group("takeover on a gateway", as_a_service("gateway", on_gateway), CASES,
          obstacle=manager.obstacle()),
)

