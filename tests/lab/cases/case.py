# SPDX-License-Identifier: GPL-2.0-or-later
"""The type of a case, and the functions by which cases say what they expect."""

import contextlib
import dataclasses
import time
import typing

from lab import ask, nat, options
from lab.ask import PATIENCE_S


class Failed(Exception):
    """The program under test did something wrong; the arguments are the lines that say what."""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str               # a sentence that is untrue if the case fails
    run: typing.Callable    # gets the World


@dataclasses.dataclass(frozen=True)
class Group:
    """Cases that share a scene. `scene` is a context manager: Lab in, World out."""

    name: str
    scene: typing.Callable
    cases: tuple
    needs_sealgate: bool = True
    obstacle: str | None = None     # why it cannot run here


@dataclasses.dataclass
class World:
    lab: object
    gate: object                    # the Sealgate that runs, or None
    ask: typing.Callable            # asks by the path that the scene is about

    def log_tail(self):
        return self.gate.log_lines()[-4:] if self.gate else []


# The scenes. Where the question comes from, where sealgate stands.

@contextlib.contextmanager
def unprotected(lab):
    yield World(lab, None, lab.ask_from_host)


def with_sealgate(role, on_the_host=False, **settings):
    """A scene: sealgate on the machine for its role, or on the host, with settings as lab.sealgate()
    takes them. The client is on that machine, or behind it."""
    @contextlib.contextmanager
    def scene(lab):
        is_host = on_the_host or role == "host"
        with lab.sealgate(lab.host if is_host else lab.router, role, **settings) as gate:
            yield World(lab, gate, lab.ask_from_host if is_host else lab.ask_through_gateway)
    return scene


def behind(row):
    """A scene: sealgate on the host, whose programs ask a resolver that its operator set up (lab/options.py),
    with no attacker in between."""
    @contextlib.contextmanager
    def scene(lab):
        process = options.start(lab, row)
        direct = [(4, "-p", "udp", "-d", options.ADDRESS, "--dport", "53")]
        try:
            with nat.spared(lab.wire, direct), with_sealgate("host")(lab) as world:
                yield World(world.lab, world.gate, lambda name, rdtype, **how: ask.query(
                    lab.host, options.ADDRESS, name, rdtype, **how))
        finally:
            process.stop()
    return scene


on_host = with_sealgate("host")
on_gateway = with_sealgate("gateway")


@contextlib.contextmanager
def on_router(lab):
    with lab.sealgate(lab.router, "host") as gate:
        lab.restart_forwarder()
        yield World(lab, gate, lab.ask_router)


def tell(figure):
    """Prints a figure beside the results, for who reads them."""
    print(f"# {figure}", flush=True)


def expect(holds, *lines):
    if not holds:
        raise Failed(*lines)


def wait_until(holds, complaint, seconds=PATIENCE_S, pause_s=0.02):
    """Waits for an event. `complaint` is a line, or a function that returns it, for when time is up."""
    deadline = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < deadline, complaint() if callable(complaint) else complaint)
        time.sleep(pause_s)


def expect_equal(what, seen, wanted):
    expect(seen == wanted, f"{what}", f"  seen:   {seen}", f"  wanted: {wanted}")


def described(answer):
    return "no answer" if answer is None else answer.summary()


def expect_rcode(answer, rcode):
    expect(answer is not None and answer.rcode == rcode,
           f"seen:   {described(answer)}", f"wanted: {rcode}")


def expect_data(answer, rdtype, wanted):
    expect(answer is not None and answer.data(rdtype) == sorted(wanted),
           f"seen:   {described(answer)}", f"wanted: {rdtype} {', '.join(sorted(wanted))}")
