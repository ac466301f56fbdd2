# SPDX-License-Identifier: GPL-2.0-or-later
"""The unsigned zones and their servers: NSD, dnsmasq, and the odd one."""

import dataclasses
import os
import sys

from .. import programs
from ..servers import NSD
from . import odd, plan, quirks

# The records of every zone, so that each server gives each form of answer. {other} is another zone that
# sealgate signs, on another server.
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
to-case      300 IN MX    5 WwW.Case
mail         300 IN A     192.0.2.25
mail.b       300 IN A     192.0.2.26
_sip._udp    300 IN SRV   10 20 5060 www
a.b.c.deep   300 IN A     192.0.2.30
*.wild       300 IN A     192.0.2.40
*.wild       300 IN TXT   "from the wildcard"
real.wild    300 IN A     192.0.2.41
*.star       300 IN CNAME www
alias        300 IN CNAME www
alias2       300 IN CNAME alias
to-wild      300 IN CNAME any.wild
to-nowhere   300 IN CNAME nowhere
to-mail      300 IN CNAME mail
to-other     300 IN CNAME www.{other}
to-outside   300 IN CNAME www.outside.lab.
moved        300 IN DNAME wild
*.middling   300 IN TXT   "{text}1" "{text}2"
*.long       300 IN TXT   "{text}1" "{text}2" "{text}3" "{text}4" "{text}5" "{text}6" "{text}7"
big          300 IN TXT   "{text}1" "{text}2" "{text}3"
{big}
sub         3600 IN NS    ns.sub
ns.sub      3600 IN A     {outside4}
ns.sub      3600 IN AAAA  {outside6}
"""
# Names with unusual octets, and wildcards at unusual places, on two kinds of server.
ODD_NAMES = r"""
@             3600 IN SOA   ns hostmaster 1 7200 3600 1209600 300
@             3600 IN NS    ns
ns            3600 IN A     {v4}
ns            3600 IN AAAA  {v6}
*              300 IN A     192.0.2.50
\000zero       300 IN A     192.0.2.51
a\.dot         300 IN A     192.0.2.52
sp\032ace      300 IN A     192.0.2.53
del\127        300 IN A     192.0.2.54
high\255\200   300 IN A     192.0.2.55
\@at           300 IN A     192.0.2.56
semi\;colon    300 IN A     192.0.2.57
\[bracket\\    300 IN A     192.0.2.58
UPPER          300 IN A     192.0.2.59
exchange       300 IN MX    10 MaiL.UPPER
service._tcp   300 IN SRV   1 2 3 UPPER
pointer        300 IN PTR   UPPER
alias          300 IN CNAME UPPER
to-zero        300 IN CNAME \000zero
xn--bcher-kva  300 IN A     192.0.2.60
{long}         300 IN A     192.0.2.61
x.{long}       300 IN TXT   "below a label of 63 octets"
a.b.inner      300 IN A     192.0.2.62
*.c.inner      300 IN A     192.0.2.63
twin           300 IN A     192.0.2.64
twin           300 IN TXT   "Aa" "aA" ""
empty          300 IN TXT   ""
unknown        300 IN TYPE65400 \# 4 00FF41C0
"""
# All forms of names and many types, for a walk over all of them.
WALK = r"""
@             3600 IN SOA   ns hostmaster 1 7200 3600 1209600 300
@             3600 IN NS    ns
ns            3600 IN A     {v4}
ns            3600 IN AAAA  {v6}
@              300 IN A     192.0.2.1
@              300 IN MX    10 mail
@              300 IN TXT   "v=spf1 mx -all"
@              300 IN CAA   0 issue "ca.example.net"
mail           600 IN A     192.0.2.25
mail           600 IN AAAA  2001:db8::25
mail           300 IN SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
_25._tcp.mail  300 IN TLSA  3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
_sip._udp      300 IN SRV   10 20 5060 mail
phone          300 IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.net!" .
service        300 IN HTTPS 1 . alpn=h2
service        300 IN URI   10 1 "https://example.net/"
rare           300 IN TYPE65400 \# 4 00FF41C0
rare           300 IN TYPE1000 \# 1 00
pointer        300 IN PTR   mail
name           300 IN DNAME target
target         300 IN TXT   "of the DNAME"
below.target   300 IN TXT   "below the target"
alias          300 IN CNAME mail
alias2         300 IN CNAME alias
lost           300 IN CNAME nowhere
a.b.c.deep     300 IN A     192.0.2.30
*.wild         300 IN A     192.0.2.40
*.wild         300 IN TXT   "from the wildcard"
real.wild      300 IN MX    10 mail
in.ner.wild    300 IN A     192.0.2.41
*.star         300 IN CNAME mail
cut           3600 IN NS    ns.cut
ns.cut        3600 IN A     {outside4}
ns.cut        3600 IN AAAA  {outside6}
x.deleg       3600 IN NS    ns.outside.lab.
UPPER.Case     300 IN A     192.0.2.59
{long}.{long}.{long}.{long53}  300 IN TXT "a name of 255 octets"
{long}         300 IN A     192.0.2.61
"""
LONG_LABEL = "l" * 63
BIG = "".join(f'huge 300 IN TXT "{number:02} {"x" * 200}"\n' for number in range(12))

OUTSIDE_TEXT = """
@    3600 IN SOA ns hostmaster 1 7200 3600 1209600 300
@    3600 IN NS  ns
ns   3600 IN A   {v4}
ns   3600 IN AAAA {v6}
www   300 IN A   192.0.2.90
"""


@dataclasses.dataclass(frozen=True)
class Unsigned:
    """A zone behind sealgate. `kind` is "nsd", "dnsmasq", or a quirk."""

    origin: str
    kind: str
    number: int         # of its server
    child_of: str = ""  # a zone above it on the same server, which sealgate signs, too
    text: str = STANDARD
    habits: str = ""    # of its server, for sealgate's configuration

    @property
    def addresses(self):
        return plan.server(self.number)


_ODD_SERVER = 2
_BESIDE = _ODD_SERVER + len(quirks.QUIRKS)

HABITS = {"no-soa": ' empty = "nodata";'}

ZONES = (
    Unsigned("nsd.lab.", "nsd", 0),
    Unsigned("child.nsd.lab.", "nsd", 0, child_of="nsd.lab."),
    Unsigned("masq.lab.", "dnsmasq", 1),
    *(Unsigned(f"{quirk}.lab.", quirk, _ODD_SERVER + number, habits=HABITS.get(quirk, ""))
      for number, quirk in enumerate(quirks.QUIRKS)),
    # delegated by the root, by a label with hyphens, and by many labels
    Unsigned("solo.", "plain", _BESIDE),
    Unsigned("25.193.in-addr.arpa.", "nsd", 0),
    Unsigned("4.3.2.1.6.0.0.2.ip6.arpa.", "nsd", 0),
    Unsigned("xn--bcher-kva.lab.", "nsd", 0),
    Unsigned("names.lab.", "nsd", 0, text=ODD_NAMES),
    Unsigned("odd-names.lab.", "plain", _BESIDE + 1, text=ODD_NAMES),
    Unsigned("walk.lab.", "nsd", 0, text=WALK),
)
BY_ORIGIN = {zone.origin: zone for zone in ZONES}

# NSD gives its zones to every client, with this key or without one: sealgate decides who gets them.
TRANSFER_KEY = ("transfer-key.", "hmac-sha256", "YSBzZWNyZXQgb2YgdGhlIHNlY29uZGFyaWVz")


def nsd_zone(origin, path):
    rows = [f"    provide-xfr: {network} {key}\n" for network in ("0.0.0.0/0", "::0/0")
            for key in ("NOKEY", TRANSFER_KEY[0])]
    return f'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n' + "".join(rows)


def start_nsd(resources, namespace, name, addresses, zones):
    """Starts an NSD. `zones` has (origin, path of its file) pairs."""
    key, algorithm, secret = TRANSFER_KEY
    text = f'key:\n    name: "{key}"\n    algorithm: {algorithm}\n    secret: "{secret}"\n'
    text += "".join(nsd_zone(origin, path) for origin, path in zones)
    return programs.start(namespace, "nsd", resources.path(name), NSD, text, v4=addresses[4], v6=addresses[6])


def file_of(directory, origin):
    return os.path.join(directory, f"{origin}zone")


def write_zone(directory, zone):
    path = file_of(directory, zone.origin)
    other = "masq.lab." if zone.kind != "dnsmasq" else "nsd.lab."
    text = zone.text.format(long=LONG_LABEL, long53="l" * 52, v4=zone.addresses[4], v6=zone.addresses[6], other=other, big=BIG,
                           outside4=plan.OUTSIDE[4], outside6=plan.OUTSIDE[6], text="y" * 130)
    for child in ZONES:
        if child.child_of == zone.origin:
            text += (f"{child.origin} 3600 IN NS ns.{child.origin}\n"
                     f"ns.{child.origin} 3600 IN A {child.addresses[4]}\n"
                     f"ns.{child.origin} 3600 IN AAAA {child.addresses[6]}\n")
    with open(path, "w") as file:
        file.write(f"$ORIGIN {zone.origin}\n$TTL 3600\n{text}")
    return path


def outside_origins():
    return ["outside.lab.", *(f"sub.{zone.origin}" for zone in ZONES
                              if zone.kind != "dnsmasq" and zone.text is STANDARD)]


def _write_outside(directory, origin):
    path = os.path.join(directory, f"{origin}zone")
    with open(path, "w") as file:
        file.write(f"$ORIGIN {origin}\n" +
                   OUTSIDE_TEXT.format(v4=plan.OUTSIDE[4], v6=plan.OUTSIDE[6]))
    return path


def _start_dnsmasq(resources, namespace, zone):
    """dnsmasq as an authoritative server: it has no zone files, only options."""
    name = zone.origin.rstrip(".")
    records = [
        f"host-record=ns.{name},{zone.addresses[4]},{zone.addresses[6]}",
        f"host-record={name},192.0.2.1",
        f"host-record=www.{name},192.0.2.80,2001:db8::80",
        f"host-record=mail.{name},192.0.2.25",
        f"host-record=a.b.c.deep.{name},192.0.2.30",
        f"cname=alias.{name},www.{name}",
        f"mx-host={name},mail.{name},10",
        f"txt-record={name},v=spf1 mx -all",
        f"srv-host=_sip._udp.{name},www.{name},5060,10,20",
        f"txt-record=big.{name}," + ",".join("y" * 130 + str(number) for number in (1, 2, 3)),
    ]
    options = [
        "--auth-ttl=300", f"--listen-address={zone.addresses[4]}", f"--listen-address={zone.addresses[6]}",
        f"--auth-server=ns.{name},{zone.addresses[4]},{zone.addresses[6]}",
        f"--auth-zone={name}", f"--auth-soa=1,hostmaster.{name},7200,3600,1209600",
        *(f"--{record}" for record in records)]
    return programs.start(namespace, "dnsmasq", resources.path("legacy-dnsmasq"), "\n".join(options))


def start(resources, namespace, directory):
    """Starts all servers; returns each with a name that it answers."""
    started, odd_rows = [], []
    files = {zone: write_zone(directory, zone) for zone in ZONES if zone.kind != "dnsmasq"}
    nsd_zones = [zone for zone in ZONES if zone.kind == "nsd"]
    started.append((start_nsd(resources, namespace, "legacy-nsd", nsd_zones[0].addresses,
                              [(zone.origin, files[zone]) for zone in nsd_zones]), nsd_zones[0]))
    for zone in ZONES:
        if zone.kind == "dnsmasq":
            started.append((_start_dnsmasq(resources, namespace, zone), zone))
        elif zone.kind != "nsd":
            odd_rows.append(f"{zone.kind} {files[zone]} {zone.origin} "
                            f"{zone.addresses[4]} {zone.addresses[6]}")
    for origin in outside_origins():
        odd_rows.append(f"plain {_write_outside(directory, origin)} {origin} "
                        f"{plan.OUTSIDE[4]} {plan.OUTSIDE[6]}")
    process = namespace.start("legacy-odd", sys.executable, "-B", odd.__file__, *odd_rows)
    started.append((process, BY_ORIGIN["plain.lab."]))
    return started
