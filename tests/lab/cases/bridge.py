# SPDX-License-Identifier: GPL-2.0-or-later
"""The role bridge: between the client and the wire is a machine that forwards frames and is no hop.
The rules see these frames if br_netfilter is loaded and switched on."""

import contextlib
import os

from lab import ask, streams, topology
from lab.attacks import FORGED
from lab.resources import LabError, Obstacle

from .case import Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode
from .rules import COMING_AND_GOING, snapshot
from .silence import expect_blocked

GOOD = ["192.0.2.80", "192.0.2.81"]
SWITCHES = ("net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables")
OF_ONE = {"net.bridge.bridge-nf-call-iptables": "nf_call_iptables",
          "net.bridge.bridge-nf-call-ip6tables": "nf_call_ip6tables"}
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
    """Returns the client and the bridge; both are removed with the lab."""
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


def bridge_of(lab):
    if not all(os.path.exists("/proc/sys/" + name.replace(".", "/")) for name in SWITCHES):
        raise Obstacle("this kernel has no br_netfilter, or it is not loaded")
    if not hasattr(lab, "bridge"):
        lab.bridge = _build(lab)
    return lab.bridge


def world(lab, gate):
    def from_client(name, rdtype, family=4, **how):
        return ask.query(lab.bridge[0], topology.UPSTREAM[family], name, rdtype, **how)
    here = World(lab, gate, from_client)
    here.client, here.bridge = lab.bridge
    return here


def on_bridge(more=""):
    @contextlib.contextmanager
    def scene(lab):
        _, bridge = bridge_of(lab)
        with lab.sealgate(bridge, "bridge", more=more) as gate:
            yield world(lab, gate)
    return scene


@contextlib.contextmanager
def _not_running(lab):
    _, bridge = bridge_of(lab)
    gate = lab.sealgate(bridge, "bridge")
    try:
        yield world(lab, gate)
    finally:
        gate.remove_rules()


def _genuine(world):
    for family in (4, 6):
        for name in ("www.p256.test.", "www.unsigned.test."):
            expect_data(world.ask(name, "A", family), "A", GOOD)
        answer = world.ask("www.p256.test.", "A", family, ad=True)
        expect(answer is not None and answer.has_ad, f"no AD: {described(answer)}")
        expect_rcode(world.ask("nowhere.p256.test.", "A", family), "NXDOMAIN")
        expect_rcode(world.ask("www.expired.test.", "A", family), "SERVFAIL")


def _forged(world):
    for family in (4, 6):
        with world.lab.attack("forge-address"):
            answer = world.ask("www.p256.test.", "A", family)
        expect_rcode(answer, "SERVFAIL")
        expect(world.gate.log_lines("bogus www.p256.test."), "no line in the log")


def _forging_works(world):
    world.gate.remove_rules()
    try:
        for family in (4, 6):
            with world.lab.attack("forge-address"):
                answer = world.ask("www.p256.test.", "A", family)
            expect_equal(f"IPv{family} without rules", answer and answer.data("A"), [FORGED[1]])
    finally:
        world.gate.apply_rules()


def _own_questions_spared(world):
    """The bridge's own queries are not bridged."""
    for family in (4, 6):
        server = topology.UPSTREAM[family]
        with world.lab.attack("forge-address"):
            answer = ask.query(world.bridge, server, "www.p256.test.", "A")
        expect_equal(f"IPv{family}", answer and answer.data("A"), [FORGED[1]])
        expect_data(streams.query(world.bridge, server, "www.expired.test.", "A"), "A", GOOD)


def _tcp(world):
    for family in (4, 6):
        server = topology.UPSTREAM[family]
        for name in ("www.p256.test.", "www.unsigned.test."):
            expect_data(streams.query(world.client, server, name, "A"), "A", GOOD)
        expect_rcode(streams.query(world.client, server, "www.expired.test.", "A"), "SERVFAIL")
        said = world.client.run("dig", "+tcp", "+short", "+tries=1", f"+time={ask.PATIENCE_S:.0f}", f"@{server}",
                                "www.p256.test.", "A")
        expect_equal(f"dig +tcp over IPv{family}", sorted(said.split()), GOOD)
    expect(world.gate.counter("tcp_connections") >= 8, "the connections were not relayed")


def _tcp_forged(world):
    for family in (4, 6):
        server = topology.UPSTREAM[family]
        with streams.Server(world.lab, streams.attacking("forge-address")) as forging:
            answer = streams.query(world.client, server, "www.p256.test.", "A")
        expect(not forging.complaints, *forging.complaints)
        expect_rcode(answer, "SERVFAIL")


def _long_by_tcp(world):
    """A client that gets TC asks again over TCP."""
    for family in (4, 6):
        said = world.client.run("dig", "+tries=1", f"+time={ask.PATIENCE_S:.0f}", "+noall", "+answer", "+bufsize=1232",
                                f"@{topology.UPSTREAM[family]}", "many.wide.example.", "TXT")
        expect_equal("records", len([line for line in said.splitlines()
                                     if line and line[0] != ";"]), 24)


def _port_is_no_way_in(world):
    for family in (4, 6):
        for namespace in (world.client, world.lab.wire, world.bridge):
            try:
                with streams.connect(namespace, f"{PREFIX[family]}{BRIDGE}", 2, port=5300):
                    expect(False, f"IPv{family}: the port is open")
            except OSError:
                pass


def _tcp_refused(world):
    for family in (4, 6):
        try:
            with streams.connect(world.client, topology.UPSTREAM[family]):
                seen = "connected"
        except TimeoutError:
            seen = "no answer"
        except OSError:
            seen = "refused"
        expect_equal(f"TCP over IPv{family}", seen, "refused")


def _refused_while_stopped(world):
    """At once over TCP, because no process listens; and nothing passes over UDP."""
    world.gate.stop()
    try:
        _tcp_refused(world)
        for family in (4, 6):
            expect_blocked(world, family, namespace=world.client, where=f"{PREFIX[family]}{WIRE}")
    finally:
        world.gate.start()


# The switches of br_netfilter, which are the operator's.

@contextlib.contextmanager
def _switched_off(world, *switches):
    def change(value):
        world.bridge.run("sysctl", "--quiet", "--write", *(f"{each}={value}" for each in switches))
    change(0)
    try:
        yield
    finally:
        change(1)


def _unseen(world):
    for switch in SWITCHES:
        with _switched_off(world, switch):
            before = snapshot(world.bridge)
            try:
                world.gate.apply_rules()
                said = ""
            except LabError as error:
                said = str(error)
            expect("exit 1" in said and "bridged packets pass unjudged" in said and f"sysctl -w {switch}=1" in said,
                   f"it said: {said}")
            expect_equal("the rules", snapshot(world.bridge), before)
            expect_equal(switch, world.bridge.run("sysctl", "--values", switch).strip(), "0")


def _seen_by_one(world):
    """A bridge can have the switch on for itself alone."""
    names = [f"/sys/class/net/br0/bridge/{OF_ONE[switch]}" for switch in SWITCHES]
    with _switched_off(world, *SWITCHES):
        world.bridge.run("sh", "-c", "; ".join(f"echo 1 > {name}" for name in names))
        try:
            world.gate.apply_rules()
            world.gate.start()
            _genuine(world)
            _forged(world)
        finally:
            world.gate.stop()
            world.gate.remove_rules()
            world.bridge.run("sh", "-c", "; ".join(f"echo 0 > {name}" for name in names))


def _told_at_start(world):
    with _switched_off(world, SWITCHES[0]):
        world.gate.start()
        try:
            expect(world.gate.log_lines("bridged packets pass unjudged"), *world.gate.log_lines())
        finally:
            world.gate.stop()


def _cases(*rows):
    return tuple(Case(f"bridge: {name}", run) for name, run in rows)


_DATAGRAMS = _cases(
    ("genuine answers pass, with AD for a client that asks for it", _genuine),
    ("forged answers do not pass", _forged),
    ("without the rules forged answers pass", _forging_works),
    ("the machine's own queries are left alone", _own_questions_spared))

GROUPS = (
    Group("role bridge", on_bridge(), _DATAGRAMS + _cases(
        ("genuine answers pass over TCP too", _tcp),
        ("forged answers do not pass over TCP either", _tcp_forged),
        ("dig gets an answer over TCP that was cut over UDP", _long_by_tcp),
        ("a connection straight to the relay's port is refused", _port_is_no_way_in),
        ("while sealgate does not run nothing passes", _refused_while_stopped))),
    Group("role bridge, TCP refused", on_bridge('tcp = "refuse";\n'), _cases(
        ("with TCP refused genuine answers still pass over UDP", _genuine),
        ("DNS over TCP is refused at once, not left open", _tcp_refused))),
    Group("rules of the role bridge", _not_running, _cases(*COMING_AND_GOING) + _cases(
        ("if the kernel hides bridged packets, rules apply fails and says why", _unseen),
        ("the switch of a single bridge is enough", _seen_by_one),
        ("sealgate run warns if the kernel hides bridged packets", _told_at_start))),
)
