# SPDX-License-Identifier: GPL-2.0-or-later
"""A short search for ways around the gate: a round or two of the adversary (adversary/) in each scene
against each resolver. `make adversary` searches for any length of time, with other seeds."""

import contextlib
import os

from adversary import clients, scenes
from adversary.search import Search
from lab import followers

from .case import Case, Failed, Group, World

SEED = int(os.environ.get("ADVERSARY_SEED", "1"))
TURNS = 1                   # rounds against each resolver in a scene
SHRINK_S = 15.0             # for the first violation of a scene
# How long a scene may wait for answers if the attacker touched the keys of a chain of trust.
MAY_WAIT_S = 0.0

MISSING = {kind.name: kind.obstacle() for kind in followers.KINDS}


def _scene(scene):
    @contextlib.contextmanager
    def run(lab):
        with scenes.field(lab, scene) as field:
            world = World(lab, field.gate, None)
            world.said = []
            world.search = Search(field, SEED, MAY_WAIT_S, lambda *lines: world.said.extend(lines))
            yield world
    return run


def _holds(scene, resolver):
    def run(world):
        world.said.clear()
        for turn in range(TURNS):
            plan = world.search.plan(turn * len(clients.NAMES) + clients.NAMES.index(resolver))
            if world.search.play(plan):
                if world.search.violated == 1:
                    world.search.tell_smallest(plan, SHRINK_S)
                world.search.forget()
        if world.said:
            raise Failed(*world.said)
    return Case(f"adversary, {scene.name}: behind {resolver} no client gets a record that its zone "
                "did not sign, and genuine answers arrive", run)


def _groups():
    for scene in scenes.SCENES:
        for why in (None, *sorted({why for why in MISSING.values() if why})):
            cases = tuple(_holds(scene, name) for name in clients.NAMES if MISSING.get(name) == why)
            if cases:
                yield Group(f"adversary {scene.name}", _scene(scene), cases, obstacle=why)


GROUPS = tuple(_groups())
