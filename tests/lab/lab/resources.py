# SPDX-License-Identifier: GPL-2.0-or-later
"""The resources that the lab takes from the machine, and how it returns all of them.

Everything goes through one Resources object: namespaces, processes, the temporary directory. Its
close() undoes them in reverse order and may be called at any time, also halfway through start-up.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from .surroundings import patient

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
FREEZE_S = patient(60)
WRITERS = "daemon"       # the group of the user that sealgate runs as
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The lab itself failed; this says nothing about the program under test."""


class Obstacle(LabError):
    """This machine lacks something that a scene needs: its cases are skipped."""


def run_tool(*argv, stdin=None, cwd=None):
    """Runs a tool to its end and returns its output; raises its error message."""
    done = subprocess.run(argv, input=stdin, cwd=cwd, text=True, capture_output=True)
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: exit {done.returncode}: "
                       f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def let_sealgate_read(directory):
    """Gives a directory with keys to the group of sealgate, which reads them again at a reload."""
    shutil.chown(directory, group=WRITERS)
    os.chmod(directory, 0o750)
    for entry in os.scandir(directory):
        shutil.chown(entry.path, group=WRITERS)
        os.chmod(entry.path, 0o640)


def _child_setup():
    # If the lab is killed without a chance to clean up, its servers end with it.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A program started by the lab, in a session of its own, with its output in a file."""

    def __init__(self, name, argv, log_path):
        self.name = name
        self.log_path = log_path
        with open(log_path, "ab") as log:
            # One file has the output of a program over its restarts; this run's begins here.
            self._log_start = log.tell()
            self._child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, start_new_session=True,
                                           preexec_fn=_child_setup)

    @property
    def pid(self):
        return self._child.pid

    def is_running(self):
        return self._child.poll() is None

    def signal(self, number):
        """Signals the program itself. It is not reaped yet, so the pid is still its own."""
        if self.is_running():
            os.kill(self.pid, number)

    def _states(self):
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/stat") as file:
                yield file.read().rpartition(")")[2].split()[0]

    def freeze(self):
        """Stops it with all its threads, and returns when they have stopped. (After a signal alone they may
        still run for a moment.)"""
        self.signal(signal.SIGSTOP)
        deadline = time.monotonic() + FREEZE_S
        while any(state not in "Tt" for state in self._states()):
            if time.monotonic() > deadline:
                raise LabError(f"{self.name} does not stop")
            time.sleep(0.001)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def wait(self, seconds):
        """Returns the exit code (negative: the signal that ended it), or None if it still runs."""
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        """Ends the program and the children that it made; returns its exit code."""
        if self.is_running():
            self._signal_group(signal.SIGTERM)
            if self.wait(3) is None:
                self._signal_group(signal.SIGKILL)
        return self._child.wait()

    def _signal_group(self, number):
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass

    def log_text(self):
        with open(self.log_path, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def wait_for_log(self, word, seconds):
        """Waits until the output contains the word; False if time is up or the program has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            running = self.is_running()
            if word in self.log_text():
                return True
            if not running:
                return False
            time.sleep(0.02)
        return False


class Namespace:
    """A network namespace: run programs in it, or make a socket in it from outside."""

    def __init__(self, resources, name):
        self._resources = resources
        self.name = name

    def argv(self, *argv):
        return ("ip", "netns", "exec", self.name) + argv

    def run(self, *argv, stdin=None):
        return run_tool(*self.argv(*argv), stdin=stdin)

    def start(self, name, *argv):
        return self._resources.start(name, self.argv(*argv))

    def socket(self, family, kind, protocol=0):
        """Makes a socket in this namespace. A namespace is joined by a single thread, so a short-lived thread
        joins it and the caller stays where it is."""
        made = []

        def go():
            try:
                with open(f"/run/netns/{self.name}") as handle:
                    if _libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), f"setns {self.name}")
                made.append(socket.socket(family, kind, protocol))
            except OSError as error:
                made.append(error)

        thread = threading.Thread(target=go)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]


class Resources:
    """Owns everything that must not outlive the lab."""

    def __init__(self):
        self.prefix = f"sg{os.getpid()}-"
        self.directory = tempfile.mkdtemp(prefix="sealgate-lab-")
        # Servers that drop their privileges must still read their zones. sealgate writes, too, by its group.
        shutil.chown(self.directory, group=WRITERS)
        os.chmod(self.directory, 0o775)
        self._namespaces = []
        self._processes = []
        self._mounts = []
        self._undoings = []

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def namespace(self, short_name):
        name = self.prefix + short_name
        # Recorded first: a signal may come between the two.
        self._namespaces.append(name)
        run_tool("ip", "netns", "add", name)
        return Namespace(self, name)

    def bpf_file_system(self):
        """Returns where a bpf file system is mounted. Each `ip netns exec` has mounts of its own, so a mount
        by sealgate itself would be gone with the command that made it."""
        path = self.path("bpf")
        if path not in self._mounts:
            os.mkdir(path)
            try:
                run_tool("mount", "-t", "bpf", "bpf", path)
            except LabError as error:
                raise Obstacle(f"no bpf file system: {error}") from error
            self._mounts.append(path)
        return path

    def start(self, name, argv):
        process = Process(name, argv, self.path(f"{name}.log"))
        self._processes.append(process)
        return process

    def at_end(self, undo):
        """Calls `undo` when all processes have ended. Register it before it is needed."""
        self._undoings.append(undo)

    def close(self):
        # A signal must not interrupt this; it waits until all is done.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        try:
            while self._processes:
                self._processes.pop().stop()
            while self._undoings:
                with contextlib.suppress(OSError):      # the rest must be removed nevertheless
                    self._undoings.pop()()
            while self._namespaces:
                subprocess.run(["ip", "netns", "del", self._namespaces.pop()], capture_output=True)
            while self._mounts:
                subprocess.run(["umount", self._mounts.pop()], capture_output=True)
            shutil.rmtree(self.directory, ignore_errors=True)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


class Interrupted(BaseException):
    """SIGINT, SIGTERM or SIGHUP came. Not an Exception, so no case can catch it by accident."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def raise_on_signals():
    """Turns the signals that end a program into an exception, so that `finally` cleans up. Only the first
    one counts: a second must not interrupt the cleaning."""
    def handler(number, _frame):
        for each in ENDING_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for each in ENDING_SIGNALS:
        signal.signal(each, handler)
