# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate keys check` before real servers: it says of each address of a zone, and of its parent, what that
serves. One server lags, one is silent, one cannot be reached from here, one has an answer that is too long for UDP; of
the parent's servers one has another DS, and one forges it. All is in a namespace of its own, from the root down."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from lab import lonely, programs, servers
from lab.resources import run_tool

from .case import Case, Group, expect

ROOT, PARENT_A, PARENT_B, FORGER = "10.77.0.1", "10.77.0.2", "10.77.0.3", "10.77.0.7"
GOOD, LAGS, SILENT, RESOLVER = "10.77.0.4", "10.77.0.5", "10.77.0.99", "10.77.0.10"
FORMER = "10.77.0.8"      # only in a delegation, and nothing is there any more
NO_WAY = "2001:db8:77::1"
ADDRESSES = (ROOT, PARENT_A, PARENT_B, FORGER, GOOD, LAGS, FORMER, RESOLVER)
BINDS = (PARENT_A, PARENT_B)     # this NSD cannot read the DSYNC records that dnssec-signzone writes
SOA = "{origin} 300 SOA ns admin {serial} 3600 600 86400 300\n"

NSD = "    ip-address: {address}\n{more_of_it}"
UNBOUND = """
    module-config: "iterator"
    interface: {address}
    outgoing-interface: {address}
    root-hints: "{hints}"
    do-ip6: no
"""
NAMED = """
    listen-on {{ {address}; }};
    listen-on-v6 {{ }};
    recursion no;
    dnssec-validation no;
"""


class Zone:
    """A zone that dnssec-signzone signs, in a directory of its own."""

    def __init__(self, resources, origin, text, ksks=1):
        self.origin = origin
        # Several worlds have zones of one name.
        self.directory = tempfile.mkdtemp(prefix=f"zone-{origin}", dir=resources.directory)
        os.chmod(self.directory, 0o755)
        self.text = text
        self.ksks = [self.keygen("-f", "KSK") for _ in range(ksks)]
        self.keygen()

    def keygen(self, *options):
        return run_tool("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *options, self.origin,
                        cwd=self.directory).strip()

    def tag(self, ksk):
        return int(self.ksks[ksk].rpartition("+")[2])

    def ds(self, *ksks):
        return "".join(run_tool("dnssec-dsfromkey", "-2", self.ksks[ksk] + ".key", cwd=self.directory)
                       for ksk in ksks)

    def sign(self, name, serial=1, more=""):
        """Returns the path of a signed version."""
        path = os.path.join(self.directory, name)
        with open(path + ".plain", "w") as file:
            file.write("$TTL 300\n" + SOA.format(origin=self.origin, serial=serial) + self.text + more)
        run_tool("dnssec-signzone", "-q", "-S", "-o", self.origin, "-f", path, path + ".plain", cwd=self.directory)
        return path


def _servers_of(origin, addresses):
    return "".join(f"{origin} NS {name}.{origin}\n{name}.{origin} {'AAAA' if ':' in address else 'A'} {address}\n"
                   for name, address in addresses)


MIXED_SERVERS = (("ns1", GOOD), ("ns2", LAGS), ("ns3", SILENT), ("ns4", NO_WAY))
GOOD_SERVERS = (("ns1", GOOD), ("ns2", LAGS))
TEST_SERVERS = (("a", PARENT_A), ("b", PARENT_B), ("c", FORGER))
FINE_SERVERS = (("a", PARENT_A),)


class Forger:
    """Gives every DS as forged, with AA, over UDP; over TCP nobody listens. It refuses other questions."""

    def __init__(self, namespace, forged):
        self._socket = namespace.socket(2, 2)
        self._socket.bind((FORGER, 53))
        self._forged = forged
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                octets, client = self._socket.recvfrom(4096)
                response = dns.message.make_response(dns.message.from_wire(octets))
                response.flags |= dns.flags.AA
                question = response.question[0]
                if question.rdtype == 43:
                    response.answer.append(dns.rrset.from_text(question.name, 300, "IN", "DS", self._forged))
                else:
                    response.set_rcode(dns.rcode.REFUSED)
                self._socket.sendto(response.to_wire(), client)

    def close(self):
        self._socket.close()


class Agent:
    """Of the parent: confirms a notification, and keeps it."""

    def __init__(self, namespace, address=FORMER):
        self._socket = namespace.socket(2, 2)
        self._socket.bind((address, 5359))
        self.told = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                octets, client = self._socket.recvfrom(4096)
                query = dns.message.from_wire(octets)
                self.told.append(query)
                self._socket.sendto(dns.message.make_response(query).to_wire(), client)

    def close(self):
        self._socket.close()


class LookWorld:
    name = "look"       # no two worlds have one name

    def __init__(self, lab):
        self.lab, resources = lab, lab.resources
        self.namespace = lonely.network(resources, self.name, ADDRESSES, (SILENT,))
        self._make_zones(resources)
        self._start(resources)
        self.config = resources.path(f"{self.name}.conf")
        with open(self.config, "w") as file:
            file.write(f'resolver = [ "{RESOLVER}" ];\ntrust_anchor = "{self.anchor}";\nrollover = false;\n')

    def _make_zones(self, resources):
        self.mixed = Zone(resources, "mixed.test.", _servers_of("mixed.test.", MIXED_SERVERS), ksks=1)
        lagging = self.mixed.sign("old", 1)
        self.mixed.ksks.append(self.mixed.keygen("-f", "KSK"))
        current = self.mixed.sign("new", 2)
        self.good = Zone(resources, "good.fine.", _servers_of("good.fine.", GOOD_SERVERS))
        good = self.good.sign("only")
        test = Zone(resources, "test.", _servers_of("test.", TEST_SERVERS) +
                    _servers_of("mixed.test.", MIXED_SERVERS))
        fine = Zone(resources, "fine.", _servers_of("fine.", FINE_SERVERS) +
                    _servers_of("good.fine.", GOOD_SERVERS) + self.good.ds(0) +
                    _servers_of("kept.fine.", GOOD_SERVERS) +      # of keeper_orders
                    # of CDS by NOTIFY, at port 5359 of agent.fine.
                    "*._dsync.fine. TYPE66 \\# 17 003B 01 14EF 056167656E740466696E6500\n"
                    f"agent.fine. A {FORMER}\n")
        root = Zone(resources, ".", f". NS ns.lab.\nns.lab. A {ROOT}\n" + _servers_of("test.", TEST_SERVERS) +
                    _servers_of("fine.", FINE_SERVERS) + test.ds(0) + fine.ds(0))
        self.anchor = resources.path(f"{self.name}-anchor")
        with open(self.anchor, "w") as file:
            file.write(root.ds(0))
        self._served = {
            ROOT: {".": root.sign("only")},
            PARENT_A: {"test.": test.sign("a", 1, self.mixed.ds(0)), "fine.": fine.sign("only")},
            GOOD: {"mixed.test.": current, "good.fine.": good},
            LAGS: {"mixed.test.": lagging, "good.fine.": good},
            PARENT_B: {"test.": test.sign("b", 2, self.mixed.ds(0, 1) +
                                          _servers_of("mixed.test.", (("ns5", FORMER),)))},
        }

    def _nsd(self, directory, address, zones):
        after = "".join(f'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n' for origin, path in zones.items())
        more = "    ipv4-edns-size: 512\n" if address == GOOD else ""
        return programs.start(self.namespace, "nsd", directory, NSD, after, address=address, more_of_it=more)

    def _named(self, directory, address, zones):
        after = "".join(f'zone "{origin}" {{{{ type primary; file "{path}"; }}}};\n'
                        for origin, path in zones.items())
        return programs.start(self.namespace, "named", directory, NAMED, after, address=address)

    def _start(self, resources):
        started = []
        for address, zones in self._served.items():
            started.append((address, next(iter(zones)), (self._named if address in BINDS else self._nsd)(
                resources.path(f"{self.name}-{address}"), address, zones)))
        self.agent = Agent(self.namespace)
        self.forger = Forger(self.namespace, f"{self.mixed.tag(1)} 13 2 " + 64 * "0")
        for address, origin, process in started:
            servers.wait_until_answering(self.namespace, address, origin, process)
        hints = resources.path(f"{self.name}.hints")
        with open(hints, "w") as file:
            file.write(f". 3600 NS ns.lab.\nns.lab. 3600 A {ROOT}\n")
        resolver = programs.start(self.namespace, "unbound", resources.path(f"{self.name}-unbound"), UNBOUND,
                                  address=RESOLVER, hints=hints)
        servers.wait_until_answering(self.namespace, RESOLVER, "good.fine.", resolver)
        self._processes = [resolver, *(process for _, _, process in started)]

    def close(self):
        self.agent.close()
        self.forger.close()
        for process in self._processes:
            process.stop()

    def keys(self, verb, zone):
        """Returns the exit code and the lines."""
        done = subprocess.run(self.namespace.argv(
            self.lab.sealgate_path, "keys", verb, zone.origin, "--directory", zone.directory, "--config",
            self.config), capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).splitlines()


@contextlib.contextmanager
def _scene(lab):
    world = LookWorld(lab)
    try:
        world.seen = world.keys("check", world.mixed)
        yield world
    finally:
        world.close()


def _line(world, start):
    lines = [line for line in world.seen[1] if line.strip().startswith(start)]
    expect(len(lines) == 1, f"{len(lines)} lines begin with {start}", *world.seen[1])
    return lines[0]


def _expect_words(world, start, *words):
    line = _line(world, start)
    for word in words:
        expect(word in line, f"no {word!r}:", line, *world.seen[1])


def _all_is_well(world):
    code, lines = world.keys("check", world.good)
    expect(code == 0, f"exit code {code}", *lines)
    expect(f"KSK {world.good.tag(0)}: DNSKEY at every server; DS (SHA-256) at every server" in lines, *lines)


def _differs(world):
    expect(world.seen[0] == 1, f"exit code {world.seen[0]}", *world.seen[1])
    _expect_words(world, GOOD, f" {world.mixed.tag(1)} (KSK)", "SOA 2")
    line = _line(world, LAGS)
    expect("SOA 1" in line and f" {world.mixed.tag(1)} " not in line, line)
    _expect_words(world, f"KSK {world.mixed.tag(1)}:", "DNSKEY at some servers only", "at some servers only")


def _is_cautious(world):
    _expect_words(world, SILENT, "no answer came, over UDP or TCP")
    _expect_words(world, NO_WAY, "no route to addresses of this family")
    _expect_words(world, f"KSK {world.mixed.tag(0)}:", "DNSKEY not known of every server",
                  "DS (SHA-256) not known of every server")


def _asks_former(world):
    _expect_words(world, FORMER, "ns5.mixed.test.", "no server listens there")


def _parents(world):
    _expect_words(world, PARENT_A, f"DS {world.mixed.tag(0)}/2 TTL 300 (secure)")
    _expect_words(world, PARENT_B, f" {world.mixed.tag(1)}/2", "(secure)")
    _expect_words(world, FORGER, "do not prove")


def _forms_agree(world):
    """With BIND's tool."""
    def run(*words):
        return run_tool(world.lab.sealgate_path, "ds", *words, "--directory", zone.directory)
    zone = world.mixed
    sheets = {sheet["key_tag"]: sheet for sheet in json.loads(run(zone.origin, "--json"))}
    expect(set(sheets) == {zone.tag(0), zone.tag(1)}, str(sheets))
    text = run(zone.origin).split()
    for name in zone.ksks:
        for digest, number in (("SHA-256", 0), ("SHA-384", 1)):
            *_, tag, algorithm, digest_type, value = run_tool(
                "dnssec-dsfromkey", "-a", digest, name + ".key", cwd=zone.directory).split()
            sheet = sheets[int(tag)]
            found = sheet["digests"][number]
            expect((sheet["signing_algorithm_type"], found["digest_algorithm_type"], found["digest_value"]) ==
                   (int(algorithm), int(digest_type), value), str(sheet))
            expect(text.count(value) == (3 if number == 0 else 2), f"{value} is not in the text")


def _notifies(world):
    code, lines = world.keys("notify", world.good)
    expect(code == 0, f"exit code {code}", *lines)
    expect(len(world.agent.told) == 1, f"{len(world.agent.told)} notifications")
    query = world.agent.told[0]
    expect((query.opcode(), bool(query.flags & dns.flags.AA), query.question[0].name.to_text(),
            query.question[0].rdtype) == (4, True, world.good.origin, 59), str(query))
    code, lines = world.keys("notify", world.mixed)
    expect(code == 1 and "test. has no DSYNC record for CDS" in lines[0], f"exit code {code}", *lines)
    expect(len(world.agent.told) == 1, "the parent of another zone was told")


def _long(world):
    _expect_words(world, GOOD, "DNSKEY", "over TCP")


GROUPS = (
    Group("keeper, what the world serves", _scene, (
        Case("a zone that every server serves with its DS is reported as complete", _all_is_well),
        Case("a server that lags, and parents that differ, are named", _differs),
        Case("a server that is silent, or out of reach, is never counted as up to date", _is_cautious),
        Case("a server that only a delegation names is asked, too", _asks_former),
        Case("a DS that the parent's signatures do not prove counts for nothing", _parents),
        Case("a parent that has a DSYNC record is told of new CDS records, and no other", _notifies),
        Case("`sealgate ds` and dnssec-dsfromkey have the same digests", _forms_agree),
        Case("a DNSKEY RRset that is too long for UDP is read over TCP", _long),
    ), obstacle=programs.obstacle("nsd") or programs.obstacle("named") or programs.obstacle("dnssec-signzone")),
)
