# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of one's own beside the upstream: a router with local names, a filter, and a hidden primary that is
unsigned while the public zone is signed. The attacker on the wire does not meddle with them."""

import contextlib
import os

from . import nat, programs, servers, topology
from .resources import run_tool

ROUTER, FILTER, PRIMARY, FRANK = "10.53.4.20", "10.53.4.21", "10.53.4.22", "10.53.4.23"
ALL = "10.53.4.20/30"
TRANSFER_KEY = ("transfer-key", "hmac-sha256", "YSBzZWNyZXQgb2YgdGhlIHNlY29uZGFyaWVz")

ROUTER_OPTIONS = (
    "--host-record=nas.lan,192.168.1.9", "--host-record=crate,172.17.0.3",
    "--ptr-record=9.1.168.192.in-addr.arpa,nas.lan", "--address=/box.internal/192.168.1.1",
    "--host-record=printer.home.arpa,192.168.1.7", "--host-record=localhost,127.0.0.1",
    "--local=/lan/", "--local=/internal/", "--local=/home.arpa/",
    # Lies: localhost is elsewhere; a local name leads to the bank, whose address is made up.
    "--host-record=liar.localhost,203.0.113.66",
    "--cname=bank.lan,www.bank.example", "--host-record=www.bank.example,203.0.113.66",
    # Split DNS: the world has this zone, too.
    "--host-record=db.p256.test,10.1.2.3",
)
BLOCKED_BY_DNSMASQ = ("--address=/www.p384.test/", "--address=/www.ed448.test/0.0.0.0",
                      "--address=/www.ed448.test/::")

FILTER_ZONES = """
    ede: yes
    local-zone: "www.p256.test." always_nxdomain
    local-zone: "www.rsa256.test." always_null
    local-zone: "www.ed25519.test." always_nodata
    local-zone: "www.salted.test." always_refuse
    local-zone: "www.optout.test." redirect
    local-data: "www.optout.test. 60 A 203.0.113.80"
    local-zone: "ads.unsigned.test." always_nxdomain
"""
RPZ = """
rpz:
    name: "rpz.lab."
    zonefile: "{zone}"
"""
RPZ_ZONE = """
$TTL 60
@ SOA ns.rpz.lab. hostmaster.rpz.lab. 1 3600 600 86400 60
@ NS ns.rpz.lab.
www.rsa512.test CNAME .
"""

# Knot Resolver says by EDE that it blocks.
KRESD = """
net.listen("{address}", 53, {{ kind = "dns" }})
policy.add(policy.suffix(policy.DENY, {{ todname("www.long.test.") }}))
"""

NAMED = """
    listen-on {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    notify explicit;
    notify-source {address};
    notify-delay 0;
"""
NAMED_ZONE = """
key "{key}" {{ algorithm {algorithm}; secret "{secret}"; }};
zone "{origin}" {{
    type primary;
    file "{directory}/zone";
    allow-transfer {{ any; }};
    allow-update {{ any; }};
    also-notify {{ {secondary}; }};
}};
"""
ZONE = """$TTL 300
@       IN SOA ns hostmaster 777 3600 600 86400 60
@       IN NS  ns
ns      IN A   192.0.2.53
www     IN A   192.0.2.99
"""
SECONDARY = """
    listen-on {{ {address}; }};
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
"""
SECONDARY_ZONE = 'zone "{origin}" {{ type secondary; file "{directory}/copy"; primaries {{ {primary}; }}; }};'
SECONDARY_PORT = 5354


def start_router(lab):
    options = (f"--server={topology.UPSTREAM[4]}", "--except-interface=lo", f"--listen-address={ROUTER}",
               *ROUTER_OPTIONS, *BLOCKED_BY_DNSMASQ)
    return programs.start(lab.upstream, "dnsmasq", lab.resources.path("dnsmasq-router"), "\n".join(options))


def start_filter(lab):
    return programs.start(
        lab.upstream, "unbound", lab.resources.path("filter"), servers.UNBOUND + FILTER_ZONES,
        RPZ.format(zone=_write(lab, "rpz.zone", RPZ_ZONE)), modules="respip iterator", v4=FILTER,
        v6="127.0.0.53", hints=servers.write_root_hints(lab.resources))


def start_frank(lab):
    return programs.start(lab.upstream, "kresd", lab.resources.path("frank"), KRESD, programs.KRESD_FORWARDS,
                          address=FRANK, upstream=topology.UPSTREAM[4])


def start_primary(lab, origin):
    directory = lab.resources.path("primary")
    os.makedirs(directory, exist_ok=True)
    _write(lab, "primary/zone", ZONE)
    key, algorithm, secret = TRANSFER_KEY
    return programs.start(lab.upstream, "named", directory, NAMED, NAMED_ZONE, key=key,
                          algorithm=algorithm, secret=secret, address=PRIMARY, origin=origin,
                          secondary=topology.HOST[4])


def start_secondary(lab, origin):
    """BIND, on the host."""
    directory = lab.resources.path("secondary")
    run_tool("rm", "-rf", directory)
    return programs.start(lab.host, "named", directory, SECONDARY, SECONDARY_ZONE,
                          address=topology.HOST[4], port=SECONDARY_PORT, origin=origin, primary=PRIMARY)


@contextlib.contextmanager
def reached(lab, *starters):
    """The servers run, and the host reaches them past the attacker, until the block ends."""
    addresses = (ROUTER, FILTER, PRIMARY, FRANK)
    for address in addresses:
        lab.upstream.run("ip", "address", "add", f"{address}/24", "dev", "wire")
    processes = []
    try:
        with nat.spared(lab.wire, [(4, "-p", "udp", "-d", ALL, "--dport", "53"),
                                   (4, "-p", "udp", "-s", ALL, "--dport", "53")]):     # NOTIFY
            processes = [start(lab) for start in starters]
            yield processes
    finally:
        for process in processes:
            process.stop()
        for address in addresses:
            lab.upstream.run("ip", "address", "del", f"{address}/24", "dev", "wire")


def _write(lab, name, text):
    path = lab.resources.path(name)
    with open(path, "w") as file:
        file.write(text)
    return path
