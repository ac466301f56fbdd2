# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock for one program, which can be set while it runs (libfaketime).

Whether the kernel holds its own clock to be synchronised cannot be faked: on some machines it always does,
on others never. `kernel_is_synchronised()` says which.
"""

import ctypes
import glob
import os

STA_UNSYNC = 0x40
STATUS_AT = 40      # in struct timex of 64-bit machines


def kernel_is_synchronised():
    timex = ctypes.create_string_buffer(512)
    if ctypes.CDLL(None).adjtimex(timex) < 0:
        return False
    return not int.from_bytes(timex[STATUS_AT:STATUS_AT + 4], "little") & STA_UNSYNC


def library():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    return found[0] if found else None


class Clock:
    """`words` are the words before the command of a program that uses this clock."""

    def __init__(self, resources, name, when):
        self._path = resources.path(name)
        self.set(when)
        self.words = ("env", f"LD_PRELOAD={library()}", f"FAKETIME_TIMESTAMP_FILE={self._path}",
                      "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                      # if the program is built with AddressSanitizer
                      "ASAN_OPTIONS=verify_asan_link_order=0")

    def set(self, when):
        """Days from now as "+40d", or a moment as "1970-01-01 00:10:00"; "+0" is the right time."""
        with open(self._path + ".new", "w") as file:
            file.write(when + "\n")
        os.replace(self._path + ".new", self._path)
