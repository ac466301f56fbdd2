# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker cannot stop the genuine response, but always answers first."""

import time

import dns.flags
import dns.message
import dns.rcode
from dns.rdatatype import RRSIG

from . import data
from .message import FORGED, KEY_TYPES, empty, replace

KEY_DELAY_S = 0.3       # shorter than the first timeout of a fetch


def first(attack):
    """The response as `attack` alters it, and then the genuine response."""
    def run(response, scene):
        genuine = response.to_wire(max_size=65535)
        forged = attack(response, scene)
        return (forged if isinstance(forged, list) else [forged]) + [genuine]
    return run


def crowd(*attacks):
    """The response as each attack alters it, and then the genuine response."""
    def run(response, scene):
        genuine = response.to_wire(max_size=65535)
        return [attack(dns.message.from_wire(genuine), scene) for attack in attacks] + [genuine]
    return run


def with_slow_keys(attack):
    """Fetches of keys take a while, so many responses come meanwhile."""
    def run(response, scene):
        if scene.question.rdtype not in KEY_TYPES:
            return attack(response, scene)
        time.sleep(KEY_DELAY_S)
        return response
    return run


def sign_as_own_zone(response, scene):
    """The forged data are signed by the name itself, as if it were a zone. As far as sealgate knows, it may
    be one: so this response needs keys, and the genuine response does not."""
    data.forge_address_keep_signature(response, scene)
    for rrset in response.answer:
        if rrset.rdtype == RRSIG:
            replace(rrset, [rdata.replace(signer=scene.question.name) for rdata in rrset])
    return response


def while_others_hog(attack):
    """Gives no keys for names that begin with "hog", whose responses take the room of others."""
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
