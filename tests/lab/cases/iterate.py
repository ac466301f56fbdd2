# SPDX-License-Identifier: GPL-2.0-or-later
"""sealgate between a resolver that iterates (unbound or BIND, without validators) and the servers. The chain of
trust grows from the referrals that pass, and from keys that sealgate fetches from the servers which signed. A
resolver that knows all zones already does not ask for referrals; then sealgate walks down from the root."""

import contextlib
import functools

from lab import ask, programs, servers, topology, zones

from .case import Case, Group, World, described, expect, expect_rcode

# unbound's iterator sets CD, which says that it validates. It does not.

# Each zone's own server is asked only for the last of a chain of aliases.
ASKED = (("www", "A"), ("", "MX"), ("", "TXT"), ("any.wild", "A"), ("alias", "A"), ("nowhere", "A"),
         ("www", "LOC"), ("b.c.deep", "TXT"), ("to-example", "A"), ("to-unsigned", "A"),
         ("host.moved", "A"))
ZONES = tuple(zone for zone in zones.ZONES if not zone.bare)


def _questions(zone):
    for label, rdtype in ASKED:
        yield (f"{label}.{zone.origin}" if label else zone.origin, rdtype)


def _seen(answer):
    return None if answer is None else (answer.rcode, sorted(answer.records("answer")))


def _is_bogus(lab, name, rdtype):
    answer = lab.ask_oracle(name, rdtype, do=True)
    return answer is not None and answer.rcode == "SERVFAIL"


# Questions that warm the resolver: then it knows each zone's servers, and no answer.
WARMING = ("ns", "AAAA")


class Unbound:
    """The lab's own resolver, which runs anyhow."""

    name, obstacle = "unbound", None

    @staticmethod
    def restart(lab):
        lab.restart_resolver()

    stop = restart

    @staticmethod
    def ask(lab, name, rdtype, **how):
        return lab.ask_from_host(name, rdtype, **how)


class Bind:
    """It is asked from the wire, with nothing in between."""

    name, obstacle = "BIND", programs.obstacle("named")
    _process = None

    @classmethod
    def restart(cls, lab):
        cls.stop(lab)
        cls._process = servers.start_bind(lab.resources, lab.upstream)
        servers.wait_until_answering(lab.wire, topology.BIND[4], ".", cls._process)

    @classmethod
    def stop(cls, _lab):
        if cls._process:
            cls._process.stop()
            cls._process = None

    @staticmethod
    def ask(lab, name, rdtype, family=4, **how):
        return ask.query(lab.wire, topology.BIND[family], name, rdtype, **how)


def _look_without(lab, resolver):
    """The answers without sealgate, and which of them are Bogus; asked once."""
    if not hasattr(lab, "genuine"):
        lab.genuine = {}
        lab.bogus = {question for zone in ZONES for question in _questions(zone)
                     if _is_bogus(lab, *question)}
    if resolver in lab.genuine:
        return
    resolver.restart(lab)
    lab.genuine[resolver] = {question: _seen(resolver.ask(lab, *question))
                             for zone in ZONES for question in _questions(zone)}


def _warm(lab, resolver):
    for zone in ZONES:
        label, rdtype = WARMING
        resolver.ask(lab, f"{label}.{zone.origin}", rdtype)


def before_a_resolver(resolver, filter_is_warm, resolver_is_warm):
    """A scene in which resolver and sealgate each have seen all zones before, or are new."""
    @contextlib.contextmanager
    def scene(lab):
        _look_without(lab, resolver)
        resolver.restart(lab)
        if resolver_is_warm and not filter_is_warm:
            _warm(lab, resolver)
        with lab.sealgate(lab.upstream, "host", walk=True) as gate:
            if filter_is_warm:
                _warm(lab, resolver)
            if not resolver_is_warm:
                resolver.restart(lab)
            yield World(lab, gate, functools.partial(resolver.ask, lab))
        resolver.stop(lab)
    return scene


def _as_before(resolver, zone, start):
    def run(world):
        wrong, genuine = [], world.lab.genuine[resolver]
        expect(genuine[f"www.{zone.origin}", "A"][0] == "NOERROR", "there is no answer without sealgate")
        for question in _questions(zone):
            if question in world.lab.bogus:
                continue
            answer = world.ask(*question)
            if _seen(answer) != genuine[question]:
                wrong += [f"{' '.join(question)}", f"  with sealgate:    {described(answer)}",
                          f"  without sealgate: {genuine[question]}"]
        expect(not wrong, *wrong, *world.log_tail())
    return Case(f"{start}: answers from {zone.origin} are those that come without sealgate", run)


def _refused(zone, start):
    def run(world):
        question = (f"www.{zone.origin}", "A")
        expect(question in world.lab.bogus, "the validating resolver does not find it Bogus")
        expect_rcode(world.ask(*question), "SERVFAIL")
    return Case(f"{start}: no Bogus answer passes from {zone.origin}", run)


def _group(resolver, filter_is_warm, resolver_is_warm):
    words = {False: "cold", True: "warm"}
    start = f"a {words[resolver_is_warm]} {resolver.name} that iterates, behind a " \
            f"{words[filter_is_warm]} sealgate"
    scene = before_a_resolver(resolver, filter_is_warm, resolver_is_warm)
    return Group(f"iterate, {start}", scene, (
        *(_as_before(resolver, zone, start) for zone in ZONES if zone.status != "bogus"),
        *(_refused(zone, start) for zone in ZONES if zone.status == "bogus")), obstacle=resolver.obstacle)


def _server_of(zone):
    return topology.AUTH[zone.server][4]


def walking(more="", **settings):
    """A scene in which a zone's own server is asked, as by a resolver that knows the server."""
    @contextlib.contextmanager
    def scene(lab):
        def ask_server(name, rdtype, zone, **how):
            return ask.query(lab.upstream, _server_of(zone), name, rdtype, rd=False, **how)
        with lab.sealgate(lab.upstream, "host", walk=True, more=more, **settings) as gate:
            yield World(lab, gate, ask_server)
    return scene


def _walked_to(zone):
    """sealgate knows nothing, and this server has no part of the chain above its zone."""
    def run(world):
        world.gate.restart()
        genuine = world.lab.ask_genuinely(f"www.{zone.origin}", "A")
        for label, rcode in (("www", "NOERROR"), ("nowhere", "NXDOMAIN"), ("deep", "NOERROR")):
            answer = world.ask(f"{label}.{zone.origin}", "A", zone, do=True)
            expect_rcode(answer, rcode)
            # a name under an opt-out is never Secure
            expect(answer.has_ad == (zone.status == "secure") or label == "nowhere",
                   f"AD: {described(answer)}")
            if label == "www":
                expect(answer.data("A") == genuine.data("A"), described(answer))
    return Case(f"the walk from the root finds the chain to {zone.origin}", run)


def _bogus_at_its_end(zone):
    def run(world):
        world.gate.restart()
        expect_rcode(world.ask(f"www.{zone.origin}", "A", zone), "SERVFAIL")
        said = world.gate.log_lines(f"bogus www.{zone.origin}")
        expect(said, "the answer is refused for another reason", *world.log_tail())
    return Case(f"the walk from the root finds {zone.origin} Bogus", run)


def _refused_without(world):
    zone = zones.BY_ORIGIN["p256.test."]
    expect_rcode(world.ask(f"www.{zone.origin}", "A", zone), "SERVFAIL")


WALKED = ("p256.test.", "rsa256.test.", "salted.test.", "bank.example.", "glueless.test.",
          "child.p256.test.", "child.salted.test.", "plain.p256.test.", "unsigned.test.",
          "island.example.")

NO_HINTS = ".            3600 NS   ns.root-servers.lab.\n" \
           "ns.root-servers.lab. 3600 A    10.53.5.99\n"


@contextlib.contextmanager
def shut_in(lab):
    path = lab.resources.path("no-root.hints")
    with open(path, "w") as file:
        file.write(NO_HINTS)
    genuine, lab.root_hints = lab.root_hints, path
    try:
        with walking()(lab) as world:
            yield world
    finally:
        lab.root_hints = genuine


def _server_tried_all_the_same(world):
    """The walk fails; keys that the server itself has are still fetched."""
    zone = zones.BY_ORIGIN["."]
    answer = ask.query(world.lab.upstream, _server_of(zone), ".", "SOA", do=True, rd=False)
    expect_rcode(answer, "NOERROR")
    expect(answer.has_ad, described(answer))


WALK_GROUPS = (
    Group("walk", walking(), (
        *(_walked_to(zones.BY_ORIGIN[origin]) for origin in WALKED),
        *(_bogus_at_its_end(zones.BY_ORIGIN[origin])
          for origin in ("expired.test.", "bogusds.test.")))),
    Group("walk, where the root cannot be reached", shut_in, (
        Case("if the root cannot be reached the client gets SERVFAIL and the reason",
             _refused_without),
        Case("if the root cannot be reached, keys that the server has are still used",
             _server_tried_all_the_same))),
)

GROUPS = WALK_GROUPS + tuple(
    _group(resolver, filter_is_warm, resolver_is_warm) for resolver in (Unbound, Bind)
    for filter_is_warm in (False, True) for resolver_is_warm in (False, True))
