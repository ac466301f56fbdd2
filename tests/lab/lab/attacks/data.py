# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged data: an address of the attacker somewhere in the answer."""

import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdatatype import A, AAAA, DNAME, DNSKEY, RRSIG

from .message import FORGED, empty, forged_address, keep, replace


def forge_address(response, scene):
    empty(response).answer = [forged_address(scene)]
    return response


def forge_address_keep_signature(response, scene):
    signatures = [rrset for rrset in response.answer if rrset.rdtype == RRSIG]
    empty(response).answer = [forged_address(scene)] + signatures
    return response


def forge_address_with_ad(response, scene):
    response = forge_address(response, scene)
    response.flags |= dns.flags.AD
    return response


def _made_up_signature(rrset):
    """A signature of 2020, by a key that does not exist."""
    owner = rrset.name
    return dns.rrset.from_text(
        owner, rrset.ttl, "IN", "RRSIG",
        f"{dns.rdatatype.to_text(rrset.rdtype)} 13 {len(owner.labels) - 1} {rrset.ttl} 20200201000000 "
        f"20200101000000 12345 {owner} {'A' * 86}==")


def _carried_along(scene):
    """The question's name becomes an alias of a bank's name, and the bank's records come with it."""
    bank = dns.name.from_text("www.bank.example.")
    return [dns.rrset.from_text(scene.question.name, 3600, "IN", "CNAME", str(bank)),
            dns.rrset.from_text(bank, 3600, "IN", "A", FORGED[A])]


def carry_along(response, scene):
    empty(response).answer = _carried_along(scene)
    return response


def alias_alone(response, scene):
    """The alias without the records of the bank's name."""
    empty(response).answer = _carried_along(scene)[:1]
    return response


def carry_along_as_expired(response, scene):
    """The same under signatures that seem to have expired."""
    forged = _carried_along(scene)
    empty(response).answer = [record for rrset in forged
                              for record in (rrset, _made_up_signature(rrset))]
    return response


def forge_address_as_expired(response, scene):
    """An address of the attacker, under a signature that seems to have expired."""
    forged = forged_address(scene)
    empty(response).answer = [forged, _made_up_signature(forged)]
    return response


def carry_beside(response, scene):
    """The genuine answer, and a forged address of the bank in each other section."""
    bank = dns.rrset.from_text("www.bank.example.", 3600, "IN", "A", FORGED[A])
    response.authority = [dns.rrset.from_text("bank.example.", 3600, "IN", "NS",
                                              "www.bank.example.")]
    response.additional = [bank]
    return response


def add_forged_address(response, scene):
    """One more address beside the genuine, signed ones."""
    for rrset in response.answer:
        if rrset.rdtype == scene.question.rdtype:
            rrset.add(dns.rdata.from_text("IN", rrset.rdtype, FORGED[rrset.rdtype]))
    return response


def forge_alias(response, scene):
    target = dns.name.from_text("www.evil.test.")
    name = scene.question.name
    empty(response).answer = [dns.rrset.from_text(name, 600, "IN", "CNAME", str(target)),
                               dns.rrset.from_text(target, 600, "IN", "A", FORGED[A])]
    return response


def forge_alias_loop(response, scene):
    name = scene.question.name
    empty(response).answer = [dns.rrset.from_text(name, 600, "IN", "CNAME", str(name))]
    return response


def forge_under_refusal(response, scene):
    """An error needs no proof; the data in it do."""
    response = forge_address(response, scene)
    response.set_rcode(dns.rcode.REFUSED)
    return response


def forge_behind_alias(response, scene):
    """The alias stays genuine; the data at its end is forged."""
    response = strip_signatures_over(response, scene.question.rdtype)
    for rrset in response.answer:
        if rrset.rdtype == scene.question.rdtype:
            replace(rrset, [dns.rdata.from_text("IN", rrset.rdtype, FORGED[rrset.rdtype])])
    return response


def strip_signatures_over(response, covered):
    return keep(response, lambda rrset: not (rrset.rdtype == RRSIG and rrset.covers == covered))


def forge_synthesis(response, scene):
    """The DNAME and its signature stay; the CNAME, which is never signed, leads elsewhere."""
    target = dns.name.from_text("www.unsigned.test.")
    forged = [rrset for rrset in response.answer
              if rrset.rdtype == DNAME or rrset.covers == DNAME]
    forged.append(dns.rrset.from_text(scene.question.name, 300, "IN", "CNAME", str(target)))
    forged.append(dns.rrset.from_text(target, 300, "IN", "A", FORGED[A]))
    response.answer = forged
    return response


def add_unrelated_answer(response, scene):
    response.answer.append(dns.rrset.from_text("www.wide.example.", 600, "IN", "A", FORGED[A]))
    return response


def poison_additional(response, scene):
    """The answer stays genuine; additional records are forged."""
    response.additional.append(dns.rrset.from_text("www.bank.example.", 600, "IN", "A", FORGED[A]))
    delegation = dns.rrset.from_text("bank.example.", 600, "IN", "NS", "ns.evil.test.")
    response.authority.append(delegation)
    return response


def truncate_forged(response, scene):
    """TC=1 with a forged answer in it, for a client that ignores TC."""
    response = forge_address(response, scene)
    response.flags |= dns.flags.TC
    return response


def answer_of_another_name(response, scene):
    """Genuine signed records of another zone under the client's question."""
    other = scene.ask_upstream(dns.name.from_text("www.wide.example."), scene.question.rdtype)
    empty(response).answer = other.answer
    return response


def answer_from_twin(response, scene):
    """Data signed by the attacker's keys, while the zone's DNSKEY stays genuine."""
    return _from_twin(response, scene)


def impersonate_zone(response, scene):
    """The whole zone with the attacker's keys, including DNSKEY. Only the DS does not match."""
    if scene.question.rdtype in (A, AAAA, DNSKEY):
        return _from_twin(response, scene)
    return response


def _from_twin(response, scene):
    name, rdtype = scene.question.name, scene.question.rdtype
    inside = name.is_subdomain(scene.twin.origin)
    data = scene.twin.get_rdataset(name, rdtype) if inside else None
    if data is None:
        return response
    signatures = scene.twin.get_rdataset(name, RRSIG, rdtype)
    empty(response).answer = [dns.rrset.from_rdata_list(name, each.ttl, list(each))
                               for each in (data, signatures)]
    return response
