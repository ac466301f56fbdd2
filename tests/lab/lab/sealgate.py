# SPDX-License-Identifier: GPL-2.0-or-later
"""The program under test: its configuration, its rules, and its life."""

import itertools
import signal
import subprocess
import time

from . import surroundings
from .resources import LabError
from .surroundings import patient

CONFIG = """role = "{role}";
trust_anchor = "{anchor}";
trust_anchor_state = "{state}";
nta_state = "{ntas}";
control_socket = "{control}";
control_group = "{readers}";
user = "{user}";
clock_state = "{clock}";
timeline_state = "{timelines}";
mode = "{mode}";
queue = {{ {first}count = {queues}; {queue} }};
bogus_grace_ms = {grace_ms};
walk = {walk};
root_hints = "{hints}";
"""

# Most cases do not wait for a better answer, because none will come.
NO_GRACE_MS, GRACE_MS = 0, 400
# For cases in which the better answer follows, but from a process that may be slow on a busy machine. It
# costs no time: a response is held back only until the better one comes.
LONG_GRACE_MS = 5000

# sealgate's own patience, unless a case sets it: on a busy machine keys and responses are late, and the
# cases do not test that.
PATIENT = {"park_ms": 60000, "flow_timeout_ms": 60000}      # of a validator
PATIENCE_S = patient(60)    # with sealgate: to get ready, to end, to answer

LONG_LINE = 650     # characters: after a line of counters of this length there is another one

# The user that sealgate becomes, and the group that may read its state. They are on each Debian system, and no
# other program of the lab has them.
USER, READERS = "daemon", "games"

_serial = itertools.count(1)


class Sealgate:
    """One sealgate in one namespace. `with` applies the rules, runs it, and undoes both."""

    # The wire sends queries for any server to the upstream, so a walk from the root cannot work. `first` is the
    # first queue; None: the default of its instance.
    def __init__(self, lab, namespace, role, anchor=None, queues=1, grace_ms=NO_GRACE_MS,
                 walk=False, mode="enforce", more="", queue="", clock=None, first=0):
        self._lab = lab
        self.namespace, self.role = namespace, role
        self._name = f"sealgate-{role}-{next(_serial)}"
        self._backend = "" if "rules_backend" in more else surroundings.RULES
        self.config, self.control = (lab.resources.path(f"{self._name}.{end}") for end in ("conf", "control"))
        with open(self.config, "w") as file:
            file.write(CONFIG.format(role=role, mode=mode, queues=queues, queue=queue,
                                     first="" if first is None else f"first = {first}; ",
                                     grace_ms=grace_ms,
                                     walk=str(walk).lower(), hints=lab.root_hints,
                                     state=lab.resources.path(self._name + ".anchors"),
                                     ntas=lab.resources.path(self._name + ".ntas"),
                                     clock=lab.resources.path(self._name + ".clock"),
                                     timelines=lab.resources.path(self._name + ".timelines"),
                                     control=self.control,
                                     readers=READERS, user=USER,
                                     anchor=anchor or lab.zones.anchor_dnskey) + more)
            if self._backend:
                file.write(f'rules_backend = "{self._backend}";\n')
            if clock:       # libfaketime reads its file in every thread
                file.write("sandbox = false;\n")
            file.writelines(f"{key} = {value};\n" for key, value in PATIENT.items()
                            if key not in more and role != "signer")
        self.process = None
        self.clock = clock

    def command_result(self, *words):
        """Runs a subcommand to its end, and returns its exit code and output."""
        argv = self.namespace.argv(self._lab.sealgate_path, *words, "--config", self.config)
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def command(self, *words):
        """Runs a subcommand to its end, and returns its output and error output."""
        done = self.command_result(*words)
        if done.returncode != 0:
            raise LabError(f"sealgate {' '.join(words)}: exit {done.returncode}: "
                           f"{done.stdout.strip()}")
        return done.stdout

    def printed(self, *words):
        """Runs a subcommand to its end, and returns its output alone."""
        return self.namespace.run(self._lab.sealgate_path, *words, "--config", self.config)

    def ctl(self, *words):
        """Runs `sealgate ctl`; returns its exit code, and its output and error output."""
        argv = self.namespace.argv(self._lab.sealgate_path, "ctl", *words, "--config", self.config)
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def status(self):
        """The output of `sealgate ctl status` as a dictionary."""
        code, said = self.ctl("status")
        if code != 0:
            raise LabError(f"sealgate ctl status: exit {code}: {said}")
        return dict(line.split("=", 1) for line in said.splitlines())

    def apply_rules(self):
        said = self.command("rules", "apply")
        if f"rules: applied with {self._backend}" not in said:
            raise LabError(f"not the wanted form of the rules, {self._backend}: {said.strip()}")
        return said

    def shown_rules(self):
        """The rules in the kernel as `rules show` prints them, whatever their form; "" if there are none."""
        done = self.command_result("rules", "show")
        return done.stdout if done.returncode == 0 else ""

    def remove_rules(self):
        return self.command("rules", "remove")

    def start(self, *options, program=None):
        """Starts it, or another build of it, and waits until it says that it is ready."""
        clock = self.clock.words if self.clock else ()
        self.process = self.namespace.start(self._name, *clock, program or self._lab.sealgate_path, "run",
                                            "--config", self.config, *options)
        if not self.process.wait_for_log("ready", PATIENCE_S):
            ended = self.process.wait(0)
            raise LabError(f"sealgate does not get ready (exit {ended}):\n"
                           f"{self.process.log_text()}")

    def stop(self, number=signal.SIGTERM):
        """Ends it with a signal; returns its exit code, or None if it did not end."""
        if self.process is None:
            return None
        self.process.signal(number)
        code = self.process.wait(PATIENCE_S)
        self.process.stop()
        self.process = None
        return code

    def restart(self):
        """Restarts it, so that it has learned nothing yet; the rules stay."""
        self.stop()
        self.start()

    def log_lines(self, word=""):
        if self.process is None:
            return []
        return [line for line in self.process.log_text().splitlines() if word in line]

    def descriptor_limits(self):
        """The soft and the hard limit of open files of the process that runs."""
        with open(f"/proc/{self.process.pid}/limits") as file:
            (line,) = (line for line in file if line.startswith("Max open files"))
        return tuple(map(int, line.split()[3:5]))

    def limit_descriptors(self, soft, hard):
        """As the user that sealgate has become, because root itself may lack the right (CAP_SYS_RESOURCE)."""
        subprocess.run(("prlimit", f"--pid={self.process.pid}", f"--nofile={soft}:{hard}"), check=True,
                       user=self._ids("Uid")[0], group=self._ids("Gid")[0], extra_groups=[])

    def _ids(self, which):
        with open(f"/proc/{self.process.pid}/status") as file:
            (line,) = (line for line in file if line.startswith(which))
        return [int(word) for word in line.split()[1:]]

    def counter(self, name):
        """The value of a counter in the log after SIGUSR1; 0 for a counter that is not there."""
        before = len(self.log_lines("counters:"))
        self.process.signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE_S
        while not (said := self.log_lines("counters:")[before:]) or len(said[-1]) > LONG_LINE:
            if time.monotonic() > deadline:
                raise LabError(f"sealgate does not log its counters:\n{self.process.log_text()}")
            time.sleep(0.01)
        found = [word.split("=")[1] for line in said for word in line.split()
                 if word.startswith(name + "=")]
        return int(found[0]) if found else 0

    def queue(self, number):
        """The kernel's counters of one of this sealgate's queues: packets that wait for a verdict, packets
        dropped, and packets that found no room in the socket buffer."""
        for columns in self._queues():
            if columns[0] == number:
                return columns[2], columns[5], columns[6]
        raise LabError(f"no process holds queue {number}: {self._queues()}")

    def waiting(self):
        """How many packets wait for a verdict, in all queues, including those that are parked or held back."""
        return sum(columns[2] for columns in self._queues())

    def _queues(self):
        with open(f"/proc/{self.process.pid}/net/netfilter/nfnetlink_queue") as file:
            return [[int(column) for column in line.split()] for line in file]

    def __enter__(self):
        try:
            self.rules_said = self.apply_rules()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()
        try:
            self.remove_rules()
        except LabError:
            # The namespace is removed with the lab; the results are known by then.
            pass
