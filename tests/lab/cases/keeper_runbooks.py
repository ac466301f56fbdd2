# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/keys.md says under "When something happens", done with its commands. The registrar is a person, who types what
`sealgate ds` prints; nobody looks for CDS records. Validators ask all the while.

Each zone plays one page of that book, all at the same time, because each waits half a minute for caches. Meanwhile the
keeper and a gateway are restarted. What takes longer, or takes the vault away from all zones, is in keeper_losses.py."""

import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import time

import dns.dnssec
import dns.rdata

from lab import kept, programs, softtoken

from .case import Case, Group, expect, expect_equal, tell, wait_until
from .keeper_steps import PAUSE_S, STEP_S, active, nobody_noticed, order, wait_for, waits_for_ds

STOLEN, READY, ZSK, OLD, LEAVES = ZONES = ("stolen.lab.", "ready.lab.", "zsk.lab.", "old.lab.", "leaves.lab.")


class Over(Exception):
    """Nobody waits for what is played any more."""


class Runbooks(kept.KeptWorld):
    """Parents of these zones take a DS from a person alone."""

    def __init__(self, lab, token, zones, ahead="5m"):
        super().__init__(lab.resources, lab.sealgate_path, zones, vault=token.uri, ahead=ahead, look="1s")
        self.token = token
        self.players, self.played, self._is_over = concurrent.futures.ThreadPoolExecutor(len(zones)), {}, False

    def state(self, zone):
        return os.path.join(self.directory, f"K{zone}state")

    def dnskeys_at(self, gate, zone):
        """The tags of the DNSKEY RRset."""
        answer = self.ask(gate.address, zone, "@", "DNSKEY", do=True, rd=False)
        return {dns.dnssec.key_id(dns.rdata.from_text("IN", "DNSKEY", text))
                for text in (answer.data("DNSKEY") if answer else ())}

    def play(self, *books):
        """Begins a function of this world, each in a thread."""
        self.played.update({book: self.players.submit(book, self) for book in books})

    def _go_on(self):
        if self._is_over:
            raise Over

    def keys(self, *words):
        self._go_on()
        return super().keys(*words)

    def ask(self, *what, **how):
        self._go_on()
        return super().ask(*what, **how)

    def close(self):
        self._is_over = True
        self.players.shutdown()
        super().close()


@contextlib.contextmanager
def runbooks(world):
    """From unsigned zones until all have a DS, as the page has it: the DS as soon as `keys status` says so."""
    try:
        for gate in world.gates:
            gate.serve()
        world.start_validators()
        world.start_keeper()
        with world.copying(), kept.Askers(world, pause_s=0.5) as askers:
            world.askers = askers
            for zone in world.zones:
                wait_for(world, zone, waits_for_ds, "the DS may not be given")
                world.hand_ds(zone)
            for zone in world.zones:
                wait_for(world, zone, kept.is_at_rest, "its DS is not seen")
            askers.expect_secure(world.zones)
            yield world
    finally:
        world.close()


@contextlib.contextmanager
def _scene(lab):
    with runbooks(Runbooks(lab, softtoken.make(lab.resources), ZONES, ahead="3m")) as world:
        world.askers.expect_answers(LEAVES)
        _give_orders(world)
        world.play(_stolen_ksk, _stolen_zsk, _unsigned_by_hand, _stolen_with_standby, _give_standby)
        yield world


def _has_played(book):
    """A case: what was played in a thread."""
    def run(world):
        world.played[book].result()
        nobody_noticed(world)
    return run


def _give_orders(world):
    """Keys that are stolen after the reload have a stand-by."""
    world.before = {zone: world.status(zone) for zone in ZONES}
    for gate in world.gates:
        shutil.copy2(gate.timeline(ZSK), gate.timeline(ZSK) + "-before")
    order(world, "retire", STOLEN, str(active(world.before[STOLEN], "KSK")), "--compromised")
    order(world, "retire", ZSK, str(active(world.before[ZSK], "ZSK")), "--compromised")
    order(world, "unsign", LEAVES)
    world.reconfigure('    group = "', '    standby = true; group = "')
    world.keeper.signal(signal.SIGHUP)


def hand_new_ds(world, zone):
    """Waits until `sealgate ds` lets a new KSK have its DS, which then is typed into the registrar's form."""
    def may():
        new = kept.tags(world.status(zone), "KSK", "published")
        return new and all(sheet["give_ds"] for sheet in world.sheets(zone) if sheet["key_tag"] in new)

    wait_for(world, zone, lambda _status: may(), "no new DS")
    world.hand_ds(zone)


def obey_until(world, zone, is_met, what_fails):
    """The registrar gets what `sealgate ds` says until the condition is met: in a roll first the DS of both KSKs, and then
    that of the new one alone."""
    def look(status):
        if {sheet["key_tag"] for sheet in world.sheets(zone) if sheet["give_ds"]} != set(world.registry.tags(zone)):
            world.hand_ds(zone)
        return is_met(status)
    wait_for(world, zone, look, what_fails)


def _is_withdrawn(world, zone, stolen):
    """Waits until every gate gives out all DNSKEYs that are in use, and not the stolen one."""
    now = world.status(zone)
    wanted = {*kept.tags(now, "KSK", "active"), *kept.tags(now, "ZSK", "active")}

    def seen():
        return {gate.name: sorted(world.dnskeys_at(gate, zone)) for gate in world.gates}
    wait_until(lambda: all(wanted <= set(tags) and stolen not in tags for tags in seen().values()),
               lambda: f"{zone}: DNSKEYs {seen()}; in use: {wanted}; stolen: {stolen}", STEP_S, PAUSE_S)


def _stolen_ksk(world):
    stolen = active(world.before[STOLEN], "KSK")
    hand_new_ds(world, STOLEN)
    expect(stolen not in world.registry.tags(STOLEN), "`sealgate ds` keeps the DS of the stolen KSK")
    wait_for(world, STOLEN, lambda now: stolen in kept.tags(now, "KSK", "retired"), "the stolen KSK stays")
    expect_equal("DS at the parent", world.registry.tags(STOLEN), [active(world.status(STOLEN), "KSK")])
    _is_withdrawn(world, STOLEN, stolen)


def _stolen_zsk(world):
    stolen = active(world.before[ZSK], "ZSK")
    wait_for(world, ZSK, lambda now: stolen in kept.tags(now, "ZSK", "retired"), "the stolen ZSK stays")
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, ZSK), [active(world.status(ZSK), "ZSK")])
    _is_withdrawn(world, ZSK, stolen)


def _unsigned_by_hand(world):
    """Until now the registrar has done nothing, and so nothing has happened."""
    time.sleep(kept.CACHED_S)
    expect_equal("the word", world.status(LEAVES)["word"], "unsigning")
    expect(all(world.signers_at(gate, LEAVES) for gate in world.gates), "signatures went before the DS")
    world.registry.take(LEAVES, "")
    wait_for(world, LEAVES, lambda now: now["word"] == "unsigned", "it does not become unsigned")
    wait_until(lambda: not any(world.signers_at(gate, LEAVES) for gate in world.gates), "a gate goes on signing", STEP_S)


def _give_standby(world, zone=OLD):
    hand_new_ds(world, zone)
    wait_for(world, zone, lambda now: kept.tags(now, "KSK", "standing by"), "the stand-by does not see its DS")


def _stolen_with_standby(world):
    """The parent does nothing between the theft and the end of the stolen DNSKEY."""
    _give_standby(world, READY)
    now = world.status(READY)
    stolen, (standby,), at_parent = active(now, "KSK"), kept.tags(now, "KSK", "standing by"), world.registry.tags(READY)
    expect(all(stolen in world.dnskeys_at(gate, READY) for gate in world.gates), "the KSK is not there before")
    began_s = time.monotonic()
    order(world, "retire", READY, str(stolen), "--compromised")
    wait_for(world, READY, lambda now: standby in kept.tags(now, "KSK", "active"), "the stand-by does not take over")
    _is_withdrawn(world, READY, stolen)
    tell(f"with a stand-by, the DNSKEY of a stolen KSK is gone after {time.monotonic() - began_s:.1f} s")
    expect_equal("DS at the parent", world.registry.tags(READY), at_parent)


def _older_timeline(world):
    """The second gateway is restored from a backup: from before the theft, so it has the stolen ZSK."""
    _has_played(_stolen_zsk)(world)
    first, second = world.gates
    with world.copies_held_back(ZSK):
        signers = world.signers_at(second, ZSK)
        second.sealgate.stop()
        os.replace(second.timeline(ZSK) + "-before", second.timeline(ZSK))
        second.sealgate.start()
        _goes_on(world, second, signers)
        os.remove(second.timeline(ZSK))
        second.sealgate.restart()
        _goes_on(world, second, signers)
        expect_equal(f"keys that sign at {first.name}", world.signers_at(first, ZSK),
                     [active(world.status(ZSK), "ZSK")])
    wait_until(lambda: "status=broken" not in _line_of(second, ZSK),
               lambda: f"{second.name} does not take the newest timeline: {second.sealgate.log_lines()[-6:]}",
               STEP_S, PAUSE_S)
    expect("alarm=" not in _line_of(second, ZSK), _line_of(second, ZSK))
    expect_equal(f"keys that sign at {second.name}", world.signers_at(second, ZSK), world.signers_at(first, ZSK))
    nobody_noticed(world)


def _line_of(gate, zone):
    code, said = gate.sealgate.ctl("zones", zone)
    expect(code == 0, said)
    return said


def _goes_on(world, gate, signers):
    """What was in force before the start is, although the timeline does not count."""
    expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, ZSK), signers)
    said = _line_of(gate, ZSK)
    expect("status=broken" in said and "in force is the copy of generation" in said, said)


def _restored(world):
    """A backup of some time ago has the same keys here; only the timeline has become longer since."""
    world.played[_give_standby].result()
    place = world.state(OLD)
    shutil.copy2(place, place + "-backup")
    wait_until(lambda: _generation(place) > _generation(place + "-backup"), "the timeline is not made longer", STEP_S,
               PAUSE_S)
    world.stop_keeper()
    shutil.copy2(place, place + "-newest")
    _is_refused(world, place)
    world.stop_keeper()
    shutil.copy2(place + "-newest", place)
    world.start_keeper()
    wait_for(world, OLD, goes_on, "the newest state is refused")
    world.stop_keeper()
    _is_refused(world, place)
    order(world, "trust", OLD)
    wait_for(world, OLD, goes_on, "an operator's word does not help")
    nobody_noticed(world)


def _generation(path):
    with open(path, encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("generation "))


def goes_on(status):
    return status.get("looked_s") and not status["DNSSECInternalFailure"] and kept.tags(status, "KSK", "active")


def _is_refused(world, place):
    """The zone lives on."""
    shutil.copy2(place + "-backup", place)
    world.start_keeper()
    wait_for(world, OLD, lambda now: now["DNSSECInternalFailure"], "an old state is not refused")
    status = world.status(OLD)
    expect(status["word"] == "internal failure" and "restore from a backup" in status["fault"], json.dumps(status))
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, OLD), [active(status, "ZSK")])


GROUPS = (
    Group("keeper, runbooks", _scene, (
        Case("keeper: a stolen ZSK goes, with its signatures", _has_played(_stolen_zsk)),
        Case("keeper: a gateway that starts with an older timeline, or with none, goes on with its copy until it has the newest",
             _older_timeline),
        Case("keeper: an old state changes nothing; the newest one, or an operator's word, lets the keeper go on", _restored),
        Case("keeper: with a stand-by, a stolen KSK goes and the parent has nothing to do",
             _has_played(_stolen_with_standby)),
        Case("keeper: a stolen KSK goes when a person has given the DS of another one to the parent",
             _has_played(_stolen_ksk)),
        Case("keeper: a zone becomes unsigned after a person has removed its DS, and not before",
             _has_played(_unsigned_by_hand)),
    ), obstacle=programs.obstacle("softhsm2-util") or programs.obstacle("kresd")),
)
