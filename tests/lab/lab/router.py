# SPDX-License-Identifier: GPL-2.0-or-later
"""Router Advertisements with the prefix of a NAT64 (RFC 8781), as a router sends them, or any machine on the
link."""

import contextlib
import ipaddress
import socket
import struct

ROUTER_ADVERT, PREF64 = 134, 38
LENGTHS = (96, 64, 56, 48, 40, 32)      # in the order of their codes
ALL_NODES = "ff02::1"


def option(prefix, lifetime_s):
    prefix = ipaddress.ip_network(prefix)
    scaled = lifetime_s // 8 << 3 | LENGTHS.index(prefix.prefixlen)
    return struct.pack("!BBH12s", PREF64, 2, scaled, prefix.network_address.packed[:12])


def advertise(namespace, device, prefixes, lifetime_s=1800, hop_limit=255):
    """Sends one advertisement with these prefixes. This router is no default router."""
    header = struct.pack("!BBHBBHII", ROUTER_ADVERT, 0, 0, 0, 0, 0, 0, 0)
    options = b"".join(option(prefix, lifetime_s) for prefix in prefixes)
    index = int(namespace.run("cat", f"/sys/class/net/{device}/ifindex"))
    with namespace.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hop_limit)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        sock.sendto(header + options, (ALL_NODES, 0, 0, index))


@contextlib.contextmanager
def accepted(namespace, device, accept=True):
    """The namespace accepts advertisements on this device, as a host does, or does not, until the block ends."""
    key = f"net.ipv6.conf.{device}.accept_ra"
    before = namespace.run("sysctl", "--values", key).strip()
    namespace.run("sysctl", "--quiet", "--write", f"{key}={int(accept)}")
    try:
        yield
    finally:
        namespace.run("sysctl", "--quiet", "--write", f"{key}={before}")
