# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate ctl` changes and shows what a running sealgate knows."""

import contextlib
import json
import os
import signal
import time

from lab import ask, metrics, topology
from lab.clock import Clock, library
from lab.resources import LabError

from .case import (Case, Group, expect, expect_data, expect_equal, expect_rcode, on_gateway, wait_until,
                   with_sealgate)
from .silence import client_of

NAME, EXPIRED, ZONE = "www.p256.test.", "www.expired.test.", "expired.test."
BROKEN, BROKEN_ZONE = "www.bogusds.test.", "bogusds.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
# Of a clock; none is before sealgate was built, because such a clock counts as not set.
RIGHT, DAY_BACK = "+172800", "+86400"
CLIENTS = ({}, {"do": True}, {"edns": 1232})
IS_OVER = f"the negative trust anchor {ZONE} is over"


@contextlib.contextmanager
def _with_a_clock(lab):
    if not library():
        raise LabError("no libfaketime")
    with with_sealgate("host", clock=Clock(lab.resources, "control-clock", RIGHT))(lab) as world:
        yield world


def _ctl(world, *words):
    code, said = world.gate.ctl(*words)
    expect_equal(f"ctl {' '.join(words)}: {said}", code, 0)
    return said


def _rows(world, key, *words):
    return json.loads(_ctl(world, "--json", *words))[key]


def _expect_rcodes(world, rcode):
    """For clients of each kind, over both families: their answers are remembered apart, and come to several
    workers."""
    for client in CLIENTS:
        for family in (4, 6):
            expect_rcode(world.ask(EXPIRED, "A", family, **client), rcode)


# ---- Negative trust anchors ----

@contextlib.contextmanager
def _with_nta(world, *end):
    said = _ctl(world, "nta", "add", ZONE, *end)
    expect(f"name={ZONE}" in said.split(), said)
    try:
        yield
    finally:
        world.gate.ctl("nta", "remove", ZONE)


def _nta_at_once(world):
    """Also for answers that were judged before, in both directions."""
    _expect_rcodes(world, "SERVFAIL")
    with _with_nta(world):
        _expect_rcodes(world, "NOERROR")
        expect_equal("AD", world.ask(EXPIRED, "A", ad=True).has_ad, False)
        expect_equal("rows", [(row["name"], row["from"], row["state"]) for row in _rows(world, "ntas", "nta", "list")],
                     [(ZONE, "ctl", "in-force")])
        expect_equal("ntas", world.gate.status()["ntas"], "1")
        expect(ZONE in world.gate.status()["ntas_first"], world.gate.status()["ntas_first"])
        expect(world.gate.log_lines(f"negative trust anchor {ZONE} until"), *world.log_tail())
        said = world.gate.command_result("explain", EXPIRED, "--server", topology.UPSTREAM[4]).stdout
        expect("under a negative trust anchor" in said, "explain does not know it:", said)
        _expect_rcodes(world, "NOERROR")
    _expect_rcodes(world, "SERVFAIL")
    expect_equal("rows", _rows(world, "ntas", "nta", "list"), [])


def _nta_default_end(world):
    with _with_nta(world):
        until, = (row["until"] for row in _rows(world, "ntas", "nta", "list"))
        tomorrow = time.time() + 86400
        expect(time.strftime("%Y%m%d%H%M%S", time.gmtime(tomorrow - 600)) < until <=
               time.strftime("%Y%m%d%H%M%S", time.gmtime(tomorrow)), until)


def _nta_survives(number):
    def run(world):
        with _with_nta(world):
            world.gate.stop(number)
            world.gate.start()
            _expect_rcodes(world, "NOERROR")
            expect(world.gate.log_lines(f"negative trust anchor {ZONE} until"), *world.log_tail())
        _expect_rcodes(world, "SERVFAIL")
        world.gate.stop(number)
        world.gate.start()
        _expect_rcodes(world, "SERVFAIL")
    return Case(f"a negative trust anchor, and its removal, outlive {number.name}", run)


def _nta_ends(world):
    """The shortest one that was seen while it was in force."""
    for seconds in (4, 15, 60):
        before = len(world.gate.log_lines(IS_OVER))
        with _with_nta(world, f"{seconds}s"):
            passed = world.ask(EXPIRED, "A").rcode == "NOERROR"
            wait_until(lambda: world.ask(EXPIRED, "A").rcode == "SERVFAIL", "it does not end")
            _expect_rcodes(world, "SERVFAIL")
            wait_until(lambda: len(world.gate.log_lines(IS_OVER)) > before, "no line in the log")
            expect_equal("rows", _rows(world, "ntas", "nta", "list"), [])
        if passed:
            break
    expect(passed, "the machine is too slow, or it had no effect")
    world.gate.restart()
    expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")


def _nta_refused(world):
    for why, words, code, says in (
            ("every name", ("add", "."), 1, "every name"),
            ("longer than a week", ("add", ZONE, "8d"), 2, "seven days"),
            ("over already", ("add", ZONE, "20200101000000"), 2, "over already"),
            ("no end at all", ("add", ZONE, "never"), 2, "UNTIL"),
            ("no name", ("add", "a..b"), 2, "not a domain name"),
            ("none to remove", ("remove", "other.test"), 1, "nta list"),
            ("a word too many", ("add", ZONE, "1h", "2h"), 2, "unexpected argument")):
        seen, said = world.gate.ctl("nta", *words)
        expect_equal(f"{why}: {said}", seen, code)
        expect(says in said, said)
    expect_equal("rows", _rows(world, "ntas", "nta", "list"), [])
    expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")


def _nta_damaged(world):
    """Whoever damages the file gains nothing: no line of it counts."""
    path = world.gate.config.removesuffix(".conf") + ".ntas"
    world.gate.stop()
    with open(path, "w") as file:
        file.write(f"sealgate-ntas 1\n{ZONE} 20260101000000 20991231000000\n")
    world.gate.start()
    expect(world.gate.log_lines(f"{path}:2: "), *world.gate.log_lines())
    expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
    expect(os.path.exists(path + ".damaged"), "the file is not kept")
    with _with_nta(world):
        expect_rcode(world.ask(EXPIRED, "A"), "NOERROR")


def _nta_unsaved(world):
    """One that would be gone after a restart is refused."""
    path = world.gate.config.removesuffix(".conf") + ".ntas"
    os.mkdir(path + ".new")
    try:
        code, said = world.gate.ctl("nta", "add", ZONE)
        expect_equal("exit code", code, 1)
        expect(path in said, said)
        expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
    finally:
        os.rmdir(path + ".new")


def _nta_by_a_clock_set_back(world):
    """By a clock that is earlier than its begin it is not in force. It ends although that clock never shows its end,
    and does not come back."""
    path = world.gate.config.removesuffix(".conf") + ".ntas"
    with _with_nta(world, "1h"):
        expect_rcode(world.ask(EXPIRED, "A"), "NOERROR")
        world.gate.clock.set(DAY_BACK)
        try:
            wait_until(lambda: [row["state"] for row in _rows(world, "ntas", "nta", "list")] == ["not-begun"],
                       "it still counts as begun")
            wait_until(lambda: world.ask(EXPIRED, "A").rcode == "SERVFAIL", "it is still in force")
        finally:
            world.gate.clock.set(RIGHT)
        wait_until(lambda: world.ask(EXPIRED, "A").rcode == "NOERROR", "it is not in force again")
    # This clock stands still.
    world.gate.clock.set(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + 172800)))
    try:
        with _with_nta(world, "10s"):
            wait_until(lambda: _rows(world, "ntas", "nta", "list") == [], "it does not end")
            with open(path) as file:
                expect(ZONE not in file.read(), "it is still in the file")
            expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
    finally:
        world.gate.clock.set(RIGHT)
    expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")


# ---- What is known ----

def _names(rows):
    return {row["name"] for row in rows}


def _zones(world):
    world.gate.restart()
    expect_equal("rows", _rows(world, "zones", "zones"), [])
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    expect_rcode(world.ask("www.unsigned.test.", "A"), "NOERROR")
    expect_rcode(world.ask(BROKEN, "A"), "SERVFAIL")
    rows = {row["name"]: row for row in _rows(world, "zones", "zones")}
    expect_equal("p256.test", [rows["p256.test."].get(key) for key in ("status", "keys", "reason")],
                 ["secure", True, None])
    expect_equal("unsigned.test", rows["unsigned.test."]["status"], "insecure")
    expect(rows["unsigned.test."]["reason"], rows["unsigned.test."])
    expect_equal(BROKEN_ZONE, rows[BROKEN_ZONE]["status"], "bogus")
    expect(rows[BROKEN_ZONE]["reason"], rows[BROKEN_ZONE])
    now = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    expect(all(row["until"] > now for row in rows.values()), rows)
    expect_equal("in order", list(rows), sorted(rows, key=lambda name: name.split(".")[::-1]))
    expect_equal("with a name", _names(_rows(world, "zones", "zones", "p256.test")), {"p256.test."})
    said = _ctl(world, "zones", "p256.test").splitlines()
    expect(said[0].startswith("name=p256.test. status=secure until="), *said)
    expect_equal("the end", said[1:], ["shown=1", "left_out=0"])
    expect_equal("exit code for no name", world.gate.ctl("zones", "a..b")[0], 2)


def _flush_name(world):
    for name in (NAME, "www.rsa256.test."):
        expect_rcode(world.ask(name, "A"), "NOERROR")
    _ctl(world, "flush", "rsa256.test")
    known = _names(_rows(world, "zones", "zones"))
    expect("p256.test." in known and "rsa256.test." not in known, known)
    fetches, recalled = world.gate.counter("fetches"), world.gate.counter("responses_recalled")
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    expect_equal("queries for keys of another zone", world.gate.counter("fetches"), fetches)
    expect_rcode(world.ask("www.rsa256.test.", "A"), "NOERROR")
    expect(world.gate.counter("fetches") > fetches, "no key was fetched again")
    expect_equal("responses recalled", world.gate.counter("responses_recalled"), recalled)
    expect_equal("exit code for no name", world.gate.ctl("flush", "a..b")[0], 2)


def _servers(world):
    world.gate.restart()
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    row, = (row for row in _rows(world, "servers", "servers") if row["address"] == topology.UPSTREAM[4])
    expect_equal("edns", row["edns"], "taken")
    expect_equal("signatures", row["signatures"], "sent")
    expect_equal("letters", row["letters"], "kept")
    expect(f"address={topology.UPSTREAM[4]} edns=taken" in _ctl(world, "servers"), "not as text")


def _recent(world):
    world.gate.restart()
    expect_equal("rows", _rows(world, "recent", "recent"), [])
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    for _ in range(3):
        expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
    expect_rcode(world.ask(EXPIRED, "MX", 6), "SERVFAIL")
    newer, older = _rows(world, "recent", "recent")
    expect_equal("the newer one", [newer[key] for key in ("name", "type", "server", "times")],
                 [EXPIRED, "MX", topology.UPSTREAM[6], 1])
    expect_equal("the older one", [older[key] for key in ("name", "type", "server", "status", "times")],
                 [EXPIRED, "A", topology.UPSTREAM[4], "bogus", 3])
    expect(older["reason"] == "rrsig-expired" and older["client"], older)
    expect(older["time"] <= newer["time"] <= time.strftime("%Y%m%d%H%M%S", time.gmtime()), newer)
    expect_equal("another name", _rows(world, "recent", "recent", "p256.test"), [])
    expect_equal("its zone", len(_rows(world, "recent", "recent", "expired.test")), 2)


def _recent_escaped(world):
    """A name from the network cannot forge a line, a pair, or an order to a terminal."""
    world.gate.restart()
    labels = (b"x\ntime=1 name=good.test.", b"\x1b[2J\"\\", b"a b", b"expired", b"test", b"")
    query = ask.make(EXPIRED, "A")
    wire = query.to_wire()
    name = b"".join(bytes([len(label)]) + label for label in labels)
    old = b"".join(bytes([len(label)]) + label for label in (b"www", b"expired", b"test", b""))
    wire = wire.replace(old, name, 1)
    expect(ask.send(client_of(world), topology.UPSTREAM[4], wire) is not None, "no answer")
    said = _ctl(world, "recent").splitlines()
    expect_equal("lines", len(said), 3)
    expect(all(" " <= char <= "~" for line in said for char in line), *said)
    expect_equal("pairs", [pair.split("=")[0] for pair in said[0].split(" ")],
                 ["time", "client", "server", "name", "type", "status", "reason", "times"])
    row, = _rows(world, "recent", "recent")
    expect(row["name"].startswith("x\\010time=1\\032name=good\\.test\\.."), row["name"])


# ---- The log level ----

def _log_level(world):
    _ctl(world, "log-level", "debug")
    status = world.gate.status()
    expect_equal("log_level", status["log_level"], "debug")
    expect("reload" in status["log_level_from"], status["log_level_from"])
    wait_until(lambda: world.ask(NAME, "A") and world.gate.log_lines("debug: "), "no line of debug")
    _ctl(world, "reload")
    expect_equal("log_level", world.gate.status()["log_level"], "info")
    expect_equal("log_level_from", world.gate.status()["log_level_from"], "configuration")
    code, said = world.gate.ctl("log-level", "loud")
    expect_equal("exit code", code, 2)
    expect("debug" in said, said)


def _metrics(world):
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    plain, types = metrics.read(_ctl(world, "metrics"), False)
    told = world.gate.status()
    strict, strict_types = metrics.read(_ctl(world, "metrics", "--openmetrics"), True)
    expect_equal("the samples", set(strict), set(plain))
    expect_equal("the families", strict_types, types)
    expect_equal("up", plain["sealgate_up",], 1)
    expect_equal("build", plain["sealgate_build_info", "enforce", "host", told["version"]], 1)
    expect_equal("the rules", plain["sealgate_rules", told["rules"]], 1)
    for name in ("queries", "responses", "status_secure", "passed_cd"):
        expect_equal(f"the type of {name}", types[f"sealgate_{name}"], "counter")
        expect(plain[f"sealgate_{name}_total",] <= int(told[name]) <= strict[f"sealgate_{name}_total",],
               f"{name}: {plain[f'sealgate_{name}_total',]}, {told[name]}")
    expect(plain["sealgate_status_secure_total",] >= 1, "no answer is counted")
    world.gate.stop()
    try:
        code, said = world.gate.ctl("metrics")
        expect_equal("exit code without a daemon", code, 0)
        expect_equal("without a daemon", metrics.read(said, False)[0], {("sealgate_up",): 0})
    finally:
        world.gate.start()


_KNOWN = (
    Case("ctl zones prints what is known of zones", _zones),
    Case("ctl flush NAME forgets that name, and no other", _flush_name),
    Case("ctl servers prints what is known of servers", _servers),
    Case("ctl recent prints the last refusals", _recent),
    Case("ctl recent escapes names from the network", _recent_escaped),
)

_NTA = (
    Case("a negative trust anchor takes effect at once, and goes away at once", _nta_at_once),
    Case("a negative trust anchor lasts for a day if nobody says", _nta_default_end),
    _nta_survives(signal.SIGTERM),
    _nta_survives(signal.SIGKILL),
    Case("a negative trust anchor ends by itself", _nta_ends),
    Case("a negative trust anchor that would last too long, or be for every name, is refused", _nta_refused),
    Case("a damaged file of negative trust anchors lets nothing pass", _nta_damaged),
    Case("a negative trust anchor that cannot be kept is refused", _nta_unsaved),
)

GROUPS = (
    Group("ctl zones, servers, recent, flush", with_sealgate("host"), _KNOWN),
    Group("ctl metrics", with_sealgate("host"), (
        Case("ctl metrics prints what Prometheus and OpenMetrics read: all counters, rules, clock", _metrics),),
        obstacle=metrics.obstacle()),
    Group("ctl nta", with_sealgate("host", queues=2), _NTA),
    Group("ctl nta with a clock of its own", _with_a_clock, (
        Case("a negative trust anchor is not extended by a clock that is set back or stands still", _nta_by_a_clock_set_back),)),
    Group("ctl nta on a gateway", on_gateway, _NTA[:1]),
    Group("ctl log-level", with_sealgate("host"), (
        Case("the log level changes at run time, until the next reload", _log_level),)),
)
