# SPDX-License-Identifier: GPL-2.0-or-later
"""The Test Anything Protocol, version 13: the part of it that is needed."""


class Tap:
    def __init__(self, count):
        self._number = 0
        self.failed = 0
        self._say("TAP version 13", f"1..{count}")

    def passed(self, name):
        self._result("ok", name)

    def not_passed(self, name, lines):
        self.failed += 1
        self._result("not ok", name, lines)

    def skipped(self, name, reason):
        self._result("ok", f"{name} # SKIP {reason}")

    def _result(self, verdict, name, diagnostics=()):
        self._number += 1
        self._say(f"{verdict} {self._number} - {name}",
                  *(f"# {part}" for each in diagnostics for part in str(each).splitlines()))

    @staticmethod
    def _say(*lines):
        print("\n".join(lines), flush=True)
