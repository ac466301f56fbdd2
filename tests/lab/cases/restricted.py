# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS over TCP through a gateway is relayed before anything that the operator says in FORWARD. Each
way that docs/gateway.md has for him to restrict it is tried, by the commands that stand there."""

import contextlib

from lab import streams, topology

from .case import Case, Group, expect, expect_data, expect_equal, expect_rcode, on_gateway

GOOD = ["192.0.2.80", "192.0.2.81"]
TOOLS = {4: "iptables", 6: "ip6tables"}

# The commands, with the client and the server to be filled in. Those of nft are in one family.
WAYS = (
    ("in INPUT", "-t filter {} INPUT -s {client} -p tcp --dport 53 -m mark --mark 0x20000000/0x30000000 "
                 "-j REJECT --reject-with tcp-reset"),
    ("in OUTPUT", "-t filter {} OUTPUT -s {client} -d {server} -o wire -p tcp --dport 53 "
                  "-m mark --mark 0x10000000/0x30000000 -j REJECT --reject-with tcp-reset"),
    ("in the table raw", "-t raw {} PREROUTING -s {client} -p tcp --dport 53 -j DROP"),
)
IN_FORWARD = "-t filter {} FORWARD -s {client} -p tcp --dport 53 -j DROP"
NFT = "table inet operator {{ chain input {{ type filter hook input priority filter; " \
      "meta mark & 0x30000000 == 0x20000000 {ip} saddr {client} tcp dport 53 reject with tcp reset; }}; }}"


@contextlib.contextmanager
def _said(world, family, words):
    def change(verb):
        world.lab.router.run(TOOLS[family], *words.format(
            verb, client=topology.CLIENT[family], server=topology.UPSTREAM[family]).split())
    change("-I")
    try:
        yield
    finally:
        change("-D")


@contextlib.contextmanager
def _said_by_nft(world, family):
    world.lab.router.run("nft", "-f", "-", stdin=NFT.format(
        ip={4: "ip", 6: "ip6"}[family], client=topology.CLIENT[family]))
    try:
        yield
    finally:
        world.lab.router.run("nft", "delete", "table", "inet", "operator")


def _ask(world, family, timeout_s=60):
    try:
        return streams.query(world.lab.client, topology.UPSTREAM[family], "www.p256.test.", "A",
                             timeout_s=timeout_s)
    except OSError:
        return None


def _stops_one_client(world, family, restricted):
    """And nobody else: the other address of the same machine is another client. Datagrams are
    judged as ever, and when the rule goes all is as before."""
    other = {4: 6, 6: 4}[family]
    with restricted:
        expect_equal("over TCP", _ask(world, family, timeout_s=1.5), None)
        expect_data(_ask(world, other), "A", GOOD)
        expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
        expect_rcode(world.ask("www.expired.test.", "A", family), "SERVFAIL")
    expect_data(_ask(world, family), "A", GOOD)


def _restricts(words):
    def run(world):
        for family in (4, 6):
            _stops_one_client(world, family, _said(world, family, words))
    return run


def _restricts_by_nft(world):
    for family in (4, 6):
        _stops_one_client(world, family, _said_by_nft(world, family))


def _forward_does_not(world):
    """As it is said: what is relayed never comes there."""
    for family in (4, 6):
        relayed = world.gate.counter("tcp_connections")
        with _said(world, family, IN_FORWARD):
            expect_data(_ask(world, family), "A", GOOD)
        expect(world.gate.counter("tcp_connections") > relayed, "it was not relayed")


def _outlives_the_rules(world):
    """Ours come first in their chain whenever they are applied; his hold all the same."""
    for _way, words in WAYS:
        with _said(world, 4, words):
            world.gate.apply_rules()
            expect_equal(words, _ask(world, 4, timeout_s=1.5), None)


GROUPS = (
    Group("TCP on the gateway, restricted", on_gateway, (
        *(Case(f"the operator restricts relayed TCP {way}", _restricts(words))
          for way, words in WAYS),
        Case("the operator restricts relayed TCP by nft", _restricts_by_nft),
        Case("what he says in FORWARD alone does not restrict it", _forward_does_not),
        Case("his restrictions hold when the rules are applied anew", _outlives_the_rules))),
)
