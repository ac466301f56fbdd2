# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine that the lab runs on, as far as its caller tells: variables of the environment, which the lab's own
processes inherit.

LAB_PATIENCE is a factor for how long the lab waits for something that must happen; an emulated machine needs more
than 1. LAB_RULES is the back end (rules_backend) that sealgate must use for its rules; without it, the first that
works. LAB_ZONES is a directory with the lab's zones (ZoneSet.make), for a
machine that takes long to sign them. LAB_NETEM is set if the kernel has netem, and the cases that need it are to run."""

import os

_PATIENCE = float(os.environ.get("LAB_PATIENCE", "1"))
RULES = os.environ.get("LAB_RULES", "")
ZONES = os.environ.get("LAB_ZONES", "")
HAS_NETEM = bool(os.environ.get("LAB_NETEM"))


def patient(seconds):
    """The limit for something that takes at most these seconds on an ordinary machine, be it busy or not."""
    return seconds * _PATIENCE
