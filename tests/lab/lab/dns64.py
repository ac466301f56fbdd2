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


# The zone by which a prefix is found (RFC 7050, RFC 8880). The lab's root does not have it; BIND makes it itself.
IPV4ONLY = """
ipv4only.arpa. 3600 SOA sns.dns.icann.org. noc.dns.icann.org. 1 7200 3600 604800 3600
ipv4only.arpa. 3600 NS  sns.dns.icann.org.
ipv4only.arpa. 3600 A   192.0.0.170
ipv4only.arpa. 3600 A   192.0.0.171
"""
UNBOUND_IPV4ONLY = """
auth-zone:
    name: "ipv4only.arpa."
    zonefile: "{ipv4only}"
    for-upstream: yes
    for-downstream: no
"""


def made_up(ipv4, prefix=PREFIX):
    """The AAAA record that stands for an IPv4 address."""
    return str(prefix[int(ipaddress.ip_address(ipv4))])


def _named(option=""):
    """BIND, with an option of its clause dns64."""
    return ("named", servers.NAMED + "    dns64 {prefix} {{ clients {{ any; }}; " + option + " }};\n",
            servers.NAMED_HINTS)


# Of each: the program, what goes into its base, and what comes after it.
SERVERS = {
    "unbound": ("unbound", servers.UNBOUND + "    dns64-prefix: {prefix}\n", UNBOUND_IPV4ONLY),
    "BIND": _named(),
    "BIND with break-dnssec": _named("break-dnssec yes;"),
    "Knot Resolver": ("kresd", KRESD, ""),
    "PowerDNS Recursor": ("pdns_recursor", RECURSOR, ""),
}


@contextlib.contextmanager
def upstream(lab, server, prefix=PREFIX):
    """This server answers at the upstream's addresses until the block ends. Unbound and BIND can have any
    prefix."""
    slug = server.lower().replace(" ", "-")
    program, more, after = SERVERS[server]
    zone_file = lab.resources.path("ipv4only.arpa")
    with open(zone_file, "w") as file:
        file.write(IPV4ONLY)
    lab.resolver.stop()
    process = programs.start(
        lab.upstream, program, lab.resources.path(f"dns64-{slug}"), more, after, modules="dns64 iterator",
        v4=topology.UPSTREAM[4], v6=topology.UPSTREAM[6], hints=lab.root_hints,
        anchor=lab.zones.anchor_dnskey, prefix=prefix, ipv4only=zone_file)
    try:
        servers.wait_until_answering(lab.wire, topology.UPSTREAM[4], "p256.test.", process)
        yield process
    finally:
        process.stop()
        lab.start_resolver()
        servers.wait_until_answering(lab.host, topology.UPSTREAM[4], ".", lab.resolver)
