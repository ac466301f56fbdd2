# SPDX-License-Identifier: GPL-2.0-or-later
"""Aliases to names that do not exist, behind a forwarder with a cache: dnsmasq gives NXDOMAIN again as NOERROR, and the
client gets the NXDOMAIN that is proved."""

import contextlib

from lab import ask, nat, servers, topology

from .case import Case, Group, World, described, expect, with_sealgate

FORWARDER = topology.BIND   # a free address
MISSING = ("to-nowhere.p256.test.", "to-nowhere.salted.test.")


@contextlib.contextmanager
def _forwarder_on_the_network(lab):
    """A dnsmasq as on a home router, outside of sealgate."""
    upstream = lab.namespaces["upstream"]
    process = upstream.start(
        "forwarder", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts",
        "--no-resolv", f"--server={topology.UPSTREAM[4]}", "--user=root", "--bind-interfaces",
        f"--pid-file={lab.resources.path('forwarder.pid')}", f"--listen-address={FORWARDER[4]}")
    try:
        servers.wait_until_answering(upstream, FORWARDER[4], "p256.test.", process)
        with nat.spared(lab.wire, [(4, "-p", "udp", "-d", FORWARDER[4], "--dport", "53")]), \
                with_sealgate("host")(lab) as world:
            yield World(world.lab, world.gate, lambda name, rdtype, **how: ask.query(
                lab.host, FORWARDER[4], name, rdtype, **how))
    finally:
        process.stop()


def _asked_again(world):
    """A, then AAAA, MX and A again: what getaddrinfo() and mail servers ask."""
    for how in ({"ad": True}, {"do": True}):
        for name in MISSING:
            for rdtype in ("A", "AAAA", "MX", "A"):
                answer = world.ask(name, rdtype, **how)
                expect(answer is not None and answer.rcode == "NXDOMAIN" and answer.has_ad,
                       f"{name} {rdtype}: {described(answer)}", *world.log_tail())


GROUPS = (
    Group("aliases behind a forwarder", _forwarder_on_the_network, (
        Case("an alias to a missing name is denied again and again, from dnsmasq's cache, too",
             _asked_again),)),
)
