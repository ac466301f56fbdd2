# SPDX-License-Identifier: GPL-2.0-or-later
"""What sealgate knows without the server, clients get without it: while it is silent, and while it is gone."""

import contextlib
import os
import signal
import socket
import struct
import time

from lab import ask, servers, streams
from lab.signing import legacy, plan

from .case import Case, Group, described, expect, expect_equal, wait_until
from .signer import standing
from .signer_packets import complaints_of

ZONE, CHILD = legacy.BY_ORIGIN["nsd.lab."], legacy.BY_ORIGIN["child.nsd.lab."]
# With the types of which there is no record; the parent of ZONE is not signed here, that of CHILD is.
KNOWN = ((ZONE, "DNSKEY", True), (ZONE, "CDS", True), (ZONE, "CDNSKEY", True), (ZONE, "DS", False),
         (CHILD, "DNSKEY", True), (CHILD, "DS", True))
# Each has questions of its own: the same question again goes to the server first.
SOURCES = {}
CAP_NET_ADMIN = 1 << 12
DIRECT = ("kresd", "unbound")     # the other validators ask for more than the keys first
SOON_S = ask.PATIENCE_S     # a silent server would never answer, so a busy machine may take its time


@contextlib.contextmanager
def _frozen(world):
    """All processes of the server are stopped: the kernel takes connections and queries for them."""
    group = world.signing.processes[ZONE.origin].pid
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


@contextlib.contextmanager
def _dead(world):
    """The server has ended: the kernel refuses connections and queries for it."""
    signing = world.signing
    signing.processes[ZONE.origin].stop()
    wait_until(lambda: _is_refused(signing), "a child of the server still takes connections")
    try:
        yield
    finally:
        zones = [zone for zone in legacy.ZONES if zone.kind == "nsd"]
        process = legacy.start_nsd(signing.resources, signing.legacy, "legacy-nsd", ZONE.addresses,
                                   [(zone.origin, legacy.file_of(signing.keys.directory, zone.origin))
                                    for zone in zones])
        signing.processes[ZONE.origin] = process
        servers.wait_until_answering(signing.validators_namespace, ZONE.addresses[4], ZONE.origin, process)


def _is_refused(signing):
    try:
        streams.connect(signing.legacy, ZONE.addresses[4]).sock.close()
    except OSError:
        return True
    return False


SOURCES.update({_frozen: (plan.UNBOUND, plan.STRICT), _dead: (plan.NAMED, plan.KRESD)})


def _learn_soas(world):
    """sealgate denies a type with the SOA of the zone, which it has from the server."""
    for family in (4, 6):
        answer = world.signing.ask_server(ZONE, f"nowhere.{ZONE.origin}", "LOC", family, do=True)
        expect(answer is not None and answer.records("authority"), described(answer))


def _check(world, zone, rdtype, is_there, do, over_tcp, answer):
    where = f"{zone.origin} {rdtype} {'with' if do else 'without'} DO over {'TCP' if over_tcp else 'UDP'}"
    expect(answer is not None and answer.rcode == "NOERROR", f"{where}: {described(answer)}", *world.log_tail())
    expect(bool(answer.data(rdtype)) == is_there, f"{where}: {described(answer)}")
    expect("AA" in answer.flags.split() and "RA" not in answer.flags.split(), f"{where}: {answer.flags}")
    expect(bool(answer.data("RRSIG")) == (do and is_there), f"{where}: {described(answer)}")
    if do:
        wrong = complaints_of(world, zone.origin, rdtype, over_tcp, answer)
        expect(not wrong, *wrong)


def _over_tcp(state):
    def run(world):
        _learn_soas(world)
        with state(world):
            before = world.gate.counter("sign_queries_at_once")
            asked = 0
            for family in (4, 6):
                for zone, rdtype, is_there in KNOWN:
                    for do in (True, False):
                        answer = streams.query(world.signing.validators_namespace, zone.addresses[family],
                                               zone.origin, rdtype, SOON_S, do=do, rd=False)
                        _check(world, zone, rdtype, is_there, do, True, answer)
                        asked += 1
            expect_equal("answered at once", world.gate.counter("sign_queries_at_once") - before, asked)
    return run


def _by_udp(world, zone, rdtype, source, family, timeout_s=SOON_S, server=None, **how):
    server = server or zone.addresses
    with ask.udp_socket(world.signing.validators_namespace, server[family]) as sock:
        sock.bind((source[family], 0))
        sock.connect((server[family], 53))
        query = ask.make(zone.origin, rdtype, rd=False, **how).to_wire()
        sock.send(query)
        return ask.receive(sock, query, timeout_s)


def _over_udp(state):
    """Asks each network twelve questions: twenty a second get whole answers, those of the case before included."""
    def run(world):
        time.sleep(1)
        _learn_soas(world)
        with state(world):
            before = world.gate.counter("sign_queries_at_once")
            asked = 0
            for family in (4, 6):
                for zone, rdtype, is_there in KNOWN:
                    for do, source in zip((True, False), SOURCES[state]):
                        answer = _by_udp(world, zone, rdtype, source, family, do=do)
                        _check(world, zone, rdtype, is_there, do, False, answer)
                        asked += 1
            expect_equal("answered at once", world.gate.counter("sign_queries_at_once") - before, asked)
            expect_equal("that were not sent", world.gate.counter("sign_unsent"), 0)
    return run


# What lies between client and server: their packets have other addresses then, or not each may pass.

@contextlib.contextmanager
def _rules(namespace, *rules):
    """Each a table and the words of a rule; its words may name an address of _PLACES."""
    done = []
    try:
        for family, tool in ((4, "iptables"), (6, "ip6tables")):
            for table, *words in rules:
                words = [tool, "-t", table, *(word.format(**{name: addresses[family] for name, addresses in
                                                             _PLACES.items()}) for word in words)]
                namespace.run(words[0], *words[1:3], "-I", *words[3:])
                done.append([words[0], *words[1:3], "-D", *words[3:]])
        yield
    finally:
        for words in reversed(done):
            namespace.run(*words)


_PLACES = {"server": ZONE.addresses, "gate": plan.both(3, 2), "machine": plan.both(4, 2), "back": plan.both(4, 1)}
STATEFUL = ("filter", "OUTPUT", "-p", "udp", "--sport", "53", "-m", "conntrack", "--ctstate", "NEW,INVALID,UNTRACKED",
            "-j", "DROP")
LOSSY = ("raw", "OUTPUT", "-p", "udp", "--sport", "53", "-j", "DROP")


def _to(door):
    return ("nat", "PREROUTING", "-d", "{%s}" % door, "-p", "udp", "--dport", "53", "-j", "DNAT",
            "--to-destination", "{server}")


def _answered_through(place, door):
    """A client asks another address, which is translated into the server's; and OUTPUT lets only packets of known
    connections pass."""
    def run(world):
        machine = world.signing.gate if place == "gateway" else world.signing.legacy
        with _rules(machine, STATEFUL, _to(door)), _frozen(world):
            for family in (4, 6):
                answer = _by_udp(world, ZONE, "DNSKEY", plan.RECURSOR, family, server=_PLACES[door], do=True)
                _check(world, ZONE, "DNSKEY", True, True, False, answer)
                answer = _by_udp(world, ZONE, "CDS", plan.RECURSOR, family, do=True)
                _check(world, ZONE, "CDS", True, True, False, answer)
    return run


def _asked_again(world, rules, door):
    """The first answer cannot reach the client; the second one comes from the server."""
    with _rules(world.signing.gate, *rules):
        for family in (4, 6):
            first = _by_udp(world, CHILD, "CDNSKEY", plan.RECURSOR, family, 1, _PLACES[door], do=True)
            expect(first is None, f"an answer came: what does this case show? {described(first)}")
            answer = _by_udp(world, CHILD, "CDNSKEY", plan.RECURSOR, family, server=_PLACES[door], do=True)
            _check(world, CHILD, "CDNSKEY", True, True, False, answer)


RESTORED = (("mangle", "OUTPUT", "-m", "mark", "--mark", "0", "-j", "CONNMARK", "--restore-mark"),
            ("mangle", "POSTROUTING", "-m", "mark", "!", "--mark", "0", "-j", "CONNMARK", "--save-mark"))


def _connection_marks_open_nothing(world):
    """The operator's rules give each packet the mark of its connection: that of sealgate's own answer, here."""
    with _rules(world.signing.legacy, *RESTORED):
        for family in (4, 6):
            with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[family]) as sock:
                sock.bind((plan.RECURSOR[family], 0))
                sock.connect((ZONE.addresses[family], 53))
                for name, rdtype in ((ZONE.origin, "DNSKEY"), *((f"www.{ZONE.origin}", "A"),) * 3):
                    query = ask.make(name, rdtype, rd=False, do=True).to_wire()
                    sock.send(query)
                    answer = ask.receive(sock, query, SOON_S)
                    expect(answer is not None and answer.data("RRSIG"), f"{name} {rdtype}: {described(answer)}")


def _lost_on_the_way_out(world):
    before = world.gate.counter("sign_unsent")
    _asked_again(world, (LOSSY,), "server")
    expect_equal("that were not sent", world.gate.counter("sign_unsent") - before, 2)


def _translated_at_both_ends(world):
    _asked_again(world, (_to("gate"), ("nat", "POSTROUTING", "-d", "{server}", "-p", "udp", "--dport", "53", "-j",
                                       "SNAT", "--to-source", "{back}")), "gate")


def _beside_a_query_that_waits(world):
    """The connection has a query for the server, too, which has the whole time that it always had."""
    waits = ask.make(f"www.{ZONE.origin}", "A", do=True)
    known = ask.make(ZONE.origin, "DNSKEY", do=True)
    waits.id, known.id = 1, 2
    with _frozen(world), streams.connect(world.signing.validators_namespace, ZONE.addresses[4], SOON_S) as stream:
        stream.send(waits.to_wire(), known.to_wire())
        answers = [ask.Answer(stream.receive(SOON_S)) for _ in range(2)]
    expect_equal("the order", [answer.message.id for answer in answers], [2, 1])
    expect_equal("the answers", [answer.rcode for answer in answers], ["NOERROR", "SERVFAIL"])


def _cases(place):
    yield Case(f"at once: {place}: a silent server keeps no client from keys over TCP", _over_tcp(_frozen))
    yield Case(f"at once: {place}: a server that has ended keeps no client from keys over TCP", _over_tcp(_dead))
    yield Case(f"at once: {place}: a silent server keeps no client from keys over UDP", _over_udp(_frozen))
    yield Case(f"at once: {place}: a server that has ended keeps no client from keys over UDP", _over_udp(_dead))
    door = "gate" if place == "gateway" else "machine"
    yield Case(f"at once: {place}: a stateful packet filter passes the answers, and a NAT translates them back",
               _answered_through(place, door))
    yield Case(f"at once: {place}: a query for a silent server holds up none for keys behind it",
               _beside_a_query_that_waits)


def _capabilities(world):
    for task in os.listdir(f"/proc/{world.gate.process.pid}/task"):
        with open(f"/proc/{world.gate.process.pid}/task/{task}/status") as file:
            rows = dict(line.split(":", 1) for line in file)
        yield from (int(rows[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"))


def _raw_sockets_outlive_the_right(world):
    """Once it answers, it could open no further one."""
    expect_equal("at_once", world.gate.status()["at_once"], "udp,tcp")
    expect_equal("capabilities", max(_capabilities(world)), CAP_NET_ADMIN)


def _raw_sockets_receive_nothing(world):
    """Neither do packets of their own protocol wait there, which anybody may send."""
    machine, address = world.signing.legacy, ZONE.addresses[4]
    with machine.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as witness, \
            machine.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        witness.settimeout(SOON_S)
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20, 1, 0, 64, socket.IPPROTO_RAW, 0,
                             socket.inet_aton(address), socket.inet_aton(address))
        sender.sendto(header, (address, 0))
        expect_equal("the witness received", len(witness.recv(100)), len(header))
    rows = [line.split() for line in machine.run("cat", "/proc/net/raw").splitlines()[1:]]
    waiting = [row[4] for row in rows if row[1].endswith(f":{socket.IPPROTO_RAW:04X}")]
    expect_equal("octets that wait at sockets of this protocol", waiting, ["00000000:00000000"])


def _started_without_the_right(world):
    """As the service is: with CAP_NET_ADMIN alone. Over UDP the server is asked, as ever; over TCP it is not."""
    program = world.signing.resources.path("without-net-raw")
    with open(program, "w") as file:
        file.write(f'#!/bin/sh\nexec setpriv --bounding-set=-net_raw {world.signing.sealgate_path} "$@"\n')
    os.chmod(program, 0o755)
    world.gate.stop()
    world.gate.start(program=program)
    expect_equal("at_once", world.gate.status()["at_once"], "tcp")
    expect(world.gate.log_lines("CAP_NET_RAW"), "the log does not say why")
    answer = _by_udp(world, ZONE, "DNSKEY", plan.CLIENT, 4, do=True)
    _check(world, ZONE, "DNSKEY", True, True, False, answer)
    expect_equal("answered at once", world.gate.counter("sign_queries_at_once"), 0)
    with _frozen(world):
        answer = streams.query(world.signing.validators_namespace, ZONE.addresses[4], ZONE.origin, "DNSKEY",
                               SOON_S, do=True, rd=False)
        _check(world, ZONE, "DNSKEY", True, True, True, answer)


def _a_reload_switches(world):
    """The sockets stay, so they are there when it is switched on again."""
    with open(world.gate.config) as file:
        text = file.read()
    for word, wanted in (("false", "off"), ("true", "udp,tcp")):
        with open(world.gate.config, "w") as file:
            file.write(text.replace("sign = {", f"sign = {{ at_once = {word};"))
        code, said = world.gate.ctl("reload")
        expect_equal("reload", code, 0)
        expect_equal(said, world.gate.status()["at_once"], wanted)
    with _frozen(world):
        answer = _by_udp(world, ZONE, "CDNSKEY", plan.NAMED, 6, do=True)
        _check(world, ZONE, "CDNSKEY", True, True, False, answer)


def _validators_get_keys(world):
    """Those that need nothing else of the zone find the keys Secure while the server is silent."""
    direct = [each for each in world.signing.validators if each.name in DIRECT]
    expect_equal("the validators", sorted(each.name for each in direct), sorted(DIRECT))
    with _frozen(world):
        for validator in direct:
            for rdtype in ("DNSKEY", "CDS"):
                answer = world.signing.ask_validator(validator, ZONE.origin, rdtype)
                expect(answer is not None and answer.rcode == "NOERROR" and answer.has_ad and answer.data(rdtype),
                       f"{validator.name}: {rdtype}: {described(answer)}")


def _forged_sources(world):
    """Queries from several addresses of one network, which might be forged."""
    began, whole = time.monotonic(), 0
    length = len(ask.make(ZONE.origin, "DNSKEY", do=True).to_wire())
    with _frozen(world):
        for source in (plan.CLIENT, plan.UNBOUND, plan.STRICT, plan.NAMED, plan.KRESD, plan.RECURSOR):
            answer = _by_udp(world, ZONE, "DNSKEY", source, 4, do=True)
            expect(answer is not None and answer.rcode == "NOERROR", described(answer))
            if answer.is_truncated:
                expect(len(answer.wire) <= length, f"{len(answer.wire)} octets for {length}")
                answer = streams.query(world.signing.validators_namespace, ZONE.addresses[4], ZONE.origin, "DNSKEY",
                                       SOON_S, do=True, rd=False)
                _check(world, ZONE, "DNSKEY", True, True, True, answer)
            else:
                whole += 1
    expect(whole <= 1 + time.monotonic() - began, f"{whole} whole answers")
    expect_equal("that were limited", world.gate.counter("sign_limited"), 6 - whole)


def _off(world):
    with _frozen(world):
        answer = _by_udp(world, ZONE, "DNSKEY", plan.CLIENT, 4, 1, do=True)
        expect(answer is None, described(answer))
        answer = streams.query(world.signing.validators_namespace, ZONE.addresses[4], ZONE.origin, "DNSKEY",
                               SOON_S, do=True)
        expect(answer is not None and answer.rcode == "SERVFAIL", described(answer))
    expect_equal("at_once", world.gate.status()["at_once"], "off")


GROUPS = (
    *(Group(f"signer at once, {place}", standing(place, validators=False), tuple(_cases(place)))
      for place in ("gateway", "server")),
    Group("signer at once, lost", standing("gateway", validators=False), (
        Case("at once: an answer that a packet filter stops comes from the server when the client asks again",
             _lost_on_the_way_out),
        Case("at once: if both addresses are translated, the client gets an answer when it asks again",
             _translated_at_both_ends))),
    Group("signer at once, validators", standing("gateway"), (
        Case("at once: validators find the keys Secure while the server is silent", _validators_get_keys),)),
    Group("signer at once, rights", standing("server", validators=False), (
        Case("at once: the raw sockets stay when CAP_NET_RAW is given up", _raw_sockets_outlive_the_right),
        Case("at once: the raw sockets receive nothing", _raw_sockets_receive_nothing),
        Case("at once: a mark that a rule restores lets no unsigned answer of the server pass",
             _connection_marks_open_nothing),
        Case("at once: a reload switches it off and on", _a_reload_switches),
        Case("at once: started without CAP_NET_RAW, answers over UDP wait for the server, those over TCP do not",
             _started_without_the_right))),
    Group("signer at once, limit", standing("gateway", validators=False, sign="  signatures_per_network = 1;\n"), (
        Case("at once: one network gets only so many answers over UDP, and then TC=1 in no more octets than it sent",
             _forged_sources),)),
    Group("signer at once, off", standing("gateway", validators=False, sign="  at_once = false;\n"), (
        Case("at once: at_once = false has the server asked first", _off),)),
)
