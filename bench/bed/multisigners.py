# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that sign thousands of zones: sealgate in front of a server that cannot, and Knot (onlinesign) with
the zones itself. Each can start with so many of them, and be told that one has changed."""

import contextlib
import json
import os
import shutil
import subprocess
import types

from lab import programs
from lab.resources import WRITERS, LabError
from lab.sealgate import Sealgate

from . import ground
from .many import name_of

READY_S = 900

LISTED, DIRECTORY = "list", "directory"
SIGN = """sign = {{
  place = "gateway";
  servers = [ "{server}" ];
  signatures_per_s = 0;
  signatures_per_network = 0;
{zones}}};
"""

# Its background workers are as many as there are processors.
KNOT = """server:
    listen: {address}@53
    rundir: {directory}
    udp-workers: 1
    tcp-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: {database}
policy:
  - id: ours
    algorithm: ecdsap256sha256
mod-onlinesign:
  - id: ours
    policy: ours
template:
  - id: default
    file: {records}
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    module: mod-onlinesign/ours
zone:
{zones}"""


def has_directory(program):
    """True if this sealgate can have its zones in a directory."""
    said = subprocess.run([program, "config", "example"], capture_output=True, text=True)
    return "zones_directory" in said.stdout


class Change:
    """What happens to a running program. `make` is done before the time counts, `undo` at the end. `words` are those of
    the command, if it is not that for all zones. `shows` and `hides` are the zones that are signed afterwards, or no
    longer. `reads` is how many zones should be read; None: the command should fail."""

    def __init__(self, title, reads=0, make=None, undo=None, shows=None, hides=None, words=("reload",)):
        self.title, self.reads, self.make, self.undo = title, reads, make, undo
        self.shows, self.hides, self.words = shows, hides, words


class SealgateZones:
    name, address, settles = "sealgate", ground.SERVER, True

    def __init__(self, resources, program, namespaces, keys, form):
        self._lab = types.SimpleNamespace(resources=resources, root_hints="/none", sealgate_path=program)
        self._router, self._keys, self._form = namespaces["router"], keys, form
        self._zones = resources.path("zones.d")
        self._gate = self.process = None

    def _file_of(self, number):
        return os.path.join(self._zones, f"{name_of(number)}conf")

    def _write(self, count):
        """Returns the zones for the configuration."""
        if self._form == LISTED:
            return "  zones = (\n" + ",\n".join(
                f'    {{ name = "{name_of(number)}"; keys = "{self._keys.directory}"; }}'
                for number in range(1, count + 1)) + "\n  );\n"
        shutil.rmtree(self._zones, ignore_errors=True)
        os.mkdir(self._zones, 0o750)
        shutil.chown(self._zones, group=WRITERS)
        for number in range(1, count + 1):
            self._add(number)
        return f'  zones_directory = "{self._zones}";\n'

    def _add(self, number):
        if self._form == LISTED:
            return self._rewrite(number)
        with open(self._file_of(number), "w") as file:
            file.write(f'keys = "{self._keys.directory}";\n')

    def _remove(self, number):
        if self._form == LISTED:
            return self._rewrite(number - 1)
        os.remove(self._file_of(number))

    def _rewrite(self, count):
        with open(self._gate.config) as file:
            head = file.read().partition("sign = {")[0]
        with open(self._gate.config, "w") as file:
            file.write(head + SIGN.format(server=ground.SERVER, zones=self._write(count)))

    @contextlib.contextmanager
    def running(self, count, began):
        """`began` is called when everything is there and the program is to start."""
        self._gate = Sealgate(self._lab, self._router, "signer", "/none",
                              more=SIGN.format(server=ground.SERVER, zones=self._write(count)))
        self._gate.apply_rules()
        try:
            began()
            self.process = self._gate.process = self._router.start("sealgate-many", self._lab.sealgate_path, "run",
                                                                   "--config", self._gate.config)
            if not self.process.wait_for_log("ready: ", READY_S):
                raise LabError("sealgate does not get ready:\n" + self.process.log_text()[-2000:])
            yield
        finally:
            self._gate.stop()
            self._gate.remove_rules()

    def is_settled(self):
        """False while signatures are still checked in the background."""
        return self._gate.status().get("zones_unchecked", "0") == "0"

    def reload(self, change):
        """Returns what is wrong with what it says, or None."""
        code, said = self._gate.ctl("--json", *change.words)
        if change.reads is None:
            return None if code == 1 else f"exit {code} instead of 1: {said}"
        if code != 0:
            return f"exit {code}: {said}"
        if self._form == DIRECTORY and (read := json.loads(said)["zones_read"]) != change.reads:
            return f"{read} zones were read, and not {change.reads}"
        return None

    def changes(self, count):
        one = (count + 2) // 3
        path = self._keys.signed(one)
        kept = []

        def cut():
            with open(path) as file:
                kept.append(file.read())
            with open(path, "w") as file:
                file.write(kept[0][:len(kept[0]) // 2])

        def mend():
            with open(path, "w") as file:
                file.write(kept[0])

        return (
            Change("nothing changed"),
            Change("one zone is signed again", 1, lambda: self._keys.run("sign", one)),
            Change("the same, and told which", 1, lambda: self._keys.run("sign", one), words=("reload", name_of(one))),
            Change("one zone more", 1, lambda: self._add(count + 1), shows=count + 1),
            Change("one zone less", 0, lambda: self._remove(count + 1), hides=count + 1),
            Change("one zone is broken", None, cut, mend),
            Change("it is mended", 1),
        )


class KnotZones:
    name, address, settles = "knot", ground.ROUTER_INSIDE, False

    def __init__(self, resources, namespaces, records, directory):
        self._router, self._records = namespaces["router"], records
        self._directory, self._database = resources.path("many-knot"), os.path.join(directory, "knot")
        os.makedirs(self._directory)
        os.makedirs(self._database, exist_ok=True)
        self.process = None

    @property
    def _config(self):
        return os.path.join(self._directory, "knot.conf")

    def _write(self, count):
        with open(self._config, "w") as file:
            file.write(KNOT.format(
                address=self.address, directory=self._directory, database=self._database, records=self._records,
                zones="".join(f"  - domain: {name_of(number)}\n" for number in range(1, count + 1))))

    @contextlib.contextmanager
    def running(self, count, began):
        self._write(count)
        began()
        self.process = self._router.start("knotd-many", "knotd", "--config", self._config)
        try:
            yield
        finally:
            self.process.stop()

    def reload(self, change):
        self._router.run("knotc", "--config", self._config, "--timeout", str(READY_S), *change.words)

    def changes(self, count):
        return (
            Change("nothing changed"),
            Change("the same, and told which", words=("--blocking", "zone-reload", name_of((count + 2) // 3))),
            Change("one zone more", 1, lambda: self._write(count + 1), shows=count + 1),
            Change("one zone less", 0, lambda: self._write(count), hides=count + 1),
        )


def knot_obstacle():
    return programs.obstacle("knotd")
