# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate explain` with real servers: what it says of each zone, that it marks the broken link, and that
captures give the status that `sealgate check` gives."""

import json
import shutil
import subprocess

from lab import captures, topology, zones

from .case import Case, Group, expect, expect_equal, unprotected

COLUMNS = 100
SERVER = topology.UPSTREAM[4]
EXIT_CODES = {"SECURE": 0, "INSECURE": 0, "INDETERMINATE": 1, "BOGUS": 1}

# Name and type; the status; what must be printed, in this order.
ROWS = (
    ("www.p256.test.", "A", "SECURE", ("by its trust anchor", "zone test.", "zone p256.test.",
                                       "names DNSKEY", "signs the keys", "192.0.2.80")),
    ("www.plain.p256.test.", "A", "INSECURE",
     ("NSEC    plain.p256.test.", "  INSECURE  DS", "no RRSIG")),
    ("www.plain.optout.test.", "A", "INSECURE",
     ("opt-out", "covers plain.optout.test.", "  INSECURE  DS")),
    ("www.plain.salted.test.", "A", "INSECURE",
     ("5 iterations, salt 5ea15a17", "is at plain.salted.test.", "  INSECURE  DS")),
    ("www.algorithm200.test.", "A", "INSECURE", ("not supported", "  INSECURE  DS")),
    ("www.expired.test.", "A", "BOGUS",
     ("zone expired.test.", "EXPIRED 5 d ago", "  BROKEN    DNSKEY", "(rrsig-expired, EDE 7)")),
    ("www.future.test.", "A", "BOGUS", ("VALID IN", "  BROKEN    DNSKEY")),
    ("www.bogusds.test.", "A", "BOGUS", ("names NO DNSKEY", "  BROKEN    DNSKEY")),
    ("www.spoiled.test.", "A", "BOGUS", ("name www.spoiled.test. A", "FAILS", "  BROKEN ")),
    ("to-example.p256.test.", "A", "SECURE",
     ("is an alias", "leads to www.bank.example.", "zone bank.example.", "name www.bank.example.")),
    ("to-expired.p256.test.", "A", "BOGUS",
     ("zone p256.test.", "is an alias", "zone expired.test.", "  BROKEN    DNSKEY")),
    ("host.moved.p256.test.", "A", "SECURE", ("moved.p256.test.", "synthesised from the DNAME")),
    ("any.wild.p256.test.", "A", "SECURE",
     ("expanded from the wildcard *.wild.p256.test.", "covers any.wild.p256.test.")),
    ("two.labels.wild.ed448.test.", "A", "SECURE",
     ("expanded from the wildcard", "covers the next closer name labels.wild.ed448.test.")),
    ("nowhere.p256.test.", "A", "SECURE",
     ("NXDOMAIN", "covers nowhere.p256.test.", "covers *.p256.test.")),
    ("nowhere.salted.test.", "A", "SECURE",
     ("NXDOMAIN", "covers nowhere.salted.test.", "is at the closest encloser salted.test.")),
    ("www.rsa256.test.", "MX", "SECURE", ("1024 bits", "has no records of this type", "NSEC3")),
    ("many.wide.example.", "TXT", "SECURE", ("24 records",)),
    ("p256.test.", "DS", "SECURE", ("zone test.", "name p256.test. DS")),
)


def explain(world, *words, server=SERVER):
    argv = world.lab.host.argv(world.lab.sealgate_path, "explain", *words, "--anchor",
                               world.lab.zones.anchor_dnskey,
                               *(("--server", server) if server else ()))
    return subprocess.run(argv, capture_output=True, text=True)


def expect_status(done, status):
    verdict = [line.split()[0] for line in done.stdout.splitlines()
               if line.split() and line.split()[0] in EXIT_CODES and line[0] != " "]
    expect(verdict == [status] and done.returncode == EXIT_CODES[status],
           f"seen: {verdict}, exit code {done.returncode}; wanted: {status}",
           *done.stdout.splitlines(), *done.stderr.splitlines())


def _expect_shown(done, words):
    at = 0
    for word in words:
        at = done.stdout.find(word, at)
        expect(at >= 0, f"not shown, or not there: {word}", *done.stdout.splitlines())


def _explains(name, rdtype, status, words):
    def run(world):
        done = explain(world, name, rdtype)
        expect_status(done, status)
        _expect_shown(done, words)
        long = [line for line in done.stdout.splitlines() if len(line) > COLUMNS]
        expect(not long, *long)
        marks = [line for line in done.stdout.splitlines()
                 if line.startswith(("  BROKEN ", "  INSECURE "))]
        expect_equal("number of marked links", len(marks), 0 if status == "SECURE" else 1)
    return Case(f"explain: {name} {rdtype} is {status}, and the output shows why", run)


def _explains_zone(zone):
    def run(world):
        done = explain(world, zone.origin, "SOA")
        expect_status(done, zone.status.upper())
    return Case(f"explain: the zone {zone.origin} is {zone.status}", run)


def _draws(name, rdtype, status, _words):
    def run(world):
        done = explain(world, name, rdtype, "--dot")
        expect_equal("exit code", done.returncode, EXIT_CODES[status])
        expect(done.stdout.startswith("digraph") and status.lower() in done.stdout,
               *done.stdout.splitlines()[:8])
        if shutil.which("dot"):
            drawn = subprocess.run(("dot", "-Tsvg"), input=done.stdout, capture_output=True,
                                   text=True)
            expect(drawn.returncode == 0 and not drawn.stderr and "</svg>" in drawn.stdout,
                   *drawn.stderr.splitlines())
    return Case(f"explain: Graphviz can draw the picture of {name} {rdtype}", run)


def _shows_attack(attack, word):
    def run(world):
        with world.lab.attack(attack):
            done = explain(world, "www.p256.test.")
        expect_status(done, "BOGUS")
        _expect_shown(done, (word, "  BROKEN "))
    return Case(f"explain: under the attack {attack} the broken link is marked", run)


def _asks_over_ipv6(world):
    done = explain(world, "www.p256.test", "aaaa", server=f"[{topology.UPSTREAM[6]}]:53")
    expect_status(done, "SECURE")


def _says_when_nobody_answers(world):
    done = explain(world, "www.p256.test", server=f"{topology.HOST[4]}:5399")
    expect("does not answer" in done.stderr and done.returncode == 1, done.stdout, done.stderr)


def _knows_usage(world):
    for words in ((), ("a", "A", "b"), ("a..b",), ("a", "NOTYPE"), ("a", "--nonsense")):
        done = explain(world, *words)
        expect(done.returncode == 2, f"{words}: exit code {done.returncode}", done.stderr)
    done = explain(world, "a", server="nobody")
    expect(done.returncode == 2, f"exit code {done.returncode}", done.stderr)


# Captures.

def _checked(world, path, name):
    argv = (world.lab.sealgate_path, "check", "--json", "--anchor",
            world.lab.zones.anchor_dnskey, path)
    done = subprocess.run(argv, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        verdict = json.loads(line)
        if verdict["qname"] == name and verdict["qtype"] == "A":
            return verdict
    return None


CHAIN = ((".", "DNSKEY"), ("test.", "DS"), ("test.", "DNSKEY"), ("p256.test.", "DS"),
         ("p256.test.", "DNSKEY"), ("expired.test.", "DS"), ("expired.test.", "DNSKEY"),
         ("plain.p256.test.", "DS"))
CAPTURED = ("www.p256.test.", "www.plain.p256.test.", "www.expired.test.", "nowhere.p256.test.",
            "www.rsa256.test.")


def _agrees_with_check(world):
    path = world.lab.resources.path("explain.pcap")
    captures.write(world.lab, path, CHAIN + tuple((name, "A") for name in CAPTURED))
    for name in CAPTURED:
        wanted = _checked(world, path, name)
        done = explain(world, name, "--pcap", path, server=None)
        expect_status(done, wanted["status"].upper())
        if wanted["status"] != "secure":
            _expect_shown(done, (f"({wanted['cause']}",))


def _fills_captures_from_a_server(world):
    path = world.lab.resources.path("explain-half.pcap")
    captures.write(world.lab, path, (("www.rsa256.test.", "A"),))
    expect_status(explain(world, "www.rsa256.test", "--pcap", path, server=None), "INDETERMINATE")
    expect_status(explain(world, "www.rsa256.test", "--pcap", path), "SECURE")
    expect_status(explain(world, "www.rsa256.test", "--pcap", path, "--nta", "test", server=None),
                  "INSECURE")
    done = explain(world, "www.p256.test", "--pcap", path, server=None)
    expect("no response" in done.stderr and done.returncode == 1, done.stdout, done.stderr)


GROUPS = (
    Group("explain", unprotected, (
        *(_explains(*row) for row in ROWS),
        *(_explains_zone(zone) for zone in zones.ZONES),
        *(_draws(*row) for row in ROWS),
        _shows_attack("forge-address", "no RRSIG"),
        _shows_attack("deny-ds-unsigned", "the response has no DS"),
        Case("explain: the server may be an IPv6 address with a port", _asks_over_ipv6),
        Case("explain: a server that does not answer is reported", _says_when_nobody_answers),
        Case("explain: a wrong command line gives exit code 2", _knows_usage),
        Case("explain: a capture gives the status that check gives", _agrees_with_check),
        Case("explain: links that a capture lacks come from --server",
             _fills_captures_from_a_server))),
)
