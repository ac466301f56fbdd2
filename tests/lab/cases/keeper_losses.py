# SPDX-License-Identifier: GPL-2.0-or-later
"""The other runbooks of docs/keys.md, beside keeper_runbooks.py: those that take the vault away from all zones, or take
long. The token is behind `p11-kit server`. `make runbooks` plays them."""

import contextlib
import glob
import os
import shutil
import signal
import subprocess
import time

from lab import kept, programs, softtoken

from .case import Case, Group, expect, expect_equal, tell, wait_until
from .keeper_runbooks import Runbooks, goes_on, hand_new_ds, obey_until, runbooks
from .keeper_steps import PAUSE_S, STEP_S, active, nobody_noticed, order, wait_for

LOST, MOVES, STATE = ZONES = ("lost.lab.", "moves.lab.", "state.lab.")
LIMIT_S = 30        # of a call to the vault


@contextlib.contextmanager
def _scene(lab):
    with runbooks(Runbooks(lab, softtoken.make_served(lab.resources), ZONES)) as world:
        yield world


def _other_machine(world):
    """That of the second gate; from now on its timelines are copied to the first one."""
    second = world.gates[1]
    done = subprocess.run(second.namespace.argv(world.sealgate_path, "keeper", "--config", second.sealgate.config),
                          capture_output=True, text=True, timeout=STEP_S)
    expect(done.returncode == 1 and "another keeper" in done.stderr, f"exit {done.returncode}: {done.stderr}")
    before = world.status(MOVES)
    world.stop_keeper()
    there = world.path("there")
    shutil.copytree(world.directory, there)
    world.copy_timelines()
    world.gates.reverse()
    world.reconfigure(world.directory, there)
    world.directory = there
    world.start_keeper()
    wait_for(world, MOVES, goes_on, "the keeper does not go on here")
    expect_equal("keys", active(world.status(MOVES), "ZSK"), active(before, "ZSK"))
    order(world, "roll", MOVES, "zsk")
    wait_for(world, MOVES, lambda now: active(before, "ZSK") not in kept.tags(now, "ZSK", "active"), "no key moves here")
    nobody_noticed(world)


def _state_lost(world):
    """A new disk, and the timelines of a gateway."""
    before = world.status(STATE)
    world.stop_keeper()
    for path in glob.glob(os.path.join(world.directory, f"K{STATE}*")):
        os.remove(path)
    world.start_keeper()
    wait_for(world, STATE, lambda now: now["DNSSECInternalFailure"], "the keeper does not miss its state")
    world.stop_keeper()
    code, said = world.keys("import", STATE, world.gates[1].timeline(STATE))
    expect(code == 0, f"keys import: exit {code}: {said}")
    world.start_keeper()
    wait_for(world, STATE, goes_on, "the keeper does not go on")
    for role in ("KSK", "ZSK"):
        expect_equal(role, active(world.status(STATE), role), active(before, role))
    order(world, "roll", STATE, "ksk")
    obey_until(world, STATE, lambda now: active(before, "KSK") in kept.tags(now, "KSK", "retired"), "the KSK does not roll")
    nobody_noticed(world)


def _ask_until_it_hangs(world):
    """Returns the longest time that an answer took until the keeper has said that the token hangs."""
    deadline, longest_s = time.monotonic() + STEP_S, 0
    while f"did not answer within {LIMIT_S} s" not in world.keeper.log_text():
        expect(time.monotonic() < deadline, "nobody says that the token hangs")
        began_s = time.monotonic()
        code, said = world.keys("status", LOST)
        expect(code == 0, f"keys status: exit {code}: {said}")
        longest_s = max(longest_s, time.monotonic() - began_s)
        time.sleep(PAUSE_S)
    return longest_s


def _hangs(world):
    """Who gives the order waits, because it is refused if the token lacks the KSK; nobody else does."""
    ksk = active(world.status(LOST), "KSK")
    with world.token.frozen():
        ordered = world.players.submit(order, world, "roll", LOST, "ksk")
        longest_s = _ask_until_it_hangs(world)
        ordered.result()
        for gate in world.gates:
            expect(world.signers_at(gate, LOST), f"{gate.name} signs no more")
    tell(f"`keys status` answered after {longest_s:.1f} s at most, with a token that hangs")
    expect(longest_s < LIMIT_S / 2, "who asks waits for the token")
    obey_until(world, LOST, lambda now: ksk in kept.tags(now, "KSK", "retired") and "vault_fault" not in now,
               "the keeper does not go on with the token")
    nobody_noticed(world)


def _lost(world):
    """No KSK can follow one that is lost, so the zone is unsigned for a while."""
    vault = world.path("vault")
    with world.token.away():
        world.askers.expect_answers(LOST)
        order(world, "unsign", LOST)
        world.registry.take(LOST, "")
        wait_for(world, LOST, lambda now: now["word"] == "unsigned", "it does not become unsigned")
        wait_until(lambda: not any(world.signers_at(gate, LOST) for gate in world.gates), "a gate goes on signing", STEP_S)
        os.mkdir(vault, 0o700)
        world.reconfigure(world.token.uri, vault)
        world.keeper.signal(signal.SIGHUP)
        wait_for(world, LOST, lambda now: now["word"] == "unsigned", "the keeper does not go on")
        order(world, "begin", LOST)
        hand_new_ds(world, LOST)
        wait_for(world, LOST, kept.is_at_rest, "the zone is not signed again")
        expect(glob.glob(os.path.join(vault, f"K{LOST}*.private")), "the KSK is not in the new vault")
        for name, address in kept.VALIDATORS.items():
            wait_until(lambda at=address: world.ask(at, LOST, "www", "A", ad=True).has_ad, f"{name} does not find it Secure",
                       STEP_S, PAUSE_S)
        nobody_noticed(world)


GROUPS = (
    Group("keeper, losses", _scene, (
        Case("keeper: another machine goes on with copies, and two keepers do not work in one place", _other_machine),
        Case("keeper: a state that is lost is made anew of a timeline, with the keys of before", _state_lost),
        Case("keeper: a token that hangs delays no answer and no zone, and is used again afterwards", _hangs),
        Case("keeper: a token is lost for ever: the zone becomes unsigned, and begins anew with another vault", _lost),
    ), obstacle=programs.obstacle("softhsm2-util") or programs.obstacle("kresd") or programs.obstacle("p11-kit")),
)
