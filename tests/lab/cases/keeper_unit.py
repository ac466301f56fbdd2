# SPDX-License-Identifier: GPL-2.0-or-later
"""The keeper as systemd runs it: the units as they are installed, with their users, directories and sandbox, on the machine
of a server of two zones. The keeper without a name has a token, and an instance has its keys in files."""

import contextlib
import json
import os
import shutil

from lab import kept, manager, programs, softtoken

from .case import Case, Group, expect, expect_equal, wait_until

ROOT = manager.ROOT
ZONE, ZONE_OF_A = "kept.lab.", "other.lab."
STATE = "/var/lib/sealgate-keeper"
SECCOMP_FILTER = "2"

CONFIG = """{instance}role = "signer";
resolver = [ "{resolver}" ];
trust_anchor = "/etc/sealgate/anchor";
sign = {{ zones = ( {{ name = "{zone}"; keeper = true; }} ); }};
keeper = {{ vault = "{vault}"; }};
"""

DROP_IN = "[Service]\nEnvironment=SOFTHSM2_CONF={state}/token/softhsm2.conf\n"

START = """
set -e
for place in /run /var/lib /usr/local; do mount -t tmpfs tmpfs $place; done
mkdir -p /run/etc /run/work /run/systemd/system /usr/local/sbin /usr/local/libexec/sealgate
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work overlay /etc
mkdir -p /etc/sealgate
cp {sealgate} /usr/local/sbin/sealgate
[ ! -e {sealgate}-vault ] || cp {sealgate}-vault /usr/local/libexec/sealgate
cp {files}/*.conf {files}/anchor /etc/sealgate
cp {units}/sealgate-keeper.service /run/systemd/system
sed -f {units}/instance.sed {units}/sealgate-keeper.service >/run/systemd/system/sealgate-keeper@.service
mkdir /run/systemd/system/sealgate-keeper.service.d
cp {files}/drop-in /run/systemd/system/sealgate-keeper.service.d/token.conf
systemd-sysusers {units}/sealgate.sysusers
install -d -m 700 {state}
cp -r {token} {state}/token
sed -i s,{token},{state}/token, {state}/token/softhsm2.conf
chown -R sealgate-keeper: {state}
rm -rf /etc/systemd/system/network-online.target.wants
printf '[Unit]\\nDefaultDependencies=no\\nAllowIsolate=yes\\n' >/run/systemd/system/lab.target
# The units and the program may be below /tmp.
mount -t tmpfs tmpfs /tmp
container=lab exec {systemd} --system --unit=lab.target --log-level=info --log-target=console
"""


class KeeperUnits(manager.Systemd):
    def __init__(self, lab):
        token = softtoken.make(lab.resources)
        world = kept.KeptWorld(lab.resources, lab.sealgate_path, (ZONE, ZONE_OF_A))
        files = lab.resources.path("keeper-units")
        os.makedirs(files)
        there = token.uri.replace(token.directory, f"{STATE}/token")
        for name, instance, zone, vault in (("sealgate", "", ZONE, there), ("a", 'instance = "a";\n', ZONE_OF_A, "")):
            with open(f"{files}/{name}.conf", "w", encoding="utf-8") as file:
                file.write(CONFIG.format(instance=instance, resolver=kept.RESOLVER, zone=zone, vault=vault))
        with open(f"{files}/drop-in", "w", encoding="utf-8") as file:
            file.write(DROP_IN.format(state=STATE))
        shutil.copy(world.anchor, f"{files}/anchor")
        super().__init__(lab.resources, world.gates[0].namespace, START.format(
            sealgate=os.path.abspath(lab.sealgate_path), files=files, units=ROOT / "systemd", systemd=manager.SYSTEMD,
            state=STATE, token=token.directory))

    def run(self, *words):
        """Returns the exit code, and output and error output together."""
        done = self._inside(*words)
        return done.returncode, (done.stdout + done.stderr).strip()

    def said(self, unit):
        return self.run("systemctl", "status", "-l", "--no-pager", unit)[1]


@contextlib.contextmanager
def _scene(lab):
    with KeeperUnits(lab) as units:
        yield units


def _starts(units, unit, zone, options, ending):
    """It is ready, makes keys and a timeline, and its directories and its socket are as docs/keys.md says."""
    code, said = units.run("systemctl", "start", unit)
    expect(code == 0, said, *units.said(unit).splitlines())
    seen = {}

    def has_keys():
        code, said = units.run("/usr/local/sbin/sealgate", "keys", "status", zone, "--json", *options)
        seen.update(json.loads(said) if code == 0 else {"exit": code, "said": said})
        return seen.get("timeline_end_s") and len(seen["keys"]) == 2
    wait_until(has_keys, lambda: f"no keys: {seen}\n{units.said(unit)}")
    for path, wanted in (
            (f"{STATE}{ending}", "700 sealgate-keeper sealgate-keeper"),
            (f"/var/lib/sealgate-timelines{ending}", "750 sealgate-keeper sealgate"),
            (f"/var/lib/sealgate-timelines{ending}/K{zone}timeline", "640 sealgate-keeper sealgate"),
            (f"/run/sealgate-keeper{ending}/control", "660 sealgate-keeper sealgate")):
        expect_equal(path, units.run("stat", "-c", "%a %U %G", path)[1], wanted)
    _is_confined(units, unit)


def _is_confined(units, unit):
    pid = units.run("systemctl", "show", "--property=MainPID", "--value", unit)[1]
    status = dict(line.split(":\t", 1) for line in units.run("cat", f"/proc/{pid}/status")[1].splitlines()
                  if ":\t" in line)
    expect_equal("capabilities", {status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")}, {"0" * 16})
    expect_equal("no new privileges, seccomp", (status["NoNewPrivs"], status["Seccomp"]), ("1", SECCOMP_FILTER))


def _without_a_name(units):
    _starts(units, "sealgate-keeper", ZONE, (), "")
    (_code, said) = units.run("find", STATE, "-name", f"K{ZONE}*.private")
    expect_equal("private keys outside of the token", said.count(".private"), 1)


def _as_an_instance(units):
    """Beside the other one, which goes on."""
    _starts(units, "sealgate-keeper@a", ZONE_OF_A, ("--instance", "a"), "-a")
    expect_equal("the other keeper", units.run("systemctl", "is-active", "sealgate-keeper")[1], "active")


def _reads_again_and_ends(units):
    pid = units.run("systemctl", "show", "--property=MainPID", "--value", "sealgate-keeper")[1]
    for command in ("reload", "stop"):
        code, said = units.run("systemctl", command, "sealgate-keeper")
        expect(code == 0, said, *units.said("sealgate-keeper").splitlines())
        if command == "reload":
            wait_until(lambda: units.run("/usr/local/sbin/sealgate", "keys", "status")[0] == 0, "no keeper after a reload")
            expect_equal("its process", units.run("systemctl", "show", "--property=MainPID", "--value",
                                                  "sealgate-keeper")[1], pid)
    expect_equal("result", units.run("systemctl", "show", "--property=Result", "--value", "sealgate-keeper")[1], "success")


def _goes_on_after_a_new_disk(units):
    """Nothing is left but the vault, and the timeline of a gateway. The commands are those of docs/keys.md."""
    def tags():
        return sorted((key["role"], key["tag"]) for key in json.loads(units.run(
            "/usr/local/sbin/sealgate", "keys", "status", ZONE, "--json")[1])["keys"])
    timelines = "/var/lib/sealgate-timelines"
    copy = f"/run/K{ZONE}timeline"
    units.run("systemctl", "start", "sealgate-keeper")
    before = tags()
    for command in (
            f"systemctl stop sealgate-keeper && install -m 0640 {timelines}/K{ZONE}timeline {copy}",
            f"mv {STATE}/token /run/token && rm -r {STATE} {timelines}",
            f"install -d -m 0700 -o sealgate-keeper -g sealgate-keeper {STATE}",
            f"install -d -m 0750 -o sealgate-keeper -g sealgate {timelines}",
            f"install -m 0640 -o sealgate-keeper -g sealgate {copy} {timelines}",
            f"mv /run/token {STATE}/token",
            f"SOFTHSM2_CONF={STATE}/token/softhsm2.conf /usr/local/sbin/sealgate keys import {ZONE} "
            f"{timelines}/K{ZONE}timeline",
            "systemctl start sealgate-keeper"):
        code, said = units.run("sh", "-c", command)
        expect(code == 0, f"{command}: exit {code}", *said.splitlines())
    expect_equal("keys", tags(), before)
    units.run("systemctl", "stop", "sealgate-keeper")


GROUPS = (
    Group("keeper, its unit", _scene, (
        Case("sealgate-keeper.service makes keys with a token in its sandbox, and `sealgate keys` reaches it", _without_a_name),
        Case("an instance of the keeper's unit runs beside it, with directories of its own", _as_an_instance),
        Case("`systemctl reload` keeps the keeper's process, and `stop` ends it", _reads_again_and_ends),
        Case("with nothing but the vault and a timeline, the keeper goes on with the same keys", _goes_on_after_a_new_disk),
    ), obstacle=manager.obstacle() or programs.obstacle("softhsm2-util")),
)
