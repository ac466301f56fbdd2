# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of an operator that exclude DNS over TCP from connection tracking, and what `sealgate rules` says of
them."""

import contextlib
import shutil

from lab import streams, topology

from .case import Case, Group, described, expect, expect_data, expect_equal, on_gateway, on_host

NAME, ADDRESSES = "www.p256.test.", ["192.0.2.80", "192.0.2.81"]
SAID = "excludes DNS over TCP from connection tracking"

# The program, and what it is told to add: in front of a server, and in general.
RULES = (
    ("iptables-nft", "-p", "tcp", "--dport", "53", "-j", "CT", "--notrack"),
    ("ip6tables-nft", "-p", "tcp", "-m", "multiport", "--dports", "53,853", "-j", "NOTRACK"),
    ("iptables-legacy", "-j", "CT", "--notrack"),
)
HARMLESS = ("iptables-nft", "-p", "udp", "--dport", "53", "-j", "CT", "--notrack")
NFT = "table inet operators {{ chain out {{ type filter hook output priority raw; {rule}; }}; }}\n"


@contextlib.contextmanager
def _raw(namespace, tool, *rule):
    namespace.run(tool, "-t", "raw", "-A", "OUTPUT", *rule)
    try:
        yield
    finally:
        namespace.run(tool, "-t", "raw", "-D", "OUTPUT", *rule)


@contextlib.contextmanager
def _nft(namespace, rule):
    namespace.run("nft", "-f", "-", stdin=NFT.format(rule=rule))
    try:
        yield
    finally:
        namespace.run("nft", "delete", "table", "inet", "operators")


def _said(world):
    """What `rules apply` says of it, and `rules show`."""
    said, shown = (text.splitlines() for text in (world.gate.apply_rules(), world.gate.command("rules", "show")))
    warned = [line for line in said if SAID in line]
    expect_equal("what `rules show` says", [line for line in shown if SAID in line],
                 ["# warning: " + line.split("rules: ", 1)[1] for line in warned])
    return warned


def _over_tcp(world, asker):
    return streams.query(asker, topology.UPSTREAM[4], NAME, "A")


def _found(world):
    host = world.lab.host
    expect_equal("without such a rule", _said(world), [])
    with _raw(host, *HARMLESS):
        expect_equal("for UDP", _said(world), [])
    for tool, *rule in RULES:
        with _raw(host, tool, *rule):
            said = _said(world)
            expect_equal("lines about it", len(said), 1)
            expect(f"{tool} -t raw -D OUTPUT" in said[0], said[0])


def _found_in_nft(world):
    if not shutil.which("nft"):
        return
    with _nft(world.lab.host, "udp dport 53 notrack"):
        expect_equal("for UDP", _said(world), [])
    with _nft(world.lab.host, "tcp dport { 53, 853 } notrack"):
        said = _said(world)
        expect(len(said) == 1 and "chain out of the nft table inet operators" in said[0], *said)


def _refused(world):
    """The command in the warning mends it."""
    host = world.lab.host
    tool, *rule = RULES[0]
    host.run(tool, "-t", "raw", "-A", "OUTPUT", *rule)
    answer = _over_tcp(world, host)
    mend = _said(world)[0].split("delete it: ", 1)[1].split()
    host.run(*mend)
    expect(answer is None, f"DNS over TCP works nevertheless: {described(answer)}")
    expect_data(_over_tcp(world, host), "A", ADDRESSES)
    expect_equal("afterwards", _said(world), [])


def _gateway(world):
    """There the relay needs no connection tracking."""
    router = world.lab.router
    rule = ("-p", "tcp", "--dport", "53", "-j", "CT", "--notrack")
    for chain in ("PREROUTING", "OUTPUT"):
        router.run("iptables", "-t", "raw", "-A", chain, *rule)
        try:
            answer = _over_tcp(world, world.lab.client)
            said = _said(world)
        finally:
            router.run("iptables", "-t", "raw", "-D", chain, *rule)
        expect_data(answer, "A", ADDRESSES)
        expect_equal("lines about it", said, [])


def _marked_ways_back(world):
    """What wg-quick sets; and the command in the warning mends it."""
    router, setting = world.lab.router, "net.ipv4.conf.all.src_valid_mark"
    expect("src_valid_mark" not in world.gate.apply_rules(), "a warning without cause")
    router.run("sysctl", "-qw", f"{setting}=1")
    try:
        said = [line for line in world.gate.apply_rules().splitlines() if setting in line]
        expect_equal("lines about it", len(said), 1)
        mend = said[0].rsplit(": ", 1)[1].split()
        router.run(*mend)
        answer = _over_tcp(world, world.lab.client)
        router.run(*("del" if word == "add" else word for word in mend))
    finally:
        router.run("sysctl", "-qw", f"{setting}=0")
    expect_data(answer, "A", ADDRESSES)


GROUPS = (
    Group("NOTRACK", on_host, (
        Case("rules apply and show name each rule that excludes DNS over TCP from tracking", _found),
        Case("rules apply finds such a rule of nft", _found_in_nft),
        Case("NOTRACK refuses DNS over TCP, and the command in the warning mends it", _refused),
    )),
    Group("NOTRACK on a gateway", on_gateway, (
        Case("NOTRACK does not disturb the relay of a gateway, and nothing is said", _gateway),
        Case("rules apply names src_valid_mark, and the command in the warning mends it",
             _marked_ways_back))),
)
