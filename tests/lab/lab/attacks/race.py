# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacker cannot stop the genuine response, but his own is always there first."""

import dns.flags
import dns.rcode

from .message import empty


def first(attack):
    """What `attack` makes of the response, and then the response."""
    def run(response, scene):
        genuine = response.to_wire(max_size=65535)
        forged = attack(response, scene)
        return (forged if isinstance(forged, list) else [forged]) + [genuine]
    return run


def fail_with(rcode):
    def run(response, scene):
        return empty(response, rcode)
    return run


def truncate(response, scene):
    empty(response).flags |= dns.flags.TC
    return response


SERVFAIL, REFUSED = fail_with(dns.rcode.SERVFAIL), fail_with(dns.rcode.REFUSED)
