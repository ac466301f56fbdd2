# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent judge: unbound's validator sees the same zones and the same root key. If it and sealgate
disagree about a status, one of them is wrong, and so far it was never unbound."""

from lab import zones

from .case import Case, Group, expect, on_host
from .corpus import ALL

# With room enough that no answer is cut: an answer that is cut has no status.
WAYS = (("AD=1", {"ad": True, "edns": 4096}), ("DO=1", {"do": True, "edns": 4096}))


def judged(answer):
    """Everything that must be equal: the status as a client sees it, and the data."""
    if answer is None:
        return "no answer"
    records = sorted(answer.records("answer")) if answer.rcode != "SERVFAIL" else []
    return f"{answer.rcode}{' AD' if answer.has_ad else ''} {'; '.join(records)}"


def _agrees(zone, name, rdtype):
    def run(world):
        differences = []
        for number, (way, how) in enumerate(WAYS):
            family = (4, 6)[number]
            ours = judged(world.ask(name, rdtype, family=family, **how))
            oracle = judged(world.lab.ask_oracle(name, rdtype, family=family, **how))
            if ours != oracle:
                differences += [f"{way}:", f"  sealgate: {ours}", f"  oracle:   {oracle}"]
        expect(not differences, *differences, *world.log_tail())
    return Case(f"oracle: {name} {rdtype} ({zone.status} zone) is judged as by a validating "
                "resolver", run)


def _oracle_knows(zone):
    """The table of zones has the status of each zone; the oracle must agree."""
    def run(world):
        rcode = "SERVFAIL" if zone.status == "bogus" else "NOERROR"
        answer = world.lab.ask_oracle(zone.origin, "NS", ad=True, edns=1232)
        seen = (answer.rcode, answer.has_ad) if answer else None
        expect(seen == (rcode, zone.status == "secure"), f"seen: {seen}", f"table: {zone.status}")
    return Case(f"oracle: the zone {zone.origin} is {zone.status} for a validating resolver", run)


ORACLE_KNOWS = tuple(_oracle_knows(zone) for zone in zones.ZONES)

GROUPS = (
    Group("oracle", on_host, tuple(_agrees(*row) for row in ALL)),
)
