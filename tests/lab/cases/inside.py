# SPDX-License-Identifier: GPL-2.0-or-later
"""The relay of a gateway takes connections from the inside only. Relayed connections do not meet FORWARD, so
an attacker outside must not reach by the relay a server that FORWARD hides."""

import contextlib
import socket
import threading

import dns.message
import dns.rrset

from lab import streams, topology

from .case import Case, Group, World, expect, expect_data, expect_equal, expect_rcode, with_sealgate

GOOD = ["192.0.2.80", "192.0.2.81"]
SECRET = "10.53.1.99"
TOOLS = {4: "iptables", 6: "ip6tables"}
MARK = "0x20000000/0x30000000"

# As on a router: connections from the inside may go out, and get their responses; nothing else passes.
FORWARD = (("-A", "FORWARD", "-i", "client", "-j", "ACCEPT"),
           ("-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"),
           ("-P", "FORWARD", "DROP"))
# A router that also refuses by default in INPUT, with the rule of docs/gateway.md.
INPUT = (("-A", "INPUT", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"),
         ("-A", "INPUT", "-i", "client", "-m", "mark", "--mark", MARK, "-j", "ACCEPT"),
         ("-A", "INPUT", "-p", "ipv6-icmp", "-j", "ACCEPT"),
         ("-P", "INPUT", "DROP"))


class _Server:
    """A name server inside, on the client's machine, that answers every client and counts connections."""

    def __init__(self, lab):
        self._lab, self.peers, self._sockets = lab, [], []

    def _serve(self, listener):
        while True:
            try:
                accepted, peer = listener.accept()
            except OSError:
                return
            self.peers.append(peer[0])
            with streams.Stream(accepted) as stream:
                wire = stream.receive()
                if wire:
                    answer = dns.message.make_response(dns.message.from_wire(wire))
                    answer.answer.append(dns.rrset.from_text(
                        answer.question[0].name, 60, "IN", "A", SECRET))
                    stream.send(answer.to_wire())

    def __enter__(self):
        for family in (socket.AF_INET, socket.AF_INET6):
            listener = self._lab.client.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(("" if family == socket.AF_INET else "::", 53))
            listener.listen()
            self._sockets.append(listener)
            threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        for listener in self._sockets:
            listener.shutdown(socket.SHUT_RDWR)     # wakes the thread
            listener.close()


@contextlib.contextmanager
def _filtering(router, *rules):
    """The operator's own packet filter, until the block ends. It comes after sealgate's rules."""
    try:
        for tool in TOOLS.values():
            for words in rules:
                if tool == "iptables" and "ipv6-icmp" in words:
                    continue
                router.run(tool, *words)
        yield
    finally:
        for tool in TOOLS.values():
            for words in rules:
                if words[0] == "-P":
                    router.run(tool, "-P", words[1], "ACCEPT")
                elif tool == "ip6tables" or "ipv6-icmp" not in words:
                    router.run(tool, "-D", *words[1:])


def _from_outside(world, family, timeout_s=1.5):
    return streams.query(world.lab.host, topology.CLIENT[family], "www.secret.test.", "A",
                         timeout_s=timeout_s)


def _by_dig(world, family):
    said = world.lab.host.run("sh", "-c", f"dig +tcp +short +tries=1 +time=1 @"
                              f"{topology.CLIENT[family]} www.secret.test. A || true")
    return [line for line in said.split("\n") if line == SECRET]


def _ask(world, family, timeout_s=streams.PATIENCE_S):
    return streams.query(world.lab.client, topology.UPSTREAM[family], "www.p256.test.", "A",
                         timeout_s=timeout_s)


def _is_reached_without_sealgate(world):
    """Without this the other cases prove nothing."""
    with _Server(world.lab) as server:
        for family in (4, 6):
            expect_data(_from_outside(world, family), "A", [SECRET])
        expect_equal("connections to the server", len(server.peers), 2)
        with _filtering(world.lab.router, *FORWARD):
            for family in (4, 6):
                expect_equal("past FORWARD", _from_outside(world, family), None)


def _stays_hidden(*rules):
    def run(world):
        with _Server(world.lab) as server, _filtering(world.lab.router, *rules):
            relayed = world.gate.counter("tcp_connections")
            for family in (4, 6):
                expect_equal(f"IPv{family}, from the outside", _from_outside(world, family), None)
                expect_equal(f"IPv{family}, by dig", _by_dig(world, family), [])
            expect_equal("connections to the server inside", server.peers, [])
            expect_equal("connections relayed", world.gate.counter("tcp_connections"), relayed)
            for family in (4, 6):
                expect_data(_ask(world, family), "A", GOOD)
                expect_rcode(streams.query(world.lab.client, topology.UPSTREAM[family],
                                           "www.expired.test.", "A"), "SERVFAIL")
            expect(world.gate.counter("tcp_connections") > relayed, "the connection was not relayed")
    return run


def _not_by_the_router(world):
    """A port that the operator's nat opens for a server inside: FORWARD sees it, and refuses it."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_Server(world.lab))
        for family, tool in TOOLS.items():
            words = ("-i", "wire", "-p", "tcp", "--dport", "53", "-j", "DNAT", "--to-destination",
                     topology.CLIENT[family])
            world.lab.router.run(tool, "-t", "nat", "-A", "PREROUTING", *words)
            stack.callback(world.lab.router.run, tool, "-t", "nat", "-D", "PREROUTING", *words)
        for family in (4, 6):
            expect_equal("through the port", streams.query(
                world.lab.host, topology.ROUTER_OUTSIDE[family], "www.secret.test.", "A",
                timeout_s=1.5), None)
        expect_equal("connections to the server inside", server.peers, [])


def _said(world, word):
    """`rules apply` and `config check` must say the same of it."""
    for said in (world.gate.apply_rules(), world.gate.command("config", "check")):
        lines = [line for line in said.splitlines() if "DNS over TCP" in line]
        expect(len(lines) == 1 and word in lines[0], f"wanted: {word}", *said.splitlines())


def _says_where(world):
    _said(world, "relayed from client, because the default routes lead through wire")


@contextlib.contextmanager
def _without_default_route(router):
    gateways = {4: "10.53.2.1", 6: "fd53:2::1"}

    def change(verb):
        for family, gateway in gateways.items():
            router.run("ip", f"-{family}", "route", verb, "default", "via", gateway)
    change("del")
    try:
        yield
    finally:
        change("add")


@contextlib.contextmanager
def _known_servers(router):
    """Routes to the servers, but no default route."""
    words = ((4, "10.53.0.0/16", "10.53.2.1"), (6, "fd53::/16", "fd53:2::1"))
    for family, network, gateway in words:
        router.run("ip", f"-{family}", "route", "add", network, "via", gateway)
    try:
        yield
    finally:
        for family, network, gateway in words:
            router.run("ip", f"-{family}", "route", "del", network, "via", gateway)


def _relays_none_without_default_route(world):
    """As at boot, when the rules come before the network. No connection is relayed until the rules are
    applied again; datagrams are judged meanwhile."""
    router = world.lab.router
    with _known_servers(router), _without_default_route(router), _Server(world.lab) as server:
        _said(world, "no interface has a default route now")
        for family in (4, 6):
            expect_equal("from the inside", _ask(world, family, timeout_s=1), None)
            expect_equal("from the outside", _from_outside(world, family, timeout_s=1), None)
            expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
        expect_equal("connections to the server inside", server.peers, [])
    for family in (4, 6):
        expect_equal("until the rules are applied again", _ask(world, family, timeout_s=1), None)
    world.gate.apply_rules()
    for family in (4, 6):
        expect_data(_ask(world, family), "A", GOOD)


# A second way out, each time by the interface that would otherwise be the inside.
OTHER_WAYS = (
    ("of another table", (("route", "add", "default", "via", "10.53.1.2", "table", "99"),)),
    ("of IPv6", (("-6", "route", "add", "default", "via", "fd53:1::2", "metric", "2048"),)),
    ("of several ways", (("route", "add", "default", "metric", "77",
                          "nexthop", "via", "10.53.1.2", "nexthop", "via", "10.53.2.1"),)),
    ("in halves, as of a VPN", (("route", "add", "128.0.0.0/1", "via", "10.53.1.2"),)),
)


def _out(routes):
    """A machine behind an interface with a default route is outside."""
    def run(world):
        router = world.lab.router
        for words in routes:
            router.run("ip", *words)
        try:
            _said(world, "every interface has a default route, or no address")
            expect_equal("from there", _ask(world, 4, timeout_s=1), None)
        finally:
            for words in routes:
                router.run("ip", *["del" if word == "add" else word for word in words])
            world.gate.apply_rules()
    return run


@contextlib.contextmanager
def _names_them(lab):
    with lab.sealgate(lab.router, "gateway", more='inside = [ "wire", "nowhere0" ];\n') as gate:
        yield World(lab, gate, lab.ask_through_gateway)


def _takes_those_alone(world):
    """By the names only: here they are the wrong way round."""
    _said(world, "relayed from wire, nowhere0 (does not exist now) (as `inside` says)")
    with _Server(world.lab):
        for family in (4, 6):
            expect_equal("from the inside", _ask(world, family, timeout_s=1), None)
            relayed = world.gate.counter("tcp_connections")
            _from_outside(world, family)
            expect(world.gate.counter("tcp_connections") > relayed, "the connection was not relayed")


@contextlib.contextmanager
def _nobody(lab):
    yield World(lab, None, None)


def _hidden(way):
    return (
        Case(f"{way}: the outside does not reach a server that FORWARD hides, and clients are relayed",
             _stays_hidden(*FORWARD)),
        Case(f"{way}: the same if INPUT refuses by default, with the rule of docs/gateway.md",
             _stays_hidden(*FORWARD, *INPUT)),
        Case(f"{way}: TCP from the outside that FORWARD would let in is refused", _stays_hidden()),
        Case(f"{way}: TCP to a port that nat opens for a server inside is refused too",
             _not_by_the_router))


GROUPS = (
    Group("the inside, without sealgate", _nobody, (
        Case("without sealgate a server inside is reached, unless FORWARD hides it",
             _is_reached_without_sealgate),), needs_sealgate=False),
    Group("the inside of a gateway", with_sealgate("gateway"), (
        *_hidden("gateway"),
        Case("rules apply and config check say which interfaces are inside", _says_where),
        Case("without a default route no TCP is relayed", _relays_none_without_default_route),
        *(Case(f"an interface with a default route {how} is outside", _out(routes))
          for how, routes in OTHER_WAYS))),
    Group("the inside of both roles", with_sealgate("both"), _hidden("both")),
    Group("the inside that is named", _names_them, (
        Case("interfaces that `inside` names are the inside, whatever the routes say",
             _takes_those_alone),)),
)
