# SPDX-License-Identifier: GPL-2.0-or-later
"""Other validators in the place of sealgate: they ask the same resolver, and know the root's key."""

import contextlib

from . import programs, servers, tree

ADDRESSES = {"unbound": "10.53.4.7", "dnsmasq --dnssec": "10.53.4.8"}

UNBOUND = """
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    interface: {address}
"""
DNSMASQ = """
--server={upstream}
--listen-address={address}
--dnssec
--trust-anchor=.,{ds}
"""


def _start(lab, server, grown):
    first, second = ADDRESSES.values()
    return (programs.start(lab.upstream, "unbound", lab.resources.path("peer-unbound"), UNBOUND,
                           programs.UNBOUND_FORWARDS, anchor=grown.anchor, address=first, upstream=server),
            programs.start(lab.upstream, "dnsmasq", lab.resources.path("peer-dnsmasq"), DNSMASQ,
                           ds=",".join(grown.root_ds.split()), address=second, upstream=server))


@contextlib.contextmanager
def beside(lab, server, grown):
    """They ask `server`, and run until the block ends. Yields their addresses by name."""
    for address in ADDRESSES.values():
        lab.upstream.run("ip", "address", "add", f"{address}/24", "dev", "wire")
    processes = _start(lab, server, grown)
    try:
        for process, address in zip(processes, ADDRESSES.values()):
            servers.wait_until_answering(lab.upstream, address, tree.PARENT, process)
        yield ADDRESSES
    finally:
        for process in processes:
            process.stop()
        for address in ADDRESSES.values():
            lab.upstream.run("ip", "address", "del", f"{address}/24", "dev", "wire")
