# SPDX-License-Identifier: GPL-2.0-or-later
"""How a resolver follows the aliases of an answer. Oracles ask again for the target of an alias; then they get
the rest of the same answer, so that they judge nothing else."""

import dns.exception
import dns.name

from message import ANSWER, AUTHORITY, CNAME, DNAME, NOERROR, NS, SOA
from shapes import zone_of

LINKS = 20


def _target(record):
    try:
        return dns.name.from_wire(record.rdata, 0)[0]
    except dns.exception.DNSException:
        return None


def _dnames_above(records, name):
    return [r for r in records if (r.covers or r.rdtype) == DNAME and name != r.owner
            and name.is_subdomain(r.owner)]


def _made(name, dname):
    target = _target(dname)
    try:
        return target and name.relativize(dname.owner).derelativize(target)
    except dns.name.NameTooLong:
        return None


def _next(records, name):
    """The name to which the records lead from `name`, and the records that lead there."""
    above = _dnames_above(records, name)
    at = [r for r in records if r.owner == name and (r.covers or r.rdtype) == CNAME]
    for record in at:
        if record.rdtype == CNAME:
            return _target(record), at + above
    for record in above:
        if record.rdtype == DNAME:
            return _made(name, record), above
    return None, []


def steps(m):
    """Yields the names along the chain, each with the remaining records."""
    name, left = m.qname, list(m.records)
    yield name, left
    for _ in range(LINKS):
        if any(r.owner == name and r.rdtype == m.qtype and r.section == ANSWER for r in left):
            return
        target, used = _next([r for r in left if r.section == ANSWER], name)
        if target is None:
            return
        left = [r for r in left if r not in used]
        name = target
        yield name, left


def responses(m):
    """The octets for an oracle, by name and type."""
    whole = {(m.qname, m.qtype): m.to_wire()}
    for name, left in list(steps(m))[1:]:
        rest = m.with_(qname=name, records=tuple(left))
        whole.setdefault((name, m.qtype), rest.to_wire())
    return whole


def is_left_to_the_client(m, recursive):
    """A server that does not recurse answers for its own zone: it may end a chain of aliases at the end of
    the zone, or refer the client elsewhere. A resolver would not accept that as an answer."""
    if recursive:
        return False
    chain = list(steps(m))
    for (owner, _), (target, _) in zip(chain, chain[1:]):
        if not target.is_subdomain(zone_of(owner).name):
            return True
    if m.rcode != NOERROR or any(r.section == AUTHORITY and r.rdtype == SOA for r in m.records):
        return False
    name, left = chain[-1]
    if name != m.qname:
        return not any(r.owner == name and r.rdtype == m.qtype and r.section == ANSWER
                       for r in left)
    return not m.of(ANSWER) and any(r.rdtype == NS for r in m.of(AUTHORITY))
