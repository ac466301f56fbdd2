# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the path: nothing, a program that accepts everything, sealgate, or a server in its
stead.

Those that filter have the same rules, those of `sealgate rules apply` for a gateway: queries and
responses go to the queue, or to one of two. So each transaction costs each filter two packets. A
server on the router has none: the client asks it, and a resolver forwards what is not in its cache.
"""

import contextlib
import os
import shutil
import types

from lab.resources import LabError
from lab.sealgate import Sealgate

from . import ground, resolvers
from .crowd import FLOWS
from .zones import wait_for_answers

# What is configured otherwise: of the cold names not all may be remembered; without a message cache
# each response is judged; the crowded one has room for as many questions in flight as it is given,
# and does not forget them meanwhile.
SEALGATES = {
    "sealgate": "messages = 16384;\n",
    "sealgate-uncached": "messages = 0;\n",
    "sealgate-crowded": f"flows = {2 * FLOWS};\nflow_timeout_ms = 120000;\nzones = 131072;\n",
}
SERVERS = {**resolvers.COMMANDS, "nsd": None}


def is_server(name):
    return name in SERVERS


def is_in_queue(name):
    return name != "none" and not is_server(name)


def is_there(name):
    return not is_server(name) or shutil.which(name) is not None


class Filters:
    def __init__(self, resources, build, router, prepared):
        self._acceptall = os.path.join(build, "bench", "acceptall")
        self._router = router
        self._resources = resources
        self._prepared = prepared
        # It does not walk, so nobody reads the root hints.
        self._lab = types.SimpleNamespace(resources=resources, root_hints="/none",
                                          sealgate_path=os.path.join(build, "sealgate"))
        self._sealgates = {}

    def sealgate(self, name, queues):
        if (name, queues) not in self._sealgates:
            self._sealgates[name, queues] = Sealgate(
                self._lab, self._router, "gateway", self._prepared.anchor, queues,
                more=SEALGATES[name])
        return self._sealgates[name, queues]

    @contextlib.contextmanager
    def rules(self, queues):
        sealgate = self.sealgate("sealgate", queues)
        said = sealgate.apply_rules()
        try:
            yield said
        finally:
            sealgate.remove_rules()

    @contextlib.contextmanager
    def running(self, name, queues):
        """Runs the filter of that name; gives its process, None for "none"."""
        if name == "none":
            yield None
        elif name in SEALGATES:
            sealgate = self.sealgate(name, queues)
            sealgate.start()
            try:
                yield sealgate.process
            finally:
                sealgate.stop()
        else:
            process = self._start_server(name) if is_server(name) else self._start(name, queues)
            try:
                yield process
            finally:
                process.stop()

    def _start_server(self, name):
        path = self._resources.path(name + ".conf")
        command = resolvers.COMMANDS[name](path, self._prepared.anchor) if name != "nsd" else \
            self._prepared.nsd(ground.ROUTER_INSIDE)
        process = self._router.start(name, *command)
        try:
            wait_for_answers(self._router, ground.ROUTER_INSIDE, process)
        except BaseException:
            process.stop()
            raise
        return process

    def _start(self, name, queues):
        process = self._router.start(name, self._acceptall, name, str(queues))
        if not process.wait_for_log("ready", 10):
            raise LabError(f"acceptall does not get ready: {process.log_text()}")
        return process
