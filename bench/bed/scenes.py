# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes: the program in the path, the questions, and the load."""

import collections

from .filters import why_not
from .zones import QUESTIONS

# The load: `outstanding` questions, or a rate, as a multiple of the rate that another scene reached (`of`, a
# template of that scene's name); then `outstanding` is the maximum. `way` is one of WAYS. With `is_confined`
# the filter has only a share of one core (confined.py).
Load = collections.namedtuple("Load", "name outstanding factor of way is_confined",
                              defaults=(None, None, "", False))
IDLE, FEW, SOME, BUSY, MANY = (
    Load("idle", 1), Load("8", 8), Load("64", 64), Load("", 512), Load("4096", 4096))
HALF = Load("half", 4096, 0.5, "sealgate p256")
OVER = Load("overload", 65536, 4, "{filter} {question}")
CONFINED = Load("confined", 512, is_confined=True)
CONFINED_OVER = Load("confined overload", 65536, 4, "{filter} {question} confined",
                     is_confined=True)
V6 = Load("v6", 512, way="v6")
TCP = Load("tcp", 512, way="tcp")
TCP_NEW = Load("tcp new", 64, way="tcp new")

# The options of load.
CONNECTIONS = 64
WAYS = {"": (), "v6": (), "tcp": ("-c", str(CONNECTIONS)), "tcp new": ("-o",)}

# `filter`: none; one of ACCEPTALLS or SEALGATES; or a server.
# `question`: one of QUESTIONS, or one of MIXED.
# `against`: this scene's rate and cost are divided by those of that scene, whose responses have (nearly) equal
# size on the server's side. `pace`: how often it is measured.
Scene = collections.namedtuple("Scene", "filter question client load against pace queues",
                               defaults=(1,))

# A scene with a goal is measured in every round: in a quick run too (ALWAYS), or not (AIMED). Others
# (LOOKED_AT) are measured in a few rounds.
ALWAYS, AIMED, LOOKED_AT = "always", "aimed", "looked at"
LOOKED_AT_ROUNDS = 3

# Known names, and the number of new ones in a hundred.
MIXED = {"mixed50": ("p256", 50, "cold"), "mixed99": ("p256", 1, "cold")}

BASE = "pacing p256"

# The scenes are measured in this order, in each round: scenes that are divided by each other are neighbours,
# because a machine changes over time. A scene at a rate comes after the scene that its rate refers to.
SCENES = (
    Scene("none", "p256", "do", BUSY, None, ALWAYS),
    Scene("classic", "p256", "do", BUSY, BASE, LOOKED_AT),
    Scene("batched", "p256", "do", BUSY, BASE, LOOKED_AT),
    Scene("sealgate-crowded", "p256", "do", BUSY, BASE, ALWAYS),
    Scene("rewriting", "p256", "do", BUSY, BASE, ALWAYS),
    Scene("sealgate", "p256", "do", BUSY, BASE, ALWAYS),
    Scene("pacing", "p256", "do", BUSY, None, ALWAYS),
    Scene("napping", "p256", "do", BUSY, BASE, ALWAYS),
    Scene("sealgate", "p256", "plain", BUSY, BASE, ALWAYS),
    # Others, from their caches; and queries that take the shortcut.
    Scene("unbound", "p256", "plain", BUSY, None, AIMED),
    Scene("sealgate-shortcut", "p256", "plain", BUSY, BASE, ALWAYS),
    Scene("sealgate-shortcut", "p256", "do", BUSY, BASE, ALWAYS),
    Scene("unbound", "p256", "do", BUSY, None, ALWAYS),
    Scene("kresd", "p256", "do", BUSY, None, LOOKED_AT),
    Scene("kresd", "p256", "plain", BUSY, None, LOOKED_AT),
    Scene("dnsmasq", "p256", "do", BUSY, None, LOOKED_AT),
    Scene("dnsmasq", "p256", "plain", BUSY, None, LOOKED_AT),
    Scene("nsd", "p256", "do", BUSY, None, LOOKED_AT),
    # At a rate.
    Scene("none", "p256", "do", HALF, None, ALWAYS),
    Scene("sealgate", "p256", "do", HALF, "pacing p256 half", ALWAYS),
    Scene("pacing", "p256", "do", HALF, None, ALWAYS),
    Scene("pacing", "p256", "do", OVER, None, AIMED),
    Scene("sealgate", "p256", "do", OVER, "pacing p256 overload", AIMED),
    Scene("sealgate-shortcut", "p256", "do", OVER, "pacing p256 overload", LOOKED_AT),
    # The same, with a filter that is the bottleneck.
    Scene("pacing", "p256", "do", CONFINED, None, AIMED),
    Scene("pacing", "p256", "do", CONFINED_OVER, None, AIMED),
    Scene("sealgate", "p256", "do", CONFINED, "pacing p256 confined", ALWAYS),
    Scene("sealgate", "p256", "do", CONFINED_OVER, "pacing p256 confined overload", ALWAYS),
    # One at a time.
    Scene("none", "p256", "do", IDLE, None, ALWAYS),
    Scene("sealgate", "p256", "do", IDLE, "pacing p256 idle", ALWAYS),
    Scene("pacing", "p256", "do", IDLE, None, ALWAYS),
    Scene("sealgate", "cold", "do", IDLE, "pacing p256 idle", LOOKED_AT),
    # More or fewer outstanding.
    *(Scene(name, "p256", "do", load, None if name != "sealgate" else f"{BASE} {load.name}",
            LOOKED_AT)
      for load in (FEW, SOME, MANY) for name in ("none", "pacing", "sealgate")),
    # The share of answers that the message cache knows.
    Scene("pacing", "cold", "do", BUSY, None, LOOKED_AT),
    Scene("sealgate", "cold", "do", BUSY, "pacing cold", ALWAYS),
    Scene("sealgate", "mixed50", "do", BUSY, "pacing cold", LOOKED_AT),
    Scene("sealgate", "mixed99", "do", BUSY, "pacing cold", LOOKED_AT),
    # Other clients, other keys, other sizes, other answers.
    Scene("sealgate", "p256", "exact", BUSY, BASE, LOOKED_AT),
    Scene("sealgate", "p256", "cd", BUSY, BASE, LOOKED_AT),
    # Nothing is rewritten: unsigned answers, for a client that asks as sealgate would.
    Scene("releasing", "insecure", "exact", BUSY, None, AIMED),
    Scene("sealgate", "insecure", "exact", BUSY, "releasing insecure exact", AIMED),
    Scene("sealgate", "insecure", "plain", BUSY, None, LOOKED_AT),
    Scene("sealgate-uncached", "p256", "do", BUSY, BASE, LOOKED_AT),
    Scene("sealgate", "ed25519", "do", BUSY, BASE, LOOKED_AT),
    Scene("pacing", "rsa2048", "do", BUSY, None, LOOKED_AT),
    Scene("sealgate", "rsa2048", "do", BUSY, "pacing rsa2048", LOOKED_AT),
    Scene("pacing", "large", "do", BUSY, None, ALWAYS),
    Scene("sealgate", "large", "do", BUSY, "pacing large", ALWAYS),
    Scene("pacing", "nxdomain", "do", BUSY, None, LOOKED_AT),
    Scene("sealgate", "nxdomain", "do", BUSY, "pacing nxdomain", LOOKED_AT),
    # Over IPv6.
    Scene("pacing", "p256", "do", V6, None, LOOKED_AT),
    Scene("sealgate", "p256", "do", V6, "pacing p256 v6", LOOKED_AT),
    # Two queues, with many clients, so that both are used.
    Scene("pacing", "p256", "do", BUSY, None, LOOKED_AT, 2),
    Scene("sealgate", "p256", "do", BUSY, "pacing p256 2 queues", LOOKED_AT, 2),
    # Over TCP: the relay, compared with no program in the path, and with a server on the router.
    *(Scene(name, "p256", "do", load,
            None if name == "none" else f"none p256 {load.name}", LOOKED_AT)
      for load in (TCP, TCP_NEW) for name in ("none", "sealgate", "unbound")),
    # The signer, in front of a server that cannot sign: signatures that are remembered, and new ones.
    # Other programs that sign as they answer do it from their own zone; Knot remembers no signature.
    Scene("pdns", "legacy", "do", BUSY, "growing legacy", AIMED),
    Scene("signer", "legacy", "do", BUSY, "growing legacy", ALWAYS),
    Scene("growing", "legacy", "do", BUSY, None, ALWAYS),
    Scene("signer", "legacy-new", "do", BUSY, "growing legacy", ALWAYS),
    Scene("pdns-new", "legacy-new", "do", BUSY, "growing legacy", AIMED),
    Scene("knot", "legacy-new", "do", BUSY, "growing legacy", AIMED),
    Scene("growing", "legacy", "do", IDLE, None, LOOKED_AT),
    Scene("signer", "legacy", "do", IDLE, "growing legacy idle", LOOKED_AT),
    # Its denials.
    *(Scene(name, question, "do", BUSY, against, LOOKED_AT)
      for question in ("legacy-nxdomain", "legacy-nodata")
      for name, against in (("growing-denial", None), ("signer", f"growing-denial {question}"))),
    # An overload of it.
    Scene("signer", "legacy", "do", CONFINED, None, AIMED),
    Scene("signer", "legacy", "do", CONFINED_OVER, None, AIMED),
)


def name_of(scene):
    return " ".join(word for word in (scene.filter, scene.question,
                                      "" if scene.client == "do" else scene.client,
                                      scene.load.name,
                                      "" if scene.queues == 1 else f"{scene.queues} queues") if word)


def peak_of(scene):
    """The name of the scene that this one's rate refers to, or None."""
    return scene.load.of and scene.load.of.format(**scene._asdict())


def question_of(scene):
    """The one of QUESTIONS that most queries ask."""
    return QUESTIONS[MIXED.get(scene.question, (scene.question,))[0]]


def rounds_of(scene, pace):
    return min(pace.rounds, LOOKED_AT_ROUNDS) if scene.pace == LOOKED_AT else pace.rounds


def obstacle_to(scene, confinement, has_ipv6):
    """Returns why the scene cannot be measured here, or None."""
    if scene.load.is_confined and confinement.obstacle:
        return confinement.obstacle
    if scene.load.way == "v6" and not has_ipv6:
        return "no IPv6 here"
    return why_not(scene.filter)


def choose(word, is_quick, obstacles):
    """The scenes whose name contains the word, and those they are compared with. `obstacles`: the scenes
    that cannot be measured, by name."""
    wanted = {name_of(scene) for scene in SCENES if word in name_of(scene) and
              (scene.pace == ALWAYS or word or not is_quick)}
    needed = names = wanted - obstacles.keys()
    while needed:       # these may need others
        needed = {other for scene in SCENES if name_of(scene) in needed
                  for other in (scene.against, peak_of(scene))} - names - obstacles.keys() - {None}
        names = names | needed
    return [scene for scene in SCENES if name_of(scene) in names]
