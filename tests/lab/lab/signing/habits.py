# SPDX-License-Identifier: GPL-2.0-or-later
"""The habits of the zoo: each alters a right answer of an unsigned zone, as some server of the world does."""

import ipaddress

import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rrset
from dns.rdatatype import A, AAAA, CNAME, HTTPS, MX, NS, SOA, TXT

from .quirks import QUIRKS, UDP_SIZE, Quirk, error_response, is_denial

ECS = 8
TTL_HUGE = 2 ** 31
SLOW_S = 0.3        # of a server that takes a second, Knot Resolver loses answers of the unsigned zone, too


def _sections(response):
    return (response.answer, response.authority, response.additional)


def _apex(server, query):
    return server.zone_of(query.question[0].name).origin


def _own(server, query, rdtype):
    zone = server.zone_of(query.question[0].name)
    return zone.get(zone.origin, rdtype)


def _record(name, rdtype, text, ttl=300):
    return dns.rrset.from_text(name, ttl, "IN", rdtype, text)


def late(change):
    """A habit that changes the response in place: change(server, query, response)."""
    def run(server, query, response):
        change(server, query, response)
        return response
    return Quirk(late=run)


def for_denials(change):
    return late(lambda server, query, response: is_denial(response) and change(server, query, response))


def for_answers(change):
    return late(lambda server, query, response: response.answer and change(server, query, response))


def _addresses(response):
    return [rrset for rrset in response.answer if rrset.rdtype in (A, AAAA)]


def _keep_one(server, _query, response):
    for rrset in _addresses(response):
        chosen = list(rrset)[server.count % len(rrset)]
        rrset.clear()
        rrset.add(chosen)


def _put_address(response, number):
    for rrset in response.answer:
        if rrset.rdtype == A:
            rrset.clear()
            rrset.add(dns.rdata.from_text("IN", "A", f"198.51.100.{number}"))


def _geo_by_source(_server, query, response):
    _put_address(response, int(ipaddress.ip_address(query.client)) % 250)


def _geo_by_subnet(_server, query, response):
    subnet = next((option for option in query.options if option.otype == ECS), None)
    _put_address(response, 1 + (sum(subnet.to_wire()) % 200 if subnet else 0))
    if subnet:
        response.use_edns(0, 0, 1232, options=[subnet])


def _set_ttls(choose):
    def change(server, _query, response):
        for section in _sections(response):
            for rrset in section:
                rrset.ttl = choose(server)
    return late(change)


def _mixed_ttls(_server, _query, response):
    """Records of one RRset with TTLs of their own (RFC 2181, 5.2)."""
    for rrset in _addresses(response):
        response.answer.remove(rrset)
        for number, rdata in enumerate(list(rrset)):
            response.answer.append(dns.rrset.from_rdata(rrset.name, 60 + 60 * number, rdata))


def _clear_aa(_server, _query, response):
    response.flags &= ~dns.flags.AA


def _set(flag):
    return late(lambda _server, _query, response: setattr(response, "flags", response.flags | flag))


def _drop_authority(_server, _query, response):
    response.authority = []


def _soa_in_answer(_server, _query, response):
    response.answer, response.authority = response.authority, []


def _rename_soa(name_of):
    def change(server, query, response):
        for rrset in response.authority:
            rrset.name = name_of(_apex(server, query), query.question[0].name)
    return for_denials(change)


def _ns_with_denial(server, query, response):
    response.authority.append(_own(server, query, NS))


def _ns_instead_of_soa(server, query, response):
    response.authority = [_own(server, query, NS)]


def _ns_of_the_root(_server, _query, response):
    response.authority = [_record(dns.name.root, "NS", "a.root-servers.net.")]


def _soa_with_answer(server, query, response):
    if query.question[0].rdtype != SOA:
        response.authority.append(_own(server, query, SOA))


def _ns_with_answer(server, query, response):
    if query.question[0].rdtype != NS:
        response.authority.append(_own(server, query, NS))


def _noerror(_server, _query, response):
    response.set_rcode(dns.rcode.NOERROR)


def _repeat(_server, _query, response):
    response.answer += list(response.answer)


def _repeat_alias(_server, _query, response):
    response.answer[:0] = [rrset for rrset in response.answer if rrset.rdtype == CNAME]


def _reverse(_server, _query, response):
    response.answer.reverse()


def _alien_answer(_server, _query, response):
    response.answer.append(_record(dns.name.from_text("www.alien.test."), "A", "203.0.113.66"))


def _alien_authority(_server, _query, response):
    response.authority.append(_record(dns.name.from_text("alien.test."), "NS", "ns.alien.test."))


def _alien_additional(_server, _query, response):
    response.additional.append(_record(dns.name.from_text("ns.alien.test."), "A", "203.0.113.66"))


def _neighbour(server, query, response):
    """Another name of the zone in the answer, which nobody asked for."""
    response.answer.append(_record(dns.name.Name((b"neighbour",) + _apex(server, query).labels), "A",
                                   "192.0.2.99"))


def _upper(name):
    return dns.name.Name(label.upper() for label in name.labels)


def _capitals(_server, _query, response):
    for section in _sections(response):
        for rrset in section:
            rrset.name = _upper(rrset.name)


def _early(rdtypes, rcode):
    def react(_server, query):
        return error_response(query, rcode) if query.question[0].rdtype in rdtypes else None
    return Quirk(early=react)


def _only_old_types(rcode):
    def react(_server, query):
        return None if query.question[0].rdtype in (A, AAAA, NS, SOA, CNAME, MX, TXT) else error_response(query, rcode)
    return Quirk(early=react)


def _ns_below_refused(server, query):
    question = query.question[0]
    if question.rdtype in (NS, SOA) and question.name != _apex(server, query):
        return error_response(query, dns.rcode.REFUSED)
    return None


def _cut_rdatas(response):
    """TC, with as many records as fit."""
    response.flags |= dns.flags.TC
    return _shortened(response)


def _shortened(response):
    response.authority, response.additional = [], []
    while len(response.to_wire(max_size=65535)) > UDP_SIZE:
        last = response.answer[-1]
        last.remove(list(last)[-1])
        if not last:
            response.answer.pop()
    return response


def _cut_nothing(response):
    response.flags |= dns.flags.TC
    return response


def _always_cut(_server, query, response):
    if not query.over_tcp:
        response.flags |= dns.flags.TC


def _ra_and_rd(_server, _query, response):
    response.flags |= dns.flags.RA | dns.flags.RD


HABITS = {
    "right": Quirk(),
    "one-of-many": for_answers(_keep_one),
    "rotating": QUIRKS["rotate"],
    "geo-source": for_answers(_geo_by_source),
    "geo-subnet": for_answers(_geo_by_subnet),
    "ttl-changes": _set_ttls(lambda server: 30 + server.count * 7 % 270),
    "ttl-zero": _set_ttls(lambda _server: 0),
    "ttl-huge": _set_ttls(lambda _server: TTL_HUGE),
    "ttl-mixed": for_answers(_mixed_ttls),
    "aa-clear": late(_clear_aa),
    "aa-clear-denial": for_denials(_clear_aa),
    "sets-ra": late(_ra_and_rd),
    "sets-ad": _set(dns.flags.AD),
    "soa-left-out": for_denials(_drop_authority),
    "soa-in-answer": for_denials(_soa_in_answer),
    "soa-of-name": _rename_soa(lambda _apex, name: name),
    "soa-of-parent": _rename_soa(lambda apex, _name: apex.parent()),
    "soa-of-root": _rename_soa(lambda _apex, _name: dns.name.root),
    "soa-with-answer": for_answers(_soa_with_answer),
    "ns-with-denial": for_denials(_ns_with_denial),
    "ns-for-soa": for_denials(_ns_instead_of_soa),
    "ns-of-root": for_denials(_ns_of_the_root),
    "ns-with-answer": for_answers(_ns_with_answer),
    "ns-refused": _early((NS,), dns.rcode.REFUSED),
    "ns-below-refused": Quirk(early=_ns_below_refused),
    "soa-refused": _early((SOA,), dns.rcode.REFUSED),
    "nx-for-types": QUIRKS["nx-types"],
    "nx-for-inner": QUIRKS["nx-inner"],
    "never-nx": for_denials(_noerror),
    "https-refused": _early((HTTPS,), dns.rcode.REFUSED),
    "types-notimp": _only_old_types(dns.rcode.NOTIMP),
    "types-refused": _only_old_types(dns.rcode.REFUSED),
    "cuts-part": Quirk(cuts=_cut_rdatas),
    "cuts-silently": Quirk(cuts=_shortened),
    "cuts-nothing": Quirk(cuts=_cut_nothing, udp_size=300),
    "always-cut": late(_always_cut),
    "folds-case": Quirk(keeps_case=False),
    "capitals": late(_capitals),
    "no-compression": Quirk(compresses=False),
    "repeats": for_answers(_repeat),
    "repeats-alias": for_answers(_repeat_alias),
    "reversed": for_answers(_reverse),
    "alien-answer": for_answers(_alien_answer),
    "alien-authority": for_answers(_alien_authority),
    "alien-additional": for_answers(_alien_additional),
    "neighbour": for_answers(_neighbour),
    "no-tcp": Quirk(has_tcp=False),
    "slow": Quirk(delay_s=SLOW_S),
}
# A validator takes seconds for each question, so the zoo asks all at once.
PATIENT = {"no-edns": QUIRKS["drops-edns"]}
# Habits that the operator may tell of, by keys of a zone in sign.zones.
TOLD = {f"{name}-told": ' empty = "nodata";' for name in ("soa-left-out", "ns-for-soa", "ns-of-root")}
HABITS |= {name: HABITS[name.removesuffix("-told")] for name in TOLD}
VARYING = ("one-of-many", "geo-source", "geo-subnet", "cuts-silently")     # their answers change
