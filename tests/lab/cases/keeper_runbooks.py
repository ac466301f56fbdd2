# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/keys.md says under "When something happens", done with its commands: several zones side by side in the world of
the life of keys, with a token behind `p11-kit server`. The registrar is a person, who types what `sealgate ds` prints; nobody
looks for CDS records. Validators ask all the while."""

import contextlib
import glob
import json
import os
import shutil
import signal
import subprocess
import time

import dns.dnssec
import dns.rdata

from lab import kept, programs, softtoken
from lab.resources import LabError

from .case import Case, Group, expect, expect_equal, tell, wait_until

STOLEN, READY, ZSK, OLD, LEAVES = ZONES = ("stolen.lab.", "ready.lab.", "zsk.lab.", "old.lab.", "leaves.lab.")
STEP_S = 60
LIMIT_S = 30        # of a call to the vault
FROZEN_S = 40


class Runbooks(kept.KeptWorld):
    """Parents of these zones take a DS from a person alone."""

    def __init__(self, lab, token):
        super().__init__(lab.resources, lab.sealgate_path, ZONES, vault=token.uri, ahead="5m", look="3s")
        self.token = token

    def sheets(self, zone):
        """What `sealgate ds` says of each KSK."""
        done = subprocess.run((self.sealgate_path, "ds", zone, "--json", "--config", self.config), capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise LabError(f"sealgate ds {zone}: {done.stderr}")
        return json.loads(done.stdout)

    def hand_ds(self, zone):
        """The parent gets all DS records that it may have now, and no others."""
        lines = []
        for sheet in self.sheets(zone):
            digest = sheet["digests"][0]
            if sheet["give_ds"]:
                lines.append(f'{zone} {kept.TTL_S} IN DS {sheet["key_tag"]} {sheet["signing_algorithm_type"]} '
                             f'{digest["digest_algorithm_type"]} {digest["digest_value"]}\n')
        self.registry.take(zone, "".join(lines))

    def reload(self, old, new):
        self.reconfigure(old, new)
        self.keeper.signal(signal.SIGHUP)

    def forget(self, zone):
        """The files of a zone: its state, and its timeline on every machine."""
        for path in (self.state(zone), *(os.path.join(gate.timelines, f"K{zone}timeline") for gate in self.gates)):
            os.remove(path)

    def state(self, zone):
        return os.path.join(self.directory, f"K{zone}state")

    def dnskeys_at(self, gate, zone):
        """The tags of the DNSKEY RRset."""
        answer = self.ask(gate.address, zone, "@", "DNSKEY", do=True, rd=False)
        return {dns.dnssec.key_id(dns.rdata.from_text("IN", "DNSKEY", text))
                for text in (answer.data("DNSKEY") if answer else ())}


@contextlib.contextmanager
def _scene(lab):
    token = softtoken.make_served(lab.resources)
    world = Runbooks(lab, token)
    try:
        for gate in world.gates:
            gate.serve()
        world.start_validators()
        world.start_keeper()
        with world.copying(), kept.Askers(world, pause_s=0.5) as askers:
            world.askers = askers
            _begin(world)
            _give_orders(world)
            yield world
    finally:
        world.close()


def _wait(world, zone, holds, what):
    """While the keeper starts, nobody tells."""
    def has_come():
        with contextlib.suppress(LabError):
            return holds(world.status(zone))
        return False
    wait_until(has_come, lambda: f"{zone}: {what}: {world.keys('status', zone)[1]}\n" +
               "\n".join(world.keeper.log_text().splitlines()[-12:]), STEP_S)


def _keys(status, role, *phases):
    return sorted(key["tag"] for key in status["keys"] if key["role"] == role and key["phase"] in phases)


def _active(status, role):
    tags = _keys(status, role, "active")
    expect(len(tags) == 1, f"not one {role}: {json.dumps(status)}")
    return tags[0]


def _order(world, *words):
    code, said = world.keys(*words)
    expect(code == 0 and "has taken the order" in said, f"keys {' '.join(words)}: exit {code}: {said}")


def _nobody_noticed(world):
    expect(not world.askers.wrong, *world.askers.wrong[:8], *world.keeper.log_text().splitlines()[-8:])


def _begin(world):
    """As the page has it: the DS as soon as `keys status` says so."""
    for zone in ZONES:
        _wait(world, zone, lambda now: now["word"] == "waiting for the parent", "the DS may not be given")
        world.hand_ds(zone)
    for zone in ZONES:
        _wait(world, zone, lambda now: now["word"] == "signing" and _keys(now, "KSK", "active"), "its DS is not seen")


def _give_orders(world):
    """All at once, because each takes half a minute. Keys that are stolen after the reload have a stand-by."""
    world.before = {zone: world.status(zone) for zone in ZONES}
    _order(world, "retire", STOLEN, str(_active(world.before[STOLEN], "KSK")), "--compromised")
    _order(world, "retire", ZSK, str(_active(world.before[ZSK], "ZSK")), "--compromised")
    _order(world, "unsign", LEAVES)
    world.reload('    group = "', '    standby = true; group = "')


def _hand_new_ds(world, zone):
    """Waits until `sealgate ds` lets a new KSK have its DS, which then is typed into the registrar's form."""
    def may():
        with contextlib.suppress(LabError):
            new = _keys(world.status(zone), "KSK", "published")
            return new and all(sheet["give_ds"] for sheet in world.sheets(zone) if sheet["key_tag"] in new)
        return False
    wait_until(may, lambda: f"{zone}: no new DS: {world.keys('list', zone)[1]}", STEP_S)
    world.hand_ds(zone)


def _is_withdrawn(world, zone, stolen):
    """Waits until every gate gives out all DNSKEYs that are in use, and not the stolen one."""
    now = world.status(zone)
    wanted = {*_keys(now, "KSK", "active"), *_keys(now, "ZSK", "active")}

    def seen():
        return {gate.name: sorted(world.dnskeys_at(gate, zone)) for gate in world.gates}
    wait_until(lambda: all(wanted <= set(tags) and stolen not in tags for tags in seen().values()),
               lambda: f"{zone}: DNSKEYs {seen()}; in use: {wanted}; stolen: {stolen}", STEP_S)


def _stolen_ksk(world):
    stolen = _active(world.before[STOLEN], "KSK")
    _hand_new_ds(world, STOLEN)
    expect(stolen not in world.registry.tags(STOLEN), "`sealgate ds` keeps the DS of the stolen KSK")
    world.askers.secure_zones.update((STOLEN, READY, ZSK, OLD))      # caches are past their first DS
    _wait(world, STOLEN, lambda now: stolen in _keys(now, "KSK", "retired"), "the stolen KSK stays")
    expect_equal("DS at the parent", world.registry.tags(STOLEN), [_active(world.status(STOLEN), "KSK")])
    _is_withdrawn(world, STOLEN, stolen)
    _nobody_noticed(world)


def _stolen_zsk(world):
    stolen = _active(world.before[ZSK], "ZSK")
    _wait(world, ZSK, lambda now: stolen in _keys(now, "ZSK", "retired"), "the stolen ZSK stays")
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, ZSK), [_active(world.status(ZSK), "ZSK")])
    _is_withdrawn(world, ZSK, stolen)
    _nobody_noticed(world)


def _unsigned_by_hand(world):
    """Until now the registrar has done nothing, and so nothing has happened."""
    expect_equal("the word", world.status(LEAVES)["word"], "unsigning")
    expect(all(world.signers_at(gate, LEAVES) for gate in world.gates), "signatures went before the DS")
    world.registry.take(LEAVES, "")
    _wait(world, LEAVES, lambda now: now["word"] == "unsigned", "it does not become unsigned")
    wait_until(lambda: not any(world.signers_at(gate, LEAVES) for gate in world.gates), "a gate goes on signing", STEP_S)
    _nobody_noticed(world)


def _stolen_with_standby(world):
    """The parent does nothing between the theft and the end of the stolen DNSKEY."""
    for zone in (READY, OLD):
        _hand_new_ds(world, zone)
        _wait(world, zone, lambda now: _keys(now, "KSK", "standing by"), "the stand-by does not see its DS")
    now = world.status(READY)
    stolen, (standby,), at_parent = _active(now, "KSK"), _keys(now, "KSK", "standing by"), world.registry.tags(READY)
    began_s = time.monotonic()
    _order(world, "retire", READY, str(stolen), "--compromised")
    _wait(world, READY, lambda now: standby in _keys(now, "KSK", "active"), "the stand-by does not take over")
    _is_withdrawn(world, READY, stolen)
    tell(f"with a stand-by, the DNSKEY of a stolen KSK is gone after {time.monotonic() - began_s:.1f} s")
    expect_equal("DS at the parent", world.registry.tags(READY), at_parent)
    _nobody_noticed(world)


def _restored(world):
    """A backup of some time ago has the same keys here; only the timeline has become longer since."""
    place = world.state(OLD)
    shutil.copy2(place, place + "-backup")
    wait_until(lambda: _generation(place) > _generation(place + "-backup"), "the timeline is not made longer", STEP_S)
    world.stop_keeper()
    shutil.copy2(place, place + "-newest")
    _is_refused(world, place)
    world.stop_keeper()
    shutil.copy2(place + "-newest", place)
    world.start_keeper()
    _wait(world, OLD, _goes_on, "the newest state is refused")
    world.stop_keeper()
    _is_refused(world, place)
    _order(world, "trust", OLD)
    _wait(world, OLD, _goes_on, "an operator's word does not help")
    _nobody_noticed(world)


def _generation(path):
    with open(path, encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("generation "))


def _goes_on(status):
    return status.get("looked_s") and not status["DNSSECInternalFailure"] and _keys(status, "KSK", "active")


def _is_refused(world, place):
    """The zone lives on."""
    shutil.copy2(place + "-backup", place)
    world.start_keeper()
    _wait(world, OLD, lambda now: now["DNSSECInternalFailure"], "an old state is not refused")
    status = world.status(OLD)
    expect(status["word"] == "internal failure" and "restore from a backup" in status["fault"], json.dumps(status))
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, OLD), [_active(status, "ZSK")])


def _other_machine(world):
    """That of the second gate; from now on its timelines are copied to the first one."""
    second = world.gates[1]
    done = subprocess.run(second.namespace.argv(world.sealgate_path, "keeper", "--config", second.sealgate.config),
                          capture_output=True, text=True, timeout=STEP_S)
    expect(done.returncode == 1 and "another keeper" in done.stderr, f"exit {done.returncode}: {done.stderr}")
    before = world.status(OLD)
    world.stop_keeper()
    there = world.resources.path("kept-there")
    shutil.copytree(world.directory, there)
    world.copy_timelines()
    world.gates.reverse()
    world.reconfigure(world.directory, there)
    world.reconfigure('    group = "', '    standby = true; group = "')
    world.directory = there
    world.start_keeper()
    _wait(world, OLD, _goes_on, "the keeper does not go on here")
    expect_equal("keys", _active(world.status(OLD), "ZSK"), _active(before, "ZSK"))
    _order(world, "roll", OLD, "zsk")
    _wait(world, OLD, lambda now: _active(before, "ZSK") not in _keys(now, "ZSK", "active"), "no key moves here")
    _nobody_noticed(world)


def _ask_until_it_hangs(world):
    """Returns the longest time that an answer took until the keeper has said that the token hangs. Who asks in that time
    gets the answer when the limit is over."""
    deadline, longest_s = time.monotonic() + 2 * LIMIT_S, 0
    while "did not answer within 30 s" not in world.keeper.log_text():
        expect(time.monotonic() < deadline, "nobody says that the token hangs")
        began_s = time.monotonic()
        code, said = world.keys("status", ZSK)
        expect(code == 0, f"keys status: exit {code}: {said}")
        longest_s = max(longest_s, time.monotonic() - began_s)
        time.sleep(0.2)
    return longest_s


def _hangs(world):
    ksk = _active(world.status(ZSK), "KSK")
    with world.token.frozen():
        began_s = time.monotonic()
        _order(world, "roll", ZSK, "ksk")
        longest_s = _ask_until_it_hangs(world)
        for gate in world.gates:
            expect(world.signers_at(gate, ZSK), f"{gate.name} signs no more")
        time.sleep(max(0, began_s + FROZEN_S - time.monotonic()))
    tell(f"`keys status` answered after {longest_s:.1f} s at most, with a token that hangs")
    expect(longest_s < 2 * LIMIT_S + 5, "the limit is not kept")
    _wait(world, ZSK, lambda now: ksk in _keys(now, "KSK", "retiring") and "vault_fault" not in now,
          "the keeper does not go on with the token")
    _nobody_noticed(world)


def _lost(world):
    """No KSK can follow one that is lost, so the zone is unsigned for a while."""
    vault = world.resources.path("kept-vault")
    with world.token.away():
        world.askers.secure_zones.discard(READY)
        world.registry.take(READY, "")
        time.sleep(kept.CACHED_S)
        world.stop_keeper()
        world.forget(READY)
        os.mkdir(vault, 0o700)
        world.reconfigure(world.token.uri, vault)
        for gate in world.gates:
            gate.sealgate.restart()
        expect(not any(world.signers_at(gate, READY) for gate in world.gates), "a gate goes on signing")
        world.start_keeper()
        _hand_new_ds(world, READY)
        _wait(world, READY, lambda now: _keys(now, "KSK", "active"), "the zone is not signed again")
        expect(glob.glob(os.path.join(vault, f"K{READY}*.private")), "the KSK is not in the new vault")
        for name, address in kept.VALIDATORS.items():
            wait_until(lambda at=address: world.ask(at, READY, "www", "A", ad=True).has_ad, f"{name} does not find it Secure",
                       STEP_S)
        _nobody_noticed(world)


GROUPS = (
    Group("keeper, runbooks", _scene, (
        Case("keeper: a stolen KSK goes when a person has given the DS of another one to the parent", _stolen_ksk),
        Case("keeper: a stolen ZSK goes, with its signatures", _stolen_zsk),
        Case("keeper: a zone becomes unsigned after a person has removed its DS, and not before", _unsigned_by_hand),
        Case("keeper: with a stand-by, a stolen KSK goes and the parent has nothing to do", _stolen_with_standby),
        Case("keeper: an old state changes nothing; the newest one, or an operator's word, lets the keeper go on", _restored),
        Case("keeper: another machine goes on with copies, and two keepers do not work in one place", _other_machine),
        Case("keeper: a token that hangs for 40 s delays answers and no zone, and is used again afterwards", _hangs),
        Case("keeper: a token is lost for ever: without DS the zone begins anew with another vault", _lost),
    ), obstacle=programs.obstacle("softhsm2-util") or programs.obstacle("kresd") or programs.obstacle("p11-kit")),
)
