# SPDX-License-Identifier: GPL-2.0-or-later
"""The shortcut: the kernel sets DO in plain queries by itself, and only responses come to the queue.
Everything that is true without it is true with it."""

import contextlib
import os
import signal
import time

from lab import ask, manager, nat, streams, topology
from lab.resources import Obstacle

from .attacks import ON_GATEWAY, WAYS, refuses
from .case import (Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode,
                   wait_until)
from .rules import REMOVE_RULES, snapshot
from .same import CHOSEN, same_in_zone
from .silence import WIRE, Line, passes_below

NAME = "www.p256.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
REPORTED = "any.unsigned.test."     # the attack report-query answers with the features of the query
LOST_S = 5          # a query that is not answered by then is lost, as some are here, or late
COUNTED_S = 10      # within a second sealgate counts a query that is not answered
TRIES = 5
SENT_AS_ONE = 16                    # queries
INTERFACE = "client"                # of the router, where the client is


def _gate(lab, role="gateway", interface=INTERFACE, more=""):
    directory = os.path.join(lab.resources.bpf_file_system(), "sealgate")
    return directory, lab.sealgate(lab.router, role, more=more + f"""
        shortcut = {{ interfaces = [ "{interface}" ]; directory = "{directory}"; }};\n""")


def scene(role="gateway", more="", translate=lambda router: contextlib.nullcontext()):
    @contextlib.contextmanager
    def run(lab):
        directory, gate = _gate(lab, role, more=more)
        with gate, translate(lab.router):
            if "the shortcut is not used" in gate.rules_said:
                raise Obstacle(gate.rules_said.split("through the queue: ")[1].splitlines()[0])
            world = World(lab, gate, lab.ask_through_gateway)
            world.directory = directory
            yield world
    return run


def _count(world):
    return world.gate.counter("queries_shortcut")


def _wait_for(what, holds):
    wait_until(holds, f"waited in vain: {what}")


def _takes(world, family=4, server=topology.UPSTREAM):
    """Asks once; returns whether the query took the shortcut."""
    before = _count(world)
    ask.query(world.lab.client, server[family], NAME, "A", timeout_s=LOST_S)
    return _count(world) > before


def _wait_until_taken(world, families=(4, 6)):
    """A server that has answered once is known to support EDNS."""
    for family in families:
        _wait_for(f"IPv{family} queries take the shortcut", lambda: _takes(world, family))


def _grows(world, before):
    """A query that is not answered is counted within a second."""
    deadline = time.monotonic() + COUNTED_S
    while _count(world) == before:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def on_shortcut(case):
    """The same case, and its queries took the shortcut. A query that an earlier case left unanswered may
    send them to the queue for a moment, so this is tried several times."""
    def run(world):
        for _ in range(TRIES):
            _wait_until_taken(world)
            before = _count(world)
            case.run(world)
            if _grows(world, before):
                return
        expect(False, "no query took the shortcut")
    return Case("shortcut: " + case.name, run)


def _reported(world, query):
    with world.lab.attack("report-query"):
        answer = ask.send(world.lab.client, topology.UPSTREAM[4], query.to_wire())
    expect(answer is not None and answer.data("TXT"), f"seen: {described(answer)}")
    return answer.data("TXT")[0]


def _decorated(world):
    _wait_until_taken(world)
    for how in ({}, {"edns": 512}, {"edns": 4096}, {"do": True}):
        before = _count(world)
        said = _reported(world, ask.make(REPORTED, "TXT", **how))
        expect("edns=0 size=1232 do=True" in said, f"{how}: {said}")
        expect_equal(f"{how}: queries that took the shortcut", _count(world), before + 1)


def _odd_by_the_queue(world):
    _wait_until_taken(world)
    for what, query in (("CD", ask.make(NAME, "A", cd=True)), ("TSIG", ask.make(NAME, "A"))):
        if what == "TSIG":
            query.use_tsig(ask.TSIG_KEYRING, ask.TSIG_NAME)
        before, left = _count(world), world.gate.counter("shortcut_left")
        answer = ask.send(world.lab.client, topology.UPSTREAM[4], query.to_wire())
        expect(answer is not None, f"{what}: no answer")
        _wait_for(f"{what} is counted as left",
                  lambda before=left: world.gate.counter("shortcut_left") > before)
        expect_equal(f"{what}: queries that took the shortcut", _count(world), before)
    left = _count(world)
    answer = streams.query(world.lab.client, topology.UPSTREAM[4], NAME, "A")
    expect_data(answer, "A", GOOD)
    expect_equal("queries that took the shortcut, over TCP", _count(world), left)


def _many_in_one_packet(world):
    """Each query gets what it would get alone, and none gets the mark of another one."""
    wires = []
    for number in range(SENT_AS_ONE):
        query = ask.make(NAME, "A", ad=True)
        query.id = number
        wires.append(query.to_wire())
    _wait_until_taken(world)
    for server in topology.UPSTREAM.values():
        before = _count(world)
        for answer in ask.send_as_one(world.lab.client, server, wires):
            expect_data(answer, "A", GOOD)
            expect(answer.has_ad and not answer.has_opt, described(answer))
        expect_equal("queries that took the shortcut", _count(world), before)
        with world.lab.attack("forge-address"):
            for answer in ask.send_as_one(world.lab.client, server, wires):
                expect_rcode(answer, "SERVFAIL")


def _paused(world):
    _wait_until_taken(world)
    world.gate.ctl("pause", "60")
    try:
        before = _count(world)
        said = _reported(world, ask.make(REPORTED, "TXT"))
        expect("edns=-1" in said, f"in a pause: {said}")
        expect_equal("queries that took the shortcut in a pause", _count(world), before)
    finally:
        world.gate.ctl("resume")
    _wait_until_taken(world)


def _told(world):
    _wait_until_taken(world)
    expect(int(world.gate.status()["queries_shortcut"]) > 0, "ctl status does not count them")
    expect(f"# shortcut, on {INTERFACE}" in world.gate.command("rules", "show"),
           "rules show does not name it")


def _passes_the_router(world):
    """True if a query passes. Its response must not pass, because sealgate is not there to judge it."""
    with Line(world) as line:
        wire = line.ask("www.unsigned.test.", "A")
        passes = passes_below(line, wire, world.lab.client, WIRE["client"][4])
        if passes:
            line.wait_sent(wire)
        came = ask.arrived(line.sock)
    expect(not came, f"sealgate does not run, and these came: {[described(answer) for answer in came]}")
    return passes


def _killed(world):
    _wait_until_taken(world)
    world.gate.stop(signal.SIGKILL)
    try:
        _wait_for("queries stand still", lambda: not _passes_the_router(world))
    finally:
        world.gate.start()
    _wait_until_taken(world)
    expect_data(world.ask(NAME, "A"), "A", GOOD)


def _stopped(world):
    """A sealgate that ends in order closes the shortcut: not one query goes on."""
    _wait_until_taken(world)
    expect_equal("exit code", world.gate.stop(), 0)
    try:
        expect(not _passes_the_router(world), "a query passed")
    finally:
        world.gate.start()
    _wait_until_taken(world)


def _applied_again(world):
    """`rules apply` while sealgate runs."""
    _wait_until_taken(world)
    world.gate.apply_rules()
    expect(_takes(world), "no query takes the shortcut any more")
    expect_data(world.ask(NAME, "A"), "A", GOOD)


def _attached(world):
    router = world.lab.router
    return (router.run("tc", "filter", "show", "dev", INTERFACE, "ingress"),
            router.run("tc", "qdisc", "show", "dev", INTERFACE), os.path.exists(world.directory))


def _leaves_nothing(world):
    world.gate.stop()
    world.gate.remove_rules()
    before = snapshot(world.lab.router), _attached(world)
    expect(not before[1][0] and "clsact" not in before[1][1] and not before[1][2],
           f"left: {before[1]}")
    for _ in range(2):
        world.gate.apply_rules()
    applied = snapshot(world.lab.router), _attached(world)
    world.gate.apply_rules()
    expect_equal("applied once more", [snapshot(world.lab.router), _attached(world)[1:]],
                 [applied[0], applied[1][1:]])
    expect("sealgate" in applied[1][0] and applied[1][2], f"not attached: {applied[1]}")
    for _ in range(2):
        world.gate.remove_rules()
    expect_equal("after rules remove", (snapshot(world.lab.router), _attached(world)), before)
    world.gate.apply_rules()
    world.gate.start()
    _wait_until_taken(world)


def _script_leaves_nothing(world):
    router = world.lab.router
    world.gate.stop()
    world.gate.remove_rules()
    before = snapshot(router), _attached(world)
    world.gate.apply_rules()
    expect(_attached(world) != before[1], "it was not attached")
    router.run(REMOVE_RULES, world.directory)
    expect_equal("after the script", (snapshot(router), _attached(world)), before)
    world.gate.apply_rules()
    world.gate.start()
    _wait_until_taken(world)


def _spares_the_operator(world):
    """The operator may have filters at the same place."""
    router = world.lab.router
    where = ("dev", INTERFACE, "ingress", "pref", "7")
    router.run("tc", "filter", "add", *where, "bpf", "bytecode", "1,6 0 0 0", "flowid", "1:7")
    world.gate.stop()
    world.gate.remove_rules()
    left = _attached(world)
    router.run("tc", "filter", "del", *where)
    router.run("tc", "qdisc", "del", "dev", INTERFACE, "clsact")
    world.gate.apply_rules()
    world.gate.start()
    expect("flowid 1:7" in left[0] and "sealgate" not in left[0] and not left[2], f"left: {left}")
    _wait_until_taken(world)


def _cannot_be_had(world):
    """Only the speed depends on the shortcut."""
    world.gate.stop()
    world.gate.remove_rules()
    try:
        _directory, other = _gate(world.lab, interface="nowhere0")
        with other:
            expect("interface nowhere0 does not exist" in other.rules_said, other.rules_said)
            expect_data(world.ask(NAME, "A"), "A", GOOD)
            expect_equal("queries that took the shortcut", other.counter("queries_shortcut"), 0)
        expect(not _attached(world)[2], "rules apply left something that it could not use")
    finally:
        world.gate.apply_rules()
        world.gate.start()


def _sent_elsewhere(world):
    """The operator's nat sends queries for one server to another one. Queries that take the shortcut are
    lost, until sealgate notices it."""
    _wait_until_taken(world, families=(4,))
    _wait_for("the other server is known",
              lambda: _takes(world, 4, topology.ORACLE))
    with nat.to_another_resolver(world.lab.router):
        _wait_for("answers come again", lambda: described(ask.query(
            world.lab.client, topology.ORACLE[4], NAME, "A", timeout_s=LOST_S)).startswith("NOERROR"))


def _no_longer_judged(world):
    """A reload that exempts the server takes it off the shortcut. No answer is lost."""
    _wait_until_taken(world, families=(4,))
    with open(world.gate.config) as file:
        before = file.read()
    try:
        with open(world.gate.config, "w") as file:
            file.write(before + f'unjudged_servers = [ "{topology.UPSTREAM[4]}" ];\n')
        expect_equal("reload", world.gate.ctl("reload")[0], 0)
        with world.lab.attack("forge-address"):
            _wait_for("the server is not judged", lambda: world.ask(NAME, "A").rcode == "NOERROR")
        taken = _count(world)
        for _ in range(5):
            expect_data(world.ask(NAME, "A"), "A", GOOD)
        expect_equal("queries that took the shortcut", _count(world), taken)
    finally:
        with open(world.gate.config, "w") as file:
            file.write(before)
        expect_equal("reload", world.gate.ctl("reload")[0], 0)
    _wait_until_taken(world, families=(4,))


def _router_asked(world):
    """Queries to the router itself do not concern sealgate."""
    _wait_until_taken(world)
    world.lab.restart_forwarder()
    before = _count(world)
    for family in (4, 6):
        answer = world.lab.ask_router(NAME, "A", family)
        expect_data(answer, "A", GOOD)
        expect(not answer.has_opt, "an OPT that was not asked for")
    expect_equal("queries that took the shortcut", _count(world), before)


def _forged(world):
    _wait_until_taken(world)
    with world.lab.attack("forge-address"):
        answer = world.ask(NAME, "A")
    expect_rcode(answer, "SERVFAIL")
    expect_data(world.ask(NAME, "A"), "A", GOOD)


def _mixed_case(world):
    _wait_until_taken(world)
    for name in ("wWw.P256.tEsT.", "NoWhere.p256.TEST."):
        query = ask.make(name, "A")
        answer = ask.send(world.lab.client, topology.UPSTREAM[4], query.to_wire())
        expect(answer is not None and answer.question_wire == ask.Answer(
            query.to_wire()).question_wire, f"{name}: {described(answer)}")


# The lines that docs/shortcut.md adds to the units.
DROP_INS = {"sealgate-rules": "[Unit]\nRequiresMountsFor=/run/sealgate_bpf\n",
            "sealgate": "[Service]\nSystemCallFilter=bpf\n"}


@contextlib.contextmanager
def as_a_service(lab):
    gate = lab.sealgate(lab.router, "gateway",
                        more=f'shortcut = {{ interfaces = [ "{INTERFACE}" ]; }};\n')
    try:
        with manager.Manager(lab, gate, DROP_INS) as service:
            world = World(lab, gate, lab.ask_through_gateway)
            world.service = service
            service.start()
            yield world
            service.control("stop", "sealgate-rules")
    finally:
        gate.remove_rules()


def _count_of_service(world):
    said = world.service.run("/usr/local/sbin/sealgate", "ctl", "status")
    return int(dict(line.split("=", 1) for line in said.splitlines())["queries_shortcut"])


def _works_as_a_service(world):
    """As a user of its own, in its sandbox, and after a restart perhaps as another user."""
    for again in (False, True):
        if again:
            world.service.control("restart", "sealgate")
        _wait_for("queries take the shortcut", lambda: world.ask(NAME, "A", timeout_s=LOST_S) and
                  _count_of_service(world) > 0)
        rights = world.service.rights()
        expect("0" not in rights["Uid"].split(), f"the service runs as root: {rights['Uid']}")
        with world.lab.attack("forge-address"):
            expect_rcode(world.ask(NAME, "A"), "SERVFAIL")


def _leaves_nothing_as_a_service(world):
    world.service.control("stop", "sealgate-rules")
    filters = world.lab.router.run("tc", "filter", "show", "dev", INTERFACE, "ingress")
    expect(not filters, f"left: {filters}")
    pinned = world.service.run("find", "/run/sealgate_bpf", "-name", "shortcut_*")
    expect(not pinned, f"left: {pinned}")


_FORGED = Case("shortcut: a forged answer becomes SERVFAIL, and the next answer is genuine", _forged)

GROUPS = (
    Group("shortcut", scene(), (
        Case("shortcut: the kernel itself sets DO and the size", _decorated),
        Case("shortcut: the letter case of a question comes back unchanged", _mixed_case),
        Case("shortcut: queries with CD or TSIG, and TCP, do not take it", _odd_by_the_queue),
        Case("shortcut: queries that are sent as one large packet (GSO) go to the queue, one by one",
             _many_in_one_packet),
        Case("shortcut: in a pause queries go on unchanged", _paused),
        Case("shortcut: a server that a reload exempts leaves it, and comes back", _no_longer_judged),
        Case("shortcut: ctl status counts its queries, and rules show names it", _told),
        _FORGED,
        *(on_shortcut(same_in_zone(zone, "gateway")) for zone in CHOSEN),
        *(on_shortcut(refuses(row, *way)) for row in ON_GATEWAY for way in WAYS[:2]),
        Case("shortcut: after kill -9 no query is answered until sealgate runs again", _killed),
        Case("shortcut: when sealgate ends no query goes on from that moment", _stopped),
        Case("shortcut: rules apply while sealgate runs keeps the shortcut working", _applied_again),
        Case("shortcut: rules remove leaves nothing pinned and nothing attached", _leaves_nothing),
        Case("shortcut: without the program the script leaves nothing pinned and nothing attached",
             _script_leaves_nothing),
        Case("shortcut: the operator's own filters are left alone", _spares_the_operator),
        Case("shortcut: if it cannot be loaded everything works without it", _cannot_be_had))),
    Group("shortcut with masquerading", scene(translate=nat.masquerade), (
        Case("shortcut: with masquerading, servers see the router's address", _decorated),
        Case("shortcut: with masquerading, a forged answer becomes SERVFAIL", _forged))),
    Group("shortcut to elsewhere", scene(more="flow_timeout_ms = 1000;\n"), (
        Case("shortcut: queries that nat sends to another server go to the queue after a while",
             _sent_elsewhere),)),
    Group("shortcut as a service", as_a_service, obstacle=manager.obstacle(), cases=(
        Case("shortcut: the service works without further rights", _works_as_a_service),
        Case("shortcut: systemctl stop leaves nothing of it", _leaves_nothing_as_a_service))),
    Group("shortcut of both roles", scene("both"), (
        Case("shortcut: queries to the router itself are left alone", _router_asked),
        Case("shortcut: in role both a forged answer becomes SERVFAIL", _forged))),
)
