# SPDX-License-Identifier: GPL-2.0-or-later
"""The program under test: `sealgate check` over captures of exchanges."""

import json
import subprocess

from capture import Capture
from lab.resources import LabError

# sealgate distinguishes a broken chain from one that cannot be had; a client gets SERVFAIL for both.
STATUSES = {"secure": "secure", "insecure": "insecure", "bogus": "refused",
            "indeterminate": "refused"}


class Sealgate:
    def __init__(self, path, anchor, now_s, directory):
        self._path, self._anchor, self._now_s = path, anchor, now_s
        self._directory = directory
        self._files = 0

    def judge(self, exchanges, chain, *options):
        """Judges the exchanges, pairs of query and response, together with those of `chain`. Returns the
        status and the reason of each."""
        self._files += 1
        path = f"{self._directory}/corpus-{self._files}.pcap"
        capture = Capture(path, self._now_s)
        numbers = [capture.exchange(*each) for each in exchanges]
        # A search for a link tries the newest messages first, and a limited number of them.
        for each in chain:
            capture.exchange(*each)
        capture.close()
        lines = self._run(path, options)
        judged = {line["packet"]: line for line in map(json.loads, lines)}
        return [_status(judged.get(number)) for number in numbers]

    def _run(self, path, options):
        done = subprocess.run(
            (self._path, "check", "--anchor", self._anchor, "--time", str(self._now_s), "--json",
             *options, path), text=True, capture_output=True)
        if done.returncode not in (0, 1):
            raise LabError(f"sealgate check: exit {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout.splitlines()


def _status(line):
    if line is None:
        return "unseen", "no line was printed for it"
    return STATUSES[line["status"]], f"{line['status']}: {line['reason']}"
