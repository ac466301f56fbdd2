# SPDX-License-Identifier: GPL-2.0-or-later
"""Address translation as on home routers, by rules of the operator."""

import contextlib

from . import topology

# The resolver of the clients, if the router sends their queries elsewhere. No machine has these addresses.
ELSEWHERE = {4: "198.51.100.53", 6: "2001:db8:53::53"}


@contextlib.contextmanager
def _applied(namespace, rules, how="-A"):
    """The rules are in the table nat until the block ends. A connection keeps the translation that it
    began with, so a query from a port that was used a moment ago would follow the earlier rules.
    Therefore the connections are flushed at both ends of the block."""
    def change(verb):
        for family, chain, *words in rules:
            tool = "ip6tables" if family == 6 else "iptables"
            namespace.run(tool, "-t", "nat", verb, chain, *words)
        namespace.run("conntrack", "--flush")

    change(how)
    try:
        yield
    finally:
        change("-D")


def masquerade(router):
    """Clients leave with the router's address."""
    return _applied(router, [(family, "POSTROUTING", "-o", "wire", "-j", "MASQUERADE")
                             for family in (4, 6)])


def spared(namespace, matches):
    """Packets that match keep their addresses, whatever the other rules say. Each match is a family and
    the words of a rule."""
    return _applied(namespace, [(family, "PREROUTING", *words, "-j", "ACCEPT")
                                for family, *words in matches], "-I")


def taken(namespace, interface, server):
    """All DNS that comes in by the interface goes to this server, by its addresses, whichever server it was for, as a
    captive portal does."""
    return _applied(namespace, [(family, "PREROUTING", "-i", interface, "-p", protocol, "--dport", "53", "-j", "DNAT",
                                 "--to-destination", server[family])
                                for family in (4, 6) for protocol in ("udp", "tcp")], "-I")


def to_another_server(namespace, server, instead):
    """All DNS for one server goes to another one, by its addresses."""
    return _applied(namespace, [(family, "PREROUTING", "-d", server[family], "-p", protocol, "--dport", "53", "-j",
                                 "DNAT", "--to-destination", instead[family])
                                for family in (4, 6) for protocol in ("udp", "tcp")], "-I")


def to_another_resolver(router):
    """The upstream answers, whichever resolver clients ask, over UDP and TCP."""
    rules = []
    for family in (4, 6):
        for protocol in ("udp", "tcp"):
            rules.append((family, "PREROUTING", "-i", "client", "-p", protocol, "--dport", "53",
                          "-j", "DNAT", "--to-destination", topology.UPSTREAM[family]))
    return _applied(router, rules)


def to_the_router(router):
    """The router's own dnsmasq answers, whichever resolver clients ask."""
    rules = []
    for family in (4, 6):
        for protocol in ("udp", "tcp"):
            rules.append((family, "PREROUTING", "-i", "client", "-p", protocol, "--dport", "53",
                          "-j", "REDIRECT"))
    return _applied(router, rules)
