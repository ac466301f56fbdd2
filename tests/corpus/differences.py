# SPDX-License-Identifier: GPL-2.0-or-later
"""The known differences between sealgate and an oracle, and the sections of the RFCs by which sealgate is right.

A row applies to a case if the statuses are those of the row and `when` returns true. If the row has `retold`,
that is not enough: the oracle gets the response again, retold, and must then say what sealgate said of the whole.
"""

import dataclasses
import typing

import dns.exception
import dns.name

import following
from message import (ANSWER, AUTHORITY, CNAME, DNAME, DNSKEY, DS, IN, NOERROR, NSEC, NSEC3, NXDOMAIN,
                     RRSIG, SOA, YXDOMAIN, made_aliases)


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    section: str
    words: str
    ours: str                   # words
    theirs: tuple
    when: typing.Callable = lambda case, reason: True
    retold: typing.Callable = None
    oracles: tuple = ("unbound", "delv")
    is_rare: bool = False       # an ordinary run may have no case that needs it

    def may_hold(self, oracle, case, ours, theirs):
        return (oracle in self.oracles and ours[0] in self.ours.split() and theirs[0] in self.theirs
                and self.when(case, ours[1]))


def _by_set(m):
    sets = {}
    for record in m.records:
        sets.setdefault(record.set_key, set()).add(record)
    return sets


def proved_part(case, _reason):
    """The response without the RRsets of authority and additional that are not the zone's own, without
    the records that were added to the answer, and without the signatures that are not the zone's."""
    honest, given = _by_set(case.original), _by_set(case.message)

    def is_whole(key):
        ours, theirs = honest.get(key, set()), given[key]
        signed = {r for r in ours if r.rdtype == RRSIG}
        return {r for r in ours ^ theirs if r.rdtype != RRSIG} == set() \
            and (not signed or signed & theirs)

    left = [r for r in case.message.records if r in case.original.records
            and (r.section == ANSWER or is_whole(r.set_key))]
    return case.message.with_(records=tuple(dict.fromkeys(left)))


def proved_part_with_soa(case, reason):
    part = proved_part(case, reason)
    soa = tuple(r for r in case.original.of(AUTHORITY) if (r.covers or r.rdtype) == SOA)
    return part.with_(records=tuple(dict.fromkeys(part.records + soa)))


def _culprit(reason):
    """The name whose zone is not secure, from sealgate's "insecure: name type: sentence"."""
    try:
        return dns.name.from_text(reason.split(" ")[1])
    except dns.exception.DNSException:
        return dns.name.root


def _is_expanded(record):
    return record.rdtype == RRSIG and record.rdata[3] < len(record.owner.labels) - 1 \
        - record.owner.is_wild()


def _signer(signature):
    return dns.name.from_wire(signature.rdata, 18)[0]


def _has_denial_of(message, zone):
    return any(r.rdtype in (NSEC, NSEC3) and r.owner.is_subdomain(zone) for r in message.records)


def unsigned_form(case, reason):
    """The response as a forger would write it who only needs the zone of the culprit to be possibly
    unsigned: without the signatures of that zone, and without proofs. So also without records made from
    wildcards, which need the proofs; and without records that were added to an RRset elsewhere."""
    culprit = _culprit(reason)
    honest = _by_set(case.original)
    return case.message.with_(records=tuple(
        r for r in dict.fromkeys(case.message.records)
        if r.section == ANSWER and r.rdclass == IN and not _is_expanded(r)
        and (r.rdtype != RRSIG if r.owner.is_subdomain(culprit)
             else r in honest.get(r.set_key, {r}))))


def _same_but_for_sections(case, _reason):
    def without(m):
        return {(r.owner, r.rdtype, r.rdata) for r in m.records}
    return without(case.message) == without(case.original) and case.kind != "honest"


def _has(m, *rdtypes):
    return any(r.rdtype in rdtypes and r.section == ANSWER for r in m.records)


def _has_end(m):
    """The name at the end of the aliases has records of the type."""
    *_, (name, left) = following.steps(m)
    return any(r.owner == name and r.rdtype == m.qtype and r.section == ANSWER for r in left)


def _denial_from_wildcard(case, _reason):
    return any(r.covers in (NSEC, NSEC3) and _is_expanded(r) for r in case.message.records)


def _is_expanded_alias(case, reason):
    """The culprit is a name that has only a wildcard's CNAME, in an opt-out span."""
    return "opt-out" in reason and _culprit(reason).labels[1:2] == (b"star",)


def _is_denied_ds_of_empty_name(case, reason):
    return "opt-out" in reason and case.message.qtype == DS \
        and case.message.qname == _culprit(reason) and not case.message.of(ANSWER)


def _zone(*origins):
    return lambda case, _reason: case.zone.origin in origins


DIFFERENCES = (
    Difference(
        "RRsets that are not proved are left out", "RFC 4035, 3.2.3 and 5.3.3",
        "AD covers the answer and the authority section. Proved RRsets are passed on; others, and "
        "those of another class, are left out and do not make the rest worse. One valid signature "
        "is enough, whatever other signatures there are. The oracle refuses the whole response, and "
        "finds the rest secure.",
        "secure insecure", ("refused", "insecure"), retold=proved_part),
    Difference(
        "a bad signature does not matter if the zone may be unsigned",
        "RFC 4035, 4.3 and 5.2; RFC 5155, 6; RFC 9276, 3.2",
        "If the parent shows no DS, by an opt-out span or by an NSEC3 over the limit of "
        "iterations, an unsigned zone may begin at the name, and an invalid signature counts as "
        "none. The oracle checks the signature first; of the same response without it, it says "
        "insecure, too.",
        "insecure", ("refused", "secure"), retold=unsigned_form),
    Difference(
        "a signed denial counts in any section", "RFC 4035, 5.4",
        "A proof consists of NSEC or NSEC3 RRsets that are authentic; the oracle looks for them "
        "in the authority section only.",
        "secure insecure", ("refused",), when=_same_but_for_sections),
    Difference(
        "RSA keys below 1024 bits", "RFC 4035, 5.2; RFC 6840, 5.2",
        "A zone is insecure when no key of it is of a kind that the validator supports. Keys "
        "that can be factored are not supported; the oracle accepts 512 bits.",
        "insecure", ("secure", "refused"), when=_zone("rsa512.nsec.")),
    Difference(
        "Ed448", "RFC 8080, 4; RFC 8624, 3.1",
        "The oracle's build does not support algorithm 16, and treats the zone as unsigned.",
        "secure", ("insecure",), when=_zone("ed448.nsec."), oracles=("unbound",)),
    Difference(
        "Ed448, changed", "RFC 8080, 4; RFC 8624, 3.1", "The same, for mutants.",
        "refused", ("insecure",), when=_zone("ed448.nsec."), oracles=("unbound",)),
    Difference(
        "SHA-1 beside SHA-256", "RFC 4509, 3",
        "A DS with SHA-1 is ignored if there is one with SHA-256, otherwise an attacker who "
        "breaks SHA-1 could choose it. The oracle accepts any that matches.",
        "refused", ("secure",), when=_zone("ds-weak-good.nsec.")),
    Difference(
        "a DNAME that makes a name too long", "RFC 6672, 2.2 and 5.3.1",
        "YXDOMAIN follows from the DNAME, and the DNAME is proved. The oracle does not "
        "judge that RCODE.",
        "secure", ("insecure", "refused"), when=lambda case, _: case.message.rcode == YXDOMAIN),
    Difference(
        "YXDOMAIN without such a DNAME", "RFC 6672, 2.2",
        "No name is too long here, so the RCODE is false. The oracle does not judge it.",
        "refused", ("insecure", "secure"), when=lambda case, _: case.message.rcode == YXDOMAIN),
    Difference(
        "NXDOMAIN with a proof of NODATA", "RFC 4035, 5.4; RFC 2308, 2.1",
        "The proof is not for the RCODE. The oracle corrects the RCODE and passes the answer on; a "
        "filter passes on the response as it came.",
        "refused", ("secure", "insecure"),
        when=lambda case, _: case.message.rcode == NXDOMAIN and case.original.rcode == NOERROR),
    Difference(
        "RDATA of no octets", "RFC 3597, 3",
        "An RDLENGTH of zero is legal for an unknown type. The oracle cannot store it.",
        "secure", ("refused",), when=lambda case, _: case.message.qtype == 65401),
    Difference(
        "a DNAME without its CNAME", "RFC 6672, 3.1 and 3.4",
        "A server must add the CNAME. Without it the response is no answer to a client that "
        "does not know DNAME. The oracle makes one itself.",
        "refused", ("secure", "insecure"),
        when=lambda case, _: any(r not in case.message.records
                                 for r in made_aliases(case.original))),
    Difference(
        "the proof that a wildcard applies came with another answer", "RFC 4035, 5.3.4",
        "A denial of NSEC3 for the same name, which the capture has, proves it for this answer, too. "
        "The oracle has this response alone.",
        "secure insecure", ("refused",), oracles=("unbound", "delv"),
        when=lambda case, _: any(_is_expanded(r) and not _has_denial_of(case.message, _signer(r))
                                 for r in case.message.of(ANSWER))),
    Difference(
        "a made CNAME that is asked for by its type", "RFC 6672, 3.2 and 5.3.1",
        "A server follows a DNAME whatever the type of the question, and the CNAME follows from the "
        "DNAME. The oracle asks for the DS of the name, and does not understand the DNAME in the "
        "answer to that.",
        "secure", ("refused", "insecure"), oracles=("unbound",),
        when=lambda case, _: case.message.qtype == CNAME
        and any(r.owner == case.message.qname for r in made_aliases(case.message))),
    Difference(
        "an RRSIG without a signature", "RFC 4034, 3.1.8; RFC 4035, 5.3.3",
        "It verifies nothing. After an alias the oracle calls the RRset secure.",
        "refused", ("secure", "insecure"), oracles=("unbound",),
        when=lambda case, _: case.kind == "the signature is empty"),
    Difference(
        "a denial made from a wildcard", "RFC 4035, 2.3; RFC 4592, 4.7",
        "There is no NSEC at a name that does not exist, so one that was expanded from a "
        "wildcard proves nothing at its apparent owner.",
        "refused", ("secure", "insecure"), when=_denial_from_wildcard),
    Difference(
        "an answer in the authority section", "RFC 1034, 3.7; RFC 4035, 5.4",
        "The answer section has no record for the question, and no proof says that there is none. "
        "The oracle accepts the DS from the other section.",
        "refused", ("secure",), when=_same_but_for_sections),
    Difference(
        "an alias from a wildcard in an opt-out span", "RFC 5155, 6 and 12.1.1; RFC 4592, 4.2",
        "There may be an unsigned delegation at the name, and then the wildcard does not apply. "
        "The oracle accepts the wildcard's CNAME as an answer for the DS.",
        "insecure", ("refused", "secure"), when=_is_expanded_alias),
    Difference(
        "no DS at an empty non-terminal in an opt-out span", "RFC 5155, 6, 7.2.4 and 8.6",
        "NSD leaves the span out of this denial. The denial for a name below had it, so "
        "there is no DS to hide. The oracle has this response alone.",
        "insecure", ("refused",), when=_is_denied_ds_of_empty_name, oracles=("unbound",)),
    Difference(
        "an RSA signature with an extra octet", "RFC 8017, 8.2.2; RFC 3110, 3",
        "A signature has as many octets as the modulus. The oracle accepts a leading zero.",
        "refused", ("secure",),
        when=lambda case, _: case.kind == "the signature has a leading zero"),
    Difference(
        "a DNSKEY RRset by a key that is known", "RFC 4035, 5.3.1 and 5.3.3",
        "The DS has proved the zone's keys before, and any of them may sign. The oracle has only "
        "this RRset to prove them with.",
        "secure", ("refused",), when=lambda case, _: case.message.qtype == DNSKEY),
    Difference(
        "Ed448, in a mutant", "RFC 8080, 4; RFC 8624, 3.1",
        "As the first row, but the oracle cannot find the rest secure.",
        "secure", ("refused",), when=_zone("ed448.nsec."), oracles=("unbound",)),
    Difference(
        "an alias that leads to nothing", "RFC 4035, 5.4",
        "The wildcard has the type, so its absence is not proved. The oracle accepts "
        "the alias.",
        "refused", ("secure",), when=lambda case, _: _has(case.message, DNAME)
        and not _has_end(case.message), is_rare=True),
    Difference(
        "NXDOMAIN by an opt-out span", "RFC 5155, 9.2",
        "AD must not be set if the span that covers the name is an opt-out span. The "
        "oracle calls the proof valid, which it is, and has no AD to set.",
        "insecure", ("secure",), when=lambda case, reason: "opt-out" in reason, oracles=("delv",)),
    Difference(
        "NSEC3 of more than 50 iterations", "RFC 9276, 3.2",
        "A validator may treat them as insecure. The oracle does so from 151 on; Unbound is "
        "told 51.",
        "insecure", ("secure",), when=lambda case, reason: "iterations" in reason),
    Difference(
        "a denial without its SOA", "RFC 4035, 5.4; RFC 2308, 5",
        "The proof consists of NSEC or NSEC3 records; an SOA that is not proved is left out, "
        "and the answer must not be cached. The oracle refuses such an answer; with the SOA it "
        "does.",
        "secure", ("refused",), retold=proved_part_with_soa, oracles=("delv",), is_rare=True),
    Difference(
        "a clock that is off", "RFC 4035, 5.3.1",
        "The dates are compared with the validator's own time, which may be wrong. sealgate, like "
        "Unbound, allows an hour; the oracle allows nothing.",
        "secure", ("refused",), when=_zone("just-expired.nsec."), oracles=("delv",)),
    Difference(
        "a record of an unsigned zone that an oracle cannot parse", "RFC 4035, 4.3",
        "Insecure says nothing about the contents. The oracle gives up at an alias to itself.",
        "insecure", ("refused",), is_rare=True, oracles=("unbound",),
        when=lambda case, _: any(r.rdtype == CNAME and r.rdata == r.owner.to_wire()
                                 for r in case.message.records)),
)
