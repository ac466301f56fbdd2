# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that changes the letters of questions, as cloudflared and some appliances do: every client gets its
own letters back, and one that uses its letters against forgery ("0x20") is as safe as before."""

import contextlib

from lab import ask, programs, streams, topology
from lab.attacks import FORGED

from .case import (Case, Group, described, expect, expect_data, expect_equal, on_gateway, on_host,
                   wait_until)

UNBOUND = """
    module-config: "iterator"
    interface: 127.0.0.1@5355
    use-caps-for-id: yes
"""
GOOD = ["192.0.2.80", "192.0.2.81"]
NAMES = ("wWw.P256.tEsT.", "WWW.UNSIGNED.TEST.", "www.rsa256.test.", "Alias.p256.test.")
SAID = "changes the letters of questions"


def _own_letters(world, name, family=4, **how):
    query = ask.make(name, "A", **how)
    answer = ask.send(world.lab.host if world.ask == world.lab.ask_from_host else world.lab.client,
                      topology.UPSTREAM[family], query.to_wire())
    expect(answer is not None, f"{name}: no answer", *world.log_tail())
    expect_equal(f"{name}: question", answer.question_wire, query.to_wire()[12:12 + len(answer.question_wire)])
    return answer


def _answered(world):
    """The first question already, and with the keys still to be fetched."""
    world.gate.restart()
    with world.lab.attack("change-question-case"):
        for name in NAMES:
            for family, how in ((4, {}), (6, {"do": True})):
                expect_data(_own_letters(world, name, family, **how), "A", GOOD)
    lines = world.gate.log_lines(SAID)
    expect_equal("lines", sorted(line.split(" changes")[0].rsplit(" ", 1)[1] for line in lines),
                 sorted(topology.UPSTREAM.values()))
    expect_equal("questions asked again", world.gate.counter("letters_asked"), 2)


def _over_tcp(world):
    world.gate.restart()
    with streams.Server(world.lab, streams.attacking("change-question-case")):
        for name in NAMES:
            with streams.connect(world.lab.host, topology.UPSTREAM[4]) as stream:
                query = ask.make(name, "A").to_wire()
                stream.send(query)
                answer = ask.Answer(stream.receive())
            expect_data(answer, "A", GOOD)
            expect_equal(name, answer.question_wire, query[12:12 + len(answer.question_wire)])
    expect_equal("lines", len(world.gate.log_lines(SAID)), 1)


def _blind_attacker(world):
    """He knows port and id, as if he had guessed them, but not the letters. Zones that are unsigned have no
    other protection. His responses come first."""
    world.gate.restart()
    expect_data(_own_letters(world, "wWw.UnsigneD.tEst."), "A", GOOD)
    before = world.gate.counter("responses_letters")
    with world.lab.attack("race-wrong-letters"):
        for name in ("wWw.UnsigneD.tEst.", "wWw.P256.tEst."):
            answer = _own_letters(world, name)
            expect_data(answer, "A", GOOD)
            expect(FORGED[1] not in str(answer.message), described(answer))
    expect(world.gate.counter("responses_letters") > before, "no forgery came in other letters")
    expect(not world.gate.log_lines(SAID), *world.gate.log_lines(SAID))


@contextlib.contextmanager
def _unbound(world):
    """An unbound that forwards, and uses its letters against forgery."""
    lab = world.lab
    process = programs.start(lab.host, "unbound", lab.resources.path("caps"), UNBOUND,
                             programs.UNBOUND_FORWARDS, upstream=topology.UPSTREAM[4])
    try:
        yield process
    finally:
        process.stop()


def _asked_by_unbound(world):
    world.gate.restart()
    with _unbound(world), world.lab.attack("change-question-case"):
        answers = []

        def is_answered():
            with ask.udp_socket(world.lab.host, "127.0.0.1") as sock:
                sock.connect(("127.0.0.1", 5355))
                query = ask.make("www.p256.test.", "A").to_wire()
                with contextlib.suppress(ConnectionError):
                    sock.send(query)
                    answer = ask.receive(sock, query, 5.0)
                    answers.append(answer)
                    return answer is not None and answer.rcode == "NOERROR"
            return False

        wait_until(is_answered, lambda: f"unbound: {[described(answer) for answer in answers]}")


GROUPS = (
    Group("letters on the host", on_host, (
        Case("host: behind a server that changes letters each client gets its own back, at once", _answered),
        Case("host: over TCP too each client gets its own letters back", _over_tcp),
        Case("host: an attacker who guesses all but the letters of a query gains nothing", _blind_attacker),
        Case("host: unbound with use-caps-for-id resolves behind a server that changes letters",
             _asked_by_unbound))),
    Group("letters through the gateway", on_gateway, (
        Case("gateway: behind a server that changes letters each client gets its own back, at once",
             _answered),)),
)
