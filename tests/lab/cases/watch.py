# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard of the rules: what another program removes comes back, and is told."""

import concurrent.futures
import contextlib
import fcntl
import time

from lab import manager
from lab.attacks import FORGED
from lab.surroundings import patient
from lab.threads import Threads

from .case import (Case, Group, World, expect, expect_equal, on_gateway, on_host,
                   tell, wait_until, with_sealgate)
from .silence import Line

NAME = "www.p256.test."
ASK_S = patient(0.01)    # between two queries
IN_FORCE = "rules=in-force"
AT_ONCE = 6         # `sealgate rules apply`
ROUNDS = 3
UNPROTECTED = 4     # the exit code of `ctl status`

# A ruleset of the operator's, without chains of sealgate.
SAVED = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n*security\n:INPUT ACCEPT [0:0]\nCOMMIT\n"

# What takes the rules away, and in which role's scene. A file is the input of the command. What takes away a part of
# the rules depends on their form: see also nft.py.
FLUSH = ("nft flush ruleset", ("nft", "flush", "ruleset"), "")
OF_IPTABLES = (
    ("iptables-restore of a file without our chains", ("iptables-restore",), SAVED),
    ("the jump of one family removed", ("ip6tables", "-t", "security", "-D", "INPUT", "-j", "SEALGATE_IN"), ""),
    ("one rule removed", ("iptables", "-t", "security", "-D", "SEALGATE_IN", "1"), ""),
    ("one chain emptied", ("iptables", "-t", "security", "-F", "SEALGATE_OUT"), ""),
)
REMOVALS_ON_THE_GATEWAY = (
    FLUSH,
    ("the routing rule of the relay removed", ("ip", "rule", "del", "table", "5300"), ""),
    ("the route of the relay removed", ("ip", "-6", "route", "flush", "table", "5300"), ""),
)


def _status(gate):
    code, said = gate.ctl("status")
    return code, dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def _restored(gate):
    return int(_status(gate)[1].get("rules_restored", -1))


class Asking(Threads):
    """Asks under an attack, without a pause, until the end. `again_s`: what comes is complete even if packets are
    lost on the way."""

    def __init__(self, world, namespace=None, again_s=None):
        super().__init__(self._ask)
        self._again_s = again_s
        self._line = Line(world, namespace=namespace)
        self._asked = 0

    def _ask(self):
        while not self._ends.is_set():
            with contextlib.suppress(OSError):      # the kernel may report that a packet was refused
                self._line.ask(NAME, "A")
                self._asked += 1
            self._ends.wait(ASK_S)

    def asked(self):
        return self._asked

    def forged(self):
        return [answer for answer in self._line.everything(self._again_s) if answer.data("A") == [FORGED[1]]]


def _remove(world, command, text):
    path = world.lab.resources.path("removal")
    with open(path, "w") as file:
        file.write(text)
    world.gate.namespace.run("sh", "-c", f"exec {' '.join(command)} <{path}")


def is_protected(world):
    answer = world.ask(NAME, "A")
    return answer is not None and answer.rcode == "SERVFAIL"


def comes_back(command, text):
    def run(world):
        gate = world.gate
        wait_until(lambda: _status(gate)[1].get("rules") == "in-force", "the rules are not in force at the start")
        before = _restored(gate)
        with world.lab.attack("forge-address"):
            with Asking(world) as asking:
                _remove(world, command, text)
                wait_until(lambda: _restored(gate) > before and _status(gate)[0] == 0,
                           lambda: f"the rules did not come back: {_status(gate)}")
            tell(f"{len(asking.forged())} forged answers passed meanwhile; "
                           f"{gate.log_lines('put back')[-1].split('rules: ')[1]}")
            expect(is_protected(world), "a forged answer passes after the rules came back")
        expect(gate.log_lines("rules: not in force: "), "the log does not tell that the rules were gone")
        expect_equal("rules", _status(gate)[1]["rules"], "in-force")
    return run


def _only_told(world):
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules are not in force at the start")
    _remove(world, ("nft", "flush", "ruleset"), "")
    wait_until(lambda: _status(world.gate)[0] == UNPROTECTED, "ctl status does not tell that the rules are gone")
    _, status = _status(world.gate)
    expect_equal("rules", status["rules"], "missing")
    expect_equal("restored", status["rules_restored"], "0")
    expect(world.gate.log_lines(f"DNS passes unjudged; run `sealgate rules apply --config {world.gate.config}`"), *world.gate.log_lines("rules"))
    world.gate.apply_rules()
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules that were applied are not seen")


def _operator_removes(world):
    """`sealgate rules remove` must not be undone; `sealgate rules apply` begins to watch again."""
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules are not in force at the start")
    before = _restored(world.gate)
    world.gate.remove_rules()
    wait_until(lambda: _status(world.gate)[1].get("rules") == "removed", "the status does not tell")
    time.sleep(6)       # a look of the guard
    expect(not world.gate.shown_rules(), "the rules came back")
    expect_equal("restored", _restored(world.gate), before)
    world.gate.apply_rules()
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules that were applied are not seen")


def _fought(world):
    """A program that flushes again and again: sealgate puts the rules back within bounds, and says so."""
    gate, tried = world.gate, 0
    while not gate.log_lines("another program removed them"):
        expect(tried < 90, "the guard fights without end", *gate.log_lines("rules")[-4:])
        before = _restored(gate)
        _remove(world, ("nft", "flush", "ruleset"), "")
        wait_until(lambda: _restored(gate) > before or gate.log_lines("another program removed them"),
                   "the rules neither came back, nor did the guard say why not")
        tried += 1
    # the other program has stopped
    wait_until(lambda: _status(gate)[0] == 0, "the rules did not come back in the end")


def _at_once(*calls):
    """Calls them all at the same time. What one of them raises is raised."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


def _several_at_once(world):
    """Each removes what was there before, also what another has just applied in part."""
    before = world.gate.command("rules", "show")
    _at_once(*[world.gate.apply_rules] * AT_ONCE)
    expect_equal("the rules", world.gate.command("rules", "show"), before)


@contextlib.contextmanager
def _lock_held(world):
    """Another process holds the lock of the rules, which any user can: nobody waits for it for long."""
    with open(f"/run/netns/{world.gate.namespace.name}") as namespace:
        fcntl.flock(namespace, fcntl.LOCK_EX)
        yield


def several_without_the_lock(world):
    """They wait for the lock for the same time, and then all come at once: first over rules, then where there are
    none."""
    before = world.gate.command("rules", "show")
    with _lock_held(world):
        _at_once(*[world.gate.apply_rules] * AT_ONCE)
        expect_equal("the rules", world.gate.command("rules", "show"), before)
        world.gate.remove_rules()
        _at_once(*[world.gate.apply_rules] * AT_ONCE)
        expect_equal("the rules, from none", world.gate.command("rules", "show"), before)
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules are not in force at the end")


def without_a_trace(world):
    """Rules that are applied, removed, and put back by the guard, all at once, leave nothing when they are removed."""
    gate, ruleset = world.gate, ("nft", "-s", "list", "ruleset")
    gate.remove_rules()
    gate.namespace.run("nft", "flush", "ruleset")
    nothing = gate.namespace.run(*ruleset)
    gate.apply_rules()
    before = gate.command("rules", "show")
    for _ in range(ROUNDS):
        gate.apply_rules()
        _at_once(*[gate.apply_rules, gate.remove_rules, lambda: gate.namespace.run("nft", "flush", "ruleset")] * 2)
    gate.apply_rules()
    wait_until(lambda: _status(gate)[0] == 0, "the rules are not in force")
    expect_equal("the rules", gate.command("rules", "show"), before)
    gate.remove_rules()
    expect_equal("what is left", gate.namespace.run(*ruleset), nothing)
    gate.apply_rules()


class _OtherProgram(Threads):
    """Makes and removes a table of its own, without a pause, until the end."""

    def __init__(self, world):
        super().__init__(self._change)
        self._namespace = world.gate.namespace
        self.changes = 0

    def _change(self):
        while not self._ends.is_set():
            self._namespace.run("nft", "add table ip other; delete table ip other")
            self.changes += 1


def applied_beside_another_program(world):
    """iptables-nft begins anew whenever any rules have changed. The rules must be all there then, too."""
    before = world.gate.command("rules", "show")
    with _OtherProgram(world) as other:
        for _ in range(ROUNDS):
            world.gate.apply_rules()
            expect_equal("the rules", world.gate.command("rules", "show"), before)
        world.gate.remove_rules()
        expect_equal("what is left", world.gate.shown_rules(), "")
        world.gate.apply_rules()
    expect_equal("the rules, from none", world.gate.command("rules", "show"), before)
    expect(other.changes > ROUNDS, f"the other program changed its rules only {other.changes} times")
    tell(f"the other program changed its rules {other.changes} times")


@contextlib.contextmanager
def _rules_of_another_role(lab):
    gate = lab.sealgate(lab.router, "gateway")
    lab.sealgate(lab.router, "host").apply_rules()
    try:
        gate.start()
        yield World(lab, gate, lab.ask_through_gateway)
    finally:
        gate.stop()
        gate.remove_rules()


def _replaces(world):
    said = world.gate.log_lines("rules: not in force yet: ")
    expect(said and "another configuration" in said[0], *world.gate.log_lines("rules"))
    with world.lab.attack("forge-address"):
        expect(is_protected(world), "a forged answer passes")


def _follows_the_inside(world):
    """A new interface of the inside gets its rules. Nobody removed any, so nothing was restored."""
    gate, router = world.gate, world.lab.router
    wait_until(lambda: _status(gate)[0] == 0, "the rules are not in force at the start")
    before = _restored(gate)
    router.run("ip", "link", "add", "newinside", "type", "veth", "peer", "name", "newother")
    try:
        router.run("ip", "address", "add", "10.53.77.1/24", "dev", "newinside")
        router.run("ip", "link", "set", "newinside", "up")
        wait_until(lambda: "newinside" in gate.shown_rules() and _status(gate)[0] == 0,
                   lambda: f"the new interface has no rules: {_status(gate)}")
    finally:
        router.run("ip", "link", "del", "newinside")
    wait_until(lambda: "newinside" not in gate.shown_rules() and _status(gate)[0] == 0,
               lambda: f"the rules of the interface stay: {_status(gate)}")
    expect_equal("restored", _restored(gate), before)
    expect(gate.log_lines("the inside of the gateway has changed"), *gate.log_lines("rules")[-4:])
    expect(not gate.log_lines("another configuration"), *gate.log_lines("another configuration"))


def _back_ends(gate):
    """The back ends that have rules: each has a heading, "# nft" or "# iptables-nft, IPv4"."""
    return {line[2:].split(",")[0] for line in gate.shown_rules().splitlines() if line.startswith(("# nft", "# iptables"))}


def _changes_back_end(world):
    """A reload of `rules_backend` moves the rules, and there is no moment without rules."""
    gate = world.gate
    wait_until(lambda: _status(gate)[0] == 0, "the rules are not in force at the start")
    (first,) = _back_ends(gate)
    expect(first in ("nft", "iptables-nft"), f"{first} has the rules at the start")
    with open(gate.config) as file:
        before = file.read()
    kept = [line for line in before.splitlines(True) if not line.startswith("rules_backend")]
    try:
        with world.lab.attack("forge-address"), Asking(world) as asking:
            with open(gate.config, "w") as file:
                file.writelines((*kept, 'rules_backend = "iptables-legacy";\n'))
            expect_equal("reload", gate.ctl("reload")[0], 0)
            wait_until(lambda: _back_ends(gate) == {"iptables-legacy"} and _status(gate)[0] == 0,
                       lambda: f"{_back_ends(gate)} has the rules: " + " | ".join(gate.log_lines("rules")[-6:]))
        expect_equal("forged answers that passed", len(asking.forged()), 0)
    finally:
        with open(gate.config, "w") as file:
            file.write(before)
        expect_equal("reload", gate.ctl("reload")[0], 0)
    wait_until(lambda: _back_ends(gate) == {first} and _status(gate)[0] == 0, "the rules do not come back")


def _back_end_waits_for_restart(world):
    """A guard that began with iptables-nft lacks the rights for iptables-legacy. It is told before anything is tried."""
    gate = world.gate
    wait_until(lambda: _status(gate)[0] == 0, "the rules are not in force at the start")
    with open(gate.config) as file:
        before = file.read()
    errors = gate.log_lines("error: ")
    try:
        with open(gate.config, "w") as file:
            file.write(before.replace('"iptables-nft"', '"iptables-legacy"') + "block_encrypted_dns = true;\n")
        code, said = gate.ctl("reload")
        expect_equal("reload", code, 0)
        expect("changed=block_encrypted_dns\n" in said and "after_restart=rules_backend\n" in said, said)
        wait_until(lambda: "dport 853" in gate.shown_rules() and _status(gate)[0] == 0,
                   "the other key has no effect on the rules")
        expect_equal("back ends", _back_ends(gate), {"iptables-nft"})
        gate.restart()
        gate.apply_rules()
        wait_until(lambda: _back_ends(gate) == {"iptables-legacy"} and _status(gate)[0] == 0,
                   "a restart and `rules apply` do not move the rules")
    finally:
        with open(gate.config, "w") as file:
            file.write(before)
        gate.stop()
        gate.apply_rules()
        gate.start()
    wait_until(lambda: _back_ends(gate) == {"iptables-nft"} and _status(gate)[0] == 0, "the rules do not come back")
    expect_equal("errors", gate.log_lines("error: ")[len(errors):], [])


def _tells_that_nothing_is_forwarded(world):
    router = world.lab.router
    wait_until(lambda: _status(world.gate)[0] == 0, "the rules are not in force at the start")
    switches = router.run("sh", "-c", "grep -l 1 /proc/sys/net/ipv[46]/conf/*/forwarding").split()
    for switch in switches:
        router.run("sh", "-c", f"echo 0 >{switch}")
    try:
        wait_until(lambda: _status(world.gate)[1].get("rules") == "blind", "the status does not tell")
        expect_equal("exit code", _status(world.gate)[0], UNPROTECTED)
        expect(world.gate.log_lines("forwards no packets"), "the log does not tell")
    finally:
        for switch in switches:
            router.run("sh", "-c", f"echo 1 >{switch}")
    wait_until(lambda: _status(world.gate)[0] == 0, "the status stays")


@contextlib.contextmanager
def _beside_nftables_service(lab):
    gate = lab.sealgate(lab.host, "host")
    try:
        with manager.Manager(lab, gate) as service:
            world = World(lab, gate, lab.ask_from_host)
            world.service = service
            service.start()
            yield world
    finally:
        gate.remove_rules()


def _outlives(verb):
    def run(world):
        service = world.service
        if verb != "start":
            service.control("start", "nftables")
        wait_until(lambda: service.says(IN_FORCE), "the rules are not in force at the start")
        with world.lab.attack("forge-address"):
            with Asking(world) as asking:
                service.control(verb, "nftables")
                wait_until(lambda: service.says(IN_FORCE) and is_protected(world),
                           lambda: "the rules did not come back: " + service.run("systemctl", "status", "sealgate"))
            tell(f"{len(asking.forged())} forged answers passed meanwhile")
        expect(service.is_active(), "the service has ended")
        expect("sealgate" in world.gate.namespace.run("nft", "list", "ruleset").lower(), "no rules")
    return run


def _tells_systemd(world):
    """With no right to put the rules back, systemd's status line must not say that all is well."""
    world.service.run("sh", "-c", "sealgate rules remove")
    wait_until(lambda: "NOT PROTECTED: rules removed" in world.service.control("status", "sealgate"),
               "systemd's status line does not tell")
    world.service.run("sh", "-c", "sealgate rules apply")
    wait_until(lambda: "Ready: role host" in world.service.control("status", "sealgate"),
               "systemd's status line does not tell that the rules are back")


GROUPS = (
    Group("rules of iptables watched", with_sealgate("host", more='rules_backend = "iptables-nft";\n'), tuple(
        Case(f"rules that are gone come back: {what}", comes_back(command, text))
        for what, command, text in OF_IPTABLES) + (
        Case("a reload to iptables-legacy waits for a restart if the guard lacks the rights, and says so",
             _back_end_waits_for_restart),
        Case("rules of iptables are applied while another program changes its own", applied_beside_another_program),
        Case("rules of iptables that are applied and removed at once leave no trace", without_a_trace),
        Case("several `sealgate rules apply` at once with iptables, and the lock is held, leave the rules of one",
             several_without_the_lock))),
    Group("rules watched", on_host, (
        Case(f"rules that are gone come back: {FLUSH[0]}", comes_back(*FLUSH[1:])),
        Case("rules that the operator removed stay away until the operator applies them", _operator_removes),
        Case("several `sealgate rules apply` at once leave the rules of one", _several_at_once),
        Case("a program that removes the rules again and again is fought within bounds", _fought))),
    Group("rules watched on a gateway", on_gateway, tuple(
        Case(f"on a gateway, rules that are gone come back: {what}", comes_back(command, text))
        for what, command, text in REMOVALS_ON_THE_GATEWAY) + (
        Case("a new interface of the inside gets its rules, which is no restore", _follows_the_inside),
        Case("a reload of rules_backend moves the rules without a gap", _changes_back_end),
        Case("a gateway that forwards nothing says so", _tells_that_nothing_is_forwarded),)),
    Group("rules watched, alarm", with_sealgate("host", more='rules_watch = "alarm";\n'), (
        Case("with rules_watch = \"alarm\" rules that are gone are only told", _only_told),)),
    Group("rules of another role", _rules_of_another_role, (
        Case("rules of another role are replaced at the start", _replaces),)),
    Group("rules beside nftables.service", _beside_nftables_service, obstacle=manager.obstacle(), cases=tuple(
        Case(f"protection outlives systemctl {verb} nftables", _outlives(verb))
        for verb in ("start", "reload", "restart", "stop")) + (
        Case("systemd's status line tells that the rules are gone", _tells_systemd),)),
)
