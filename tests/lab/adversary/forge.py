# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes messages from a plan. A plan is plain lists and dictionaries, so that it can be printed, reduced and
played again.

A record of a plan is a list: its kind, and its owner; "@" is the name of the question.
    ["forged", owner, type, ttl]        the attacker's own data
    ["text", owner, type, ttl, data]
    ["genuine", owner, type]            as its zone has it, with signatures
    ["bare", owner, type]               the same without signatures
    ["made-up", owner, type, style]     a made-up RRSIG, see STYLES
    ["proofs", name, count]             signed denials from the name's zone, of any names
    ["twin", type]                      the attacker's own signed copy of p256.test
    ["former", name]                    a record that its zone signed before it delegated that name
"""

import base64
import random
import struct
import time

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdatatype import RRSIG

from lab.attacks import FORGED

EVIL = "www.attacker.example."
DATA = {"A": FORGED[dns.rdatatype.A], "AAAA": FORGED[dns.rdatatype.AAAA], "CNAME": EVIL,
        "DNAME": EVIL, "NS": "ns.attacker.example.", "MX": "0 " + EVIL, "TXT": '"forged"'}
MOST = 1400                             # octets that fit into a packet of the lab
DAY = 86400

# When an RRSIG is valid (from, to; days from now), and its algorithm if it is not the zone's.
STYLES = {
    "expired": (-2300, -2200, None), "future": (4000, 4100, None), "junk": (-1, 30, None),
    "unknown": (-1, 30, 200), "expired-unknown": (-2300, -2200, 200)}


class Forger:
    def __init__(self, truth, zone_set):
        self._truth = truth
        self._own = dns.zone.from_file(zone_set.twin_file, "p256.test.", relativize=False)
        self._formers = {}
        self._sign_formers(zone_set)

    def _sign_formers(self, zone_set):
        """The records of p256.test below the names of its children, from before it delegated them."""
        parent = dns.name.from_text("p256.test.")
        (key,) = self._truth.keys_of(parent)
        private = _private_key(f"{zone_set.directory}/keys/p256.test", key, parent)
        for child in ("child.p256.test.", "plain.p256.test."):
            rrset = dns.rrset.from_text(f"once.{child}", 3600, "IN", "A", "192.0.2.99")
            signature = dns.dnssec.sign(rrset, private, parent, key, lifetime=20 * DAY,
                                        inception=time.time() - DAY)
            self._formers[child] = [rrset, dns.rrset.from_rdata(rrset.name, 3600, signature)]
            self._truth.allow(rrset.name, rrset[0])

    def records(self, spec, asked):
        kind, *rest = spec
        return getattr(self, "_" + kind.replace("-", "_"))(asked, *rest)

    @staticmethod
    def _name(asked, text):
        return asked if text == "@" else dns.name.from_text(text)

    def _forged(self, asked, owner, rdtype, ttl):
        return self._text(asked, owner, rdtype, ttl, DATA[rdtype])

    def _text(self, asked, owner, rdtype, ttl, data):
        return [dns.rrset.from_text(self._name(asked, owner), ttl, "IN", rdtype, data)]

    def _genuine(self, asked, owner, rdtype):
        return self._truth.signed(self._name(asked, owner), dns.rdatatype.from_text(rdtype))

    def _bare(self, asked, owner, rdtype):
        return self._genuine(asked, owner, rdtype)[:1]

    def _made_up(self, asked, owner, rdtype, style):
        name = self._name(asked, owner)
        zone = self._truth.zone_of(name)
        keys = self._truth.keys_of(zone.name)
        begin, end, algorithm = STYLES[style]
        tag = dns.dnssec.key_id(keys[0]) if keys else 4711
        algorithm = algorithm or (int(keys[0].algorithm) if keys else 13)
        signature = base64.b64encode(b"\x5e" * 64).decode()
        return [dns.rrset.from_text(
            name, 3600, "IN", "RRSIG", f"{rdtype} {algorithm} {len(name.labels) - 1} 3600 {_date(end)} "
            f"{_date(begin)} {tag} {zone.name} {signature}")]

    def _proofs(self, asked, name, count):
        return self._truth.proofs_in(self._name(asked, name), count, random.Random(f"{name}{count}"))

    def _twin(self, _asked, rdtype):
        owner = dns.name.from_text("p256.test." if rdtype == "DNSKEY" else "www.p256.test.")
        rdtype = dns.rdatatype.from_text(rdtype)
        return [self._own.get_rrset(owner, rdtype), self._own.get_rrset(owner, RRSIG, rdtype)]

    def _former(self, _asked, child):
        return self._formers[child]

    def answer(self, spec, query_wire):
        """The octets of a response to the query, or None if it does not fit into a packet."""
        asked, rdtype, rdclass, _ = question_in(query_wire)
        identity, flags = struct.unpack("!HH", query_wire[:4])
        message = dns.message.Message(identity)
        message.flags = dns.flags.QR | flags & (dns.flags.RD | dns.flags.CD)
        for word in spec["flags"]:
            message.flags |= dns.flags.Flag[word]
        message.set_opcode(spec["opcode"])
        if "type" in spec:
            rdtype = dns.rdatatype.from_text(spec["type"])
        if spec["case"] != "none":
            message.question.append(dns.rrset.RRset(cased(asked, spec["case"]), rdclass, rdtype))
        for section, specs in zip((message.answer, message.authority, message.additional),
                                  spec["sections"]):
            for each in specs:
                # a copy, because an RRset may be in many messages
                section.extend(rrset.copy() for rrset in self.records(each, asked))
        if spec["opt"] != "none":
            message.use_edns(0, dns.flags.DO if spec["opt"] == "do" else 0, payload=1232)
            message.set_rcode(spec["rcode"])
        else:
            message.flags |= spec["rcode"] & 15
        wire = message.to_wire(max_size=65535)
        return wire if len(wire) <= MOST else None


def question_in(wire):
    """Returns (name, type, class, the offset at which the question ends)."""
    name, used = dns.name.from_wire(wire, 12)
    rdtype, rdclass = struct.unpack("!HH", wire[12 + used:16 + used])
    return name, dns.rdatatype.RdataType(rdtype), dns.rdataclass.RdataClass(rdclass), 16 + used


def cased(name, how):
    """The name in another letter case, which is equal in DNS."""
    change = {"same": bytes, "upper": bytes.upper, "lower": bytes.lower, "swap": bytes.swapcase}[how]
    return dns.name.Name([change(label) for label in name.labels])


# Junk after a query: a record that claims to be a signature, by a key that does not exist.
SIGNED = {
    "none": b"",
    "tsig": struct.pack("!2sBHHIH", b"\x01k", 0, 250, 255, 0, 39) + b"\x0bhmac-sha256\x00" +
            struct.pack("!HIHH", 0, 0x5ea1, 300, 10) + b"\x5e" * 10 + struct.pack("!HHH", 1, 0, 0),
    "sig0": struct.pack("!BHHIH", 0, 24, 255, 0, 29) +
            struct.pack("!HBBIIIH", 0, 13, 0, 0, 0x7fffffff, 0, 7) + b"\x00" + b"\x5e" * 10,
}
OPTIONS = {"plain": (0, b""), "do": (0x8000, b""), "cookie": (0, b"\x00\x0a\x00\x08" + b"\x5e" * 8),
           "version1": (0x10000, b""), "padding": (0, b"\x00\x0c\x00\x20" + bytes(32))}


def copy(spec, query_wire):
    """The octets of a query that looks like this one."""
    name, rdtype, rdclass, end = question_in(query_wire)
    flags = sum(dns.flags.Flag[word] for word in spec["flags"]) | spec["opcode"] << 11
    rdtype = dns.rdatatype.from_text(spec["type"]) if spec["type"] != "same" else rdtype
    rdclass = dns.rdataclass.from_text(spec["class"]) if spec["class"] != "same" else rdclass
    question = cased(name, spec["case"]).to_wire() + struct.pack("!HH", rdtype, rdclass)
    counts, rest = [1, 0, 0, 0], b""
    if spec["opt"] == "same":
        counts, rest = list(struct.unpack("!HHHH", query_wire[4:12])), query_wire[end:]
    elif spec["opt"] != "none":
        more, options = OPTIONS[spec["opt"]]
        counts[3] = 1
        rest = struct.pack("!BHHIH", 0, 41, 1232, more, len(options)) + options
    if SIGNED[spec["sign"]]:
        counts[3] += 1
    return query_wire[:2] + struct.pack("!HHHHH", flags, *counts) + question + rest + \
        SIGNED[spec["sign"]]


def _date(days):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + days * DAY))


def _private_key(directory, key, origin):
    """Reads BIND's file for a P-256 key."""
    path = f"{directory}/K{origin}+{int(key.algorithm):03}+{dns.dnssec.key_id(key):05}.private"
    with open(path) as file:
        (text,) = [line.split()[1] for line in file if line.startswith("PrivateKey:")]
    return ec.derive_private_key(int.from_bytes(base64.b64decode(text), "big"), ec.SECP256R1())
