# SPDX-License-Identifier: GPL-2.0-or-later
"""The virtual machine: qemu with software emulation, because there may be no other here."""

import base64
import subprocess
import threading

MEMORY, PROCESSORS = "3G", 2


class Ended(Exception):
    """The machine did not get as far as the exit code of the command; the argument says why."""


class Machine:
    """One start of the machine, from its images, for one command."""

    def __init__(self, folder, kernel, tree, command):
        self._console = folder / "console"
        self._console.write_text("")
        told = base64.b64encode(command.encode()).decode()
        self._argv = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", str(PROCESSORS),
                      "-m", MEMORY, "-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none",
                      "-kernel", str(kernel), "-initrd", str(folder / "initramfs"),
                      "-append", f"console=ttyS0 panic=-1 quiet rdinit=/init tree={tree} vm_command={told}",
                      "-serial", f"file:{self._console}", "-serial", "stdio",
                      "-device", "virtio-rng-pci"]
        for name in ("root", "tree", "modules"):
            self._argv += ["-drive", f"if=virtio,format=raw,readonly=on,file={folder / name}.squashfs"]

    def run(self, seconds, take_line):
        """Runs the command to its end, and gives each line of its output to take_line. Returns its exit code."""
        said, is_late = None, threading.Event()
        with subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace") as process:
            def stop():
                is_late.set()
                process.kill()
            alarm = threading.Timer(seconds, stop)
            alarm.start()
            try:
                for line in map(str.rstrip, process.stdout):
                    if line.startswith("vm: exit "):
                        said = int(line.split()[-1])
                    else:
                        take_line(line)
            finally:
                alarm.cancel()
                process.kill()
        if said is None:
            raise Ended(f"it was stopped after {seconds} s" if is_late.is_set() else "it ended before the command did")
        return said

    def console_tail(self, lines=30):
        text = self._console.read_text(errors="replace")
        return text.splitlines()[-lines:]
