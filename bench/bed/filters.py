# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the path: nothing, a program that accepts everything, sealgate, or a resolver.

Those that filter have the same rules, those of `sealgate rules apply` for a gateway: queries and
responses go to queue 0. So each transaction costs each filter two packets. A resolver has none: the
client asks it, on the router, and it forwards what is not in its cache.
"""

import contextlib
import os
import shutil
import types

from lab.resources import LabError
from lab.sealgate import Sealgate

from . import ground, resolvers
from .zones import wait_for_answers


def is_resolver(name):
    return name in resolvers.COMMANDS


def is_in_queue(name):
    return name != "none" and not is_resolver(name)


def is_there(name):
    return not is_resolver(name) or shutil.which(name) is not None


class Filters:
    def __init__(self, resources, build, router, anchor):
        self._acceptall = os.path.join(build, "bench", "acceptall")
        self._router = router
        self._resources = resources
        self._anchor = anchor
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
            process = self._start(name)
            try:
                yield process
            finally:
                process.stop()

    def _start(self, name):
        if is_resolver(name):
            process = self._router.start(
                name, *resolvers.COMMANDS[name](self._resources.path(name + ".conf"), self._anchor))
            try:
                wait_for_answers(self._router, ground.ROUTER_INSIDE, process)
            except BaseException:
                process.stop()
                raise
            return process
        process = self._router.start(name, self._acceptall, name)
        if not process.wait_for_log("ready", 10):
            raise LabError(f"acceptall does not get ready: {process.log_text()}")
        return process
