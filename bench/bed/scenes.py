# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes, and how one is measured."""

import collections
import json
import os

from lab.resources import LabError

from . import crowd, ground, signers
from .filters import SEALGATES, is_server
from .zones import LEGACY, QUESTIONS

# How it is asked: so many questions outstanding, or a rate, as a multiple of what a scene reached
# ("" for the same filter's BUSY one); then `outstanding` is the most.
Load = collections.namedtuple("Load", "name outstanding factor of", defaults=(None, None))
IDLE, FEW, SOME, BUSY, MANY = (
    Load("idle", 1), Load("8", 8), Load("64", 64), Load("", 512), Load("4096", 4096))
HALF = Load("half", 4096, 0.5, "sealgate p256")
OVER = Load("overload", 65536, 4, "")

# `filter`: none; one of ACCEPTALLS, of SEALGATES, or a server.
# `question`: of QUESTIONS, or one of them with a share of another, as MIXED says.
# `against`: the scene whose rate and cost this one is divided by, with responses of (nearly) the
# same size on the server's side. `is_quick`: measured when there is little time, too.
Scene = collections.namedtuple("Scene", "filter question client load against is_quick queues",
                               defaults=(1,))

# Known names, and of a hundred so many that are new.
MIXED = {"mixed50": ("p256", 50, "cold"), "mixed99": ("p256", 1, "cold")}

BASE = "rewriting p256"

SCENES = (
    Scene("none", "p256", "do", BUSY, None, True),
    Scene("classic", "p256", "do", BUSY, BASE, False),
    Scene("batched", "p256", "do", BUSY, BASE, False),
    Scene("rewriting", "p256", "do", BUSY, None, True),
    Scene("napping", "p256", "do", BUSY, BASE, True),
    Scene("sealgate", "p256", "do", BUSY, BASE, True),
    Scene("sealgate", "p256", "plain", BUSY, BASE, True),
    Scene("sealgate", "p256", "cd", BUSY, BASE, False),
    # Queries take the shortcut.
    Scene("sealgate-shortcut", "p256", "do", BUSY, BASE, True),
    Scene("sealgate-shortcut", "p256", "plain", BUSY, BASE, True),
    # How much of it the message cache knows.
    Scene("sealgate", "mixed99", "do", BUSY, BASE, False),
    Scene("sealgate", "mixed50", "do", BUSY, BASE, False),
    Scene("sealgate", "cold", "do", BUSY, BASE, True),
    Scene("sealgate-uncached", "p256", "do", BUSY, BASE, False),
    # Other keys, other sizes, other answers.
    Scene("sealgate", "ed25519", "do", BUSY, BASE, False),
    Scene("rewriting", "rsa2048", "do", BUSY, None, False),
    Scene("sealgate", "rsa2048", "do", BUSY, "rewriting rsa2048", False),
    Scene("rewriting", "large", "do", BUSY, None, True),
    Scene("sealgate", "large", "do", BUSY, "rewriting large", True),
    Scene("rewriting", "nxdomain", "do", BUSY, None, False),
    Scene("sealgate", "nxdomain", "do", BUSY, "rewriting nxdomain", False),
    # A crowd of questions that nobody answers.
    Scene("sealgate-crowded", "p256", "do", BUSY, BASE, True),
    # More or fewer outstanding.
    Scene("none", "p256", "do", IDLE, None, True),
    Scene("rewriting", "p256", "do", IDLE, None, True),
    Scene("sealgate", "p256", "do", IDLE, "rewriting p256 idle", True),
    Scene("sealgate", "cold", "do", IDLE, "rewriting p256 idle", False),
    *(Scene(name, "p256", "do", load, None if name != "sealgate" else f"{BASE} {load.name}",
            load is SOME and name != "none")
      for load in (FEW, SOME, MANY) for name in ("none", "rewriting", "sealgate")),
    # At a rate.
    Scene("none", "p256", "do", HALF, None, True),
    Scene("rewriting", "p256", "do", HALF, None, True),
    Scene("sealgate", "p256", "do", HALF, "rewriting p256 half", True),
    Scene("rewriting", "p256", "do", OVER, None, True),
    Scene("sealgate", "p256", "do", OVER, "rewriting p256 overload", True),
    Scene("sealgate-shortcut", "p256", "do", OVER, "rewriting p256 overload", True),
    # Two queues, and many clients, so that both are used.
    Scene("rewriting", "p256", "do", BUSY, None, False, 2),
    Scene("sealgate", "p256", "do", BUSY, "rewriting p256 2 queues", False, 2),
    # Others, from their caches.
    Scene("unbound", "p256", "do", BUSY, None, True),
    Scene("unbound", "p256", "plain", BUSY, None, False),
    Scene("kresd", "p256", "do", BUSY, None, False),
    Scene("kresd", "p256", "plain", BUSY, None, False),
    Scene("dnsmasq", "p256", "do", BUSY, None, False),
    Scene("dnsmasq", "p256", "plain", BUSY, None, True),
    Scene("nsd", "p256", "do", BUSY, None, False),
    # The signer, before a server that cannot sign: signatures that are remembered, and new ones.
    Scene("growing", "legacy", "do", BUSY, None, True),
    Scene("signer", "legacy", "do", BUSY, "growing legacy", True),
    Scene("signer", "legacy-new", "do", BUSY, "growing legacy", True),
    Scene("growing", "legacy", "do", IDLE, None, False),
    Scene("signer", "legacy", "do", IDLE, "growing legacy idle", False),
    # Others that sign as they answer, from their own zone; Knot remembers no signature.
    Scene("pdns", "legacy", "do", BUSY, "growing legacy", False),
    Scene("pdns-new", "legacy-new", "do", BUSY, "growing legacy", False),
    Scene("knot", "legacy-new", "do", BUSY, "growing legacy", False),
)


def name_of(scene):
    return " ".join(word for word in (scene.filter, scene.question,
                                      "" if scene.client == "do" else scene.client,
                                      scene.load.name,
                                      "" if scene.queues == 1 else f"{scene.queues} queues") if word)


def needed_by(scene):
    """The names of the scenes whose figures this one's need."""
    peak = scene.load.of if scene.load.of != "" else f"{scene.filter} {scene.question}"
    return {scene.against, peak} - {None}


# Warming up lasts until all names were asked, also on a bad day.
Pace = collections.namedtuple("Pace", "rounds warm_up_ms measured_ms")
PACES = {"quick": Pace(2, 400, 700), "full": Pace(5, 600, 1200)}


class Measurer:
    def __init__(self, build, namespaces, prepared, filters, pace):
        self._load = os.path.join(build, "bench", "load")
        self._client = namespaces["client"]
        self._prepared = prepared
        self._filters = filters
        self._pace = pace
        self._responder = namespaces["server"].start(
            "responder", os.path.join(build, "bench", "responder"), prepared.responses,
            ground.SERVER)
        if not self._responder.wait_for_log("ready", 10):
            raise LabError(f"the responder does not get ready: {self._responder.log_text()}")

    def measure(self, scene, peak=None, watch=None):
        """Runs the scene once; returns what was measured as a dictionary. `peak` is the rate that
        an open loop's is a multiple of; `watch` gets the filter's process before it is asked."""
        with self._filters.running(scene.filter, scene.queues) as process:
            more = {}
            if scene.filter == "sealgate-crowded":
                more["rss_kib_before"] = crowd.resident_kib(process.pid)
                crowd.ask_nobody(self._client)
                more["rss_kib_after"] = crowd.resident_kib(process.pid)
            if scene.load.outstanding < SOME.outstanding:
                self._learn_names(scene)
            if watch:
                watch(process.pid)
            said = self._client.run(self._load, *self._options(scene, process, peak))
            if process and not process.is_running():
                raise LabError(f"{scene.filter} ended by itself:\n{process.log_text()}")
            if scene.filter in SEALGATES:
                more.update(self._said_by_sealgate(scene))
            if is_signer(scene):
                more["complaint"] = signers.complaint(self._client, _address(scene))
        return _figures(json.loads(said), more)

    def _options(self, scene, process, peak):
        watched = ["-p", f"responder={self._responder.pid}"]
        for pid in _family(process.pid) if process else ():
            watched += ["-p", f"filter-{pid}={pid}"]
        if scene.load.factor:
            watched += ["-R", str(max(1, round(peak * scene.load.factor)))]
        if scene.queues > 1:
            watched += [word for address in ground.CLIENTS for word in ("-a", address)]
        question, *others = MIXED.get(scene.question, (scene.question,))
        if others:
            others = [str(others[0]), self._prepared.queries(others[1], scene.client)]
        return (*watched, "-n", str(scene.load.outstanding),
                "-w", str(self._pace.warm_up_ms), "-t", str(self._pace.measured_ms),
                "-r", str(QUESTIONS[question].rcode),
                _address(scene), self._prepared.queries(question, scene.client), *others)

    def _learn_names(self, scene):
        """One after the other they would not all be asked in the time of warming up."""
        self._client.run(self._load, "-n", str(SOME.outstanding), "-w", "0",
                         "-t", str(self._pace.warm_up_ms), ground.SERVER,
                         self._prepared.queries(scene.question, scene.client))

    def _said_by_sealgate(self, scene):
        """Of its whole life, the warming up included."""
        sealgate = self._filters.sealgate(scene.filter, scene.queues)
        if scene.filter == "signer":
            found = sealgate.counter("sign_found")
            asked = found + sealgate.counter("sign_made")
        else:
            found, asked = sealgate.counter("responses_recalled"), sealgate.counter("responses")
        return {"recalled": found / asked if asked else None,
                "flows_known": sealgate.counter("queries")}


def is_signer(scene):
    """Its answers are signed on the way, or by who answers."""
    return QUESTIONS[MIXED.get(scene.question, (scene.question,))[0]].origin == LEGACY.origin and \
        scene.filter != "growing"


def _address(scene):
    return ground.ROUTER_INSIDE if is_server(scene.filter) else ground.SERVER


def _family(pid):
    """A process and its descendants: NSD answers in one of these."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(one for child in file.read().split() for one in _family(child))]


def _figures(counted, more):
    """What is compared, out of what load counted."""
    answers = counted["answers"] + counted["wrong"]
    cpu_s = counted.pop("cpu_s")
    figures = dict(counted, per_s=answers / counted["seconds"],
                   asked_per_s=counted["asked"] / counted["seconds"], **more)
    for process in ("filter", "responder"):
        costs = [cost for name, cost in cpu_s.items() if name.startswith(process)]
        figures[f"{process}_us"] = sum(costs) * 1e6 / answers if costs and answers else None
    return figures


def complaint(scene, figures):
    """Returns what makes a measurement worthless, or None: a fast wrong answer is no answer."""
    if figures["answers"] == 0:
        return "no answers"
    if figures["wrong"]:
        return f"{figures['wrong']} answers had the wrong RCODE, or TC"
    if is_signer(scene):
        if figures["signed"] < figures["answers"]:
            return f"{figures['answers'] - figures['signed']} answers came without a signature"
        return figures["complaint"]
    if (scene.filter in SEALGATES or scene.filter in ("unbound", "kresd")) and \
            scene.client == "do" and figures["authentic"] < figures["answers"]:
        return f"{figures['answers'] - figures['authentic']} answers came without AD"
    return None
