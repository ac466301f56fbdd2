# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged answers of a DNS64. NSP is a prefix that is not configured."""

import ipaddress

import dns.name
import dns.rrset
from dns.rdatatype import A, AAAA

from .message import empty

ATTACKER = "203.0.113.66"
INSIDE = "64:ff9b::cb00:7142"
BESIDE = "2001:db8:64::cb00:7142"


def _forged(response, scene, addresses):
    name = response.answer[-1].name if response.answer else scene.question.name
    aliases = [rrset for rrset in response.answer if rrset.rdtype != AAAA]
    empty(response).answer = aliases + [dns.rrset.from_text(name, 300, "IN", "AAAA", *addresses)]
    return response


def forge_in_prefix(response, scene):
    return _forged(response, scene, [INSIDE])


def add_in_prefix(response, scene):
    """Beside those that the server made up."""
    genuine = [rdata.to_text() for rrset in response.answer if rrset.rdtype == AAAA for rdata in rrset]
    return _forged(response, scene, genuine + [INSIDE])


def forge_beside_prefix(response, scene):
    return _forged(response, scene, [BESIDE])


def raise_made_up_ttl(response, scene):
    for rrset in response.answer:
        if rrset.rdtype == AAAA:
            rrset.ttl = 86400
    return response


def forge_in_prefix_without_do(response, scene):
    """Only if the query has no DO, as if the server had withheld something."""
    return response if scene.query.ednsflags else forge_in_prefix(response, scene)


# An attacker who tells a prefix (RFC 7050), and makes the addresses of all names up in it.

WELL_KNOWN_NAME = dns.name.from_text("ipv4only.arpa.")
FAR_AWAY = ipaddress.ip_network("2001:db8:66::/96")     # the attacker's own
NEIGHBOURS = ipaddress.ip_network("fd53:3::/96")        # on the host's link (lab/topology.py)
NOWHERE = ipaddress.ip_network("fd66::/96")             # nobody on the path has it


def _addresses(scene):
    if scene.question.name == WELL_KNOWN_NAME:
        return ["192.0.0.170", "192.0.0.171"]
    genuine = scene.ask_upstream(scene.question.name, A)
    return [rdata.address for rrset in genuine.answer if rrset.rdtype == A for rdata in rrset]


def tell(prefix):
    def attack(response, scene):
        return _forged(response, scene, [str(prefix[int(ipaddress.ip_address(address))])
                                         for address in _addresses(scene)])
    return attack
