# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the path: nothing, a program that accepts everything, or sealgate.

All but the first have the same rules, those of `sealgate rules apply` for a gateway: queries and
responses go to queue 0. So each transaction costs each filter two packets.
"""

import contextlib
import os
import types

from lab.resources import LabError
from lab.sealgate import Sealgate


class Filters:
    def __init__(self, resources, build, router, anchor):
        self._acceptall = os.path.join(build, "bench", "acceptall")
        self._router = router
        lab = types.SimpleNamespace(resources=resources,
                                    sealgate_path=os.path.join(build, "sealgate"))
        self._sealgate = Sealgate(lab, router, "gateway", anchor)

    @contextlib.contextmanager
    def rules(self):
        said = self._sealgate.apply_rules()
        try:
            yield said
        finally:
            self._sealgate.remove_rules()

    @contextlib.contextmanager
    def running(self, name):
        """Runs the filter of that name; gives its process, None for "none"."""
        if name == "none":
            yield None
        elif name == "sealgate":
            self._sealgate.start()
            try:
                yield self._sealgate.process
            finally:
                self._sealgate.stop()
        else:
            process = self._router.start(name, self._acceptall, name)
            try:
                if not process.wait_for_log("ready", 10):
                    raise LabError(f"acceptall does not get ready: {process.log_text()}")
                yield process
            finally:
                process.stop()
