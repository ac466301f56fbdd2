# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers with DNS64 (RFC 6147) in place of the upstream: they make up AAAA records for names that have
only A records. They differ in what they do if a query has DO or CD."""

import contextlib
import ipaddress

from . import programs, servers, topology

PREFIX = ipaddress.ip_network("64:ff9b::/96")

KRESD = """
net.listen('{v4}', 53)
net.listen('{v6}', 53)
modules = {{ 'hints', 'policy', 'dns64' }}
hints.root_file('{hints}')
trust_anchors.add_file('{anchor}', true)    -- otherwise it leaves out the proofs of wildcards
dns64.config('64:ff9b::')
policy.special_names = {{}}     -- it would deny "test." by itself
"""

RECURSOR = """
local-address={v4}, {v6}
hint-file={hints}
dns64-prefix=64:ff9b::/96
query-local-address=10.53.5.1
"""


def made_up(ipv4):
    """The AAAA record that stands for an IPv4 address."""
    return str(PREFIX[int(ipaddress.ip_address(ipv4))])


def _named(option=""):
    """BIND, with an option of its clause dns64."""
    return ("named", servers.NAMED + "    dns64 64:ff9b::/96 {{ clients {{ any; }}; " + option + " }};\n",
            servers.NAMED_HINTS)


# Of each: the program, what goes into its base, and what comes after it.
SERVERS = {
    "unbound": ("unbound", servers.UNBOUND, ""),
    "BIND": _named(),
    "BIND with break-dnssec": _named("break-dnssec yes;"),
    "Knot Resolver": ("kresd", KRESD, ""),
    "PowerDNS Recursor": ("pdns_recursor", RECURSOR, ""),
}


@contextlib.contextmanager
def upstream(lab, server):
    """This server answers at the upstream's addresses until the block ends."""
    slug = server.lower().replace(" ", "-")
    program, more, after = SERVERS[server]
    lab.resolver.stop()
    process = programs.start(
        lab.upstream, program, lab.resources.path(f"dns64-{slug}"), more, after, modules="dns64 iterator",
        v4=topology.UPSTREAM[4], v6=topology.UPSTREAM[6], hints=lab.root_hints,
        anchor=lab.zones.anchor_dnskey)
    try:
        servers.wait_until_answering(lab.wire, topology.UPSTREAM[4], "p256.test.", process)
        yield process
    finally:
        process.stop()
        lab.start_resolver()
        servers.wait_until_answering(lab.host, topology.UPSTREAM[4], ".", lab.resolver)
