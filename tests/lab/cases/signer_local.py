# SPDX-License-Identifier: GPL-2.0-or-later
"""A resolver, or `sealgate keeper`, on the machine of the signer: it asks the server as all others do, and gets signed
answers. What asks a resolver on the loopback does not depend on sealgate. Sealgate's own mark lets a process of this
machine ask past sealgate, which is for sealgate, and opens nothing for others."""

import contextlib
import socket

from lab import ask, programs
from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import SigningWorld

ZONE = legacy.BY_ORIGIN["nsd.lab."]
NSD = "    ip-address: 127.0.0.1\n    ip-address: ::1\n"
OWN = 0x10000000    # mark.own
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


def _sent_with(sock, mark, family):
    """Whether the answer has signatures."""
    wire = ask.make(f"www.{ZONE.origin}", "A", do=True, rd=False).to_wire()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
    sock.connect((ZONE.addresses[family], 53))
    sock.send(wire)
    answer = ask.receive(sock, wire, ask.PATIENCE_S)
    expect(answer is not None, f"IPv{family}, mark {mark:#x}: no answer")
    return bool(answer.data("RRSIG"))


def _mark_opens_nothing(world):
    """The mark is the sender's own: a query of the same connection without it is signed, and so are all others."""
    for family in (4, 6):
        with ask.udp_socket(world.machine, ZONE.addresses[family]) as sock:
            expect(not _sent_with(sock, OWN, family), f"IPv{family}: the mark does nothing: what does this case show?")
            expect(_sent_with(sock, 0, family), f"IPv{family}: the connection stays open behind a query with the mark",
                   *world.log_tail())
            expect(not _sent_with(sock, OWN, family), f"IPv{family}: the mark does nothing the second time")
            with ask.udp_socket(world.signing.validators_namespace, ZONE.addresses[family]) as other:
                expect(_sent_with(other, OWN, family), f"IPv{family}: another machine's mark gets unsigned answers")
    _gets_signatures(world)


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
        Case("sealgate's mark on a query of the server's own machine opens nothing for others", _mark_opens_nothing),
    )),
    Group("signer, for its own machine, at the gateway", _scene("gateway"), (
        Case("a query of the gateway itself is signed like all others", _gets_signatures),
        Case("sealgate's mark on a query of the gateway itself opens nothing for others", _mark_opens_nothing),
    )),
)
