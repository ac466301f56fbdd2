# SPDX-License-Identifier: GPL-2.0-or-later
"""An attacker outside who sees a query pass sends the gateway a copy of it, with the client's address and in
a form that passes without a judgement, and answers the copy. The client must not get that answer."""

import contextlib
import ipaddress

import dns.flags
import dns.message
import dns.rrset

from lab import ask, nat, packets, topology
from lab.attacks import FORGED

from . import bridge
from .case import (Case, Group, World, described, expect, expect_data, on_gateway, wait_until)

NAME = "www.bank.example."
GOOD = ["192.0.2.80", "192.0.2.81"]
PATIENCE_S = 30
TOOLS = {4: "iptables", 6: "ip6tables"}
ONE_ARMED = "77"        # a routing table of the wire
# Both sides of a stateful filter agree that a server that was asked may answer.
STATEFUL = (("-A", "-i", "client", "-j", "ACCEPT"),
            ("-A", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"),
            ("-A", "-j", "DROP"))


def _judged(message):
    return message.to_wire()


def _with_cd(message):
    message.flags |= dns.flags.CD
    return message.to_wire()


def _with_junk_tsig(message):
    message.use_tsig(ask.TSIG_KEYRING, keyname=ask.TSIG_NAME)
    return message.to_wire()


def _with_cd_as_notify(message):
    message.flags |= dns.flags.CD
    message.set_opcode(4)
    return message.to_wire()


FORMS = {"with CD": _with_cd, "with a junk TSIG": _with_junk_tsig, "that is judged": _judged,
         "as a NOTIFY": _with_cd_as_notify}
LETTERS = {"in its own letters": str.lower, "in capitals": str.upper}


class Outside:
    """The attacker: sees the packets that the gateway sends out, and puts packets on that link."""

    def __init__(self, lab, neighbour, *behind):
        self._sniffer = packets.Sniffer(lab.wire, neighbour)
        self._injector = packets.Injector(lab, neighbour, *behind)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._sniffer.close()
        self._injector.close()

    def see_query(self, family, ident):
        """Waits for the query with this id; returns its sender and port as seen outside."""
        seen = []

        def looks():
            for packet in self._sniffer.packets():
                header = 20 if family == 4 else 40
                if packet[0] >> 4 == family and packet[header + 8:header + 10] == ident:
                    at = (12, 16) if family == 4 else (8, 24)
                    seen.append((str(ipaddress.ip_address(packet[at[0]:at[1]])),
                                 int.from_bytes(packet[header:header + 2], "big")))
            return seen
        wait_until(looks, "the attacker did not see the query", PATIENCE_S)
        return seen[0]

    def send(self, family, source, destination, source_port, destination_port, payload):
        datagram = packets.udp(source, destination, source_port, destination_port, payload)
        self._injector.send(family, packets.whole(family, source, destination, datagram))


def _forgery(copy_wire, letters):
    """The answer to the copy, with the question of the copy."""
    copy = dns.message.from_wire(copy_wire, keyring=ask.TSIG_KEYRING)
    answer = dns.message.Message(id=copy.id)
    answer.flags = dns.flags.QR | dns.flags.RA | dns.flags.RD | dns.flags.AA
    answer.set_opcode(copy.opcode())
    answer.question = copy.question
    answer.answer = [dns.rrset.from_text(letters(NAME), 3600, "IN", "A", FORGED[1])]
    if copy.had_tsig:
        answer.use_tsig(ask.TSIG_KEYRING, keyname=ask.TSIG_NAME)
    return answer.to_wire()


def _all_that_came(sock):
    """The messages that wait at the client's socket; returns at once."""
    came = []
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            came.append(ask.Answer(sock.recv(65535)))
    return came


def _has_forged(answer):
    """By its octets: a message signed with a key that is unknown here cannot be parsed."""
    return ipaddress.ip_address(FORGED[1]).packed in answer.wire


def _is_not_believed(form, words, families=(4, 6)):
    def run(world):
        for family in families:
            _one(world, family, form, LETTERS[words])
    return Case(f"a copy of a query {form}, {words}, sent from outside, lets no forged answer pass", run)


@contextlib.contextmanager
def _nothing_goes_on(world, family):
    """The attacker sees the queries that the gateway sends to servers, and holds them."""
    def change(verb):
        world.lab.wire.run(TOOLS[family], "-t", "raw", verb, "PREROUTING", "-i", world.neighbour,
                           "-p", "udp", "--dport", "53", "-j", "DROP")
    change("-I")
    try:
        yield
    finally:
        change("-D")


def _one(world, family, form, letters):
    server = topology.UPSTREAM[family]
    # From here on the keys are known, so sealgate fetches nothing while the attacker holds queries.
    expect_data(world.ask(NAME, "A", family, timeout_s=PATIENCE_S), "A", GOOD)
    with world.outside() as outside, ask.udp_socket(world.asker, server) as sock:
        sock.connect((server, 53))
        query = ask.make(NAME, "A", edns=1232)
        with _nothing_goes_on(world, family):
            sock.send(query.to_wire())
            sender, port = outside.see_query(family, query.id.to_bytes(2, "big"))
            copy = dns.message.make_query(letters(NAME), "A", use_edns=0, id=query.id)
            copy_wire = FORMS[form](copy)
            forged = _forgery(copy_wire, letters)
            for _round in range(2):
                # A forgery first: then a stateful filter counts the copy as part of the connection.
                _arrives(world, "responses",
                         lambda: outside.send(family, server, sender, 53, port, forged))
                _arrives(world, "queries",
                         lambda: outside.send(family, world.inner[family], server,
                                              sock.getsockname()[1], 53, copy_wire))
            _arrives(world, "responses",
                     lambda: outside.send(family, server, sender, 53, port, forged))
        # Every message that passed is at the client before this answer.
        expect_data(world.ask("www.p256.test.", "A", family, timeout_s=PATIENCE_S), "A", GOOD)
        weak = [described(answer) for answer in _all_that_came(sock) if _has_forged(answer)]
    expect(not weak, f"IPv{family}, the client got:", *weak, *world.log_tail())
    expect_data(world.ask(NAME, "A", family, timeout_s=PATIENCE_S), "A", GOOD)


def _arrives(world, counter, send):
    before = world.gate.counter(counter)
    send()
    wait_until(lambda: world.gate.counter(counter) > before,
               f"the packet did not reach the filter ({counter})", PATIENCE_S)


def _is_told(world):
    _one(world, 4, "with CD", str.upper)
    expect(world.gate.counter("queries_rival") > 0, "the second query is not counted")
    lines = world.gate.log_lines("two queries at once")
    expect(lines and "an attacker may be copying queries" in lines[0], "no line in the log",
           *world.log_tail())


# The places.

def _seen_from_outside(world, neighbour, *behind):
    world.neighbour = neighbour
    world.outside = lambda: Outside(world.lab, neighbour, *behind)
    return world


@contextlib.contextmanager
def _gateway(lab):
    with on_gateway(lab) as world:
        world.asker, world.inner = lab.client, topology.CLIENT
        yield _seen_from_outside(world, "router")


@contextlib.contextmanager
def _gateway_with_stateful_filter(lab):
    def change(rules):
        for tool in ("iptables", "ip6tables"):
            for verb, *words in rules:
                lab.router.run(tool, verb, "FORWARD", *words)

    with _gateway(lab) as world:
        change(STATEFUL)
        try:
            yield world
        finally:
            change([("-D", *words) for _verb, *words in STATEFUL])


@contextlib.contextmanager
def _gateway_that_masquerades(lab):
    with _gateway(lab) as world, nat.masquerade(lab.router):
        yield world


@contextlib.contextmanager
def _through_the_router_and_back(lab):
    """The wire sends the packets between the host and the upstream by way of the router, which gets and
    sends them by a single interface."""
    wire = lab.wire

    def change(verb):
        for family in (4, 6):
            for way, address in (("host", topology.UPSTREAM), ("upstream", topology.HOST)):
                wire.run("ip", f"-{family}", "rule", verb, "iif", way, "to", address[family],
                         "lookup", ONE_ARMED)

    for family in (4, 6):
        wire.run("ip", f"-{family}", "route", "add", "default", "via",
                 topology.ROUTER_OUTSIDE[family], "dev", "router", "table", ONE_ARMED)
    change("add")
    try:
        with nat.spared(wire, [(family, "-i", "host") for family in (4, 6)]):
            yield
    finally:
        change("delete")
        for family in (4, 6):
            wire.run("ip", f"-{family}", "route", "flush", "table", ONE_ARMED)


@contextlib.contextmanager
def _gateway_with_one_interface(lab):
    """Interfaces do not tell its sides apart. What remains is that all queries with one tuple are treated
    alike, also after an error has ended the question."""
    with _through_the_router_and_back(lab), \
            lab.sealgate(lab.router, "gateway") as gate:
        world = World(lab, gate, lab.ask_from_host)
        world.asker, world.inner = lab.host, topology.HOST
        yield _seen_from_outside(world, "router")


def _passes_by_the_router(world):
    for family in (4, 6):
        before = world.gate.counter("queries")
        expect_data(world.ask("www.p256.test.", "A", family, timeout_s=PATIENCE_S), "A", GOOD)
        expect(world.gate.counter("queries") > before, "the packet took another path, so nothing was proved")
        with world.lab.attack("pass"):
            answer = world.ask("www.expired.test.", "A", family, timeout_s=PATIENCE_S)
        expect(answer is not None and answer.rcode == "SERVFAIL", described(answer))


@contextlib.contextmanager
def _bridge(lab):
    with bridge.on_bridge()(lab) as world:
        world.asker = world.client
        world.inner = {family: f"{bridge.PREFIX[family]}{bridge.CLIENT}" for family in (4, 6)}
        yield _seen_from_outside(world, "bridge", world.client, "bridge")


def _cases(place, forms=("with CD", "with a junk TSIG")):
    return tuple(Case(f"{place}: {case.name}", case.run)
                 for case in (_is_not_believed(form, words) for form in forms for words in LETTERS))


GROUPS = (
    Group("copies from outside", _gateway,
          (*_cases("gateway", FORMS),
           Case("a second query with the same addresses, ports and id is counted and logged", _is_told))),
    Group("copies from outside, stateful filter", _gateway_with_stateful_filter,
          _cases("gateway with a stateful filter")),
    Group("copies from outside, NAT", _gateway_that_masquerades,
          _cases("gateway that masquerades")),
    Group("copies from outside, one interface", _gateway_with_one_interface,
          (Case("a gateway with one interface judges packets that come and leave by it",
                _passes_by_the_router),) + _cases("gateway with one interface", FORMS)),
    Group("copies from outside, bridge", _bridge, _cases("bridge")),
)
