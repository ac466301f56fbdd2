# SPDX-License-Identifier: GPL-2.0-or-later
"""`run demo-keys`: a zone from unsigned to signed, and through the rolls of its ZSK and its KSK, told step by step."""

import os
import subprocess
import sys
import textwrap
import time

from demo import Table, introduce, title
from lab import kept, softtoken
from lab.resources import LabError, Resources
from lab.surroundings import patient

ZONE = "kept.lab."
PATIENCE_S = kept.PATIENCE_S * 3
TOOK_S = patient(180)       # two minutes are waits of the keys; on a machine that is busy all takes longer

NETWORK = """
    registry ---- Unbound, BIND, Knot Resolver ---- ns1: NSD + sealgate + keeper ---- token (SoftHSM2)
    root and lab,                               \\-- ns2: Knot DNS + sealgate, which gets copies of the timeline
    signed; takes CDS                                neither server knows DNSSEC

  A life of months in two minutes: TTLs of 2 seconds, and waits as long as they must be with these.
"""


class Show:
    """Plays a scene, and notes what came out."""

    def __init__(self, world, askers, table):
        self.world, self.askers, self.table = world, askers, table
        self._begun_s = time.monotonic()

    def command(self, *words):
        """Shows a command of an operator with its output, and returns the output."""
        done = subprocess.run(self.world.gates[0].namespace.argv(
            self.world.sealgate_path, *words, "--config", self.world.config), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        said = done.stdout.replace(f" --config {self.world.config}", "")
        print(f"\n    $ sealgate {' '.join(words)}\n{textwrap.indent(said.rstrip(), '      ')}", flush=True)
        if done.returncode:
            raise LabError(f"sealgate {' '.join(words)}: exit {done.returncode}")
        return said

    def say(self, words):
        print(f"  {self.age_s():4.0f} s  {words}", flush=True)

    def age_s(self):
        return time.monotonic() - self._begun_s

    def wait(self, holds, what):
        """Waits for a state of the zone, and tells on the way what the keeper waits for."""
        deadline, told = time.monotonic() + PATIENCE_S, ""
        while time.monotonic() < deadline:
            try:
                status = self.world.status(ZONE)
            except LabError:        # the keeper starts
                time.sleep(0.3)
                continue
            if holds(status):
                self.say(what)
                return status
            if status.get("next") and status.get("next") != told:
                told = status.get("next")
                self.say(f"  {status['word']}; next: {told}")
            time.sleep(0.3)
        raise LabError(f"not within {PATIENCE_S} seconds: {what}")

    def check(self, words, wanted, seen):
        self.table.add("keys", words, str(wanted), str(seen), wanted == seen)


def _becomes_signed(show):
    title("The zone is unsigned. `keeper = true` is in the configuration, and the keeper starts")
    world = show.world
    show.check("before: what Unbound says of the zone", False,
               world.ask(kept.VALIDATORS["Unbound"], ZONE, "www", "A", ad=True).has_ad)
    world.start_keeper()
    show.wait(lambda now: now["keys"], "a KSK was made in the token, a ZSK, and a timeline was written")
    show.command("ds", ZONE)
    show.wait(lambda now: now["word"] == "waiting for the parent", "caches are past the unsigned time: now the DS may be given")
    show.command("ds", ZONE)
    world.hand_ds(ZONE)
    show.say("the DS went to the registry, by hand")
    status = show.wait(kept.is_at_rest, "the parent's servers have the DS")
    show.askers.expect_secure((ZONE,))
    time.sleep(kept.CACHED_S)
    show.check("after: what Unbound says of the zone", True,
               world.ask(kept.VALIDATORS["Unbound"], ZONE, "www", "A", ad=True).has_ad)
    return status


def _rolls(show, before):
    title("A new ZSK, and a new KSK: both by one order each. (By themselves: after 30 days, and after a year.)")
    show.command("keys", "roll", ZONE, "zsk")
    show.command("keys", "roll", ZONE, "ksk")
    show.command("keys", "status", ZONE)
    now = show.wait(lambda now: kept.is_at_rest(now) and kept.tags(now, "KSK", "active") != kept.tags(before, "KSK", "active"),
                    "both are rolled")
    show.check("the DS at the parent, which took the CDS", kept.tags(now, "KSK", "active"), show.world.registry.tags(ZONE))
    for gate in show.world.gates:
        show.check(f"the key that signs at {gate.name}", kept.tags(now, "ZSK", "active"), show.world.signers_at(gate, ZONE))
    show.check("another ZSK than before", True, kept.tags(now, "ZSK", "active") != kept.tags(before, "ZSK", "active"))
    show.command("keys", "status", ZONE)
    show.command("keys", "timeline", ZONE)


def _token_away(show):
    title("The token is unplugged: the zone lives on its timeline, which reaches ten minutes ahead here, and 15 days else")
    with show.world.token.away():
        show.command("keys", "roll", ZONE, "ksk")
        time.sleep(3)
        show.command("keys", "status", ZONE)
    show.wait(lambda now: len(kept.tags(now, "KSK", "published", "active", "retiring")) > 1,
              "the token is back, and the order goes on")


def _play(world, table):
    for gate in world.gates:
        gate.serve()
    introduce(world.gates[0].sealgate)
    world.start_validators()
    world.registry.start()
    with world.copying(), kept.Askers(world) as askers:
        show = Show(world, askers, table)
        before = _becomes_signed(show)
        _rolls(show, before)
        _token_away(show)
    table.add("keys", "seconds that all of it took, at most", f"{TOOK_S:.0f}", f"{show.age_s():.0f}", show.age_s() <= TOOK_S)
    for name in kept.VALIDATORS:
        print(f"  {name}: {askers.counts[name]} questions, {askers.secure[name]} answers Secure")
    table.add("keys", "answers that failed, or were not Secure in their time", "0", str(len(askers.wrong)),
              not askers.wrong)
    for line in askers.wrong[:5]:
        print(f"    XX {line}")


def run(sealgate_path, only, obstacle, keep):
    """Returns the exit code: 0 only if every line came out as it should."""
    if obstacle or not os.access(sealgate_path, os.X_OK):
        print(f"demo-keys: it cannot run here: {obstacle or sealgate_path + ' does not exist: build it first'}",
              file=sys.stderr)
        return 2
    if only:
        print("demo-keys: it has no parts, so --only does not apply", file=sys.stderr)
        return 2
    title("Building the network: namespaces, a signed root and parent, two unsigned servers, a token")
    resources, table = Resources(), Table()
    try:
        token = softtoken.make(resources)
        world = kept.KeptWorld(resources, sealgate_path, (ZONE,), vault=token.uri)
        world.token = token
        print(NETWORK)
        try:
            _play(world, table)
            table.show()
            keep(world)
        finally:
            world.close()
    finally:
        resources.close()
    return 0 if table.all_ok else 1
