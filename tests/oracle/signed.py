#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges signed responses with dnspython, which has no code in common with sealgate.

    tests/oracle/signed.py FILE

Each line of FILE is a word and octets in hexadecimal, or a path:

    now SECONDS
    key ZONE RDATA          a DNSKEY of the zone
    ksk ZONE RDATA          its KSK, which alone signs DNSKEY, CDS and CDNSKEY
    all ZONE RDATA...       the keys of the zone from here on: each signs all other sets, and no other key
    response OCTETS         a DNS message
    presigned PATH          a file of sets that a KSK signed ahead, of keys in the file itself

Every RRset with signatures must verify with one of each, every RRset of an answer that may be
signed must be, and every NSEC must end behind where it begins. Prints how many signatures it
verified; exit code 1 where something is wrong, 77 where dnspython cannot verify.
"""

import sys

try:
    import cryptography  # noqa: F401
    import dns.dnssec
    import dns.message
    import dns.name
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype as T
    import dns.rrset
    import dns.zone
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

IN = dns.rdataclass.IN


class Wrong(Exception):
    pass


def require(claim, why):
    if not claim:
        raise Wrong(why)


class Judge:
    def __init__(self):
        self.now, self.keys, self.verified = 0, {}, 0
        self.all, self.ksks = {}, {}

    def add_key(self, zone, rdata):
        zone, rdata = dns.name.from_text(zone), bytes.fromhex(rdata)
        rdata = dns.rdata.from_wire(IN, T.DNSKEY, rdata, 0, len(rdata))
        if zone not in self.keys:
            self.keys[zone] = dns.rrset.RRset(zone, IN, T.DNSKEY)
        self.keys[zone].add(rdata, 300)

    def add_ksk(self, zone, rdata):
        kept, self.keys = self.keys, self.ksks
        self.add_key(zone, rdata)
        self.keys = kept

    def use_all(self, zone, *rdatas):
        self.keys.pop(dns.name.from_text(zone), None)
        for rdata in rdatas:
            self.add_key(zone, rdata)
        keys = self.keys[dns.name.from_text(zone)]
        self.all[keys.name] = sorted((k.algorithm, dns.dnssec.key_id(k)) for k in keys)

    def zone_of(self, name):
        above = [zone for zone in self.keys if name.is_subdomain(zone)]
        return max(above, key=len, default=None)

    def signature(self, rrset, sig, sig_ttl):
        """One RRSIG of a set: RFC 4034, 3.1 and 4035, 2.2."""
        labels = len(rrset.name) - 1 - rrset.name.is_wild()
        require(sig.signer == self.zone_of(rrset.name), f"{rrset.name}: signer {sig.signer}")
        require(sig.labels == labels, f"{rrset.name}: {sig.labels} labels, not {labels}")
        require(sig.original_ttl >= rrset.ttl == sig_ttl, f"{rrset.name}: TTLs")
        require(sig.expiration - self.now > 86400, f"{rrset.name}: it ends too soon")
        is_by_ksk = sig.signer in self.ksks and rrset.rdtype in (T.DNSKEY, T.CDS, T.CDNSKEY)
        keys = (self.ksks if is_by_ksk else self.keys)[sig.signer]
        dns.dnssec.validate_rrsig(rrset, sig, {sig.signer: keys}, now=self.now)
        self.verified += 1

    def section(self, rrsets, is_answer):
        sigs = {(s.name, s.covers): s for s in rrsets if s.rdtype == T.RRSIG}
        dnames = [s.name for s in rrsets if s.rdtype == T.DNAME]
        for rrset in rrsets:
            if rrset.rdtype == T.RRSIG:
                continue
            mine = sigs.pop((rrset.name, rrset.rdtype), None)
            made = rrset.rdtype == T.CNAME and any(
                rrset.name.is_subdomain(d) and rrset.name != d for d in dnames)
            require(not (made and mine), f"{rrset.name}: a CNAME out of a DNAME is signed")
            require(mine or made or not is_answer, f"{rrset.name} {T.to_text(rrset.rdtype)}: unsigned")
            for sig in mine or ():
                self.signature(rrset, sig, mine.ttl)
            zone = self.zone_of(rrset.name)
            if mine and zone in self.all and rrset.rdtype not in (T.DNSKEY, T.CDS, T.CDNSKEY):
                made = sorted((sig.algorithm, sig.key_tag) for sig in mine)
                require(made == self.all[zone], f"{rrset.name}: signed by {made}, not {self.all[zone]}")
            if rrset.rdtype == T.DNSKEY and zone in self.all:
                shown = [(k.algorithm, dns.dnssec.key_id(k)) for k in rrset]
                known = {algorithm for algorithm, _tag in shown}
                needed = {key for key in self.all[zone] if key[0] in known}     # the others: RFC 6781, 4.1.4
                require(needed <= set(shown), f"{rrset.name}: a key that signs is not shown")
            if rrset.rdtype == T.NSEC:
                self.nsec(rrset)
        require(not sigs, f"signatures of nothing: {list(sigs)}")

    def nsec(self, rrset):
        nsec, zone = rrset[0], self.zone_of(rrset.name)
        require(nsec.next.is_subdomain(zone), f"{rrset.name}: it ends outside")
        require(nsec.next == zone or rrset.name < nsec.next, f"{rrset.name}: it ends before itself")

    def response(self, octets):
        m = dns.message.from_wire(bytes.fromhex(octets))
        self.section(m.answer, True)
        self.section(m.authority, False)
        self.section(m.additional, False)
        require(m.answer or m.authority, "there is nothing in it")

    def presigned(self, path):
        """All signatures of a file by the KSKs in it, each within its own time."""
        with open(path, encoding="ascii") as file:
            text = file.read()
        origin = dns.name.from_text(text.split()[0])
        node = dns.zone.from_text(text, origin, relativize=False, check_origin=False)[origin]
        keys = {origin: node.find_rdataset(IN, T.DNSKEY)}
        for rdtype in (T.DNSKEY, T.CDS, T.CDNSKEY):
            rrset = dns.rrset.from_rdata_list(origin, 3600, list(node.find_rdataset(IN, rdtype)))
            for sig in node.find_rdataset(IN, T.RRSIG, rdtype):
                dns.dnssec.validate_rrsig(rrset, sig, keys, now=sig.inception + 1)
                self.verified += 1
        for cds in node.find_rdataset(IN, T.CDS):
            made = [dns.dnssec.make_ds(origin, key, "SHA256") for key in keys[origin]]
            require(cds.to_wire() in [ds.to_wire() for ds in made], "the CDS is of no key")


def judge(path):
    j = Judge()
    with open(path, encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            word, *rest = line.split()
            try:
                if word == "now":
                    j.now = int(rest[0])
                else:
                    {"key": j.add_key, "ksk": j.add_ksk, "all": j.use_all, "response": j.response, "presigned": j.presigned}[word](*rest)
            except (Wrong, dns.exception.DNSException) as error:
                print(f"{path}:{number}: {error or type(error).__name__}")
                return 1
    print(j.verified)
    return 0


if __name__ == "__main__":
    sys.exit(judge(sys.argv[1]))
