# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: servers with one habit each. What resolved in a zone that is not signed resolves in its signed twin,
and is Secure, for all validators."""

import contextlib
import os
import random

from lab.resources import Resources
from lab.signing import habits
from lab.signing.zoo import QUESTIONS, ZooLab

from .case import Case, Group, expect, tell
from .signer import SigningWorld

NOT_THERE = tuple(row for row in QUESTIONS if row in (
    ("host", "AAAA"), ("host", "HTTPS"), ("host", "MX"), ("host", "TXT"), ("host", "CAA"),
    ("any.wild", "AAAA"), ("b.deep", "A")))
NO_NAME = (("_443._tcp.host", "TLSA"), ("missing", "A"), ("missing", "AAAA"), ("below.missing", "A"),
           ("below.host", "A"))
# What is worse than without signatures: at least one validator finds so, and docs/signing.md ("Servers that cannot be
# signed for") says why. A row that has become good must go.
KNOWN = {
    "soa-left-out": NOT_THERE, "ns-for-soa": NOT_THERE, "ns-of-root": NOT_THERE,
    "soa-of-root": NOT_THERE + NO_NAME,
}
# The same, but whether a validator finds so depends on what its cache has already, and so on the order.
AT_TIMES = {kind: (("_443._tcp.host", "TLSA"),) for kind in ("types-notimp", "types-refused")}
PER_LAB = 26            # sign.servers has at most 64 addresses, and a server has two


@contextlib.contextmanager
def _scene(names, lab):
    resources = Resources()
    try:
        zoo = ZooLab(resources, lab.sealgate_path, names)
        with zoo.sealgate("gateway") as gate:
            zoo.start_validators()
            yield SigningWorld(zoo, gate, None)
    finally:
        resources.close()


def _compared(world):
    seed = os.environ.get("SEED") or str(random.randrange(10 ** 6))
    tell(f"SEED={seed} gives the order of the questions again")
    _judge(world, list(world.signing.compare(seed)))


def _compared_at_once(world):
    _judge(world, list(world.signing.compare_at_once()))


def _judge(world, found):
    kinds = {zone.kind for zone in world.signing.zones}
    wrong = [f"{kind}: {name} {rdtype}: {validator}: {worse}" for kind, (name, rdtype), validator, worse in found
             if (name, rdtype) not in KNOWN.get(kind, ()) + AT_TIMES.get(kind, ())]
    seen = {(kind, row) for kind, row, _validator, _worse in found}
    mended = [f"{kind}: {' '.join(row)} is no longer worse: take it out of KNOWN and docs/signing.md"
              for kind in kinds for row in KNOWN.get(kind, ()) if (kind, row) not in seen]
    expect(not wrong and not mended, *wrong[:20], *mended[:12], *world.log_tail())


def _group(title, names, compared=_compared):
    return Group(title, lambda lab: _scene(names, lab), (
        Case(f"zoo: no validator has a worse answer than unsigned from {', '.join(names)}", compared),))


_NAMES = tuple(habits.HABITS)
ALL = tuple(_group(f"signer zoo {number // PER_LAB + 1}", _NAMES[number:number + PER_LAB])
            for number in range(0, len(_NAMES), PER_LAB)) + (
    _group("signer zoo patient", tuple(habits.PATIENT), _compared_at_once),)
# Of `run check`.
GROUPS = (_group("signer zoo", ("aa-clear", "repeats-alias", "ns-below-refused", "nx-for-types", "soa-of-name",
                                "geo-subnet", "ns-of-root-told")),)
