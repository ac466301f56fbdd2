# SPDX-License-Identifier: GPL-2.0-or-later
"""A resolver, or `sealgate keeper`, on the machine of the signer: it asks the server as all others do, and gets signed
answers. What asks a resolver on the loopback does not depend on sealgate."""

import contextlib

from lab import ask, programs
from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import SigningWorld

ZONE = legacy.BY_ORIGIN["nsd.lab."]
NSD = "    ip-address: 127.0.0.1\n    ip-address: ::1\n"
LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def _scene(place):
    @contextlib.contextmanager
    def scene(lab):
        signing = lab.signing
        world = SigningWorld(signing, signing.sealgate(place), None)
        world.machine = signing.gate if place == "gateway" else signing.legacy
        with world.gate:
            yield world
    return scene


def _is_signed(world, family):
    answer = ask.query(world.machine, ZONE.addresses[family], f"www.{ZONE.origin}", "A", do=True, rd=False)
    expect(answer is not None, f"IPv{family}: no answer", *world.log_tail())
    return bool(answer.data("RRSIG")), described(answer)


def _gets_signatures(world):
    for family in (4, 6):
        signed, said = _is_signed(world, family)
        expect(signed, f"IPv{family}: {said}", *world.log_tail())


def _loopback_is_alone(world):
    """While sealgate does not run, queries for the server are dropped, those for the loopback are not."""
    listener = programs.start(world.machine, "nsd", world.signing.resources.path("local-nsd"), NSD)
    try:
        world.gate.stop()
        for family, address in LOOPBACK.items():
            expect(listener.wait_for_log("nsd started", ask.PATIENCE_S), listener.log_text())
            answer = ask.query(world.machine, address, "anything.test.", "A", rd=False)
            expect(answer is not None and answer.rcode == "REFUSED", f"IPv{family}: no answer on the loopback")
            answer = ask.query(world.machine, ZONE.addresses[family], f"www.{ZONE.origin}", "A", timeout_s=1, do=True)
            expect(answer is None, f"IPv{family}: an answer without sealgate: {answer and described(answer)}")
    finally:
        listener.stop()
        world.gate.start()


GROUPS = (
    Group("signer, for its own machine, at the server", _scene("server"), (
        Case("a query of the server's own machine is signed like all others", _gets_signatures),
        Case("a query for the loopback does not depend on sealgate", _loopback_is_alone),
    )),
    Group("signer, for its own machine, at the gateway", _scene("gateway"), (
        Case("a query of the gateway itself is signed like all others", _gets_signatures),
    )),
)
