# SPDX-License-Identifier: GPL-2.0-or-later
"""Signatures taken away or spoiled, and good ones where they do not belong."""

import dns.name
from dns.rdatatype import RRSIG

from .message import DNSSEC_TYPES, KEY_TYPES, empty, keep, replace


def strip_signatures(response, scene):
    return keep(response, lambda rrset: rrset.rdtype != RRSIG)


def strip_dnssec(response, scene):
    return keep(response, lambda rrset: rrset.rdtype not in DNSSEC_TYPES)


def strip_dnssec_everywhere(response, scene):
    """A path that knows no DNSSEC at all: no signatures, no keys."""
    if scene.question.rdtype in KEY_TYPES:
        return empty(response)
    return strip_dnssec(response, scene)


def strip_data(response, scene):
    """The signatures stay, and what they sign is gone."""
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
    """Makes old signatures look young: the dates are signed too."""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            replace(rrset, [rdata.replace(expiration=rdata.expiration + 60 * 86400)
                             for rdata in rrset])
    return response


def add_many_signatures(response, scene):
    """Work for the validator: a heap of signatures that fail, and the good one last."""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            good = rrset[0]
            bad = [good.replace(signature=bytes([number]) * len(good.signature))
                   for number in range(60)]
            replace(rrset, bad + [good])
    return response


def replay_wildcard(response, scene):
    """Data of the wildcard beside a name, for a name that exists: the signature is genuine, and
    only the missing proof that the name does not exist gives it away."""
    name = scene.question.name
    other = dns.name.from_text("not-there-either", name.parent())
    wild = scene.ask_upstream(other, scene.question.rdtype)
    _rename(wild.answer, other, name)
    empty(response).answer = wild.answer
    response.authority = wild.authority
    return response


def replay_wildcard_from_above(response, scene):
    """Data of a wildcard for a name deep below it, where a closer name exists and bars it; with the
    genuine proof that the deep name does not exist."""
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
