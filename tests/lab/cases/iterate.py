# SPDX-License-Identifier: GPL-2.0-or-later
"""sealgate before a resolver that iterates: unbound without its validator. The chain of trust grows
from the referrals that pass, and from keys that are asked of the servers which signed."""

import contextlib

from lab import zones

from .case import Case, Group, World, described, expect, expect_rcode

# unbound's iterator sets CD, which says that it checks for itself. It does not.
JUDGE_CD = 'checking_disabled = "judge";\n'

# Only the last of a chain of aliases is asked of every zone's own server.
ASKED = (("www", "A"), ("", "MX"), ("", "TXT"), ("any.wild", "A"), ("alias", "A"), ("nowhere", "A"),
         ("www", "LOC"), ("b.c.deep", "TXT"), ("to-example", "A"), ("to-unsigned", "A"),
         ("host.moved", "A"))
ZONES = tuple(zone for zone in zones.ZONES if not zone.bare)
TIMEOUT_S = 8.0


def _questions(zone):
    for label, rdtype in ASKED:
        yield (f"{label}.{zone.origin}" if label else zone.origin, rdtype)


def _seen(answer):
    return None if answer is None else (answer.rcode, sorted(answer.records("answer")))


def _is_bogus(lab, name, rdtype):
    answer = lab.ask_oracle(name, rdtype, do=True)
    return answer is not None and answer.rcode == "SERVFAIL"


@contextlib.contextmanager
def before_a_resolver(lab):
    questions = [question for zone in ZONES for question in _questions(zone)]
    lab.genuine = {question: _seen(lab.ask_from_host(*question)) for question in questions}
    lab.bogus = {question for question in questions if _is_bogus(lab, *question)}
    with lab.sealgate(lab.upstream, "host", more=JUDGE_CD) as gate:
        lab.restart_resolver()
        yield World(lab, gate, lab.ask_from_host)
    lab.restart_resolver()


def _as_before(zone):
    def run(world):
        wrong = []
        for question in _questions(zone):
            if question in world.lab.bogus:
                continue
            answer = world.ask(*question, timeout_s=TIMEOUT_S)
            if _seen(answer) != world.lab.genuine[question]:
                wrong += [f"{' '.join(question)}", f"  with sealgate:    {described(answer)}",
                          f"  without sealgate: {world.lab.genuine[question]}"]
        expect(not wrong, *wrong, *world.log_tail())
    return Case(f"a resolver that iterates gets from {zone.origin} what it got without sealgate", run)


def _refused(zone):
    def run(world):
        question = (f"www.{zone.origin}", "A")
        expect(question in world.lab.bogus, "the oracle does not hold it to be Bogus")
        expect_rcode(world.ask(*question, timeout_s=TIMEOUT_S), "SERVFAIL")
    return Case(f"a resolver that iterates gets nothing Bogus from {zone.origin}", run)


GROUPS = (
    Group("iterate", before_a_resolver, (
        *(_as_before(zone) for zone in ZONES if zone.status != "bogus"),
        *(_refused(zone) for zone in ZONES if zone.status == "bogus"),
    )),
)
