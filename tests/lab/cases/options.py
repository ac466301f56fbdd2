# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that resolved before sealgate resolve behind it, whichever option the operator of a resolver has set."""

import contextlib

from lab import ask, nat, options, streams, topology
from lab.options import ADDRESS, Row

from .case import Case, Group, World, expect

QUESTIONS = (
    ("www.p256.test.", "A"), ("www.p256.test.", "AAAA"), ("www.p256.test.", "MX"),
    ("www.p256.test.", "HTTPS"), ("nowhere.p256.test.", "A"), ("nowhere.p256.test.", "AAAA"),
    ("p256.test.", "SOA"), ("p256.test.", "NS"), ("p256.test.", "DNSKEY"), ("p256.test.", "DS"),
    ("p256.test.", "MX"), ("www.rsa256.test.", "ANY"), ("nowhere.rsa256.test.", "A"),
    ("any.wild.ed25519.test.", "A"), ("any.wild.ed25519.test.", "MX"),
    ("*.wild.p256.test.", "A"), ("alias2.rsa256.test.", "AAAA"), ("alias2.rsa256.test.", "MX"),
    ("alias.rsa256.test.", "CNAME"), ("to-nowhere.p256.test.", "A"),
    ("to-nowhere.p256.test.", "AAAA"), ("to-nowhere.p256.test.", "MX"),
    ("to-nowhere.p256.test.", "A"), ("host.moved.p256.test.", "A"),
    ("nowhere.moved.p256.test.", "A"), ("moved.p256.test.", "DNAME"),
    ("to-wild.p256.test.", "A"), ("to-example.rsa256.test.", "A"),
    ("b.c.deep.salted.test.", "TXT"), ("www.child.salted.test.", "A"),
    ("many.wide.example.", "TXT"), ("www.unsigned.test.", "A"), ("nowhere.unsigned.test.", "A"),
    ("www.unsigned.test.", "MX"), ("to-secure.unsigned.test.", "A"),
    ("to-unsigned.p256.test.", "A"), ("www.plain.optout.test.", "A"),
    ("www.plain.p256.test.", "A"), ("www.island.test.", "A"), ("www.algorithm200.test.", "A"),
    ("short-ttl.p256.test.", "A"), ("nowhere.", "A"), ("nowhere.test.", "A"), (".", "NS"),
    ("_sip._udp.p256.test.", "SRV"),
)
WAYS = (("plain", {}), ("EDNS", {"edns": 1232}), ("DO", {"do": True}))
# PowerDNS Recursor answers for the root's servers from its hints: no validator behind it can take these.
UNPROVED = {"pdns_recursor": {(".", "NS")}}
OVER_TCP = (("www.p256.test.", "A"), ("many.wide.example.", "TXT"), ("to-nowhere.p256.test.", "MX"))



def _seen(answer, rdtype):
    """What a client can use. A negative answer is NXDOMAIN or NOERROR as the resolver's cache likes it."""
    if answer is None:
        return "no answer"
    if answer.rcode not in ("NOERROR", "NXDOMAIN"):
        return answer.rcode
    return answer.data(rdtype)


def _ask(namespace, asker, name, rdtype, how):
    """Asks as a client does: a truncated answer is asked for again, over TCP."""
    answer = asker(namespace, ADDRESS, name, rdtype, timeout_s=10, **how)
    if answer is not None and answer.is_truncated:
        answer = streams.query(namespace, ADDRESS, name, rdtype, timeout_s=10, **how)
    return answer


def _compare(world, found, way, name, rdtype, how, asker=ask.query):
    ours = _seen(_ask(world.lab.host, asker, name, rdtype, how), rdtype)
    genuine = _seen(_ask(world.lab.wire, asker, name, rdtype, how), rdtype)
    if isinstance(genuine, list) and ours != genuine:
        found += [f"{way} {name} {rdtype}", f"  with sealgate:    {ours}",
                  f"  without sealgate: {genuine}"]


def _differences(world, left_out):
    """Asks everything twice: at first the resolver iterates or forwards, then its cache answers."""
    found = []
    for _ in range(2):
        for way, how in WAYS:
            for name, rdtype in QUESTIONS:
                if (name, rdtype) not in left_out:
                    _compare(world, found, way, name, rdtype, how)
        for name, rdtype in OVER_TCP:
            _compare(world, found, "TCP", name, rdtype, {}, streams.query)
    return found


def _same(row, left_out):
    def run(world):
        process = options.start(world.lab, row)
        try:
            world.gate.restart()
            found = _differences(world, left_out)
            expect(not found, *found[:60], *world.log_tail())
        finally:
            process.stop()
    return Case(f"{row.name}: what resolved before resolves", run)


def _scene(more=""):
    """No attacker is between the host and this resolver, nor before the one of the configuration."""
    @contextlib.contextmanager
    def scene(lab):
        direct = [(4, "-p", "udp", "-d", address, "--dport", "53")
                  for address in (ADDRESS, topology.ORACLE[4])]
        with nat.spared(lab.wire, direct), lab.sealgate(lab.host, "host", more=more) as gate:
            yield World(lab, gate, lab.ask_from_host)
    return scene


def _rows(program, *more):
    return tuple(Row(program, words) for words in more)


UNBOUND = _rows(
    "unbound", "", "minimal-responses: no", "qname-minimisation: no",
    "qname-minimisation-strict: yes", "use-caps-for-id: yes", "aggressive-nsec: yes",
    "serve-expired: yes", "cache-min-ttl: 3600", "cache-max-ttl: 2", "cache-max-negative-ttl: 1",
    "prefetch: yes", "prefetch-key: yes", "harden-referral-path: yes", "harden-below-nxdomain: no",
    "harden-large-queries: yes", "harden-short-bufsize: no", "deny-any: yes",
    "rrset-roundrobin: yes", "edns-buffer-size: 512", "max-udp-size: 512",
    "msg-buffer-size: 4096", "disable-dnssec-lame-check: yes", "tcp-upstream: yes",
    "ignore-cd-flag: yes", "unwanted-reply-threshold: 1000", "ede: yes", "pad-responses: yes",
    "udp-connect: no", "unblock-lan-zones: yes", 'edns-client-string: 10.53.5.12/32 "x"')
DNSMASQ = _rows(
    "dnsmasq", "", "--cache-size=0", "--domain-needed", "--bogus-priv", "--no-negcache",
    "--proxy-dnssec", "--add-mac", "--add-subnet=24,56", "--add-cpe-id=x", "--umbrella",
    "--edns-packet-max=512", "--min-cache-ttl=600", "--max-ttl=1", "--max-cache-ttl=1",
    "--neg-ttl=5", "--all-servers", "--strict-order", "--dns-loop-detect", "--use-stale-cache",
    "--fast-dns-retry", "--strip-mac", "--strip-subnet", "--localise-queries",
    "--bogus-nxdomain=203.0.113.1", "--ignore-address=203.0.113.1", "--no-round-robin")
NAMED = _rows(
    "named", "", "minimal-responses no;", "minimal-responses yes;", "minimal-any yes;",
    "synth-from-dnssec yes;", "max-udp-size 512;", "edns-udp-size 512;", "message-compression no;",
    "require-server-cookie yes;", "answer-cookie no;", "send-cookie no;", "nocookie-udp-size 512;",
    "rrset-order { order random; };", "rrset-order { order cyclic; };",
    "stale-answer-enable yes; stale-answer-client-timeout off;", "no-case-compress { any; };",
    "glue-cache no;", "prefetch 0;", "qname-minimization strict;", "qname-minimization off;",
    "min-cache-ttl 90;", "min-ncache-ttl 90;", "servfail-ttl 30;", "auth-nxdomain yes;",
    "check-names response fail;")
KRESD = _rows(
    "kresd", "", "modules.load('serve_stale < cache')", "modules.load('refuse_nord')",
    "modules.load('workarounds < iterate')", "net.bufsize(512)",
    "cache.min_ttl(0) cache.max_ttl(6)", "cache.min_ttl(90)", "option('REORDER_RR', true)",
    "mode('strict')", "mode('permissive')", "option('NO_MINIMIZE', true)",
    "option('NO_0X20', true)", "modules.load('nsid')", "modules.load('edns_keepalive')")
RECURSOR = _rows(
    "pdns_recursor", "", "any-to-tcp=yes", "disable-packetcache=yes", "edns-outgoing-bufsize=512",
    "udp-truncation-threshold=512", "max-cache-ttl=15", "max-negative-ttl=1",
    "minimum-ttl-override=3600", "packetcache-ttl=1", "qname-minimization=no",
    "extended-resolution-errors=no", "ecs-add-for=0.0.0.0/0", "use-incoming-edns-subnet=yes",
    "aggressive-nsec-cache-size=0", "refresh-on-ttl-perc=10", "nothing-below-nxdomain=yes",
    "root-nx-trust=no")
# A resolver that leaves out what a proof needs: another resolver has it.
PROVED_ELSEWHERE = _rows("pdns_recursor", "dnssec=off")
# A resolver that answers some names with nothing.
BLOCKING = _rows("unbound", "private-address: 192.0.2.0/24") + _rows(
    "dnsmasq", "--stop-dns-rebind", "--filter-A", "--filter-AAAA") + _rows(
        "kresd", "modules.load('rebinding < iterate')")
# Only denials of addresses may pass unproved.
NO_ADDRESS = {("www.rsa256.test.", "ANY")}


def _cases(rows, left_out=frozenset()):
    return tuple(_same(row, left_out | UNPROVED.get(row.program, set())) for row in rows)


GROUPS = (
    Group("options of resolvers", _scene(),
          _cases(UNBOUND + DNSMASQ + NAMED + RECURSOR + KRESD)),
    Group("options, and another resolver", _scene(f'resolver = [ "{topology.ORACLE[4]}" ];\n'),
          _cases(PROVED_ELSEWHERE)),
    Group("options that block", _scene('blocked = "pass";\n'), _cases(BLOCKING, NO_ADDRESS)),
)
