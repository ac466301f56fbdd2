# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS message as a list of records with their RDATA as octets, so that any octet can be changed and the
result can still be written. (dnspython would refuse, sort or correct malformed records.)"""

import dataclasses
import struct

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype

ANSWER, AUTHORITY, ADDITIONAL = 1, 2, 3
SECTIONS = (ANSWER, AUTHORITY, ADDITIONAL)
IN, CH = 1, 3
QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN = 0, 1, 2, 3, 4, 5, 6

A, NS, CNAME, SOA, MX, TXT, AAAA, DNAME, OPT, DS, RRSIG, NSEC, DNSKEY, NSEC3 = (
    1, 2, 5, 6, 15, 16, 28, 39, 41, 43, 46, 47, 48, 50)


@dataclasses.dataclass(frozen=True)
class Record:
    section: int
    owner: dns.name.Name
    rdtype: int
    ttl: int
    rdata: bytes
    rdclass: int = IN

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    @property
    def covers(self):
        """The type that an RRSIG covers; None for other records."""
        return struct.unpack_from("!H", self.rdata)[0] if self.rdtype == RRSIG else None

    @property
    def set_key(self):
        """The key that the records of one RRset and its signatures share."""
        return (self.section, self.owner, self.covers or self.rdtype, self.rdclass)

    def __str__(self):
        try:
            data = dns.rdata.from_wire(self.rdclass, self.rdtype, self.rdata, 0, len(self.rdata))
        except Exception:
            data = f"\\# {len(self.rdata)} {self.rdata.hex()}"
        return f"{self.owner} {self.ttl} {dns.rdatatype.to_text(self.rdtype)} {data}"


@dataclasses.dataclass(frozen=True)
class Message:
    qname: dns.name.Name
    qtype: int
    flags: int                  # without the RCODE
    rcode: int
    records: tuple
    compress: bool = True       # owner names, as servers do

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    def of(self, section):
        return [record for record in self.records if record.section == section]

    def sets(self):
        """The RRsets, each with its signatures, in order: lists of records."""
        sets = {}
        for record in self.records:
            sets.setdefault(record.set_key, []).append(record)
        return list(sets.values())

    @property
    def question(self):
        return f"{self.qname} {dns.rdatatype.to_text(self.qtype)}"

    @property
    def content(self):
        """A value by which two responses to one question are compared, regardless of order."""
        return (self.rcode, self.flags & AA, frozenset(self.records))

    def to_wire(self, ident=0):
        return _Writer(self.compress).message(self, ident)


class _Writer:
    def __init__(self, compress):
        self._compress = compress
        self._offsets = {}
        self._octets = bytearray()

    def message(self, m, ident):
        counts = [len(m.of(section)) for section in SECTIONS]
        counts[2] += 1
        self._octets += struct.pack("!HHHHHH", ident, m.flags | m.rcode, 1, *counts)
        self._name(m.qname)
        self._octets += struct.pack("!HH", m.qtype, IN)
        for section in SECTIONS:
            for record in m.of(section):
                self._name(record.owner)
                self._octets += struct.pack("!HHIH", record.rdtype, record.rdclass, record.ttl,
                                            len(record.rdata))
                self._octets += record.rdata
        self._octets += b"\0" + struct.pack("!HHIH", OPT, 1232, 0x8000, 0)   # DO
        return bytes(self._octets)

    def _name(self, name):
        """Keeps letter case: only labels that are equal to the letter share octets."""
        labels = name.labels
        while labels != (b"",):
            offset = self._offsets.get(labels)
            if offset is not None and self._compress:
                self._octets += struct.pack("!H", 0xC000 | offset)
                return
            if len(self._octets) < 0x4000:
                self._offsets.setdefault(labels, len(self._octets))
            self._octets.append(len(labels[0]))
            self._octets += labels[0]
            labels = labels[1:]
        self._octets.append(0)


def made_aliases(m):
    """The CNAMEs below a DNAME of the answer, which no zone signs."""
    above = [r.owner for r in m.of(ANSWER) if r.rdtype == DNAME]
    return [r for r in m.of(ANSWER) if r.rdtype == CNAME
            and any(r.owner != owner and r.owner.is_subdomain(owner) for owner in above)]


def query(qname, qtype, recursive, ident=0):
    """The octets of a query with DO."""
    flags = RD if recursive else 0
    return (struct.pack("!HHHHHH", ident, flags, 1, 0, 0, 1) + qname.to_wire()
            + struct.pack("!HH", qtype, IN)
            + b"\0" + struct.pack("!HHIH", OPT, 65535, 0x8000, 0))


def _read_rdata(rdclass, rdtype, wire, at, length):
    """The RDATA without compression."""
    if rdtype in (NS, CNAME, SOA, MX, 12, 33, DNAME):
        return dns.rdata.from_wire(rdclass, rdtype, wire, at, length).to_wire()
    return wire[at:at + length]


def parse(wire):
    """Parses a genuine response."""
    _, flags, questions, *counts = struct.unpack_from("!HHHHHH", wire)
    if questions != 1:
        raise ValueError("not one question")
    qname, used = dns.name.from_wire(wire, 12)
    at = 12 + used
    qtype = struct.unpack_from("!H", wire, at)[0]
    at += 4
    records = []
    for section, count in zip(SECTIONS, counts):
        for _ in range(count):
            owner, used = dns.name.from_wire(wire, at)
            at += used
            rdtype, rdclass, ttl, length = struct.unpack_from("!HHIH", wire, at)
            at += 10
            if rdtype != OPT:
                records.append(Record(section, owner, rdtype, ttl,
                                      _read_rdata(rdclass, rdtype, wire, at, length), rdclass))
            at += length
    return Message(qname, qtype, flags & ~0xF, flags & 0xF, tuple(records))
