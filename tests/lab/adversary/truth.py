# SPDX-License-Identifier: GPL-2.0-or-later
"""The contents of the lab's zones, and the property that the adversary tries to violate: no client gets a record
of a signed zone that its zone did not sign.

Some names may be forged, because no validator can tell a forgery from a genuine answer: names in unsigned zones,
names that an opt-out span covers, and those of time servers while the clock is not set.
"""

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from dns.rdatatype import CNAME, DNAME, DS, NSEC, NSEC3, RRSIG

from lab import zones

MINUTES_S = 900                 # the longest TTL of a record that may be forged
ALIASES = 8
WILD = dns.name.from_text("*", None)


class _Zone:
    def __init__(self, row, path):
        self.row, self.name = row, row.name
        self.sets, self.names = {}, set()
        for owner, ttl, rdata in dns.zone.from_file(
                path, row.origin, relativize=False, check_origin=False).iterate_rdatas():
            key = owner, rdata.rdtype, rdata.covers()
            self.sets.setdefault(key, (ttl, set()))[1].add(rdata)
            at = owner
            while at not in self.names and at.is_subdomain(self.name):
                self.names.add(at)
                if at == dns.name.root:
                    break
                at = at.parent()

    def get(self, owner, rdtype, covers=dns.rdatatype.NONE):
        return self.sets.get((owner, rdtype, covers))

    def source(self, owner):
        """The name whose records answer for the owner: the owner, or the wildcard that covers it."""
        if owner in self.names:
            return owner
        while owner not in self.names:
            owner = owner.parent()
        wildcard = WILD.concatenate(owner)
        return wildcard if wildcard in self.names else None


class Truth:
    def __init__(self, zone_set):
        self._zones = {row.name: _Zone(row, zone_set.file_of(row)) for row in zones.ZONES}
        self._also = set()
        self.time_names = ()
        self.is_excused = False     # the clock is not set: names of time servers may be forged

    def allow(self, owner, rdata):
        """Adds a record that its zone signed once, though it is no longer in the zone."""
        self._also.add((owner, rdata))

    def zone_of(self, name, rdtype=None):
        at = name.parent() if rdtype == DS and name != dns.name.root else name
        while at not in self._zones:
            at = at.parent()
        return self._zones[at]

    def is_cut(self, name):
        return name in self._zones and name != dns.name.root

    def rrset(self, owner, rdtype, covers=dns.rdatatype.NONE):
        """The genuine RRset of dnspython, with wildcards expanded, or None."""
        zone = self.zone_of(owner, covers if rdtype == RRSIG else rdtype)
        source = zone.source(owner)
        found = source and zone.get(source, rdtype, covers)
        if not found:
            return None
        rrset = dns.rrset.RRset(owner, dns.rdataclass.IN, rdtype, covers)
        for rdata in sorted(found[1]):
            rrset.add(rdata, found[0])
        return rrset

    def signed(self, owner, rdtype):
        """The RRset and its signatures, as far as they exist."""
        return [each for each in (self.rrset(owner, rdtype), self.rrset(owner, RRSIG, rdtype)) if each]

    def proofs_in(self, name, count, rng):
        """Some records of denial of the name's zone, with their signatures."""
        zone = self.zone_of(name)
        keys = sorted(key for key in zone.sets if key[1] in (NSEC, NSEC3))
        picked = rng.sample(keys, min(count, len(keys)))
        return [each for owner, rdtype, _ in picked for each in self.signed(owner, rdtype)]

    def keys_of(self, zone_name):
        found = self._zones[zone_name].get(zone_name, dns.rdatatype.DNSKEY)
        return sorted(found[1]) if found else []

    def is_free(self, name, rdtype=None):
        """True if no validator could notice a forgery of this."""
        zone = self.zone_of(name, rdtype)
        if zone.row.status != "secure":
            return zone.row.status == "insecure"
        # There, a name that a wildcard answers may also be an unsigned delegation.
        return zone.row.denial == "optout" and name not in zone.names

    def is_time(self, name):
        return any(name.is_subdomain(each) for each in self.time_names)

    def complaint(self, rrset):
        """Returns the fault of an RRset that a client got, or None."""
        if rrset.rdclass != dns.rdataclass.IN or rrset.rdtype in (RRSIG, dns.rdatatype.TSIG):
            return None
        owner = rrset.name
        if self.is_free(owner, rrset.rdtype):
            return None
        if self.is_excused and self.is_time(owner):
            return f"kept for {rrset.ttl} s" if rrset.ttl > MINUTES_S else None
        genuine = self.rrset(owner, rrset.rdtype)
        wrong = [rdata for rdata in rrset if not (genuine and rdata in genuine) and
                 (owner, rdata) not in self._also and not self._is_synthesised(owner, rdata)]
        if wrong:
            return "its zone did not sign this"
        if genuine and rrset.ttl > genuine.ttl:
            return f"the zone signed a TTL of {genuine.ttl}"
        return None

    def _is_synthesised(self, owner, rdata):
        return rdata.rdtype == CNAME and rdata.target == self._moved(owner)

    def _moved(self, name):
        """The name that a DNAME above makes of this one, or None."""
        at = name
        while at != dns.name.root:
            at = at.parent()
            zone = self.zone_of(at)
            dname = zone.get(at, DNAME)
            if dname and zone is self.zone_of(name):
                (rdata,) = dname[1]
                return name.relativize(at).concatenate(rdata.target)
        return None

    def is_free_on_the_way(self, name):
        """True if an alias that leads on from the name, or the name itself, may be forged."""
        for _ in range(ALIASES):
            if not name or self.is_free(name):
                break
            name = self._alias(name)
        return name is not None

    def answer(self, name, rdtype):
        """Follows the name like a resolver. Returns (the RRset of the type, or None; whether the name exists;
        whether everything on the way is signed)."""
        secure = True
        for _ in range(ALIASES):
            zone = self.zone_of(name, rdtype)
            secure = secure and zone.row.status == "secure" and not zone.row.spoil and \
                not self.is_free(name, rdtype)
            alias = self._alias(name) if rdtype != CNAME else None
            if not alias:
                return self.rrset(name, rdtype), zone.source(name) is not None, secure
            name = alias
        return None, True, False

    def _alias(self, name):
        found = self.rrset(name, CNAME)
        return found[0].target if found else self._moved(name)
