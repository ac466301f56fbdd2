# SPDX-License-Identifier: GPL-2.0-or-later
"""What the attacker on the wire does to a response: one function each, in one table.

An attack takes the genuine response and a Scene (what was asked, and a way to ask the upstream
something else) and returns what is sent instead: a message, octets, None for silence, or a list of
these. It may change the message that it is given.

Most attacks touch the data only and leave DNSKEY and DS alone, as a real attacker would: a spoiled
key fetch makes a validator fail closed, which is no proof that it noticed the forged data.
"""

import dataclasses
import typing

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
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
    twin: dns.zone.Zone         # the attacker's own copy of p256.test, signed with his own keys

    @property
    def question(self):
        return self.query.question[0]


def _keep(response, wanted):
    for section in (response.answer, response.authority, response.additional):
        section[:] = [rrset for rrset in section if wanted(rrset)]
    return response


def _empty(response, rcode=dns.rcode.NOERROR):
    _keep(response, lambda rrset: False)
    response.set_rcode(rcode)
    return response


def _forged_address(scene):
    question = scene.question
    return dns.rrset.from_text(question.name, 600, "IN", question.rdtype, FORGED[question.rdtype])


def _soa(scene):
    parent = scene.question.name.parent()
    return dns.rrset.from_text(parent, 300, "IN", "SOA",
                               f"ns.{parent} hostmaster.{parent} 1 7200 3600 1209600 300")


def forge_address(response, scene):
    _empty(response).answer = [_forged_address(scene)]
    return response


def forge_address_keep_signature(response, scene):
    signatures = [rrset for rrset in response.answer if rrset.rdtype == RRSIG]
    _empty(response).answer = [_forged_address(scene)] + signatures
    return response


def forge_address_with_ad(response, scene):
    response = forge_address(response, scene)
    response.flags |= dns.flags.AD
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
    _empty(response).answer = [dns.rrset.from_text(name, 600, "IN", "CNAME", str(target)),
                               dns.rrset.from_text(target, 600, "IN", "A", FORGED[A])]
    return response


def forge_behind_alias(response, scene):
    """The alias stays genuine; the data at its end is forged."""
    response = strip_signatures_over(response, scene.question.rdtype)
    for rrset in response.answer:
        if rrset.rdtype == scene.question.rdtype:
            _replace(rrset, [dns.rdata.from_text("IN", rrset.rdtype, FORGED[rrset.rdtype])])
    return response


def strip_signatures_over(response, covered):
    return _keep(response, lambda rrset: not (rrset.rdtype == RRSIG and rrset.covers == covered))


def forge_synthesis(response, scene):
    """The DNAME and its signature stay; the CNAME, which is never signed, leads elsewhere."""
    target = dns.name.from_text("www.unsigned.test.")
    forged = [rrset for rrset in response.answer
              if rrset.rdtype == dns.rdatatype.DNAME or rrset.covers == dns.rdatatype.DNAME]
    forged.append(dns.rrset.from_text(scene.question.name, 300, "IN", "CNAME", str(target)))
    forged.append(dns.rrset.from_text(target, 300, "IN", "A", FORGED[A]))
    response.answer = forged
    return response


def add_unrelated_answer(response, scene):
    response.answer.append(dns.rrset.from_text("www.wide.example.", 600, "IN", "A", FORGED[A]))
    return response


def add_many_signatures(response, scene):
    """Work for the validator: a heap of signatures that fail, and the good one last."""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            good = rrset[0]
            bad = [good.replace(signature=bytes([number]) * len(good.signature))
                   for number in range(60)]
            _replace(rrset, bad + [good])
    return response


def poison_additional(response, scene):
    """The answer stays genuine; what nobody asked for is poisoned."""
    response.additional.append(dns.rrset.from_text("www.bank.example.", 600, "IN", "A", FORGED[A]))
    response.authority.append(dns.rrset.from_text("bank.example.", 600, "IN", "NS", "ns.evil.test."))
    return response


def forge_nxdomain(response, scene):
    _empty(response, dns.rcode.NXDOMAIN).authority = [_soa(scene)]
    return response


def forge_nodata(response, scene):
    _empty(response).authority = [_soa(scene)]
    return response


def forge_bare_nodata(response, scene):
    """No record at all: nothing that could be checked, and nothing that proves anything."""
    return _empty(response)


def replay_denial_of_another_name(response, scene):
    """A genuine, signed NXDOMAIN of the same zone, for a name that nobody asked for."""
    zone = scene.question.name.parent()
    other = scene.ask_upstream(dns.name.from_text("zzz-not-there", zone), A)
    response = _empty(response, other.rcode())
    response.authority = other.authority
    return response


def deny_from_above(response, scene):
    """The parent's NSEC at the cut spans all names of the child, and says nothing of them."""
    child = scene.question.name.parent()
    after = dns.name.Name((child.labels[0] + b"a",) + child.labels[1:])
    proof = scene.ask_upstream(after, A)
    _empty(response, dns.rcode.NXDOMAIN).authority = proof.authority
    return response


def nodata_into_nxdomain(response, scene):
    """NXDOMAIN in the header over the genuine proof that only this type is missing."""
    response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def strip_signatures(response, scene):
    return _keep(response, lambda rrset: rrset.rdtype != RRSIG)


def strip_denial_proof(response, scene):
    def proves_nothing(rrset):
        return rrset.rdtype not in (NSEC, NSEC3) and not (
            rrset.rdtype == RRSIG and rrset.covers in (NSEC, NSEC3))
    return _keep(response, proves_nothing)


def strip_dnssec(response, scene):
    return _keep(response, lambda rrset: rrset.rdtype not in DNSSEC_TYPES)


def strip_dnssec_everywhere(response, scene):
    """A path that knows no DNSSEC at all: no signatures, no keys."""
    if scene.question.rdtype in KEY_TYPES:
        return _empty(response)
    return strip_dnssec(response, scene)


def flip_signature_bit(response, scene):
    for rrset in response.answer + response.authority:
        if rrset.rdtype == RRSIG:
            first, *rest = list(rrset)
            signature = bytearray(first.signature)
            signature[len(signature) // 2] ^= 1
            _replace(rrset, [first.replace(signature=bytes(signature))] + rest)
    return response


def _replace(rrset, rdatas):
    # update(), because add() refuses an RRSIG that covers what the set already holds.
    rrset.clear()
    for rdata in rdatas:
        rrset.add(rdata, rrset.ttl)


def extend_expiry(response, scene):
    """Makes old signatures look young: the dates are signed too."""
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            _replace(rrset, [rdata.replace(expiration=rdata.expiration + 60 * 86400)
                             for rdata in rrset])
    return response


def replay_wildcard(response, scene):
    """Data of the wildcard beside a name, for a name that exists: the signature is genuine, and
    only the missing proof that the name does not exist gives it away."""
    name = scene.question.name
    other = dns.name.from_text("not-there-either", name.parent())
    wild = scene.ask_upstream(other, scene.question.rdtype)
    for rrset in wild.answer:
        if rrset.name == other:
            rrset.name = name
    _empty(response).answer = wild.answer
    response.authority = wild.authority
    return response


def raise_ttl(response, scene):
    for rrset in response.answer:
        rrset.ttl = 604800
    return response


def set_ad(response, scene):
    response.flags |= dns.flags.AD
    return response


def answer_from_twin(response, scene):
    """Data signed by the attacker's keys, while the genuine keys are there for all to see."""
    return _from_twin(response, scene)


def impersonate_zone(response, scene):
    """The whole zone with the attacker's keys, DNSKEY and all. Only the DS tells."""
    if scene.question.rdtype in (A, AAAA, DNSKEY):
        return _from_twin(response, scene)
    return response


def _from_twin(response, scene):
    name, rdtype = scene.question.name, scene.question.rdtype
    data = scene.twin.get_rdataset(name, rdtype) if _in_twin(scene, name) else None
    if data is None:
        return response
    signatures = scene.twin.get_rdataset(name, RRSIG, rdtype)
    _empty(response).answer = [dns.rrset.from_rdata_list(name, each.ttl, list(each))
                               for each in (data, signatures)]
    return response


def _in_twin(scene, name):
    return name.is_subdomain(scene.twin.origin)


def change_question_case(response, scene):
    response.question[0].name = dns.name.Name(
        [label.swapcase() for label in response.question[0].name.labels])
    return response


def change_id(response, scene):
    response.id ^= 0x5555
    return response


def race_wrong_id(response, scene):
    """What a blind attacker does: guesses first, and the genuine response comes after."""
    return [_guess(scene, response.id ^ 1), response]


def race_wrong_question(response, scene):
    guess = _guess(scene, response.id)
    guess.question[0].name = dns.name.from_text("www.other.test.")
    return [guess, response]


def _guess(scene, identity):
    guess = dns.message.make_response(scene.query)
    guess.answer = [_forged_address(scene)]
    guess.id = identity
    return guess


def answer_twice(response, scene):
    return [response, response]


def report_query(response, scene):
    """No attack: tells the client, in a TXT record, how its query looked on the wire."""
    query = scene.query
    report = (f"id={query.id} name={scene.question.name} flags={dns.flags.to_text(query.flags)} "
              f"edns={query.edns} size={query.payload} do={bool(query.ednsflags & dns.flags.DO)} "
              f"options={','.join(str(int(option.otype)) for option in query.options)} "
              f"tsig={query.had_tsig}")
    _empty(response).answer = [dns.rrset.from_text(
        scene.question.name, 0, "IN", "TXT", f'"{report}"')]
    return response


def swap_question(response, scene):
    """An honest answer, to a question that the client did not ask."""
    other = scene.ask_upstream(dns.name.from_text("www.unsigned.test."), A)
    other.id = response.id
    return other


def answer_of_another_name(response, scene):
    """Genuine signed records of another zone under the client's question."""
    other = scene.ask_upstream(dns.name.from_text("www.wide.example."), scene.question.rdtype)
    _empty(response).answer = other.answer
    return response


def drop_question(response, scene):
    response.question = []
    return response


def truncate_forged(response, scene):
    """TC=1 with a forged answer in it, for a client that does not care about TC."""
    response = forge_address(response, scene)
    response.flags |= dns.flags.TC
    return response


def cut_short(response, scene):
    """A datagram that ends in the middle of a record."""
    return response.to_wire()[:-7]


def append_garbage(response, scene):
    return response.to_wire() + b"garbage after the last record"


def garbage(response, scene):
    return response.to_wire()[:12] + b"\xff" * 40


def silence(response, scene):
    return None


def fail_key_fetches(response, scene):
    return _empty(response, dns.rcode.SERVFAIL)


def truncate_key_fetches(response, scene):
    """Makes the validator fetch its keys over TCP."""
    _empty(response).flags |= dns.flags.TC
    return response


def _deny_ds(proof):
    """The downgrade: whoever believes that a zone has no DS needs no proof of its data either.
    The root and the TLDs stay genuine, or the chain would break before it comes to the lie."""
    def attack(response, scene):
        question = scene.question
        if question.rdtype in FORGED:
            return forge_address(response, scene)
        if question.rdtype == DS and len(question.name.labels) > 2:
            _empty(response).authority = proof(scene)
        return response
    return attack


def _proof_for(name):
    """A genuine proof, signed by the parent, that another of its children has no DS."""
    return lambda scene: scene.ask_upstream(dns.name.from_text(name), DS).authority


def _proof_of_child(scene):
    """The child's own denial at its apex: genuine, but it is not the child's to say."""
    return scene.ask_upstream(scene.question.name, dns.rdatatype.NSEC3PARAM).authority


# Which questions an attack touches.
ADDRESSES = {A, AAAA}.__contains__
KEYS = {DNSKEY, DS}.__contains__
EVERYTHING = lambda rdtype: True
DATA = lambda rdtype: not KEYS(rdtype)

ATTACKS = {
    # forged data
    "forge-address": (ADDRESSES, forge_address),
    "forge-address-keep-signature": (ADDRESSES, forge_address_keep_signature),
    "forge-address-with-ad": (ADDRESSES, forge_address_with_ad),
    "add-forged-address": (ADDRESSES, add_forged_address),
    "forge-alias": (ADDRESSES, forge_alias),
    "forge-behind-alias": (ADDRESSES, forge_behind_alias),
    "forge-synthesis": (ADDRESSES, forge_synthesis),
    "add-unrelated-answer": (ADDRESSES, add_unrelated_answer),
    "poison-additional": (ADDRESSES, poison_additional),
    "answer-from-twin": (ADDRESSES, answer_from_twin),
    "answer-of-another-name": (ADDRESSES, answer_of_another_name),
    "truncate-forged": (ADDRESSES, truncate_forged),
    # forged denial
    "forge-nxdomain": (DATA, forge_nxdomain),
    "forge-nodata": (DATA, forge_nodata),
    "forge-bare-nodata": (DATA, forge_bare_nodata),
    "replay-denial": (DATA, replay_denial_of_another_name),
    "deny-from-above": (DATA, deny_from_above),
    "nodata-into-nxdomain": (DATA, nodata_into_nxdomain),
    # missing and spoiled proofs
    "strip-signatures": (DATA, strip_signatures),
    "strip-denial-proof": (DATA, strip_denial_proof),
    "strip-dnssec": (DATA, strip_dnssec),
    "strip-dnssec-everywhere": (EVERYTHING, strip_dnssec_everywhere),
    "flip-signature-bit": (DATA, flip_signature_bit),
    "add-many-signatures": (DATA, add_many_signatures),
    "extend-expiry": (DATA, extend_expiry),
    "replay-wildcard": (ADDRESSES, replay_wildcard),
    "raise-ttl": (DATA, raise_ttl),
    "set-ad": (DATA, set_ad),
    # the header, the question, the octets
    "change-question-case": (DATA, change_question_case),
    "change-id": (DATA, change_id),
    "swap-question": (ADDRESSES, swap_question),
    "race-wrong-id": (ADDRESSES, race_wrong_id),
    "race-wrong-question": (ADDRESSES, race_wrong_question),
    "answer-twice": (ADDRESSES, answer_twice),
    "report-query": (DATA, report_query),
    "drop-question": (DATA, drop_question),
    "cut-short": (DATA, cut_short),
    "append-garbage": (DATA, append_garbage),
    "garbage": (DATA, garbage),
    "silence": (DATA, silence),
    # the keys and the chain
    "impersonate-zone": (EVERYTHING, impersonate_zone),
    "fail-key-fetches": (KEYS, fail_key_fetches),
    "silence-key-fetches": (KEYS, silence),
    "truncate-key-fetches": (KEYS, truncate_key_fetches),
    "deny-ds-unsigned": (EVERYTHING, _deny_ds(lambda scene: [_soa(scene)])),
    "deny-ds-by-nsec3-replay": (EVERYTHING, _deny_ds(_proof_for("unsigned.test."))),
    "deny-ds-by-nsec-replay": (EVERYTHING, _deny_ds(_proof_for("unsigned.example."))),
    "deny-ds-by-child": (EVERYTHING, _deny_ds(_proof_of_child)),
}


def apply(name, response, scene):
    """Returns the list of messages or octets that are sent instead of the response."""
    touches, attack = ATTACKS[name]
    sent = attack(response, scene) if touches(scene.question.rdtype) else response
    if sent is None:
        return []
    return sent if isinstance(sent, list) else [sent]
