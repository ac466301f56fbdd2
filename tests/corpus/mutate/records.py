# SPDX-License-Identifier: GPL-2.0-or-later
"""Records and RRsets that are dropped, changed, moved, duplicated or added."""

import dns.name

from message import (A, ADDITIONAL, ANSWER, AUTHORITY, CH, CNAME, DNAME, MX, NS, NSEC, RRSIG,
                     SECTIONS, SOA)

FOREIGN = dns.name.from_text("www.attacker.nsec.")
HOST = b"\xcb\x00\x71\x42"


def _replaced(m, changes):
    """`changes` maps the position of a record to its replacement: a list."""
    return m.with_(records=tuple(new for place, old in enumerate(m.records)
                                 for new in changes.get(place, [old])))


def _flipped(octets, at, mask):
    return octets[:at] + bytes((octets[at] ^ mask,)) + octets[at + 1:]


def _case_swapped(name):
    return dns.name.Name(tuple(label.swapcase() for label in name.labels))


def _sibling(name):
    return dns.name.Name((b"sibling",) + name.labels[1:]) if len(name.labels) > 1 else name


def _dropped(m):
    for place, record in enumerate(m.records):
        kind = "a signature is dropped" if record.rdtype == RRSIG else "a record is dropped"
        yield kind, _replaced(m, {place: []})
    for rrset in m.sets():
        yield "an RRset and its signatures are dropped", m.with_(
            records=tuple(r for r in m.records if r not in rrset))
    yield "all signatures are dropped", m.with_(
        records=tuple(r for r in m.records if r.rdtype != RRSIG))
    for section in SECTIONS:
        yield "a section is emptied", m.with_(
            records=tuple(r for r in m.records if r.section != section))
        yield "the signatures of a section are dropped", m.with_(
            records=tuple(r for r in m.records if r.section != section or r.rdtype != RRSIG))
    yield "every section is emptied", m.with_(records=())


def _data_changed(m):
    for place, record in enumerate(m.records):
        if record.rdtype == RRSIG or record.section == ADDITIONAL:
            continue
        length = len(record.rdata)
        for at, mask in {(0, 0x01), (0, 0x80), (length // 2, 0x10), (length - 1, 0x01)}:
            if 0 <= at < length:
                changed = record.with_(rdata=_flipped(record.rdata, at, mask))
                yield "a bit of the RDATA is flipped", _replaced(m, {place: [changed]})
        yield "the RDATA is cut", _replaced(m, {place: [record.with_(rdata=record.rdata[:-1])]})
        yield "an octet is added to the RDATA", _replaced(
            m, {place: [record.with_(rdata=record.rdata + b"\0")]})


def _owner_changed(m):
    for rrset in m.sets():
        places = [i for i, r in enumerate(m.records) if r in rrset]
        owner = rrset[0].owner
        for kind, name in (("renamed to a sibling", _sibling(owner)),
                           ("renamed to its parent", owner.parent() if len(owner.labels) > 1
                            else owner)):
            yield f"an RRset is {kind}", _replaced(
                m, {i: [m.records[i].with_(owner=name)] for i in places})
        yield "the letter case of an owner is changed", _replaced(
            m, {i: [m.records[i].with_(owner=_case_swapped(owner))] for i in places})


def _ttl_changed(m):
    for rrset in m.sets():
        places = [i for i, r in enumerate(m.records) if r in rrset]
        for kind, ttl in (("raised", 604800), ("set to 0", 0), ("made negative", 0xFFFFFFFF)):
            yield f"the TTL of an RRset is {kind}", _replaced(
                m, {i: [m.records[i].with_(ttl=ttl)] for i in places})
        yield "the TTLs of an RRset differ", _replaced(
            m, {places[0]: [m.records[places[0]].with_(ttl=7)]})


def _moved(m):
    for old in SECTIONS:
        for new in SECTIONS:
            if old != new and m.of(old):
                yield "a section's records are moved to another", m.with_(records=tuple(
                    r.with_(section=new) if r.section == old else r for r in m.records))
    swap = {ANSWER: AUTHORITY, AUTHORITY: ANSWER, ADDITIONAL: ADDITIONAL}
    yield "answer and authority are swapped", m.with_(
        records=tuple(r.with_(section=swap[r.section]) for r in m.records))
    for rrset in m.sets():
        if rrset[0].section == AUTHORITY:
            yield "an RRset of the authority section is moved to the answer", m.with_(
                records=tuple(r.with_(section=ANSWER) if r in rrset else r for r in m.records))
    yield "the records are in reverse order", m.with_(records=tuple(reversed(m.records)))
    yield "the signatures come first", m.with_(
        records=tuple(sorted(m.records, key=lambda r: r.rdtype != RRSIG)))


def _added(m, harvest):
    for place, record in enumerate(m.records):
        yield "a record is duplicated", _replaced(m, {place: [record, record]})
    for rrset in m.sets():
        data = [r for r in rrset if r.rdtype != RRSIG]
        if data and data[0].section != ADDITIONAL:
            extra = data[0].with_(rdata=_flipped(data[0].rdata, len(data[0].rdata) - 1, 0x55)) \
                if data[0].rdata else data[0].with_(rdata=b"\1")
            yield "a forged record is added to an RRset", m.with_(records=m.records + (extra,))
            yield "the RRset is added in class CH", m.with_(
                records=m.records + tuple(r.with_(rdclass=CH) for r in rrset))
    forged = [r.with_(owner=FOREIGN, rdtype=A, rdata=HOST, ttl=300, section=ANSWER)
              for r in m.records[:1]]
    for section in SECTIONS:
        yield "an unsigned record of another name is added", m.with_(
            records=m.records + tuple(r.with_(section=section) for r in forged))
        yield "a signed RRset of another zone is added", m.with_(
            records=m.records + tuple(r.with_(section=section) for r in harvest.elsewhere(m)))
    apex = harvest.zone(m).name
    for r in m.records[:1]:
        yield "an unsigned NS RRset is added", m.with_(records=m.records + (r.with_(
            section=AUTHORITY, owner=apex, rdtype=NS, rdata=FOREIGN.to_wire(), ttl=300),))
        yield "an unsigned CNAME is put first", m.with_(records=(r.with_(
            section=ANSWER, owner=m.qname, rdtype=CNAME, rdata=FOREIGN.to_wire(), ttl=300),)
            + m.records)
        if len(m.qname.labels) > 2:
            yield "an unsigned DNAME is put first", m.with_(records=(r.with_(
                section=ANSWER, owner=m.qname.parent(), rdtype=DNAME, ttl=300,
                rdata=FOREIGN.to_wire()),) + m.records)


def _names_in_data_changed(m):
    """Names in the RDATA of old types are signed in lower case (RFC 4034, 6.2); that of an NSEC is
    not (RFC 6840, 5.1)."""
    for place, record in enumerate(m.records):
        skip = {NS: 0, CNAME: 0, DNAME: 0, SOA: 0, NSEC: 0, MX: 2, 33: 6}.get(record.rdtype)
        if skip is None:
            continue
        name, used = dns.name.from_wire(record.rdata, skip)
        data = record.rdata[:skip] + _case_swapped(name).to_wire() + record.rdata[skip + used:]
        kind = "of an NSEC's next name" if record.rdtype == NSEC else "of a name in the RDATA"
        yield f"the letter case {kind} is changed", _replaced(
            m, {place: [record.with_(rdata=data)]})


def few(m, harvest):
    yield from _dropped(m)
    yield from _data_changed(m)


def mutants(m, harvest):
    yield from few(m, harvest)
    yield from _owner_changed(m)
    yield from _ttl_changed(m)
    yield from _moved(m)
    yield from _added(m, harvest)
    yield from _names_in_data_changed(m)
