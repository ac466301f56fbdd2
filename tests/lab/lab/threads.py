# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes on beside a case."""

import threading


class Threads:
    """Functions that run from the beginning of a `with` until its end, each in a thread. Each returns soon after `_ends`
    is set."""

    def __init__(self, *functions):
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=function) for function in functions]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self._ends.set()
        for thread in self._threads:
            thread.join()
