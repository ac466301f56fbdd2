# SPDX-License-Identifier: GPL-2.0-or-later
"""Several tenants behind one signer: each zone has servers of its own, and no other server speaks for it."""

import contextlib

from lab.sealgate import Sealgate
from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import SigningWorld

OWN = legacy.BY_ORIGIN["nsd.lab."]          # as it should be
MOVED = legacy.BY_ORIGIN["plain.lab."]      # not the server of the zone


def _servers_of(zone):
    return OWN.addresses if zone is MOVED else zone.addresses


def _configuration(signing):
    text = signing.configuration("gateway")
    for zone in legacy.ZONES:
        addresses = ", ".join(f'"{address}"' for address in _servers_of(zone).values())
        head = f'name = "{zone.origin}";'
        text = text.replace(head, f"{head} servers = [ {addresses} ];")
    return text


@contextlib.contextmanager
def _tenants(lab):
    signing = lab.signing
    with Sealgate(signing, signing.gate, "signer", anchor=signing.keys.anchor_ds,
                  more=_configuration(signing)) as gate:
        yield SigningWorld(signing, gate, None)


def _ask_each_way(world, zone, name, rdtype):
    """Asks the server of `zone`, whichever zone the name is in."""
    for family in (4, 6):
        for asker in (world.signing.ask_server, world.signing.ask_server_over_tcp):
            answer = asker(zone, name, rdtype, family=family, do=True, rd=False)
            expect(answer is not None, f"{name} {rdtype}: no answer", *world.log_tail())
            yield answer


def _own_is_signed(world):
    for name, rdtype in (("www.nsd.lab.", "A"), ("nsd.lab.", "DNSKEY"), ("no.nsd.lab.", "A")):
        for answer in _ask_each_way(world, OWN, name, rdtype):
            expect(answer.data("RRSIG") or any(" RRSIG " in each
                                               for each in answer.records("authority")),
                   f"{name} {rdtype}: {described(answer)}")


def _of_others_is_not_signed(world):
    for name, rdtype, has in (("www.plain.lab.", "A", True), ("plain.lab.", "DNSKEY", False),
                              ("no.plain.lab.", "A", False)):
        for answer in _ask_each_way(world, MOVED, name, rdtype):
            records = [*answer.records("answer"), *answer.records("authority")]
            expect(not any(word in each for each in records
                           for word in (" RRSIG ", " NSEC ", " DNSKEY ")),
                   f"{name} {rdtype}: {described(answer)}")
            expect(bool(answer.data(rdtype)) == has, f"{name} {rdtype}: {described(answer)}")


def _keys_are_of_their_servers(world):
    """The signer has these RRsets itself; a query to another tenant's server does not get them."""
    for rdtype in ("DNSKEY", "DS"):
        for answer in _ask_each_way(world, MOVED, "nsd.lab.", rdtype):
            expect(not answer.data(rdtype) and not answer.data("RRSIG"),
                   f"{rdtype}: {described(answer)}")


def _is_counted(world):
    before = world.gate.counter("sign_queries_elsewhere")
    answers = len(list(_ask_each_way(world, MOVED, "www.plain.lab.", "A")))
    seen = world.gate.counter("sign_queries_elsewhere") - before
    expect(seen >= answers, f"{answers} questions, {seen} counted")


GROUPS = (
    Group("signer tenants", _tenants, (
        Case("tenants: answers of a zone's own servers are signed, over UDP and TCP", _own_is_signed),
        Case("tenants: another server's answers for a zone stay unsigned", _of_others_is_not_signed),
        Case("tenants: a zone's keys are not served at another tenant's server",
             _keys_are_of_their_servers),
        Case("tenants: queries to another tenant's server are counted", _is_counted))),
)
