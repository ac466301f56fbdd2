# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes, and how one is measured."""

import collections
import json
import os

from lab.resources import LabError

from . import ground
from .zones import QUESTIONS

# `filter`: none, classic or batched (bench/acceptall), sealgate. `against`: the scene whose rate
# and cost this one is divided by; it has the same responses on the server's side.
Scene = collections.namedtuple("Scene", "filter question client outstanding against")

BUSY, IDLE = 512, 1

SCENES = (
    Scene("none", "p256", "do", BUSY, None),
    Scene("classic", "p256", "do", BUSY, None),
    Scene("batched", "p256", "do", BUSY, None),
    Scene("sealgate", "p256", "do", BUSY, "batched p256"),
    Scene("sealgate", "p256", "plain", BUSY, "batched p256"),
    Scene("sealgate", "p256", "cd", BUSY, "batched p256"),
    Scene("batched", "ed25519", "do", BUSY, None),
    Scene("sealgate", "ed25519", "do", BUSY, "batched ed25519"),
    Scene("batched", "rsa2048", "do", BUSY, None),
    Scene("sealgate", "rsa2048", "do", BUSY, "batched rsa2048"),
    Scene("batched", "nxdomain", "do", BUSY, None),
    Scene("sealgate", "nxdomain", "do", BUSY, "batched nxdomain"),
    Scene("none", "p256", "do", IDLE, None),
    Scene("batched", "p256", "do", IDLE, None),
    Scene("sealgate", "p256", "do", IDLE, "batched p256 idle"),
)


def name_of(scene):
    return " ".join([scene.filter, scene.question, *(() if scene.client == "do" else (scene.client,)),
                     *(() if scene.outstanding == BUSY else ("idle",))])


Pace = collections.namedtuple("Pace", "rounds warm_up_ms measured_ms")
PACES = {"quick": Pace(3, 300, 1000), "full": Pace(5, 500, 2000)}


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
                "-r", str(QUESTIONS[scene.question].rcode), ground.SERVER,
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
    if scene.filter == "sealgate" and scene.client == "do" and \
            figures["authentic"] < figures["answers"]:
        return f"{figures['answers'] - figures['authentic']} answers came without AD"
    return None
