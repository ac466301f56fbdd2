# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges a single response with dnspython's validator: no cache, no other query."""

import glob
import os
import time

import dns.dnssec
import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdatatype import CNAME, DNAME, DS, NS, NSEC, RRSIG, SOA

from ..zones import read_key
from . import legacy

NXNAME = 128
SKEW_S = 300


class Judge:
    def __init__(self, parents):
        self._keys = {}
        for zone in legacy.ZONES:
            name = dns.name.from_text(zone.origin)
            paths = glob.glob(os.path.join(parents.keys_of(zone.origin), "*.key"))
            self._keys[name] = dns.rrset.from_rdata_list(
                name, 3600, [read_key(path) for path in paths])

    def zone_of(self, name):
        above = [apex for apex in self._keys if name.is_subdomain(apex)]
        return max(above, key=len, default=None)

    def complaints(self, response):
        """Returns the faults of a response to a query with DO, as a list of sentences."""
        found = []
        if response.flags & dns.flags.AD:
            found.append("AD is set")
        if not response.ednsflags & dns.flags.DO:
            found.append("DO is not set")
        if response.flags & dns.flags.TC:
            return found
        for section in (response.answer, response.authority):
            found += self._unsigned(response, section)
        found += self._signatures(response)
        if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            found += self._denial(response)
        return found

    def _is_cut(self, rrset):
        return rrset.rdtype == NS and rrset.name not in self._keys

    def _needs_no_signature(self, response, section, rrset):
        synthesised = rrset.rdtype == CNAME and any(
            other.rdtype == DNAME and rrset.name.is_subdomain(other.name) for other in section)
        if synthesised or rrset.rdtype == RRSIG:
            return True
        # the NS of a zone cut in a referral, also if the child is signed
        return rrset.rdtype == NS and section is response.authority and not any(
            other.rdtype == RRSIG and other.name == rrset.name and other.covers == NS
            for other in section) and not response.flags & dns.flags.AA

    def _unsigned(self, response, section):
        for rrset in section:
            if self.zone_of(rrset.name) is None:
                yield f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} is in none of the signed zones"
            elif not self._needs_no_signature(response, section, rrset) and not any(
                    other.rdtype == RRSIG and other.name == rrset.name
                    and other.covers == rrset.rdtype for other in section):
                yield f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} is not signed"

    def _signatures(self, response):
        for section in (response.answer, response.authority, response.additional):
            for rrset in section:
                if rrset.rdtype == RRSIG:
                    yield from self._signature(section, rrset)

    def _signature(self, section, signatures):
        what = f"{signatures.name} {dns.rdatatype.to_text(signatures.covers)}"
        covered = [rrset for rrset in section
                   if rrset.name == signatures.name and rrset.rdtype == signatures.covers]
        if not covered:
            yield f"{what}: a signature without its RRset"
            return
        zone = self.zone_of(signatures.name)
        if signatures.covers == DS and zone == signatures.name:
            zone = self.zone_of(zone.parent())
        if covered[0].ttl != signatures.ttl:
            yield f"{what}: TTL {covered[0].ttl}, of its signature {signatures.ttl}"
        for signature in signatures:
            yield from _faults_of(what, covered[0], signature, zone)
        try:
            dns.dnssec.validate(covered[0], signatures, {zone: self._keys[zone]})
        except dns.dnssec.ValidationFailure as error:
            yield f"{what}: {error}"

    def _denial(self, response):
        question = response.question[0]
        name = question.name
        for _ in range(16):
            alias = next((rrset for rrset in response.answer
                          if rrset.name == name and rrset.rdtype == CNAME), None)
            if not alias or question.rdtype == CNAME:
                break
            name = alias[0].target
        has_data = any(rrset.name == name and rrset.rdtype != RRSIG for rrset in response.answer)
        proofs = [rrset for rrset in response.authority if rrset.rdtype == NSEC]
        if has_data or self.zone_of(name) is None:
            return
        if any(rrset.rdtype == NS for rrset in response.authority):
            if not proofs and not any(rrset.rdtype == DS for rrset in response.authority):
                yield "a referral without DS and without proof that there is none"
            return
        if name != question.name and not response.authority:
            return      # the chain of aliases ends here; a resolver asks for the rest itself
        if not any(rrset.rdtype == SOA for rrset in response.authority):
            yield "a denial without SOA"
        proof = next((rrset for rrset in proofs if rrset.name == name), None)
        if proof is None:
            yield f"no NSEC denies {name}"
            return
        types = types_of(proof[0])
        if question.rdtype in types:
            yield f"the NSEC of {name} has the type that it denies"
        if CNAME in types or DNAME in types:
            yield f"the NSEC of {name} has CNAME or DNAME"


def _faults_of(what, covered, signature, zone):
    now = time.time()
    if signature.signer != zone:
        yield f"{what}: signed by {signature.signer}, not {zone}"
    if not signature.inception < now + SKEW_S < signature.expiration:
        yield f"{what}: not valid now"
    if signature.original_ttl < covered.ttl:
        yield f"{what}: TTL {covered.ttl} above the original {signature.original_ttl}"


def types_of(nsec):
    """The types in the bitmap of an NSEC."""
    return {window * 256 + octet * 8 + bit for window, bitmap in nsec.windows
            for octet, value in enumerate(bitmap) for bit in range(8) if value & (0x80 >> bit)}
