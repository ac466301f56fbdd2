# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions of a warm judgement, or of a message found in the cache, counted by valgrind if it is installed.

A count is the same on a busy machine. valgrind's processor lacks some instructions, among them those for SHA:
OpenSSL then uses more of others, so the real machine needs fewer.
"""

import collections
import os
import re
import shutil
import tempfile

from lab.resources import run_tool

JUDGED = 100


def instructions(program, option, files):
    """Returns the instructions for one response, and how many of them are in OpenSSL; None without
    valgrind. The option selects the kind: bench/micro's -w, -c, bench/microsign's -n, -f. `files` are the
    arguments after the number of names."""
    if not shutil.which("valgrind"):
        return None
    by_library = counts(program, JUDGED, [option], files)
    return sum(by_library.values()) / JUDGED, by_library["libcrypto"] / JUDGED


def counts(program, judged, options, files):
    """Returns the instructions of bench/micro's counted(), by library; the program's own are under its
    name."""
    with tempfile.TemporaryDirectory(prefix="sealgate-bench-") as directory:
        path = os.path.join(directory, "counted")
        run_tool("valgrind", "-q", "--tool=callgrind", "--toggle-collect=counted",
                 f"--callgrind-out-file={path}", "--compress-strings=no", program, *options,
                 str(judged), *files)
        with open(path) as file:
            return _self_counts(file)


def _self_counts(lines):
    """Sums callgrind's file by library: the cost of each function itself, without its callees."""
    counts = collections.Counter()
    library, is_call = "", False
    for line in lines:
        if line.startswith("ob="):
            library = os.path.basename(line[3:].strip()).split(".")[0]
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[0-9+*-]", line):
            if not is_call:
                counts[library] += int(line.split()[1])
            is_call = False
    return counts
