# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock that several programs share, and that can be set ahead while they run, so that the lab waits for no TTL. (For
a clock of sealgate alone, which may also be set back, see clock.py.)"""

import os
import struct

from .resources import run_tool

SOURCE = os.path.splitext(os.path.abspath(__file__))[0] + ".c"


class JumpClock:
    """`words` are the words before the command of a program that uses this clock."""

    def __init__(self, resources, name):
        self.ahead_s = 0
        self._path, library = resources.path(name), resources.path(name + ".so")
        self._write()
        run_tool("cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O2", "-o", library, SOURCE)
        self.words = ("env", f"LD_PRELOAD={library}", f"LAB_JUMP_CLOCK={self._path}",
                      # if the program is built with AddressSanitizer
                      "ASAN_OPTIONS=verify_asan_link_order=0")

    def _write(self):
        """In place: the programs have the file in their memory."""
        with open(self._path, "r+b" if os.path.exists(self._path) else "wb", buffering=0) as file:
            file.write(struct.pack("=q", self.ahead_s))

    def jump(self, seconds):
        self.ahead_s += seconds
        self._write()
