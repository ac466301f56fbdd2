# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock that is not set yet: the time servers can be reached, nothing else is believed, and once the clock
is set everything is judged."""

import contextlib
import threading

from lab import streams, topology
from lab.attacks import FORGED
from lab.clock import Clock, kernel_is_synchronised, library
from lab.resources import LabError

from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until)

BOOT, RIGHT, LATE, FAR = "2001-01-01 00:00:00", "+0", "+40d", "+400d"
MINUTES = 300           # the longest TTL of a record that passed because it is a time server's
CARRYING = ("carry-along", "carry-along-as-expired", "carry-beside")
SERVERS = 'before_clock = [ "p256.test", "www.expired.test" ];\n'
FAIL = 'unset_clock = "fail";\n'
SERVER, OTHER = "www.p256.test.", "www.rsa256.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
CLOCK_NOT_SET = 0       # the Extended DNS Error "Other" (RFC 8914, 4.1)


def _scene(when, more=""):
    @contextlib.contextmanager
    def scene(lab):
        if not library():
            raise LabError("no libfaketime")
        clock = Clock(lab.resources, "clock", when)
        with lab.sealgate(lab.host, "host", more=SERVERS + more, clock=clock) as gate:
            yield World(lab, gate, lab.ask_from_host)
    return scene


def _boot(world):
    """As after a boot: sealgate knows nothing, and the clock is wrong."""
    world.gate.clock.set(BOOT)
    world.gate.restart()
    expect_equal("clock", world.gate.status()["clock"], "not-set")


def _set(world):
    world.gate.clock.set(RIGHT)
    wait_until(lambda: world.gate.status()["clock"] != "not-set",
               "sealgate does not notice that the clock is set")


def _time_servers_pass(world):
    _boot(world)
    for family in (4, 6):
        expect_data(world.ask(SERVER, "A", family), "A", GOOD)
    # the client gets what it asked for, as always
    answer = world.ask(SERVER, "A", ad=True)
    expect(answer is not None and not answer.has_ad and not answer.has_opt, described(answer))
    expect(world.gate.log_lines(f"unjudged {SERVER} A from"), "no line in the log")


def _others_fail(world):
    _boot(world)
    for name in (OTHER, "www.unsigned.test.", "www.expired.example."):
        answer = world.ask(name, "A", edns=1232)
        expect_rcode(answer, "SERVFAIL")
        expect_equal("EDE", answer.ede, [CLOCK_NOT_SET])


def _over_tcp(world):
    _boot(world)
    server = topology.UPSTREAM[4]
    expect_data(streams.query(world.lab.host, server, SERVER, "A"), "A", GOOD)
    expect_rcode(streams.query(world.lab.host, server, OTHER, "A"), "SERVFAIL")


def _others_wait(world):
    """For at most park_ms; then all responses go on."""
    _boot(world)
    seen = []
    asking = threading.Thread(
        target=lambda: seen.append(world.ask(OTHER, "A", ad=True)))
    asking.start()
    wait_until(lambda: world.gate.status()["responses"] != "0", "no response came")
    world.gate.clock.set(RIGHT)
    asking.join()
    expect_data(seen[0], "A", GOOD)
    expect(seen[0].has_ad, "it was not judged")


def _wait_ends(world):
    _boot(world)
    answer = world.ask(OTHER, "A", edns=1232)
    expect_rcode(answer, "SERVFAIL")
    expect_equal("EDE", answer.ede, [CLOCK_NOT_SET])


def _everything_in(answer):
    return [record for section in ("answer", "authority", "additional")
            for record in answer.records(section)] if answer else []


def _carries_nothing_along(world):
    """Anybody can cause such a query: a web page with an image at a time server's name is enough."""
    for attack in CARRYING:
        for how in ({}, {"edns": 1232}, {"do": True}):
            with world.lab.attack(attack):
                answer = world.ask(SERVER, "A", **how)
            forged = [record for record in _everything_in(answer) if "bank.example" in
                      record.split()[0] or FORGED[1] in record]
            expect(not forged, f"{attack} {how}:", *forged, *world.log_tail())


def _lives_for_minutes(world):
    _boot(world)
    with world.lab.attack("carry-along"):
        answer = world.ask(SERVER, "A")
    expect(answer is not None and answer.ttls() and max(answer.ttls()) <= MINUTES,
           f"seen: {described(answer)}, TTL {answer and answer.ttls()}")


def _made_up_signatures_do_not_pass(world):
    for attack in ("forge-address-as-expired", "carry-along-as-expired", "forge-address"):
        for name in (SERVER, "www.expired.test."):
            with world.lab.attack(attack):
                answer = world.ask(name, "A")
            expect_rcode(answer, "SERVFAIL")


def _keeps_nothing_else(world):
    """All other records of such a response are left out, Secure or not."""
    if kernel_is_synchronised():
        return
    with world.lab.attack("carry-beside"):
        answer = world.ask(SERVER, "A")
    expect_data(answer, "A", GOOD)
    expect(not [record for record in _everything_in(answer) if "bank.example" in record],
           *_everything_in(answer))
    expect(max(answer.ttls()) <= MINUTES, f"TTL {answer.ttls()}")
    answer = world.ask(SERVER, "A", do=True)
    expect(not answer.has_ad, "AD, though the clock may be wrong")
    expect(int(world.gate.status()["passed_dates"]) > 0, "the counter did not grow")


def _enforced_once_set(world):
    """Names of time servers too, even if they passed before."""
    _boot(world)
    with world.lab.attack("forge-address"):
        expect_data(world.ask(SERVER, "A"), "A", [FORGED[1]])
    _set(world)
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask(SERVER, "A"), "SERVFAIL")
    answer = world.ask(SERVER, "A", ad=True)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad, "no AD")
    for line in ("the clock is not set: it shows a time before this program was built",
                 "signatures are judged by it", "the clock was set by +"):
        expect(world.gate.log_lines(line), f"not in the log: {line}", *world.gate.log_lines("clock"))


def _put_right(world):
    """Everything that was learned at the wrong time is forgotten when the clock is set right."""
    world.gate.clock.set(LATE)
    world.gate.restart()
    expect_rcode(world.ask(OTHER, "A"), "SERVFAIL")
    world.gate.clock.set(RIGHT)
    wait_until(lambda: world.gate.log_lines("the clock was set by -"),
               "sealgate did not notice the new time", 30)
    # otherwise a Bogus chain is remembered for a minute
    wait_until(lambda: world.ask(OTHER, "A").data("A") == GOOD, "it is still remembered", 20)


def _dates_are_excused(world):
    """On a machine whose kernel never says that the clock is synchronised."""
    synchronised = kernel_is_synchronised()
    expect_equal("clock", world.gate.status()["clock"],
                 "set" if synchronised else "unsynchronised")
    expect_rcode(world.ask(SERVER, "A"), "SERVFAIL" if synchronised else "NOERROR")
    expect_rcode(world.ask(OTHER, "A"), "SERVFAIL")


def _forgeries_are_not_excused(world):
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask("www.p256.test.", "A"), "SERVFAIL")
        expect_rcode(world.ask("www.rsa256.test.", "A"), "SERVFAIL")
    expect_rcode(world.ask("www.expired.example.", "A"), "SERVFAIL")
    _made_up_signatures_do_not_pass(world)


def _false_future_is_not_kept(world):
    """An attacker answers for the time server, a year ahead; later the machine boots with the right time."""
    world.gate.clock.set(FAR)
    wait_until(lambda: world.gate.log_lines("the clock was set by +"),
               "sealgate did not notice the new time", 30)
    expect_rcode(world.ask(OTHER, "A"), "SERVFAIL")
    world.gate.stop()
    world.gate.clock.set(RIGHT)
    world.gate.start()
    clock = world.gate.status()["clock"]
    expect(clock != "not-set", "the clock counts as gone back, from a time that was never right",
           *world.gate.log_lines("clock"))
    expect_data(world.ask(OTHER, "A"), "A", GOOD)


def _doubted(world):
    synchronised = kernel_is_synchronised()
    expect_equal("clock", world.gate.status()["clock"], "set" if synchronised else "not-set")
    expect_rcode(world.ask(SERVER, "A"), "NOERROR")
    expect_rcode(world.ask(OTHER, "A"), "NOERROR" if synchronised else "SERVFAIL")


GROUPS = (
    Group("clock not set", _scene(BOOT, FAIL), (
        Case("while the clock is not set answers about time servers pass", _time_servers_pass),
        Case("while the clock is not set all other names fail, and the client gets the reason",
             _others_fail),
        Case("while the clock is not set DNS over TCP is treated like UDP", _over_tcp),
        Case("while the clock is not set no other name passes along with a time server's",
             _carries_nothing_along),
        Case("while the clock is not set every TTL that passes is at most five minutes",
             _lives_for_minutes),
        Case("once the clock is set everything is judged, time servers too", _enforced_once_set))),
    Group("clock not set, waiting", _scene(BOOT, "park_ms = 15000;\n"), (
        Case("other names wait until the clock is set, and are then answered", _others_wait),)),
    Group("clock not set, waiting in vain", _scene(BOOT, "park_ms = 500;\n"), (
        Case("other names fail if the clock is not set within park_ms", _wait_ends),)),
    Group("clock wrong", _scene(LATE), (
        Case("if the clock may be wrong, an expired signature does not block time servers",
             _dates_are_excused),
        Case("if the clock may be wrong, a made-up signature does not pass as an expired one",
             _made_up_signatures_do_not_pass),
        Case("if the clock may be wrong, no other name passes along with a time server's",
             _carries_nothing_along),
        Case("if the clock may be wrong, only the time server's own records pass",
             _keeps_nothing_else),
        Case("when the clock is set right sealgate forgets what it learned before", _put_right))),
    Group("clock unsynchronised", _scene(RIGHT), (
        Case("if the clock may be right, a forged time server is refused",
             _forgeries_are_not_excused),
        Case("a false time in the future, at which no key was proved, does not survive a boot",
             _false_future_is_not_kept))),
    Group("clock doubted", _scene(RIGHT, FAIL + 'unsynchronised_clock = "doubt";\n'), (
        Case("with unsynchronised_clock = \"doubt\" an unsynchronised clock counts as not set",
             _doubted),)),
)
