# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions of a warm judgement, or of a message found in the cache, counted by valgrind where it is installed.

A count is the same on a busy machine. valgrind's processor lacks some instructions, those for SHA
among them: OpenSSL takes more of others in their stead, and on the real machine it is fewer.
"""

import collections
import os
import re
import shutil
import tempfile

from lab.resources import run_tool

JUDGED = 100


def instructions(program, option, files):
    """Returns how many one response takes, and how many of them in OpenSSL; None if nobody can
    count. The option says of which kind: bench/micro's -w, -c, bench/microsign's -n, -f. `files` is
    what it is given behind the number of names."""
    if not shutil.which("valgrind"):
        return None
    by_library = counts(program, JUDGED, [option], files)
    return sum(by_library.values()) / JUDGED, by_library["libcrypto"] / JUDGED


def counts(program, judged, options, files):
    """Returns how many instructions bench/micro's counted() takes, by library; the program's own
    stand under its name."""
    with tempfile.TemporaryDirectory(prefix="sealgate-bench-") as directory:
        path = os.path.join(directory, "counted")
        run_tool("valgrind", "-q", "--tool=callgrind", "--toggle-collect=counted",
                 f"--callgrind-out-file={path}", "--compress-strings=no", program, *options,
                 str(judged), *files)
        with open(path) as file:
            return _self_counts(file)


def _self_counts(lines):
    """Sums callgrind's file by library: what a function costs itself, not what it calls."""
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
