# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers on the router itself: resolvers that validate and forward, each with one thread and room for all
answers, and NSD with the zones.

They answer from their cache, without the way to the server, which a filter cannot avoid.
"""

import os

from . import ground

UNBOUND = """
server:
    interface: {inside}
    port: 53
    access-control: 0.0.0.0/0 allow
    do-ip6: no
    do-daemonize: no
    use-syslog: no
    username: ""
    chroot: ""
    directory: ""
    pidfile: ""
    num-threads: 1
    incoming-num-tcp: 256
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    msg-cache-size: 64m
    rrset-cache-size: 128m
    # unbound has built-in zones, such as "test.", which would hide ours.
    unblock-lan-zones: yes
    local-zone: "test." nodefault
    # The server has only the prepared responses.
    qname-minimisation: no
    trust-anchor-signaling: no
    target-fetch-policy: "0 0 0 0 0"
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: {server}
"""


def _unbound(path, anchor):
    with open(path, "w") as file:
        file.write(UNBOUND.format(inside=ground.ROUTER_INSIDE, server=ground.SERVER,
                                  anchor=anchor))
    return "unbound", "-d", "-c", path


def _dnsmasq(path, anchor):
    with open(anchor) as file:
        _, _, _, tag, algorithm, kind, *digest = file.readline().split()
    with open(path, "w") as file:
        file.write(f"trust-anchor=.,{tag},{algorithm},{kind},{''.join(digest)}\n")
    return ("dnsmasq", "--keep-in-foreground", "--conf-file=" + path, "--dnssec", "--no-resolv",
            "--no-hosts", "--user=root", "--pid-file=", "--bind-interfaces",
            "--except-interface=lo", "--listen-address=" + ground.ROUTER_INSIDE,
            "--cache-size=10000", "--dns-forward-max=2000", "--server=" + ground.SERVER)


KRESD = """
net.listen('{inside}', 53, {{ kind = 'dns' }})
cache.open(100 * MB, 'lmdb://{directory}')
trust_anchors.remove('.')
trust_anchors.add_file('{anchor}', true)
policy.add(policy.all(policy.FORWARD('{server}')))
-- Modules that ask the Internet by themselves.
modules.unload('ta_signal_query')
modules.unload('ta_sentinel')
modules.unload('priming')
modules.unload('detect_time_skew')
"""


def _kresd(path, anchor):
    directory = path + ".d"
    os.makedirs(directory, exist_ok=True)
    with open(path, "w") as file:
        file.write(KRESD.format(inside=ground.ROUTER_INSIDE, server=ground.SERVER,
                                directory=directory, anchor=anchor))
    return "kresd", "-n", "-c", path, directory


COMMANDS = {"unbound": _unbound, "dnsmasq": _dnsmasq, "kresd": _kresd}
