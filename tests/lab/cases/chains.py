# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains of trust that are legal and rare, with the servers that make them so: an empty name above delegations in
an opt-out span, as NSD serves it; a zone that gets new keys without notice; an anchor that has grown old."""

import concurrent.futures
import contextlib
import os
import shutil
import signal
import time

import dns.dnssec
import dns.name

from lab import ask, programs, servers, zones

from .case import Case, Group, World, described, expect, expect_equal, expect_rcode, wait_until

PARENT, CHILD = "10.53.5.31", "10.53.5.32"       # authoritative servers
UNBOUND, KNOT = "10.53.5.41", "10.53.5.42"       # resolvers that do not validate, and iterate

UNBOUND_LINES = """
    module-config: "iterator"
    interface: {address}
    outgoing-interface: {address}
    do-ip6: no
    root-hints: "{hints}"
"""

KRESD_LINES = """
net.listen("{address}", 53, {{ kind = "dns" }})
modules.load("hints > iterate")
hints.root({{ ["ns."] = "{parent}" }})
net.ipv6 = false
"""

HEAD = """$ORIGIN {origin}
$TTL 300
@   SOA ns.{tail} h.{tail} 1 7200 3600 1209600 60
@   NS  ns.{tail}
ns.{tail} A {address}
"""


class Tree:
    """The root and opt. (NSEC3 with opt-out) on one NSD; the zones below on another."""

    def __init__(self, lab):
        self._lab, self._directory = lab, lab.resources.path("chains")
        os.makedirs(self._directory, exist_ok=True)
        self._zones = {address: [] for address in (PARENT, CHILD)}
        self._servers = {}
        self._serial = 0
        self.anchor = os.path.join(self._directory, "root.key")

    def _path(self, name):
        return os.path.join(self._directory, name)

    def _write_zone(self, origin, records, address, denial="nsec", is_signed=True):
        """Writes a zone, signed with a new key; returns that key."""
        zone = zones.Zone(origin, denial=denial)
        self._serial += 1
        keys = self._path(f"keys-{self._serial}")
        os.makedirs(keys)
        path = self._path(zone.slug + ".zone")
        tail = "" if origin == "." else origin
        with open(path, "w") as file:
            file.write(HEAD.format(origin=origin, tail=tail, address=address) + records)
        made = zones.make_keys(zone, keys) if is_signed else []
        if made:
            zones.sign(zone, keys, path, made)
            os.replace(path + ".signed", path)
        if (origin, path) not in self._zones[address]:
            self._zones[address].append((origin, path))
        return zones.read_key(made[0]) if made else None

    @staticmethod
    def _delegation(origin, key, address):
        ds = f"{origin} DS {dns.dnssec.make_ds(dns.name.from_text(origin), key, 'SHA256')}\n" if key else ""
        return f"{origin} NS ns.{origin}\nns.{origin} A {address}\n{ds}"

    def write(self):
        """Writes all zones, with new keys for all but the first."""
        hosts = "www A 192.0.2.1\n" + "".join(f"h{number} A 192.0.2.1\n" for number in range(400))
        below = {"school.prov.opt.": False, "safe.city.opt.": True, "again.opt.": True}
        made = {origin: self._write_zone(origin, hosts, CHILD, is_signed=is_signed)
                for origin, is_signed in below.items()}
        delegations = "".join(self._delegation(origin, key, CHILD) for origin, key in made.items())
        opt = self._write_zone("opt.", delegations, PARENT, denial="optout")
        root = self._write_zone(".", self._delegation("opt.", opt, PARENT), PARENT)
        with open(self.anchor, "w") as file:
            file.write(f". IN DNSKEY {root.to_text()}\n")
        self._opt_delegations = delegations

    def sign_again(self):
        """New keys for again.opt., and its new DS in opt., in one moment. opt. keeps its keys."""
        hosts = "www A 192.0.2.1\n" + "".join(f"h{number} A 192.0.2.1\n" for number in range(400))
        key = self._write_zone("again.opt.", hosts, CHILD)
        lines = [line for line in self._opt_delegations.splitlines()
                 if not line.startswith("again.opt. DS")]
        zone = zones.Zone("opt.", denial="optout")
        path = self._path("opt.zone")
        with open(path, "w") as file:
            file.write(HEAD.format(origin="opt.", tail="opt.", address=PARENT) + "\n".join(lines) + "\n" +
                       self._delegation("again.opt.", key, CHILD))
        zones.sign(zone, self._opt_keys, path, self._opt_key_files)
        os.replace(path + ".signed", path)
        for server in self._servers.values():
            server.signal(signal.SIGHUP)

    def keep_opt_keys(self):
        """Finds the keys of opt. that `write` made: the directory before the last."""
        self._opt_keys = self._path(f"keys-{self._serial - 1}")
        self._opt_key_files = [os.path.join(self._opt_keys, name) for name in os.listdir(self._opt_keys)
                               if name.endswith(".key")]

    def start(self):
        auth = self._lab.namespaces["auth"]
        for address, names in self._zones.items():
            text = "".join(f'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n'
                           for origin, path in names)
            self._servers[address] = programs.start(auth, "nsd", self._path(f"nsd-{address}"),
                                                    f"    ip-address: {address}\n", text)
        for address, process in self._servers.items():
            servers.wait_until_answering(auth, address, self._zones[address][0][0], process)

    def stop(self):
        for process in self._servers.values():
            process.stop()


def _start_resolvers(lab, tree):
    auth = lab.namespaces["auth"]
    hints = lab.resources.path("chains", "hints")
    with open(hints, "w") as file:
        file.write(f". 3600 NS ns.\nns. 3600 A {PARENT}\n")
    started = [(UNBOUND, programs.start(auth, "unbound", lab.resources.path("chains", "chains-unbound"),
                                        UNBOUND_LINES, address=UNBOUND, hints=hints))]
    if programs.obstacle("kresd") is None:
        started.append((KNOT, programs.start(auth, "kresd", lab.resources.path("chains", "chains-kresd"),
                                             KRESD_LINES, address=KNOT, parent=PARENT)))
    for address, process in started:
        servers.wait_until_answering(auth, address, "opt.", process)
    return started


@contextlib.contextmanager
def _tree(lab, **settings):
    """The client and sealgate are on the machine `upstream`, next to the servers."""
    auth = lab.namespaces["auth"]
    for address in (PARENT, CHILD, UNBOUND, KNOT):
        auth.run("ip", "address", "add", f"{address}/24", "dev", "upstream")
    tree = Tree(lab)
    tree.write()
    tree.keep_opt_keys()
    tree.start()
    resolvers = _start_resolvers(lab, tree)
    anchor = settings.pop("anchor", tree.anchor)
    hints, lab.root_hints = lab.root_hints, lab.resources.path("chains", "hints")
    try:
        with lab.sealgate(lab.upstream, "host", anchor=anchor, walk=True, **settings) as gate:
            world = World(lab, gate, lambda server, name, rdtype, **how:
                          ask.query(lab.upstream, server, name, rdtype, **how))
            world.tree, world.resolvers = tree, [address for address, _ in resolvers]
            yield world
    finally:
        lab.root_hints = hints
        for _, process in resolvers:
            process.stop()
        tree.stop()
        for address in (PARENT, CHILD, UNBOUND, KNOT):
            auth.run("ip", "address", "del", f"{address}/24", "dev", "upstream")
        shutil.rmtree(lab.resources.path("chains"))


def _below_an_empty_name(world):
    for resolver in world.resolvers:
        world.gate.restart()
        answer = world.ask(resolver, "www.school.prov.opt.", "A", do=True)
        expect(answer is not None and answer.data("A") == ["192.0.2.1"], f"from {resolver}",
               described(answer), *world.log_tail())
        expect(not answer.has_ad, "AD for a name of an unsigned zone")


def _by_a_referral(world):
    world.gate.restart()
    answer = world.ask(PARENT, "www.school.prov.opt.", "A", do=True, rd=False)
    expect_rcode(answer, "NOERROR")
    expect(any("school.prov.opt. NS" in record for record in answer.records("authority")),
           f"no referral: {answer.records('authority')}", *world.log_tail())


def _signed_below(world):
    for resolver in world.resolvers:
        world.gate.restart()
        answer = world.ask(resolver, "www.safe.city.opt.", "A", do=True)
        expect(answer is not None and answer.has_ad, f"from {resolver}", described(answer),
               *world.log_tail())
        # a resolver that does not ask for signatures has none: as a forgery would be
    answer = world.ask(CHILD, "www.safe.city.opt.", "A", do=True, rd=False)
    expect(answer is not None and answer.has_ad, described(answer))


def _signed_again(world):
    """Asks the zone's server itself, 20 times a second, each time for another name."""
    world.gate.restart()

    def one(number):
        sent = time.monotonic()
        answer = world.ask(CHILD, f"h{number}.again.opt.", "A", do=True, timeout_s=20)
        return sent, answer is not None and answer.data("A") == ["192.0.2.1"]

    results = []
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for number in range(200):
            results.append(pool.submit(one, number))
            if number == 100:
                pool.submit(world.tree.sign_again).result()
            time.sleep(0.05)
    lost = sorted(sent for sent, is_good in (result.result() for result in results) if not is_good)
    span = lost[-1] - lost[0] if lost else 0
    print(f"# signed again: {len(lost)} of {len(results)} lost, over {span:.1f} s", flush=True)
    said = world.gate.log_lines("signed by a key that the DNSKEY set learned")
    expect(said, "nothing in the log says that the keys were old", *world.log_tail())
    answer = world.ask(CHILD, "www.again.opt.", "A", do=True)
    expect(answer is not None and answer.has_ad, described(answer), *world.log_tail())
    # the zone's TTL is 300 s, which is how long it was dead
    expect(span < 60, f"no answer for {span:.0f} s", *world.log_tail())
    expect(world.gate.counter("renewals") <= 4, f"{world.gate.counter('renewals')} renewals")


@contextlib.contextmanager
def _with_old_anchor(lab):
    """The lab's other root, which never signed this tree."""
    with _tree(lab, anchor=lab.zones.anchor_dnskey,
               more=f'resolver = ("{UNBOUND}");\n') as world:
        yield world


def _says_it_once(world):
    for number in range(5):
        expect_rcode(world.ask(UNBOUND, f"h{number}.again.opt.", "A"), "SERVFAIL")
    wait_until(lambda: world.gate.log_lines("matches none of its keys"), "no error is logged")
    expect_equal("errors", len(world.gate.log_lines("the trust anchor for . matches none of its keys: "
                                                    "is dns-root-data old?")), 1)
    expect_equal("lines of questions", world.gate.log_lines("no-match"), [])


def _config_check_says_it(world):
    done = world.gate.command_result("config", "check")
    expect_equal("exit code", done.returncode, 2)
    expect("matches none of its keys" in done.stdout, done.stdout)
    expect_equal("offline", world.gate.command_result("config", "check", "--offline").returncode, 0)


GROUPS = (
    Group("chains", _tree, (
        Case("names below an empty name in an opt-out span resolve, unsigned", _below_an_empty_name),
        Case("a referral there passes by its own proof", _by_a_referral),
        Case("a signed zone below another empty name stays secure", _signed_below),
        Case("a zone that gets new keys without notice is found again at once", _signed_again),
    )),
    Group("chains, old anchor", _with_old_anchor, (
        Case("a trust anchor that fits no key is told once", _says_it_once),
        Case("config check asks whether the anchor fits", _config_check_says_it),
    )),
)
