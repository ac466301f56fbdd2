# SPDX-License-Identifier: GPL-2.0-or-later
"""Thousands of small zones: their keys, which the next run finds again, the server that cannot sign them, and the
client that asks for them."""

import concurrent.futures
import os
import shutil
import socket
import time

from lab import programs
from lab.resources import WRITERS, LabError, run_tool
from lab.threads import Threads

from . import ground
from .zones import CLIENTS, A, query, wait_for_answers

FRESH_S = 7 * 86400     # signed ahead for 21 days: those of an older run are signed again
TOLD_S = 5              # between two lines about progress
RATE = 200              # questions a second
LOST_S = 2
TEXT = """$TTL 300
@   SOA ns.test. hostmaster.test. 1 7200 3600 1209600 300
@   NS  ns.test.
www A   192.0.2.80
"""
NSD = """
    ip-address: {address}
"""


def name_of(number):
    return f"z{number}.test."


class Progress:
    """Says every few seconds how far something is."""

    def __init__(self, what, total):
        self._what, self._total, self._done = what, total, 0
        self._began = self._told = time.monotonic()

    def step(self):
        self._done += 1
        if time.monotonic() - self._told > TOLD_S or self._done == self._total:
            self._told = time.monotonic()
            print(f"  {self._what}: {self._done} of {self._total}, {self._told - self._began:.0f} s", flush=True)


class Keys:
    """The keys of the zones 1 to `count`, in one directory, as an operator has them."""

    def __init__(self, program, directory, count):
        self.program, self.directory = program, os.path.join(directory, "keys")
        self._settings = os.path.join(directory, "user.conf")
        os.makedirs(directory, exist_ok=True)
        with open(self._settings, "w") as file:
            file.write(f'user = "{WRITERS}";\n')
        self._make([number for number in range(1, count + 1) if not self._is_fresh(number)])

    def signed(self, number):
        return os.path.join(self.directory, f"K{name_of(number)}signed-dnskey")

    def _is_fresh(self, number):
        try:
            return time.time() - os.stat(self.signed(number)).st_mtime < FRESH_S
        except FileNotFoundError:
            return False

    def run(self, verb, number):
        run_tool(self.program, "keys", verb, name_of(number), "--directory", self.directory, "--config",
                 self._settings)

    def _make(self, numbers):
        progress = Progress("keys", len(numbers))
        verbs = {number: "sign" if os.path.exists(self.signed(number)) else "generate" for number in numbers}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(lambda number: self.run(verbs[number], number), numbers):
                progress.step()
        if numbers:
            shutil.chown(self.directory, group=WRITERS)
            os.chmod(self.directory, 0o750)


def write_zone_file(directory):
    """All zones have the same records, and so one file."""
    path = os.path.join(directory, "records")
    with open(path, "w") as file:
        file.write(TEXT)
    return path


def start_server(resources, namespace, records, count):
    """NSD with all zones, none of them signed."""
    rows = "".join(f'zone:\n    name: "{name_of(number)}"\n    include-pattern: "all"\n'
                   for number in range(1, count + 1))
    server = programs.start(namespace, "nsd", resources.path("many-nsd"), NSD,
                            f'pattern:\n    name: "all"\n    zonefile: "{records}"\n' + rows, address=ground.SERVER)
    wait_for_answers(namespace, ground.SERVER, server, name_of(count))
    return server


# The client.

def _connect(namespace, address, timeout_s):
    asking = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.settimeout(timeout_s)
    asking.connect((address, 53))
    return asking


def _is_signed(response):
    """An address and its RRSIG: no server here gives two records otherwise."""
    return response[3] & 15 == 0 and response[6:8] == b"\0\2"


def is_signed(namespace, address, number, timeout_s=0.1):
    with _connect(namespace, address, timeout_s) as asking:
        try:
            asking.send(query(f"www.{name_of(number)}", A, CLIENTS["do"]))
            return _is_signed(asking.recv(65535))
        except OSError:
            return False


def count_signed(namespace, address, count):
    return sum(is_signed(namespace, address, number, LOST_S) for number in range(1, count + 1))


def samples(count):
    return sorted({1, (count + 1) // 2, count})


def wait_until_signed(namespace, address, numbers, process, seconds):
    deadline = time.monotonic() + seconds
    while not all(is_signed(namespace, address, number) for number in numbers):
        if not process.is_running() or time.monotonic() > deadline:
            raise LabError(f"{process.name}: no signed answers:\n" + process.log_text()[-2000:])


class Asking(Threads):
    """Asks for one zone, 200 times a second, as long as the `with` lasts."""

    def __init__(self, namespace, address, number=1):
        super().__init__(self._ask, self._listen)
        self._socket = _connect(namespace, address, 0.1)
        self._query = query(f"www.{name_of(number)}", A, CLIENTS["do"])
        self._sent, self._latencies, self.unsigned = {}, [], []

    def _ask(self):
        number, due = 0, time.monotonic()
        while not self._ends.is_set():
            number = (number + 1) % 65536
            self._sent[number] = time.monotonic()
            try:
                self._socket.send(number.to_bytes(2, "big") + self._query[2:])
            except OSError:         # an ICMP error of the question before
                pass
            due += 1 / RATE
            time.sleep(max(0, due - time.monotonic()))

    def _listen(self):
        while not self._ends.is_set():
            try:
                response = self._socket.recv(65535)
            except OSError:
                continue
            sent = self._sent.pop(int.from_bytes(response[:2], "big"), None)
            if sent is not None:
                self._latencies.append((sent, time.monotonic() - sent))
                if not _is_signed(response):
                    self.unsigned.append(sent)

    def worst_ms(self, begin, end):
        """The worst latency of a question asked in this time; the most there is, if one has no answer."""
        deadline = time.monotonic() + LOST_S
        while time.monotonic() < deadline and any(begin <= sent <= end for sent in list(self._sent.values())):
            time.sleep(0.01)
        lost = any(begin <= sent <= end for sent in list(self._sent.values()))
        return float("inf") if lost else 1000 * max(
            (latency for sent, latency in list(self._latencies) if begin <= sent <= end), default=0)

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self._socket.close()
