# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers of one's own beside the upstream: a router with local names, a filter, and a hidden primary that is
unsigned while the public zone is signed. The attacker on the wire does not meddle with them."""

import contextlib
import os

from . import nat, servers, topology
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
modules.unload("ta_signal_query")
modules.unload("priming")
trust_anchors.remove(".")
cache.size = 16 * MB
policy.add(policy.suffix(policy.DENY, {{ todname("www.long.test.") }}))
policy.add(policy.all(policy.FORWARD({{ "{upstream}" }})))
"""

NAMED = """
key "{key}" {{ algorithm {algorithm}; secret "{secret}"; }};
options {{
    directory "{directory}";
    listen-on {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    pid-file none;
    session-keyfile none;
    notify explicit;
    notify-source {address};
    notify-delay 0;
}};
controls {{ }};
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
options {{
    directory "{directory}";
    listen-on {{ {address}; }};
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    pid-file none;
    session-keyfile none;
}};
controls {{ }};
zone "{origin}" {{ type secondary; file "{directory}/copy"; primaries {{ {primary}; }}; }};
"""
SECONDARY_PORT = 5354


def start_router(lab):
    pid_file = lab.resources.path("dnsmasq-router.pid")
    return lab.upstream.start(
        "dnsmasq-router", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts",
        "--no-resolv", f"--server={topology.UPSTREAM[4]}", "--user=root", f"--pid-file={pid_file}",
        "--bind-interfaces", "--except-interface=lo", f"--listen-address={ROUTER}", *ROUTER_OPTIONS,
        *BLOCKED_BY_DNSMASQ)


def start_filter(lab):
    text = servers.UNBOUND.format(
        modules="respip iterator", anchor="", v4=FILTER, v6="127.0.0.53",
        hints=servers.write_root_hints(lab.resources), directory=lab.resources.directory)
    text = text.replace("remote-control:", FILTER_ZONES + "remote-control:")
    text += RPZ.format(zone=_write(lab, "rpz.zone", RPZ_ZONE))
    return lab.upstream.start("filter", "unbound", "-d", "-d", "-c", _write(lab, "filter.conf", text))


def start_frank(lab):
    directory = lab.resources.path("frank")
    os.makedirs(directory, exist_ok=True)
    config = _write(lab, "frank.conf", KRESD.format(address=FRANK, upstream=topology.UPSTREAM[4]))
    return lab.upstream.start("frank", "kresd", "-n", "-c", config, directory)


def start_primary(lab, origin):
    directory = lab.resources.path("primary")
    os.makedirs(directory, exist_ok=True)
    _write(lab, "primary/zone", ZONE)
    key, algorithm, secret = TRANSFER_KEY
    config = _write(lab, "primary.conf", NAMED.format(
        key=key, algorithm=algorithm, secret=secret, directory=directory, address=PRIMARY,
        origin=origin, secondary=topology.HOST[4]))
    return lab.upstream.start("primary", "named", "-g", "-c", config)


def start_secondary(lab, origin):
    """BIND, on the host."""
    directory = lab.resources.path("secondary")
    run_tool("rm", "-rf", directory)
    os.makedirs(directory)
    config = _write(lab, "secondary.conf", SECONDARY.format(
        directory=directory, address=topology.HOST[4], port=SECONDARY_PORT, origin=origin,
        primary=PRIMARY))
    return lab.host.start("secondary", "named", "-g", "-c", config)


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
