# SPDX-License-Identifier: GPL-2.0-or-later
"""Prefixes of a NAT64 that are found: by ipv4only.arpa (RFC 7050) and by Router Advertisements (RFC 8781). What a
resolver makes up in them passes, and an attacker who tells one gains nothing."""

import contextlib
import ipaddress

from lab import dns64, router, topology
from lab.attacks import dns64 as attacks

from .case import Case, Group, described, expect, expect_equal, expect_rcode, wait_until, with_sealgate

OURS = ipaddress.ip_network("fd64:64::/96")
GLOBAL = ipaddress.ip_network("2001:db8:64::/96")
NAME, ADDRESS = "mail.p256.test.", "192.0.2.25"     # it has only an A record
TTL_S = 120         # at most, of what is made up in a prefix that was found
OF_ORIGIN = 4       # prefixes of one interface
DEVICE = "wire"     # of the host


def _scene(prefix, discovery, server="unbound", more=""):
    @contextlib.contextmanager
    def scene(lab):
        more_keys = f'resolver = [ "{topology.UPSTREAM[4]}" ];\ndns64_discovery = [ {discovery} ];\n{more}'
        with dns64.upstream(lab, server, prefix), router.accepted(lab.host, DEVICE), \
                with_sealgate("host", more=more_keys)(lab) as world:
            yield world
    return scene


def _used(world):
    return world.gate.status()["dns64_prefixes"]


def _refused(world):
    return world.gate.status()["dns64_refused"]


def _wait_for(world, read, prefix):
    wait_until(lambda: str(prefix) in read(world),
               lambda: f"{prefix} is not in {read(world)}; {world.log_tail()}")


def _wait_until_lost(world, prefix):
    wait_until(lambda: str(prefix) not in _used(world),
               lambda: f"{prefix} is still in {_used(world)}; {world.log_tail()}")


def _ask(world):
    return world.ask(NAME, "AAAA")


def _expect_made_up(world, prefix):
    """A worker takes a new prefix at its next turn at the latest; the keeper gives it a moment later than the
    status shows it."""
    wanted = [dns64.made_up(ADDRESS, prefix)]
    wait_until(lambda: (answer := _ask(world)) is not None and answer.data("AAAA") == wanted,
               lambda: f"seen: {described(_ask(world))}; {world.log_tail()}")
    for _ in range(2):      # the second one is recalled
        answer = _ask(world)
        expect(answer.data("AAAA") == wanted and not answer.has_ad and max(answer.ttls()) <= TTL_S,
               f"seen: {described(answer)}, TTLs {answer.ttls()}", f"wanted: {wanted}", *world.log_tail())


def _expect_refused(world):
    for _ in range(2):
        expect_rcode(_ask(world), "SERVFAIL")


def _wait_until_refused(world):
    wait_until(lambda: _ask(world).rcode == "SERVFAIL", lambda: f"it passes: {described(_ask(world))}")


# ---- ipv4only.arpa ----

def _found(world):
    _wait_for(world, _used, OURS)
    expect(f"{OURS} (ipv4only.arpa at {topology.UPSTREAM[4]})" in _used(world), _used(world))
    expect(world.gate.log_lines(f"DNS64 prefix {OURS} learned from"), *world.log_tail())
    _expect_made_up(world, OURS)
    expect_equal("refused", _refused(world), "")


def _not_the_name(world):
    """The prefix is right, and the address is another one."""
    _wait_for(world, _used, OURS)
    world.gate.ctl("flush")
    with world.lab.attack("forge-in-prefix"):
        _expect_refused(world)


def _not_used(world):
    _wait_for(world, _refused, GLOBAL)
    expect(str(GLOBAL) not in _used(world), _used(world))
    for _ in range(2):      # sealgate does not ask BIND for what it makes up without DO
        answer = _ask(world)
        expect(answer is not None and not answer.data("AAAA"), described(answer))
    lines = world.gate.log_lines("is not used, because it could lead anywhere")
    expect_equal("lines", len(lines), 1)
    expect(f'write dns64 = [ "{GLOBAL}" ]' in lines[0], *lines)


def _configured(world):
    """What the log says to write helps."""
    _expect_made_up_in_configured(world)
    expect_equal("used", _used(world), f"{GLOBAL} (configuration)")
    expect_equal("refused", _refused(world), "")


def _expect_made_up_in_configured(world):
    answer = _ask(world)
    expect(answer.data("AAAA") == [dns64.made_up(ADDRESS, GLOBAL)], described(answer), *world.log_tail())


def _off(world):
    """Nothing is asked, nothing is listened to, and nothing is learned. (Keys of anchors are not asked for either in
    this scene.)"""
    since = world.lab.journal.now()
    world.gate.restart()
    router.advertise(world.lab.wire, "host", [OURS])
    expect_equal("used", _used(world), "64:ff9b::/96 (configuration)")
    expect_equal("queries", world.lab.journal.came(since), 0)
    _expect_refused(world)


def _attacked(attack, prefix, why):
    """The attacker on the path to the resolver tells a prefix, and makes up addresses in it."""
    def run(world):
        with world.lab.attack(attack):
            world.gate.restart()
            _wait_for(world, _refused, prefix)
            _expect_refused(world)
        expect(str(prefix) not in _used(world), _used(world))
        expect(world.gate.log_lines(why), *world.log_tail())
    return Case(f"DNS64: {attack}: the prefix is not used", run)


def _nowhere(world):
    """A prefix that nobody far away can have passes, and leads to nobody. When the attacker is gone, nothing that
    lasts is left: the addresses have a short TTL."""
    with world.lab.attack("tell-prefix-nowhere"):
        world.gate.restart()
        _wait_for(world, _used, attacks.NOWHERE)
        _expect_made_up(world, attacks.NOWHERE)
    answer = _ask(world)
    expect_equal("genuine answer, in a prefix that nobody told", answer.rcode, "SERVFAIL")


# ---- Router Advertisements ----

def _advertised(world):
    world.gate.restart()
    _expect_refused(world)
    router.advertise(world.lab.wire, "host", [OURS])
    _wait_for(world, _used, OURS)
    expect(f"on {DEVICE})" in _used(world) and "(router fe80::" in _used(world), _used(world))
    _expect_made_up(world, OURS)
    router.advertise(world.lab.wire, "host", [OURS], lifetime_s=0)
    _wait_until_lost(world, OURS)
    _wait_until_refused(world)
    _expect_refused(world)
    expect(world.gate.log_lines(f"DNS64 prefix {OURS} from router"), *world.log_tail())


def _ends(world):
    world.gate.restart()
    router.advertise(world.lab.wire, "host", [OURS], lifetime_s=8)
    _wait_for(world, _used, OURS)
    _wait_until_lost(world, OURS)
    _wait_until_refused(world)


def _down(world):
    """The machine left the network that told it."""
    world.gate.restart()
    router.advertise(world.lab.wire, "host", [OURS])
    _wait_for(world, _used, OURS)
    world.lab.wire.run("ip", "link", "set", "host", "down")
    try:
        _wait_until_lost(world, OURS)
    finally:
        world.lab.wire.run("ip", "link", "set", "host", "up")
        world.lab.wire.run("ip", "-6", "address", "replace", "fd53:3::1/64", "dev", "host", "nodad")


def _fence(world, prefix):
    """Returns when everything that was advertised before was taken."""
    router.advertise(world.lab.wire, "host", [prefix])
    _wait_for(world, _refused if prefix.subnet_of(GLOBAL) else _used, prefix)


def _not_accepted(world):
    """sealgate hears what the kernel accepts: here not from afar, and not on this device."""
    world.gate.restart()
    router.advertise(world.lab.wire, "host", [OURS], hop_limit=64)
    with router.accepted(world.lab.host, DEVICE, False):
        router.advertise(world.lab.wire, "host", [OURS])
    _fence(world, attacks.NOWHERE)
    expect(str(OURS) not in _used(world), _used(world))


def _neighbour(world):
    """A machine on the link advertises its own addresses: somewhere on the Internet, on the link; and many."""
    world.gate.restart()
    for _ in range(3):
        router.advertise(world.lab.wire, "host", [attacks.FAR_AWAY, attacks.NEIGHBOURS])
    _fence(world, OURS)
    expect(str(attacks.FAR_AWAY) in _refused(world) and str(attacks.NEIGHBOURS) in _refused(world),
           _refused(world))
    expect_equal("lines", len(world.gate.log_lines("is not used, because")), 2)
    for number in range(100):
        router.advertise(world.lab.wire, "host", [f"fd00:{number:x}::/96"])
    wait_until(lambda: _used(world).count("on " + DEVICE) == OF_ORIGIN, lambda: _used(world))
    expect_equal("refused", _refused(world), "")
    expect(str(OURS) in _used(world), _used(world))
    _expect_made_up(world, OURS)


GROUPS = (
    Group("DNS64 of unbound, a prefix of the site", _scene(OURS, '"dns"'), (
        Case("DNS64: a prefix of the site is found by ipv4only.arpa (unbound)", _found),
        Case("DNS64: in a prefix that was found, no address passes that the name does not have", _not_the_name),
        _attacked("tell-prefix-far-away", attacks.FAR_AWAY, "because it could lead anywhere"),
        _attacked("tell-prefix-of-neighbours", attacks.NEIGHBOURS, "because machines on a link"),
        Case("DNS64: a prefix that an attacker tells leads to nobody, and is forgotten", _nowhere))),
    Group("DNS64 of BIND, a prefix of the site", _scene(OURS, '"dns"', "BIND"), (
        Case("DNS64: a prefix of the site is found by ipv4only.arpa (BIND)", _found),)),
    Group("DNS64 of unbound, a global prefix", _scene(GLOBAL, '"dns"'), (
        Case("DNS64: a global prefix that is found is not used, and named once (unbound)", _not_used),)),
    Group("DNS64 of BIND, a global prefix", _scene(GLOBAL, '"dns"', "BIND"), (
        Case("DNS64: a global prefix that is found is not used, and named once (BIND)", _not_used),)),
    Group("DNS64, a global prefix that is configured", _scene(
        GLOBAL, '"dns"', more=f'dns64 = [ "{GLOBAL}" ];\n'), (
            Case("DNS64: a global prefix is used if it is configured", _configured),)),
    Group("DNS64 without discovery", _scene(OURS, "", more="rollover = false;\n"), (
        Case("DNS64: without discovery nothing is asked, and no prefix is found", _off),)),
    Group("DNS64, Router Advertisements", _scene(OURS, '"ra"'), (
        Case("DNS64: a prefix is found in a Router Advertisement, and taken back", _advertised),
        Case("DNS64: a prefix ends with its lifetime", _ends),
        Case("DNS64: only advertisements that the kernel accepts count", _not_accepted),
        Case("DNS64: a neighbour gains nothing by advertising", _neighbour),
        Case("DNS64: a prefix ends when its interface goes down", _down))),
)
