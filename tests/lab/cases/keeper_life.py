# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of two zones live: from unsigned to signed, through a roll of each kind, to another algorithm, and one of them
back to unsigned. The KSKs are in a token. Two gates sign with one timeline, the parent takes CDS records, and three
validators ask ten times a second all the while. Then the keeper is killed again and again, the token goes away, and the
process in the packet path is restarted: nobody notices."""

import contextlib
import json
import os
import random
import time

from lab import kept, programs, softtoken
from lab.resources import LabError

from .case import Case, Group, expect, expect_equal, tell, wait_until

LIVES, LEAVES = "lives.lab.", "leaves.lab."
STEP_S = 120                # the longest step takes half a minute
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


def _holds(world, zone, holds):
    """While the keeper starts, nobody tells."""
    try:
        return holds(world.status(zone))
    except LabError:
        return False


def _wait(world, zone, holds, what):
    try:
        wait_until(lambda: _holds(world, zone, holds), what, STEP_S)
    except Exception as error:
        raise type(error)(*error.args, world.keys("status", zone)[1], *world.keeper.log_text().splitlines()[-12:]) \
            from error


def _nothing_went_wrong(world, when):
    expect(not world.askers.wrong, f"{when}:", *world.askers.wrong[:8], *world.keeper.log_text().splitlines()[-8:])


def _order(world, *words):
    code, said = world.keys(*words)
    expect(code == 0 and "has taken the order" in said, f"keys {' '.join(words)}: exit {code}: {said}")


def _keys(status, role, *phases):
    return sorted(key["tag"] for key in status["keys"] if key["role"] == role and key["phase"] in phases)


def _waits_for_ds(status):
    return status["word"] == "waiting for the parent"


def _is_at_rest(status):
    """Signed, and nothing is under way."""
    return status["word"] == "signing" and len(_keys(status, "KSK", "active")) == 1 and all(
        key["phase"] in ("active", "retired") for key in status["keys"])


def _begins(world):
    """No DS is given before every server has signed, and caches are past it."""
    for zone in world.zones:
        _wait(world, zone, _waits_for_ds, f"{zone} does not get to where the DS may be given")
        for gate in world.gates:
            expect(world.signers_at(gate, zone), f"{gate.name} does not sign {zone}")
        world.first_ds(zone)
    for zone in world.zones:
        _wait(world, zone, _is_at_rest, f"{zone} does not see its DS")
    time.sleep(kept.CACHED_S)
    world.askers.secure_zones.update(world.zones)
    before = dict(world.askers.secure)
    wait_until(lambda: all(count > before[name] + 20 for name, count in world.askers.secure.items()),
               "a validator does not find the zones Secure", STEP_S)
    _nothing_went_wrong(world, "until the zones were Secure")


def _rolls(world):
    before = world.status(LIVES)
    _order(world, "roll", LIVES, "zsk")
    _order(world, "roll", LIVES, "ksk")
    world.askers.secure_zones.discard(LEAVES)
    _order(world, "unsign", LEAVES)
    _wait(world, LIVES, lambda now: _is_at_rest(now) and not set(_keys(before, "KSK", "active")) &
          set(_keys(now, "KSK", "active")), "the roll of the KSK does not end")
    now = world.status(LIVES)
    expect(not set(_keys(before, "ZSK", "active")) & set(_keys(now, "ZSK", "active")), str(now))
    expect_equal("DS at the parent", world.registry.tags(LIVES), _keys(now, "KSK", "active"))
    for gate in world.gates:
        expect_equal(f"keys that sign at {gate.name}", world.signers_at(gate, LIVES), _keys(now, "ZSK", "active"))
    _nothing_went_wrong(world, "while keys rolled")


def _unsigned(world):
    """The DS went by CDS DELETE, as dnssec-cds reads it, and signatures stayed until caches had forgotten it."""
    _wait(world, LEAVES, lambda now: now["word"] == "unsigned", f"{LEAVES} does not become unsigned")
    expect_equal("DS at the parent", world.registry.tags(LEAVES), [])
    wait_until(lambda: not any(world.signers_at(gate, LEAVES) for gate in world.gates), "a gate goes on signing", STEP_S)
    time.sleep(kept.CACHED_S)
    _nothing_went_wrong(world, "while a zone became unsigned")


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
    _wait(world, LIVES, lambda now: _is_at_rest(now) and {key["algorithm"] for key in now["keys"]
                                                          if key["phase"] == "active"} == {"ED25519"},
          "the roll of the algorithm does not end")
    now = world.status(LIVES)
    expect_equal("DS at the parent", world.registry.tags(LIVES), _keys(now, "KSK", "active"))
    expect(not set(_keys(before, "KSK", "active")) & set(_keys(now, "KSK", "active")), json.dumps(now))
    _nothing_went_wrong(world, "in the storm")
    names = os.listdir(world.directory)
    tell(f"answers: {world.askers.counts}, Secure: {world.askers.secure}; DS changed {len(world.registry.taken)} times; "
         f"files of keys {sum(name.endswith('.key') for name in names)}")


GROUPS = (
    Group("keeper, the life of keys", _scene, (
        Case("keeper: a zone becomes signed, and Secure when its DS is at the parent, without a failure", _begins),
        Case("keeper: a ZSK and a KSK roll, dnssec-cds takes the CDS, and no validator sees a failure", _rolls),
        Case("keeper: a zone becomes unsigned, the DS first, and no validator sees a failure", _unsigned),
        Case("keeper: killed 50 times, without its token, sealgate restarted: the algorithm rolls, and nobody notices",
             _through_a_storm),
    ), obstacle=programs.obstacle("dnssec-cds") or programs.obstacle("softhsm2-util") or programs.obstacle("kresd")),
)
