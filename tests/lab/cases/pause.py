# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate ctl`: a pause for the login page of a captive portal, and who may ask for it."""

import contextlib
import grp
import json
import os
import shutil
import subprocess

from lab import ask, streams, topology
from lab.attacks import FORGED
from lab.sealgate import READERS

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode,
                   on_gateway, on_host, wait_until)
from .silence import Line, answers_under, client_of

NAME = "www.p256.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
NOBODY = 65534
TRIES = 10


@contextlib.contextmanager
def _paused(world, seconds=60):
    code, said = world.gate.ctl("pause", str(seconds))
    expect_equal("exit code of pause", code, 0)
    expect("paused=true" in said.split(), said)
    try:
        yield
    finally:
        world.gate.ctl("resume")


def _everything_passes(world):
    """A portal forges answers; in a pause a client gets its page. No forged answer is remembered."""
    with world.lab.attack("forge-address"):
        expect_rcode(world.ask(NAME, "A"), "SERVFAIL")
        with _paused(world):
            for family in (4, 6):
                for how in ({}, {"edns": 1232}, {"do": True}):
                    expect_data(world.ask(NAME, "A", family, **how), "A", [FORGED[1]])
        expect_rcode(world.ask(NAME, "A"), "SERVFAIL")
    expect_data(world.ask(NAME, "A"), "A", GOOD)


def _untouched(world):
    """Portals know little DNS: they get the client's query as it is."""
    query = ask.make("any.unsigned.test.", "TXT")
    with _paused(world), world.lab.attack("report-query"):
        answer = ask.send(client_of(world), topology.UPSTREAM[4], query.to_wire())
    expect(answer is not None and answer.data("TXT"), f"seen: {described(answer)}")
    expect("edns=-1" in answer.data("TXT")[0], f"seen: {answer.data('TXT')[0]}")


def _odd_passes(world):
    """Responses that would be dropped as malformed, or as responses to no query, pass too."""
    with _paused(world):
        for attack in ("change-id", "append-garbage", "drop-question"):
            before = int(world.gate.status()["passed_pause"])
            came = answers_under(world, attack, ask.make(NAME, "A"))
            expect_equal(f"{attack}: responses", len(came), 1)
            # and the fence's answer
            expect_equal(f"{attack}: passed", int(world.gate.status()["passed_pause"]), before + 2)


def _over_tcp(world):
    with streams.Server(world.lab, streams.attacking("forge-address")):
        def seen():
            return streams.query(client_of(world), topology.UPSTREAM[4], NAME, "A")
        expect_rcode(seen(), "SERVFAIL")
        with _paused(world):
            expect_data(seen(), "A", [FORGED[1]])
        expect_rcode(seen(), "SERVFAIL")


@contextlib.contextmanager
def _pause_that_was_seen(world):
    """The shortest pause that lasts until a query is answered in it."""
    for seconds in (2, 8, 32):
        with _paused(world, seconds):
            answer = world.ask(NAME, "A")
            if world.gate.status()["paused"] == "true":
                expect_data(answer, "A", [FORGED[1]])
                yield
                return
    expect(False, "the machine is too slow, or there is no pause")


def _ends_by_itself(world):
    with world.lab.attack("forge-address"), _pause_that_was_seen(world):
        wait_until(lambda: world.ask(NAME, "A").rcode == "SERVFAIL", "the pause does not end")
        wait_until(lambda: world.gate.log_lines("the pause is over (time is up)"),
                   "no line in the log")
    expect_equal("paused", world.gate.status()["paused"], "false")


def _counted_and_logged(world):
    before = int(world.gate.status()["passed_pause"])
    with _paused(world):
        world.ask(NAME, "A")
        status = world.gate.status()
        expect_equal("paused", status["paused"], "true")
        expect(0 < int(status["pause_left_s"]) <= 60, f"pause_left_s={status['pause_left_s']}")
    expect(int(world.gate.status()["passed_pause"]) > before, "the counter did not grow")
    for words in ("paused for 60 s", f"unjudged {NAME} A from", "the pause is over (resumed)"):
        expect(world.gate.log_lines(words), f"not in the log: {words}", *world.log_tail())


def _parked_when_paused(world):
    """Returns the answer to a query whose response waited for keys when the pause began, or None if
    the fetch of the keys was given up by then."""
    world.gate.restart()
    with world.lab.attack("silence-key-fetches"), Line(world) as line:
        wire = line.ask(NAME, "A")
        wait_until(lambda: world.gate.counter("parked") == 1, "no response waits for keys")
        with _paused(world):
            if world.gate.counter("responses_servfail"):
                return None
            return ask.receive(line.sock, wire)


def _parked_passes(world):
    """A response that waits for keys, which a portal never sends, is not refused in a pause. It waits for
    a few seconds only, and a machine may be slow, so this is tried several times."""
    for _ in range(TRIES):
        if answer := _parked_when_paused(world):
            expect_data(answer, "A", GOOD)
            return
    expect(False, "no response waited when the pause began, so nothing was proved")


def _status_as_json(world):
    code, said = world.gate.ctl("--json", "status")
    expect_equal("exit code", code, 0)
    status = json.loads(said)
    expect_equal("mode", status["mode"], "enforce")
    expect_equal("paused", status["paused"], False)
    expect(status["uptime_s"] >= 0 and status["pid"] > 0, said)
    plain = world.gate.status()
    expect_equal("keys", sorted(plain), sorted(status))


def _usage(*words):
    def run(world):
        code, said = world.gate.ctl(*words)
        expect_equal("exit code", code, 2)
        expect(said.strip(), "no message says why")
    return Case(f"ctl: exit code 2 for {words}", run)


def _not_there(world):
    world.gate.stop()
    try:
        for words in (("status",), ("pause", "60"), ("resume",)):
            code, said = world.gate.ctl(*words)
            expect_equal(f"exit code of {words}", code, 3)
            expect("there is no daemon" in said, said)
    finally:
        world.gate.start()
    expect_equal("paused", world.gate.status()["paused"], "false")


def _as_nobody(world, group, *words):
    """Runs `sealgate ctl` as a user without rights; returns its exit code and what it says."""
    done = subprocess.run(
        ("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--groups", str(group),
         "--inh-caps=-all", "--bounding-set=-all", world.lab.resources.path("pause-sealgate"), "ctl",
         *words, "--config", world.lab.resources.path("pause-nobody.conf")),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def _copy_for_nobody(world):
    """The program and the configuration, where each user may read them."""
    for source, name, mode in ((world.lab.sealgate_path, "pause-sealgate", 0o755),
                               (world.gate.config, "pause-nobody.conf", 0o644)):
        shutil.copy(source, world.lab.resources.path(name))
        os.chmod(world.lab.resources.path(name), mode)


def _group_reads(world):
    """A member of control_group may ask, and may change nothing; a stranger may not even ask."""
    _copy_for_nobody(world)
    readers = grp.getgrnam(READERS).gr_gid
    socket_path = world.gate.config.removesuffix(".conf") + ".control"
    state = os.stat(socket_path)
    expect_equal("mode", oct(state.st_mode & 0o777), "0o660")
    expect_equal("group", state.st_gid, readers)
    code, said = _as_nobody(world, readers, "status")
    expect(code == 0 and "mode=enforce" in said, f"a member: {code}: {said}")
    code, said = _as_nobody(world, readers, "nta", "list")
    expect_equal(f"a member, nta list: {said}", code, 0)
    for words in (("pause", "60"), ("flush",), ("reload",), ("resume",), ("nta add", "p256.test"),
                  ("nta remove", "p256.test"), ("log-level", "debug"), ("recent",), ("zones",), ("servers",)):
        code, said = _as_nobody(world, readers, *words[0].split(), *words[1:])
        expect(code == 1 and "permission denied" in said and f'"{words[0]}"' in said,
               f"a member, {words}: {code}: {said}")
    code, said = _as_nobody(world, NOBODY, "status")
    expect(code == 1 and "permission denied" in said and READERS in said, f"a stranger: {code}: {said}")
    expect_equal("paused", world.gate.status()["paused"], "false")
    expect_equal("ntas", world.gate.status()["ntas"], "0")


_ROADS = (
    ("in a pause everything passes unjudged, and after it nothing does", _everything_passes),
    ("in a pause queries go on unchanged", _untouched),
    ("in a pause malformed and unexpected responses pass", _odd_passes),
    ("in a pause DNS over TCP passes too", _over_tcp),
    ("a pause ends by itself", _ends_by_itself),
)

GROUPS = (
    Group("pause on the host", on_host, (
        *(Case(*row) for row in _ROADS),
        Case("responses that pass in a pause are counted and logged", _counted_and_logged),
        Case("a response that waits for keys passes when a pause begins", _parked_passes),
        Case("ctl status prints the same as text and as JSON", _status_as_json),
        _usage("dance"), _usage("pause"), _usage("pause", "0"), _usage("pause", "86401"),
        _usage("pause", "soon"), _usage("pause", "-5x"), _usage("status", "more"),
        Case("ctl: exit code 3 without a daemon", _not_there),
        Case("ctl: a member of the group reads, only root changes, a stranger is refused", _group_reads))),
    Group("pause on the gateway", on_gateway,
          tuple(Case("gateway: " + name, run) for name, run in _ROADS)),
)
