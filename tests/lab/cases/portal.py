# SPDX-License-Identifier: GPL-2.0-or-later
"""A captive portal: until the login it takes all DNS, whichever server is asked, and every name has its address, and
nothing else. Nothing of it passes but in a pause, and nothing of it is remembered after the login."""

import contextlib

from lab import ask, nat, options, topology
from lab.options import Row

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode, wait_until,
                   with_sealgate)

PAGE = "192.168.77.1"
PORTAL, ROUTER = Row("unbound", f'local-zone: "." redirect\n    local-data: ". 60 A {PAGE}"'), Row("dnsmasq", "")
NAMES = ("www.p256.test.", "www.rsa256.test.", "www.salted.test.", "www.unsigned.test.")
GOOD = ["192.0.2.80", "192.0.2.81"]
SOON_S = 90     # a failure is remembered for at most 60 s, and the machine may be busy


@contextlib.contextmanager
def _running(lab, row):
    process = options.start(lab, row)
    try:
        yield
    finally:
        process.stop()


@contextlib.contextmanager
def _scene(lab):
    """sealgate asks the root's servers by itself, and the portal answers for them, too."""
    with nat.taken(lab.wire, "host", topology.OPTIONS), with_sealgate("host", walk=True)(lab) as world:
        world.ask = lambda name, rdtype, **how: ask.query(lab.host, options.ADDRESS, name, rdtype, **how)
        yield world


def _boots_behind_it(world):
    """As a phone that is switched on in a train. Its programs ask again and again."""
    with _running(world.lab, PORTAL):
        world.gate.restart()
        for name in 3 * NAMES:
            answer = world.ask(name, "A", edns=1232)
            expect_rcode(answer, "SERVFAIL")
            expect(answer.ede, f"{name}: no reason")
        expect(world.gate.log_lines("bogus") or world.gate.log_lines("indeterminate"), "no reason in the log")
        expect_equal("exit code of pause", world.gate.ctl("pause", "600")[0], 0)
        for name in NAMES:
            expect_data(world.ask(name, "A"), "A", [PAGE])
    with _running(world.lab, ROUTER):
        # the login is over, and no failure from before it is left
        world.gate.ctl("resume")
        wait_until(lambda: world.gate.status()["paused"] == "false", "the pause does not end")
        for name in NAMES:
            _expect_good(world, name)


def _expect_good(world, name):
    answer = world.ask(name, "A", ad=True)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad == (name != "www.unsigned.test."), described(answer), *world.log_tail())


def _logs_in_without_a_pause(world):
    """By another way, such as the phone's own browser."""
    with _running(world.lab, PORTAL):
        world.gate.restart()
        for name in 3 * NAMES:
            expect_rcode(world.ask(name, "A"), "SERVFAIL")
    with _running(world.lab, ROUTER):
        _resolves_soon(world)


def _resolves_soon(world):
    for name in NAMES:
        wait_until(lambda: (answer := world.ask(name, "A", ad=True)) and answer.data("A") == GOOD and
                   answer.has_ad == (name != "www.unsigned.test."),
                   lambda: f"{name} is still refused: {world.gate.log_lines()[-4:]}", SOON_S)


def _comes_to_it(world):
    """As a laptop that was at home before: what it has proved stays, and what the portal says does not."""
    with _running(world.lab, ROUTER):
        world.gate.restart()
        _resolves_soon(world)
    with _running(world.lab, PORTAL):
        for name in 2 * NAMES[:3]:
            expect_rcode(world.ask(name, "A"), "SERVFAIL")
        answer = world.ask("www.unsigned.test.", "A")
        expect_data(answer, "A", [PAGE])    # proved to be unsigned, so anybody may forge it
        expect(not answer.has_ad, described(answer))
    with _running(world.lab, ROUTER):
        _resolves_soon(world)


GROUPS = (
    Group("captive portal", _scene, (
        Case("behind a captive portal nothing passes but in a pause, and after it all names resolve at once",
             _boots_behind_it),
        Case("after a login without a pause all names resolve soon", _logs_in_without_a_pause),
        Case("a captive portal on the way does not make anything forgotten or believed", _comes_to_it),
    ), obstacle=PORTAL.obstacle),
)
