# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions. shapes.FULL has the records."""

import dns.name
import dns.rdatatype

EVERYWHERE = (
    ("", "SOA"), ("", "NS"), ("", "DNSKEY"), ("", "DS"), ("", "LOC"), ("nowhere", "A"),
    ("a.b.nowhere", "AAAA"),
)

FULL = (
    ("", "A"), ("", "MX"), ("", "ANY"), ("www", "A"), ("www", "AAAA"), ("www", "MX"),
    ("_sip._udp", "SRV"), ("wWw.cAsE", "A"), ("case", "A"), ("below.www", "A"), ("www", "ANY"),
    ("deep", "A"), ("b.c.deep", "TXT"), ("a.b.c.deep", "A"), ("x.c.deep", "A"),
    ("any.wild", "A"), ("two.labels.wild", "A"), ("any.wild", "TXT"), ("any.wild", "MX"),
    ("*.wild", "A"), ("*.wild", "MX"), ("x.*.wild", "A"), ("wild", "A"), ("real.wild", "A"),
    ("real.wild", "TXT"), ("below.real.wild", "A"), ("sub.wild", "A"), ("any.sub.wild", "A"),
    ("ent.wild", "A"), ("x.ent.wild", "A"), ("any.star", "A"), ("any.star", "CNAME"),
    ("any.star", "MX"), ("star", "A"),
    ("alias", "A"), ("alias2", "AAAA"), ("alias", "CNAME"), ("alias2", "MX"), ("to-wild", "A"),
    ("to-nowhere", "A"), ("to-nodata", "AAAA"), ("to-core", "A"), ("to-unsigned", "A"),
    ("to-expired", "A"),
    ("moved", "DNAME"), ("moved", "A"), ("host.moved", "A"), ("x.any.moved", "A"),
    ("nowhere.moved", "A"), ("www.far", "A"), ("alias.far", "A"), ("to-unsigned.far", "A"),
    # a DNAME is followed whatever the type, and a CNAME may be the record that is asked for
    ("nowhere.moved", "ANY"), ("nowhere.moved", "CNAME"), ("host.moved", "CNAME"),
    ("x.any.moved", "ANY"), ("to-moved", "A"), ("to-moved", "ANY"), ("to-moved", "CNAME"),
    ("\\000.www", "A"), ("zzz", "NSEC"), ("www", "NSEC"), ("www", "RRSIG"),
)

# Around the zone cuts of the core zones.
CORE = tuple((f"{host}{cut}", rdtype)
             for cut in ("child", "plain", "lost", "signed-lost", "plain.below", "nowhere")
             for host, rdtype in (("", "DS"), ("", "A"), ("", "NS"), ("www.", "A"),
                                  ("nowhere.", "A"))) + (("below", "A"), ("below", "DS"), ("below", "TXT"),
                                             ("below", "ANY"), ("x.below", "A"))

# DNSSEC types and unknown types, at names of each kind. The oracle cannot be asked about the CNAME that a
# DNAME makes for "host.moved".
META = tuple((name, rdtype)
             for name in ("www", "c.deep", "any.wild", "*.wild", "alias", "moved", "any.star",
                          "nowhere", "ent.wild", "child", "plain", "lost")
             for rdtype in ("NSEC3", "RRSIG", "ANY", "DS", "NS", "SOA", "CDS", "TYPE65535")) + (
    ("host.moved", "DS"), ("host.moved", "ANY"), ("", "NSEC3PARAM"), ("", "NSEC3"), ("", "RRSIG"),
    ("", "TYPE0"), ("www", "TYPE0"), ("nowhere", "TYPE128"), ("www", "OPT"))

# In a zone whose denials matter only if they differ from its parent's.
FEW = (("www", "A"), ("www", "MX"), ("nowhere", "A"), ("any.wild", "A"), ("alias", "A"),
       ("", "MX"), ("", "DNSKEY"), ("", "DS"), ("child", "DS"))

ODD = tuple((name, "A") for name in (
    "a\\000b", "\\255\\254", "a\\.b", "a\\032b", "\\001", "\\*", "\\*.x", "x.*.mid", "*.mid",
    "y.*.mid", "\\@\\;\\(\\\"", "upper", "uPPER", "Z", "\\[", "\\200", "t\\127", "\\000", "\\255",
    "a\\.a", "chain7", "chain9", "loop1", ".".join(["l"] * 100), ".".join(["l"] * 101),
    ".".join(["l"] * 60), ".".join(["y" * 63] * 3), ".".join(["y" * 63] * 2), "\\200.upper",
)) + (("unknown", "TYPE65400"), ("empty", "TYPE65401"), ("unknown", "TYPE65401"),
      ("hinfo", "HINFO"), ("naptr", "NAPTR"), ("rp", "RP"), ("svcb", "HTTPS"), ("loc", "LOC"),
      ("tlsa", "TLSA"), ("unknown", "TYPE65535"), ("x." + ".".join(["w" * 50] * 2) + ".longer",
                                                 "A"))

SPECIAL = {
    "odd": ODD,
    "rich": (("", "ANY"), ("", "TYPE65300"), ("www", "ANY")),
    "huge": (("huge", "TXT"), ("addresses", "A"), ("huge", "A")),
    "unsigned": (("to-secure", "A"), ("to-secure", "MX")),
    "star": (("any", "A"), ("a.b.c", "A"), ("any", "MX"), ("y", "A"), ("a.y", "A"), ("x.y", "A"),
             ("ns.x.y", "A"), ("*", "A"), ("*.*", "A")),
}

# The questions with most mutants: one or two of every kind of answer.
MUTATED = frozenset((
    ("", "SOA"), ("", "MX"), ("", "DNSKEY"), ("", "DS"), ("", "LOC"), ("www", "A"), ("www", "MX"),
    ("_sip._udp", "SRV"), ("wWw.cAsE", "A"), ("case", "A"), ("below.www", "A"), ("nowhere", "A"),
    ("a.b.nowhere", "AAAA"), ("deep", "A"), ("x.c.deep", "A"), ("any.wild", "A"),
    ("two.labels.wild", "A"), ("any.wild", "MX"), ("*.wild", "A"), ("real.wild", "A"),
    ("below.real.wild", "A"), ("sub.wild", "A"), ("x.ent.wild", "A"), ("any.star", "A"),
    ("any.star", "MX"), ("alias2", "AAAA"), ("alias2", "MX"), ("to-wild", "A"),
    ("to-nowhere", "A"), ("to-core", "A"), ("to-unsigned", "A"), ("moved", "DNAME"),
    ("host.moved", "A"), ("x.any.moved", "A"), ("nowhere.moved", "A"), ("www.far", "A"),
    ("child", "DS"), ("plain", "DS"), ("nowhere", "DS"), ("www.child", "A"), ("www.plain", "A"),
    ("lost", "A"), ("www.signed-lost", "A"), ("nowhere.plain", "A"), ("below", "A"),
    ("below", "DS"), ("plain.below", "DS"), ("nowhere.moved", "ANY"), ("to-moved", "A"),
))

# In the other zones.
MUTATED_ELSEWHERE = frozenset((("www", "A"), ("nowhere", "A"), ("any.wild", "A"), ("alias", "A"),
                               ("", "DNSKEY"), ("huge", "TXT"), ("any", "A"), ("a.y", "A")))


def _table(zone):
    label = zone.slug.split(".")[0]
    if zone.body == "full" and zone.depth == "all":
        return EVERYWHERE + FULL + CORE + META
    if zone.body == "full" and zone.depth == "some":
        return EVERYWHERE + FULL
    if label in SPECIAL:
        return EVERYWHERE + SPECIAL[label] + (FULL if zone.body == "full" else ())
    return EVERYWHERE + (FEW if zone.body == "full" else ())


def of(zone):
    """Yields the name, the type, and whether the answer is to be mutated."""
    mutated = {"all": MUTATED, "some": MUTATED_ELSEWHERE, "none": ()}[zone.depth]
    for prefix, rdtype in dict.fromkeys(_table(zone)):
        name = dns.name.from_text(prefix or "@", zone.name)
        yield name, dns.rdatatype.from_text(rdtype), (prefix, rdtype) in mutated
