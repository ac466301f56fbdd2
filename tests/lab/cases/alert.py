# SPDX-License-Identifier: GPL-2.0-or-later
"""A unit that fails is told at once, with the priority alert: what has failed, what that means for DNS now, and the
commands to look."""

import contextlib
import itertools
import os
import re
import subprocess

from lab import manager, recipes
from lab.machine import ROOT, Machine
from lab.surroundings import patient

from .case import Case, Group, World, expect, expect_equal, wait_until
from .rules import BACKENDS

UNITS = ("sealgate.service", "sealgate-rules.service", "sealgate@a.service", "sealgate-rules@a.service",
         "sealgate-failed@sealgate.service", "sealgate-failed@sealgate-rules@a.service")
OF_LATER_SYSTEMD = ("RestartSteps", "RestartMaxDelaySec")      # the unit's comment says so
WRONG = "mode = 1;\n"
TRIES = 6           # one more than systemd allows by default
WAIT_S = patient(60)


@contextlib.contextmanager
def _installed(lab):
    with Machine(lab) as machine:
        machine.must(recipes.INSTALL, ROOT)
        world = World(lab, None, None)
        world.machine = machine
        yield world


def _alerts(machine, unit="*"):
    """Each line that was told of a unit."""
    return machine.must("journalctl --sync\njournalctl -q -o cat -p alert..alert -t sealgate "
                        f"-u 'sealgate-failed@{unit}.service'").splitlines()


def _end_alerts(machine):
    """Until it holds: systemd may still have to start an alert of the case before, which cancels the stop."""
    wait_until(lambda: machine.shell("systemctl stop 'sealgate-failed@*' && test -z \"$(systemctl list-jobs --no-legend)\""
                                     )[0] == 0,
               lambda: "alerts do not end:\n" + machine.shell("systemctl list-jobs")[1], WAIT_S)
    machine.must("systemctl reset-failed")


def _next_alert(machine, unit, act, *parts):
    """What `act` does is told of the unit in two lines, which have all the parts."""
    _end_alerts(machine)
    before = len(_alerts(machine, unit))
    act()
    wait_until(lambda: len(_alerts(machine, unit)) >= before + 2,
               lambda: "no alert:\n" + machine.shell("journalctl -q --no-pager -n 20")[1], WAIT_S)
    said = _alerts(machine, unit)[before:]
    expect_equal("lines", len(said), 2)
    for part in parts:
        expect(part in " ".join(said), f"not said: {part}", *said)


def _configured(machine, more=""):
    machine.write(recipes.CONFIG, f"{recipes.SHIPPED}\n{more}")


def _starts(machine):
    machine.must("systemctl restart sealgate-rules sealgate && systemctl is-active sealgate")


def _restart_fails(machine, unit):
    def act():
        code, said = machine.shell(f"systemctl restart {unit}")
        expect(code != 0, f"{unit} starts with a wrong configuration", said)
    return act


def _are_right(world):
    said = world.machine.shell("systemd-analyze verify " + " ".join(UNITS))[1]
    complaints = [line for line in said.splitlines() if "sealgate" in line and
                  not any(f"Unknown key '{key}'" in line for key in OF_LATER_SYSTEMD)]
    expect(not complaints, "systemd complains about units:", *complaints)


def _wrong_configuration(world):
    """The service is tried again without end, and told once."""
    machine = world.machine
    _configured(machine)
    _starts(machine)
    _configured(machine, WRONG)
    _next_alert(machine, "sealgate", _restart_fails(machine, "sealgate"), "sealgate.service has failed. DNS is closed",
                "journalctl -u sealgate`", "sealgate config check`", "sealgate rules remove`")
    told = len(_alerts(machine, "sealgate"))
    tries = int(machine.must("systemctl show --property=NRestarts --value sealgate"))
    wait_until(lambda: int(machine.must("systemctl show --property=NRestarts --value sealgate")) > tries + TRIES,
               "systemd gives up", WAIT_S)
    expect_equal("alerts after more failures", len(_alerts(machine, "sealgate")), told)
    _configured(machine)
    wait_until(lambda: machine.shell("systemctl is-active sealgate")[0] == 0, "the service does not come back", WAIT_S)


def _crash(world):
    machine = world.machine
    _configured(machine)
    _starts(machine)
    _next_alert(machine, "sealgate", lambda: machine.must("systemctl kill --kill-who=main --signal=SEGV sealgate"),
                "sealgate.service has failed. DNS goes through sealgate: sealgate.service runs again")


def _crash_and_then_down(world):
    """It was told that the service runs again. The failures after that are told when it runs no longer."""
    _crash(world)
    machine = world.machine
    _configured(machine, WRONG)
    before = len(_alerts(machine, "sealgate"))
    machine.shell("systemctl restart sealgate")
    wait_until(lambda: len(_alerts(machine, "sealgate")) >= before + 2, "no alert", WAIT_S)
    said = _alerts(machine, "sealgate")[before:]
    expect("sealgate.service has failed. DNS is closed" in said[0], *said)
    _configured(machine)
    wait_until(lambda: machine.shell("systemctl is-active sealgate")[0] == 0, "the service does not come back", WAIT_S)


def _mail(world):
    """The drop-in of the documentation: a mail server of this machine writes where the unit itself may not."""
    machine = world.machine
    line = re.search(r"^ *(ExecStartPre=.*\| mail .*)$", (ROOT / "docs/operation.md").read_text(), re.M)[1]
    machine.must("mkdir -p /etc/systemd/system/sealgate-failed@.service.d")
    machine.write("/etc/systemd/system/sealgate-failed@.service.d/mail.conf", f"[Service]\n{line}\n")
    machine.write("/usr/local/sbin/mail", '#!/bin/sh\n{ echo "$@"; cat; } >/var/tmp/mail\n')
    _end_alerts(machine)
    machine.must("chmod +x /usr/local/sbin/mail\nsystemctl daemon-reload\nsystemctl start sealgate-failed@sealgate\n"
                 "systemctl stop sealgate-failed@sealgate")
    said = machine.read("/var/tmp/mail")
    expect(said.startswith("-s sealgate.service has failed root\nsealgate.service has failed. DNS"), said)
    machine.must("rm -r /etc/systemd/system/sealgate-failed@.service.d\nsystemctl daemon-reload")


def _bypass(world):
    machine = world.machine
    _configured(machine, "queue = { bypass = true; };\n")
    _starts(machine)
    _configured(machine, "queue = { bypass = true; };\n" + WRONG)
    _next_alert(machine, "sealgate", _restart_fails(machine, "sealgate"),
                "sealgate.service has failed. DNS over UDP passes as it is", "queue.bypass")
    _configured(machine)


def _rules(world):
    """They are gone after a restart of their unit that fails."""
    machine = world.machine
    _configured(machine)
    _starts(machine)
    _configured(machine, WRONG)
    _next_alert(machine, "sealgate-rules", _restart_fails(machine, "sealgate-rules"),
                "sealgate-rules.service has failed. DNS passes as it is, neither validated nor signed",
                "journalctl -u sealgate-rules`")
    _configured(machine)


def _instance(world):
    machine = world.machine
    machine.write("/etc/sealgate/a.conf", 'instance = "a";\n' + WRONG)
    _next_alert(machine, "sealgate-rules@a", _restart_fails(machine, "sealgate-rules@a"),
                "sealgate-rules@a.service has failed.",
                "journalctl -u sealgate-rules@a`", "sealgate config check --instance a`",
                "sealgate-remove-rules --instance a`")
    machine.must("systemctl stop sealgate@a sealgate-rules@a; rm /etc/sealgate/a.conf")


def _orderly(world):
    """A stop, a restart and a reload are no failure."""
    machine = world.machine
    _configured(machine)
    _starts(machine)
    _end_alerts(machine)
    machine.must("systemctl restart sealgate\nsystemctl reload sealgate\n"
                 "systemctl stop sealgate\nsystemctl start sealgate\nsystemctl stop sealgate-rules")
    running = machine.must("systemctl list-units --state=active,activating --plain --no-legend 'sealgate-failed@*'")
    expect_equal("units that tell a failure", running, "")


# What the script tells of rules, without systemd.

TELL = ROOT / "dist" / "sealgate-tell-failure"
SAVES = [f"{family}{kind}-save" for family in ("iptables", "ip6tables") for kind in ("", "-nft", "-legacy")]
CLOSED, BYPASSED, UNPROTECTED = "DNS is closed", "DNS over UDP passes as it is", "DNS passes as it is"
RUNS_AGAIN = "DNS goes through sealgate: sealgate"
ROLES = {
    "host": 'role = "host";\n',
    "gateway": 'role = "gateway";\ninside = [ "lan" ];\n',
    "signer": 'role = "signer";\nsign = { zones = ( { name = "own.lab"; keys = "/"; } ); };\n',
}
_tools = itertools.count(1)


class _Told:
    """A network namespace in which the script is run, with a systemctl that says whether sealgate runs."""

    def __init__(self, lab):
        self.lab = lab
        self.namespace = lab.resources.namespace("told")
        self.namespace.run("ip", "link", "add", "lan", "type", "bridge")

    def _put(self, directory, name, text):
        path = os.path.join(directory, name)
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)

    def told(self, unit, runs=False, **tools):
        """What the script says of the unit, with these scripts in place of programs ("_" is "-")."""
        directory = self.lab.resources.path(f"tools{next(_tools)}")
        os.makedirs(directory)
        for name, text in {"sleep": "", "systemctl": f"exit {0 if runs else 3}", **tools}.items():
            self._put(directory, name.replace("_", "-"), text)
        return self.namespace.run("env", f"PATH={directory}:{os.environ['PATH']}", str(TELL), unit)

    def sealgate(self, text, *words):
        """Runs it with this configuration; returns the exit code and what it prints."""
        path = self.lab.resources.path("told.conf")
        with open(path, "w") as file:
            file.write(f'user = "daemon";\n{text}')
        done = subprocess.run(("ip", "netns", "exec", self.namespace.name, self.lab.sealgate_path, *words, "--config",
                               path), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)
        return done.returncode, done.stdout


@contextlib.contextmanager
def _told(lab):
    world = World(lab, None, None)
    world.told = _Told(lab)
    yield world


def _instances():
    for role, name, bypass in itertools.product(ROLES, ("", "a"), (False, True)):
        text = ROLES[role] + (f'instance = "{name}";\n' if name else "") + (
            "queue = { bypass = true; };\n" if bypass else "")
        yield f"{role}, named {name!r}, bypass {bypass}", text, f"sealgate@{name}" if name else "sealgate", bypass


def _expect_told(what, said, part):
    expect(part in said, f"{what}: not said: {part}", said)


def _tells_of_nft(world):
    """A stub for nft that lists what sealgate would give to nft."""
    told = world.told
    for what, text, unit, bypass in _instances():
        code, rules = told.sealgate(text, "rules", "print", "--backend", "nft")
        expect_equal(what, code, 0)
        # the two forms in which versions of nft list a queue
        newer = re.sub(r"queue num (\S+) bypass", r"queue flags bypass to \1", rules)
        for listed in (rules, newer):
            table = "sealgate-a" if "@" in unit else "sealgate"
            nft = f"""test "$*" = "list table inet {table}" || exit 1
cat <<'END'
""" + "\n".join(line for line in listed.splitlines() if "#" not in line) + "\nEND"
            _expect_told(what, told.told(unit, nft=nft), BYPASSED if bypass else CLOSED)
            _expect_told(what, told.told(unit, nft=nft, runs=True), RUNS_AGAIN)


def _tells_of_the_kernel(world):
    """Of the rules in force, with each back end that works here."""
    told, used = world.told, set()
    _expect_told("no rules", told.told("sealgate"), UNPROTECTED)
    for what, text, unit, bypass in _instances():
        for backend in BACKENDS:
            if told.sealgate(text, "rules", "apply", "--backend", backend)[0] != 0:
                continue
            used.add(backend)
            try:
                _expect_told(f"{what}, {backend}", told.told(unit), BYPASSED if bypass else CLOSED)
                if "@" in unit:
                    said = told.told("sealgate")
                    _expect_told(f"{what}, {backend}, the other", said, "There are rules of named instances (a)")
                    expect("failed. DNS passes" not in said, said)
                else:
                    _expect_told(f"{what}, {backend}, the other", told.told("sealgate@a"), UNPROTECTED)
            finally:
                told.sealgate(text, "rules", "remove")
    expect(used, "no back end works here")


def _tells_what_it_does_not_know(world):
    broken = {name.replace("-", "_"): "exit 1" for name in ("nft", *SAVES)}
    _expect_told("no tool", world.told.told("sealgate", **broken), "It is not known whether DNS passes")


def _is_called_wrongly(world):
    for words in ((), ("",), ("-x",), ("sealgate", "sealgate"), ("--wait",)):
        done = subprocess.run((TELL, *words), text=True, capture_output=True, timeout=WAIT_S)
        expect(done.returncode == 2 and "usage: " in done.stderr, f"{words}: {done}")


GROUPS = (
    Group("alert", _installed, obstacle=manager.obstacle(), cases=(
        Case("alert: systemd finds no fault in the units that are installed", _are_right),
        Case("alert: a stop, a restart and a reload are no failure", _orderly),
        Case("alert: a wrong configuration is told once, and the service is tried again without end",
             _wrong_configuration),
        Case("alert: a crash is told, and that the service runs again", _crash),
        Case("alert: a service that ran again and is down now is told within the wait", _crash_and_then_down),
        Case("alert: the drop-in of docs/operation.md sends a mail by a mail server of this machine", _mail),
        Case("alert: with queue.bypass it says that DNS passes", _bypass),
        Case("alert: rules that cannot be applied are told", _rules),
        Case("alert: an instance is told by its name", _instance))),
    Group("what is told of a failure", _told, (
        Case("what is told of a failure: with the rules of nft, closed or not as queue.bypass says", _tells_of_nft),
        Case("what is told of a failure: the rules in force are told from those of other instances",
             _tells_of_the_kernel),
        Case("what is told of a failure: nothing is guessed if rules cannot be listed", _tells_what_it_does_not_know),
        Case("what is told of a failure: wrong arguments are refused", _is_called_wrongly))),
)
