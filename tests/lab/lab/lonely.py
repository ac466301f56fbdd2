# SPDX-License-Identifier: GPL-2.0-or-later
"""A network in a single namespace: all servers, and who asks them."""


def network(resources, name, addresses, mute=()):
    """Returns the namespace. What is sent to an address of `mute`, nobody gets."""
    namespace = resources.namespace(name)
    namespace.run("ip", "link", "set", "lo", "up")
    namespace.run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1")
    for device in ("d0", "d1"):
        namespace.run("ip", "link", "set", device, "up")
    for address in addresses:
        namespace.run("ip", "address", "add", f"{address}/24", "dev", "d0")
    for address in mute:
        namespace.run("ip", "neighbour", "add", address, "lladdr", "02:00:00:00:00:99", "dev", "d0", "nud", "permanent")
    return namespace
