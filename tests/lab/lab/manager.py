# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd, as it runs the service: an instance for the lab, which is pid 1 of its own namespaces, with the unit
as it is installed, including its sandbox."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from .resources import LabError, Obstacle
from .surroundings import patient

SYSTEMD = "/lib/systemd/systemd"
ROOT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE_S = patient(60)

# The machine as the service sees it; no change is visible to others. The units that a machine starts by
# itself stay out: "lab.target" wants none.
START = """
set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /usr/local
mkdir -p /run/etc /run/work /run/systemd/system /usr/local/sbin
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work overlay /etc
mkdir -p /etc/sealgate
cp {sealgate} /usr/local/sbin/sealgate
cp {scripts} /usr/local/sbin
cp {directory}/*.conf {anchor} /etc/sealgate
cp {units} /run/systemd/system
for unit in sealgate sealgate-rules; do
    sed -f {templates} /run/systemd/system/$unit.service > /run/systemd/system/$unit@.service
done
systemd-sysusers {sysusers}
{copies}
{drop_ins}
# No unit of the machine's own that waits for the network.
rm -rf /etc/systemd/system/network-online.target.wants
printf '[Unit]\\nDefaultDependencies=no\\nAllowIsolate=yes\\n' > /run/systemd/system/lab.target
# A unit may pull in systemd's own start, which empties /tmp: it must not be the machine's.
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /var/tmp
container=lab exec {systemd} --system --unit=lab.target --log-level=info --log-target=console
"""


def obstacle():
    """Returns why systemd cannot run here, or None."""
    if not os.access(SYSTEMD, os.X_OK) or not shutil.which("systemctl"):
        return "systemd is not installed"
    if not os.path.exists("/sys/fs/cgroup/systemd") and \
            not os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        return "there are no cgroups, without which systemd does not start"
    return None


class Systemd:
    """A systemd in a network namespace, and in namespaces of its own, which a shell script prepares."""

    def __init__(self, resources, namespace, script):
        self._resources, self._namespace, self._script = resources, namespace, script

    def __enter__(self):
        # "ip netns exec" would hide the cgroups
        self._process = self._resources.start("systemd", (
            "nsenter", f"--net=/run/netns/{self._namespace.name}",
            "unshare", "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--fork", "--mount-proc",
            "--kill-child", "sh", "-c", self._script))
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_up():
            if time.monotonic() > deadline or not self._process.is_running():
                self.__exit__()
                raise Obstacle("systemd does not start here: " +
                               " / ".join(self._process.log_text().splitlines()[-3:]))
            time.sleep(0.05)
        return self

    def __exit__(self, *_exception):
        self._process.signal(signal.SIGKILL)    # --kill-child: pid 1 ends, and every process with it
        self._process.stop()

    def _pid_1(self):
        """The pid of systemd as the lab sees it; None while there is none."""
        try:
            with open(f"/proc/{self._process.pid}/task/{self._process.pid}/children") as file:
                return file.read().split()[0]
        except (OSError, IndexError):
            return None

    def words(self, *words):
        """The command line that runs a command where the services run."""
        return ("nsenter", "-t", self._pid_1(), "--pid", "--mount", "--net", *words)

    def _inside(self, *words):
        return subprocess.run(self.words(*words), text=True, capture_output=True, timeout=PATIENCE_S)

    def _is_up(self):
        return self._pid_1() is not None and \
            self._inside("systemctl", "is-active", "lab.target").stdout.strip() == "active"


class Manager(Systemd):
    """A service manager with one service: sealgate; and with instances, by their names. They may read copies of
    `directories`."""

    def __init__(self, lab, gate, drop_ins=None, instances=None, directories=()):
        self._directory = lab.resources.path("manager")
        shutil.rmtree(self._directory, ignore_errors=True)
        os.makedirs(self._directory)
        self._moved = {path: "/etc/sealgate/" + os.path.basename(path)
                       for path in (lab.zones.anchor_dnskey, *directories)}
        for name, each in {"sealgate": gate, **(instances or {})}.items():
            with open(each.config) as source, \
                    open(os.path.join(self._directory, f"{name}.conf"), "w") as config:
                config.writelines(map(self._here, source))
        copies = []
        for unit, text in (drop_ins or {}).items():
            with open(os.path.join(self._directory, unit), "w") as file:
                file.write(text)
            there = f"/run/systemd/system/{unit}.service.d"
            copies.append(f"mkdir {there}\ncp {self._directory}/{unit} {there}/lab.conf")
        units = sorted(path for kind in ("service", "mount") for path in (ROOT / "systemd").glob(f"*.{kind}"))
        super().__init__(lab.resources, gate.namespace, START.format(
            systemd=SYSTEMD, sealgate=os.path.abspath(lab.sealgate_path), directory=self._directory,
            drop_ins="\n".join(copies), anchor=lab.zones.anchor_dnskey, units=" ".join(map(str, units)),
            scripts=f"{ROOT}/dist/sealgate-remove-rules {ROOT}/dist/sealgate-tell-failure",
            sysusers=ROOT / "systemd" / "sealgate.sysusers", templates=ROOT / "systemd" / "instance.sed",
            copies="\n".join(f"cp -r {path} {self._moved[path]}\nchown -R sealgate: {self._moved[path]}"
                             for path in directories)))

    def _here(self, line):
        """The line with paths that the unit's sandbox does not hide; "" for a key that keeps its default."""
        if line.startswith(("trust_anchor_state", "nta_state", "timeline_state", "control_socket", "control_group", "user")):
            return ""
        for path, there in self._moved.items():
            line = line.replace(path, there)
        return line

    def run(self, *words):
        """Runs a command where the service runs; returns what it prints."""
        done = self._inside(*words)
        if done.returncode != 0:
            raise LabError(f"{' '.join(words)}: {done.stderr.strip()}\n{self._status()}")
        return done.stdout.strip()

    def _status(self):
        return self._inside("systemctl", "status", "-l", "--no-pager", "sealgate").stdout

    def control(self, *words):
        return self.run("systemctl", *words)

    def start(self):
        """Starts the service, and with it the rules."""
        self.control("start", "sealgate")

    def is_active(self):
        return self._inside("systemctl", "is-active", "sealgate").stdout.strip() == "active"

    def main_pid(self):
        """The service's pid as seen inside its namespace."""
        return int(self.control("show", "--property=MainPID", "--value", "sealgate"))

    def says(self, line):
        """Whether `sealgate ctl status` has this line."""
        return line in self._inside("/usr/local/sbin/sealgate", "ctl", "status").stdout.splitlines()

    def rights(self):
        """The fields of the service's /proc/PID/status."""
        status = self.run("cat", f"/proc/{self.main_pid()}/status")
        return dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
