# SPDX-License-Identifier: GPL-2.0-or-later
"""The network: the shortest path with a router.

    client --- router --- server

The router forwards; the filter under test is in its FORWARD hook.
"""

import os
import shutil

from lab.resources import LabError

CLIENT, ROUTER_INSIDE = "10.54.1.2", "10.54.1.1"
SERVER, ROUTER_OUTSIDE = "10.54.2.2", "10.54.2.1"
CLIENT_V6, ROUTER_INSIDE_V6 = "fd54:1::2", "fd54:1::1"
SERVER_V6, ROUTER_OUTSIDE_V6 = "fd54:2::2", "fd54:2::1"

# More addresses of the client: the kernel chooses a queue by both addresses of a packet.
CLIENTS = tuple(f"10.54.1.{number}" for number in range(10, 42))

# Queries to this network vanish: there is no answer and no ICMP error.
NOBODY, NOBODY_NET = "10.54.3.3", "10.54.3.0/24"

TOOLS = {"ip": "iproute2", "nsd": "nsd", "dnssec-signzone": "bind9-utils",
         "dnssec-keygen": "bind9-utils", "dnssec-dsfromkey": "bind9-utils"}

COMMANDS = {
    "client": ("address add {CLIENT}/24 dev router", "link set router up", "link set lo up",
               "route add default via {ROUTER_INSIDE}",
               *(f"address add {address}/24 dev router" for address in CLIENTS)),
    "router": ("address add {ROUTER_INSIDE}/24 dev client", "link set client up",
               "address add {ROUTER_OUTSIDE}/24 dev server", "link set server up",
               "link set lo up", "route add {NOBODY_NET} via {SERVER}"),
    "server": ("address add {SERVER}/24 dev router", "link set router up", "link set lo up",
               "route add default via {ROUTER_OUTSIDE}", "route add blackhole {NOBODY_NET}"),
}

# If the kernel has IPv6. No other machine can have these addresses.
COMMANDS_V6 = {
    "client": ("address add {CLIENT_V6}/64 dev router nodad",
               "route add default via {ROUTER_INSIDE_V6}"),
    "router": ("address add {ROUTER_INSIDE_V6}/64 dev client nodad",
               "address add {ROUTER_OUTSIDE_V6}/64 dev server nodad"),
    "server": ("address add {SERVER_V6}/64 dev router nodad",
               "route add default via {ROUTER_OUTSIDE_V6}"),
}


def require_tools():
    """Raises LabError that says what is missing. Features that the kernel lacks show later."""
    if os.geteuid() != 0:
        raise LabError("it makes network namespaces, which needs root")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            raise LabError(f"{tool} is not installed (package {package})")


def has_ipv6():
    return os.path.exists("/proc/net/if_inet6")


def servers():
    """The addresses of the server."""
    return (SERVER, SERVER_V6) if has_ipv6() else (SERVER,)


def build(resources):
    """Makes the namespaces and joins them; returns them by name."""
    namespaces = {name: resources.namespace(name) for name in COMMANDS}
    router = namespaces["router"]
    for end in ("client", "server"):
        router.run("ip", "link", "add", end, "type", "veth",
                   "peer", "name", "router", "netns", namespaces[end].name)
    for family, commands in (("-4", COMMANDS), ("-6", COMMANDS_V6 if has_ipv6() else {})):
        for name, lines in commands.items():
            namespaces[name].run("ip", family, "-batch", "-",
                                 stdin="\n".join(lines).format(**globals()) + "\n")
    router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    if has_ipv6():
        router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
    return namespaces
