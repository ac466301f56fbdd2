# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of two zones live: from unsigned to signed, through a roll of each kind, to another algorithm, and one of them
back to unsigned. The KSKs are in a token. Two gates sign with one timeline, the parent takes CDS records, and three
validators ask ten times a second all the while. Then the keeper is killed again and again, the token goes away, and the
process in the packet path is restarted: nobody notices."""

import contextlib
import json
import os
import random
import signal
import time

from lab import kept, programs, softtoken

from .case import Case, Group, expect, expect_equal, tell, wait_until
from .keeper_steps import STEP_S, nobody_noticed, order, wait_for, waits_for_ds

LIVES, LEAVES = "lives.lab.", "leaves.lab."
KILLS = 50


@contextlib.contextmanager
def _scene(lab):
    token = softtoken.make(lab.resources)
    world = kept.KeptWorld(lab.resources, lab.sealgate_path, (LIVES, LEAVES), vault=token.uri)
    world.token = token
    try:
        for gate in world.gates:
            gate.serve()
        world.start_validators()
        world.registry.start()
        token.enter()
        world.start_keeper()
        with world.copying(), kept.Askers(world) as askers:
            world.askers = askers
            yield world
    finally:
        world.close()


def _begins(world):
    """No DS is given before every server has signed, and caches are past it."""
    for zone in world.zones:
        wait_for(world, zone, waits_for_ds, "it does not get to where the DS may be given")
        for gate in world.gates:
            expect(world.signers_at(gate, zone), f"{gate.name} does not sign {zone}")
        world.hand_ds(zone)
    for zone in world.zones:
        wait_for(world, zone, kept.is_at_rest, "its DS is not seen")
    world.askers.expect_secure(world.zones)
    time.sleep(kept.CACHED_S)
    before = dict(world.askers.secure)
    wait_until(lambda: all(count > before[name] + 20 for name, count in world.askers.secure.items()),
               "a validator does not find the zones Secure", STEP_S)
    nobody_noticed(world, "until the zones were Secure")


def _rolls(world):
    before = world.status(LIVES)
    order(world, "roll", LIVES, "zsk")
    order(world, "roll", LIVES, "ksk")
    world.askers.expect_answers(LEAVES)
    order(world, "unsign", LEAVES)
    wait_for(world, LIVES, lambda now: kept.is_at_rest(now) and not set(kept.tags(before, "KSK", "active")) &
             set(kept.tags(now, "KSK", "active")), "the roll of the KSK does not end")
    now = world.status(LIVES)
    expect(not set(kept.tags(before, "ZSK", "active")) & set(kept.tags(now, "ZSK", "active")), str(now))
    expect_equal("DS at the parent", world.registry.tags(LIVES), kept.tags(now, "KSK", "active"))
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, LIVES), kept.tags(now, "ZSK", "active"))
    nobody_noticed(world, "while keys rolled")


def _frozen(world):
    """It answers nobody, as one that hangs, and as long as a reader waits. Zones live on their timelines."""
    before, asked = world.gates[0].sealgate.status(), dict(world.askers.counts)
    expect_equal("the keeper", before["keeper"], "runs")
    world.keeper.signal(signal.SIGSTOP)
    try:
        told = world.gates[0].sealgate.status()
        expect(told["keeper"].startswith("does not answer"), told["keeper"])
        code, page = world.gates[0].sealgate.ctl("metrics")
        expect(code == 0 and "\nsealgate_keeper_up 0\n" in page, f"exit {code}: {page}")
        for gate in world.gates:
            expect(world.signers_at(gate, LIVES), f"{gate.name} signs no more")
        expect(all(count > asked[name] for name, count in world.askers.counts.items()), "nobody asked meanwhile")
    finally:
        world.keeper.signal(signal.SIGCONT)
    wait_for(world, LIVES, lambda now: now["word"] == "signing", "it does not go on")
    nobody_noticed(world, "while the keeper was frozen")


def _unsigned(world):
    """The DS went by CDS DELETE, as dnssec-cds reads it, and signatures stayed until caches had forgotten it."""
    wait_for(world, LEAVES, lambda now: now["word"] == "unsigned", "it does not become unsigned")
    expect_equal("DS at the parent", world.registry.tags(LEAVES), [])
    wait_until(lambda: not any(world.signers_at(gate, LEAVES) for gate in world.gates), "a gate goes on signing",
               STEP_S)
    told = world.gates[0].sealgate.status()
    expect_equal("ctl status", {key: value for key, value in told.items() if key == "keeper" or key.startswith("kept_")},
                 {"keeper": "runs", "kept_signing": "1", "kept_waiting_for_the_parent": "0", "kept_action_needed": "0",
                  "kept_internal_failure": "0", "kept_unsigning": "0", "kept_unsigned": "1"})
    time.sleep(kept.CACHED_S)
    nobody_noticed(world, "while a zone became unsigned")


def _kill_keeper(world, times):
    """At random moments, and each time it is started again. (The thread that starts a process must not end before it.)"""
    for _ in range(times):
        time.sleep(random.uniform(0.05, 2))
        world.stop_keeper(9)
        world.start_keeper()


def _through_a_storm(world):
    before = world.status(LIVES)
    world.reconfigure('    group = "', '    algorithm = "ed25519"; group = "')
    for gate in world.gates:
        _kill_keeper(world, KILLS // 4)
        gate.sealgate.restart()
    with world.token.away():
        _kill_keeper(world, KILLS // 4)
    _kill_keeper(world, KILLS - 3 * (KILLS // 4))
    wait_for(world, LIVES, lambda now: kept.is_at_rest(now) and {key["algorithm"] for key in now["keys"]
                                                                 if key["phase"] == "active"} == {"ED25519"},
             "the roll of the algorithm does not end")
    now = world.status(LIVES)
    expect_equal("DS at the parent", world.registry.tags(LIVES), kept.tags(now, "KSK", "active"))
    expect(not set(kept.tags(before, "KSK", "active")) & set(kept.tags(now, "KSK", "active")), json.dumps(now))
    nobody_noticed(world, "in the storm")
    names = os.listdir(world.directory)
    tell(f"answers: {world.askers.counts}, Secure: {world.askers.secure}; DS changed {len(world.registry.taken)} times; "
         f"files of keys {sum(name.endswith('.key') for name in names)}")


GROUPS = (
    Group("keeper, the life of keys", _scene, (
        Case("keeper: a zone becomes signed, and Secure when its DS is at the parent, without a failure", _begins),
        Case("keeper: a ZSK and a KSK roll, dnssec-cds takes the CDS, and no validator sees a failure", _rolls),
        Case("keeper: frozen, it is told so, and no answer waits for it", _frozen),
        Case("keeper: a zone becomes unsigned, the DS first, and no validator sees a failure", _unsigned),
        Case("keeper: killed 50 times, without its token, sealgate restarted: the algorithm rolls, and nobody notices",
             _through_a_storm),
    ), obstacle=programs.obstacle("dnssec-cds") or programs.obstacle("softhsm2-util") or programs.obstacle("kresd")),
)
