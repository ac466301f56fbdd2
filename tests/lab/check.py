# SPDX-License-Identifier: GPL-2.0-or-later
"""`run check`, `run zoo` and `run runbooks`: the cases, each an assertion, reported as TAP."""

import os
import traceback

import cases
from cases.case import Failed
from lab.resources import LabError, Obstacle
from lab.scene import Lab
from tap import Tap


def _chosen(groups, only):
    """Yields the groups, each with its cases whose name, or group's name, contains one of the words."""
    for group in groups:
        chosen = [case for case in group.cases
                  if not only or any(word in name for word in only for name in (group.name, case.name))]
        if chosen:
            yield group, chosen


def _verdict(case, world):
    """Runs a case; returns the lines that say why it failed, or None."""
    try:
        case.run(world)
    except Failed as failure:
        return failure.args or ("failed",)
    except LabError as error:
        return (f"the lab: {error}",)
    except Exception:
        return traceback.format_exc().splitlines()[-8:]
    return None


def _run_group(group, chosen, lab, tap):
    if group.obstacle:
        for case in chosen:
            tap.skipped(case.name, group.obstacle)
        return
    left = list(chosen)
    try:
        with group.scene(lab) as world:
            while left:
                case = left[0]
                lines = _verdict(case, world)
                left.pop(0)
                if lines is None:
                    tap.passed(case.name)
                else:
                    tap.not_passed(case.name, lines)
    except Obstacle as obstacle:
        for case in left:
            tap.skipped(case.name, str(obstacle))
    except (Failed, LabError, OSError) as error:
        # The scene could not be set up, or broke: a case that did not run has not passed.
        for case in left:
            tap.not_passed(case.name, [f"the scene: {error}"])


def run(sealgate_path, only, obstacle, keep, of=cases.ALL_GROUPS):
    """Returns the exit code. `obstacle` says why there can be no lab on this machine, or is None."""
    groups = list(_chosen(of, only))
    tap = Tap(sum(len(chosen) for _, chosen in groups))
    if obstacle:
        for _, chosen in groups:
            for case in chosen:
                tap.skipped(case.name, obstacle)
        return 0
    if not os.access(sealgate_path, os.X_OK) and any(group.needs_sealgate for group, _ in groups):
        print(f"Bail out! {sealgate_path} is not there: build it first", flush=True)
        return 2
    with Lab(sealgate_path) as lab:
        for group, chosen in groups:
            _run_group(group, chosen, lab, tap)
        keep(lab)
    return 1 if tap.failed else 0


def run_zoo(sealgate_path, only, obstacle, keep):
    """As run(), with all servers of the zoo."""
    return run(sealgate_path, only, obstacle, keep, cases.ZOO_GROUPS)


def run_runbooks(sealgate_path, only, obstacle, keep):
    """As run(), with all runbooks of the keeper."""
    return run(sealgate_path, only, obstacle, keep, cases.RUNBOOK_GROUPS)
