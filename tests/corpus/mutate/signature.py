# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes to each field of each RRSIG, and RRSIGs that are added."""

import struct

import dns.name

from message import RRSIG

FIXED = struct.Struct("!HBBIIIH")
TYPE, ALGORITHM, LABELS, TTL, EXPIRATION, INCEPTION, TAG = range(7)
DAY = 86400


def _split(rdata):
    signer, used = dns.name.from_wire(rdata, FIXED.size)
    return list(FIXED.unpack_from(rdata)), signer, rdata[FIXED.size + used:]


def _joined(fields, signer, signature):
    return FIXED.pack(*fields) + signer.to_wire() + signature


def _field_changes(fields, now_s):
    """Yields the description, the field and its new value."""
    expiration, inception = fields[EXPIRATION], fields[INCEPTION]
    for value in (1, 16, 65281, 0):
        yield "type covered", TYPE, value if fields[TYPE] != value else 28
    for value in (0, 5, 8, 13, 15, 200, 255):
        yield "algorithm", ALGORITHM, value
    for value in (fields[LABELS] - 1, fields[LABELS] + 1, 0, 127, 255):
        yield "labels", LABELS, value % 256
    for value in (fields[TTL] + 1, fields[TTL] - 1, 0, 0x80000000):
        yield "original TTL", TTL, value % (1 << 32)
    yield "expiration", EXPIRATION, now_s - 2 * DAY
    yield "expiration", EXPIRATION, expiration + 1
    yield "expiration", EXPIRATION, (expiration + 0x80000000) % (1 << 32)
    yield "inception", INCEPTION, now_s + 2 * DAY
    yield "inception", INCEPTION, inception - 1
    yield "inception", INCEPTION, expiration + 1
    for value in (fields[TAG] ^ 1, 0, 65535):
        yield "key tag", TAG, value


def _signers(signer, m):
    yield dns.name.root
    if signer.labels[:-1]:
        yield signer.parent()
    yield dns.name.from_text("nsec3.") if signer != dns.name.from_text("nsec3.") else m.qname
    if len(signer.labels) < 5:
        yield dns.name.from_text("child", signer)
    yield m.qname
    yield dns.name.from_text("attacker.nsec.")


def _signature_changes(signature):
    length = len(signature)
    for at in sorted({0, length // 2, length - 1}):
        yield "a bit of the signature is flipped", (
            signature[:at] + bytes((signature[at] ^ 0x10,)) + signature[at + 1:])
    yield "the signature is cut", signature[:-1]
    yield "the signature is longer", signature + b"\0"
    yield "the signature has a leading zero", b"\0" + signature
    yield "the signature is empty", b""
    yield "the signature is zeros", bytes(length)
    yield "the signature's halves are swapped", signature[length // 2:] + signature[:length // 2]


def _one(m, rdata, now_s):
    """Yields the kind and the changed RDATA."""
    fields, signer, signature = _split(rdata)
    for what, field, value in _field_changes(fields, now_s):
        changed = list(fields)
        changed[field] = value
        yield f"the {what} of a signature is changed", _joined(changed, signer, signature)
    for other in _signers(signer, m):
        yield "the signer of a signature is changed", _joined(fields, other, signature)
    upper = dns.name.Name(tuple(label.upper() for label in signer.labels))
    yield "the letter case of a signer is changed", _joined(fields, upper, signature)
    for kind, changed in _signature_changes(signature):
        yield kind, _joined(fields, signer, changed)


def _added(rdata):
    """Adds useless signatures to a good one."""
    fields, signer, signature = _split(rdata)
    for field, value in ((ALGORITHM, 200), (ALGORITHM, 5), (TAG, fields[TAG] ^ 1),
                         (LABELS, 255), (TTL, fields[TTL] + 1), (EXPIRATION, 1), (INCEPTION, 1)):
        changed = list(fields)
        changed[field] = value
        yield _joined(changed, signer, signature)
    yield _joined(fields, signer, signature[:-1] + bytes((signature[-1] ^ 1,)))
    yield _joined(fields, dns.name.root, signature)
    yield _joined(fields, dns.name.from_text("attacker.nsec."), signature)


def mutants(m, harvest):
    for place, record in enumerate(m.records):
        if record.rdtype != RRSIG or record.section == 3:
            continue

        def put(*rdatas):
            return m.with_(records=m.records[:place]
                           + tuple(record.with_(rdata=rdata) for rdata in rdatas)
                           + m.records[place + 1:])

        for kind, rdata in _one(m, record.rdata, harvest.now_s):
            yield kind, put(rdata)
        for rdata in _added(record.rdata):
            yield "a useless signature is added before the good one", put(rdata, record.rdata)
            yield "a useless signature is added after the good one", put(record.rdata, rdata)
