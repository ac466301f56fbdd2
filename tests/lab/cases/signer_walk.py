# SPDX-License-Identifier: GPL-2.0-or-later
"""A walk over every name and type of a zone, and beside them: dnspython checks each RRSIG, and each record and
NSEC against the zone's file."""

import dns.message
import dns.name
import dns.rdatatype
from dns.rdatatype import DNAME, NSEC

from lab.signing import legacy
from lab.signing.walk import Oracle

from .case import Case, Group, described, expect, tell
from .signer import standing

ZONES = ("walk.lab.", "odd-names.lab.")
ABSENT = ("HINFO", "LOC", "SVCB", "TYPE65300")      # types that no name has
BESIDE = ("A", "TXT", "DS", "NSEC")
NEW_TYPES = 264         # above it, and DNAME: in a bitmap once it was seen (docs/signing.md)
LABEL_MAX, OCTETS_MAX = 63, 255


def _beside(name, origin):
    """Names that are beside and below a name."""
    yield (b"zz-below",) + name.labels
    yield (b"\0",) + name.labels
    yield (b"\xff",) + name.labels
    if name != origin:
        yield (name.labels[0] + b"\0",) + name.labels[1:]
        yield (name.labels[0][:-1],) + name.labels[1:]
        yield (name.labels[0] + b"~",) + name.labels[1:]


def _is_name(labels):
    return all(0 < len(label) <= LABEL_MAX for label in labels[:-1]) and sum(
        len(label) + 1 for label in labels) <= OCTETS_MAX


def _questions(oracle):
    """Rare types first: the signer learns of them from answers."""
    types = {rdtype for name in oracle.names for rdtype in oracle.types(name) or ()}
    types |= {dns.rdatatype.from_text(text) for text in ABSENT} | {NSEC}
    beside = dict.fromkeys(dns.name.Name(labels) for name in oracle.names
                           for labels in _beside(name, oracle.origin) if _is_name(labels))
    rows = [(name, rdtype) for name in oracle.names for rdtype in sorted(types)]
    rows += [(name, dns.rdatatype.from_text(text)) for name in beside for text in BESIDE]
    return sorted(rows, key=lambda row: not (
        (row[1] > NEW_TYPES or row[1] == DNAME) and row[1] in (oracle.types(row[0]) or ())))


def _ask(world, zone, name, rdtype):
    how = {"do": True, "rd": False, "edns": 1232}
    answer = world.signing.ask_server(zone, name, rdtype, **how)
    return (world.signing.ask_server_over_tcp(zone, name, rdtype, **how)
            if answer and answer.is_truncated else answer)


def _faults_of_data(oracle, response, name, rdtype):
    """A type that the name has is in the answer, as the file has it."""
    found = next((rrset for rrset in response.answer if rrset.name == name and rrset.rdtype == rdtype), None)
    wanted = oracle.data(name, rdtype)
    if not oracle.is_authoritative(name) or oracle.is_cut(name):
        return
    if wanted is not None and (found is None or set(found) != set(wanted) or found.ttl != wanted.ttl):
        yield f"{name} {dns.rdatatype.to_text(rdtype)}: not as in the zone's file"


def _faults(world, oracle, zone, name, rdtype):
    answer = _ask(world, zone, name, rdtype)
    where = f"{name} {dns.rdatatype.to_text(rdtype)}"
    if answer is None or answer.malformed or answer.rcode not in ("NOERROR", "NXDOMAIN"):
        yield f"{where}: {described(answer)}"
        return
    response = dns.message.from_wire(answer.wire)
    # whether an alias is there, the oracle knows better than the judge
    yield from (f"{where}: {each}" for each in world.judge.complaints(response)
                if not each.endswith("has CNAME or DNAME"))
    yield from _faults_of_data(oracle, response, name, rdtype)
    for section in (response.answer, response.authority):
        for rrset in section:
            if rrset.rdtype == NSEC:
                yield from (f"{where}: {each}" for each in oracle.faults_of_nsec(rrset.name, rrset[0]))


def _walk(origin):
    zone = legacy.BY_ORIGIN[origin]

    def run(world):
        oracle = Oracle(legacy.file_of(world.signing.keys.directory, origin), origin)
        rows = _questions(oracle)
        wrong = [fault for row in rows for fault in _faults(world, oracle, zone, *row)]
        tell(f"{origin}: {len(rows)} questions, {len(oracle.names)} names")
        expect(not wrong, f"{len(wrong)} faults", *wrong[:12], *world.log_tail())
    return Case(f"walk: each RRSIG, record and NSEC of {origin} is as its file has it", run)


GROUPS = (
    Group("signer walk", standing("gateway", validators=False), tuple(_walk(origin) for origin in ZONES)),
)
