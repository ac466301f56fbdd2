# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes, and how one is measured."""

import collections
import json
import os

from lab.resources import LabError

from . import ground
from .filters import is_resolver
from .zones import QUESTIONS

# `filter`: none; bench/acceptall's classic, batched, rewriting, napping; sealgate; a resolver.
# `against`: the scene whose rate and cost this one is divided by, with responses of (nearly) the
# same size on the server's side. `is_quick`: measured when there is little time, too.
Scene = collections.namedtuple("Scene", "filter question client outstanding against is_quick")

BUSY, SOME, IDLE = 512, 64, 1
LOADS = {BUSY: "", SOME: "64", IDLE: "idle"}

BASE = "rewriting p256"

SCENES = (
    Scene("none", "p256", "do", BUSY, None, True),
    Scene("classic", "p256", "do", BUSY, BASE, True),
    Scene("batched", "p256", "do", BUSY, BASE, True),
    Scene("rewriting", "p256", "do", BUSY, None, True),
    Scene("napping", "p256", "do", BUSY, BASE, True),
    Scene("sealgate", "p256", "do", BUSY, BASE, True),
    Scene("sealgate", "p256", "plain", BUSY, BASE, True),
    Scene("sealgate", "p256", "cd", BUSY, BASE, False),
    Scene("sealgate", "ed25519", "do", BUSY, BASE, False),
    Scene("rewriting", "rsa2048", "do", BUSY, None, False),
    Scene("sealgate", "rsa2048", "do", BUSY, "rewriting rsa2048", False),
    Scene("rewriting", "nxdomain", "do", BUSY, None, True),
    Scene("sealgate", "nxdomain", "do", BUSY, "rewriting nxdomain", True),
    Scene("rewriting", "cold", "do", BUSY, None, False),
    Scene("sealgate", "cold", "do", BUSY, BASE, True),
    Scene("sealgate", "cold", "plain", BUSY, BASE, False),
    Scene("unbound", "p256", "do", BUSY, None, True),
    Scene("unbound", "p256", "plain", BUSY, None, False),
    Scene("dnsmasq", "p256", "plain", BUSY, None, True),
    Scene("rewriting", "p256", "do", SOME, None, True),
    Scene("sealgate", "p256", "do", SOME, "rewriting p256 64", True),
    Scene("none", "p256", "do", IDLE, None, True),
    Scene("rewriting", "p256", "do", IDLE, None, True),
    Scene("sealgate", "p256", "do", IDLE, "rewriting p256 idle", True),
    Scene("sealgate", "cold", "do", IDLE, "rewriting p256 idle", False),
)


def name_of(scene):
    return " ".join(word for word in (scene.filter, scene.question,
                                      "" if scene.client == "do" else scene.client,
                                      LOADS[scene.outstanding]) if word)


# Warming up lasts until all names were asked, also on a bad day.
Pace = collections.namedtuple("Pace", "rounds warm_up_ms measured_ms")
PACES = {"quick": Pace(3, 400, 800), "full": Pace(7, 600, 1500)}


class Measurer:
    def __init__(self, build, namespaces, prepared, filters, pace):
        self._load = os.path.join(build, "bench", "load")
        self._client = namespaces["client"]
        self._prepared = prepared
        self._filters = filters
        self._pace = pace
        self._responder = namespaces["server"].start(
            "responder", os.path.join(build, "bench", "responder"), ground.SERVER,
            prepared.responses)
        if not self._responder.wait_for_log("ready", 10):
            raise LabError(f"the responder does not get ready: {self._responder.log_text()}")

    def measure(self, scene):
        """Runs the scene once; returns what was measured as a dictionary."""
        with self._filters.running(scene.filter) as process:
            watched = ["-p", f"responder={self._responder.pid}"]
            if process:
                watched += ["-p", f"filter={process.pid}"]
            said = self._client.run(
                self._load, *watched, "-n", str(scene.outstanding),
                "-w", str(self._pace.warm_up_ms), "-t", str(self._pace.measured_ms),
                "-r", str(QUESTIONS[scene.question].rcode),
                ground.ROUTER_INSIDE if is_resolver(scene.filter) else ground.SERVER,
                self._prepared.queries(scene.question, scene.client))
            if process and not process.is_running():
                raise LabError(f"{scene.filter} ended by itself:\n{process.log_text()}")
        return _figures(json.loads(said))


def _figures(counted):
    """What is compared, out of what load counted."""
    answers = counted["answers"] + counted["wrong"]
    cpu_s = counted.pop("cpu_s")
    figures = dict(counted, per_s=answers / counted["seconds"])
    for process in ("filter", "responder"):
        cost = cpu_s.get(process)
        figures[f"{process}_us"] = cost * 1e6 / answers if cost is not None and answers else None
    return figures


def complaint(scene, figures):
    """Returns what makes a measurement worthless, or None: a fast wrong answer is no answer."""
    if figures["answers"] == 0:
        return "no answers"
    if figures["wrong"]:
        return f"{figures['wrong']} answers had the wrong RCODE, or TC"
    if scene.filter in ("sealgate", "unbound") and scene.client == "do" and \
            figures["authentic"] < figures["answers"]:
        return f"{figures['answers'] - figures['authentic']} answers came without AD"
    return None
