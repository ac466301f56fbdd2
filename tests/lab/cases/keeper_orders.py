# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate keys` asks a keeper that runs, and gives it orders, before the real servers of keeper_look. Nobody signs
the zone in the path, so the first step, its DNSKEY at every server, never comes."""

import contextlib
import json
import os
import signal
import subprocess
import time

from lab import metrics, programs
from lab.resources import run_tool

from .case import Case, Group, expect, expect_equal, wait_until
from .keeper_look import GOOD, LAGS, RESOLVER, LookWorld

KEPT, SIGNED_ELSEWHERE = "kept.fine.", "good.fine."


class KeeperWorld(LookWorld):
    name = "orders"

    def _make_zones(self, resources):
        super()._make_zones(resources)
        path = resources.path("kept.plain")
        with open(path, "w") as file:
            file.write(f"$TTL 300\n{KEPT} 300 SOA ns1 admin 1 3600 600 86400 300\n"
                       f"{KEPT} NS ns1.{KEPT}\n{KEPT} NS ns2.{KEPT}\nns1.{KEPT} A {GOOD}\nns2.{KEPT} A {LAGS}\n")
        for address in (GOOD, LAGS):
            self._served[address][KEPT] = path

    def __init__(self, lab):
        super().__init__(lab)
        self.place = place = lab.resources.path("kept")
        for directory in (place, f"{place}/keys", f"{place}/timelines"):
            os.makedirs(directory, 0o700)
        self.keeper_config = f"{place}/conf"
        with open(self.keeper_config, "w") as file:
            file.write(f'role = "signer"; resolver = [ "{RESOLVER}" ]; trust_anchor = "{self.anchor}";\n'
                       f'rollover = false; sign = {{ zones = ( {{ name = "{KEPT}"; keeper = true; }},\n'
                       f'{{ name = "{SIGNED_ELSEWHERE}"; keeper = true; }} ); }};\n'
                       f'keeper = {{ directory = "{place}/keys"; timelines = "{place}/timelines"; group = "";\n'
                       f'control_socket = "{place}/control"; }};\n')
        self.start_keeper()

    def start_keeper(self):
        self.keeper = self.namespace.start("keeper", self.lab.sealgate_path, "keeper", "--config",
                                           self.keeper_config)

    def close(self):
        self.keeper.stop()
        super().close()

    def order(self, *words):
        """Returns the exit code, the output and the errors."""
        done = subprocess.run(self.namespace.argv(self.lab.sealgate_path, "keys", *words, "--config",
                                                  self.keeper_config), capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def status(self, *words):
        code, output, errors = self.order("status", *words, "--json")
        expect(code == 0, f"exit code {code}", errors)
        return json.loads(output)

    def kept(self, wanted, complaint):
        """Waits until the keeper tells of the zone what is wanted, and returns it."""
        seen = {}

        def has_come():
            code, output, _errors = self.order("status", KEPT, "--json")
            seen.update(json.loads(output) if code == 0 else {})
            return bool(seen) and wanted(seen)
        wait_until(has_come, lambda: f"{complaint}: {json.dumps(seen)}; {self.keeper.log_text()}")
        return seen


@contextlib.contextmanager
def _scene(lab):
    world = KeeperWorld(lab)
    try:
        yield world
    finally:
        world.close()


def _tag(zone, role):
    return next(key["tag"] for key in zone["keys"] if key["role"] == role)


def _tells(world):
    zone = world.kept(lambda zone: len(zone["keys"]) == 2, "the keeper has not made two keys")
    expect(zone["zone"] == KEPT and zone["who"] == "the zone's servers" and "look_fault" not in zone, str(zone))
    expect(13 * 86400 < zone["timeline_end_s"] - time.time() <= 15 * 86400, str(zone))
    code, output, errors = world.order("status")
    expect(code == 0 and output.startswith("ZONE ") and KEPT in output, output, errors)
    code, output, errors = world.order("list", KEPT)
    expect(code == 0 and output.count(f"{KEPT}  ") == 2, output, errors)


def _alarms(world):
    """A zone that somebody else signs is left alone."""
    world.kept(lambda zone: zone.get("turned_s"), "no turn")
    other = {}

    def is_told():
        other.update(world.status(SIGNED_ELSEWHERE))
        return other.get("turned_s") and other["DNSSECInternalFailure"]
    wait_until(is_told, lambda: f"no alarm: {other}")
    expect(other["word"] == "internal failure" and "somebody else signs" in other["fault"], str(other))
    expect("DNSSECInternalFailure" in world.keeper.log_text(), world.keeper.log_text())


def _metrics(world):
    """The zone of before rings, and the others do not. Nothing but the keeper runs here."""
    _alarms(world)
    done = subprocess.run(world.namespace.argv(world.lab.sealgate_path, "ctl", "metrics", "--openmetrics", "--config",
                                               world.keeper_config), capture_output=True, text=True)
    expect_equal(f"exit code: {done.stderr}", done.returncode, 0)
    told, _types = metrics.read(done.stdout, True)
    expect_equal("the daemon", told["sealgate_up",], 0)
    expect_equal("the keeper", told["sealgate_keeper_up",], 1)
    expect_equal("its state", told["sealgate_kept_zone_state", "internal failure", SIGNED_ELSEWHERE], 1)
    expect_equal("its alarm", told["sealgate_kept_zone_alarm", "DNSSECInternalFailure", SIGNED_ELSEWHERE], 1)
    expect_equal("the alarm of the other", told["sealgate_kept_zone_alarm", "DNSSECInternalFailure", KEPT], 0)
    for zone in (KEPT, SIGNED_ELSEWHERE):
        words = [key for key, value in told.items() if key[0] == "sealgate_kept_zone_state" and key[2] == zone and value]
        expect_equal(f"words of {zone}", [key[1] for key in words], [world.status(zone)["word"]])


def _refuses(world):
    zone = world.kept(lambda zone: len(zone["keys"]) == 2, "the keeper has not made two keys")
    for words, wanted, reason in (
            (("roll", KEPT, "ksk"), 1, "give the order again"),
            (("roll", KEPT, "zsk"), 1, "give the order again"),
            (("retire", KEPT, str(_tag(zone, "KSK"))), 1, "give the order again"),
            (("begin", KEPT), 1, "signed already"),
            (("trust", KEPT), 1, "nothing is doubted"),
            (("retire", KEPT, "no"), 2, "TAG"),
            (("roll", KEPT, "both"), 2, "ksk|zsk"),
            (("unsign", "no.zone"), 1, "looks after no zone")):
        code, output, errors = world.order(*words)
        expect(code == wanted and reason in errors and errors.count("\n") == 1, f"{words}: {code}", output, errors)


def _ds(world):
    world.kept(lambda zone: len(zone["keys"]) == 2, "the keeper has not made two keys")
    done = subprocess.run(world.namespace.argv(world.lab.sealgate_path, "ds", KEPT, "--json", "--config",
                                               world.keeper_config), capture_output=True, text=True)
    expect(done.returncode == 0, done.stderr)
    sheet, = json.loads(done.stdout)
    expect(not sheet["give_ds"] and "not every server" in sheet["advice"], done.stdout)
    files = [name for name in os.listdir(f"{world.place}/keys") if name.endswith(f"+{sheet['key_tag']:05d}.key")]
    expect(len(files) == 1, str(files))
    for digest, number in (("SHA-256", 0), ("SHA-384", 1)):
        value = run_tool("dnssec-dsfromkey", "-a", digest, files[0], cwd=f"{world.place}/keys").split()[-1]
        expect(sheet["digests"][number]["digest_value"] == value, done.stdout, value)


def _survives(world):
    """The keeper is killed as soon as it has said that it took the order."""
    tag = _tag(world.kept(lambda zone: len(zone["keys"]) == 2, "the keeper has not made two keys"), "KSK")
    code, output, errors = world.order("retire", KEPT, str(tag), "--compromised")
    world.keeper.signal(signal.SIGKILL)
    expect(code == 0 and "has taken the order" in output, f"exit code {code}", output, errors)
    expect(world.keeper.wait(10) == -signal.SIGKILL, "it was not killed")
    code, _output, errors = world.order("status")
    expect(code == 3 and "no keeper runs" in errors, f"exit code {code}", errors)
    world.start_keeper()
    zone = world.kept(lambda zone: zone.get("turned_s"), "no turn")
    expect([key["tag"] for key in zone["keys"] if key["compromised"]] == [tag], json.dumps(zone))


GROUPS = (
    Group("keeper, orders", _scene, (
        Case("`sealgate keys status` and `list` tell what the keeper does, and who must act", _tells),
        Case("a zone that somebody else signs is left alone, with an alarm", _alarms),
        Case("`sealgate ctl metrics` tells the word and the alarms of each zone", _metrics),
        Case("an order that would break a zone is refused with the reason", _refuses),
        Case("`sealgate ds` says that the parent must not have the DS yet, and has its digests", _ds),
        Case("an order that was taken survives the keeper", _survives),
    ), obstacle=programs.obstacle("nsd") or programs.obstacle("named") or programs.obstacle("dnssec-signzone")
       or metrics.obstacle()),
)
