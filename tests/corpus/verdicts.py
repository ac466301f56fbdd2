# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the statuses of sealgate and an oracle."""

import dataclasses

import following
import links
from differences import DIFFERENCES


@dataclasses.dataclass
class Verdict:
    """The statuses of one case. `excuse` is the row of the table that explains a difference."""

    case: object
    ours: tuple
    theirs: tuple           # None: not asked
    excuse: object = None

    @property
    def is_wrong(self):
        return self.theirs is not None and self.ours[0] != self.theirs[0] and not self.excuse

    def __str__(self):
        return (f"{self.case}\n  sealgate {self.ours[0]}: {self.ours[1]}\n"
                f"  oracle {self.theirs[0]}: {self.theirs[1]}")


def question(m):
    """The question to an oracle about a message."""
    return m.qname, m.qtype, following.responses(m)


def compare(oracle, ask, cases, ours):
    """`ask` returns the oracle's statuses for a list of questions."""
    asked = [case for case in cases
             if not following.is_left_to_the_client(case.message, case.recursive)]
    theirs = dict(zip(map(id, asked), ask([question(case.message) for case in asked])))
    verdicts = [Verdict(case, said, theirs.get(id(case))) for case, said in zip(cases, ours)]

    def hits(row, left):
        return [v for v in left if row.may_hold(oracle, v.case, v.ours, v.theirs)]

    _excuse(verdicts, DIFFERENCES, hits, lambda row, v: question(row.retold(v.case, v.ours[1])),
            lambda v: question(v.case.message), ask)
    return verdicts


def compare_links(ask, cases, ours):
    """The same for a mutated link of the chain."""
    def asked(case, link):
        return case.message.qname, case.message.qtype, links.responses(case, link)

    theirs = ask([asked(case, case.link) for case in cases])
    verdicts = [Verdict(*each) for each in zip(cases, ours, theirs)]

    def hits(row, left):
        return [v for v in left if row.may_hold(v.case, v.ours, v.theirs)]

    _excuse(verdicts, links.DIFFERENCES, hits, lambda row, v: asked(v.case, row.retold(v.case)),
            lambda v: asked(v.case, v.case.link), ask)
    return verdicts


def _excuse(verdicts, rows, hits, retold, question_of, ask):
    """Finds the rows that apply. The other cases get a second try: on a busy machine an oracle may have
    timed out."""
    _excuse_once(verdicts, rows, hits, retold, ask)
    wrong = [v for v in verdicts if v.is_wrong]
    if not wrong:
        return
    for verdict, theirs in zip(wrong, ask([question_of(v) for v in wrong])):
        verdict.theirs = theirs
    _excuse_once(verdicts, rows, hits, retold, ask)


def _excuse_once(verdicts, rows, hits, retold, ask):
    for row in rows:
        held = hits(row, [v for v in verdicts if v.is_wrong])
        if row.retold and held:
            answers = ask([retold(row, v) for v in held])
            held = [v for v, (status, _) in zip(held, answers) if status == v.ours[0]]
        for verdict in held:
            verdict.excuse = row
