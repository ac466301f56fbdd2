# SPDX-License-Identifier: GPL-2.0-or-later
"""The odd habits of old servers: one row each, by the name of the zone on such a server."""

import dataclasses
import typing

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.rdatatype import A, AAAA, CNAME, MX, NS, PTR, SOA, TXT

UDP_SIZE = 512
OLD_TYPES = (A, AAAA, CNAME, MX, NS, PTR, SOA, TXT)
SILENCE = False
TTL_START_S, TTL_STEP_S = 300, 7
SUBNET_SCOPES = {1: 24, 2: 48}      # of the answers of the server that chooses them by subnet


def _nothing_early(_server, _query):
    return None


def _nothing_late(_server, _query, response):
    return response


@dataclasses.dataclass(frozen=True)
class Quirk:
    early: typing.Callable = _nothing_early     # a response, SILENCE, or None: go on
    late: typing.Callable = _nothing_late       # changes the response
    has_tcp: bool = True
    compresses: bool = True
    keeps_case: bool = True                     # of the question
    cuts: typing.Callable = None                # what is too long for UDP; by default, all records go
    udp_size: int = UDP_SIZE
    delay_s: float = 0


def error_response(query, rcode):
    response = dns.message.make_response(query)
    response.use_edns(-1)
    response.set_rcode(rcode)
    return response


def _to_edns(react):
    return lambda _server, query: react(query) if query.edns >= 0 else None


def _to_new_types(react):
    return lambda _server, query: (None if query.question[0].rdtype in OLD_TYPES
                                   else react(query))


def _badvers(query):
    response = dns.message.make_response(query)
    response.use_edns(0, 0)
    response.set_rcode(dns.rcode.BADVERS)
    return response


def is_denial(response):
    return not response.answer and any(rrset.rdtype == SOA for rrset in response.authority)


def _without_soa(_server, _query, response):
    if is_denial(response):
        response.authority = []
    return response


def _without_soa_and_rcode(_server, _query, response):
    if is_denial(response):
        response.authority = []
        response.set_rcode(dns.rcode.NOERROR)
    return response


def _count_down(server, _query, response):
    """Counts TTLs down like a cache, and starts again at zero."""
    left = TTL_START_S - server.count * TTL_STEP_S % TTL_START_S
    for section in (response.answer, response.authority, response.additional):
        for rrset in section:
            rrset.ttl = min(rrset.ttl, left)
    return response


def _sign_by_itself(_server, query, response):
    name = query.question[0].name
    response.answer.append(dns.rrset.from_text(
        name, 300, "IN", "RRSIG", "A 13 2 300 20300101000000 20200101000000 1 lab. AAAA"))
    return response


def _deny_inner_names(server, query, response):
    """NXDOMAIN for a name that has no records but has names below it (RFC 8020, 4)."""
    zone = server.zone_of(query.question[0].name)
    if is_denial(response) and not zone.has_records(query.question[0].name):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _deny_names(_server, _query, response):
    """NXDOMAIN for each type that a name lacks (RFC 4074, 4.2), as load balancers send it."""
    if is_denial(response):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def _name_the_soa_after_the_question(_server, query, response):
    """The SOA of a denial has the name of the question, as some load balancers write it."""
    if is_denial(response):
        for rrset in response.authority:
            rrset.name = query.question[0].name
    return response


def _have_ns_everywhere(server, query, response):
    """NS for every name that is asked for them, whether it exists or not."""
    question = query.question[0]
    if question.rdtype == NS and is_denial(response):
        own = server.zone_of(question.name).get(server.zone_of(question.name).origin, NS)
        response.set_rcode(dns.rcode.NOERROR)
        response.authority = []
        response.answer.append(dns.rrset.from_rdata_list(question.name, own.ttl, list(own)))
    return response


def subnet_of(message):
    return next((option for option in message.options if option.otype == dns.edns.ECS), None)


def _choose_by_subnet(_server, query, response):
    """An address of its own for each subnet (RFC 7871, 7.2.1), which says so in every answer."""
    subnet = subnet_of(query)
    if query.edns < 0:
        return response
    if subnet is None:
        response.use_edns(0, 0)
        return response
    scope = SUBNET_SCOPES.get(subnet.family, 0) if subnet.srclen else 0
    response.use_edns(0, 0, options=[
        dns.edns.ECSOption(subnet.address, subnet.srclen, scope)])
    for rrset in response.answer:
        if rrset.rdtype == A and scope:
            part = dns.edns.ECSOption(subnet.address, scope).addrdata[-1]
            response.answer[response.answer.index(rrset)] = dns.rrset.from_text(
                rrset.name, rrset.ttl, "IN", "A", f"198.51.100.{part}")
    return response


def _rotate(server, _query, response):
    for rrset in response.answer:
        rdatas = list(rrset)
        rrset.clear()
        for at in range(len(rdatas)):
            rrset.add(rdatas[(at + server.count) % len(rdatas)])
    return response


def _add_much(server, query, response):
    """The zone's NS in every answer, and addresses for every host name in it."""
    zone = server.zone_of(query.question[0].name)
    if not response.answer or not zone or query.question[0].rdtype == NS:
        return response
    response.authority.append(zone.get(zone.origin, NS))
    for rrset in [*response.answer, *response.authority]:
        for rdata in rrset:
            host = getattr(rdata, "exchange", getattr(rdata, "target", None))
            if host is None or rrset.rdtype not in (MX, NS):
                continue
            response.additional += [found for rdtype in (A, AAAA)
                                    if (found := zone.get(host, rdtype))
                                    and found not in response.additional]
    return response


QUIRKS = {
    "plain": Quirk(),
    "drops-edns": Quirk(early=_to_edns(lambda query: SILENCE)),
    "formerr-edns": Quirk(early=_to_edns(lambda query: error_response(query, dns.rcode.FORMERR))),
    "notimp-edns": Quirk(early=_to_edns(lambda query: error_response(query, dns.rcode.NOTIMP))),
    "badvers-edns": Quirk(early=_to_edns(_badvers)),
    "notimp-types": Quirk(early=_to_new_types(lambda query: error_response(query, dns.rcode.NOTIMP))),
    "refused-types": Quirk(early=_to_new_types(lambda query: error_response(query, dns.rcode.REFUSED))),
    "servfail-types": Quirk(early=_to_new_types(lambda query: error_response(query, dns.rcode.SERVFAIL))),
    "silent-types": Quirk(early=_to_new_types(lambda query: SILENCE)),
    "no-soa": Quirk(late=_without_soa),
    "empty": Quirk(late=_without_soa_and_rcode),
    "countdown": Quirk(late=_count_down),
    "presigned": Quirk(late=_sign_by_itself),
    "nx-inner": Quirk(late=_deny_inner_names),
    "nx-types": Quirk(late=_deny_names),
    "soa-names": Quirk(late=_name_the_soa_after_the_question),
    "ns-everywhere": Quirk(late=_have_ns_everywhere),
    "lower": Quirk(keeps_case=False),
    "wordy": Quirk(compresses=False),
    "subnet": Quirk(late=_choose_by_subnet),
    "rotate": Quirk(late=_rotate),
    "additional": Quirk(late=_add_much),
    "no-tcp": Quirk(has_tcp=False),
}


def _lower(name):
    return dns.name.Name(label.lower() for label in name.labels)


def _render(response, compresses):
    """dnspython compresses names by itself; to avoid this, each record is written separately."""
    if compresses:
        return response.to_wire(max_size=65535)
    header = response.to_wire(max_size=65535)[:12]
    wire = header + response.question[0].name.to_wire() + \
        response.question[0].rdtype.to_bytes(2, "big") + b"\0\1"
    for section in (response.answer, response.authority, response.additional):
        for rrset in section:
            for rdata in rrset:
                octets = rdata.to_wire()
                wire += rrset.name.to_wire() + rrset.rdtype.to_bytes(2, "big") + b"\0\1" + \
                    rrset.ttl.to_bytes(4, "big") + len(octets).to_bytes(2, "big") + octets
    return wire


def to_wire(quirk, response, over_tcp):
    """The octets to send; over UDP at most 512 (RFC 1035)."""
    if not quirk.keeps_case:
        response.question[0].name = _lower(response.question[0].name)
    wire = _render(response, quirk.compresses)
    if not over_tcp and len(wire) > quirk.udp_size:
        if quirk.cuts:
            return quirk.cuts(response).to_wire()
        for section in (response.answer, response.authority, response.additional):
            section.clear()
        response.flags |= dns.flags.TC
        wire = response.to_wire()
    return wire
