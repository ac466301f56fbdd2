# SPDX-License-Identifier: GPL-2.0-or-later
"""The input of attacks, and tools to change a response."""

import dataclasses
import typing

import dns.message
import dns.rcode
import dns.rrset
import dns.zone
from dns.rdatatype import A, AAAA, DNSKEY, DS, NSEC, NSEC3, RRSIG

FORGED = {A: "203.0.113.66", AAAA: "2001:db8:bad::66"}
DNSSEC_TYPES = (RRSIG, NSEC, NSEC3)
KEY_TYPES = (DNSKEY, DS)


@dataclasses.dataclass
class Scene:
    query: dns.message.Message
    ask_upstream: typing.Callable
    twin: dns.zone.Zone         # the attacker's own copy of p256.test, signed with the attacker's keys

    @property
    def question(self):
        return self.query.question[0]


def keep(response, wanted):
    for section in (response.answer, response.authority, response.additional):
        section[:] = [rrset for rrset in section if wanted(rrset)]
    return response


def empty(response, rcode=dns.rcode.NOERROR):
    keep(response, lambda rrset: False)
    response.set_rcode(rcode)
    return response


def replace(rrset, rdatas):
    # update(), because add() refuses an RRSIG that covers a type that the set already covers.
    rrset.clear()
    for rdata in rdatas:
        rrset.add(rdata, rrset.ttl)


def forged_address(scene):
    question = scene.question
    return dns.rrset.from_text(question.name, 600, "IN", question.rdtype, FORGED[question.rdtype])


def soa(scene):
    parent = scene.question.name.parent()
    return dns.rrset.from_text(parent, 300, "IN", "SOA",
                               f"ns.{parent} hostmaster.{parent} 1 7200 3600 1209600 300")
