# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS over TCP through the relay: everything that works over UDP works on a connection."""

import contextlib
import resource
import socket
import time

import dns.message
import dns.rrset

from lab import ask, nat, streams, topology

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   on_gateway, on_host, with_sealgate)
from .same import differences, visible

GOOD = ["192.0.2.80", "192.0.2.81"]
QUESTIONS = (("www.p256.test.", "A"), ("alias.rsa256.test.", "A"), ("any.wild.ed25519.test.", "A"),
             ("nowhere.p384.test.", "A"), ("www.salted.test.", "LOC"), ("p256.test.", "MX"),
             ("www.unsigned.test.", "A"), ("www.island.example.", "AAAA"),
             ("many.wide.example.", "TXT"), ("host.moved.p256.test.", "A"))
ATTACKS = ("forge-address", "forge-address-keep-signature", "forge-nxdomain", "strip-signatures",
           "forge-address-with-ad", "replay-denial")
IDLE_S, SLACK_S = 1.0, 30.0     # the event ends it earlier than the silent server would
CROWD = 2000


def asker(world):
    """The machine that asks in this scene."""
    return world.lab.client if world.ask == world.lab.ask_through_gateway else world.lab.host


def ask_tcp(world, name, rdtype, family=4, **how):
    return streams.query(asker(world), topology.UPSTREAM[family], name, rdtype, **how)


def _genuine(world, name, rdtype, **how):
    return streams.query(world.lab.wire, topology.UPSTREAM[4], name, rdtype, **how)


def _same(family):
    def run(world):
        for how in ({}, {"edns": 1232}):
            for name, rdtype in QUESTIONS:
                ours = visible(ask_tcp(world, name, rdtype, family, **how))
                lines = differences(ours, visible(_genuine(world, name, rdtype, **how)))
                expect(not lines, f"{name} {rdtype} {how}", *lines, *world.log_tail())
    return Case(f"answers over TCP and IPv{family} are the same as without sealgate", run)


def _dig(family):
    """A real client, which knows nothing of the lab."""
    def run(world):
        server = topology.UPSTREAM[family]
        for name, wanted in (("www.p256.test.", GOOD), ("www.unsigned.test.", GOOD),
                             ("www.expired.test.", [])):
            said = asker(world).run("dig", "+tcp", "+short", "+tries=1", "+time=4", f"@{server}",
                                    name, "A")
            expect_equal(f"dig +tcp {name}", sorted(said.split()), wanted)
    return Case(f"dig +tcp over IPv{family} gets genuine and unsigned answers, and no expired ones",
                run)


def _expired(world):
    for family in (4, 6):
        answer = ask_tcp(world, "www.expired.test.", "A", family, edns=1232)
        expect_rcode(answer, "SERVFAIL")
        expect(answer.ede, "no reason is given")


def _ad(world):
    for name, wanted in (("www.p256.test.", True), ("www.unsigned.test.", False)):
        answer = ask_tcp(world, name, "A", do=True)
        expect_rcode(answer, "NOERROR")
        expect_equal(f"AD of {name}", answer.has_ad, wanted)


def _cold(world):
    world.gate.restart()
    expect_data(ask_tcp(world, "www.bank.example.", "A"), "A", GOOD)


def _forged(attack):
    def run(world):
        for family in (4, 6):
            with streams.Server(world.lab, streams.attacking(attack)) as server:
                answer = ask_tcp(world, "www.p256.test.", "A", family)
            expect(not server.complaints, *server.complaints)
            expect(answer is not None and answer.rcode == "SERVFAIL" and
                   not answer.records("answer"), f"IPv{family}: {described(answer)}",
                   *world.log_tail())
    return Case(f"the attack {attack} by a server over TCP: the client gets SERVFAIL", run)


def _forging_works(attack):
    def run(world):
        genuine = _genuine(world, "www.p256.test.", "A")
        for family in (4, 6):
            with streams.Server(world.lab, streams.attacking(attack)) as server:
                answer = ask_tcp(world, "www.p256.test.", "A", family)
            expect(not server.complaints, *server.complaints)
            expect(answer is not None and answer.rcode != "SERVFAIL", described(answer))
            if attack != "strip-signatures":    # its data is genuine
                expect(described(answer) != described(genuine), described(answer))
    return Case(f"without sealgate the attack {attack} by a server over TCP succeeds", run)


def _pipelined(world):
    """Many queries at once, whose answers come in the opposite order."""
    queries = [ask.make(name, rdtype) for name, rdtype in QUESTIONS]
    with streams.Server(world.lab, streams.backwards(len(queries))) as server, \
            streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(*(message.to_wire() for message in queries))
        answers = [stream.receive() for _ in queries]
    expect(not server.complaints and None not in answers, f"{server.complaints}", *world.log_tail())
    by_id = {answer.message.id: answer for answer in map(ask.Answer, answers)}
    for message, (name, rdtype) in zip(queries, QUESTIONS):
        expect(message.id in by_id, f"{name}: no answer")
        lines = differences(visible(by_id[message.id]), visible(_genuine(world, name, rdtype)))
        expect(not lines, f"{name} {rdtype}", *lines)
    expect(list(by_id) != [message.id for message in queries],
           "the answers came in order, so nothing was proved")


def _mixed(world):
    """A Bogus answer between good ones neither breaks nor delays the others."""
    names = ("www.p256.test.", "www.expired.test.", "www.ed448.test.", "www.bogusds.test.",
             "www.unsigned.test.")
    messages = [ask.make(name, "A") for name in names]
    with streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(*(message.to_wire() for message in messages))
        answers = [ask.Answer(stream.receive()) for _ in names]
    seen = {answer.message.id: answer.rcode for answer in answers}
    expect_equal("the RCODEs", [seen.get(message.id) for message in messages],
                 ["NOERROR", "SERVFAIL", "NOERROR", "SERVFAIL", "NOERROR"])


def _in_small_pieces(world):
    wire = ask.make("www.p256.test.", "A").to_wire()
    octets = len(wire).to_bytes(2, "big") + wire
    with streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in octets:
            stream.sock.send(bytes([octet]))
            time.sleep(0.002)
        expect_data(ask.Answer(stream.receive()), "A", GOOD)


def _half_closed(world):
    with streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(ask.make("www.p256.test.", "A").to_wire())
        stream.sock.shutdown(socket.SHUT_WR)
        wire = stream.receive()
        expect(wire is not None, "no answer", *world.log_tail())
        expect_data(ask.Answer(wire), "A", GOOD)
        expect(stream.has_ended(4), "the connection does not end")


def _nonsense_from_client(world):
    with streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(b"no DNS message at all, but octets")
        expect(stream.has_ended(2), "the connection goes on")
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


def _nonsense_from_server(world):
    with streams.Server(world.lab, streams.garbage), \
            streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(ask.make("www.unsigned.test.", "A").to_wire())
        expect(stream.has_ended(2), "the connection goes on")


def _reset_passed_on(world):
    with streams.Server(world.lab, streams.gone), \
            streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(ask.make("www.unsigned.test.", "A").to_wire())
        expect(stream.has_ended(2), "the connection goes on")


def _client_gone(world):
    for _ in range(20):
        stream = streams.connect(asker(world), topology.UPSTREAM[4])
        stream.send(*(ask.make(name, rdtype).to_wire() for name, rdtype in QUESTIONS))
        stream.reset()
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


def _transfer(namespace, family):
    """Returns the RCODE and the records of AXFR p256.test."""
    records = []
    with streams.connect(namespace, topology.AUTH["zones"][family]) as stream:
        stream.send(dns.message.make_query("p256.test.", "AXFR").to_wire())
        while (wire := stream.receive(2)) is not None:
            answer = ask.Answer(wire)
            records += answer.records("answer")
            if answer.rcode != "NOERROR" or (len(records) > 1 and " SOA " in records[-1]):
                return answer.rcode, records
    return "no end", records


def _transfer_passes(world):
    genuine = _transfer(world.lab.namespaces["upstream"], 4)
    expect(genuine[0] == "NOERROR" and len(genuine[1]) > 50, f"without sealgate: {genuine[0]}")
    before = world.gate.counter("transfers")
    for family in (4, 6):
        rcode, records = _transfer(asker(world), family)
        expect_equal(f"AXFR over IPv{family}", (rcode, len(records)),
                     (genuine[0], len(genuine[1])))
        expect(sorted(records) == sorted(genuine[1]), "other records")
    expect_equal("transfers counted", world.gate.counter("transfers") - before, 2)


def _transfer_refused(world):
    for family in (4, 6):
        rcode, records = _transfer(asker(world), family)
        expect_equal(f"AXFR over IPv{family}", (rcode, records), ("REFUSED", []))
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


def _ask_for_changes(namespace, family=4, rdtype="IXFR", wait_s=ask.PATIENCE_S):
    """Over UDP, by a client with an old copy (RFC 1995, 3); any answer of the upstream will do."""
    zone = "p256.test."
    query = dns.message.make_query(zone, rdtype, id=0x1995)
    query.authority = [dns.rrset.from_text(zone, 0, "IN", "SOA", f"ns.{zone} root.{zone} 1 1 1 1 1")]
    return ask.send(namespace, topology.UPSTREAM[family], query.to_wire(), wait_s)


def _changes_pass(world):
    genuine = _ask_for_changes(world.lab.wire)
    expect(genuine is not None, "without sealgate there is no answer")
    before = world.gate.counter("transfers")
    for family in (4, 6):
        answer = _ask_for_changes(asker(world), family)
        expect(answer is not None and answer.wire == genuine.wire,
               f"IPv{family}: {described(answer)}, not {described(genuine)}", *world.log_tail())
    expect_equal("transfers counted", world.gate.counter("transfers") - before, 2)
    answer = _ask_for_changes(asker(world), rdtype="A", wait_s=0.5)
    expect(answer is None, f"a question for A with such a record passed too: {described(answer)}")


def _changes_refused(world):
    """By silence: sealgate makes no answer to a datagram whose source may be forged."""
    expect(_ask_for_changes(world.lab.wire) is not None, "without sealgate there is no answer")
    before = world.gate.counter("transfers_refused")
    for family in (4, 6):
        answer = _ask_for_changes(asker(world), family, wait_s=0.5)
        expect(answer is None, f"IPv{family}: {described(answer)}")
    expect_equal("transfers refused", world.gate.counter("transfers_refused") - before, 2)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


def _idle_ends(world):
    world.gate.restart()        # without connections of earlier cases, for which this one might be evicted
    # A server of the lab: unbound ends idle connections early if it has many.
    with streams.Server(world.lab, streams.silent), \
            streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        begun = time.monotonic()
        expect(stream.has_ended(IDLE_S + SLACK_S), "an idle connection stays")
        expect(time.monotonic() - begun > IDLE_S * 0.8, "the connection was closed too early")


def _slow_client_ends(world):
    """A single octet now and then makes no message."""
    with streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        begun = time.monotonic()
        try:
            for octet in b"\0\x30" + b"x" * 40:
                stream.sock.send(bytes([octet]))
                time.sleep(0.2)
                if time.monotonic() - begun > IDLE_S + SLACK_S:
                    break
        except OSError:
            return
        expect(stream.has_ended(0.1), "a connection on which no message comes stays")


def _silent_server_ends(world):
    with streams.Server(world.lab, streams.silent), \
            streams.connect(asker(world), topology.UPSTREAM[4]) as stream:
        stream.send(ask.make("www.p256.test.", "A").to_wire())
        expect(stream.has_ended(IDLE_S + SLACK_S), "the client waits for ever")


def _nobody_there(world):
    """No server listens there: the client gets a reset."""
    lonely = "10.53.4.1"
    try:
        with streams.connect(asker(world), lonely) as stream:
            expect(stream.has_ended(3), "the connection goes on")
    except OSError:
        pass


@contextlib.contextmanager
def _descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count), hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def _crowding(world):
    crowd = []
    with _descriptors(3 * CROWD + 500), streams.Server(world.lab, streams.honest):
        try:
            for _ in range(CROWD):
                crowd.append(streams.connect(asker(world), topology.UPSTREAM[4]))
            yield
        finally:
            for stream in crowd:
                stream.reset()


def _crowd(world):
    """More idle connections than the relay has room for: the newest one is served."""
    with _crowding(world):
        expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)
        expect_data(ask_tcp(world, "www.unsigned.test.", "A"), "A", GOOD)
    evicted = world.gate.counter("tcp_evicted")
    expect(evicted >= CROWD - 1024, f"only {evicted} were evicted", *world.gate.log_lines("counters"))
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


def _crowd_of_four(world):
    """Each worker has a share of the connections, and room for all of these."""
    with _crowding(world):
        for family in (4, 6):
            for _ in range(8):
                expect_data(ask_tcp(world, "www.p256.test.", "A", family), "A", GOOD)


def _server_sees(world, wanted):
    for family in (4, 6):
        with streams.Server(world.lab, streams.honest) as server:
            expect_data(ask_tcp(world, "www.p256.test.", "A", family), "A", GOOD)
        expect_equal("the address that the server sees", server.peers[-1], wanted[family])


def _sees_client(world):
    _server_sees(world, topology.CLIENT)


def _masqueraded(world):
    """NAT on the same machine applies to the relay's connections as it does to the client's own."""
    with nat.masquerade(world.lab.router):
        _server_sees(world, topology.ROUTER_OUTSIDE)


def _own_questions_spared(world):
    """The gateway's own queries are left alone, and so are queries to the gateway."""
    expect_data(streams.query(world.lab.router, topology.UPSTREAM[4], "www.expired.test.", "A"),
                "A", GOOD)
    expect_data(streams.query(world.lab.client, topology.ROUTER[4], "www.p256.test.", "A"),
                "A", GOOD)


def _port_is_no_way_in(world):
    """The relay accepts only connections that the rules bring."""
    for family, loopback in ((4, "127.0.0.1"), (6, "::1")):
        for address in (loopback, topology.HOST[family]):
            try:
                with streams.connect(world.lab.host, address, port=5300) as stream:
                    expect(stream.has_ended(2), f"{address}: the connection stays")
            except OSError:
                pass
        try:
            with streams.connect(world.lab.wire, topology.HOST[family], 1, port=5300):
                expect(False, "the port is open to others")
        except OSError:
            pass


def refused(family):
    def run(world):
        try:
            with streams.connect(asker(world), topology.UPSTREAM[family], 3):
                seen = "connected"
        except TimeoutError:
            seen = "no answer"
        except OSError:
            seen = "refused"
        expect_equal("TCP to port 53", seen, "refused")
    return Case(f"DNS over TCP over IPv{family} is refused at once, not left open", run)


def _closed_while_stopped(world):
    world.gate.stop()
    try:
        for family in (4, 6):
            answer = ask_tcp(world, "www.p256.test.", "A", family, timeout_s=1)
            expect(answer is None, f"IPv{family}: {described(answer)}")
    finally:
        world.gate.start()
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


def _from_relay_to_refuse(world):
    """Applying another configuration removes the rules of the old one. (A sealgate that ran would put them
    back.)"""
    namespace = world.gate.namespace
    world.gate.stop()
    try:
        gate = world.lab.sealgate(namespace, world.gate.role, more='tcp = "refuse";\n')
        gate.apply_rules()
        said = gate.command("rules", "show")
        expect("RELAY" not in said and "chain relay_" not in said, said)
        for family in ("-4", "-6"):
            expect_equal("the routing rule", namespace.run("ip", family, "rule", "show", "table",
                                                           "5300"), "")
    finally:
        world.gate.apply_rules()
        world.gate.start()
    expect_data(ask_tcp(world, "www.p256.test.", "A"), "A", GOOD)


@contextlib.contextmanager
def _open_wire(lab):
    yield World(lab, None, lab.ask_from_host)


def _cases(*rows):
    return tuple(Case(name, run) for name, run in rows)


_EVERYWHERE = (
    tuple(make(family) for make in (_same, _dig) for family in (4, 6)) +
    tuple(_forged(attack) for attack in ATTACKS) + _cases(
        ("over TCP the client gets the reason why expired data is refused", _expired),
        ("over TCP AD is set on Secure answers only", _ad),
        ("over TCP the very first query waits for its keys, and is answered", _cold),
        ("pipelined queries are answered, though the answers come in another order", _pipelined),
        ("a Bogus answer on a connection does not break the other answers", _mixed),
        ("a query that comes octet by octet is answered", _in_small_pieces),
        ("a client that closes its side of the connection gets its answer", _half_closed),
        ("a client that sends no DNS is cut off", _nonsense_from_client),
        ("a server that sends no DNS is cut off", _nonsense_from_server),
        ("a server's reset is passed on", _reset_passed_on),
        ("clients that go away midway leave nothing behind", _client_gone),
        ("if the server cannot be reached the client's connection is reset at once", _nobody_there),
        ("a zone transfer passes, and is counted", _transfer_passes),
        ("IXFR over UDP passes unchanged, and is counted", _changes_pass),
        ("while sealgate does not run nothing passes over TCP", _closed_while_stopped),
        ("applying tcp = \"refuse\" removes all rules of the relay", _from_relay_to_refuse)))

_IDLE = _cases(
    ("an idle connection is closed", _idle_ends),
    ("a client that sends one octet now and then is cut off", _slow_client_ends),
    ("a connection whose server never answers is closed", _silent_server_ends))

GROUPS = (
    Group("TCP without sealgate", _open_wire, tuple(_forging_works(attack) for attack in ATTACKS),
          needs_sealgate=False),
    Group("TCP on the host", on_host, _EVERYWHERE + _cases(
        ("two thousand idle connections keep no client out", _crowd),
        ("a connection straight to the relay's port is refused", _port_is_no_way_in))),
    Group("TCP on the gateway", on_gateway, tuple(
        Case("gateway: " + case.name, case.run) for case in _EVERYWHERE + _cases(
            ("two thousand idle connections keep no client out", _crowd),
            ("the server sees the client's own address", _sees_client),
            ("with NAT on the same machine the relay works too", _masqueraded),
            ("the gateway's own TCP is left alone", _own_questions_spared)))),
    Group("TCP idle on the host", with_sealgate("host", more="tcp_idle_ms = 1000;\n"), _IDLE),
    Group("TCP idle on the gateway", with_sealgate("gateway", more="tcp_idle_ms = 1000;\n"), tuple(
        Case("gateway: " + case.name, case.run) for case in _IDLE)),
    Group("TCP with several workers", with_sealgate("gateway", queues=4), tuple(
        Case("four workers: " + case.name, case.run) for case in
        tuple(_same(family) for family in (4, 6)) + _cases(
            ("pipelined queries are answered, though the answers come in another order", _pipelined),
            ("two thousand idle connections keep no client out", _crowd_of_four)))),
    Group("zone transfers refused", with_sealgate("host", more='zone_transfer = "refuse";\n'), _cases(
        ("zone_transfer = \"refuse\" refuses AXFR", _transfer_refused),
        ("with zone_transfer = \"refuse\" IXFR over UDP gets no answer", _changes_refused))),
    Group("TCP refused on the host", with_sealgate("host", more='tcp = "refuse";\n'),
          tuple(refused(family) for family in (4, 6))),
    Group("TCP refused on the gateway", with_sealgate("gateway", more='tcp = "refuse";\n'), tuple(
        Case("gateway: " + case.name, case.run) for case in map(refused, (4, 6)))),
)
