# SPDX-License-Identifier: GPL-2.0-or-later
"""sealgate on a bridge: the rules of a gateway, where the kernel shows them what it bridges. Between
the client and the wire is a machine that forwards frames and is no hop."""

import contextlib
import os

from lab import ask, streams, topology
from lab.resources import Obstacle

from .case import Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode

GOOD = ["192.0.2.80", "192.0.2.81"]
SWITCHES = ("net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables")
PREFIX = {4: "10.53.6.", 6: "fd53:6::"}
LENGTH = {4: 24, 6: 64}
WIRE, CLIENT, BRIDGE = 1, 2, 3


def _address(namespace, device, number):
    for family in (4, 6):
        namespace.run("ip", "address", "add", f"{PREFIX[family]}{number}/{LENGTH[family]}",
                      "dev", device, *(("nodad",) if family == 6 else ()))


def _settings(namespace):
    namespace.run("sysctl", "--quiet", "--write", "net.ipv6.conf.all.disable_ipv6=0",
                  "net.ipv6.conf.default.disable_ipv6=0", "net.ipv6.conf.all.accept_dad=0",
                  "net.ipv6.conf.default.accept_dad=0")


def _plug(left, left_device, right, right_device):
    left.run("ip", "link", "add", left_device, "type", "veth", "peer", "name", right_device,
             "netns", right.name)
    for namespace, device in ((left, left_device), (right, right_device)):
        namespace.run("ip", "link", "set", device, "up")


def _build(lab):
    """Returns the client and the bridge; both go with the lab."""
    client, bridge = lab.resources.namespace("bclient"), lab.resources.namespace("bridge")
    for namespace in (client, bridge):
        _settings(namespace)
        namespace.run("ip", "link", "set", "lo", "up")
    bridge.run("ip", "link", "add", "br0", "type", "bridge")
    bridge.run("ip", "link", "set", "br0", "up")
    _plug(bridge, "client", client, "bridge")
    _plug(bridge, "wire", lab.wire, "bridge")
    for port in ("client", "wire"):
        bridge.run("ip", "link", "set", port, "master", "br0")
    for namespace, device, number in ((lab.wire, "bridge", WIRE), (client, "bridge", CLIENT),
                                      (bridge, "br0", BRIDGE)):
        _address(namespace, device, number)
    for namespace in (client, bridge):
        for family in (4, 6):
            namespace.run("ip", f"-{family}", "route", "add", "default", "via",
                          f"{PREFIX[family]}{WIRE}")
    bridge.run("sysctl", "--quiet", "--write", *(f"{switch}=1" for switch in SWITCHES))
    return client, bridge


@contextlib.contextmanager
def on_bridge(lab):
    if not all(os.path.exists("/proc/sys/" + name.replace(".", "/")) for name in SWITCHES):
        raise Obstacle("this kernel has no br_netfilter, or it is not loaded")
    if not hasattr(lab, "bridge"):
        lab.bridge = _build(lab)
    client, bridge = lab.bridge
    with lab.sealgate(bridge, "gateway", more='tcp = "refuse";\n') as gate:
        def from_client(name, rdtype, family=4, **how):
            return ask.query(client, topology.UPSTREAM[family], name, rdtype, **how)
        world = World(lab, gate, from_client)
        world.client = client
        yield world


def _genuine(world):
    for family in (4, 6):
        for name in ("www.p256.test.", "www.unsigned.test."):
            expect_data(world.ask(name, "A", family, timeout_s=5), "A", GOOD)
        answer = world.ask("www.p256.test.", "A", family, ad=True)
        expect(answer is not None and answer.has_ad, f"no AD: {described(answer)}")


def _forged(world):
    for family in (4, 6):
        with world.lab.attack("forge-address"):
            answer = world.ask("www.p256.test.", "A", family)
        expect_rcode(answer, "SERVFAIL")


def _forging_works(world):
    world.gate.remove_rules()
    try:
        with world.lab.attack("forge-address"):
            answer = world.ask("www.p256.test.", "A")
    finally:
        world.gate.apply_rules()
    expect_equal("without rules", answer is not None and answer.data("A") != GOOD, True)


def _tcp_refused(world):
    for family in (4, 6):
        try:
            with streams.connect(world.client, topology.UPSTREAM[family], timeout_s=2):
                expect(False, f"a connection over IPv{family} went through")
        except OSError:
            pass


GROUPS = (
    Group("bridge", on_bridge, (
        Case("bridge: what is genuine comes through, with AD for who asks for it", _genuine),
        Case("bridge: what is forged does not", _forged),
        Case("bridge: without the rules it does", _forging_works),
        Case("bridge: DNS over TCP is refused", _tcp_refused))),
)
