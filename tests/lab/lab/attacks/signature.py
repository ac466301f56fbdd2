# SPDX-License-Identifier: GPL-2.0-or-later
"""Signatures removed or altered, and genuine ones at wrong places."""

import dns.name
from dns.rdatatype import RRSIG

from .message import DNSSEC_TYPES, KEY_TYPES, empty, keep, replace


def strip_signatures(response, scene):
    return keep(response, lambda rrset: rrset.rdtype != RRSIG)


def strip_dnssec(response, scene):
    return keep(response, lambda rrset: rrset.rdtype not in DNSSEC_TYPES)


def strip_dnssec_everywhere(response, scene):
    """A path that removes all DNSSEC records: no signatures, no keys."""
    if scene.question.rdtype in KEY_TYPES:
        return empty(response)
    return strip_dnssec(response, scene)


def strip_data(response, scene):
    """Keeps the signatures, and removes the records that they cover."""
    return keep(response, lambda rrset: rrset.rdtype != scene.question.rdtype)


def flip_signature_bit(response, scene):
    for rrset in response.answer + response.authority:
        if rrset.rdtype == RRSIG:
            first, *rest = list(rrset)
            signature = bytearray(first.signature)
            signature[len(signature) // 2] ^= 1
            replace(rrset, [first.replace(signature=bytes(signature))] + rest)
    return response


def extend_expiry(response, scene):
    """Makes old signatures look new. (The dates are signed, too.)"""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            replace(rrset, [rdata.replace(expiration=rdata.expiration + 60 * 86400)
                             for rdata in rrset])
    return response


def add_many_signatures(response, scene):
    """Work for the validator: many signatures that fail, and the good one last."""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            good = rrset[0]
            bad = [good.replace(signature=bytes([number]) * len(good.signature))
                   for number in range(60)]
            replace(rrset, bad + [good])
    return response


def replay_wildcard(response, scene):
    """Data of a wildcard, for a name that exists beside it. The signature is genuine; only the proof is
    missing that the name does not exist."""
    name = scene.question.name
    other = dns.name.from_text("not-there-either", name.parent())
    wild = scene.ask_upstream(other, scene.question.rdtype)
    _rename(wild.answer, other, name)
    empty(response).answer = wild.answer
    response.authority = wild.authority
    return response


def replay_wildcard_from_above(response, scene):
    """Data of a wildcard for a name deep below it, though a closer name exists, so that the wildcard does
    not apply; with the genuine proof that the deep name does not exist."""
    name = scene.question.name
    other = dns.name.from_text("not-there-either", name.parent().parent())
    wild = scene.ask_upstream(other, scene.question.rdtype)
    proof = list(response.authority)
    _rename(wild.answer, other, name)
    empty(response).answer = wild.answer
    response.authority = proof
    return response


def _rename(section, old, new):
    for rrset in section:
        if rrset.name == old:
            rrset.name = new


def raise_ttl(response, scene):
    for rrset in response.answer:
        rrset.ttl = 604800
    return response
