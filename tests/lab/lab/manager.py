# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd, as it runs the service: an instance of its own for the lab, with the unit as it is
installed, less what only pid 1 can give (its sandbox)."""

import os
import re
import shutil
import signal
import subprocess
import time

from .resources import LabError

EXIT_AT_ONCE = signal.SIGRTMIN + 24     # systemd(1); SIGTERM would start a target

SYSTEMD = "/lib/systemd/systemd"
UNIT = os.path.join(os.path.dirname(__file__), "..", "..", "..", "systemd", "sealgate.service")
INSTALLED = "/usr/local/sbin/sealgate"

# What of the unit says how it is started, stopped and started again.
KEPT = re.compile(r"(\[Service\]|Type=|Exec\w+=|Restart\w*=|Timeout\w+=)")

# A user's instance needs less of the machine. It must believe that systemd runs here, and sealgate
# asks where the system's instance would listen.
START = """mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && mkdir -p /run/sealgate &&
ln -s "$XDG_RUNTIME_DIR/systemd/private" /run/systemd/private &&
exec {systemd} --user --log-level=info --log-target=console
"""


def obstacle():
    if not os.access(SYSTEMD, os.X_OK) or not shutil.which("systemctl"):
        return "no systemd here"
    return None


class Manager:
    """A service manager in a namespace, with one service: sealgate."""

    def __init__(self, lab, gate):
        self._gate, self._resources = gate, lab.resources
        self._directory = lab.resources.path("manager")
        units = os.path.join(self._directory, "units")
        os.makedirs(units, exist_ok=True)
        os.makedirs(self._runtime, mode=0o700, exist_ok=True)
        self._environment = {"XDG_RUNTIME_DIR": self._runtime, "SYSTEMD_UNIT_PATH": units}
        for target in ("default", "basic", "shutdown", "exit"):
            with open(os.path.join(units, f"{target}.target"), "w") as file:
                file.write("[Unit]\nDefaultDependencies=no\n")
        with open(UNIT) as source, open(os.path.join(units, "sealgate.service"), "w") as unit:
            for line in source:
                if KEPT.match(line):
                    unit.write(self._here(line, lab.sealgate_path))

    @property
    def _runtime(self):
        return os.path.join(self._directory, "run")

    def _here(self, line, sealgate_path):
        if not line.startswith("Exec"):
            return line
        line = line.replace("+" + INSTALLED, INSTALLED).replace(INSTALLED, sealgate_path).rstrip()
        return f"{line} --config {self._gate.config}\n"

    def __enter__(self):
        words = [f"{name}={value}" for name, value in self._environment.items()]
        # "ip netns exec" would hide the cgroups, without which systemd does not start
        self.process = self._resources.start("systemd", (
            "env", *words, "nsenter", f"--net=/run/netns/{self._gate.namespace.name}",
            "unshare", "--mount", "sh", "-c", START.format(systemd=SYSTEMD)))
        socket = os.path.join(self._runtime, "systemd", "private")
        deadline = time.monotonic() + 10
        while not os.path.exists(socket):
            if time.monotonic() > deadline or not self.process.is_running():
                raise LabError(f"systemd does not start:\n{self.process.log_text()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_exception):
        try:
            self.control("stop", "sealgate")
        finally:
            self.process.signal(EXIT_AT_ONCE)
            self.process.stop()

    def control(self, *words):
        done = subprocess.run(("systemctl", "--user", *words), text=True, capture_output=True,
                              timeout=60, env={**os.environ, **self._environment})
        if done.returncode != 0:
            raise LabError(f"systemctl {' '.join(words)}: {done.stderr.strip()}\n"
                           f"{self.process.log_text()[-2000:]}")
        return done.stdout.strip()

    def main_pid(self):
        return int(self.control("show", "--property=MainPID", "--value", "sealgate"))
