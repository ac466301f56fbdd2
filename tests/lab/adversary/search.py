# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays round after round. A violation is printed so that it can be played again, and reduced to the steps that
it needs."""

import copy
import json
import time

from .openings import plan as make_plan
from .play import PATIENCE_S, Round

SHORT_PATIENCE_S = 1.0
SHRINK_S, SHRINK_TRIES = 30.0, 60


class Search:
    """Rounds in one scene. `may_wait_s` is the time that may be spent on waiting for genuine answers that do
    not come at once; `say` gets lines."""

    def __init__(self, field, seed, may_wait_s, say, only=""):
        self._field, self._seed, self._say, self._only = field, seed, say, only
        self._may_wait_s, self.waited_s = may_wait_s, 0.0
        self.rounds, self.answers, self.unwaited, self.violated = 0, 0, 0, 0
        self.slowest_s, self.by_resolver, self.by_opening = 0.0, {}, {}

    def plan(self, step):
        scene = self._field.scene
        return make_plan(self._seed, scene.name, step, scene.clock_is_set, self._only)

    def is_playable(self, plan):
        return plan["resolver"] in self._field.clients

    def play(self, plan):
        """Plays a plan, and prints violations. Returns the violations."""
        played = Round(self._field, plan)
        may_wait = self.waited_s < self._may_wait_s
        found = played.play(PATIENCE_S, PATIENCE_S if may_wait else SHORT_PATIENCE_S)
        self.rounds += 1
        self.answers += played.answers
        self.slowest_s = max(self.slowest_s, played.waited_s)
        if played.waited_s > SHORT_PATIENCE_S:
            self.waited_s += played.waited_s
        self.unwaited += not played.was_waited_for
        for table, key in ((self.by_resolver, plan["resolver"]), (self.by_opening, plan["opening"])):
            table[key] = table.get(key, 0) + 1
        if found:
            self.violated += 1
            self._tell(plan, played)
        return found

    def _tell(self, plan, played):
        seed, scene, step = plan["round"].split("/")
        only = f" OPENING={self._only}" if self._only else ""
        self._say(f"VIOLATED in round {plan['round']}: {plan['opening']} against {plan['resolver']}",
                  *(f"  {each}" for each in played.violations),
                  f"  again: make adversary SEED={seed} SCENE={scene} STEPS={step}{only}",
                  *(f"  {line}" for line in played.attack.log),
                  *(f"  filter: {line}" for line in self._field.gate.log_lines()[-3:]))

    def forget(self):
        """Clears all caches after a violation."""
        self._field.gate.restart()
        for client in self._field.clients.values():
            client.forget()

    def _is_violated(self, plan):
        self.forget()
        played = Round(self._field, plan)
        return played if played.play(SHORT_PATIENCE_S, SHORT_PATIENCE_S) else None

    def _shrink(self, plan, seconds):
        """Leaves out as much as it can while the property is still violated. Returns the smaller plan."""
        deadline, tries = time.monotonic() + seconds, 0
        smaller = True
        while smaller:
            smaller = False
            for candidate in without_one(plan):
                if time.monotonic() > deadline or tries >= SHRINK_TRIES:
                    return plan
                tries += 1
                if self._is_violated(candidate):
                    plan, smaller = candidate, True
                    break
        return plan

    def tell_smallest(self, plan, seconds=SHRINK_S):
        """A violation that shows late is not reduced: each try would take as long."""
        smallest = self._shrink(plan, seconds)
        played = self._is_violated(smallest)
        if played:
            self._say(f"  smallest, of {plan['round']}:", *(f"    {line}" for line in played.attack.log),
                      *(f"    {each}" for each in played.violations[:2]),
                      f"    plan: {json.dumps(smallest)}")

    def figures(self):
        return (f"{self._field.scene.name}: {self.rounds} rounds, {self.answers} answers checked, "
                f"{self.violated} rounds violated, slowest return to the genuine answer "
                f"{self.slowest_s:.1f} s, {self.unwaited} not waited for")


def _lists_of(plan):
    """Paths to the lists in a plan that may be shortened, the largest parts first."""
    yield "rules",
    yield "ask",
    for number, rule in enumerate(plan["rules"]):
        yield "rules", number, "acts"
        for place, act in enumerate(rule["acts"]):
            if act[0] == "answer":
                yield from (("rules", number, "acts", place, 1, "sections", section)
                            for section in range(3))
    for number, _ in enumerate(plan["ask"]):
        yield "ask", number, 2


def _at(plan, way):
    for step in way:
        plan = plan[step]
    return plan


def without_one(plan):
    """Yields each plan that has one element less."""
    for way in _lists_of(plan):
        for place in range(len(_at(plan, way))):
            candidate = copy.deepcopy(plan)
            del _at(candidate, way)[place]
            if candidate["ask"]:
                yield candidate
