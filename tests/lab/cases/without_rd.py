# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that asks zones' own servers without RD. Of an alias into another zone it gets the alias alone:
for seconds, until sealgate knows that the client iterates. If it also asks that server to recurse, it gets the
whole answer."""

from lab import ask, streams, topology, zones

from .case import Case, Group, described, expect, expect_equal, expect_rcode
from .iterate import walking

PART_TTL_S = 5      # EXEMPT_PART_TTL_S of gate/exempt.h
ALIAS_TTL_S = 300   # of STANDARD in lab/zones.py
ALWAYS = 32         # SENDERS_ALWAYS of flow/senders.h
QUEUES = 4
ALIAS, TO_BROKEN = "to-example", "to-expired"
BANK = ["192.0.2.80", "192.0.2.81"]

# They have two servers; the server of the first has the alias's target, too.
NEAR, FAR = zones.BY_ORIGIN["p256.test."], zones.BY_ORIGIN["child.p256.test."]


def _ask(world, zone, by=ask, alias=ALIAS, **how):
    return by.query(world.lab.upstream, topology.AUTH[zone.server][4], f"{alias}.{zone.origin}", "A",
                    do=True, **how)


def _iterate(world, zone, by=ask):
    for _ in range(ALWAYS):
        answer = _ask(world, zone, by, rd=False)
    return answer


def _expect_part(answer, ttl_s, has_ad):
    expect(answer is not None and answer.data("CNAME") and not answer.data("A"), described(answer))
    expect_equal("AD", answer.has_ad, has_ad)
    expect(max(answer.ttls()) <= ttl_s and (not has_ad or min(answer.ttls()) > PART_TTL_S),
           f"TTLs {answer.ttls()}")


def _stranger(world):
    world.gate.restart()
    for zone in (NEAR, FAR):
        _expect_part(_ask(world, zone, rd=False), PART_TTL_S, has_ad=False)


def _iterating(world):
    world.gate.restart()
    for zone in (NEAR, FAR):
        _expect_part(_iterate(world, zone), ALIAS_TTL_S, has_ad=True)


def _recursing(world):
    """A query with RD to a server, as dig sends it, changes the answers from that server only."""
    _iterating(world)
    for _ in range(2):
        _ask(world, NEAR, rd=True)
        answer = _iterate(world, NEAR)
        expect(answer.data("A") == BANK and answer.has_ad, described(answer))
        _expect_part(_iterate(world, FAR), ALIAS_TTL_S, has_ad=True)


def _broken(world):
    """The answer from a resolver's cache is judged to its end. From a zone's own server no client uses
    the end."""
    world.gate.restart()
    _expect_part(_ask(world, NEAR, alias=TO_BROKEN, rd=False), PART_TTL_S, has_ad=False)
    expect_rcode(_ask(world, NEAR, alias=TO_BROKEN, rd=True), "SERVFAIL")
    expect_rcode(_ask(world, NEAR, alias=TO_BROKEN, rd=False), "SERVFAIL")


def _over_tcp(world):
    """Another worker may have seen the client's queries with RD."""
    world.gate.restart()
    _expect_part(_iterate(world, NEAR, streams), PART_TTL_S, has_ad=False)
    _expect_part(_ask(world, NEAR, rd=False), ALIAS_TTL_S, has_ad=True)


GROUPS = (
    Group("without RD", walking(queues=QUEUES), (
        Case("a client's first query without RD gets the alias alone, with a TTL of seconds", _stranger),
        Case("a client that never sets RD gets the alias alone, with the zone's TTL", _iterating),
        Case("a client that once set RD gets whole answers from that server, and aliases alone from others",
             _recursing),
        Case("a client that once set RD gets SERVFAIL if the end of an alias is Bogus", _broken))),
    Group("without RD over TCP", walking(), (
        Case("over TCP a client that never sets RD gets the alias alone, with a TTL of seconds",
             _over_tcp),)),
)
