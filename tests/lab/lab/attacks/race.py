# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker cannot stop the genuine response, but his own is always there first."""

import time

import dns.flags
import dns.message
import dns.rcode
from dns.rdatatype import RRSIG

from . import data
from .message import FORGED, KEY_TYPES, empty, replace

KEY_DELAY_S = 0.3       # less than a fetch waits for its first try


def first(attack):
    """What `attack` makes of the response, and then the response."""
    def run(response, scene):
        genuine = response.to_wire(max_size=65535)
        forged = attack(response, scene)
        return (forged if isinstance(forged, list) else [forged]) + [genuine]
    return run


def crowd(*attacks):
    """What each makes of the response, and then the response."""
    def run(response, scene):
        genuine = response.to_wire(max_size=65535)
        return [attack(dns.message.from_wire(genuine), scene) for attack in attacks] + [genuine]
    return run


def with_slow_keys(attack):
    """Whoever must fetch keys waits for them for a while: many responses come meanwhile."""
    def run(response, scene):
        if scene.question.rdtype not in KEY_TYPES:
            return attack(response, scene)
        time.sleep(KEY_DELAY_S)
        return response
    return run


def sign_as_own_zone(response, scene):
    """The forged data are signed by the name itself, as if it were a zone. There may be one, as far
    as anybody knows: so this needs keys where the genuine response needs none any more."""
    data.forge_address_keep_signature(response, scene)
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            replace(rrset, [rdata.replace(signer=scene.question.name) for rdata in rrset])
    return response


def while_others_hog(attack):
    """No keys for names that begin with "hog", which only hold what others could wait in."""
    def run(response, scene):
        if scene.question.name.labels[0].startswith(b"hog"):
            if scene.question.rdtype in KEY_TYPES:
                return None
            return data.forge_address(response, scene)
        return attack(response, scene) if scene.question.rdtype in FORGED else response
    return run


def fail_with(rcode):
    def run(response, scene):
        return empty(response, rcode)
    return run


def truncate(response, scene):
    empty(response).flags |= dns.flags.TC
    return response


SERVFAIL, REFUSED = fail_with(dns.rcode.SERVFAIL), fail_with(dns.rcode.REFUSED)
