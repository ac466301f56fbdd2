# SPDX-License-Identifier: GPL-2.0-or-later
"""Proofs of denial that are true, but of something else."""

from message import ANSWER, AUTHORITY, CNAME, NOERROR, NSEC, NSEC3, NXDOMAIN, SOA

DENIALS = (NSEC, NSEC3)


def _is_denial(rrset):
    return rrset[0].section == AUTHORITY and (rrset[0].covers or rrset[0].rdtype) in DENIALS


def _without(m, rrset):
    return tuple(r for r in m.records if r not in rrset)


def _swapped(m, harvest):
    """Replaces each NSEC or NSEC3 by others of its zone, and of the zones above and below."""
    own = [rrset for rrset in m.sets() if _is_denial(rrset)]
    if not own:
        return
    for relation, others in (("its zone", harvest.denials(m)),
                             ("the zone above", harvest.denials_above(m)),
                             ("the zone below", harvest.denials_below(m))):
        for rrset in own:
            for other in others:
                yield f"a denial is swapped for another of {relation}", m.with_(
                    records=_without(m, rrset) + other)
        for other in others:
            yield f"the denials are swapped for one of {relation}", m.with_(
                records=tuple(r for r in m.records if not any(r in each for each in own)) + other)
            yield f"a denial of {relation} is added", m.with_(records=m.records + other)


def _replayed(m, harvest):
    """Uses the whole denial of another question in the zone as the answer to this one."""
    for other in harvest.denying(m):
        yield "another name's denial is the answer", m.with_(
            records=tuple(r for r in other.records if r.section == AUTHORITY), rcode=other.rcode)
        yield "another name's denial is the answer, with the other RCODE", m.with_(
            records=tuple(r for r in other.records if r.section == AUTHORITY),
            rcode=NXDOMAIN if other.rcode == NOERROR else NOERROR)
        if m.of(ANSWER):
            yield "another name's denial is added", m.with_(
                records=m.records + tuple(r for r in other.records if r.section == AUTHORITY))
        if any(r.rdtype == CNAME for r in m.of(ANSWER)):
            yield "another name's denial follows an alias", m.with_(
                records=tuple(r for r in m.records if r.section == ANSWER
                              and (r.covers or r.rdtype) == CNAME)
                + tuple(r for r in other.records if r.section == AUTHORITY))


def _answered(m, harvest):
    """Denies a name that exists, with the denials in its own answer."""
    if m.of(ANSWER):
        soa = harvest.soa(m)
        for rcode in (NOERROR, NXDOMAIN):
            yield "the answer is replaced by a signed SOA", m.with_(
                records=tuple(r for r in m.records if r.section == AUTHORITY) + soa, rcode=rcode)
    else:
        yield "only the SOA is left", m.with_(
            records=tuple(r for r in m.records if (r.covers or r.rdtype) == SOA))
        yield "only the denials are left", m.with_(
            records=tuple(r for r in m.records if (r.covers or r.rdtype) in DENIALS))


def mutants(m, harvest):
    yield from _swapped(m, harvest)
    yield from _replayed(m, harvest)
    yield from _answered(m, harvest)
