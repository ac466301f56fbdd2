# SPDX-License-Identifier: GPL-2.0-or-later
"""No attacks, but habits of servers that know little DNSSEC, or no EDNS."""

import collections

import dns.flags
import dns.message
import dns.query
import dns.rcode
from dns.rdatatype import RRSIG

from .. import topology
from . import data, signature
from .message import FORGED


def _without_opt(message):
    message.use_edns(False)
    return message


def refuse_edns(answers, rcode=dns.rcode.FORMERR):
    """Answers a query with an OPT by an error (RFC 6891, 7)."""
    def respond(response, scene):
        if scene.query.edns >= 0:
            refusal = _without_opt(dns.message.make_response(scene.query))
            refusal.set_rcode(rcode)
            return refusal
        return _without_opt(answers(response, scene))
    return respond


def drop_edns(answers):
    """Does not answer such a query, or a middlebox in front of it drops the query."""
    def respond(response, scene):
        return None if scene.query.edns >= 0 else _without_opt(answers(response, scene))
    return respond


def _has_extras(query):
    return query.options or query.edns > 0 or query.ednsflags & ~dns.flags.DO & 0xffff


def refuse_options(response, scene):
    """Answers what is in a client's OPT (a cookie, a subnet, version 1) by an error of an old server."""
    return refuse_edns(genuine)(response, scene) if _has_extras(scene.query) else response


def drop_options(response, scene):
    """A middlebox in front of the server drops such a query."""
    return None if _has_extras(scene.query) else response


def genuine(response, scene):
    return response


def ignore_size(response, scene):
    """A forwarder that gets its answers over HTTPS, and sends each as one datagram, however little the client can
    take."""
    if not response.flags & dns.flags.TC:
        return response
    return dns.query.tcp(scene.query, topology.UPSTREAM[4])


_asked = collections.Counter()


def lose_a_signature_in_turn(response, scene):
    """A resolver whose cache loses a signature now and then: each second answer to a question, the first one
    included, lacks one RRSIG."""
    _asked[scene.question.to_text()] += 1
    if _asked[scene.question.to_text()] % 2:
        for section in (response.answer, response.authority):
            signatures = [rrset for rrset in section if rrset.rdtype == RRSIG]
            if signatures:
                section.remove(signatures[0])
                break
    return response


def strip_and_forge(response, scene):
    """A poisoned resolver that leaves out signatures."""
    if scene.question.rdtype in FORGED:
        return data.forge_address(response, scene)
    return signature.strip_dnssec_everywhere(response, scene)
