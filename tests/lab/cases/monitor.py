# SPDX-License-Identifier: GPL-2.0-or-later
"""Monitor mode: every octet goes on as it came, at once, and what enforce would have done is counted."""

import contextlib
import os
import socket
import threading

import dns.flags
import dns.message
import dns.rcode

from lab import ask, nat, streams, topology
from lab.attacks import FORGED
from lab.resources import Obstacle

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, wait_until)

GOOD = ["192.0.2.80", "192.0.2.81"]
PORT = 5355     # of the scripted server, on the wire
# Each response that was looked at counts as one of these.
FATES = ("monitor_would_pass", "monitor_would_refuse", "monitor_differs", "monitor_unknown")
SETTINGS = "flow_timeout_ms = 60000;\npark_ms = 20000;\nparked = 32;\n"


@contextlib.contextmanager
def monitoring(lab):
    with lab.sealgate(lab.router, "gateway", mode="monitor", more=SETTINGS,
                      queue="length = 64; queries = 16;") as gate:
        yield World(lab, gate, lab.ask_through_gateway)


@contextlib.contextmanager
def monitoring_by_shortcut(lab):
    """The program in the kernel is there, and must rest: it would set DO."""
    directory = os.path.join(lab.resources.bpf_file_system(), "sealgate")
    with lab.sealgate(lab.router, "gateway", mode="monitor", more=SETTINGS + f'''
        shortcut = {{ interfaces = [ "client" ]; directory = "{directory}"; }};\n''') as gate:
        if "the shortcut is not used" in gate.rules_said:
            raise Obstacle("there is no shortcut here")
        yield World(lab, gate, lab.ask_through_gateway)


@contextlib.contextmanager
def monitoring_with_a_resolver(lab):
    """`resolver` proves in enforce mode the responses of a server that leaves out signatures (`assist`). Its
    own queries and responses do not meet the odd server."""
    oracle = topology.ORACLE[4]
    with nat.spared(lab.wire, [(4, "-p", "udp", "-d", oracle, "--dport", "53")]), \
            lab.sealgate(lab.router, "gateway", mode="monitor",
                         more=SETTINGS + f'resolver = [ "{oracle}" ];\n') as gate:
        yield World(lab, gate, lab.ask_through_gateway)


class Scripted:
    """A server on the wire that answers the client, and nobody else, with given datagrams. It keeps the
    octets that came."""

    def __init__(self, world):
        self._wire = world.lab.wire
        self._client = topology.CLIENT[4]
        self.responses, self.came = [], []

    def _rule(self, verb):
        for protocol in ("udp", "tcp"):
            self._wire.run("iptables", "-t", "nat", verb, "PREROUTING", "-s", self._client, "-p", protocol,
                           "--dport", "53", "-j", "REDIRECT", "--to-ports", str(PORT))

    def _serve(self):
        while True:
            try:
                octets, client = self._sock.recvfrom(65535)
            except OSError:
                return
            if client is None:      # the socket was shut down
                return
            self.came.append(octets)
            for response in self.responses:
                self._sock.sendto(response, client)

    def __enter__(self):
        self._sock = self._wire.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("0.0.0.0", PORT))
        self._stream = self._wire.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._stream.bind(("0.0.0.0", PORT))
        self._stream.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        self._rule("-I")
        return self

    def accept(self):
        self._stream.settimeout(ask.PATIENCE_S)
        return self._stream.accept()[0]

    def __exit__(self, *_exception):
        self._rule("-D")
        for sock in (self._sock, self._stream):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def _genuine(world, message):
    with ask.udp_socket(world.lab.wire, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        sock.send(message.to_wire())
        return ask.receive(sock, message.to_wire()).wire


def _forged(message, address=FORGED[1]):
    response = dns.message.make_response(message)
    response.flags |= dns.flags.RA | dns.flags.AD
    question = message.question[0]
    response.answer = [dns.rrset.from_text(question.name, 300, "IN", "A", address)]
    return response.to_wire()


def _with_flags(wire, flags):
    return wire[:2] + bytes([wire[2] | flags >> 8, wire[3] | flags & 255]) + wire[4:]


def _odd_case(wire):
    return wire[:13] + bytes(octet ^ 0x20 if 65 <= octet <= 122 else octet for octet in wire[13:16]) + wire[16:]


def _cookie(message):
    message.use_edns(0, 0, payload=4096, options=[dns.edns.GenericOption(10, b"cookies!")])
    return message


def _rows(world):
    """Yields what the row is about, the query, and the datagrams that answer it."""
    def plain(name="www.p256.test.", **how):
        return ask.make(name, "A", **how)
    message = plain()
    genuine = _genuine(world, message)
    yield "a genuine answer to a query without EDNS", message.to_wire(), [genuine]
    yield "with AD that nobody checked", message.to_wire(), [_with_flags(genuine, dns.flags.AD)]
    message = plain(do=True, ad=True)
    yield "a genuine answer with signatures", message.to_wire(), [_genuine(world, message)]
    message = plain("nowhere.p256.test.", do=True)
    yield "NXDOMAIN", message.to_wire(), [_genuine(world, message)]
    message = plain("nowhere.p384.test.", cd=True)
    yield "NXDOMAIN without proof, and CD", message.to_wire(), [_genuine(world, message)]
    message = plain(do=True)
    yield "forged, then genuine, twice each", message.to_wire(), [
        _forged(message), _genuine(world, message)] * 2
    message = plain("www.rsa256.test.")
    yield "forged, to a query without DO", message.to_wire(), [_forged(message)]
    message = plain()
    genuine = _genuine(world, message)
    yield "late, long after its question was answered", message.to_wire(), [genuine, genuine]
    yield "of another id", message.to_wire(), [bytes([genuine[0] ^ 1]) + genuine[1:], genuine]
    yield "in other letters", message.to_wire(), [_odd_case(genuine)]
    yield "cut", message.to_wire(), [_with_flags(genuine[:40], dns.flags.TC)]
    yield "cut in the middle of a record", message.to_wire(), [genuine[:-5]]
    yield "with octets behind it", message.to_wire(), [genuine + b"tail"]
    yield "no DNS", message.to_wire(), [b"\xff" * 40, b"x", b"GET / HTTP/1.0\r\n\r\n"]
    yield "a query for an answer", message.to_wire(), [message.to_wire()]
    for rcode in (dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP):
        yield "an error", message.to_wire(), [_with_flags(message.to_wire(), dns.flags.QR | rcode)]
    message = _cookie(plain())
    yield "a cookie", message.to_wire(), [_genuine(world, message)]
    yield "a cookie, which the server refuses", message.to_wire(), [
        _with_flags(message.to_wire(), dns.flags.QR | dns.rcode.FORMERR)]
    bare = message.to_wire()
    bare = bare[:4] + b"\0\0" + bare[6:12] + bare[len(ask.Answer(bare).question_wire) + 12:]
    yield "a cookie without a question", bare, [_with_flags(bare, dns.flags.QR)]
    yield "a query that is no DNS", b"\xff" * 30, [b"\xfe" * 30]
    yield "a query of one octet", b"?", [b"!"]


def _moved(world):
    """The octets that the server or the client should have got, and did not."""
    wrong = []
    with Scripted(world) as server, ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        sock.settimeout(ask.PATIENCE_S)
        for why, query, responses in _rows(world):
            server.responses, server.came = responses, []
            sock.send(query)
            got = []
            with contextlib.suppress(TimeoutError):
                got = [sock.recv(65535) for _ in responses]
            if server.came != [query]:
                wrong.append(f"{why}: the query came as {[each.hex() for each in server.came]}")
            if got != responses:
                wrong.append(f"{why}: the responses came as {[each.hex() for each in got]}")
    return wrong


def _changes_no_octet(world):
    wrong = _moved(world)
    expect(not wrong, *wrong)


def _changes_no_octet_over_tcp(world):
    """Also not of what is no DNS, and not of a message that ends in the middle."""
    query, answer = ask.make("www.p256.test.", "A").to_wire(), _genuine(world, ask.make("www.p256.test.", "A"))
    framed = [len(each).to_bytes(2, "big") + each for each in (query, answer)]
    rows = (("a question", framed[0], framed[1]), ("two at once", framed[0] * 2, framed[1] * 2),
            ("no DNS", b"\0\5hello" + b"\0\0" + b"\0\1x", b"\0\4what"),
            ("a message without its end", framed[0][:9], framed[1][:20]))
    for why, sent, returned in rows:
        with Scripted(world) as server, streams.connect(world.lab.client, topology.UPSTREAM[4]) as stream:
            stream.sock.sendall(sent)
            stream.sock.shutdown(socket.SHUT_WR)
            with server.accept() as accepted:
                expect_equal(f"{why}: at the server", _all_of(accepted), sent)
                accepted.sendall(returned)
            expect_equal(f"{why}: at the client", _all_of(stream.sock), returned)


def _all_of(sock):
    octets = b""
    sock.settimeout(ask.PATIENCE_S)
    while part := sock.recv(65535):
        octets += part
    return octets


def _does_not_set_do_in_the_kernel(world):
    """The server is known to support EDNS, by sealgate's own query."""
    for _ in range(3):
        expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    wait_until(lambda: _looked_at(world)["monitor_would_pass"] == 3, "no response was judged")
    _changes_no_octet(world)
    expect_equal("queries by the shortcut", world.gate.counter("queries_shortcut"), 0)


# What is counted.

def _looked_at(world):
    return {fate: world.gate.counter(fate) for fate in FATES}


def _counts(world, fate, act):
    """Waits until one more response is counted, and it must be counted as this."""
    before = _looked_at(world)
    act()
    wait_until(lambda: sum(_looked_at(world).values()) > sum(before.values()), "no response was judged")
    after = _looked_at(world)
    expect_equal("counted", {each: after[each] - before[each] for each in FATES if after[each] > before[each]},
                 {fate: 1})


def _passes_as(attack, wanted, fate, **how):
    def run(world):
        # A sealgate that has seen several such answers believes that the server leaves out signatures.
        world.gate.restart()

        def act():
            with world.lab.attack(attack):
                answer = world.ask("www.p256.test.", "A", **how)
                expect(answer is not None and answer.rcode == wanted[0] and
                       answer.data("A") == wanted[1], described(answer))
                wait_until(lambda: sum(_looked_at(world).values()) > 0, "no response was judged")
        _counts(world, fate, act)
        if fate == "monitor_would_refuse":
            wait_until(lambda: world.gate.log_lines("would be SERVFAIL"), "no line in the log")
    return Case(f"monitor: {attack} passes, and is counted{' with DO' if how else ''}", run)


def _asks_with_do_once(world):
    """The answer to a query without DO has no signatures: sealgate asks with DO, once."""
    world.gate.restart()
    for known in range(3):
        _counts(world, "monitor_would_pass",
                lambda: expect_data(world.ask("www.p256.test.", "A"), "A", GOOD))
        expect_equal("asked", world.gate.counter("monitor_asked"), 1)
        expect_equal("known", world.gate.counter("monitor_known"), known)
    expect_equal("secure", world.gate.counter("status_secure"), 3)
    _counts(world, "monitor_would_pass", lambda: world.ask("nowhere.p256.test.", "A"))
    _counts(world, "monitor_would_pass", lambda: world.ask("www.unsigned.test.", "A"))
    _counts(world, "monitor_would_refuse", lambda: world.ask("www.expired.test.", "A"))
    wait_until(lambda: world.gate.log_lines("rrsig-expired"),
               lambda: "no line in the log: " + " ".join(world.log_tail()))


def _tells_what_differs(world):
    """Only the client's answer is forged, or it has rotated: nobody can tell."""
    world.gate.restart()
    message = ask.make("www.p256.test.", "A")
    with Scripted(world) as server:
        server.responses = [_forged(message)]
        _counts(world, "monitor_differs",
                lambda: ask.send(world.lab.client, topology.UPSTREAM[4], message.to_wire()))
    wait_until(lambda: world.gate.log_lines("differs www.p256.test. A"), "no line in the log")


def _assists(how):
    """Judges with the signatures of the resolver, of which the client gets none."""
    def run(world):
        world.gate.restart()

        def act():
            with world.lab.attack("strip-dnssec-everywhere"):
                answer = world.ask("www.p256.test.", "A", **how)
                expect_data(answer, "A", GOOD)
                expect(not answer.data("RRSIG") and not answer.has_ad, described(answer))
                wait_until(lambda: sum(_looked_at(world).values()) > 0, "no response was judged")
        _counts(world, "monitor_would_pass", act)
        expect(world.gate.counter("assisted") > 0, "the resolver was not asked", *world.log_tail())
    return Case(f"monitor: a resolver proves the copy of what a server stripped, with{'' if how else 'out'} DO", run)


def _judges_tcp(world):
    def forged(server):
        answer = streams.query(world.lab.client, topology.UPSTREAM[4], "www.ed25519.test.", "A", do=True)
        expect(not server.complaints, *server.complaints)
        expect_data(answer, "A", [FORGED[1]])
    with streams.Server(world.lab, streams.attacking("forge-address")) as server:
        _counts(world, "monitor_would_refuse", lambda: forged(server))


def _waits_for_no_key(world):
    """The client has its answer while the keys are being asked for, which never come."""
    world.gate.restart()
    with world.lab.attack("silence-key-fetches"):
        expect_data(world.ask("www.p256.test.", "A", do=True), "A", GOOD)
        expect_equal("packets that wait", world.gate.waiting(), 0)
        wait_until(lambda: _looked_at(world)["monitor_would_refuse"] == 1, "it was never judged")
    wait_until(lambda: world.gate.log_lines("fetch-timeout") or world.gate.log_lines("fetch-failed"),
               "no line in the log")


def _passes_an_overload(world):
    """Nobody reads the queue: what it cannot hold passes, and the rest as soon as it can be."""
    wires = [ask.make("www.p256.test.", "A").to_wire() for _ in range(200)]
    with ask.udp_socket(world.lab.client, topology.UPSTREAM[4]) as sock:
        sock.connect((topology.UPSTREAM[4], 53))
        world.gate.process.freeze()
        try:
            for wire in wires:
                sock.send(wire)
            wait_until(lambda: ask.arrived(sock), "nothing passes a full queue")
        finally:
            world.gate.process.thaw()
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


def _passes_without_program(world):
    """The rules stay, and over UDP let everything pass."""
    world.gate.stop(9)
    try:
        expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    finally:
        world.gate.start()


def _nothing_was_refused(world):
    for counter in ("responses_servfail", "responses_dropped", "grace_held", "responses_rewritten",
                    "plain_asked", "wholes"):
        expect_equal(counter, world.gate.counter(counter), 0)


CASES = (
    Case("monitor: no octet of a query or a response changes, and none is missing", _changes_no_octet),
    Case("monitor: no octet of a connection changes", _changes_no_octet_over_tcp),
    _passes_as("forge-address", ("NOERROR", [FORGED[1]]), "monitor_would_refuse"),
    _passes_as("forge-address", ("NOERROR", [FORGED[1]]), "monitor_would_refuse", do=True),
    _passes_as("strip-signatures", ("NOERROR", GOOD), "monitor_would_refuse", do=True),
    _passes_as("forge-nxdomain", ("NXDOMAIN", []), "monitor_would_refuse"),
    Case("monitor: a query without DO is asked again with DO, once", _asks_with_do_once),
    Case("monitor: records unlike the signed answer are said to differ", _tells_what_differs),
    Case("monitor: a forged answer over TCP is counted", _judges_tcp),
    Case("monitor: a response waits for no key", _waits_for_no_key),
    Case("monitor: what a queue cannot hold passes", _passes_an_overload),
    Case("monitor: UDP passes while sealgate does not run", _passes_without_program),
    Case("monitor: nothing is refused, changed or held back", _nothing_was_refused),
)

GROUPS = (
    Group("monitor", monitoring, CASES),
    Group("monitor with a resolver", monitoring_with_a_resolver, (
        _assists({}), _assists({"do": True}),
        Case("monitor: with a resolver no octet changes", _changes_no_octet))),
    Group("monitor with the shortcut", monitoring_by_shortcut, (
        Case("monitor: the shortcut rests, and no octet changes", _does_not_set_do_in_the_kernel),)),
)
