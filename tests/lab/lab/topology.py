# SPDX-License-Identifier: GPL-2.0-or-later
"""The network. All of it is in the two tables below.

    client --- router --- wire --- upstream --- auth
                host  ---/

client    a machine of the LAN; asks the router's dnsmasq, or (scene "gateway") the upstream
router    forwards, runs dnsmasq, and sealgate in front of it
host      a plain machine that asks the upstream itself, and runs its own sealgate
wire      forwards, and is where an attacker may alter packets
upstream  a resolver that does not validate; on other addresses one that does (the oracle), and BIND, which
          does not
auth      the authoritative servers
"""

import dataclasses

NAMES = ("client", "router", "host", "wire", "upstream", "auth")

# (one end, its addresses), (the other end, its addresses); every link has both families.
LINKS = (
    (("client", "10.53.1.2", "fd53:1::2"), ("router", "10.53.1.1", "fd53:1::1")),
    (("router", "10.53.2.2", "fd53:2::2"), ("wire", "10.53.2.1", "fd53:2::1")),
    (("host", "10.53.3.2", "fd53:3::2"), ("wire", "10.53.3.1", "fd53:3::1")),
    (("wire", "10.53.4.1", "fd53:4::1"), ("upstream", "10.53.4.2", "fd53:4::2")),
    (("upstream", "10.53.5.1", "fd53:5::1"), ("auth", "10.53.5.2", "fd53:5::2")),
)

# Namespace, destination (a link's number in both families, or "default"), the neighbour.
ROUTES = (
    ("client", "default", "10.53.1.1", "fd53:1::1"),
    ("router", "default", "10.53.2.1", "fd53:2::1"),
    ("host", "default", "10.53.3.1", "fd53:3::1"),
    ("wire", "1", "10.53.2.2", "fd53:2::2"),
    ("wire", "5", "10.53.4.2", "fd53:4::2"),
    ("upstream", "default", "10.53.4.1", "fd53:4::1"),
    ("auth", "default", "10.53.5.1", "fd53:5::1"),
)

FORWARDERS = ("router", "wire", "upstream")

ROUTER = {4: "10.53.1.1", 6: "fd53:1::1"}
ROUTER_OUTSIDE = {4: "10.53.2.2", 6: "fd53:2::2"}
CLIENT = {4: "10.53.1.2", 6: "fd53:1::2"}
HOST = {4: "10.53.3.2", 6: "fd53:3::2"}
UPSTREAM = {4: "10.53.4.2", 6: "fd53:4::2"}
ORACLE = {4: "10.53.4.3", 6: "fd53:4::3"}
BIND = {4: "10.53.4.4", 6: "fd53:4::4"}
OPTIONS = {4: "10.53.4.6", 6: "fd53:4::6"}     # a resolver with an option of its operator

# Each level of the tree has a server of its own, so that the resolver meets real referrals.
AUTH = {
    "root": {4: "10.53.5.10", 6: "fd53:5::10"},
    "tld": {4: "10.53.5.11", 6: "fd53:5::11"},
    "zones": {4: "10.53.5.12", 6: "fd53:5::12"},
    "children": {4: "10.53.5.13", 6: "fd53:5::13"},
}

# Namespace, device, addresses.
EXTRA_ADDRESSES = [("upstream", "wire", ORACLE), ("upstream", "wire", BIND),
                   ("upstream", "wire", OPTIONS)] + [
    ("auth", "upstream", addresses) for addresses in AUTH.values()]


@dataclasses.dataclass(frozen=True)
class Plan:
    """One network: its tables, the prefix of its namespaces, and the second octet of its addresses, by
    which routes are known."""

    prefix: str
    number: int
    names: tuple
    links: tuple
    routes: tuple
    forwarders: tuple
    extra_addresses: list


PLAN = Plan("", 53, NAMES, LINKS, ROUTES, FORWARDERS, EXTRA_ADDRESSES)


def _prepare(namespace, forwards):
    # accept_dad=0: an address is usable at once. rp_filter=0: spoofed packets must reach the
    # program under test, not die in the kernel before it.
    settings = ["net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0",
                "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
                "net.ipv6.conf.all.accept_ra=0", "net.ipv6.conf.default.accept_ra=0",
                "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"]
    if forwards:
        settings += ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]
    namespace.run("sysctl", "--quiet", "--write", *settings)


def build(resources, plan=PLAN):
    """Makes the namespaces and joins them; returns them by name."""
    namespaces = {name: resources.namespace(plan.prefix + name) for name in plan.names}
    for name, namespace in namespaces.items():
        _prepare(namespace, name in plan.forwarders)

    commands = {name: ["link set lo up"] for name in plan.names}
    for (left, *left_addresses), (right, *right_addresses) in plan.links:
        namespaces[left].run("ip", "link", "add", right, "type", "veth",
                             "peer", "name", left, "netns", namespaces[right].name)
        for name, peer, addresses in ((left, right, left_addresses),
                                      (right, left, right_addresses)):
            commands[name].append(f"link set {peer} up")
            commands[name] += [f"address add {addresses[0]}/24 dev {peer}",
                               f"address add {addresses[1]}/64 dev {peer} nodad"]
    for name, device, addresses in plan.extra_addresses:
        commands[name] += [f"address add {addresses[4]}/24 dev {device}",
                           f"address add {addresses[6]}/64 dev {device} nodad"]
    for name, where, via4, via6 in plan.routes:
        to4, to6 = ("0.0.0.0/0", "::/0") if where == "default" else (
            f"10.{plan.number}.{where}.0/24", f"fd{plan.number}:{where}::/64")
        commands[name] += [f"route add {to4} via {via4}", f"route add {to6} via {via6}"]
    for name, lines in commands.items():
        namespaces[name].run("ip", "-batch", "-", stdin="\n".join(lines) + "\n")
    return namespaces
