# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer's message cache: an answer that was signed before is given again, unchanged."""

import time

from lab.signing import legacy

from .cache import seen
from .case import Case, Group, described, expect, expect_equal
from .signer import standing

ZONE = legacy.BY_ORIGIN["nsd.lab."]
QUESTIONS = (("www", "A"), ("alias", "A"), ("@", "MX"), ("www", "LOC"), ("nowhere", "A"),
             ("any.wild", "A"), ("www.sub", "A"), ("sub", "DS"))
TIMES = 5           # an answer with a new signature is not remembered yet
PACE_S = 0.02       # NSD limits its answers to one network


def _recalled(world):
    return world.gate.counter("responses_recalled")


def _ask(world, name, rdtype, by_tcp=False):
    time.sleep(PACE_S)
    ask = world.signing.ask_server_over_tcp if by_tcp else world.signing.ask_server
    answer = ask(ZONE, name, rdtype, do=True, rd=False)
    expect(answer is not None, f"{name} {rdtype}: no answer", *world.log_tail())
    return answer


def _until_recalled(world, name, rdtype, by_tcp=False):
    """Returns the earlier answer, and the recalled one."""
    before = _ask(world, name, rdtype, by_tcp)
    for _ in range(TIMES):
        count = _recalled(world)
        answer = _ask(world, name, rdtype, by_tcp)
        if _recalled(world) > count:
            return before, answer
        before = answer
    expect(False, f"{name} {rdtype} was made each time: {described(answer)}")


def _again(by_tcp):
    def run(world):
        for name, rdtype in QUESTIONS:
            made, recalled = _until_recalled(world, world.full(ZONE, name), rdtype, by_tcp)
            expect_equal(f"{name} {rdtype}", seen(recalled), seen(made))
    return run


def _letters(world):
    for name in ("www.nsd.lab.", "wWw.NsD.lab.", "WwW.nsd.LAB."):
        _, answer = _until_recalled(world, name, "A")
        expect_equal("the question", answer.question_wire[:9], b"\x03" + name[:3].encode()
                     + b"\x03" + name[4:7].encode() + b"\x03")
        expect(answer.data("RRSIG"), described(answer))


def _reloaded(world):
    _until_recalled(world, "www.nsd.lab.", "A")
    code, _ = world.gate.ctl("reload")
    expect_equal("exit code", code, 0)
    count = _recalled(world)
    answer = _ask(world, "www.nsd.lab.", "A")
    expect(_recalled(world) == count, "the answer was recalled")
    expect(answer.data("RRSIG"), described(answer))


GROUPS = (
    Group("signer recalls", standing("gateway", validators=False), (
        Case("recall: over UDP each answer is given again unchanged", _again(False)),
        Case("recall: over TCP each answer is given again unchanged", _again(True)),
        Case("recall: a client that asks in another letter case gets its own letters back", _letters),
        Case("recall: after a reload no earlier answer is given again", _reloaded),
    )),
)
