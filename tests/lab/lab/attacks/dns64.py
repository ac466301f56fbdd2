# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged answers of a DNS64. NSP is a prefix that is not configured."""

import dns.rrset
from dns.rdatatype import AAAA

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
