# SPDX-License-Identifier: GPL-2.0-or-later
"""The service as systemd runs it: the rules outlast a restart and a failure, but not a stop."""

import contextlib

from lab import manager, streams, topology
from lab.attacks import FORGED
from lab.resources import LabError
from lab.threads import Threads

from .case import Case, Group, World, described, expect, expect_data, expect_equal, wait_until
from .privilege import sandbox_of
from .rules import snapshot
from .silence import Line

GOOD = ["192.0.2.80", "192.0.2.81"]
ASK_S = 0.05        # between two queries
CAP_NET_ADMIN = 1 << 12
SECCOMP_FILTER = "2"
TRIES = 6           # one more than systemd allows by default within ten seconds


def _as_a_service(where, role, ask):
    @contextlib.contextmanager
    def scene(lab):
        gate = lab.sealgate(getattr(lab, where), role)
        try:
            with manager.Manager(lab, gate) as service:
                world = World(lab, gate, getattr(lab, ask))
                world.service = service
                yield world
        finally:
            gate.remove_rules()
    return scene


as_a_service = _as_a_service("host", "host", "ask_from_host")
# At boot the rules come before the network, so there is no default route yet.
as_a_service_on_the_gateway = _as_a_service("router", "gateway", "ask_through_gateway")


@contextlib.contextmanager
def _without_default_routes(router):
    routes = {family: router.run("ip", f"-{family}", "route", "show", "default").split()
              for family in (4, 6)}
    for family, words in routes.items():
        router.run("ip", f"-{family}", "route", "delete", *words)
    try:
        yield
    finally:
        for family, words in routes.items():
            router.run("ip", f"-{family}", "route", "add", *words)


def _is_relayed(world):
    """True if the rules relay TCP from the inside."""
    lines = world.gate.shown_rules().splitlines()
    return any(interface in line and target in line for line in lines for interface, target in
               (("-i client", "-j SEALGATE_INSIDE"), ('iifname "client"', "jump relay_inside")))


def _finds_the_inside_once_the_network_is_up(world):
    with _without_default_routes(world.lab.router):
        world.service.start()
        expect(not _is_relayed(world), "there is no default route, and still an inside")
    wait_until(lambda: _is_relayed(world) and world.service.says("rules=in-force"), "the inside was not found")
    for family in (4, 6):
        answer = streams.query(world.lab.client, topology.UPSTREAM[family], "www.p256.test.", "A")
        expect_data(answer, "A", GOOD)


class _Watching(Threads):
    """Keeps asking for a forged name, and checks whether the rules are there."""

    def __init__(self, world):
        super().__init__(self._ask, self._look)
        self.world, self.forged, self.bare, self.looks = world, [], 0, 0
        self._line = Line(world)

    def _ask(self):
        """Answers are checked at the end: a forged one may be late, too."""
        while not self._ends.is_set():
            with contextlib.suppress(OSError):      # the kernel may report that it was dropped
                self._line.ask("www.p256.test.", "A")
            self._ends.wait(ASK_S)

    def _look(self):
        while not self._ends.is_set():
            saved = self.world.gate.namespace.run("iptables-save")
            tables = self.world.gate.namespace.run("nft", "list", "tables")
            self.bare += "SEALGATE_OUT" not in saved and "inet sealgate" not in tables
            self.looks += 1

    def see_all(self):
        """Collects every answer that came or will come. Call it when the service answers again."""
        self.forged += [described(answer) for answer in self._line.everything() if answer.data("A")]


def _is_answered(world):
    return world.ask("www.p256.test.", "A", timeout_s=1) is not None


def _expect_no_gap(watching):
    watching.see_all()
    expect(not watching.forged, "a forged answer passed", *watching.forged[:3])
    expect_equal("times that the rules were missing", watching.bare, 0)


def _restarts_without_a_gap(world):
    world.service.start()
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    with world.lab.attack("forge-address"), _Watching(world) as watching:
        restarts = 0
        # Until some of the checks happened during restarts.
        while restarts < 3 or watching.looks <= 3:
            before = world.service.main_pid()
            world.service.control("reset-failed", "sealgate")
            world.service.control("restart", "sealgate")
            expect(world.service.main_pid() != before, "the service was not restarted")
            restarts += 1
        wait_until(lambda: _is_answered(world), "the service does not answer again")
    _expect_no_gap(watching)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


def _comes_back_without_a_gap(world):
    world.service.start()
    before = world.service.main_pid()
    with world.lab.attack("forge-address"), _Watching(world) as watching:
        world.service.control("kill", "--kill-who=main", "--signal=KILL", "sealgate")
        wait_until(lambda: world.service.main_pid() not in (0, before), "the service is not started again")
        wait_until(lambda: _is_answered(world), "the service does not answer again")
    _expect_no_gap(watching)


def _is_closed_while_stopped(world):
    """The rules have a life of their own: a daemon that is stopped leaves DNS closed."""
    world.service.start()
    world.service.control("stop", "sealgate")
    with world.lab.attack("forge-address"):
        expect_equal("an answer while sealgate is stopped", world.ask("www.p256.test.", "A", timeout_s=1), None)


def _stops_and_leaves_nothing(world):
    namespace = world.gate.namespace
    world.service.control("stop", "sealgate-rules")
    before = snapshot(namespace)
    world.service.start()
    expect(snapshot(namespace) != before, "starting applied no rules")
    world.service.control("stop", "sealgate-rules")
    expect_equal("the service", world.service.is_active(), False)
    for what, lines in before.items():
        expect_equal(what, snapshot(namespace)[what], lines)
    with world.lab.attack("forge-address"):
        answer = world.ask("www.p256.test.", "A")
    expect_data(answer, "A", [FORGED[1]])


def _has_few_rights(world):
    """The service runs in the sandbox of its unit, and works there."""
    world.service.start()
    rights = world.service.rights()
    expect("0" not in rights["Uid"].split(), f"the service runs as root: {rights['Uid']}")
    expect_equal("capabilities", int(rights["CapEff"], 16), CAP_NET_ADMIN)
    expect_equal("capability bounding set", int(rights["CapBnd"], 16), CAP_NET_ADMIN)
    expect_equal("no new privileges", rights["NoNewPrivs"], "1")
    expect_equal("seccomp", rights["Seccomp"], SECCOMP_FILTER)
    expect(world.service.says(f"sandbox={sandbox_of(world)}"), f"the unit forbids a part of {sandbox_of(world)}")
    with world.lab.attack("forge-address"):
        answer = world.ask("www.p256.test.", "A")
    expect(answer is not None and answer.rcode == "SERVFAIL", described(answer))


def _is_talked_to(world):
    world.service.start()
    said = world.service.run("/usr/local/sbin/sealgate", "ctl", "status")
    expect(f"pid={world.service.main_pid()}" in said.splitlines(), said)
    expect("role host" in world.service.control("status", "sealgate"), "systemd has no status line")
    expect_equal("the control socket", world.service.run("stat", "-c", "%a %G", "/run/sealgate/control"),
                 "660 sealgate-read")


def _starts_again_once_the_configuration_is_right(world):
    """As docs/operation.md says: systemd tries again without end, more often than it would by default, and
    nobody has to do more than to correct the file."""
    service, config = world.service, "/etc/sealgate/sealgate.conf"
    service.start()
    service.run("sh", "-c", f"cp {config} /run/right.conf; echo 'mode = 1;' >> {config}")
    try:
        with contextlib.suppress(LabError):
            service.control("restart", "sealgate")
        wait_until(lambda: int(service.control("show", "--property=NRestarts", "--value", "sealgate")) > TRIES,
                   "systemd gives up")
        expect(not _is_answered(world), "DNS passes without the service")
    finally:
        service.run("cp", "/run/right.conf", config)
    wait_until(lambda: _is_answered(world), "the service does not start by itself")
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


def _starts_at_boot(world):
    """Both units: without its rules sealgate protects nothing until its guard has looked."""
    world.service.control("enable", "sealgate")
    for unit in ("sealgate", "sealgate-rules"):
        expect_equal(unit, world.service.control("is-enabled", unit), "enabled")
    world.service.control("disable", "sealgate")


GROUPS = (
    Group("service", as_a_service, obstacle=manager.obstacle(), cases=(
        Case("during systemctl restart the rules are never missing", _restarts_without_a_gap),
        Case("after SIGKILL the service is started again, and the rules were never missing",
             _comes_back_without_a_gap),
        Case("after a wrong configuration the service starts by itself once the file is right",
             _starts_again_once_the_configuration_is_right),
        Case("the service works with CAP_NET_ADMIN as its only right", _has_few_rights),
        Case("sealgate ctl of root reaches the service", _is_talked_to),
        Case("systemctl enable sealgate enables its rules, too", _starts_at_boot),
        Case("systemctl stop sealgate leaves DNS closed", _is_closed_while_stopped),
        Case("systemctl stop sealgate-rules ends the service and removes the rules", _stops_and_leaves_nothing))),
    Group("service on a gateway", as_a_service_on_the_gateway, obstacle=manager.obstacle(), cases=(
        Case("the service finds the inside once the network is up",
             _finds_the_inside_once_the_network_is_up),)),
)
