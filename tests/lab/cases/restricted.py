# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS over TCP through a gateway is relayed, and does not meet the operator's rules in FORWARD. Each way to
restrict it that docs/gateway.md shows is tried, with the commands of that page."""

import contextlib

from lab import streams, topology

from .case import Case, Group, expect, expect_data, expect_equal, expect_rcode, on_gateway

GOOD = ["192.0.2.80", "192.0.2.81"]
TOOLS = {4: "iptables", 6: "ip6tables"}

# The commands, with placeholders for client and server. The nft rule is for one family.
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
    """And no other client, such as the other address of the same machine. Datagrams are judged as before,
    and without the rule TCP works again."""
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
    """As docs/gateway.md says: relayed connections never come there."""
    for family in (4, 6):
        relayed = world.gate.counter("tcp_connections")
        with _said(world, family, IN_FORWARD):
            expect_data(_ask(world, family), "A", GOOD)
        expect(world.gate.counter("tcp_connections") > relayed, "the connection was not relayed")


def _outlives_the_rules(world):
    """sealgate's rules come first in their chain whenever they are applied; the operator's still work."""
    for _way, words in WAYS:
        with _said(world, 4, words):
            world.gate.apply_rules()
            expect_equal(words, _ask(world, 4, timeout_s=1.5), None)


GROUPS = (
    Group("TCP on the gateway, restricted", on_gateway, (
        *(Case(f"a rule {way} denies a client relayed TCP", _restricts(words))
          for way, words in WAYS),
        Case("an nft rule denies a client relayed TCP", _restricts_by_nft),
        Case("a rule in FORWARD alone does not deny relayed TCP", _forward_does_not),
        Case("the operator's rules still deny it after sealgate's rules are applied again",
             _outlives_the_rules))),
)
