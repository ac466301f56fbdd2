# SPDX-License-Identifier: GPL-2.0-or-later
"""The zones of the lab: a table of the special features of each, and how they are made.

Keys and signatures come from BIND's own tools, never from code of this project, so that the program under
test meets real signatures. No zone is kept: each lab signs its zones anew, unless it is given some.
"""

import concurrent.futures
import dataclasses
import glob
import os
import shutil
import time

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from . import surroundings, topology
from .resources import run_tool

DAY = 86400
REVOKE = 0x0080  # RFC 5011, 3

# These sizes keep an RSA denial below the 1232 octets of a datagram; a zone may have its own.
RSA = {"RSASHA256": "1024", "RSASHA512": "1024"}

# How a zone denies: options of dnssec-signzone. A salt and iterations test their parsing.
DENIALS = {
    "nsec": (),
    "nsec3": ("-3", "-", "-H", "0"),
    "nsec3-salted": ("-3", "5ea15a17", "-H", "5"),
    "optout": ("-3", "-", "-H", "0", "-A"),
}

# When signatures are valid, in days from now.
VALIDITIES = {
    "now": (-1, +30),
    "past": (-30, -5),
    "future": (+5, +30),
}

# How the parent's DS is made from the child's key; None means no DS.
DS_FORMS = {
    "sha256": lambda origin, key: [dns.dnssec.make_ds(origin, key, "SHA256")],
    "sha384": lambda origin, key: [dns.dnssec.make_ds(origin, key, "SHA384")],
    "both": lambda origin, key: [dns.dnssec.make_ds(origin, key, "SHA256"),
                                 dns.dnssec.make_ds(origin, key, "SHA384")],
    "no such key": lambda origin, key: [_ds_with(origin, key, digest="00" * 32)],
    "unknown algorithm": lambda origin, key: [_ds_with(origin, key, algorithm=200)],
    "unknown digest": lambda origin, key: [_ds_with(origin, key, digest_type=200)],
    "one good, one unknown": lambda origin, key: [_ds_with(origin, key, algorithm=200),
                                                  dns.dnssec.make_ds(origin, key, "SHA256")],
    "forgotten": lambda origin, key: [dns.rdata.from_text("IN", "DS", f"12345 13 2 {'00' * 32}")],
    "none": lambda origin, key: [],
}


def _ds_with(origin, key, algorithm=None, digest_type=None, digest=None):
    ds = dns.dnssec.make_ds(origin, key, "SHA256")
    return dns.rdata.from_text(
        "IN", "DS", f"{ds.key_tag} {algorithm or int(ds.algorithm)} "
        f"{digest_type or int(ds.digest_type)} {digest or ds.digest.hex()}")


@dataclasses.dataclass(frozen=True)
class Zone:
    """A row of the table. `status` is the zone's status by RFC 4035: secure, insecure or bogus."""

    origin: str
    algorithm: str = "ECDSAP256SHA256"      # None: not signed
    denial: str = "nsec"
    status: str = "secure"
    ds: str = "sha256"
    validity: str = "now"
    split_keys: bool = False                # a KSK and a ZSK instead of one key for both
    revoked_key: bool = False               # and an old KSK that is revoked (RFC 5011)
    records: str = ""                       # beyond the standard ones
    spoil: str = ""                         # whose A signature is broken after signing
    bare: bool = False                      # without the standard records
    bits: str = ""                          # of an RSA key, if not the usual size
    nameserver: str = ""                    # in another zone, so that a referral has no glue

    @property
    def name(self):
        return dns.name.from_text(self.origin)

    @property
    def server(self):
        depth = len(self.name.labels) - 1
        return ("root", "tld", "zones", "children")[depth]

    @property
    def slug(self):
        return self.origin.rstrip(".") or "root"


# The records of every zone, so that each algorithm and each form of denial meets each form of answer.
STANDARD = """
@           3600 IN SOA   ns hostmaster 1 7200 3600 1209600 300
@           3600 IN NS    ns
ns          3600 IN A     {v4}
ns          3600 IN AAAA  {v6}
@            300 IN A     192.0.2.1
@            300 IN MX    10 mail
@            300 IN MX    20 mail.b
@            300 IN TXT   "v=spf1 mx -all"
@            300 IN CAA   0 issue "ca.example.net"
www          300 IN A     192.0.2.80
www          300 IN A     192.0.2.81
www          300 IN AAAA  2001:db8::80
WwW.Case     300 IN A     192.0.2.82
mail         300 IN A     192.0.2.25
mail.b       300 IN A     192.0.2.26
_sip._udp    300 IN SRV   10 20 5060 www
www          300 IN HTTPS 1 . alpn=h2
a.b.c.deep   300 IN A     192.0.2.30
*.wild       300 IN A     192.0.2.40
*.wild       300 IN TXT   "from the wildcard"
real.wild    300 IN A     192.0.2.41
*.star       300 IN CNAME www
alias        300 IN CNAME www
alias2       300 IN CNAME alias
to-wild      300 IN CNAME any.wild
to-nowhere   300 IN CNAME nowhere
to-example   300 IN CNAME www.bank.example.
to-unsigned  300 IN CNAME www.unsigned.test.
to-expired   300 IN CNAME www.expired.test.
moved        300 IN DNAME www.wide.example.
short-ttl      5 IN A     192.0.2.50
"""

BARE = """
@           3600 IN SOA   ns.{tld} hostmaster.{tld} 1 7200 3600 1209600 300
@           3600 IN NS    ns.{tld}
ns.{tld}    3600 IN A     {v4}
ns.{tld}    3600 IN AAAA  {v6}
"""

WIDE = "".join(f'many 300 IN TXT "{number:04} {"x" * 120}"\n' for number in range(24))

ZONES = (
    Zone(".", revoked_key=True, bare=True),
    Zone("test.", denial="optout", bare=True),
    Zone("example.", "RSASHA256", split_keys=True, bare=True),

    # One zone for each algorithm, and between them each form of denial.
    Zone("rsa256.test.", "RSASHA256", "nsec3", split_keys=True),
    Zone("rsa512.test.", "RSASHA512", "nsec"),
    Zone("p256.test.", "ECDSAP256SHA256", "nsec"),
    Zone("p384.test.", "ECDSAP384SHA384", "nsec3", ds="sha384"),
    Zone("ed25519.test.", "ED25519", "nsec", split_keys=True),
    Zone("ed448.test.", "ED448", "nsec3"),
    Zone("salted.test.", "ECDSAP256SHA256", "nsec3-salted"),
    Zone("optout.test.", "ECDSAP256SHA256", "optout"),

    Zone("bank.example.", "ECDSAP256SHA256", "nsec", ds="both"),
    Zone("wide.example.", "ED25519", "nsec", ds="one good, one unknown", records=WIDE +
         "host.www 300 IN A 192.0.2.90\n*.stars.www 300 IN A 192.0.2.91\n"),

    # Its signed denials do not fit into a datagram, but would without their signatures.
    Zone("long.test.", "RSASHA256", "nsec3", bits="2048"),

    Zone("glueless.test.", nameserver="ns.bank.example."),

    # Below signed zones, each form of denial proves the absence of a DS in its own way.
    Zone("child.p256.test.", "ED25519", "nsec3"),
    Zone("child.salted.test.", "ECDSAP384SHA384", "nsec"),
    Zone("child.optout.test.", "RSASHA256", "nsec"),
    Zone("plain.p256.test.", None, status="insecure", ds="none"),
    Zone("plain.salted.test.", None, status="insecure", ds="none"),
    Zone("plain.optout.test.", None, status="insecure", ds="none"),
    Zone("unsigned.test.", None, status="insecure", ds="none",
         records="to-secure 300 IN CNAME www.p256.test.\n"),
    Zone("unsigned.example.", None, status="insecure", ds="none", records=WIDE),

    # Signed, and still not secure: no DS vouches for it in a way that a validator supports.
    Zone("island.test.", status="insecure", ds="none"),
    Zone("island.example.", denial="nsec3", status="insecure", ds="none"),
    Zone("algorithm200.test.", status="insecure", ds="unknown algorithm"),
    Zone("digest200.test.", status="insecure", ds="unknown digest"),

    # Names that the documentation asks for.
    Zone("org.", bare=True),
    Zone("example.org."),
    Zone("iana.org."),
    Zone("dnssec-failed.org.", status="bogus", ds="no such key"),

    # Broken by their own operators.
    Zone("expired.test.", status="bogus", validity="past"),
    Zone("expired.example.", denial="nsec3", status="bogus", validity="past"),
    Zone("future.test.", status="bogus", validity="future"),
    Zone("bogusds.test.", status="bogus", ds="no such key"),
    Zone("unsigned-with-ds.test.", None, status="bogus", ds="forgotten"),
    Zone("child.bogusds.test.", status="bogus"),
    Zone("spoiled.test.", spoil="www"),
)

BY_ORIGIN = {zone.origin: zone for zone in ZONES}

# The attacker's own copy of a zone: right names, wrong keys, and signatures that are valid by these keys.
TWIN = Zone("p256.test.", "ECDSAP256SHA256", "nsec")
TWIN_ADDRESS = "203.0.113.66"


class ZoneSet:
    """All zones, made and signed in one directory."""

    def __init__(self, directory):
        self.directory = directory
        self.anchor_dnskey = os.path.join(directory, "root.key")
        self.anchor_ds = os.path.join(directory, "root-ds.key")
        self.anchor_with_revoked = os.path.join(directory, "root-with-revoked.key")
        self.twin_file = os.path.join(directory, "twin", "p256.test.zone.signed")
        self._ds = {}

    def file_of(self, zone):
        suffix = ".zone.signed" if zone.algorithm else ".zone"
        return os.path.join(self.directory, zone.slug + suffix)

    def make(self):
        """Signs from the leaves to the root, because a parent signs the DS of its children."""
        if surroundings.ZONES:
            shutil.copytree(surroundings.ZONES, self.directory)
            return
        os.makedirs(os.path.join(self.directory, "twin"))
        levels = {}
        for zone in ZONES:
            levels.setdefault(len(zone.name.labels), []).append(zone)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            twin = pool.submit(self._make_twin)
            for depth in sorted(levels, reverse=True):
                for zone, ds in pool.map(self._make_zone, levels[depth]):
                    self._ds[zone] = ds
            twin.result()
        self._write_anchors()

    def _make_twin(self):
        directory = os.path.dirname(self.twin_file)
        text = _standard_text(TWIN).replace("192.0.2.80", TWIN_ADDRESS)
        path = os.path.join(directory, "p256.test.zone")
        with open(path, "w") as file:
            file.write(text)
        sign(TWIN, directory, path, make_keys(TWIN, directory))

    def _make_zone(self, zone):
        path = os.path.join(self.directory, zone.slug + ".zone")
        with open(path, "w") as file:
            file.write(_standard_text(zone) + zone.records + self._delegations(zone))
        ksk = None
        if zone.algorithm:
            directory = os.path.join(self.directory, "keys", zone.slug)
            os.makedirs(directory)
            keys = make_keys(zone, directory)
            ksk = read_key(keys[0])
            if zone.revoked_key:
                keys.append(self._make_revoked_key(zone, directory))
            sign(zone, directory, path, keys)
        if zone.spoil:
            _spoil_signature(self.file_of(zone), zone.spoil)
        return zone, [ds.to_text() for ds in DS_FORMS[zone.ds](zone.name, ksk)]

    def _make_revoked_key(self, zone, directory):
        """Keeps the key as it was before, for a trust anchor that is out of date."""
        key = make_keys(zone, directory)[0]
        with open(self.anchor_with_revoked, "w") as file:
            file.write(f"{zone.origin} IN DNSKEY {read_key(key).to_text()}\n")
        revoked = run_tool("dnssec-revoke", "-r", "-K", directory, key, cwd=directory).strip()
        return os.path.join(directory, revoked + ".key")

    def _delegations(self, parent):
        lines = []
        for zone in ZONES:
            if zone is parent or zone.name == dns.name.root or zone.name.parent() != parent.name:
                continue
            server = topology.AUTH[zone.server]
            nameserver = zone.nameserver or f"ns.{zone.origin}"
            lines.append(f"{zone.origin} 3600 IN NS {nameserver}")
            if not zone.nameserver:
                lines += [f"{nameserver} 3600 IN A {server[4]}",
                          f"{nameserver} 3600 IN AAAA {server[6]}"]
            lines += [f"{zone.origin} 3600 IN DS {ds}" for ds in self._ds[zone]]
        return "\n".join(lines) + "\n"

    def _write_anchors(self):
        keys = [read_key(path)
                for path in glob.glob(os.path.join(self.directory, "keys", "root", "K*.key"))]
        (key,) = [key for key in keys if not key.flags & REVOKE]
        with open(self.anchor_dnskey, "w") as file:
            file.write("; The root of the lab, in the form of Debian's root.key\n"
                       f".\t172800\tIN\tDNSKEY\t{key.to_text()} ;{{id = {dns.dnssec.key_id(key)} "
                       "(ksk), size = 256b} ;;state=2 [  VALID  ]\n")
        with open(self.anchor_ds, "w") as file:
            file.write(f". IN DS {dns.dnssec.make_ds(dns.name.root, key, 'SHA256').to_text()}\n")
        with open(self.anchor_with_revoked, "a") as file:
            file.write(f". IN DNSKEY {key.to_text()}\n")


def _standard_text(zone):
    address = topology.AUTH[zone.server]
    body = (BARE if zone.bare else STANDARD).format(
        v4=address[4], v6=address[6], tld=zone.origin if zone.origin != "." else "")
    return f"$ORIGIN {zone.origin}\n$TTL 3600\n{body}"


def make_keys(zone, directory):
    """Makes the zone's keys; the first is the one that a DS names."""
    def keygen(*options):
        size = ("-b", zone.bits or RSA[zone.algorithm]) if zone.algorithm in RSA else ()
        name = run_tool("dnssec-keygen", "-q", "-a", zone.algorithm, *size, *options,
                        "-K", directory, zone.origin, cwd=directory).strip()
        return os.path.join(directory, name + ".key")

    return [keygen("-f", "KSK"), keygen()] if zone.split_keys else [keygen("-f", "KSK")]


def read_key(path):
    with open(path) as file:
        (line,) = [line for line in file if line.strip() and not line.startswith(";")]
    return dns.rdata.from_text("IN", "DNSKEY", line.split("DNSKEY", 1)[1])


def sign(zone, directory, path, keys):
    now = time.time()
    start, end = (time.strftime("%Y%m%d%H%M%S", time.gmtime(now + days * DAY))
                  for days in VALIDITIES[zone.validity])
    # -P: no verification afterwards, because the lab has zones that would fail. -x and -z: which key
    # signs what. -S is not used: key files are named, so their timing metadata does not matter.
    with open(path, "a") as zone_file:
        zone_file.writelines(f"$INCLUDE {key}\n" for key in keys)
    signers = ("-x",) if zone.split_keys else ("-z",)
    run_tool("dnssec-signzone", "-q", "-P", "-O", "full", "-s", start, "-e", end, *signers,
             *DENIALS[zone.denial], "-d", directory, "-K", directory, "-o", zone.origin,
             "-f", path + ".signed", path, *[key.removesuffix(".key") for key in keys])


def _spoil_signature(path, host):
    """Changes one character in the middle of the signature over the host's A record."""
    with open(path) as file:
        lines = file.readlines()
    for number, line in enumerate(lines):
        fields = line.split()
        if line.startswith(host + ".") and fields[3:5] == ["RRSIG", "A"]:
            signature = fields[-1]
            at = len(signature) // 2
            other = "A" if signature[at] != "A" else "B"
            lines[number] = line.replace(signature, signature[:at] + other + signature[at + 1:])
    with open(path, "w") as file:
        file.writelines(lines)
