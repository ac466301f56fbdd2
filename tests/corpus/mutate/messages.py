# SPDX-License-Identifier: GPL-2.0-or-later
"""The message as a whole: its header, and genuine answers to other questions."""

import struct

from message import (AA, AD, ANSWER, AUTHORITY, CD, CNAME, FORMERR, NOERROR, NOTIMP, NXDOMAIN, RA,
                     REFUSED, RRSIG, SERVFAIL, YXDOMAIN)


def _header(m):
    for rcode in (NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN):
        yield "the RCODE is changed", m.with_(rcode=rcode)
    for flag in (AA, AD, CD, RA, 0x0040):
        yield "a flag of the header is changed", m.with_(flags=m.flags ^ flag)
    yield "names are not compressed", m.with_(compress=not m.compress)


def _to_qname(records, other, m):
    return tuple(r.with_(owner=m.qname) if r.owner == other.qname else r for r in records)


def _replayed(m, harvest):
    """Gives the genuine answer to another question of the zone."""
    for other in harvest.answering(m):
        yield "another name's answer is given", m.with_(
            records=other.records, rcode=other.rcode)
        yield "another name's answer is given under this name", m.with_(
            records=_to_qname(other.records, other, m), rcode=other.rcode)
        yield "another name's answer is given under this name, with this name's proofs", m.with_(
            records=_to_qname(other.of(ANSWER), other, m) + tuple(m.of(AUTHORITY)),
            rcode=NOERROR)
        yield "another name's answer is added", m.with_(
            records=m.records + tuple(other.of(ANSWER)))


def _wildcards(m, harvest):
    """Gives an answer made from a wildcard for a name that the wildcard does not cover."""
    for other in harvest.expanded(m):
        renamed = _to_qname(other.records, other, m)
        yield "a wildcard's answer is given under this name", m.with_(
            records=renamed, rcode=NOERROR)
        yield "a wildcard's answer is given under this name, with this name's proofs", m.with_(
            records=tuple(r for r in renamed if r.section == ANSWER) + tuple(m.of(AUTHORITY)),
            rcode=NOERROR)
        yield "a wildcard's answer is given under this name, without proofs", m.with_(
            records=tuple(r for r in renamed if r.section == ANSWER), rcode=NOERROR)
        for record in [r for r in m.of(ANSWER) if r.rdtype == CNAME][:1]:
            yield "a wildcard's answer follows an alias", m.with_(records=tuple(
                r for r in m.records if r.section == ANSWER and r.set_key == record.set_key)
                + tuple(other.records), rcode=NOERROR)


def _expanded_here(m):
    """The labels of the signatures claim that the answer was made from a wildcard that does not exist."""
    for labels in range(1, len(m.qname.labels)):
        yield "the signatures claim a wildcard", m.with_(records=tuple(
            r.with_(rdata=r.rdata[:3] + struct.pack("!B", labels - 1) + r.rdata[4:])
            if r.rdtype == RRSIG and r.section == ANSWER else r for r in m.records))


def mutants(m, harvest):
    yield from _header(m)
    yield from _replayed(m, harvest)
    yield from _wildcards(m, harvest)
    yield from _expanded_here(m)
