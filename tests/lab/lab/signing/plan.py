# SPDX-License-Identifier: GPL-2.0-or-later
"""The network in which sealgate signs.

    parents --- validators --- wire --- gate --- legacy

parents     the signed root, and the signed zone "lab." above the legacy zones
validators  four kinds of resolver, which validate from the root's key down
wire        forwards, and is where an attacker may alter signed responses
gate        forwards, and is where sealgate runs as a gateway
legacy      the servers that know no DNSSEC; sealgate may also run here, on the servers' own machine
"""

from ..topology import Plan


def both(link, host):
    return {4: f"10.54.{link}.{host}", 6: f"fd54:{link}::{host}"}


ROOT, TLD = both(1, 10), both(1, 11)
UNBOUND, STRICT, NAMED, KRESD, RECURSOR = (both(2, host) for host in (11, 12, 13, 14, 15))
CLIENT = both(2, 1)

# A zone that sealgate does not know: names delegated to it stay unsigned.
OUTSIDE = both(4, 19)

FIRST_SERVER, SERVERS = 20, 30


def server(number):
    """The address of the legacy server with this number."""
    return both(4, FIRST_SERVER + number)


PLAN = Plan(
    prefix="sign-",
    number=54,
    names=("parents", "validators", "wire", "gate", "legacy"),
    links=(
        (("parents", "10.54.1.2", "fd54:1::2"), ("validators", "10.54.1.1", "fd54:1::1")),
        (("validators", "10.54.2.1", "fd54:2::1"), ("wire", "10.54.2.2", "fd54:2::2")),
        (("wire", "10.54.3.1", "fd54:3::1"), ("gate", "10.54.3.2", "fd54:3::2")),
        (("gate", "10.54.4.1", "fd54:4::1"), ("legacy", "10.54.4.2", "fd54:4::2")),
    ),
    routes=(
        ("validators", "default", "10.54.2.2", "fd54:2::2"),
        ("parents", "default", "10.54.1.1", "fd54:1::1"),
        ("wire", "4", "10.54.3.2", "fd54:3::2"),
        ("gate", "2", "10.54.3.1", "fd54:3::1"),
        ("legacy", "default", "10.54.4.1", "fd54:4::1"),
    ),
    forwarders=("wire", "gate"),
    extra_addresses=[
        *(("parents", "validators", addresses) for addresses in (ROOT, TLD)),
        *(("validators", "wire", addresses) for addresses in (UNBOUND, STRICT, NAMED, KRESD, RECURSOR)),
        ("legacy", "gate", OUTSIDE),
        *(("legacy", "gate", server(number)) for number in range(SERVERS)),
    ])
