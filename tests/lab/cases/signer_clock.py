# SPDX-License-Identifier: GPL-2.0-or-later
"""A signer whose clock is not set: it refuses to sign, and signs once the clock is right."""

import contextlib

from lab.clock import Clock, library
from lab.resources import LabError
from lab.signing import legacy

from .case import Case, Group, described, expect, expect_equal, wait_until
from .clock import BOOT, RIGHT
from .signer import SigningWorld

ZONE = legacy.BY_ORIGIN["nsd.lab."]


@contextlib.contextmanager
def _booted(lab):
    if not library():
        raise LabError("no libfaketime")
    clock = Clock(lab.resources, "signer-clock", BOOT)
    with lab.signing.sealgate("gateway", clock=clock) as gate:
        yield SigningWorld(lab.signing, gate, None)


def _asked(world, rdtype, do=True):
    for asker in (world.signing.ask_server, world.signing.ask_server_over_tcp):
        answer = asker(ZONE, ZONE.origin, rdtype, do=do, rd=False)
        expect(answer is not None, f"{rdtype}: no answer", *world.log_tail())
        yield answer


def _refused_while_unset(world):
    world.gate.clock.set(BOOT)
    world.gate.restart()
    expect_equal("clock", world.gate.status()["clock"], "not-set")
    for rdtype in ("A", "DNSKEY", "AAAA"):
        for answer in _asked(world, rdtype):
            expect(answer.rcode == "SERVFAIL" and answer.ede == [0],
                   f"{rdtype}: {described(answer)}")
    expect(world.gate.counter("sign_clock") >= 6, "refused, but not counted")
    expect_equal("lines", len(world.gate.log_lines("until the clock is set, answers that need")), 1)


def _plain_passes(world):
    world.gate.clock.set(BOOT)
    world.gate.restart()
    for answer in _asked(world, "A", do=False):
        expect(answer.data("A") == ["192.0.2.1"] and not answer.data("RRSIG"), described(answer))


def _signs_once_set(world):
    world.gate.clock.set(BOOT)
    world.gate.restart()
    world.gate.clock.set(RIGHT)
    wait_until(lambda: world.gate.status()["clock"] != "not-set",
               "sealgate does not notice that the clock is set")
    for rdtype in ("A", "DNSKEY"):
        for answer in _asked(world, rdtype):
            expect(answer.data("RRSIG"), f"{rdtype}: {described(answer)}")


GROUPS = (
    Group("signer without a clock", _booted, (
        Case("signer clock: while it is not set answers that need a signature are SERVFAIL, and counted",
             _refused_while_unset),
        Case("signer clock: while it is not set answers that need no signature pass", _plain_passes),
        Case("signer clock: once it is set answers are signed", _signs_once_set))),
)
