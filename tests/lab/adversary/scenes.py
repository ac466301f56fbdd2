# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenes of the rounds: the role of the filter, other rules on its machine, the family."""

import contextlib
import dataclasses
import typing

import dns.name

from lab import followers, nat, topology
from lab.clock import Clock, library
from lab.resources import LabError, Obstacle

from . import clients, draw, forge, truth, wiretap

BOOT = "2001-01-01 00:00:00"
FAIL = 'unset_clock = "fail";\n'
# Time servers include some with zones in the lab. A response waits only briefly for keys: for three tenths
# of park_ms.
SETTINGS = "park_ms = 1300;\nbefore_clock = [ {names} ];\n"
STATEFUL = (("-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT"),
            ("-A", "FORWARD", "-i", "client", "-j", "ACCEPT"))
ATTEMPTS, ATTEMPT_S = 60, 0.5       # until a client that starts is answered


@dataclasses.dataclass(frozen=True)
class Scene:
    name: str
    role: str
    family: int
    beside: typing.Callable = None      # other rules of the operator
    clock_is_set: bool = True
    grace_ms: int = 0


@contextlib.contextmanager
def stateful(router):
    """FORWARD lets in only packets of connections that were opened from inside."""
    def change(verb, policy):
        for table in wiretap.TABLES.values():
            for rule in STATEFUL:
                router.run(table, verb, *rule[1:])
            router.run(table, "-P", "FORWARD", policy)
    change("-A", "DROP")
    try:
        yield
    finally:
        change("-D", "ACCEPT")


SCENES = (
    Scene("host-4", "host", 4),
    Scene("host-6", "host", 6, grace_ms=100),
    Scene("host-no-clock-4", "host", 4, clock_is_set=False),
    Scene("gateway-6", "gateway", 6),
    Scene("gateway-4", "gateway", 4, grace_ms=100),
    Scene("gateway-stateful-4", "gateway", 4, stateful),
    Scene("gateway-stateful-6", "gateway", 6, stateful),
    Scene("gateway-nat-4", "gateway", 4, nat.masquerade),
    Scene("gateway-nat-6", "gateway", 6, nat.masquerade, grace_ms=100),
    Scene("bridge-4", "bridge", 4),
    Scene("bridge-6", "bridge", 6),
)


@dataclasses.dataclass
class Field:
    """The network in which a round is played."""

    scene: Scene
    loop: wiretap.Loop
    tap: wiretap.Tap
    truth: truth.Truth
    forger: forge.Forger
    gate: object
    inner: str = None               # the adversary's guess of the client's address behind NAT
    clients: dict = dataclasses.field(default_factory=dict)
    is_stirred: bool = False        # the filter still remembers the last round's keys, or their failure

    @property
    def expects_answers(self):
        return self.scene.clock_is_set


def _places(lab, role):
    """The filter's machine, the clients behind it, the wire's device towards it, the owner of the MAC there."""
    if role == "host":
        return lab.host, lab.host, "host", (lab.host, "wire")
    if role == "gateway":
        return lab.router, lab.client, "router", (lab.router, "wire")
    client, bridged = _bridge().bridge_of(lab)
    return bridged, client, "bridge", (client, "bridge")


def _bridge():
    """The cases build this network. One of the cases imports this module, so the import is late."""
    from cases import bridge
    return bridge


def _mac(namespace, device):
    return namespace.run("cat", f"/sys/class/net/{device}/address")


def _introduce(lab, tap, scene, place, device, neighbour):
    tap.knows(device, _mac(*neighbour))
    tap.knows(wiretap.UPSTREAM, _mac(lab.upstream, "wire"))
    if scene.role == "bridge":
        for prefix in _bridge().PREFIX.values():
            tap.knows(f"{prefix}{_bridge().BRIDGE}", _mac(place, "br0"))


def _knowledge(lab, scene):
    """The zones do not change while the lab is up."""
    if not hasattr(lab, "adversary_knows"):
        knows = truth.Truth(lab.zones)
        knows.time_names = [dns.name.from_text(name) for name in _time_names()]
        lab.adversary_knows = knows, forge.Forger(knows, lab.zones)
    lab.adversary_knows[0].is_excused = not scene.clock_is_set
    return lab.adversary_knows


def _time_names():
    return (*draw.TIME_ZONES, *draw.TIME_IN_LAB)


def _sealgate(lab, scene, place, settings):
    clock = None
    if not scene.clock_is_set:
        if not library():
            raise Obstacle("no libfaketime")
        clock = Clock(lab.resources, f"clock-{scene.name}", BOOT)
    more = SETTINGS.format(names=", ".join(f'"{name}"' for name in _time_names()))
    return lab.sealgate(place, scene.role, more=more + ("" if clock is None else FAIL) + settings,
                        grace_ms=scene.grace_ms, clock=clock)


@contextlib.contextmanager
def field(lab, scene, settings=""):
    """Starts everything that the scene needs."""
    place, behind, device, neighbour = _places(lab, scene.role)
    loop = wiretap.Loop()
    with contextlib.ExitStack() as stack:
        tap = stack.enter_context(wiretap.Tap(lab, loop, device))
        _introduce(lab, tap, scene, place, device, neighbour)
        if scene.beside:
            stack.enter_context(scene.beside(place))
        ground = Field(scene, loop, tap, *_knowledge(lab, scene), _sealgate(lab, scene, place, settings))
        if scene.beside is nat.masquerade:
            ground.inner = topology.CLIENT[scene.family]
        started = followers.start(lab, behind, scene.family)
        stack.callback(followers.stop, started)
        for client in _clients(lab, loop, behind, scene.family, started):
            stack.callback(client.close)
            ground.clients[client.name] = client
        for client in ground.clients.values():
            _await(loop, client)
        stack.enter_context(ground.gate)
        yield ground


def _clients(lab, loop, namespace, family, started):
    for follower in started:
        yield clients.ByResolver(lab, loop, namespace, family, follower)
    for kind in (clients.Glibc, clients.Stub, clients.StreamStub):
        yield kind(lab, loop, namespace, family)


def _await(loop, client):
    """Waits until every client is answered without the filter; attacks start after that."""
    for _ in range(ATTEMPTS):
        asked = client.ask("www.p256.test.", "A")
        begun = wiretap.time.monotonic()
        if loop.until(lambda: asked.is_answered, ATTEMPT_S) and asked.found():
            client.over()
            return
        # An error comes at once.
        loop.until(lambda: wiretap.time.monotonic() > begun + 0.1, ATTEMPT_S)
    raise LabError(f"{client.name} is not answered without the filter either")
