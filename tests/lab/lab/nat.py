# SPDX-License-Identifier: GPL-2.0-or-later
"""Address translation as home routers have it, by the operator's own rules."""

import contextlib

from . import topology

# What clients are told to ask, where the router sends their questions elsewhere. Nobody has these.
ELSEWHERE = {4: "198.51.100.53", 6: "2001:db8:53::53"}


@contextlib.contextmanager
def _applied(namespace, rules):
    """The rules stand in the table nat until the block ends."""
    def change(how):
        for family, chain, *words in rules:
            tool = "ip6tables" if family == 6 else "iptables"
            namespace.run(tool, "-t", "nat", how, chain, *words)

    change("-A")
    try:
        yield
    finally:
        change("-D")


def masquerade(router):
    """Clients leave with the router's address."""
    return _applied(router, [(family, "POSTROUTING", "-o", "wire", "-j", "MASQUERADE")
                             for family in (4, 6)])


def to_another_resolver(router):
    """Whatever resolver clients ask, the upstream answers, over UDP and TCP."""
    rules = []
    for family in (4, 6):
        for protocol in ("udp", "tcp"):
            rules.append((family, "PREROUTING", "-i", "client", "-p", protocol, "--dport", "53",
                          "-j", "DNAT", "--to-destination", topology.UPSTREAM[family]))
    return _applied(router, rules)


def to_the_router(router):
    """Whatever resolver clients ask, the router's own dnsmasq answers."""
    rules = []
    for family in (4, 6):
        for protocol in ("udp", "tcp"):
            rules.append((family, "PREROUTING", "-i", "client", "-p", protocol, "--dport", "53",
                          "-j", "REDIRECT"))
    return _applied(router, rules)
