# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab asserts. One module for each kind of promise; ALL_GROUPS is the order of a run."""

from . import attacks, audit, client, explain, fragments, ground, iterate, life, oracle, race, rules, same

ALL_GROUPS = (ground.GROUPS + same.GROUPS + oracle.GROUPS + client.GROUPS + attacks.GROUPS +
              audit.GROUPS + race.GROUPS + iterate.GROUPS + fragments.GROUPS + rules.GROUPS + life.GROUPS + explain.GROUPS)
