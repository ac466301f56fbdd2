# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions for every zone. zones.STANDARD has the records."""

from lab import zones

EVERYWHERE = (
    ("", "SOA"), ("", "NS"), ("", "DNSKEY"), ("", "DS"),
    ("", "LOC"),                        # NODATA at the apex
    ("nowhere", "A"),                   # NXDOMAIN, or below the root and TLDs a missing zone
    ("a.b.nowhere", "AAAA"),
)

IN_FULL_ZONES = (
    ("", "A"), ("", "MX"), ("", "TXT"), ("", "CAA"), ("www", "A"), ("www", "AAAA"),
    ("www", "HTTPS"), ("_sip._udp", "SRV"), ("case", "A"), ("www.case", "A"), ("mail.b", "A"),
    ("www", "MX"),                      # NODATA
    ("below.www", "A"),                 # NXDOMAIN below a name that exists
    ("deep", "A"), ("b.c.deep", "TXT"),         # empty non-terminals
    ("a.b.c.deep", "A"), ("x.c.deep", "A"),
    ("any.wild", "A"), ("two.labels.wild", "A"), ("any.wild", "TXT"), ("*.wild", "A"),
    ("any.wild", "MX"),                 # NODATA at a wildcard
    ("wild", "A"), ("real.wild", "A"), ("real.wild", "TXT"), ("below.real.wild", "A"),
    ("any.star", "A"), ("any.star", "CNAME"),   # a wildcard that is an alias
    ("alias", "A"), ("alias2", "AAAA"), ("alias", "CNAME"), ("alias2", "MX"),
    ("to-wild", "A"), ("to-nowhere", "A"), ("to-example", "A"), ("to-unsigned", "A"),
    ("to-expired", "A"),
    ("moved", "DNAME"), ("moved", "A"), ("host.moved", "A"), ("any.stars.moved", "A"),
    ("nowhere.moved", "A"),
)

# Beyond the standard ones.
SPECIAL = {
    "unsigned.test.": (("to-secure", "A"), ("to-secure", "MX")),
    "wide.example.": (("host.www", "A"), ("x.stars.www", "A")),
}


def questions(zone):
    table = EVERYWHERE + (() if zone.bare else IN_FULL_ZONES) + SPECIAL.get(zone.origin, ())
    for prefix, rdtype in table:
        name = f"{prefix}.{zone.origin}" if prefix else zone.origin
        yield (name.replace("..", "."), rdtype)


ALL = tuple((zone, name, rdtype) for zone in zones.ZONES for name, rdtype in questions(zone))
