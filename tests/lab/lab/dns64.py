# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers with DNS64 (RFC 6147) in place of the upstream: they make up AAAA records for names that have
only A records. They differ in what they do if a query has DO or CD."""

import contextlib
import ipaddress
import os

from . import servers, topology

PREFIX = ipaddress.ip_network("64:ff9b::/96")

KRESD = """
net.listen('{v4}', 53)
net.listen('{v6}', 53)
modules = {{ 'hints', 'policy', 'dns64' }}
hints.root_file('{hints}')
trust_anchors.remove('.')
trust_anchors.add_file('{anchor}', true)    -- otherwise it leaves out the proofs of wildcards
dns64.config('64:ff9b::')
policy.special_names = {{}}     -- it would deny "test." by itself
"""

RECURSOR = """
local-address={v4}, {v6}
hint-file={hints}
dns64-prefix=64:ff9b::/96
dnssec=process-no-validate
socket-dir={directory}
query-local-address=10.53.5.1
security-poll-suffix=
dont-query=
daemon=no
setuid=
setgid=
"""


def made_up(ipv4):
    """The AAAA record that stands for an IPv4 address."""
    return str(PREFIX[int(ipaddress.ip_address(ipv4))])


def _unbound(lab, name, directory):
    text = servers.UNBOUND.format(
        modules="dns64 iterator", anchor="", v4=topology.UPSTREAM[4], v6=topology.UPSTREAM[6],
        hints=lab.root_hints, directory=directory)
    return ("unbound", "-d", "-d", "-c", _write(directory, "unbound.conf", text))


def _named(option):
    def start(lab, name, directory):
        text = servers.NAMED.format(directory=directory, v4=topology.UPSTREAM[4],
                                    v6=topology.UPSTREAM[6], hints=lab.root_hints)
        text = text.replace("recursion yes;", "recursion yes;\n    dns64 64:ff9b::/96 { clients { any; }; "
                            f"{option} }};")
        return ("named", "-g", "-c", _write(directory, "named.conf", text))
    return start


def _kresd(lab, name, directory):
    config = _write(directory, "kresd.conf", KRESD.format(
        v4=topology.UPSTREAM[4], v6=topology.UPSTREAM[6], hints=lab.root_hints,
        anchor=lab.zones.anchor_dnskey))
    return ("kresd", "-n", "-c", config, directory)


def _recursor(lab, name, directory):
    _write(directory, "recursor.conf", RECURSOR.format(
        v4=topology.UPSTREAM[4], v6=topology.UPSTREAM[6], hints=lab.root_hints, directory=directory))
    return ("pdns_recursor", f"--config-dir={directory}")


SERVERS = {
    "unbound": _unbound,
    "BIND": _named(""),
    "BIND with break-dnssec": _named("break-dnssec yes;"),
    "Knot Resolver": _kresd,
    "PowerDNS Recursor": _recursor,
}


def _write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w") as file:
        file.write(text)
    return path


@contextlib.contextmanager
def upstream(lab, server):
    """This server answers at the upstream's addresses until the block ends."""
    slug = server.lower().replace(" ", "-")
    directory = lab.resources.path(f"dns64-{slug}")
    os.makedirs(directory, exist_ok=True)
    lab.resolver.stop()
    process = lab.upstream.start(f"dns64-{slug}", *SERVERS[server](lab, slug, directory))
    try:
        servers.wait_until_answering(lab.wire, topology.UPSTREAM[4], "p256.test.", process)
        yield process
    finally:
        process.stop()
        lab.start_resolver()
        servers.wait_until_answering(lab.host, topology.UPSTREAM[4], ".", lab.resolver)
