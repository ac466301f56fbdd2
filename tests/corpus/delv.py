# SPDX-License-Identifier: GPL-2.0-or-later
"""The second oracle: BIND's validator, as delv. It is slower, so it judges fewer cases."""

import os
import re
import shutil
import subprocess

import dns.rdatatype

SECONDS = 10


def obstacle():
    return None if shutil.which("delv") else "delv is not installed"


def write_anchor(path, directory):
    """Writes DNSKEY records in the form that delv reads."""
    anchor = os.path.join(directory, "delv.key")
    with open(path) as keys, open(anchor, "w") as file:
        for line in keys:
            owner, _, _, _, flags, protocol, algorithm, key = line.split(None, 7)
            file.write(f'trust-anchors {{ {owner} static-key {flags} {protocol} {algorithm} '
                       f'"{key.replace(" ", "").strip()}"; }};\n')
    return anchor


class Delv:
    def __init__(self, upstream, anchor):
        self._upstream = upstream
        self._anchor = anchor

    def judge(self, name, rdtype, judged):
        self._upstream.give(judged)
        try:
            done = subprocess.run(
                ("delv", "-4", "@127.0.0.1", "-p", str(self._upstream.port), "-a", self._anchor,
                 "+root=.", name.to_text(), dns.rdatatype.to_text(rdtype)),
                text=True, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return "refused", "delv timed out"
        return _status(done.stdout + done.stderr)


def _status(text):
    """delv gives each RRset and each denial a status; the answer has the worst of them."""
    marks = re.findall(r"^; (?:negative response, )?(fully validated|unsigned answer)", text, re.M)
    failures = re.findall(r"^;; (resolution failed: (?!ncache).*|.*broken trust chain.*)", text,
                          re.M)
    if failures or not marks:
        return "refused", (failures or ["said nothing"])[-1]
    return ("insecure" if "unsigned answer" in marks else "secure"), ""
