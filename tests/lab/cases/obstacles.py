# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts and commands that cannot work: each says so in one line of the level error, which says what to do,
and changes nothing."""

import os
import pathlib
import subprocess

from lab.ask import PATIENCE_S
from lab.sealgate import READERS

from .case import Case, Group, expect, expect_data, expect_equal, on_host
from .rules import snapshot

NOBODY = 65534
GOOD = ["192.0.2.80", "192.0.2.81"]


def _run(world, *words, config=None, user=None):
    """Runs a subcommand, which is to end by itself; returns its exit code and what it says."""
    argv = world.lab.host.argv(world.lab.sealgate_path, *words, "--config", config or world.gate.config)
    as_user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=PATIENCE_S, **as_user)
    return done.returncode, done.stdout


def _configured(world, more, name="obstacle"):
    """Writes the configuration of the sealgate that runs, with keys in place of its own."""
    keys = [line.split("=")[0].strip() for line in more.splitlines()]
    text = pathlib.Path(world.gate.config).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if line.split("=")[0].strip() not in keys]
    path = world.lab.resources.path(name + ".conf")
    pathlib.Path(path).write_text("\n".join(kept) + "\n" + more, encoding="utf-8")
    return path


def _expect_one_error(said, *parts):
    errors = [line for line in said.splitlines() if "error: " in line]
    expect(len(errors) == 1, "it is not one error:", said)
    for part in parts:
        expect(part in errors[0], f"{part!r} is not in the error:", said)


def _unchanged(world, *words, code=1, parts=(), config=None):
    before = snapshot(world.lab.host)
    seen, said = _run(world, *words, config=config)
    expect(seen == code, f"exit code {seen}, not {code}", said)
    _expect_one_error(said, *parts)
    expect_equal("the rules", snapshot(world.lab.host), before)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


def _second_with_its_configuration(world):
    _unchanged(world, "run", parts=(
        f"another sealgate runs already (pid {world.gate.status()['pid']})", "`sealgate run --replace"))


def _second_with_another_socket(world):
    other = world.lab.resources.path("other.control")
    config = _configured(world, f'control_socket = "{other}";\n')
    _unchanged(world, "run", config=config, parts=(
        f"another sealgate runs already (pid {world.gate.status()['pid']})", "holds queue 0"))
    expect(not os.path.exists(other), "it made a control socket")


def _second_with_other_queues(world):
    other = world.lab.resources.path("other.control")
    config = _configured(world, f'control_socket = "{other}";\nqueue = {{ first = 7000; }};\n'
                         'rules_watch = "off";\n')
    _unchanged(world, "run", config=config, parts=("listens on the TCP port 5300", "tcp_port"))


def _no_anchor(world):
    world.gate.stop()
    try:
        code, said = _run(world, "run", config=_configured(world, 'trust_anchor = "/nowhere/root.key";\n'))
        expect_equal("exit code", code, 2)
        _expect_one_error(said, "/nowhere/root.key: No such file or directory")
    finally:
        world.gate.start()


def _signer_without_keys(world):
    directory = world.lab.resources.path("no-keys")
    config = _configured(world, 'role = "signer";\n'
                         f'sign = {{ zones = ( {{ name = "a.test"; keys = "{directory}"; }} ); }};\n')
    code, said = _run(world, "config", "check", config=config)
    expect_equal("exit code", code, 2)
    _expect_one_error(said, f"`sealgate keys generate a.test. --directory {directory}`")


def _without_rights(world):
    """The lab's files are for root: what nobody may read is no part of this case."""
    sealgate = world.lab.sealgate_path
    if not os.access(sealgate, os.X_OK):
        return
    for words, parts in (
            (("run",), ("CAP_NET_ADMIN", "run it as root")),
            (("rules", "apply"), ("only root may see and change the rules",)),
            (("rules", "show"), ("only root may see and change the rules",)),
            (("rules", "remove"), ("only root may see and change the rules",)),
            (("ctl", "status"), ("permission denied", f"only root and members of the group {READERS}")),
            (("ctl", "pause", "60"), ("permission denied", f"members of the group {READERS}"))):
        argv = world.lab.host.argv(
            "setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", sealgate, *words, "--config", _for_nobody(world))
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=PATIENCE_S)
        expect(done.returncode == 1, f"{words}: exit code {done.returncode}", done.stdout)
        _expect_one_error(done.stdout, *parts)
    expect_equal("paused", world.gate.status()["paused"], "false")


def _for_nobody(world):
    """A configuration and a control socket that nobody may find."""
    path = world.lab.resources.path("obstacle-nobody.conf")
    pathlib.Path(path).write_text(pathlib.Path(world.gate.config).read_text(encoding="utf-8"),
                                  encoding="utf-8")
    os.chmod(path, 0o644)
    return path


def _no_back_end(world):
    """Without netfilter's programs. The rules that are there stay."""
    before = snapshot(world.lab.host)
    argv = world.lab.host.argv("env", "PATH=/nowhere", world.lab.sealgate_path, "rules", "apply",
                               "--config", world.gate.config)
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=PATIENCE_S)
    expect_equal("exit code", done.returncode, 1)
    _expect_one_error(done.stdout, "rules: not applied, and the former rules, if any, stay")
    expect("nft is not installed" in done.stdout, done.stdout)
    expect_equal("the rules", snapshot(world.lab.host), before)


GROUPS = (
    Group("obstacles", on_host, (
        Case("a second sealgate names the first, and changes nothing", _second_with_its_configuration),
        Case("a second sealgate with another control socket names the holder of its queues",
             _second_with_another_socket),
        Case("a second sealgate with other queues names the TCP port", _second_with_other_queues),
        Case("a trust anchor that is not there is one error", _no_anchor),
        Case("a signer without keys is told how to make them", _signer_without_keys),
        Case("without rights each command says who may use it", _without_rights),
        Case("rules apply without any back end is one error", _no_back_end),
    )),
)
