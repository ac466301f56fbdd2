# SPDX-License-Identifier: GPL-2.0-or-later
"""The real servers: their configuration, and starting them.

Each starter returns at once; `wait_until_answering` is called when all have been started, because
they start faster side by side.
"""

import os
import time

from . import ask, topology, zones
from .resources import LabError

NSD = """
server:
    ip-address: {v4}
    ip-address: {v6}
    server-count: 1
    username: ""
    database: ""
    zonesdir: "{directory}"
    zonelistfile: "{state}.list"
    xfrdfile: "{state}.xfrd"
    xfrdir: "{directory}"
    pidfile: ""
    hide-version: yes
remote-control:
    control-enable: no
"""

UNBOUND = """
server:
    module-config: "{modules}"
    {anchor}
    interface: {v4}
    interface: {v6}
    outgoing-interface: 10.53.5.1
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    root-hints: "{hints}"
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    verbosity: 1
    num-threads: 1
    # Hundreds of queries may come at once while other processes keep this one from running.
    so-rcvbuf: 4m
    # Two answers are compared, so their records must have one order.
    rrset-roundrobin: no
    # The lab asks for each name on purpose; no answer may come from what another case left.
    aggressive-nsec: no
    # "test." is reserved, and unbound would deny it by itself.
    local-zone: "test." nodefault
    target-fetch-policy: "0 0 0 0 0"
remote-control:
    control-enable: no
"""

NAMED = """
options {{
    directory "{directory}";
    listen-on {{ {v4}; }};
    listen-on-v6 {{ {v6}; }};
    recursion yes;
    allow-query {{ any; }};
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
}};
zone "." {{ type hint; file "{hints}"; }};
controls {{ }};
"""

ROOT_HINTS = """
.            3600 NS   ns.root-servers.lab.
ns.root-servers.lab. 3600 A    {v4}
ns.root-servers.lab. 3600 AAAA {v6}
"""


def start_authoritative(resources, namespace, zone_set):
    processes = []
    for server, addresses in topology.AUTH.items():
        text = NSD.format(v4=addresses[4], v6=addresses[6], directory=zone_set.directory,
                          state=resources.path(f"nsd-{server}"))
        for zone in zones.ZONES:
            if zone.server == server:
                text += f'zone:\n    name: "{zone.origin}"\n' \
                        f'    zonefile: "{zone_set.file_of(zone)}"\n' \
                        "    provide-xfr: 0.0.0.0/0 NOKEY\n    provide-xfr: ::0/0 NOKEY\n"
        config = _write(resources, f"nsd-{server}.conf", text)
        processes.append(namespace.start(f"nsd-{server}", "nsd", "-d", "-c", config))
    return processes


def write_root_hints(resources):
    root = topology.AUTH["root"]
    return _write(resources, "root.hints", ROOT_HINTS.format(v4=root[4], v6=root[6]))


def start_resolver(resources, namespace, name, addresses, anchor=None):
    """Starts an unbound; it validates if it is given an anchor, and cannot if it is not."""
    hints = write_root_hints(resources)
    text = UNBOUND.format(
        modules="validator iterator" if anchor else "iterator",
        anchor=f'trust-anchor-file: "{anchor}"' if anchor else "",
        v4=addresses[4], v6=addresses[6], hints=hints, directory=resources.directory)
    config = _write(resources, f"{name}.conf", text)
    return namespace.start(name, "unbound", "-d", "-d", "-c", config)


def start_bind(resources, namespace):
    """Starts BIND as a resolver that iterates and does not validate."""
    directory = resources.path("bind")
    os.makedirs(directory, exist_ok=True)
    config = _write(resources, "bind.conf", NAMED.format(
        directory=directory, v4=topology.BIND[4], v6=topology.BIND[6],
        hints=write_root_hints(resources)))
    return namespace.start("bind", "named", "-g", "-c", config)


def start_forwarder(resources, namespace):
    """Starts the router's dnsmasq: a cache that asks the upstream and believes every answer."""
    pid_file = resources.path("dnsmasq.pid")
    return namespace.start(
        "dnsmasq", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts",
        "--no-resolv", f"--server={topology.UPSTREAM[4]}", "--cache-size=1000", "--user=root",
        f"--pid-file={pid_file}", "--bind-interfaces",
        f"--listen-address={topology.ROUTER[4]}", f"--listen-address={topology.ROUTER[6]}")


def wait_until_answering(asker, address, name, process, seconds=ask.PATIENCE_S):
    """Waits until the server answers for the name with something else than SERVFAIL or REFUSED. (If it does
    not listen yet the kernel refuses at once.)"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running():
            break
        answer = ask.query(asker, address, name, "SOA", timeout_s=2)
        if answer is not None and answer.rcode in ("NOERROR", "NXDOMAIN"):
            return
        time.sleep(0.03)
    raise LabError(f"{process.name} does not answer:\n{process.log_text()[-2000:]}")


def _write(resources, name, text):
    path = resources.path(name)
    with open(path, "w") as file:
        file.write(text)
    return path
