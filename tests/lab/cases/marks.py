# SPDX-License-Identifier: GPL-2.0-or-later
"""The program's own queries pass unjudged, so no other process may look like it: since Linux 5.17 a process
with CAP_NET_RAW can set any mark. And other programs use marks too: their bits must stay theirs."""

import contextlib
import os
import shutil
import sys

from lab import ask, streams, topology
from lab.attacks import FORGED
from lab.sealgate import USER

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until, with_sealgate)

GOOD = ["192.0.2.80", "192.0.2.81"]
TOOLS = {4: "iptables", 6: "ip6tables"}
OWN, RELAY, MASK = 0x10000000, 0x20000000, 0x30000000
MARKS = (0x5ea1, OWN, RELAY, MASK, OWN | 0x5ea1)
NOBODY, SERVICE = 65534, 12345
PORT = 40053

# A client with a given user, capabilities and mark, which prints the response.
ASKER = """
import socket, struct, sys
mark, kind, address, port, wire = sys.argv[1:]
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                  socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
if int(mark):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(mark))
s.settimeout(3)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if int(port):   # leaves nothing behind that keeps it
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.bind(("", int(port)))
wire = bytes.fromhex(wire)
try:
    s.connect((address, 53))
    if kind == "tcp":
        s.sendall(len(wire).to_bytes(2, "big") + wire)
        octets = s.makefile("rb")
        print(octets.read(int.from_bytes(octets.read(2), "big")).hex())
    else:
        s.send(wire)
        print(s.recv(65535).hex())
except OSError:
    print()
"""


def _as(user, capability=None):
    words = ["setpriv", "--reuid", str(user), "--clear-groups"]
    if capability:
        words += ["--inh-caps", f"+{capability}", "--ambient-caps", f"+{capability}"]
    return words


def _ask(world, who, mark, kind, family, port=0):
    query = ask.make("www.p256.test.", "A")
    said = world.lab.host.run(*who, sys.executable, "-B", "-c", ASKER, str(mark), kind,
                              topology.UPSTREAM[family], str(port), query.to_wire().hex())
    return ask.Answer(bytes.fromhex(said)) if said.strip() else None


@contextlib.contextmanager
def _forging(world, kind):
    if kind == "tcp":
        with streams.Server(world.lab, streams.attacking("forge-address")) as server:
            yield
        expect(not server.complaints, *server.complaints)
    else:
        with world.lab.attack("forge-address"):
            yield


def _never_forged(world, marks=MARKS):
    """An attacker on this machine, with CAP_NET_RAW and no more; an accomplice is on the wire."""
    for kind in ("udp", "tcp"):
        for family in (4, 6):
            with _forging(world, kind):
                for mark in marks:
                    answer = _ask(world, _as(NOBODY, "net_raw"), mark, kind, family)
                    expect(answer is None or answer.rcode == "SERVFAIL",
                           f"{kind}, IPv{family}, mark {mark:#x}: {described(answer)}")
    # The fetches of the program are still recognised.
    world.gate.restart()
    for family in (4, 6):
        expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)


def _works_without(world):
    """Without this the other cases prove nothing: forging works, and the mark can be set."""
    for kind in ("udp", "tcp"):
        for family in (4, 6):
            with _forging(world, kind):
                answer = _ask(world, _as(NOBODY, "net_raw"), OWN, kind, family)
            expect_data(answer, "A", [FORGED[1]])


@contextlib.contextmanager
def _said(namespace, *rules, tools=TOOLS.values()):
    """Rules of the operator, each a table, a chain, and the words of a rule."""
    done = []
    try:
        for tool in tools:
            for table, chain, words in rules:
                namespace.run(tool, "-t", table, "-A", chain, *words.split())
                done.append((tool, table, chain, words))
        yield
    finally:
        for tool, table, chain, words in reversed(done):
            namespace.run(tool, "-t", table, "-D", chain, *words.split())


def _saved(world):
    """An operator who saves the marks of all packets in their connections turns the one into the other."""
    with _said(world.lab.host, ("mangle", "OUTPUT", "-j CONNMARK --save-mark"),
               ("mangle", "POSTROUTING", "-j CONNMARK --save-mark"),
               ("mangle", "PREROUTING", "-j CONNMARK --restore-mark")):
        _never_forged(world)


def _second_hand(world):
    """A port that the program used a moment ago now belongs to another process. Its connection is still
    tracked as the program's. Root plays the program here."""
    for family in (4, 6):
        for kind in ("udp", "tcp"):
            expect_data(_ask(world, (), OWN, kind, family, port=PORT + family), "A", GOOD)
            with _forging(world, kind):
                for who, mark in ((_as(NOBODY, "net_raw"), OWN), (_as(NOBODY), 0)):
                    answer = _ask(world, who, mark, kind, family, port=PORT + family)
                    expect(answer is None or answer.rcode == "SERVFAIL",
                           f"{kind}, IPv{family}, mark {mark:#x}: {described(answer)}")


def _not_tracked(world):
    """If DNS is not tracked there are no connections with marks. The program's own fetches are known by
    the marks of their sockets, and an ordinary client gets nothing forged."""
    with _said(world.lab.host, ("raw", "OUTPUT", "-p udp --dport 53 -j CT --notrack"),
               ("raw", "PREROUTING", "-p udp --sport 53 -j CT --notrack")):
        world.gate.restart()
        for family in (4, 6):
            expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
            with world.lab.attack("forge-address"):
                expect_rcode(world.ask("www.ed25519.test.", "A", family), "SERVFAIL")


def _until_the_end(server, stream):
    while wire := stream.receive():
        stream.send(server.exchange(wire))
    server.ended += 1


def _ends_in_order(world):
    """The last packets of a connection come when its socket has no user any more. They must pass, or
    the server waits a minute or two for each. Root plays the program here."""
    def waiting():
        return world.lab.wire.run("ss", "-Htn", "state", "last-ack", "sport", "=",
                                  f":{streams.PORT}").split("\n")[:-1]
    with streams.Server(world.lab, _until_the_end) as server:
        server.ended = 0
        for family in (4, 6):
            expect_data(_ask(world, (), OWN, "tcp", family), "A", GOOD)
        wait_until(lambda: server.ended == 2, "the server does not see the end")
        wait_until(lambda: not waiting(), "the server's end is not confirmed")
    expect(not server.complaints, *server.complaints)


def _counted(namespace, tool, table, chain):
    """How many packets each of the lab's rules with a comment has matched."""
    counts = {}
    for line in namespace.run(f"{tool}-save", "-c", "-t", table).splitlines():
        if f"-A {chain} " in line and "--comment lab-" in line:
            name = line.split("--comment lab-")[1].split()[0]
            counts[name] = int(line.split(":")[0].lstrip("["))
    return counts


THEIRS = (("mangle", "OUTPUT", "-j CONNMARK --restore-mark --nfmask 0x3f00 --ctmask 0x3f00"),
          ("mangle", "OUTPUT", "-m mark --mark 0/0x3f00 -j MARK --set-xmark 0x100/0x3f00"),
          ("mangle", "OUTPUT", "-j CONNMARK --save-mark --nfmask 0x3f00 --ctmask 0x3f00"),
          ("mangle", "OUTPUT", "-j MARK --set-xmark 0x4000/0x4000"),
          ("mangle", "POSTROUTING", "-p PROTOCOL --dport 53 -m comment --comment lab-all"),
          ("mangle", "POSTROUTING", "-p PROTOCOL --dport 53 -m mark --mark 0x4100/0x7f00 -m connmark "
                                    "--mark 0x100/0x3f00 -m comment --comment lab-theirs"))


def _theirs(protocol):
    return tuple((table, chain, words.replace("PROTOCOL", protocol))
                 for table, chain, words in THEIRS)


def _spared_on_the_host(world):
    """mwan3's and kube-proxy's marks, on this machine's queries and on the program's fetches."""
    for family, tool in TOOLS.items():
        with _said(world.lab.host, *_theirs("udp"), tools=(tool,)):
            world.gate.restart()
            expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
            with world.lab.attack("forge-address"):
                expect_rcode(world.ask("www.ed25519.test.", "A", family), "SERVFAIL")
            counts = _counted(world.lab.host, tool, "mangle", "POSTROUTING")
            expect(counts["all"] > 2, f"too few packets to prove anything: {counts}")
            expect_equal("with their marks", counts["theirs"], counts["all"])


def _through(world, family):
    return streams.query(world.lab.client, topology.UPSTREAM[family], "www.p256.test.", "A")


def _spared_on_the_gateway(world):
    """The same for relayed connections, on their way in and out."""
    marked = "-i client -p tcp --dport 53 -m comment --comment"
    for family, tool in TOOLS.items():
        with _said(world.lab.router, *_theirs("tcp"),
                   ("raw", "PREROUTING", "-j MARK --set-xmark 0x4100/0x7f00"),
                   ("mangle", "INPUT", f"{marked} lab-all"),
                   ("mangle", "INPUT", f"-m mark --mark {RELAY | 0x4100:#x}/{MASK | 0x7f00:#x} "
                                       f"{marked} lab-theirs"), tools=(tool,)):
            expect_data(_through(world, family), "A", GOOD)
            for chain in ("INPUT", "POSTROUTING"):
                counts = _counted(world.lab.router, tool, "mangle", chain)
                expect(counts["all"] > 2, f"too few packets to prove anything: {counts}")
                expect_equal(f"with their marks in {chain}", counts["theirs"], counts["all"])


def _not_masqueraded(world):
    """By kube-proxy's rule packets with its mark leave with this machine's address. No packet has it."""
    with _said(world.lab.router,
               ("nat", "POSTROUTING", "-m mark --mark 0x4000/0x4000 -j MASQUERADE")):
        for family in (4, 6):
            with streams.Server(world.lab, streams.attacking("forge-address")) as server:
                expect_rcode(_through(world, family), "SERVFAIL")
            # the gateway itself asks once more; its own connection has no mark that kube-proxy knows
            seen = {peer.replace("::ffff:", "") for peer in server.peers}
            expect_equal("the client that the server sees", seen - {topology.ROUTER_OUTSIDE[family]},
                         {topology.CLIENT[family]})


def _routing_marks(world, family):
    return [line.split("fwmark ")[1].split()[0]
            for line in world.lab.router.run("ip", f"-{family}", "rule").splitlines()
            if "fwmark" in line]


def _marks_change(world):
    """A configuration with other marks leaves nothing of the earlier ones."""
    for family in (4, 6):
        expect_equal("the routing rules", _routing_marks(world, family), ["0x20000/0x30000"])
        expect_data(_through(world, family), "A", GOOD)
    world.gate.stop()
    with world.lab.sealgate(world.lab.router, "gateway"):
        for family in (4, 6):
            expect_equal("then", _routing_marks(world, family), ["0x20000000/0x30000000"])
            expect_data(_through(world, family), "A", GOOD)
    for family in (4, 6):
        expect_equal("at the end", _routing_marks(world, family), [])


class _Words:
    """The words before the program's name when it is started."""

    def __init__(self, *words):
        self.words = words


@contextlib.contextmanager
def _as_the_service(lab):
    """The user that owns the directory of the control socket, and has no rights but CAP_NET_ADMIN."""
    directory = lab.resources.path("service-run")
    os.mkdir(directory)
    os.chown(directory, SERVICE, SERVICE)
    program = shutil.copy(lab.sealgate_path, directory)
    gate = lab.sealgate(lab.host, "host")
    with open(gate.config) as file:
        words = file.read().replace(lab.resources.directory + "/sealgate-host", directory + "/s")
    words = words.replace(f'user = "{USER}";\n', "")
    with open(gate.config, "w") as file:
        file.write(words)
    gate.clock = _Words(*_as(SERVICE, "net_admin"))
    own, lab.sealgate_path = lab.sealgate_path, program
    try:
        with gate:
            yield World(lab, gate, lab.ask_from_host)
    finally:
        lab.sealgate_path = own


def _fetches(world):
    status = world.lab.host.run("cat", f"/proc/{world.gate.process.pid}/status")
    expect(f"Uid:\t{SERVICE}" in status, "sealgate does not run as that user")
    for family in (4, 6):
        world.gate.restart()
        expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
        expect_data(streams.query(world.lab.host, topology.UPSTREAM[family], "www.rsa256.test.",
                                  "A"), "A", GOOD)
    expect(not world.gate.log_lines("the rules know sealgate by user"), "it warns")


def _says_who_is_who(world):
    """If the directory belongs to another user the program says so: it would judge its own queries."""
    directory = world.lab.resources.path("service-run")
    os.chown(directory, NOBODY, NOBODY)
    os.chmod(directory, 0o777)
    try:
        world.gate.restart()
        expect(world.gate.log_lines(f"the rules know sealgate by user {NOBODY}"),
               *world.log_tail())
    finally:
        os.chown(directory, SERVICE, SERVICE)
        os.chmod(directory, 0o755)
        world.gate.restart()


@contextlib.contextmanager
def _nobody(lab):
    yield World(lab, None, lab.ask_from_host)


OTHERS = "mark = { mask = 0x30000; own = 0x10000; relay = 0x20000; };\n"
NO_MARK = "a process with CAP_NET_RAW gets nothing forged by setting a mark"

GROUPS = (
    Group("marks, without sealgate", _nobody, (
        Case("without sealgate a process with CAP_NET_RAW can set the mark, and gets a forged answer",
             _works_without),), needs_sealgate=False),
    Group("marks on the host", with_sealgate("host"), (
        Case(NO_MARK, _never_forged),
        Case("it gets nothing forged if the operator saves all marks in connections", _saved),
        Case("it gets nothing forged by a port that the program used a moment ago", _second_hand),
        Case("the program's own connections end in order", _ends_in_order),
        Case("if DNS is not tracked the program's own fetches still work", _not_tracked),
        Case("the operator's marks on queries and fetches are left alone",
             _spared_on_the_host))),
    Group("marks on the host, others", with_sealgate("host", more=OTHERS), (
        Case("the same with other marks: " + NO_MARK,
             lambda world: _never_forged(world, (0x10000, 0x30000, OWN, 0x5ea1))),)),
    Group("marks of both roles", with_sealgate("both", on_the_host=True), (
        Case("in both roles: " + NO_MARK, _never_forged),)),
    Group("marks on the gateway", with_sealgate("gateway"), (
        Case("the operator's marks on relayed connections are left alone", _spared_on_the_gateway),
        Case("with kube-proxy's rule for its mark the server still sees the client",
             _not_masqueraded))),
    Group("marks on the gateway, others", with_sealgate("gateway", more=OTHERS), (
        Case("rules with other marks replace the earlier rules", _marks_change),)),
    Group("the user of the service", _as_the_service, (
        Case("as the service's user sealgate fetches keys, over UDP and TCP", _fetches),
        Case("as the service's user: " + NO_MARK, _never_forged),
        Case("sealgate says so if it runs as a user that the rules do not know", _says_who_is_who))),
)
