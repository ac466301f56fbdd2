# SPDX-License-Identifier: GPL-2.0-or-later
"""The results: the machine, JSON lines, and a table for people."""

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time


def machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    memory_kib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 10
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True).stdout.split()
    return {"kernel": platform.release(), "cpu": models[0] if models else platform.machine(),
            "cores": len(os.sched_getaffinity(0)), "memory_mib": memory_kib >> 10, "openssl": openssl[1] if openssl else "?",
            "load_average": round(os.getloadavg()[0], 2),
            "when": time.strftime("%Y-%m-%dT%H:%M:%S%z")}


class _Both:
    def __init__(self, *files):
        self._files = files

    def write(self, words):
        for file in self._files:
            file.write(words)

    def flush(self):
        for file in self._files:
            file.flush()


class Results:
    """The files of this run: JSON lines, the pictures, and the text output."""

    def __init__(self, directory):
        self._stem = os.path.join(directory, time.strftime("%Y%m%d-%H%M%S"))
        self.path = self._stem + ".jsonl"
        self._file = open(self.path, "w")

    def add(self, **what):
        self._file.write(json.dumps(what) + "\n")
        self._file.flush()

    @contextlib.contextmanager
    def said(self):
        """Copies everything that is printed meanwhile into a file."""
        printed = sys.stdout
        with open(self._stem + ".txt", "w") as file:
            sys.stdout = _Both(printed, file)
            try:
                yield
            finally:
                sys.stdout = printed

    def draw(self, pictures):
        for name, svg in pictures.items():
            with open(f"{self._stem}-{name}.svg", "w") as file:
                file.write(svg)


def _spread(values):
    """The spread of the rounds: half the distance between the least and the most, in percent."""
    middle = statistics.median(values)
    return 100 * (max(values) - min(values)) / 2 / middle if middle else 0


def _number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def _median(values):
    """The median, or None without values. A round without an answer has no cost and no latency."""
    return statistics.median(values) if values else None


def ratio(rounds, base, key):
    """The median of the ratios, each within its round: a slow machine slows both scenes."""
    return _median([mine[key] / theirs[key] for mine, theirs in zip(rounds, base or ())
                    if mine[key] is not None and theirs[key]])


def difference(rounds, base, key):
    """The same for differences."""
    return _median([mine[key] - theirs[key] for mine, theirs in zip(rounds, base)
                    if mine[key] is not None and theirs[key] is not None])


HEADER = ("scene", "rounds", "octets", "answers/s", "+-%", "filter us", "+-%", "server us", "p50 us",
          "p99 us", "lost", "hits %", "rate/base", "cpu/base")
LEGEND = """octets    of an answer, as the client gets it
filter, server us    CPU of that process for an answer, including the kernel's work in its name
+-%       half the distance between the extreme rounds
hits      in the message cache, or of the signer's signatures, including the warm-up
base      accepts everything and rewrites as many octets, as cheaply as we know (pacing), with
          answers of equal size; over TCP: none
p256 ... nxdomain    a thousand names; cold: 20000, more than are remembered;
          mixed99, mixed50: 99 or 50 of a hundred are known, the others cold
plain     a client without DO: the answer is rewritten; cd: with CD, it passes unjudged
exact     a client that asks as sealgate would: the query passes as it came; else it is rewritten
insecure  an unsigned zone: answers to exact pass as they came, too
idle, 8, 64, 4096    questions outstanding, idle: one; default: 512
half, overload       at half the rate of sealgate p256, at 4 times the filter's own rate;
          then sealgate shortens its queue of queries, and others do not
confined  the filter has a fifth of one core, in periods of 5 ms, which p50 and p99 show
v6        over IPv6; tcp: 512 outstanding in 64 connections that stay open;
          tcp new: 64 outstanding, each in a connection of its own
uncached  without a message cache; crowded: with 100,000 more questions in flight
legacy    a zone that its server does not sign; new: 20000 names, more than signatures are kept
pacing    rewriting, in turns as large as sealgate's; releasing: pacing that rewrites nothing
growing   pacing, and each answer grows by the size of a signature
          growing-denial: by two signatures and an NSEC
signer    sealgate in that role; it, pdns and knot sign with P-256
unbound, kresd, dnsmasq, nsd, pdns, knot    answer on the router, without the way to the server
pdns-new  without its caches of answers and signatures; knot: signs each answer (onlinesign)
Rows are in the order of measurement; scenes without a goal have 3 rounds"""


def row_of(name, rounds, base):
    def median(key):
        return _median([figures[key] for figures in rounds if figures[key] is not None])

    costs = [figures["filter_us"] for figures in rounds if figures["filter_us"] is not None]
    return (name, str(len(rounds)), _number(median("octets"), 0), _number(median("per_s"), 0),
            _number(_spread([figures["per_s"] for figures in rounds]), 0),
            _number(median("filter_us"), 2),
            _number(_spread(costs), 0) if costs else "-", _number(median("responder_us"), 2),
            _number(median("p50_us"), 0), _number(median("p99_us"), 0),
            str(sum(figures["lost"] for figures in rounds)),
            _number(100 * recalled, 0) if (recalled := rounds[0].get("recalled")) else "-",
            _number(ratio(rounds, base, "per_s"), 3),
            _number(ratio(rounds, base, "filter_us"), 2))


def print_table(header, rows):
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, tuple("-" * width for width in widths), *rows):
        print("  ".join([row[0].ljust(widths[0]),
                         *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]))


def print_left_out(obstacles):
    """`obstacles`: the reasons why scenes could not be measured, by name."""
    for why in dict.fromkeys(obstacles.values()):
        names = ", ".join(name for name, its in obstacles.items() if its == why)
        print(f"left out: {names}: {why}")


def ratios(mine, theirs):
    """One pair of scenes, as text."""
    return (f"{_number(ratio(mine, theirs, 'per_s'), 2):>5} of its responses a second, "
            f"{_number(ratio(mine, theirs, 'filter_us'), 2):>5} times its CPU a response")
