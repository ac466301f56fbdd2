# SPDX-License-Identifier: GPL-2.0-or-later
"""The worked examples of RFC 4035, appendix B, from the zone in its appendix A. They are from 2004 and signed
with RSA and SHA-1; their own signatures prove that they are copied exactly."""

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

from message import AA, NOERROR, NXDOMAIN, QR, RRSIG, SECTIONS, Message, Record

NOW_S = 1083412800      # the first of May 2004

ZSK = (
    "256 3 5 AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EF"
    "McsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542"
    "lzMKR4Dh8uZffQ==")
KSK = (
    "257 3 5 AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXlLnXwDzvqp4tZVKp1sZMepFb8MvxhhW3y/0QZsyCj"
    "czGJ1qk8vJe52iOhInKROVLRwxGpMfzPRLMlGybr51bOV/1se0ODacj3DomyB4QB5gKTYot/K9alk5/j8vfd"
    "4jWCWD+E1Sze0Q==")

ZSK_TAG, KSK_TAG = 38519, 9465

# Owner, type, the RDATAs, and the signature with its labels. The ZSK signed all except the DNSKEYs.
RRSETS = {
    "soa": (
        "example.", "SOA", ("ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600",), 1,
        "ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrFvkgO9e"
        "barZ0GWDKcuwlM6eNB5SiX2K74l5LWDA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkBjV7j86HyQgM5"
        "e7+miRAz8V01b0I="),
    "ns": (
        "example.", "NS", ("ns1.example.", "ns2.example."), 1,
        "gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve"
        "8XqF4q+o9qlnqIzmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FR"
        "PGfJPajngcq6Kwg="),
    "nsec": (
        "example.", "NSEC", ("a.example. NS SOA MX RRSIG NSEC DNSKEY",), 1,
        "O0k558jHhyrC97ISHnislm4kLMW48C7U7cBmFTfhke5iVqNRVTB1STLMpgpbDIC9hcryoO0VZ9ME5x"
        "PzUEhbvGnHd5sfzgFVeGxr5Nyyq4tWSDBgIBiLQUv1ivy29vhXy7WgR62dPrZ0PWvmjfFJ5arXf4nP"
        "xp/kEowGgBRzY/U="),
    "x.w mx": (
        "x.w.example.", "MX", ("1 xx.example.",), 3,
        "Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qa"
        "YnDoN1DrWqmi9RJe4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKH"
        "fxFQxPtLj8s32+k="),
    "xx a": (
        "xx.example.", "A", ("192.0.2.10",), 2,
        "kBF4YxMGWF0D8r0cztL+2fWWOvN1U/GYSpYP7SoKoNQ4fZKyk+weWGlKLIUM+uE1zjVTPXoa0Z6WG0"
        "oZp46rkl1EzMcdMgoaeUzzAJ2BMq+YVdxG9IK1yZkYGY9AgbTOGPoAgbJyO9EPULsxkbIDV6GPPSZV"
        "usnZU6OMgdgzHV4="),
    "xx aaaa": (
        "xx.example.", "AAAA", ("2001:db8::f00:baaa",), 2,
        "Zzj0yodDxcBLnnOIwDsuKo5WqiaK24DlKg9CaGaxDFiKgKobUj2jilYQHpGFn2poFRetZd4zulyQks"
        "sz2QHrVrPuTMS22knudCiwP4LWpVTrU4zfeA+rDz9stmSBP/4PekH/x2IoAYnwctd/xS9cL2QgW7FC"
        "hw16mzlkH6/vsfs="),
    "ns1 a": (
        "ns1.example.", "A", ("192.0.2.1",), 2,
        "F1C9HVhIcs10cZU09G5yIVfKJy5yRQQ3qVet5pGhp82pzhAOMZ3K22JnmK4c+IjUeFp/to06im5FVp"
        "HtbFisdjyPq84bhTv8vrXt5AB1wNB++iAqvIfdgW4sFNC6oADb1hK8QNauw9VePJhKv/iVXSYC0b7m"
        "PSU+EOlknFpVECs="),
    "ns2 a": (
        "ns2.example.", "A", ("192.0.2.2",), 2,
        "V7cQRw1TR+knlaL1z/psxlS1PcD37JJDaCMqQo6/u1qFQu6x+wuDHRH22Ap9ulJPQjFwMKOuyfPGQP"
        "C8KzGdE3vt5snFEAoE1Vn3mQqtu7SO6amIjk13Kj/jyJ4nGmdRIc/3cM3ipXFhNTKqrdhx8SZ0yy4O"
        "bIRzIzvBFLiSS8o="),
    "b nsec": (
        "b.example.", "NSEC", ("ns1.example. NS RRSIG NSEC",), 2,
        "GNuxHn844wfmUhPzGWKJCPY5ttEX/RfjDoOx9ueK1PtYkOWKOOdiJ/PJKCYB3hYX+858dDWSxb2qnV"
        "/LSTCNVBnkm6owOpysY97MVj5VQEWs0lm9tFoqjcptQkmQKYPrwUnCSNwvvclSF1xZvhRXgWT7OuFX"
        "ldoCG6TfVFMs9xE="),
    "ns1 nsec": (
        "ns1.example.", "NSEC", ("ns2.example. A RRSIG NSEC",), 2,
        "I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3"
        "O7JgYO1UdI7FvBNWqaaEPJK3UkddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWG"
        "Lw6Y6X8dqhlnxJM="),
    "a ds": (
        "a.example.", "DS", ("57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B",), 2,
        "oXIKit/QtdG64J/CB+Gi8dOvnwRvqrto1AdQoRkAN15FP3iZ7suB7gvTBmXzCjL7XUgQVcoHkdhyCu"
        "zp8W9qJHgRUSwKKkczSyuL64nhgjuDEML8l9wlWVsl7PR2VnZduM9bLyBhaaPmRKX/Fm+v6ccF2EGN"
        "LRiY08kdkz+XHHo="),
    "*.w mx": (
        "a.z.w.example.", "MX", ("1 ai.example.",), 2,
        "OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2o"
        "fO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8"
        "lC36SR5xBni8vHI="),
    "x.y.w nsec": (
        "x.y.w.example.", "NSEC", ("xx.example. MX RRSIG NSEC",), 4,
        "OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098k"
        "NUFnHcQf/LzY2zqRomubrNQhJTiDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAl"
        "cPOPKAm/jJkn3jk="),
    "*.w nsec": (
        "*.w.example.", "NSEC", ("x.w.example. MX RRSIG NSEC",), 2,
        "r/mZnRC3I/VIcrelgIcteSxDhtsdlTDt8ng9HSBlABOlzLxQtfgTnn8f+aOwJIAFe1Ee5RvU5cVhQJ"
        "NP5XpXMJHfyps8tVvfxSAXfahpYqtx91gsmcV/1V9/bZAG55CefP9cM4Z9Y9NT9XQ8s1InQ2UoIv6t"
        "JEaaKkP701j8OLA="),
    "keys": (
        "example.", "DNSKEY", (ZSK, KSK), 1,
        "ZxgauAuIj+k1YoVEOSlZfx41fcmKzTFHoweZxYnz99JVQZJ33wFS0Q0jcP7VXKkaElXk9nYJXevO/7"
        "nAbo88iWsMkSpSR6jWzYYKwfrBI/L9hjYmyVO9m6FjQ7uwM4dCP/bIuV/DKqOAK9NYNC3AHfvCV1Tp"
        "4VKDqxqG7R5tTVM="),
}

# Unsigned records: delegations and glue.
PLAIN = {
    "a ns": ("a.example.", "NS", ("ns1.a.example.", "ns2.a.example.")),
    "b ns": ("b.example.", "NS", ("ns1.b.example.", "ns2.b.example.")),
    "ns1.a a": ("ns1.a.example.", "A", ("192.0.2.5",)),
    "ns2.a a": ("ns2.a.example.", "A", ("192.0.2.6",)),
    "ns1.b a": ("ns1.b.example.", "A", ("192.0.2.7",)),
    "ns2.b a": ("ns2.b.example.", "A", ("192.0.2.8",)),
}

# Section, description, question, RCODE, the RRsets of each section, and the status. A referral is never
# secure: its NS and glue are not signed. B.8 asks the zone itself for its DS, which only the parent may
# deny; above the anchor nothing is known, so it is insecure.
EXAMPLES = (
    ("B.1", "an answer", "x.w.example. MX", NOERROR,
     ("x.w mx",), ("ns",), ("xx a", "xx aaaa", "ns1 a", "ns2 a"), "secure"),
    ("B.2", "a name error", "ml.example. A", NXDOMAIN, (), ("soa", "b nsec", "nsec"), (), "secure"),
    ("B.3", "no data", "ns1.example. MX", NOERROR, (), ("soa", "ns1 nsec"), (), "secure"),
    ("B.4", "a referral to a signed zone", "mc.a.example. MX", NOERROR,
     (), ("a ns", "a ds"), ("ns1.a a", "ns2.a a"), "insecure"),
    ("B.5", "a referral to an unsigned zone", "mc.b.example. MX", NOERROR,
     (), ("b ns", "b nsec"), ("ns1.b a", "ns2.b a"), "insecure"),
    ("B.6", "an expansion of a wildcard", "a.z.w.example. MX", NOERROR,
     ("*.w mx",), ("ns", "x.y.w nsec"), ("ns1 a", "ns2 a"), "secure"),
    ("B.7", "no data at a wildcard", "a.z.w.example. AAAA", NOERROR,
     (), ("soa", "x.y.w nsec", "*.w nsec"), (), "secure"),
    ("B.8", "the child's denial of its DS", "example. DS", NOERROR,
     (), ("soa", "nsec"), (), "insecure"),
    ("A", "the keys", "example. DNSKEY", NOERROR, ("keys",), (), (), "secure"),
)


def rdata(rdtype, text):
    return dns.rdata.from_text("IN", rdtype, text).to_wire()


def signature_text(key):
    _, rdtype, _, labels, signature = RRSETS[key]
    tag = KSK_TAG if key == "keys" else ZSK_TAG
    return f"{rdtype} 5 {labels} 3600 20040509183619 20040409183619 {tag} example. {signature}"


def _records(section, key):
    owner, rdtype, texts, *signed = RRSETS.get(key) or PLAIN[key]
    name, number = dns.name.from_text(owner), dns.rdatatype.from_text(rdtype)
    for text in texts:
        yield Record(section, name, number, 3600, rdata(rdtype, text))
    if signed:
        yield Record(section, name, RRSIG, 3600, rdata("RRSIG", signature_text(key)))


def messages():
    """Yields the section, the description, the message and the status."""
    for number, what, question, rcode, *sections, status in EXAMPLES:
        qname, qtype = question.split()
        records = (record for section, keys in zip(SECTIONS, sections) for key in keys
                   for record in _records(section, key))
        yield number, what, Message(dns.name.from_text(qname), dns.rdatatype.from_text(qtype),
                                    QR | AA, rcode, tuple(records)), status


def unverified():
    """Returns the RRsets that dnspython cannot verify."""
    example = dns.name.from_text("example.")
    keys = {example: dns.rrset.from_text(example, 3600, "IN", "DNSKEY", ZSK, KSK)}
    for key, (owner, rdtype, texts, *_) in RRSETS.items():
        rrset = dns.rrset.from_text(owner, 3600, "IN", rdtype, *texts)
        signature = dns.rdata.from_text("IN", "RRSIG", signature_text(key))
        try:
            dns.dnssec.validate_rrsig(rrset, signature, keys, now=NOW_S,
                                      policy=dns.dnssec.allow_all_policy)
        except dns.exception.DNSException as error:
            yield f"{key}: {error}"
