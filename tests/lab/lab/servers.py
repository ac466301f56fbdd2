# SPDX-License-Identifier: GPL-2.0-or-later
"""The real servers: their configuration, and starting them.

Each starter returns at once; `wait_until_answering` is called when all have been started, because
they start faster side by side.
"""

import time

from . import ask, programs, topology, zones
from .resources import LabError

NSD = """
    ip-address: {v4}
    ip-address: {v6}
"""

UNBOUND = """
    module-config: "{modules}"
    interface: {v4}
    interface: {v6}
    outgoing-interface: 10.53.5.1
    root-hints: "{hints}"
    verbosity: 1
    # Hundreds of queries may come at once while other processes keep this one from running.
    so-rcvbuf: 4m
    # Two answers are compared, so their records must have one order.
    rrset-roundrobin: no
    # The lab asks for each name on purpose; no answer may come from what another case left.
    aggressive-nsec: no
"""

NAMED = """
    listen-on {{ {v4}; }};
    listen-on-v6 {{ {v6}; }};
    recursion yes;
    allow-query {{ any; }};
    dnssec-validation no;
"""
NAMED_HINTS = 'zone "." {{ type hint; file "{hints}"; }};'

DNSMASQ = """
--server={upstream}
--cache-size=1000
--listen-address={v4}
--listen-address={v6}
"""

ROOT_HINTS = """
.            3600 NS   ns.root-servers.lab.
ns.root-servers.lab. 3600 A    {v4}
ns.root-servers.lab. 3600 AAAA {v6}
"""


def start_authoritative(resources, namespace, zone_set):
    processes = []
    for server, addresses in topology.AUTH.items():
        text = "".join(f'zone:\n    name: "{zone.origin}"\n    zonefile: "{zone_set.file_of(zone)}"\n'
                       "    provide-xfr: 0.0.0.0/0 NOKEY\n    provide-xfr: ::0/0 NOKEY\n"
                       for zone in zones.ZONES if zone.server == server)
        processes.append(programs.start(namespace, "nsd", resources.path(f"nsd-{server}"), NSD, text,
                                        v4=addresses[4], v6=addresses[6]))
    return processes


def write_root_hints(resources):
    root = topology.AUTH["root"]
    path = resources.path("root.hints")
    with open(path, "w") as file:
        file.write(ROOT_HINTS.format(v4=root[4], v6=root[6]))
    return path


def start_resolver(resources, namespace, name, addresses, anchor=None):
    """Starts an unbound; it validates if it is given an anchor, and cannot if it is not."""
    return programs.start(
        namespace, "unbound", resources.path(name),
        UNBOUND + ('    trust-anchor-file: "{anchor}"\n' if anchor else ""),
        modules="validator iterator" if anchor else "iterator", anchor=anchor,
        v4=addresses[4], v6=addresses[6], hints=write_root_hints(resources))


def start_bind(resources, namespace):
    """Starts BIND as a resolver that iterates and does not validate."""
    return programs.start(namespace, "named", resources.path("bind"), NAMED, NAMED_HINTS,
                          v4=topology.BIND[4], v6=topology.BIND[6], hints=write_root_hints(resources))


def start_forwarder(resources, namespace):
    """Starts the router's dnsmasq: a cache that asks the upstream and believes every answer."""
    return programs.start(namespace, "dnsmasq", resources.path("dnsmasq"), DNSMASQ,
                          upstream=topology.UPSTREAM[4], v4=topology.ROUTER[4], v6=topology.ROUTER[6])


def wait_until_answering(asker, address, name, process, rdtype="SOA", seconds=ask.PATIENCE_S):
    """Waits until the server answers for the name with something else than SERVFAIL or REFUSED. (If it does
    not listen yet the kernel refuses at once.)"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running():
            break
        answer = ask.query(asker, address, name, rdtype, timeout_s=2)
        if answer is not None and answer.rcode in ("NOERROR", "NXDOMAIN"):
            return
        time.sleep(0.03)
    raise LabError(f"{process.name} does not answer:\n{process.log_text()[-2000:]}")
