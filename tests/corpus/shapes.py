# SPDX-License-Identifier: GPL-2.0-or-later
"""The zones of the corpus: the special features of each, and the status that a validator must give it.

The root, three TLDs that deny in different ways, and below them zones of every shape. Answers from the zones
named core.* are mutated in every way that mutate/ knows; of the others only the signatures of a few answers are.
"""

import dataclasses

import dns.name


@dataclasses.dataclass(frozen=True)
class Nsec3:
    iterations: int = 0
    salt: str = ""
    opt_out: bool = False


@dataclasses.dataclass(frozen=True)
class Key:
    algorithm: str = "ECDSAP256SHA256"
    bits: int = 0
    role: str = "csk"                   # or ksk, zsk

    @property
    def is_named_by_ds(self):
        return self.role != "zsk"


@dataclasses.dataclass(frozen=True)
class Zone:
    origin: str
    keys: tuple = (Key(),)              # none: not signed
    denial: object = None               # None is NSEC
    ds: str = "sha256"                  # a form in signing.DS_FORMS
    status: str = "secure"              # secure, insecure, refused
    with_sha1: str = ""                 # the status with --sha1, if it differs
    tool: str = "bind"                  # or ldns, knot
    validity: str = "now"
    records: str = ""                   # beyond those of `body`
    body: str = "full"                  # or bare
    depth: str = "some"                 # how many answers are mutated: all, some, none
    served: bool = True                 # False: only the delegation exists

    @property
    def name(self):
        return dns.name.from_text(self.origin)

    @property
    def slug(self):
        return self.origin.rstrip(".") or "root"

    @property
    def judged_as(self):
        """The status with SHA-1 allowed, as for the oracles."""
        return self.with_sha1 or self.status


# The records of every zone except the bare ones, so that each form of signing meets each form of answer.
FULL = """
ns           300 IN A     192.0.2.53
@            300 IN A     192.0.2.1
@            300 IN MX    10 Mail
@            300 IN MX    20 mail.B
@            300 IN TXT   "v=spf1 mx -all"
www          300 IN A     192.0.2.80
www          300 IN A     192.0.2.81
www          300 IN AAAA  2001:db8::80
WwW.Case     300 IN A     192.0.2.82
mail         300 IN A     192.0.2.25
mail.b       300 IN A     192.0.2.26
_sip._udp    300 IN SRV   10 20 5060 WWW
a.b.c.deep   300 IN A     192.0.2.30
*.wild       300 IN A     192.0.2.40
*.wild       300 IN TXT   "from the wildcard"
real.wild    300 IN A     192.0.2.41
*.sub.wild   300 IN A     192.0.2.42
a.ent.wild   300 IN A     192.0.2.43
*.star       300 IN CNAME www
alias        300 IN CNAME www
alias2       300 IN CNAME Alias
to-wild      300 IN CNAME any.wild
to-nowhere   300 IN CNAME nowhere
to-nodata    300 IN CNAME mail
to-core      300 IN CNAME www.core.nsec3.
to-unsigned  300 IN CNAME www.unsigned.nsec.
to-expired   300 IN CNAME www.expired.nsec.
moved        300 IN DNAME tree
to-moved     300 IN CNAME host.moved
tree         300 IN A     192.0.2.60
host.tree    300 IN A     192.0.2.61
*.any.tree   300 IN A     192.0.2.62
far          300 IN DNAME core.nsec3.
"""

ODD = r"""
a\000b       300 IN A     192.0.2.101
\255\254     300 IN A     192.0.2.102
a\.b         300 IN A     192.0.2.103
a\032b       300 IN A     192.0.2.104
\001         300 IN A     192.0.2.105
\*           300 IN A     192.0.2.106
\*.x         300 IN A     192.0.2.107
x.*.mid      300 IN A     192.0.2.108
\@\;\(\"     300 IN A     192.0.2.109
UPPER        300 IN A     192.0.2.110
Z            300 IN A     192.0.2.111
\091         300 IN A     192.0.2.112
\200         300 IN A     192.0.2.113
t\127        300 IN CNAME a\000b
unknown      300 IN TYPE65400 \# 4 01020304
empty        300 IN TYPE65401 \# 0
hinfo        300 IN HINFO "Cpu" "Os"
naptr        300 IN NAPTR 100 10 "U" "E2U+sip" "" Replacement
rp           300 IN RP    Mbox.Name Txt.Name
svcb         300 IN HTTPS 1 Target alpn=h2
loc          300 IN LOC   52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
tlsa         300 IN TLSA  3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
""" + "".join(f"chain{n} 300 IN CNAME chain{n + 1}\n" for n in range(16)) \
    + "chain16 300 IN A 192.0.2.120\n" \
    + "loop1 300 IN CNAME loop2\nloop2 300 IN CNAME loop1\n" \
    + ".".join(["l"] * 100) + " 300 IN A 192.0.2.121\n" \
    + ".".join(["y" * 63] * 3) + " 300 IN A 192.0.2.122\n" \
    + "longer 300 IN DNAME " + ".".join(["z" * 60] * 3) + "\n"

# More RRsets at the apex than some validators check.
RICH = "".join(f"@ 300 IN TYPE{65300 + n} \\# 2 {n:04x}\n" for n in range(24))

# Much more than a datagram; and, in the second zone, one RRset of nearly 40000 octets.
HUGE = "".join(f'huge 300 IN TXT "{n:04} {"x" * 180}"\n' for n in range(190)) \
    + "".join(f"addresses 300 IN A 10.0.{n // 250}.{n % 250}\n" for n in range(500))

P256, P384 = Key(), Key("ECDSAP384SHA384")
ED25519, ED448 = Key("ED25519"), Key("ED448")


def rsa(algorithm, bits, role="csk"):
    return Key(algorithm, bits, role)


def split(algorithm, bits=0):
    return (Key(algorithm, bits, "ksk"), Key(algorithm, bits, "zsk"))


def _core(tld, **how):
    """A zone with all mutants, with children of each kind."""
    origin = f"core.{tld}"
    denial, keys = how["denial"], how["keys"]
    return (
        Zone(origin, depth="all", **how),
        Zone(f"child.{origin}", keys=keys, denial=denial),
        Zone(f"deep.child.{origin}", keys=(P256,), depth="none"),
        Zone(f"plain.{origin}", keys=(), ds="none", status="insecure"),
        Zone(f"lost.{origin}", keys=(), ds="none", status="insecure", served=False),
        Zone(f"signed-lost.{origin}", keys=(P256,), served=False, body="bare"),
        # its NSEC or NSEC3 also belongs to an empty non-terminal's only child
        Zone(f"plain.below.{origin}", keys=(), ds="none", status="insecure"),
    )


ZONES = (
    Zone(".", body="bare", depth="none"),
    Zone("nsec.", body="bare", depth="none"),
    Zone("nsec3.", denial=Nsec3(), body="bare", depth="none"),
    Zone("out.", keys=split("RSASHA256", 1024), denial=Nsec3(opt_out=True), body="bare",
         depth="none"),

    *_core("nsec.", keys=(P256,), denial=None),
    *_core("nsec3.", keys=(ED25519,), denial=Nsec3()),
    *_core("out.", keys=(P256,), denial=Nsec3(opt_out=True)),

    # Algorithms and sizes.
    Zone("rsa1024.nsec.", keys=split("RSASHA256", 1024)),
    Zone("rsa2048.nsec.", keys=split("RSASHA256", 2048)),
    Zone("rsa4096.nsec3.", keys=(rsa("RSASHA256", 4096),), depth="none"),
    Zone("rsa512.nsec.", keys=(rsa("RSASHA256", 512),), tool="ldns", status="insecure"),
    Zone("rsasha512.nsec.", keys=split("RSASHA512", 1024), denial=Nsec3()),
    Zone("p384.nsec.", keys=(P384,)),
    Zone("ed25519.nsec.", keys=(ED25519,)),
    Zone("ed448.nsec.", keys=(ED448,), denial=Nsec3()),
    Zone("rsasha1.nsec.", keys=split("RSASHA1", 1024), status="insecure", with_sha1="secure"),
    Zone("rsasha1-nsec3.nsec.", keys=split("NSEC3RSASHA1", 1024), denial=Nsec3(),
         status="insecure", with_sha1="secure"),
    Zone("two.nsec.", keys=(P256, rsa("RSASHA256", 1024))),
    Zone("two-one-ds.nsec3.", keys=(P256, ED25519), ds="first key only"),
    Zone("two-sha1.nsec.", keys=(rsa("RSASHA1", 1024), P256)),
    Zone("two-sha1-ds.nsec.", keys=(rsa("RSASHA1", 1024), P256), ds="first key only",
         status="insecure", with_sha1="secure"),
    Zone("split.nsec.", keys=split("ED25519")),

    # Denial.
    Zone("i1.nsec.", denial=Nsec3(1, "5ea15a17")),
    Zone("i50.nsec.", denial=Nsec3(50, "aabbccddeeff")),
    # Above the limit the zone's denials prove nothing, but its positive answers are still valid.
    Zone("i51.nsec.", denial=Nsec3(51), status="half"),
    Zone("i150.nsec3.", denial=Nsec3(150, "00"), status="half", depth="none"),
    Zone("salt.nsec3.", denial=Nsec3(2, "ab" * 60)),

    # Other tools.
    Zone("ldns.nsec.", tool="ldns"),
    Zone("ldns3.nsec3.", tool="ldns", denial=Nsec3(1, "beef"), keys=split("RSASHA256", 1024)),
    Zone("ldns-out.out.", tool="ldns", denial=Nsec3(opt_out=True)),
    Zone("knot.nsec.", tool="knot"),
    Zone("knot3.nsec3.", tool="knot", denial=Nsec3(), keys=(ED25519,)),
    Zone("knot-out.out.", tool="knot", denial=Nsec3(opt_out=True)),

    # Features of the parent's DS.
    Zone("ds-sha1.nsec.", ds="sha1", status="insecure", with_sha1="secure", depth="none"),
    Zone("ds-sha384.nsec.", ds="sha384", depth="none"),
    Zone("ds-all.nsec3.", ds="sha1, sha256, sha384", depth="none"),
    Zone("ds-weak-good.nsec.", ds="sha1 good, sha256 wrong", status="refused", depth="none"),
    Zone("ds-one-good.nsec.", ds="sha256 wrong, sha384 good", depth="none"),
    Zone("ds-odd-digest.nsec.", ds="unknown digest", status="insecure", depth="none"),
    Zone("ds-odd-and-good.nsec.", ds="unknown digest, sha256", depth="none"),
    Zone("ds-odd-algorithm.nsec3.", ds="unknown algorithm", status="insecure", depth="none"),
    Zone("ds-odd-algorithm-and-good.nsec3.", ds="unknown algorithm, sha256", depth="none"),
    Zone("ds-stale-and-good.nsec3.", ds="another key, sha256", depth="none"),
    Zone("ds-wrong.nsec.", ds="wrong", status="refused", depth="none"),
    Zone("ds-another-key.out.", ds="another key", status="refused", depth="none"),
    Zone("ds-forgotten.nsec.", keys=(), ds="another key", status="refused", depth="none"),
    Zone("island.nsec.", ds="none", status="insecure", depth="none"),
    Zone("island.out.", ds="none", status="insecure", depth="none"),
    Zone("child.island.nsec.", status="insecure", depth="none"),
    Zone("unsigned.nsec.", keys=(), ds="none", status="insecure",
         records="to-secure 300 IN CNAME www.core.nsec.\n"),
    Zone("unsigned.nsec3.", keys=(), ds="none", status="insecure", depth="none"),
    Zone("unsigned.out.", keys=(), ds="none", status="insecure", depth="none"),
    Zone("child.unsigned.nsec.", keys=(), ds="none", status="insecure", depth="none"),

    # Times.
    Zone("expired.nsec.", validity="past", status="refused", depth="none"),
    Zone("future.nsec3.", validity="future", status="refused", depth="none"),
    # An hour is allowed, as by Unbound; so is a tenth of the validity.
    Zone("just-expired.nsec.", validity="half an hour ago", depth="none"),
    Zone("long-expired.nsec.", validity="two hours ago", status="refused", depth="none"),

    # Contents.
    Zone("odd.nsec.", records=ODD, depth="none"),
    Zone("odd.nsec3.", denial=Nsec3(), records=ODD, depth="none"),
    Zone("huge.nsec.", records=HUGE, body="bare", depth="some"),
    Zone("rich.nsec.", records=RICH),
    Zone("rich.nsec3.", keys=(ED25519,), denial=Nsec3(), records=RICH),
    # The whole zone is a wildcard.
    Zone("star.nsec.", body="bare", records="* 300 IN A 192.0.2.50\nns.x.y 300 IN A 192.0.2.51\n"),
    Zone("star.nsec3.", denial=Nsec3(), body="bare",
         records="* 300 IN A 192.0.2.50\nns.x.y 300 IN A 192.0.2.51\n"),
)

BY_ORIGIN = {zone.origin: zone for zone in ZONES}


def zone_of(name):
    """The deepest zone of the table that contains the name."""
    while True:
        zone = BY_ORIGIN.get(name.to_text().lower())
        if zone:
            return zone
        name = name.parent()
