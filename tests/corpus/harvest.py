# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of genuine responses that a forger could use elsewhere."""

import dns.name

import shapes
from message import ANSWER, AUTHORITY, NOERROR, NSEC, NSEC3, NXDOMAIN, RRSIG, SOA

# A limited number of each kind, spread over all: the product with all answers is large.
DENIALS, REPLAYS = 8, 5


def _spread(items, count):
    if len(items) <= count:
        return items
    return [items[i * len(items) // count] for i in range(count)]


class Harvest:
    def __init__(self, messages, now_s):
        self.now_s = now_s
        self._by_zone = {}
        for m in messages:
            self._by_zone.setdefault(self.zone(m), []).append(m)
        self._denials = {}
        for m in messages:
            for rrset in m.sets():
                if rrset[0].section == AUTHORITY and rrset[0].rdtype in (NSEC, NSEC3):
                    zone = _signer_zone(rrset)
                    self._denials.setdefault(zone, {}).setdefault(rrset[0].owner, tuple(rrset))
        self._denials = {zone: _spread([sets[owner] for owner in sorted(sets)], DENIALS)
                         for zone, sets in self._denials.items()}

    @staticmethod
    def zone(m):
        return shapes.zone_of(m.qname)

    def denials(self, m):
        return self._denials.get(self.zone(m), [])

    def denials_above(self, m):
        zone = self.zone(m)
        return self._denials.get(shapes.zone_of(zone.name.parent()), [])[:4] \
            if zone.origin != "." else []

    def denials_below(self, m):
        child = shapes.BY_ORIGIN.get(f"child.{self.zone(m).origin}")
        return self._denials.get(child, [])[:4]

    def _others(self, m, chosen):
        return _spread([other for other in self._by_zone[self.zone(m)]
                        if other.question != m.question and chosen(other)], REPLAYS)

    def denying(self, m):
        return self._others(m, lambda o: not o.of(ANSWER) and o.of(AUTHORITY)
                            and o.rcode in (NOERROR, NXDOMAIN))

    def answering(self, m):
        """Answers of the same type, if there are any."""
        return (self._others(m, lambda o: o.of(ANSWER) and o.qtype == m.qtype)
                or self._others(m, lambda o: bool(o.of(ANSWER))))

    def expanded(self, m):
        return self._others(m, lambda o: o.qtype == m.qtype and any(
            r.rdtype == RRSIG and r.rdata[3] < len(r.owner.labels) - 1
            and not r.owner.is_wild() for r in o.of(ANSWER)))

    def elsewhere(self, m):
        """A signed RRset of another zone."""
        origin = "split.nsec." if self.zone(m).origin != "split.nsec." else "p384.nsec."
        for other in self._by_zone.get(shapes.BY_ORIGIN[origin], []):
            if other.qtype == 1 and other.of(ANSWER):
                return tuple(other.of(ANSWER))
        return ()

    def soa(self, m):
        for other in self._by_zone[self.zone(m)]:
            for rrset in other.sets():
                if rrset[0].section == AUTHORITY and rrset[0].rdtype == SOA:
                    return tuple(rrset)
        return ()


def _signer_zone(rrset):
    for record in rrset:
        if record.rdtype == RRSIG:
            return shapes.BY_ORIGIN.get(dns.name.from_wire(record.rdata, 18)[0].to_text())
    return None
