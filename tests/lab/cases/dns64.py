# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers with DNS64: what they make up for names of signed zones reaches the client, and nothing that an
attacker makes up."""

import contextlib

from lab import dns64, streams, topology
from lab.attacks.dns64 import ATTACKER

from .case import Case, Group, described, expect, expect_data, expect_equal, expect_rcode, with_sealgate

# Names that have only A records, their addresses, and why.
NAMES = (
    ("mail.p256.test.", ["192.0.2.25"]),                    # NSEC
    ("mail.rsa256.test.", ["192.0.2.25"]),                  # NSEC3
    ("mail.b.salted.test.", ["192.0.2.26"]),                # NSEC3 with salt, below an empty name
    ("any.wild.p256.test.", ["192.0.2.40"]),                # a wildcard
    ("any.wild.ed448.test.", ["192.0.2.40"]),
    ("to-wild.ed25519.test.", ["192.0.2.40"]),              # an alias
    ("host.moved.rsa512.test.", ["192.0.2.90"]),            # a DNAME
    ("nowhere.p256.test.", None),
)
ATTACKED = ("mail.p256.test.", "to-wild.p256.test.", "mail.ed448.test.")
DUAL = "www.p256.test."
FORGED = ("forge-in-prefix", "add-in-prefix", "forge-beside-prefix")
TTL_S = 300     # of STANDARD in lab/zones.py


def _scene(server, **settings):
    @contextlib.contextmanager
    def scene(lab):
        with dns64.upstream(lab, server), with_sealgate("host", **settings)(lab) as world:
            yield world
    return scene


def _expect_made_up(world, answer, addresses):
    if addresses is None:
        expect_rcode(answer, "NXDOMAIN")
        return
    wanted = sorted(dns64.made_up(address) for address in addresses)
    expect(answer is not None and answer.data("AAAA") == wanted and not answer.has_ad,
           f"seen:   {described(answer)}", f"wanted: {wanted}, no AD", *world.log_tail())


def _over_tcp(world, name, **how):
    return streams.query(world.lab.host, topology.UPSTREAM[4], name, "AAAA", **how)


def _made_up(world):
    for how in ({}, {"ad": True}):
        for name, addresses in NAMES:
            _expect_made_up(world, world.ask(name, "AAAA", **how), addresses)
    for name, addresses in NAMES[:2]:
        _expect_made_up(world, _over_tcp(world, name), addresses)
    expect_data(world.ask(DUAL, "AAAA"), "AAAA", ["2001:db8::80"])
    expect_data(world.ask("mail.unsigned.test.", "AAAA"), "AAAA", [dns64.made_up("192.0.2.25")])


def _with_do(world):
    """A server that makes nothing up for a query with DO denies the AAAA record to such a client."""
    for name, addresses in NAMES:
        answer = world.ask(name, "AAAA", do=True)
        expect_rcode(answer, "NOERROR" if addresses else "NXDOMAIN")
        made_up = [dns64.made_up(address) for address in addresses or ()]
        expect(answer.data("AAAA") in ([], made_up), described(answer))
        expect(answer.has_ad == (not answer.data("AAAA")), described(answer), *world.log_tail())


def _refused(attack):
    def run(world):
        world.gate.restart()
        for _ in range(2):
            with world.lab.attack(attack):
                for name in ATTACKED:
                    answer = world.ask(name, "AAAA")
                    expect_rcode(answer, "SERVFAIL")
            for name in ATTACKED:   # and the genuine answers pass afterwards
                expect_rcode(world.ask(name, "AAAA"), "NOERROR")
        if attack != "forge-beside-prefix":
            expect(world.gate.log_lines("dns64-forged"), *world.log_tail())
    return Case(f"{attack}: no address passes that the name does not have", run)


def _recalled(world):
    """Once it is proved, nothing more is asked for it."""
    world.gate.restart()
    name, addresses = NAMES[0]
    _expect_made_up(world, world.ask(name, "AAAA"), addresses)
    since = world.lab.journal.now()
    for _ in range(3):
        _expect_made_up(world, world.ask(name, "AAAA"), addresses)
    expect_equal("queries that reached the server", world.lab.journal.came(since), 3)
    expect_equal("responses_recalled", world.gate.counter("responses_recalled"), 3)
    expect_equal("passed_dns64", world.gate.counter("passed_dns64"), 4)


def _ttl(world):
    world.gate.restart()
    with world.lab.attack("raise-made-up-ttl"):
        for _ in range(2):
            answer = world.ask("mail.p384.test.", "AAAA")
            expect_data(answer, "AAAA", [dns64.made_up("192.0.2.25")])
            expect(max(answer.ttls()) <= TTL_S, f"TTLs {answer.ttls()}")


def _not_ours(world):
    """With dns64 = [ ] a made-up address is a forgery like any other."""
    for name, addresses in NAMES[:2]:
        expect_rcode(world.ask(name, "AAAA"), "SERVFAIL")
    expect_data(world.ask("mail.unsigned.test.", "AAAA"), "AAAA", [dns64.made_up("192.0.2.25")])


def _withheld(world):
    """The server denies the record to a query with DO, so sealgate asks again. What an attacker makes up then
    is refused, and the client gets the denial, which is proved; and a server with nothing to make up is left
    alone after some tries."""
    world.gate.restart()
    with world.lab.attack("forge-in-prefix-without-do"):
        answer = world.ask("mail.ed25519.test.", "AAAA")
    expect_rcode(answer, "NOERROR")
    expect_equal("what the attacker made up", answer.data("AAAA"), [])
    expect(world.gate.log_lines("dns64-forged"), *world.log_tail())
    since = world.lab.journal.now()
    for _ in range(2):
        answer = world.ask("mail.ed25519.test.", "AAAA")
        expect_data(answer, "AAAA", [dns64.made_up("192.0.2.25")])
    expect_equal("queries that reached the server", world.lab.journal.came(since), 2 * 2)


def _each(server):
    cases = (Case(f"DNS64 of {server}: what it makes up for a signed name passes, without AD", _made_up),
             Case(f"DNS64 of {server}: a client with DO gets what the server sends", _with_do))
    if server == "BIND":
        cases += (Case("DNS64: what BIND makes up only without DO is asked for, and proved", _withheld),)
    if server == "unbound":
        cases += (*map(_refused, FORGED),
                  Case("DNS64: an address that was proved once is not asked for again", _recalled),
                  Case("DNS64: a TTL is at most that of the proof", _ttl))
    return Group(f"DNS64 of {server}", _scene(server), cases)


GROUPS = (*map(_each, dns64.SERVERS),
          Group("no DNS64", _scene("unbound", more="dns64 = [ ];\n"), (
              Case("DNS64: without a prefix a made-up address of a signed name is refused", _not_ours),)))
assert ATTACKER not in str(NAMES)
