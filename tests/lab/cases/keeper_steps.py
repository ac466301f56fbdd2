# SPDX-License-Identifier: GPL-2.0-or-later
"""What cases of the keeper do again and again with a zone of lab/kept.py: they wait, look and give orders."""

import contextlib
import json

from lab import kept
from lab.resources import LabError
from lab.surroundings import patient

from .case import expect, wait_until

STEP_S = patient(120)       # the longest step takes half a minute on an idle machine
LATER = "give the order again"      # while a turn waits for the vault, or a roll for caches
PAUSE_S = 0.2               # so that those who wait do not keep the machine busy


def wait_for(world, zone, holds, what):
    """Waits for a state of the zone. While the keeper starts, nobody tells."""
    def has_come():
        with contextlib.suppress(LabError):
            return holds(world.status(zone))
        return False
    wait_until(has_come, lambda: "\n".join((f"{zone}: {what}: {world.keys('status', zone)[1]}",
                                            *world.keeper.log_text().splitlines()[-12:])), STEP_S, PAUSE_S)


def active(status, role):
    found = kept.tags(status, role, "active")
    expect(len(found) == 1, f"not one {role}: {json.dumps(status)}")
    return found[0]


def waits_for_ds(status):
    return status["word"] == "waiting for the parent"


def order(world, *words):
    """Gives an order; as often as it takes, because there may be no keeper for a moment."""
    said = []

    def was_taken():
        said[:] = world.keys(*words)
        expect(said[0] != 1 or LATER in said[1], f"keys {' '.join(words)}: refused: {said[1]}")
        return said[0] == 0 and "has taken the order" in said[1]
    wait_until(was_taken, lambda: f"keys {' '.join(words)}: exit {said[0]}: {said[1]}", STEP_S, PAUSE_S)


def nobody_noticed(world, when=""):
    wait_until(lambda: not world.askers.never_secure(), lambda: f"never Secure: {world.askers.never_secure()}", STEP_S,
               PAUSE_S)
    wrong = world.askers.wrong
    expect(not wrong, f"{when or 'until now'}: {len(wrong)} answers", *wrong[:8],
           *world.keeper.log_text().splitlines()[-8:])
