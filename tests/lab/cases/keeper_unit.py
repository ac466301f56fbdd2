# SPDX-License-Identifier: GPL-2.0-or-later
"""The keeper as systemd runs it: the units as they are installed, with their users, directories and sandbox, for the keeper
without a name and for an instance. No server answers: what a keeper does with servers is tested elsewhere."""

import contextlib
import json
import os

from lab import manager
from lab.resources import run_tool

from .case import Case, Group, expect, expect_equal, wait_until

ROOT = manager.ROOT
ZONE = "kept.lab."
SECCOMP_FILTER = "2"

CONFIG = """{instance}role = "signer";
resolver = [ "127.0.0.1" ];
trust_anchor = "/etc/sealgate/anchor";
sign = {{ zones = ( {{ name = "{zone}"; keeper = true; }} ); }};
"""

START = """
set -e
for place in /run /var/lib /usr/local /tmp; do mount -t tmpfs tmpfs $place; done
mkdir -p /run/etc /run/work /run/systemd/system /usr/local/sbin /usr/local/libexec/sealgate
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work overlay /etc
mkdir -p /etc/sealgate
cp {sealgate} /usr/local/sbin/sealgate
[ ! -e {sealgate}-vault ] || cp {sealgate}-vault /usr/local/libexec/sealgate
cp {files}/*.conf {files}/anchor /etc/sealgate
cp {units}/sealgate-keeper.service /run/systemd/system
sed -f {units}/instance.sed {units}/sealgate-keeper.service >/run/systemd/system/sealgate-keeper@.service
systemd-sysusers {units}/sealgate.sysusers
rm -rf /etc/systemd/system/network-online.target.wants
printf '[Unit]\\nDefaultDependencies=no\\nAllowIsolate=yes\\n' >/run/systemd/system/lab.target
container=lab exec {systemd} --system --unit=lab.target --log-level=info --log-target=console
"""


class KeeperUnits(manager.Systemd):
    def __init__(self, lab):
        files = lab.resources.path("keeper-units")
        os.makedirs(files)
        for name, instance in (("sealgate", ""), ("a", 'instance = "a";\n')):
            with open(f"{files}/{name}.conf", "w", encoding="utf-8") as file:
                file.write(CONFIG.format(instance=instance, zone=ZONE))
        run_tool("cp", lab.zones.anchor_dnskey, f"{files}/anchor")
        namespace = lab.resources.namespace("keeper-units")
        namespace.run("ip", "link", "set", "lo", "up")
        super().__init__(lab.resources, namespace, START.format(
            sealgate=os.path.abspath(lab.sealgate_path), files=files, units=ROOT / "systemd", systemd=manager.SYSTEMD))

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


def _starts(units, unit, options, ending):
    """It is ready, gives out its directories and its socket as docs/keys.md says, and is what its unit promises."""
    code, said = units.run("systemctl", "start", unit)
    expect(code == 0, said, *units.said(unit).splitlines())
    for path, wanted in ((f"/var/lib/sealgate-keeper{ending}", "700 sealgate-keeper sealgate-keeper"),
                         (f"/var/lib/sealgate-timelines{ending}", "750 sealgate-keeper sealgate"),
                         (f"/run/sealgate-keeper{ending}/control", "660 sealgate-keeper sealgate")):
        expect_equal(path, units.run("stat", "-c", "%a %U %G", path)[1], wanted)
    code, said = units.run("/usr/local/sbin/sealgate", "keys", "status", ZONE, "--json", *options)
    expect(code == 0 and json.loads(said)["zone"] == ZONE, f"exit {code}: {said}", *units.said(unit).splitlines())
    pid = units.run("systemctl", "show", "--property=MainPID", "--value", unit)[1]
    status = dict(line.split(":\t", 1) for line in units.run("cat", f"/proc/{pid}/status")[1].splitlines()
                  if ":\t" in line)
    expect_equal("capabilities", {status[name] for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")}, {"0" * 16})
    expect_equal("no new privileges, seccomp", (status["NoNewPrivs"], status["Seccomp"]), ("1", SECCOMP_FILTER))
    print("#", units.said(unit).replace("\n", "\n# "), flush=True)


def _without_a_name(units):
    _starts(units, "sealgate-keeper", (), "")


def _as_an_instance(units):
    """Beside the other one, which goes on."""
    _starts(units, "sealgate-keeper@a", ("--instance", "a"), "-a")
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


GROUPS = (
    Group("keeper, its unit", _scene, (
        Case("sealgate-keeper.service starts in its sandbox, and `sealgate keys` reaches the keeper", _without_a_name),
        Case("an instance of the keeper's unit runs beside it, with directories of its own", _as_an_instance),
        Case("`systemctl reload` keeps the keeper's process, and `stop` ends it", _reads_again_and_ends),
    ), obstacle=manager.obstacle()),
)
