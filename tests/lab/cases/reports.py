# SPDX-License-Identifier: GPL-2.0-or-later
"""Public reports of validators and forwarders that broke what worked: the set-up of each, with the real server
that shows it. Two other validators are asked the same, and what they answer otherwise is printed."""

import contextlib
import dataclasses
import itertools

from lab import ask, nat, options, peers, streams, topology, tree
from lab.options import ADDRESS, Row
from lab.resources import LabError
from lab.tree import Leaf

from .case import Case, Group, World, described, expect, on_host

# ---- The zones ----

WWW, EXPANDED, INNER = "192.0.2.1", "192.0.2.2", "192.0.2.3"
SIGNED = f"""
www            A     {WWW}
mail           A     192.0.2.25
@              MX    10 Zeta.Mail.REP.
@              MX    10 alpha.mail.rep.
@              MX    10 Beta.mail.Rep.
@              MX    10 BETA.
*.b.c          A     {EXPANDED}
x.*.not-star   A     {INNER}
*.star         CNAME www
moved          DNAME plain.rep.
"""
EXCHANGES = ("10 alpha.mail.rep.", "10 beta.", "10 beta.mail.rep.", "10 zeta.mail.rep.")
# By another zone, as a content network leaves it in the answers of its customers.
STRAY = "RRSIG {what} 300 20301231000000 20250101000000 34505 nsd.rep. " + "A" * 86 + "=="


def _without_keys(text):
    """As if the operator had not published the key yet."""
    return "".join(line + "\n" for line in text.splitlines() if line.split()[3:4] != ["DNSKEY"])


def _in_other_letters(text):
    """Letters do not matter to a signature: the canonical form is signed (RFC 4034, 6.2)."""
    for name in ("bapha.rep.", "zeta.mail.rep.", "alpha.mail.rep.", "beta.mail.rep.", "beta."):
        text = text.replace(f" {name}", f" {name.title()}")
    return text


SIGNERS = {"nsd": "nsd", "knot": "knotd", "bind": "named", "pdns": "pdns_server", "pdns3": "pdns_server"}
LEAVES = (
    Leaf("nsd", "nsd", SIGNED),
    Leaf("knot", "knotd", SIGNED, denial="nsec3"),
    Leaf("bind", "named", SIGNED, denial="nsec3-salted"),
    Leaf("pdns", "pdns_server", SIGNED),
    Leaf("pdns3", "pdns_server", SIGNED, denial="nsec3"),
    Leaf("BaPhA", "nsd", SIGNED, alter=_in_other_letters),
    Leaf("moved", "knotd", "@ DNAME plain.rep.\n"),
    Leaf("plain", "named", f"www A {WWW}\nalias CNAME any.b.c.nsd.rep.\nalias2 CNAME any.star.pdns3.rep.\n"
         "alias3 CNAME www\n", is_signed=False),
    Leaf("parking", "nsd", f"parking CNAME www.plain\nwww.parking A {WWW}\nwww.plain A {WWW}\n", is_signed=False,
         served_as="rep."),
    Leaf("apex", "pdns_server", f"@ CNAME www.plain.rep.\nwww A {WWW}\n", is_signed=False),
    Leaf("gslb", "unbound", lines=f'    local-zone: "gslb.rep." static\n    local-data: "www.gslb.rep. A {WWW}"'),
    Leaf("lb", "dnsmasq", lines=f"--host-record=www.lb.rep,{WWW}"),
    Leaf("flat", "nsd", f"www A {WWW}\n@ A {WWW}\nwww {STRAY.format(what='A 13 3')}\n"
         f"@ {STRAY.format(what='A 13 2')}\n@ {STRAY.format(what='DNSKEY 13 2')}\n", is_signed=False),
    Leaf("island", "nsd", SIGNED, has_ds=False, alter=_without_keys),
)

# What these servers must say, or the case would show nothing: NSD leaves signatures out if the apex has none of a
# DNSKEY, and some servers change letters.
SHOWN = (("flat", "www.flat.rep.", "A", "34505 nsd.rep."), ("island", "www.island.rep.", "A", "RRSIG A 13"),
         ("parking", "parking.rep.", "DS", "CNAME"), ("apex", "apex.rep.", "DS", "CNAME"),
         ("pdns", "pdns.rep.", "MX", "Zeta."), ("BaPhA", "bapha.rep.", "MX", "Bapha.Rep."),
         ("nsd", "foo.not-star.nsd.rep.", "A", "NSEC x.*.not-star"))


def _check_shown(lab, grown):
    for label, name, rdtype, text in SHOWN:
        answer = ask.query(lab.namespaces["auth"], grown.addresses[label], name, rdtype, do=True)
        if answer is None or text not in str(answer.message):
            raise LabError(f"{label}: no {text!r} in the answer to {name} {rdtype}: {answer and answer.message}")


# ---- The resolvers. {NAME} is the address of a leaf's server. ----

UNBOUND, NAMED, KRESD, RECURSOR, DNSMASQ = (
    Row(program, "") for program in ("unbound", "named", "kresd", "pdns_recursor", "dnsmasq"))
# The rest of the tree is asked of another server; the DS of these leaves is asked of their own.
CONDITIONAL = Row("dnsmasq", " ".join(f"--server=/{label}.rep/{{{label}}}" for label in (
    "parking", "gslb", "lb", "flat", "island", "plain")))
LOCAL_APART = Row("pdns_recursor", f"forward-zones-recurse=.={tree.RESOLVER}, local={tree.RESOLVER}")
ROWS = {UNBOUND: "unbound", NAMED: "named", KRESD: "kresd", RECURSOR: "pdns_recursor", DNSMASQ: "dnsmasq",
        CONDITIONAL: "dnsmasq with a server for each zone", LOCAL_APART: "pdns_recursor with a forwarder of .local"}
ALL = (UNBOUND, NAMED, KRESD, RECURSOR, DNSMASQ)
# Without a trust anchor Knot Resolver leaves out the proof that a wildcard applies, as in cases/options.py.
PROVING = (UNBOUND, NAMED, RECURSOR, DNSMASQ)


# ---- The reports ----

@dataclasses.dataclass(frozen=True)
class Asked:
    name: str
    rdtype: str = "A"
    data: tuple | None = ()     # None: the alias or the record, as the resolver likes it
    rcode: str = "NOERROR"
    ad: bool = False


@dataclasses.dataclass(frozen=True)
class Report:
    threads: str
    holds: str          # a sentence that is untrue if sealgate does as the program of the report did
    asked: tuple
    rows: tuple = ALL
    fails_at: tuple = ()    # programs that reject what the server answers, with sealgate and without


def _of_signers(*asked):
    return tuple(dataclasses.replace(each, name=f"{each.name}{label}.rep.", ad=True)
                 for label in SIGNERS for each in asked)


def _of(label, *asked):
    return tuple(dataclasses.replace(each, name=f"{each.name}{label}.rep.") for each in asked)


DENIED = tuple(Asked("www.", rdtype) for rdtype in ("AAAA", "TXT", "CNAME", "TLSA"))
REPORTS = (
    Report("NLnetLabs/unbound#88, TechnitiumSoftware/DnsServer#2149, getdnsapi/stubby#204, systemd#31699",
           "an unsigned zone that is an alias as a whole resolves, even if its DS is that alias, too",
           _of("parking", Asked("", "A", (WWW,)), Asked("", "AAAA"), Asked("www.", "A", (WWW,))),
           ALL + (CONDITIONAL,)),
    Report("PowerDNS/pdns#9621", "an alias beside an SOA resolves, in whatever order the two are asked for",
           _of("apex", Asked("", "A", (WWW,)), Asked("", "CNAME", ("www.plain.rep.",)), Asked("", "AAAA"),
               Asked("", "SOA", None),
               Asked("www.", "A", (WWW,)), Asked("www.", "AAAA")), (UNBOUND,)),
    Report("PowerDNS/pdns#16540", "a name that does not exist is denied, also if another forwarder has its zone",
           (Asked("host.local.", rcode="NXDOMAIN"), Asked("nowhere.", rcode="NXDOMAIN", ad=True)),
           (LOCAL_APART, UNBOUND)),
    Report("PowerDNS/pdns#7714, pi-hole/FTL#2751", "a wildcard that is asked for itself needs no proof",
           _of_signers(Asked("*.b.c.", "A", (EXPANDED,)), Asked("*.b.c.", "MX"),
                       Asked("*.star.", "CNAME", ("www.{label}.rep.",)))),
    Report("PowerDNS/pdns#6699, systemd#6699, PowerDNS/pdns#5882", "a wildcard of each server is proved to apply",
           _of_signers(Asked("any.b.c.", "A", (EXPANDED,)), Asked("any.b.c.", "MX"),
                       Asked("any.star.", "A", (WWW,)), Asked("any.star.", "AAAA"),
                       Asked("x.*.b.c.", rcode="NXDOMAIN")), PROVING),
    Report("dnsviz/dnsviz#132, TechnitiumSoftware/DnsServer#2110",
           "a wildcard that is an empty non-terminal denies the types of the names that it matches",
           _of_signers(Asked("foo.not-star.", "A"), Asked("foo.bar.not-star.", "TXT"), Asked("*.not-star.", "A"),
                       Asked("not-star.", "A"), Asked("x.*.not-star.", "A", (INNER,)))),
    Report("0xERR0R/blocky#2267, #1930", "a wildcard that an unsigned zone leads to is proved by its own name",
           _of("plain", Asked("alias.", "A", (EXPANDED,)), Asked("alias.", "AAAA"),
               Asked("alias2.", "A", (WWW,)), Asked("alias2.", "AAAA")), PROVING),
    Report("0xERR0R/blocky#1969", "the TLSA that a mail server asks for is denied, and with AD",
           _of_signers(Asked("_25._tcp.mail.", "TLSA", rcode="NXDOMAIN"), Asked("mail.", "TLSA"))),
    Report("pi-hole/FTL#2737, systemd#36001", "a signature by another zone does not matter in an unsigned zone",
           _of("flat", Asked("", "A", (WWW,)), Asked("www.", "A", (WWW,)), Asked("", "AAAA")),
           ALL + (CONDITIONAL,)),
    Report("systemd#14891, #11111", "mail exchangers in capital letters are proved",
           _of_signers(Asked("", "MX", EXCHANGES))),
    Report("NLnetLabs/unbound#108", "a zone whose name is in mixed letters is proved",
           tuple(dataclasses.replace(each, ad=True) for each in _of(
               "bApHa", Asked("", "MX", EXCHANGES), Asked("www.", "A", (WWW,)), Asked("www.", "AAAA"),
               Asked("nowhere.", rcode="NXDOMAIN"), Asked("foo.not-star.", "A")))),
    Report("systemd#12388, PR #32593, getdnsapi/getdns#423", "an unsigned zone below a proved denial of its DS "
           "resolves, whatever is asked", _of("plain", Asked("www.", "A", (WWW,)), Asked("alias3.", "A", (WWW,)),
                                             Asked("alias3.", "AAAA"), Asked("nowhere.", rcode="NXDOMAIN"),
                                             Asked("", "DNSKEY"), Asked("", "NS", ("ns-plain.rep.",)), *DENIED),
           ALL + (CONDITIONAL,)),
    Report("systemd#2894, #24171, #31940", "a balancer may deny with the SOA of a zone above its own",
           _of("parking", Asked("www.", "A", (WWW,)), *DENIED, Asked("nowhere.", rcode="NXDOMAIN")),
           (UNBOUND, KRESD, RECURSOR, DNSMASQ, CONDITIONAL), ("named",)),
    Report("systemd#22131, hickory-dns#3128, PowerDNS/pdns#5681", "a balancer may deny without an SOA, and its own "
           "NS, too", _of("gslb", Asked("www.", "A", (WWW,)), *DENIED), ALL + (CONDITIONAL,)),
    Report("systemd#24747, PowerDNS/pdns#3841, getdnsapi/stubby#99", "a balancer may refuse all but addresses",
           _of("lb", Asked("www.", "A", (WWW,))), ALL + (CONDITIONAL,)),
    Report("PowerDNS/pdns#10219, hickory-dns#2851, systemd#9867", "a signed zone without a DS resolves, even if it "
           "has not published its keys", _of("island", Asked("www.", "A", (WWW,)), Asked("www.", "AAAA"),
                                             Asked("any.b.c.", "A", (EXPANDED,)), Asked("", "DNSKEY"),
                                             Asked("nowhere.", rcode="NXDOMAIN")), ALL + (CONDITIONAL,)),
    Report("PowerDNS/pdns#10713, #6318", "a signed DNAME may lead to an unsigned zone",
           _of("moved", Asked("www.", "A", (WWW,)), Asked("www.", "AAAA"), Asked("alias3.", "A", (WWW,))) +
           tuple(dataclasses.replace(each, ad=False) for each in _of_signers(
               Asked("www.moved.", "A", (WWW,))))),
    Report("PowerDNS/pdns#4156", "localhost, which the resolver makes up, passes",
           (Asked("localhost.", "A", ("127.0.0.1",)), Asked("1.0.0.127.in-addr.arpa.", "PTR", ("localhost.",))),
           (UNBOUND, KRESD, RECURSOR, DNSMASQ), ("named", "kresd")),
    Report("pi-hole/FTL#2981, AdGuardHome#6156, DnsServer#2090", "an unsigned zone resolves, also if its own server "
           "is asked for its DS", _of("plain", Asked("www.", "A", (WWW,)), Asked("www.", "AAAA"),
                                     Asked("nowhere.", rcode="NXDOMAIN"), Asked("", "DS")), (CONDITIONAL,)),
)

WAYS = ({"ad": True}, {"edns": 1232, "ad": True}, {"do": True})


# ---- Asking ----

def _whole(namespace, address, name, rdtype, **how):
    """Asks as a client does: a truncated answer is asked for again, over TCP."""
    answer = ask.query(namespace, address, name, rdtype, **how)
    if answer is not None and answer.is_truncated:
        answer = streams.query(namespace, address, name, rdtype, **how)
    return answer


def _seen(answer, rdtype):
    return ("none", ()) if answer is None else (
        answer.rcode, tuple(sorted(text.lower() for text in answer.data(rdtype))))


def _wanted(each):
    label = each.name.split(".")[-3] if each.name.count(".") > 1 else ""
    return each.rcode, tuple(text.format(label=label) for text in each.data)


def _is_wanted(answer, each):
    if each.data is None:
        return answer is not None and answer.rcode == each.rcode
    return _seen(answer, each.rdtype) == _wanted(each)


def _complaints(namespace, asked, ways, with_ad=True):
    """Everything is asked twice: then the resolver's cache answers."""
    found = []
    for _, how, each in itertools.product(range(2), ways, asked):
        answer = _whole(namespace, ADDRESS, each.name, each.rdtype, **how)
        if not _is_wanted(answer, each) or with_ad and answer.has_ad != each.ad:
            found += [f"{each.name} {each.rdtype} {how}", f"  seen:   {described(answer)}",
                      f"  wanted: {each.rcode} {each.data}{' AD' if each.ad else ''}"]
    return found


def _ask_peers(world, report):
    """Prints the questions that another validator in this place does not answer as it should."""
    for name, address in world.peers.items():
        lost = [f"{each.name} {each.rdtype}" for each in report.asked if not _is_wanted(
            _whole(world.lab.upstream, address, each.name, each.rdtype), each)]
        print(f"# {name}: {len(lost)} of {len(report.asked)} otherwise" +
              (f": {', '.join(lost[:4])}" if lost else ""), flush=True)


# ---- The cases ----

def _holds(report, row):
    def run(world):
        world.gate.restart()
        found = _complaints(world.lab.host, report.asked, WAYS)
        expect(not found, *found[:60], *world.log_tail())
        _ask_peers(world, report)
    return Case(f"{ROWS[row]}: {report.holds} ({report.threads})", run)


def _asked_with_do_again(world):
    """systemd-resolved stopped asking for signatures when a server had been silent for a while."""
    world.gate.restart()
    world.process.freeze()
    try:
        for number in range(8):
            for rdtype in ("A", "AAAA"):
                expect(not ask.query(world.lab.host, ADDRESS, f"n{number}.b.c.nsd.rep.", rdtype, timeout_s=0.2),
                       "an answer from a server that is stopped")
    finally:
        world.process.thaw()
    for label in SIGNERS:
        answer = world.ask(f"any.b.c.{label}.rep.", "A", ad=True)
        expect(answer is not None and answer.data("A") == [EXPANDED] and answer.has_ad, described(answer),
               *world.log_tail())


@contextlib.contextmanager
def _grown(lab):
    """No attacker is on the way, because sealgate walks down from the root by itself, as it does by default."""
    hints, grown = lab.root_hints, tree.Tree(lab, LEAVES)
    lab.root_hints = grown.hints
    try:
        grown.start()
        _check_shown(lab, grown)
        with nat.spared(lab.wire, [(4, "-p", "udp", "--dport", "53")]):
            yield grown
    finally:
        lab.root_hints = hints
        grown.stop()


@contextlib.contextmanager
def _running(lab, row, grown):
    more = row.more
    for label, address in grown.addresses.items():
        more = more.replace(f"{{{label}}}", address)
    row = Row(row.program, more)
    process = options.start(lab, row, upstream=tree.RESOLVER, known=tree.PARENT)
    try:
        yield process
    finally:
        process.stop()


def _on_host(row):
    """The programs on the host ask the resolver of the row, and other validators ask it, too."""
    @contextlib.contextmanager
    def scene(lab):
        with _grown(lab) as grown, _running(lab, row, grown) as process, \
                peers.beside(lab, ADDRESS, grown) as addresses, \
                lab.sealgate(lab.host, "host", anchor=grown.anchor, walk=True) as gate:
            world = World(lab, gate, lambda name, rdtype, **how: ask.query(
                lab.host, ADDRESS, name, rdtype, **how))
            world.process, world.peers = process, addresses
            yield world
    return scene


# ---- A forwarder that ignores how much the client can take ----

def _cut_to_size(world):
    """Such a datagram may be lost, or be refused by the client: it is cut, so the client asks over TCP."""
    with world.lab.attack("ignore-size"):
        for how, most in (({}, 512), ({"edns": 1232}, 1232), ({"edns": 1232, "do": True}, 1232)):
            for name, rdtype in (("many.wide.example.", "TXT"), ("nope.long.test.", "A"), ("www.p256.test.", "A")):
                answer = world.ask(name, rdtype, **how)
                expect(answer is not None and len(answer.wire) <= most, f"{name} {how}: {described(answer)}")
                whole = _whole(world.lab.host, topology.UPSTREAM[4], name, rdtype, **how)
                genuine = _whole(world.lab.wire, topology.UPSTREAM[4], name, rdtype, **how)
                expect(_seen(whole, rdtype) == _seen(genuine, rdtype), f"{name} {how}: {described(whole)}",
                       *world.log_tail())
        answer = world.ask("many.wide.example.", "TXT", edns=4096)
        expect(len(answer.data("TXT")) == 24 and not answer.is_truncated, described(answer))


# ---- On the machine of a resolver that iterates ----

FROM_THE_ROOT = f"""modules.load('hints > iterate') hints.root({{ ['{tree.NAMESERVER}'] = '{tree.TOP}' }})
net.ipv6 = false
policy.add(policy.all(policy.PASS))"""
ITERATING = (UNBOUND, NAMED, Row("kresd", FROM_THE_ROOT), Row("pdns_recursor", "forward-zones-recurse="))


@contextlib.contextmanager
def _at_the_resolver(lab):
    with _grown(lab) as grown, lab.sealgate(lab.upstream, "host", anchor=grown.anchor, walk=True) as gate:
        world = World(lab, gate, lambda name, rdtype, **how: ask.query(lab.wire, ADDRESS, name, rdtype, **how))
        world.tree = grown
        yield world


def _resolves_all(row):
    """The resolver does not validate, so there is no AD. sealgate judges what the odd servers answer to it."""
    def run(world):
        world.gate.restart()
        with _running(world.lab, row, world.tree):
            found = _complaints(world.lab.wire, [each for report in REPORTS for each in report.asked if
                                                 UNBOUND in report.rows and row.program not in report.fails_at],
                                ({},), with_ad=False)
            expect(not found, *found[:60], *world.log_tail())
    return Case(f"{row.program}, whose queries to the servers of all reports are judged, resolves as without", run)


GROUPS = (
    *(Group(f"public reports, {ROWS[row]}", _on_host(row),
            tuple(_holds(report, row) for report in REPORTS if row in report.rows) +
            (Case("unbound: a server that was silent for a while is asked for signatures again "
                  "(systemd#36681, #5639)", _asked_with_do_again),) * (row is UNBOUND),
            obstacle=row.obstacle or tree.obstacle(LEAVES)) for row in ROWS),
    Group("public reports, too much in a datagram", on_host, (
        Case("a forwarder may send more than the client takes (aarond10/https_dns_proxy#184, 0xERR0R/blocky#205)",
             _cut_to_size),)),
    Group("public reports, at the resolver", _at_the_resolver, tuple(map(_resolves_all, ITERATING)),
          obstacle=next(filter(None, (row.obstacle for row in ITERATING)), None) or tree.obstacle(LEAVES)),
)
