# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged and misused proofs that something does not exist."""

import dns.name
import dns.rcode
from dns.rdatatype import A, DS, NSEC, NSEC3, NSEC3PARAM, RRSIG, SOA

from .data import forge_address
from .message import FORGED, empty, keep, soa


def forge_nxdomain(response, scene):
    empty(response, dns.rcode.NXDOMAIN).authority = [soa(scene)]
    return response


def forge_nodata(response, scene):
    empty(response).authority = [soa(scene)]
    return response


def forge_bare_nodata(response, scene):
    """No record at all: nothing to check, and no proof."""
    return empty(response)


def replay_denial_of_another_name(response, scene):
    """A genuine, signed NXDOMAIN of the zone, for a name that was not asked for."""
    zone = scene.question.name.parent()
    other = scene.ask_upstream(dns.name.from_text("zzz-not-there", zone), A)
    response = empty(response, other.rcode())
    response.authority = other.authority
    return response


def _keep_only_proof(response, scene, rcode):
    """Removes the data from a wildcard's answer. The proof in it, that the name itself does not exist, is
    genuine, but it does not deny the wildcard."""
    zone = scene.question.name
    while not (end := scene.ask_upstream(zone, SOA)).answer:
        zone = zone.parent()
    proof = response.authority
    empty(response, rcode).authority = end.answer + proof
    return response


def wildcard_into_nxdomain(response, scene):
    return _keep_only_proof(response, scene, dns.rcode.NXDOMAIN)


def wildcard_into_nodata(response, scene):
    return _keep_only_proof(response, scene, dns.rcode.NOERROR)


def deny_from_above(response, scene):
    """The parent's NSEC at the cut spans all names of the child, and proves nothing about them."""
    child = scene.question.name.parent()
    after = dns.name.Name((child.labels[0] + b"a",) + child.labels[1:])
    proof = scene.ask_upstream(after, A)
    empty(response, dns.rcode.NXDOMAIN).authority = proof.authority
    return response


def nodata_into_nxdomain(response, scene):
    """NXDOMAIN in the header over the genuine proof that only this type is missing."""
    response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def strip_denial_proof(response, scene):
    def proves_nothing(rrset):
        return rrset.rdtype not in (NSEC, NSEC3) and not (
            rrset.rdtype == RRSIG and rrset.covers in (NSEC, NSEC3))
    return keep(response, proves_nothing)


def deny_ds(proof):
    """The downgrade: a validator that believes that a zone has no DS needs no proof of its data either. The
    root and the TLDs stay genuine, or the chain would break above the lie."""
    def attack(response, scene):
        question = scene.question
        if question.rdtype in FORGED:
            return forge_address(response, scene)
        if question.rdtype == DS and len(question.name.labels) > 2:
            empty(response).authority = proof(scene)
        return response
    return attack


def proof_for(name):
    """A genuine proof, signed by the parent, that another of its children has no DS."""
    return lambda scene: scene.ask_upstream(dns.name.from_text(name), DS).authority


def proof_for_sibling(scene):
    """The same from the parent of that zone: each parent here has an unsigned child."""
    sibling = dns.name.from_text("plain", scene.question.name.parent())
    return scene.ask_upstream(sibling, DS).authority


def proof_of_child(scene):
    """The child's own denial at its apex: genuine, but only the parent may deny the DS."""
    return scene.ask_upstream(scene.question.name, NSEC3PARAM).authority
