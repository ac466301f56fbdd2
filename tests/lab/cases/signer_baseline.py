# SPDX-License-Identifier: GPL-2.0-or-later
"""What resolved before a zone was signed resolves after: faults of servers that nobody noticed before."""

from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import is_negative, is_positive, standing
from .signer_attacks import fresh

LACKING = ("AAAA", "HTTPS", "MX")       # types that the wildcard of a zone does not have


def _types_before_the_address(world):
    """NXDOMAIN for each type but A and TXT. A signed denial of the name would take the A down in each
    validator that uses NSEC records aggressively (RFC 8198)."""
    zone = legacy.BY_ORIGIN["nx-types.lab."]
    for validator in world.signing.validators:
        name = f"{fresh('t')}.wild.{zone.origin}"
        for rdtype in LACKING:
            answer = world.signing.ask_validator(validator, name, rdtype)
            expect(is_negative(answer, rdtype), f"{validator.name}: {name} {rdtype}: {described(answer)}")
        answer = world.signing.ask_validator(validator, name, "A")
        expect(is_positive(answer, "A"), f"{validator.name}: {name} A: {described(answer)}",
               *world.log_tail())


GROUPS = (
    Group("signer baseline", standing("gateway"), (
        Case("baseline: a name whose AAAA and HTTPS get NXDOMAIN keeps its A, with empty caches, for all "
             "validators", _types_before_the_address),)),
)
