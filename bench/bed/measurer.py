# SPDX-License-Identifier: GPL-2.0-or-later
"""How a scene is measured."""

import collections
import json
import os

from lab.resources import LabError

from . import crowd, ground, signers
from .filters import SEALGATES, is_server, is_signer
from .scenes import MIXED, SOME, WAYS, question_of
from .zones import NOERROR

# The warm-up is long enough to ask for all names, even on a slow day.
Pace = collections.namedtuple("Pace", "rounds warm_up_ms measured_ms")
PACES = {"quick": Pace(2, 400, 600), "full": Pace(9, 500, 1000)}


class Measurer:
    def __init__(self, build, namespaces, prepared, filters, pace, confinement=None):
        self._load = os.path.join(build, "bench", "load")
        self._client = namespaces["client"]
        self._prepared = prepared
        self._filters = filters
        self._pace = pace
        self._confinement = confinement
        self._responder = namespaces["server"].start(
            "responder", os.path.join(build, "bench", "responder"), prepared.responses,
            *ground.servers())
        if not self._responder.wait_for_log("ready", 10):
            raise LabError(f"the responder does not get ready: {self._responder.log_text()}")

    def measure(self, scene, peak=None, watch=None):
        """Runs the scene once; returns the figures as a dictionary. The rate of an open loop is a multiple
        of `peak`; `watch` gets the filter's process before the first query."""
        with self._filters.running(scene.filter, scene.queues) as process:
            more = {}
            if scene.filter == "sealgate-crowded":
                more["rss_kib_before"] = crowd.resident_kib(process.pid)
                crowd.ask_nobody(self._client)
                more["rss_kib_after"] = crowd.resident_kib(process.pid)
            if scene.load.outstanding < SOME.outstanding or scene.load.is_confined:
                self._learn_names(scene)
            if scene.load.is_confined:
                self._confinement.confine(process.pid)
            if watch:
                watch(process.pid)
            said = self._client.run(self._load, *self._options(scene, process, peak))
            if process and not process.is_running():
                raise LabError(f"{scene.filter} ended by itself:\n{process.log_text()}")
            if scene.filter in SEALGATES:
                more.update(self._said_by_sealgate(scene))
            if is_signer(scene.filter):
                more["complaint"] = signers.complaint(self._client, _address(scene),
                                                      question_of(scene))
        return _figures(json.loads(said), more)

    def _options(self, scene, process, peak):
        watched = ["-p", f"responder={self._responder.pid}"]
        for pid in _family(process.pid) if process else ():
            watched += ["-p", f"filter-{pid}={pid}"]
        if scene.load.factor:
            watched += ["-R", str(max(1, round(peak * scene.load.factor)))]
        if scene.queues > 1 or scene.load.way == "tcp new":     # a port has only one
            watched += [word for address in ground.CLIENTS for word in ("-a", address)]
        question, *others = MIXED.get(scene.question, (scene.question,))
        if others:
            others = [str(others[0]), self._prepared.queries(others[1], scene.client)]
        return (*watched, *WAYS[scene.load.way], "-n", str(scene.load.outstanding),
                "-w", str(self._pace.warm_up_ms), "-t", str(self._pace.measured_ms),
                "-r", str(_rcode(scene)),
                _address(scene), self._prepared.queries(question, scene.client), *others)

    def _learn_names(self, scene):
        """With one query outstanding, or a slow filter, the warm-up would be too short to ask for all names."""
        self._client.run(self._load, "-n", str(SOME.outstanding), "-w", "0",
                         "-t", str(self._pace.warm_up_ms), ground.SERVER,
                         self._prepared.queries(scene.question, scene.client))

    def _said_by_sealgate(self, scene):
        """Over its whole life, including the warm-up."""
        sealgate = self._filters.sealgate(scene.filter, scene.queues)
        if scene.filter == "signer":
            found = sealgate.counter("sign_found")
            asked = found + sealgate.counter("sign_made")
        else:
            found, asked = sealgate.counter("responses_recalled"), sealgate.counter("responses")
        return {"recalled": found / asked if asked else None,
                "flows_known": sealgate.counter("queries")}


def _rcode(scene):
    """A compact denial has NOERROR for a client that sets DO (RFC 9824, 3.1)."""
    return NOERROR if scene.filter == "signer" else question_of(scene).rcode


def _address(scene):
    if is_server(scene.filter):
        return ground.ROUTER_INSIDE
    return ground.SERVER_V6 if scene.load.way == "v6" else ground.SERVER


def _family(pid):
    """A process and its descendants: NSD answers in one of them."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(one for child in file.read().split() for one in _family(child))]


def _figures(counted, more):
    """The figures to compare, from load's counters."""
    answers = counted["answers"] + counted["wrong"]
    cpu_s = counted.pop("cpu_s")
    figures = dict(counted, per_s=answers / counted["seconds"],
                   asked_per_s=counted["asked"] / counted["seconds"], **more)
    for process in ("filter", "responder"):
        costs = [cost for name, cost in cpu_s.items() if name.startswith(process)]
        figures[f"{process}_us"] = sum(costs) * 1e6 / answers if costs and answers else None
    return figures


def complaint(scene, figures):
    """Returns why a measurement is worthless, or None: a fast wrong answer does not count."""
    if figures["answers"] == 0:
        return "no answers"
    if figures["wrong"]:
        return f"{figures['wrong']} answers had the wrong RCODE, or TC"
    if is_signer(scene.filter):
        if figures["signed"] < figures["answers"]:
            return f"{figures['answers'] - figures['signed']} answers came without a signature"
        return figures["complaint"]
    if scene.question == "insecure":
        return "answers came with AD" if figures["authentic"] else None
    if (scene.filter in SEALGATES or scene.filter in ("unbound", "kresd")) and \
            scene.client in ("do", "exact") and figures["authentic"] < figures["answers"]:
        return f"{figures['answers'] - figures['authentic']} answers came without AD"
    return None
