# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of one's own work as before: local names of a router, a filter, and a secondary of a hidden primary that
is unsigned. And the attacker, who must gain nothing by what passes for them."""

import contextlib
import types

from lab import ask, neighbours, servers, streams, topology
from lab.attacks import FORGED
from lab.neighbours import FILTER, FRANK, PRIMARY, ROUTER
from lab.signing import secondary as knot

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode, wait_until,
                   with_sealgate)

ORIGIN = "p256.test."
WAIT_S = 60
LOCAL = (("nas.lan.", "A", ["192.168.1.9"]), ("9.1.168.192.in-addr.arpa.", "PTR", ["nas.lan."]),
         ("box.internal.", "A", ["192.168.1.1"]), ("printer.home.arpa.", "A", ["192.168.1.7"]),
         ("localhost.", "A", ["127.0.0.1"]), ("crate.", "A", ["172.17.0.3"]))
NO_DATA = ("nas.lan.", "printer.home.arpa.")
LIES = ("bank.lan.", "liar.localhost.", "www.bank.example.", "test.")


def _at(world, server, name, rdtype, over_tcp=False, **how):
    by = streams if over_tcp else ask
    return by.query(world.lab.host, server, name, rdtype, **how)


def _answers(lab, server, process, name="."):
    servers.wait_until_answering(lab.upstream, server, name, process)


def _scene(starters, more="", **settings):
    @contextlib.contextmanager
    def scene(lab):
        with neighbours.reached(lab, *(start for start, _server in starters)) as processes:
            for process, (_start, server) in zip(processes, starters):
                _answers(lab, server, process, ORIGIN)
            with with_sealgate("host", more=more, **settings)(lab) as world:
                yield world
    return scene


# Local names.

WITH_ROUTER = ((neighbours.start_router, ROUTER),)
SPLIT = f'local_zones = [ "{ORIGIN} from {ROUTER}" ];\n'


def _local_pass(world):
    for over_tcp in (False, True):
        for name, rdtype, data in LOCAL:
            answer = _at(world, ROUTER, name, rdtype, over_tcp, ad=True)
            expect_data(answer, rdtype, data)
            expect(not answer.has_ad, f"{name}: AD")
    for name in NO_DATA:
        answer = _at(world, ROUTER, name, "AAAA")
        expect_rcode(answer, "NOERROR")
        expect(not answer.records("answer"), described(answer))
    expect_rcode(_at(world, ROUTER, "nowhere.lan.", "A"), "NXDOMAIN")


def _no_lie_passes(world):
    for name in LIES:
        answer = _at(world, ROUTER, name, "A")
        expect(answer is not None and FORGED[1] not in str(answer.message) and
               "203.0.113.66" not in str(answer.message), f"{name}: {described(answer)}")
        expect(name == "test." or answer.rcode == "SERVFAIL", f"{name}: {described(answer)}")
    expect(world.gate.log_lines("not-loopback"), "the log does not say why localhost was refused")


def _local_refused(world):
    """So it was before there was a list."""
    for name, rdtype, _data in LOCAL:
        expect_rcode(_at(world, ROUTER, name, rdtype), "SERVFAIL")


def _split(world):
    expect_data(_at(world, ROUTER, "db.p256.test.", "A"), "A", ["10.1.2.3"])
    # Recalled or not: the same octets from elsewhere are judged.
    with world.lab.attack("forge-address"):
        for _ in range(2):
            expect_rcode(world.ask("www.p256.test.", "A"), "SERVFAIL")
    expect_data(world.ask("www.p256.test.", "A"), "A", ["192.0.2.80", "192.0.2.81"])


# A filter.

WITH_FILTERS = ((neighbours.start_filter, FILTER), (neighbours.start_router, ROUTER),
                (neighbours.start_frank, FRANK))
NOTHING = ((FILTER, "www.p256.test.", "NXDOMAIN", {}), (FILTER, "www.ed25519.test.", "NOERROR", {}),
           (FILTER, "www.rsa512.test.", "NXDOMAIN", {}), (FRANK, "www.long.test.", "NXDOMAIN", {}),
           (FILTER, "www.rsa256.test.", "NOERROR", {"A": ["0.0.0.0"], "AAAA": ["::"]}),
           (ROUTER, "www.p384.test.", "NXDOMAIN", {}),
           (ROUTER, "www.ed448.test.", "NOERROR", {"A": ["0.0.0.0"], "AAAA": ["::"]}))
SOMETHING = "www.optout.test."      # the address of a page that says "blocked"
TTL_S = 10                          # EXEMPT_BLOCKED_TTL_S of gate/exempt.h


def _ways():
    return ((over_tcp, how) for over_tcp in (False, True) for how in ({}, {"do": True}))


def _blocked_pass(world):
    for over_tcp, how in _ways():
        for server, name, rcode, data in NOTHING:
            for rdtype in ("A", "AAAA"):
                answer = _at(world, server, name, rdtype, over_tcp, ad=True, **how)
                expect_rcode(answer, rcode)
                expect_data(answer, rdtype, data.get(rdtype, []))
                expect(not answer.has_ad and not answer.records("authority"), described(answer))
                expect(all(ttl <= TTL_S for ttl in answer.ttls()), f"TTLs {answer.ttls()}")
        answer = _at(world, FILTER, "www.salted.test.", "A", over_tcp, **how)
        expect_rcode(answer, "REFUSED")
    expect(world.gate.log_lines("unjudged www.p256.test. A"), "the log does not tell of it")
    expect(int(world.gate.status()["passed_blocked"]) > 0, "ctl status does not count it")


def _nothing_else_passes(world):
    expect_rcode(_at(world, FILTER, SOMETHING, "A"), "SERVFAIL")
    for rdtype in ("TXT", "MX", "CAA", "TLSA"):
        expect_rcode(_at(world, FILTER, "www.p256.test.", rdtype), "SERVFAIL")
    expect_rcode(_at(world, FILTER, "www.p256.test.", "A", rd=False), "SERVFAIL")
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask("www.rsa512.test.", "A"), "SERVFAIL")
    expect_rcode(_at(world, FILTER, "ads.unsigned.test.", "A"), "NXDOMAIN")     # as ever


def _filter_is_seen(world):
    """Knot Resolver says by EDE that it filters. A client with EDNS is told, and so is the operator."""
    answer = _at(world, FRANK, "www.long.test.", "A", edns=1232)
    expect(15 in answer.ede, described(answer))
    wait_until(lambda: world.gate.log_lines("the server says: Blocked (EDE 15)"), "the log does not say it")
    expect(int(world.gate.status()["responses_filtered"]) > 0, "it is not counted")


def _blocked_servfail(world):
    for server, name, _rcode, _data in NOTHING:
        expect_rcode(_at(world, server, name, "A"), "SERVFAIL")
    _filter_is_seen(world)


# A hidden primary.

def _start_primary(lab):
    return neighbours.start_primary(lab, ORIGIN)


WITH_PRIMARY = ((_start_primary, PRIMARY),)


def _copy_has(lab, address, port, name, data):
    query = ask.make(name, "A", rd=False)
    with ask.udp_socket(lab.host, address) as sock:
        sock.connect((address, port))
        sock.send(query.to_wire())
        answer = ask.receive(sock, query.to_wire(), 2)      # the caller asks again
    return answer is not None and answer.data("A") == data


def _bind_loads_and_follows(world):
    """SOA, AXFR; then SOA by nsupdate, UPDATE, NOTIFY, IXFR."""
    lab = world.lab
    process = neighbours.start_secondary(lab, ORIGIN)

    def has(name, data):
        return lambda: _copy_has(lab, "127.0.0.1", neighbours.SECONDARY_PORT, name, data)
    try:
        wait_until(has("www.p256.test.", ["192.0.2.99"]),
                   lambda: f"BIND has no zone:\n{process.log_text()[-1500:]}", WAIT_S)
        lab.host.run("nsupdate", stdin=f"server {PRIMARY}\nupdate add new.{ORIGIN} 60 A 192.0.2.7\nsend\n")
        wait_until(has("new.p256.test.", ["192.0.2.7"]),
                   lambda: f"BIND missed the update:\n{process.log_text()[-1500:]}", WAIT_S)
    finally:
        process.stop()
    expect(int(world.gate.status()["passed_soa"]) > 0, "no SOA passed")
    for accusation in ("leaves out all signatures", "another server", "bogus p256.test. SOA"):
        expect(not world.gate.log_lines(accusation), *world.log_tail())


def _knot_loads(signs):
    def run(world):
        zone = types.SimpleNamespace(origin=ORIGIN, addresses={4: PRIMARY})
        name = f"knot-{'tsig' if signs else 'plain'}"
        process = knot.start(world.lab.resources, world.lab.host, name, topology.HOST[4], zone, signs=signs)
        try:
            wait_until(lambda: _copy_has(world.lab, topology.HOST[4], knot.PORT, "www.p256.test.",
                                         ["192.0.2.99"]),
                       lambda: f"Knot has no zone:\n{process.log_text()[-1500:]}", WAIT_S)
        finally:
            process.stop()
    return Case(f"a secondary of a hidden primary, Knot {'with' if signs else 'without'} TSIG, loads the zone", run)


def _nothing_but_the_soa(world):
    """From a client that asked for nothing but SOA; then it asks for more, and gets no SOA either."""
    world.gate.restart()
    answer = _at(world, PRIMARY, ORIGIN, "SOA", rd=False)
    expect(answer is not None and answer.data("SOA") and max(answer.ttls()) <= 5, described(answer))
    expect(not answer.has_ad and not answer.records("authority"), described(answer))
    expect_rcode(_at(world, PRIMARY, ORIGIN, "SOA", over_tcp=True, rd=False), "NOERROR")
    expect_rcode(_at(world, PRIMARY, ORIGIN, "SOA"), "SERVFAIL")
    expect_rcode(_at(world, PRIMARY, ORIGIN, "SOA", rd=False), "SERVFAIL")
    world.gate.restart()
    expect_rcode(_at(world, PRIMARY, "www.p256.test.", "A", rd=False), "SERVFAIL")
    expect_rcode(_at(world, PRIMARY, ORIGIN, "SOA", rd=False), "SERVFAIL")


def _advice_fits_a_primary(world):
    """Somebody asks the primary for its data: the advice is the key, not another server."""
    world.gate.restart()
    expect_data(world.ask("www.p256.test.", "A"), "A", ["192.0.2.80", "192.0.2.81"])    # the zone is signed

    def is_said():
        for name in ("www.p256.test.", "ns.p256.test."):
            expect_rcode(_at(world, PRIMARY, name, "A", rd=False), "SERVFAIL")
        return world.gate.log_lines("leaves out all signatures")
    wait_until(is_said, "the log does not say that it leaves out signatures", WAIT_S)
    line = world.gate.log_lines("leaves out all signatures")[0]
    expect("`unjudged_servers`" in line and "another server" not in line, line)


def _refused_with_transfers(world):
    expect_rcode(_at(world, PRIMARY, ORIGIN, "SOA", rd=False), "SERVFAIL")


def _unjudged(world):
    for over_tcp in (False, True):
        for how in ({}, {"do": True}, {"rd": False}):
            answer = _at(world, PRIMARY, "www.p256.test.", "A", over_tcp, **how)
            expect_data(answer, "A", ["192.0.2.99"])
            expect(not answer.has_ad, "AD")
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask("www.p256.test.", "A"), "SERVFAIL")
    status = world.gate.status()
    expect_equal("unjudged_servers", status["unjudged_servers"], f"{PRIMARY}/32")
    expect(int(status["passed_server"]) >= 6, status["passed_server"])
    expect(not world.gate.log_lines("another server"), *world.log_tail())


GROUPS = (
    Group("local names", _scene(WITH_ROUTER, SPLIT), (
        Case("local names: a router's names pass, without AD, over UDP and TCP", _local_pass),
        Case("local names: an alias to a forged address, and a localhost elsewhere, do not pass", _no_lie_passes),
        Case("local names: a zone of one server is not believed of another", _split))),
    Group("local names without a list", _scene(WITH_ROUTER, "local_names = [ ];\n"), (
        Case("local names: if the list is empty, they are refused", _local_refused),)),
    Group("filters", _scene(WITH_FILTERS, 'blocked = "pass";\n'), (
        Case("filters: what Unbound, dnsmasq and Knot Resolver answer for blocked names passes, over UDP and TCP", _blocked_pass),
        Case("filters: an answer that says something, or decides on trust, does not pass", _nothing_else_passes),
        Case("filters: the client and the operator are told that the server filters", _filter_is_seen))),
    Group("filters refused", _scene(WITH_FILTERS), (
        Case("filters: by default a blocked name of a signed zone is SERVFAIL, and the client is told",
             _blocked_servfail),)),
    Group("hidden primary", _scene(WITH_PRIMARY), (
        Case("a secondary of a hidden primary, BIND, loads the zone, and follows an update", _bind_loads_and_follows),
        _knot_loads(False), _knot_loads(True),
        Case("a hidden primary: nothing but the SOA passes, to a client that asks for nothing else",
             _nothing_but_the_soa),
        Case("a hidden primary: if it is asked for data, the log names unjudged_servers", _advice_fits_a_primary))),
    Group("hidden primary without transfers", _scene(WITH_PRIMARY, 'zone_transfer = "refuse";\n'), (
        Case("a hidden primary: no SOA passes if transfers are refused", _refused_with_transfers),)),
    Group("unjudged servers", _scene(WITH_PRIMARY, f'unjudged_servers = [ "{PRIMARY}" ];\n'), (
        Case("unjudged servers: the answers of a listed server pass, and of no other", _unjudged),)),
)
