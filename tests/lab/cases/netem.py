# SPDX-License-Identifier: GPL-2.0-or-later
"""A link that loses, delays, doubles and reorders packets, as the kernel's netem does: keys and answers come late,
twice or not at all. They must come in the end, and no forged answer with them. These cases are part of the lab if it
is told that the kernel has netem (lab/surroundings.py)."""

import contextlib
import itertools
import time

from lab import ask, own_zone, streams, surroundings, topology
from lab.attacks import FORGED
from lab.resources import LabError

from .case import Case, Group, World, described, expect, expect_equal, tell, with_sealgate
from .silence import Line

GOOD = ["192.0.2.80", "192.0.2.81"]
NAMES = ("www.p256.test.", "www.rsa256.test.", "www.bank.example.", "www.unsigned.test.")
NOWHERE = "nowhere.p256.test."
TRY_S = 5.0         # a stub resolver asks again after this time
TRIES = 20
FORGED_TRIES = 6
SIGNER_QUERIES = 20
_serial = itertools.count(1)

# A packet is on its way for at most this long, in both directions together.
LONGEST_S = 1.0
LOSSY = ("delay", "120ms", "40ms", "loss", "15%")
DISORDERLY = ("delay", "60ms", "50ms", "duplicate", "30%", "reorder", "25%", "50%")


@contextlib.contextmanager
def _impaired(lab, near, words):
    """Both ends of the link between a machine and the wire, so queries and responses alike."""
    ends = ((near, "wire"), (lab.wire, "host" if near is lab.host else "router"))
    try:
        for namespace, device in ends:
            namespace.run("tc", "qdisc", "add", "dev", device, "root", "netem", *words)
        yield
    finally:
        for namespace, device in ends:
            with contextlib.suppress(LabError):
                namespace.run("tc", "qdisc", "del", "dev", device, "root")


def _scene(role, words):
    @contextlib.contextmanager
    def scene(lab):
        near = lab.host if role == "host" else lab.router
        with _impaired(lab, near, words), with_sealgate(role)(lab) as world:
            yield world
    return scene


def _ask_until_answered(world, name, family):
    """Asks as a stub resolver does; returns the answer and how often it asked."""
    for count in range(1, TRIES + 1):
        answer = world.ask(name, "A", family, timeout_s=TRY_S)
        if answer is not None and answer.rcode != "SERVFAIL":
            return answer, count
    return None, TRIES


def _genuine(world):
    counts = []
    for family in (4, 6):
        for name in NAMES:
            answer, count = _ask_until_answered(world, name, family)
            expect(answer is not None and answer.data("A") == GOOD, f"{name}, IPv{family}: {described(answer)}")
            counts.append(count)
        answer, count = _ask_until_answered(world, NOWHERE, family)
        expect(answer is not None and answer.rcode == "NXDOMAIN", f"{NOWHERE}, IPv{family}: {described(answer)}")
        counts.append(count)
    tell(f"{len(counts)} names, asked {sum(counts)} times, at most {max(counts)} times for one")


def _everything(line):
    """Every message that ever comes. On such a link a fence may be lost, or overtake a packet that is on its way."""
    line.fence(TRY_S)
    time.sleep(LONGEST_S)
    return line.everything(TRY_S)


def _forged(world):
    """Everything that comes to the client, however late, is looked at."""
    since = time.monotonic()
    with Line(world) as line:
        with world.lab.attack("forge-address"):
            for _ in range(FORGED_TRIES):
                line.ask("www.p256.test.", "A", do=True)
                time.sleep(0.3)
            answer = _refused(world)
        line.wait_all_handled()
        came = _everything(line)
    forged = [answer for answer in came if FORGED[1] in answer.data("A")]
    expect(not forged, f"{len(forged)} forged answers came:", *map(described, forged[:3]))
    expect(answer is not None, "no query was refused: the attack reached nothing")
    tell(f"{len(came)} responses to {FORGED_TRIES} queries, none forged, in {time.monotonic() - since:.1f} s")


def _refused(world):
    """Asks until an answer comes, which must be SERVFAIL; returns it."""
    for _ in range(TRIES):
        answer = world.ask("www.p256.test.", "A", timeout_s=TRY_S)
        if answer is not None:
            expect_equal("rcode", answer.rcode, "SERVFAIL")
            return answer
    return None


def _over_tcp(world):
    namespace = world.lab.host if world.ask == world.lab.ask_from_host else world.lab.client
    for family in (4, 6):
        answer = None
        for _ in range(TRIES):
            with contextlib.suppress(OSError):
                answer = streams.query(namespace, topology.UPSTREAM[family], "www.p256.test.", "A")
            if answer is not None and answer.rcode != "SERVFAIL":
                break
        expect(answer is not None and answer.data("A") == GOOD, f"IPv{family}: {described(answer)}")


def _one_each(world):
    """A response that the link doubles comes once: the flow ends with the first."""
    for family in (4, 6):
        with Line(world, family) as line:
            wires = [line.ask(name, "A") for name in NAMES]
            line.wait_all_handled()
            came = _everything(line)
        for wire in wires:
            count = sum(answer.wire[:2] == wire[:2] for answer in came)
            expect(count <= 1, f"IPv{family}: {count} responses to one query")
        expect(came, f"IPv{family}: no response")


# The signer, on the machine of its server: what comes is signed, and comes in the end.

def _signer_scene(words):
    @contextlib.contextmanager
    def scene(lab):
        zone = own_zone.OwnZone(lab)
        with zone.served(), lab.sealgate(lab.host, "signer", more=zone.configuration()) as gate, \
                _impaired(lab, lab.host, words):
            world = World(lab, gate, None)
            world.zone = zone
            yield world
    return scene


def _fresh_name():
    """Each is asked of the server: the zone has a wildcard."""
    return f"m{next(_serial)}.{own_zone.ORIGIN}"


def _expect_signed(answer, what):
    expect(answer.data("A") == [own_zone.ADDRESS] and answer.data("RRSIG"), f"{what}: {described(answer)}")


def _signed_in_the_end(world):
    for family in (4, 6):
        for way in (ask.query, streams.query):
            answer = None
            for _ in range(TRIES):
                answer = answer or way(world.lab.upstream, world.zone.addresses[family], _fresh_name(), "A",
                                       do=True, timeout_s=TRY_S)
            what = f"{way.__module__}, IPv{family}"
            expect(answer is not None, f"{what}: no answer")
            _expect_signed(answer, what)


def _each_is_signed(world):
    """Whatever comes, however late, in whatever order."""
    for family in (4, 6):
        came, address = [], world.zone.addresses[family]
        with ask.udp_socket(world.lab.upstream, address) as sock:
            sock.connect((address, 53))
            for _ in range(SIGNER_QUERIES):
                sock.send(ask.make(_fresh_name(), "A", do=True, rd=False).to_wire())
            sock.settimeout(LONGEST_S + TRY_S)
            with contextlib.suppress(TimeoutError):
                while True:
                    came.append(ask.Answer(sock.recv(65535)))
        for answer in came:
            _expect_signed(answer, f"IPv{family}")
        expect(came, f"IPv{family}: no response")
        tell(f"IPv{family}: {len(came)} responses to {SIGNER_QUERIES} queries, all signed")


def _believed(world):
    """A validating resolver behind the link asks for the keys too, and again for what is lost."""
    answer = None
    for _ in range(TRIES):
        if answer is None or answer.rcode == "SERVFAIL":
            answer = ask.query(world.lab.upstream, own_zone.VALIDATOR, _fresh_name(), "A", ad=True, timeout_s=TRY_S)
    expect(answer is not None and answer.has_ad and answer.data("A") == [own_zone.ADDRESS], described(answer))


def _cases(what, *rows):
    return tuple(Case(f"{what}: {name}", run) for name, run in rows)


_GROUPS = (
    Group("netem, host", _scene("host", LOSSY), _cases(
        "a slow link that loses packets",
        ("genuine answers come in the end", _genuine),
        ("no forged answer comes, not even late", _forged),
        ("genuine answers come over TCP", _over_tcp))),
    Group("netem, gateway", _scene("gateway", LOSSY), _cases(
        "gateway behind a slow link that loses packets",
        ("genuine answers come in the end", _genuine),
        ("no forged answer comes, not even late", _forged),
        ("genuine answers come over TCP", _over_tcp))),
    Group("netem, disorder", _scene("host", DISORDERLY), _cases(
        "a link that doubles and reorders packets",
        ("genuine answers come in the end", _genuine),
        ("no forged answer comes, not even late", _forged),
        ("of a doubled response the client gets one", _one_each))),
    Group("netem, signer", _signer_scene(LOSSY), _cases(
        "signer behind a slow link that loses packets",
        ("signed answers come in the end, over UDP and TCP", _signed_in_the_end),
        ("no unsigned response comes, not even late", _each_is_signed),
        ("a validating resolver gets a secure answer in the end", _believed))),
    Group("netem, signer, disorder", _signer_scene(DISORDERLY), _cases(
        "signer behind a link that doubles and reorders packets",
        ("signed answers come in the end, over UDP and TCP", _signed_in_the_end),
        ("no unsigned response comes, not even late", _each_is_signed))),
)

GROUPS = _GROUPS if surroundings.HAS_NETEM else ()
