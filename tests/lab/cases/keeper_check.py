# SPDX-License-Identifier: GPL-2.0-or-later
"""The keeper's self-checks before real servers: one of two has a fault, and the keeper's log names it, and what is
wrong; the alarm ends when the server is mended. The servers of another zone say nothing, and delay nobody. All is in a
namespace of its own, from the root down. The zone is signed by BIND's tool with the keeper's keys, so each server can be
given a fault that sealgate's signer has not."""

import contextlib
import glob
import os
import re
import signal
import time

from lab import lonely, programs, servers
from lab.resources import run_tool

from .case import Case, Group, expect, tell, wait_until
from .keeper_look import NAMED, NSD, UNBOUND, Agent, Zone

ADDRESSES = ROOT, PARENT, ONE, TWO, RESOLVER, AGENT = tuple(f"10.78.0.{host}" for host in range(1, 7))
MUTE = ("10.78.0.91", "10.78.0.92")
KEPT = "kept.test."
SOA = KEPT + " 5 SOA ns1 admin {serial} 3600 600 86400 5\n"
LOOK_S = 2
PATIENCE_S = 40
DEAF_S = 8              # a look at silent servers takes no less

CONFIG = """
role = "signer";
resolver = [ "{resolver}" ];
trust_anchor = "{anchor}";
rollover = false;
sign = {{ zones = (
    {{ name = "mute.test"; keeper = true; }},
    {{ name = "kept.test"; keeper = true; max_ttl = 5; }} ); }};
keeper = {{
    directory = "{directory}/state"; timelines = "{directory}/timelines"; group = "";
    look = "{look}s"; dnskey_ttl = "5s"; ds_ttl = "5s"; zone_spread = "1s"; parent_spread = "1s"; safety = "1s";
}};
"""


def _servers_of(origin, addresses):
    return "".join(f"{origin} NS ns{number}.{origin}\nns{number}.{origin} A {address}\n"
                   for number, address in enumerate(addresses, 1))


def _names_in(directory):
    return [path.removesuffix(".private") for path in glob.glob(os.path.join(directory, f"K{KEPT}*.private"))]


class CheckWorld:
    def __init__(self, lab):
        self.lab, self.resources = lab, lab.resources
        self.namespace = lonely.network(self.resources, "selfcheck", ADDRESSES, MUTE)
        self.directory = self.resources.path("selfcheck")
        os.makedirs(self.directory)
        self._processes = {}
        self._start_world()
        self.keeper = None

    # ---- The servers ----

    def _start_world(self):
        delegations = _servers_of(KEPT, (ONE, TWO)) + _servers_of("mute.test.", MUTE)
        self._test = Zone(self.resources, "test.", _servers_of("test.", (PARENT,)) + delegations +
                          # of CDS by NOTIFY, at port 5359 of agent.test.
                          "*._dsync.test. TYPE66 \\# 17 003B 01 14EF 056167656E74047465737400\n"
                          f"agent.test. A {AGENT}\n")
        self.agent = Agent(self.namespace, AGENT)
        root = Zone(self.resources, ".", f". NS ns.lab.\nns.lab. A {ROOT}\n" + _servers_of("test.", (PARENT,)) +
                    self._test.ds(0))
        self._anchor = os.path.join(self.directory, "anchor")
        with open(self._anchor, "w") as file:
            file.write(root.ds(0))
        self._plain = os.path.join(self.directory, "plain")
        self._write_zone(self._plain)
        self.serve(ROOT, ".", root.sign("only"))
        self.serve(PARENT, "test.", self._test.sign("only"))
        self.serve(ONE, KEPT, self._plain)
        self.serve(TWO, KEPT, self._plain)
        hints = os.path.join(self.directory, "hints")
        with open(hints, "w") as file:
            file.write(f". 3600 NS ns.lab.\nns.lab. 3600 A {ROOT}\n")
        self._processes[RESOLVER] = programs.start(
            self.namespace, "unbound", os.path.join(self.directory, "unbound"),
            UNBOUND + "    cache-max-ttl: 1\n    cache-max-negative-ttl: 1\n", address=RESOLVER, hints=hints)
        servers.wait_until_answering(self.namespace, RESOLVER, KEPT, self._processes[RESOLVER])

    def serve(self, address, origin, path):
        """Starts a server, in place of the one that was there."""
        if address in self._processes:
            self._processes.pop(address).stop()
        directory = os.path.join(self.directory, f"server-{address}")
        if address == PARENT:       # NSD cannot read DSYNC records
            after = f'zone "{origin}" {{{{ type primary; file "{path}"; }}}};\n'
            process = programs.start(self.namespace, "named", directory, NAMED, after, address=address)
        else:
            after = f'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n'
            process = programs.start(self.namespace, "nsd", directory, NSD, after, address=address, more_of_it="")
        self._processes[address] = process
        servers.wait_until_answering(self.namespace, address, origin, process)

    # ---- The zone ----

    def _write_zone(self, path, more=""):
        with open(path, "w") as file:
            file.write("$TTL 5\n" + SOA.format(serial=int(time.time())) +
                       _servers_of(KEPT, (ONE, TWO)) + more)

    def _period(self):
        """The first period of the timeline."""
        with open(os.path.join(self.directory, "timelines", f"K{KEPT}timeline")) as file:
            return file.read().partition("\nperiod")[2].partition("\nperiod")[0]

    def _keys(self):
        """The names of the key files of the keeper that are in use now."""
        tags = set(re.findall(r"^sign \d+ (\d+)", self._period(), re.MULTILINE))
        state = os.path.join(self.directory, "state")
        zsks = [name for name in _names_in(state) if str(int(name.rpartition("+")[2])) in tags]
        return zsks + _names_in(os.path.join(state, "vault"))

    def sign(self, name, *options):
        """Signs the zone with the keys of the keeper; returns the path."""
        keys = self._keys()
        path = os.path.join(self.directory, name)
        more = "".join(line + "\n" for line in re.findall(r"^\S+ .*(?:CDS|CDNSKEY) .*", self._period(), re.MULTILINE)
                       if "RRSIG" not in line)
        for key in keys:
            with open(f"{key}.key") as file:
                more += file.read()
        self._write_zone(path + ".plain", more)
        run_tool("dnssec-signzone", "-q", *options, "-o", KEPT, "-f", path, path + ".plain", *keys, cwd=self.directory)
        return path

    def publish_ds(self):
        (ksk,) = _names_in(os.path.join(self.directory, "state", "vault"))
        self.serve(PARENT, "test.", self._test.sign("with-ds", 2, run_tool("dnssec-dsfromkey", "-2", f"{ksk}.key")))

    @property
    def plain(self):
        return self._plain

    # ---- The keeper ----

    def start_keeper(self):
        config = os.path.join(self.directory, "keeper.conf")
        with open(config, "w") as file:
            file.write(CONFIG.format(resolver=RESOLVER, anchor=self._anchor, directory=self.directory, look=LOOK_S))
        self.keeper = self.namespace.start("selfcheck-keeper", self.lab.sealgate_path, "keeper", "--config", config)

    def log(self):
        return self.keeper.log_text().splitlines()

    def said(self, *words, after=0):
        """The lines of the keeper's log that have all the words, without the first ones."""
        return [line for line in self.log()[after:] if all(word in line for word in words)]

    def wait_until_said(self, *words, after=0, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while not self.said(*words, after=after):
            expect(time.monotonic() < deadline, f"the keeper does not say {words}:", *self.log()[-12:])
            time.sleep(0.1)

    def has_timeline(self):
        return os.path.exists(os.path.join(self.directory, "timelines", f"K{KEPT}timeline"))

    def close(self):
        self.agent.close()
        for process in (self.keeper, *self._processes.values()):
            if process:
                process.stop()


@contextlib.contextmanager
def _scene(lab):
    world = CheckWorld(lab)
    try:
        yield world
    finally:
        world.close()


def _is_not_delayed(world):
    began = time.monotonic()
    world.start_keeper()
    wait_until(world.has_timeline, "the keeper writes no timeline", PATIENCE_S)
    took_s = time.monotonic() - began
    tell(f"the first timeline after {took_s:.1f} s")
    expect(took_s < DEAF_S, f"{took_s} s: the zone has waited for the servers of another one", *world.log())


def _names_the_server(world):
    good = world.sign("good")
    world.serve(ONE, KEPT, good)
    world.serve(TWO, KEPT, good)
    world.wait_until_said(KEPT, "waiting for the parent")
    time.sleep(4 * LOOK_S)
    expect(not world.said("self-check"), *world.log())
    before = len(world.log())
    world.serve(TWO, KEPT, world.plain)
    world.wait_until_said(KEPT, "self-check", f"{TWO}: DNSKEY: bogus", "holds no DNSKEY (EDE 9)",
                          "judged from the KSK", after=before)
    expect(not world.said("self-check", f"{ONE}: "), *world.log())
    world.wait_until_said(KEPT, "internal failure", after=before)


def _ends_the_alarm(world):
    before = len(world.log())
    world.serve(TWO, KEPT, world.sign("mended"))
    world.wait_until_said(KEPT, "self-check", "well again: 2 addresses serve what validators accept", after=before)
    world.wait_until_said(KEPT, "waiting for the parent", after=before)


def _sees_old_signatures(world):
    before = len(world.log())
    world.serve(ONE, KEPT, world.sign("old", "-P", "-s", "20200101000000", "-e", "20200201000000"))
    world.wait_until_said(KEPT, "self-check", f"{ONE}: DNSKEY: bogus", "the signature has expired (EDE 7)",
                          after=before)
    world.serve(ONE, KEPT, world.sign("renewed"))
    world.wait_until_said(KEPT, "self-check", "again", after=before)


def _notifies(world):
    """The zone was signed anew since the keeper has CDS records in its timeline, at last at both servers."""
    world.wait_until_said(KEPT, "the parent's agent agent.test.", "was told")
    time.sleep(3 * LOOK_S)
    expect(len(world.agent.told) == 1, f"{len(world.agent.told)} notifications")
    query = world.agent.told[0]
    expect((query.opcode(), query.question[0].name.to_text(), query.question[0].rdtype) == (4, KEPT, 59), str(query))


def _begins_at_the_parents_ds(world):
    """The keeper begins anew, so that it asks for the DS that it knew not to be there."""
    world.publish_ds()
    world.keeper.stop()
    world.start_keeper()
    world.wait_until_said(f"{KEPT}: signing")
    before = len(world.log())
    world.serve(TWO, KEPT, world.plain)
    world.wait_until_said(KEPT, "self-check", f"{TWO}: DNSKEY: bogus", "holds no DNSKEY (EDE 9); since", after=before)
    world.serve(TWO, KEPT, world.sign("well"))
    world.wait_until_said(KEPT, "self-check", "again", after=before)


def _ends_at_once(world):
    """While threads wait for servers that say nothing."""
    began = time.monotonic()
    world.keeper.signal(signal.SIGTERM)
    code = world.keeper.wait(PATIENCE_S)
    expect(code == 0, f"exit code {code}", *world.log())
    expect(time.monotonic() - began < 3, "the end waits for servers", *world.log())


GROUPS = (
    Group("keeper, self-checks", _scene, (
        Case("a zone whose servers are silent delays no other one", _is_not_delayed),
        Case("a server without signatures is named, before the parent has a DS", _names_the_server),
        Case("the alarm ends when the server is mended", _ends_the_alarm),
        Case("a server with signatures of long ago is named", _sees_old_signatures),
        Case("the parent is told of CDS records once, when both servers have them", _notifies),
        Case("what is judged begins at the parent's DS once there is one", _begins_at_the_parents_ds),
        Case("SIGTERM ends the keeper at once", _ends_at_once),
    ), obstacle=programs.obstacle("nsd") or programs.obstacle("named") or programs.obstacle("dnssec-signzone")),
)
