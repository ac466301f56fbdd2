# SPDX-License-Identifier: GPL-2.0-or-later
"""Unusual names, the longest names, and unusual types: what real validators say."""

from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import all_say, is_negative, is_positive, standing
from .signer_attacks import fresh
from .signer_packets import judged_by_itself, name_of

ZONES = [legacy.BY_ORIGIN[origin] for origin in ("names.lab.", "odd-names.lab.")]
LONG = legacy.LONG_LABEL

OWNERS = (r"\000zero", r"a\.dot", r"sp\032ace", r"del\127", r"high\255\200", r"\@at",
          r"semi\;colon", r"\[bracket\\", "UPPER", "upper", "uPPer", "xn--bcher-kva", LONG,
          "a.b.inner", "twin")
POSITIVE = (
    *((owner, "A") for owner in OWNERS),
    (f"x.{LONG}", "TXT"), ("exchange", "MX"), ("service._tcp", "SRV"), ("pointer", "PTR"),
    ("alias", "A"), ("to-zero", "A"), ("twin", "TXT"), ("empty", "TXT"), ("unknown", "TYPE65400"),
    # the apex's wildcard covers all of these, and the other wildcard the last
    ("nothing", "A"), ("a.b.c.d.e.f", "A"), (r"\000", "A"), (r"\255\255.\000", "A"), ("*", "A"),
    (r"\*", "A"), ("xn--nxasmq6b", "A"), ("y.c.inner", "A"), ("*.c.inner", "A"),
)
NEGATIVE = (
    *((owner, "MX") for owner in OWNERS),
    ("inner", "A"), ("b.inner", "A"), ("c.inner", "TXT"), ("_tcp", "A"), ("nothing", "MX"),
    ("*", "TXT"), ("y.c.inner", "TXT"), ("twin", "DS"), (r"\000zero", "DS"), (r"a\.dot", "AAAA"),
    # below a name that exists the apex's wildcard does not apply
    ("below.twin", "A"), (r"\000.twin", "A"), (r"\255.twin", "A"), (r"\255\255\255.UPPER", "A"),
    (r"a\.b.twin", "A"), ("z.inner", "A"), (f"{LONG}.twin", "A"), ("A.B.C.TWIN", "A"),
)


def _validated(zone):
    yield Case(f"names: answers from {zone.origin} for unusual names are Secure for all validators",
               all_say(zone, POSITIVE, is_positive))
    yield Case(f"names: denials from {zone.origin} for unusual names are Secure for all validators",
               all_say(zone, NEGATIVE, is_negative))


def _is_long_and_secure(octets, label, zone, wrong, world):
    """The wildcard covers each name; it has no MX; below a name that exists it does not apply."""
    for wildcard, rdtype, wanted in (("@", "A", is_positive), ("@", "MX", is_negative),
                                     ("twin", "A", is_negative)):
        name = name_of(octets, label, zone.origin, wildcard)
        if name is None:
            continue
        for validator in world.signing.validators:
            answer = world.signing.ask_validator(validator, name, rdtype)
            if not wanted(answer, rdtype):
                wrong.append(f"{validator.name}: {octets} octets, labels of {label}, {wildcard} "
                             f"{rdtype}: {described(answer)[:200]}")


def _longest_names(zone):
    def run(world):
        wrong = []
        for octets in (252, 253, 254, 255):
            for label in (31, 62, 63):
                _is_long_and_secure(octets, label, zone, wrong, world)
        expect(not wrong, *wrong[:12])
    return Case(f"names: the longest names of {zone.origin} are Secure for all validators", run)


# Unusual types.

PLAIN = legacy.BY_ORIGIN["plain.lab."]
ANY_NAMES = ("www", "any.wild", "alias", "c.deep")


def _validators(world, *without):
    return [each for each in world.signing.validators if each.name not in without]


def _any_is_secure(world):
    """One of the RRsets of the name (RFC 8482). Knot Resolver refuses ANY for every zone."""
    for zone in (PLAIN, legacy.BY_ORIGIN["nsd.lab."]):
        for name in ANY_NAMES:
            for validator in _validators(world, "kresd"):
                answer = world.signing.ask_validator(validator, world.full(zone, name), "ANY")
                expect(answer is not None and answer.rcode == "NOERROR" and answer.has_ad
                       and answer.records("answer"),
                       f"{validator.name}: {name}: {described(answer)}")
        for validator in _validators(world, "kresd"):
            where = f"{validator.name}: {zone.origin}"
            # BIND adds the parent's NS, which is not signed, and so sets no AD.
            answer = world.signing.ask_validator(validator, zone.origin, "ANY")
            expect(answer is not None and answer.rcode == "NOERROR" and answer.records("answer")
                   and (answer.has_ad or validator.name == "named"), f"{where}: {described(answer)}")
            answer = world.signing.ask_validator(
                validator, f"{fresh('any')}.{zone.origin}", "ANY")
            expect(is_negative(answer, "ANY"), f"{where}: no such name: {described(answer)}")
            answer = world.signing.ask_validator(validator, f"www.sub.{zone.origin}", "ANY")
            expect(answer is not None and answer.rcode == "NOERROR" and not answer.has_ad
                   and answer.data("A"), f"{where}: unsigned child: {described(answer)}")
    for name in ("www.plain.lab.", "www.sub.plain.lab."):
        for validator in (each for each in world.signing.validators if each.name == "kresd"):
            answer = world.signing.ask_validator(validator, name, "ANY")
            expect(answer is not None and not answer.records("answer"),
                   f"{validator.name}: {name}: {described(answer)}")


def _denying_types(world):
    """A name's NSEC is answered like any other type; NSEC3PARAM does not exist."""
    for zone in (PLAIN, legacy.BY_ORIGIN["nsd.lab."], legacy.BY_ORIGIN["nx-inner.lab."]):
        for validator in world.signing.validators:
            for name, rdtype, wanted in (("www", "NSEC", is_positive), ("@", "NSEC", is_positive),
                                         ("any.wild", "NSEC", is_positive),
                                         ("@", "NSEC3PARAM", is_negative),
                                         ("www", "NSEC3PARAM", is_negative)):
                answer = world.signing.ask_validator(validator, world.full(zone, name), rdtype)
                expect(wanted(answer, rdtype), f"{validator.name}: {name}.{zone.origin} {rdtype}: "
                       f"{described(answer)[:200]}")


def _refused_types(world):
    """Types that must not be answered give no records, and no denial either."""
    for validator in world.signing.validators:
        for rdtype in ("TYPE128", "RRSIG"):
            answer = world.signing.ask_validator(validator, f"{fresh('r')}.wild.plain.lab.", rdtype)
            expect(answer is not None and answer.rcode in ("SERVFAIL", "FORMERR", "REFUSED"),
                   f"{validator.name}: {rdtype}: {described(answer)}")


GROUPS = (
    Group("signer names", standing("gateway"), (
        *(case for zone in ZONES for case in _validated(zone)),
        *(_longest_names(zone) for zone in ZONES),
        Case("types: ANY gives one RRset of the name, Secure", _any_is_secure),
        Case("types: NSEC and NSEC3PARAM are Secure", _denying_types),
        Case("types: RRSIG and type 128 are refused, and not denied", _refused_types))),
    Group("signer names by packet", standing("gateway", validators=False), tuple(
        judged_by_itself(zone, POSITIVE + NEGATIVE) for zone in ZONES)),
)
