# SPDX-License-Identifier: GPL-2.0-or-later
"""An oracle of a zone, as dnspython read it from the file: what each name has, and what an NSEC must not deny."""

import dns.name
import dns.rdatatype
from dns.rdatatype import CNAME, DNAME, DNSKEY, DS, NS, NSEC, RRSIG, SOA

from .judge import NXNAME, types_of
from .odd import Zone

OF_DNSSEC = {RRSIG, NSEC}
OF_SIGNER = {DNSKEY, dns.rdatatype.CDS, dns.rdatatype.CDNSKEY}
CHANGES_THE_NAME = {CNAME, DNAME, NS, SOA, DS}      # a type that is not there must not be in a bitmap
OCTETS_MAX = 255


def _octets(name):
    return sum(len(label) + 1 for label in name.labels)


class Oracle(Zone):
    def __init__(self, path, origin):
        super().__init__(path, origin)
        self.names = sorted(self._names | self._inner)

    def types(self, name):
        """The types of a name, those of a wildcard too; None: there is no such name."""
        source = self._source_of(name)
        if source is None:
            return set() if name in self._inner else None
        found = {each.rdtype for each in self._zone.get_node(source)}
        return found | OF_SIGNER if name == self.origin else found

    def is_cut(self, name):
        return name == self._cut_of(name)

    def is_authoritative(self, name):
        """Not below a zone cut, nor below a DNAME."""
        return self._cut_of(name) in (None, name) and not self._dname_of(name)

    def data(self, name, rdtype):
        return self.get(self._source_of(name) or name, rdtype, name)

    def faults_of_nsec(self, owner, nsec):
        """Yields what is untrue in an NSEC."""
        types, real = types_of(nsec), self.types(owner)
        if not OF_DNSSEC <= types:
            yield f"NSEC {owner}: without NSEC or RRSIG"
        if real is None or not self.is_authoritative(owner):
            if NXNAME in types and types != OF_DNSSEC | {NXNAME}:
                yield f"NSEC {owner}: NXNAME beside other types"
        elif NXNAME in types:
            yield f"NSEC {owner}: denies a name that exists"
        else:
            yield from self._faults_of_bitmap(owner, types, real)
        for wrong in sorted((types & CHANGES_THE_NAME) - (real or set())):
            yield f"NSEC {owner}: has {dns.rdatatype.to_text(wrong)}, which is not there"
        yield from self._faults_of_range(owner, nsec.next)

    def _faults_of_bitmap(self, owner, types, real):
        wanted = real & {NS, DS} if self.is_cut(owner) else real
        for missing in sorted(wanted - types):
            yield f"NSEC {owner}: denies {dns.rdatatype.to_text(missing)}"
        if self.is_cut(owner) and types != OF_DNSSEC | wanted:
            yield f"NSEC {owner}: types of the child"

    def _faults_of_range(self, owner, after):
        """The range is as short as it can be, and no name of the zone is in it."""
        first = dns.name.Name((b"\0",) + owner.labels) if _octets(owner) + 2 <= OCTETS_MAX else None
        at_cut = dns.name.Name((owner.labels[0] + b"\0",) + owner.labels[1:]) if self.is_cut(owner) else None
        if first is not None and after.canonicalize() not in (first.canonicalize(),
                                                              at_cut and at_cut.canonicalize()):
            yield f"NSEC {owner}: the next name is {after}"
        if not owner < after and after != self.origin:
            yield f"NSEC {owner}: {after} is not after it"
        for name in self.names:
            if owner < name < after and self.is_authoritative(name):
                yield f"NSEC {owner}: {name} exists before {after}"
