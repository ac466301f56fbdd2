# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that root starts: it does not stay root, and it has no right that it does not need."""

import ctypes
import os
import pathlib
import pwd
import subprocess

from lab import surroundings
from lab.sealgate import USER

from .case import Case, Group, described, expect, expect_data, expect_equal, on_host

GOOD = ["192.0.2.80", "192.0.2.81"]
CAP_NET_ADMIN = 1 << 12
CAP_NET_RAW, CAP_DAC_READ_SEARCH = 1 << 13, 1 << 2
LANDLOCK_CREATE_RULESET = 444      # the number of the system call, on every machine
NO_SUCH_USER = "no-such-user"


def _rights_of(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def _threads(pid):
    """The rights of each thread of a process, by its name."""
    return [_rights_of(f"/proc/{pid}/task/{task}/status") for task in os.listdir(f"/proc/{pid}/task")]


def _guard(world):
    """The process of the guard: a child of the daemon."""
    pid = world.gate.process.pid
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    expect_equal("children of the daemon", len(children), 1)
    return int(children[0])


def _is_filtered(world):
    """The value of "Seccomp" in the status of a thread. A build with sanitizers has no filters."""
    version = world.gate.namespace.run(world.lab.sealgate_path, "version")
    return "0" if "built without libseccomp" in version else "2"


def sandbox_of(world):
    """What `ctl status` must say of the sandbox, with this kernel and this build."""
    version = world.gate.namespace.run(world.lab.sealgate_path, "version")
    version_of_landlock = ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    has_landlock = version_of_landlock > 0 and "built without Landlock" not in version
    words = ["seccomp"] * (_is_filtered(world) == "2") + ["landlock"] * has_landlock
    return ",".join(words) or "none"


def _expect_few_rights(world, rights, what, capabilities=CAP_NET_ADMIN):
    """The user, the groups, the capabilities and the filter of a thread that root started."""
    user = pwd.getpwnam(USER)
    expect_equal(f"{what}: users", rights["Uid"].split(), [str(user.pw_uid)] * 4)
    expect_equal(f"{what}: groups", rights["Gid"].split(), [str(user.pw_gid)] * 4)
    expect("0" not in rights["Groups"].split(), f"{what}: still in root's group: {rights['Groups']}")
    for name in ("CapPrm", "CapEff", "CapBnd"):
        expect_equal(f"{what}: {name}", int(rights[name], 16), capabilities)
    expect_equal(f"{what}: no_new_privs", rights["NoNewPrivs"], "1")
    expect_equal(f"{what}: filter of system calls", rights["Seccomp"], _is_filtered(world))


def _daemon_is_not_root(world):
    threads = _threads(world.gate.process.pid)
    expect(len(threads) >= 2, f"{len(threads)} threads: where is the worker?")
    for rights in threads:
        _expect_few_rights(world, rights, f"thread {rights['Pid']}")
        expect_equal("inheritable", int(rights["CapInh"], 16), 0)
        expect_equal("for programs", int(rights["CapAmb"], 16), 0)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    with world.lab.attack("forge-address"):
        answer = world.ask("www.p384.test.", "A")
    expect(answer is not None and answer.rcode == "SERVFAIL", described(answer))


def _guard_is_not_root(world):
    """The programs that it executes have its capabilities: those of iptables-legacy, which may be the one that works."""
    capabilities = CAP_NET_ADMIN
    if surroundings.RULES in (None, "", "iptables-legacy"):
        capabilities |= CAP_NET_RAW | CAP_DAC_READ_SEARCH
    for rights in _threads(_guard(world)):
        _expect_few_rights(world, rights, "the guard", capabilities)
        expect_equal("for programs", int(rights["CapAmb"], 16), capabilities)


def _says_what_is_in_force(world):
    """Once in the log, and whenever `ctl status` is asked."""
    lines = world.gate.log_lines("sandbox: ")
    expect_equal("lines of the log", len(lines), 1)
    expect(f"user {pwd.getpwnam(USER).pw_uid}, CAP_NET_ADMIN alone" in lines[0], lines[0])
    expect_equal("sandbox", world.gate.status()["sandbox"], sandbox_of(world))
    expect_equal("Landlock in the log", "files by Landlock" in lines[0], "landlock" in sandbox_of(world))


def _nobody_may_look_in(world):
    """Its memory has keys. A process of its own user may not even trace it."""
    for pid in (world.gate.process.pid, _guard(world)):
        expect_equal(f"owner of /proc/{pid}/mem", os.stat(f"/proc/{pid}/mem").st_uid, 0)


def _reload_needs_the_right_to_read(world):
    """At the start root reads the configuration, at a reload the user."""
    os.chmod(world.gate.config, 0o600)
    try:
        code, said = world.gate.ctl("reload")
        expect(code == 1 and f"{world.gate.config}: Permission denied (the user that sealgate runs as" in said,
               f"exit {code}: {said}")
        expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)
    finally:
        os.chmod(world.gate.config, 0o644)
    code, said = world.gate.ctl("reload")
    expect_equal("exit code once it may read", code, 0)


def _started_as(world, user):
    """Starts a sealgate with this user; returns its exit code and what it says."""
    text = pathlib.Path(world.gate.config).read_text(encoding="utf-8")
    path = pathlib.Path(world.lab.resources.path("privilege.conf"))
    path.write_text(text.replace(f'user = "{USER}"', f'user = "{user}"'), encoding="utf-8")
    done = subprocess.run(world.gate.namespace.argv(world.lab.sealgate_path, "run", "--config", str(path)),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def _needs_its_user(world):
    for user, parts in ((NO_SUCH_USER, ("there is no user", "useradd --system")),
                        ("root", ("never runs as root", "the key `user`"))):
        code, said = _started_as(world, user)
        expect_equal(f"exit code with the user {user}", code, 2)
        expect(all(part in said for part in parts) and said.count("error:") == 1, said)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)


GROUPS = (
    Group("privileges", on_host, (
        Case("a daemon that root starts is its user, with CAP_NET_ADMIN alone", _daemon_is_not_root),
        Case("the guard of the rules is that user, too", _guard_is_not_root),
        Case("the log and ctl status say which sandbox is in force", _says_what_is_in_force),
        Case("no other process of its user may look into it", _nobody_may_look_in),
        Case("a reload says which file the user may not read, and changes nothing", _reload_needs_the_right_to_read),
        Case("root starts no daemon without a user for it", _needs_its_user))),
)
