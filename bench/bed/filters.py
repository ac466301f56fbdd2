# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs in the path: none, one that accepts everything, sealgate, or a server instead.

All filters have the rules of `sealgate rules apply`: queries and responses go to the queue, or to one of two. So
each transaction costs each filter two packets. A server on the router has no rules: the client asks it, and a
resolver forwards queries that its cache cannot answer.

Another filter is another line in one of these tables, and its scenes in scenes.py.
"""

import collections
import contextlib
import os
import shutil
import types

from lab.resources import LabError
from lab.sealgate import Sealgate

from . import ground, resolvers, signers
from .crowd import FLOWS
from .zones import LEGACY, wait_for_answers

SHORTCUT = "sealgate-shortcut"

# `rules`: the sealgate whose rules bring the packets. `more`: further configuration. The message cache is
# too small for all cold names; without a message cache each response is judged; the crowded one has room for
# all queries in flight, and does not forget them meanwhile; with the shortcut the kernel sends queries on by
# itself, for which there are other rules. The signer's keys are made before it runs.
Gate = collections.namedtuple("Gate", "role rules more")
SEALGATES = {
    "sealgate": Gate("gateway", "sealgate", "messages = 16384;\n"
                     "checking_disabled = \"pass\";\n"),
    "sealgate-uncached": Gate("gateway", "sealgate", "messages = 0;\n"),
    "sealgate-crowded": Gate("gateway", "sealgate", f"flows = {2 * FLOWS};\n"
                             "flow_timeout_ms = 120000;\nzones = 131072;\n"),
    SHORTCUT: Gate("gateway", SHORTCUT, "messages = 16384;\nshortcut = {{ "
                   "interfaces = [ \"client\" ]; directory = \"{bpf}/sealgate\"; }};\n"),
    "signer": Gate("signer", "signer", None),
}

# An RRSIG of a P-256 key: the header of a record, the fixed part, the zone's name, the signature. An NSEC: the
# next name, and the types.
RRSIG_OCTETS = 12 + 18 + len(LEGACY.origin) + 1 + 64
NSEC_OCTETS = 12 + 2 + len("n999." + LEGACY.origin) + 1 + 19

# bench/acceptall: its mode, the rules, and by how many octets it makes responses longer.
Acceptall = collections.namedtuple("Acceptall", "mode rules growth")
ACCEPTALLS = {
    **{mode: Acceptall(mode, "sealgate", 0)
       for mode in ("classic", "batched", "rewriting", "napping", "pacing", "releasing")},
    "growing": Acceptall("pacing", "signer", RRSIG_OCTETS),
    "growing-denial": Acceptall("pacing", "signer", 2 * RRSIG_OCTETS + NSEC_OCTETS),
}
SERVERS = {**resolvers.COMMANDS, "nsd": None, **signers.SERVERS}


def is_server(name):
    return name in SERVERS


def is_signer(name):
    """True if answers are signed on the way, or by the server."""
    return name == "signer" or name in signers.SERVERS


def is_in_queue(name):
    return name in SEALGATES or name in ACCEPTALLS


def why_not(name):
    """Returns why this filter cannot run here, or None."""
    program = name
    if name == SHORTCUT:    # then its eBPF program was compiled
        program = "clang"
    elif name in signers.SERVERS:
        program = signers.SERVERS[name][0]
    elif not is_server(name):
        return None
    return None if shutil.which(program) else f"{program} is not installed"


def rules_of(name):
    return (SEALGATES if name in SEALGATES else ACCEPTALLS)[name].rules


class Filters:
    def __init__(self, resources, build, router, prepared):
        self._acceptall = os.path.join(build, "bench", "acceptall")
        self._router = router
        self._resources = resources
        self._prepared = prepared
        # It does not walk, so the root hints are not read.
        self._lab = types.SimpleNamespace(resources=resources, root_hints="/none",
                                          sealgate_path=os.path.join(build, "sealgate"))
        self._sealgates = {}
        self._sign = None

    def _more(self, gate):
        if gate.rules == SHORTCUT:
            return gate.more.format(bpf=self._resources.bpf_file_system())
        if gate.more is not None:
            return gate.more
        if self._sign is None:
            self._sign = signers.sealgate(self._lab.sealgate_path,
                                          self._resources.path("signer-keys"))
        return self._sign

    def sealgate(self, name, queues):
        if (name, queues) not in self._sealgates:
            gate = SEALGATES[name]
            self._sealgates[name, queues] = Sealgate(
                self._lab, self._router, gate.role, self._prepared.anchor, queues,
                more=self._more(gate))
        return self._sealgates[name, queues]

    @contextlib.contextmanager
    def rules(self, name, queues):
        sealgate = self.sealgate(name, queues)
        said = sealgate.apply_rules()
        try:
            if "without the shortcut" in said:
                raise LabError(said)
            yield said
        finally:
            sealgate.remove_rules()

    @contextlib.contextmanager
    def running(self, name, queues):
        """Runs the filter of that name; yields its process, None for "none"."""
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

    def _command(self, name):
        path = self._resources.path(name + ".conf")
        if name == "nsd":
            return self._prepared.nsd(ground.ROUTER_INSIDE)
        if name in signers.SERVERS:
            return signers.SERVERS[name][1](path, self._prepared)
        return resolvers.COMMANDS[name](path, self._prepared.anchor)

    def _start_server(self, name):
        process = self._router.start(name, *self._command(name))
        try:
            wait_for_answers(self._router, ground.ROUTER_INSIDE, process,
                             LEGACY.origin if name in signers.SERVERS else ".")
        except BaseException:
            process.stop()
            raise
        return process

    def _start(self, name, queues):
        kind = ACCEPTALLS[name]
        process = self._router.start(name, self._acceptall, kind.mode, str(queues),
                                     str(kind.growth))
        if not process.wait_for_log("ready", 10):
            raise LabError(f"acceptall does not get ready: {process.log_text()}")
        return process
