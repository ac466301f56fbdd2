# SPDX-License-Identifier: GPL-2.0-or-later
"""A unit that fails is told at once, with the priority alert: what has failed, what that means for DNS now, and the
commands to look."""

import contextlib

from lab import manager, recipes
from lab.machine import ROOT, Machine
from lab.surroundings import patient

from .case import Case, Group, World, expect, expect_equal, wait_until

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


def _next_alert(machine, unit, act, *parts):
    """What `act` does is told of the unit in two lines, which have all the parts."""
    machine.must("systemctl stop 'sealgate-failed@*'; systemctl reset-failed")
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
                "sealgate.service has failed. DNS is protected: sealgate.service runs again")


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
    machine.must("systemctl stop 'sealgate-failed@*'\nsystemctl restart sealgate\nsystemctl reload sealgate\n"
                 "systemctl stop sealgate\nsystemctl start sealgate\nsystemctl stop sealgate-rules")
    running = machine.must("systemctl list-units --state=active,activating --plain --no-legend 'sealgate-failed@*'")
    expect_equal("units that tell a failure", running, "")


GROUPS = (
    Group("alert", _installed, obstacle=manager.obstacle(), cases=(
        Case("alert: systemd finds no fault in the units that are installed", _are_right),
        Case("alert: a stop, a restart and a reload are no failure", _orderly),
        Case("alert: a wrong configuration is told once, and the service is tried again without end",
             _wrong_configuration),
        Case("alert: a crash is told, and that the service runs again", _crash),
        Case("alert: with queue.bypass it says that DNS passes", _bypass),
        Case("alert: rules that cannot be applied are told", _rules),
        Case("alert: an instance is told by its name", _instance))),
)
