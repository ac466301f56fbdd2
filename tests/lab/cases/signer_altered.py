# SPDX-License-Identifier: GPL-2.0-or-later
"""Beyond the signer one octet of a signed response is changed on the way, and every validator refuses it."""

import contextlib
import sys

from lab.resources import LabError
from lab.signing import alter, legacy

from .case import Case, Group, described, expect
from .signer import standing
from .signer_attacks import fresh

ZONE, NSD = legacy.BY_ORIGIN["plain.lab."], legacy.BY_ORIGIN["nsd.lab."]
# Zones whose keys and cuts no validator has cached yet.
UNSEEN = [legacy.BY_ORIGIN[origin] for origin in (
    "formerr-edns.lab.", "notimp-edns.lab.", "badvers-edns.lab.")]


@contextlib.contextmanager
def _altering(world, mode):
    """While the block lasts, a proxy on the wire alters responses as the mode says (see alter.py)."""
    wire, path = world.signing.wire, world.signing.resources.path("alter-mode")
    with open(path, "w") as file:
        file.write(mode)
    process = wire.start("alter", sys.executable, "-B", alter.__file__, path)
    if not process.wait_for_log("ready", 20):
        raise LabError(f"the attacker does not start:\n{process.log_text()}")
    commands = [(tables, family) for tables, family in (("iptables", "-4"), ("ip6tables", "-6"))]
    for tables, family in commands:
        wire.run("ip", family, "route", "add", "local", "default", "dev", "lo", "table", "77")
        wire.run("ip", family, "rule", "add", "fwmark", "77", "lookup", "77")
        wire.run(tables, "-t", "mangle", "-A", "PREROUTING", "-p", "udp", "--dport", "53",
                 "-j", "TPROXY", "--on-port", str(alter.PORT), "--tproxy-mark", "77")
        wire.run(tables, "-A", "FORWARD", "-p", "tcp", "--dport", "53", "-j", "DROP")
    try:
        yield process
    finally:
        for tables, family in commands:
            wire.run(tables, "-t", "mangle", "-F", "PREROUTING")
            wire.run(tables, "-F", "FORWARD")
            wire.run("ip", family, "rule", "del", "fwmark", "77", "lookup", "77")
            wire.run("ip", family, "route", "flush", "table", "77")
        process.stop()


def _learn(world, zone):
    """Validators first get the keys and the cuts of the zone, unaltered."""
    for validator in world.signing.validators:
        answer = world.signing.ask_validator(validator, f"{fresh('w')}.wild.{zone.origin}", "A")
        expect(answer is not None and answer.has_ad, f"{validator.name}: {described(answer)}")


def _said(world, mode, zone, name, rdtype):
    """Each validator's answer; a name that begins with a dot gets a different first label for each."""
    seen = {}
    with _altering(world, mode) as proxy:
        for validator in world.signing.validators:
            before = proxy.log_text().count("altered")
            full = f"{fresh('x')}{name}.{zone.origin}" if name.startswith(".") else \
                world.full(zone, name)
            seen[validator.name] = world.signing.ask_validator(validator, full, rdtype)
            # otherwise it may have another reason, such as slow servers
            expect(proxy.log_text().count("altered") > before, f"{validator.name} got nothing altered")
    return seen


def _bogus(what, mode, name, rdtype, zone=ZONE, learns=True):
    def run(world):
        if learns:
            _learn(world, zone)
        seen = _said(world, mode, zone, name, rdtype)
        wrong = [f"{validator}: {described(answer)}" for validator, answer in seen.items()
                 if answer is None or answer.rcode != "SERVFAIL"]
        expect(not wrong, *wrong)
    return Case(f"beyond the signer: with one octet of {what} altered, all validators say Bogus", run)


def _soa_of_a_denial(world):
    """The NSEC alone proves the denial. BIND accepts that, discards the SOA and answers without AD. The
    others refuse the response."""
    _learn(world, ZONE)
    for name, rdtype in ((".nowhere", "A"), (".wild", "MX")):
        for validator, answer in _said(world, "SOA", ZONE, name, rdtype).items():
            what = f"{validator}: {name} {rdtype}: {described(answer)}"
            expect(answer is not None and not answer.has_ad, what)
            expect(answer.rcode == "SERVFAIL" or
                   validator == "named" and answer.rcode in ("NOERROR", "NXDOMAIN")
                   and not answer.records("answer"), what)


CASES = (
    _bogus("an address", "A", "a.b.c.deep", "A"),
    _bogus("an address of a wildcard", "A", ".wild", "A"),
    _bogus("a text", "TXT", ".wild", "TXT"),
    _bogus("an exchange's name", "MX+3", "@", "MX"),
    _bogus("an SRV record", "SRV+1", "_sip._udp", "SRV"),
    _bogus("an alias's target", "CNAME+1", "alias", "A"),
    _bogus("the records at an alias's target", "A", "to-mail", "A"),
    _bogus("the target of a wildcard's alias", "CNAME+1", ".star", "A"),
    _bogus("a DNAME's target", "DNAME+1", "x.moved", "A"),
    _bogus("the NS", "NS+1", "@", "NS", zone=UNSEEN[0], learns=False),
    _bogus("the SOA", "SOA", "@", "SOA", zone=UNSEEN[1], learns=False),
    _bogus("a CDS", "CDS", "@", "CDS"),
    _bogus("a signature", "RRSIG", ".wild", "A"),
    *(_bogus(f"a signature's {what}", f"RRSIG+{place}", ".wild", "A") for what, place in (
        ("covered type", 1), ("algorithm", 2), ("labels", 3), ("original TTL", 7),
        ("expiry", 11), ("inception", 15), ("key tag", 17), ("signer", 19))),
    _bogus("a denial's signature", "RRSIG/NSEC", ".nowhere", "A"),
    _bogus("a denial's bit map", "NSEC", ".nowhere", "A"),
    _bogus("a denial's next name", "NSEC+1", ".nowhere", "A"),
    _bogus("a denial's bit map, of a type", "NSEC", ".wild", "MX"),
    _bogus("the proof at an unsigned child", "NSEC", "www.sub", "A"),
    _bogus("a child's DS", "DS", "www.child", "A", zone=NSD),
    _bogus("the keys", "DNSKEY", "www", "A", zone=UNSEEN[2], learns=False),
    Case("beyond the signer: with one octet of a denial's SOA altered, no validator says Secure",
         _soa_of_a_denial),
)

GROUPS = (Group("signer altered", standing("gateway"), CASES),)
