# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer: real validators find the answers of servers that know no DNSSEC Secure."""

import contextlib
import dataclasses

from lab.signing import legacy
from lab.signing.judge import Judge

from .case import Case, Group, described, expect

# Names are relative to the zone; "@" is its apex. The zones differ little.
POSITIVE = (
    ("@", "A"), ("@", "MX"), ("@", "TXT"), ("@", "CAA"), ("@", "NS"), ("@", "SOA"), ("@", "DNSKEY"),
    ("@", "CDS"), ("@", "CDNSKEY"), ("@", "DS"),
    ("www", "A"), ("www", "AAAA"), ("WwW.cAsE", "A"), ("to-case", "MX"), ("_sip._udp", "SRV"),
    ("a.b.c.deep", "A"), ("anything.wild", "A"), ("x.y.wild", "TXT"), ("*.wild", "A"),
    ("real.wild", "A"), ("any.star", "A"), ("alias", "A"), ("alias", "CNAME"), ("alias2", "AAAA"),
    ("to-wild", "A"), ("to-mail", "A"), ("to-other", "A"), ("x.moved", "A"), ("moved", "DNAME"),
    ("big", "TXT"), ("huge", "TXT"),
)
NEGATIVE = (
    ("@", "AAAA"), ("@", "LOC"), ("www", "MX"), ("www", "LOC"), ("www", "HTTPS"), ("www", "DS"),
    ("www", "TYPE65400"), ("mail", "AAAA"),
    ("c.deep", "A"), ("b.c.deep", "TXT"), ("deep", "AAAA"), ("any.wild", "MX"), ("*.wild", "AAAA"),
    ("alias", "MX"), ("to-mail", "AAAA"), ("x.moved", "MX"), ("_udp", "SRV"),
    ("nowhere", "A"), ("a.b.nowhere", "A"), ("nowhere", "DS"), ("to-nowhere", "A"),
    ("nowhere.www", "TXT"), ("NoWhere2", "AAAA"), ("sub", "DS"),
)
INSECURE = (("www.sub", "A"), ("to-outside", "A"))

# The records that dnsmasq's options can express.
MASQ_POSITIVE = (
    ("@", "A"), ("@", "MX"), ("@", "TXT"), ("@", "NS"), ("@", "SOA"), ("@", "DNSKEY"),
    ("www", "A"), ("www", "AAAA"), ("_sip._udp", "SRV"), ("a.b.c.deep", "A"), ("alias", "A"),
    ("alias", "CNAME"), ("mail", "A"), ("big", "TXT"),
)
MASQ_NEGATIVE = (
    ("@", "AAAA"), ("@", "CAA"), ("www", "MX"), ("www", "LOC"), ("www", "DS"), ("mail", "AAAA"),
    ("c.deep", "A"), ("deep", "AAAA"), ("alias", "MX"), ("nowhere", "A"), ("a.b.nowhere", "A"),
    ("nowhere", "DS"), ("nowhere.www", "TXT"),
)

NEW_TYPES = ("CAA", "SRV", "LOC", "HTTPS", "DNAME", "TYPE65400")
NO_DENIAL = ("empty",)  # kinds whose server sends nothing to deny with, and sealgate does not know of it
NOT_VALIDATED = ("presigned",)


@dataclasses.dataclass
class SigningWorld:
    signing: object
    gate: object
    judge: object

    def log_tail(self):
        return self.gate.log_lines()[-4:] if self.gate else []

    def full(self, zone, name):
        return zone.origin if name == "@" else f"{name}.{zone.origin}"


def standing(place, validators=True, **settings):
    """The scene with sealgate at a place, and validators with empty caches."""
    @contextlib.contextmanager
    def scene(lab):
        signing = lab.signing
        with signing.sealgate(place, **settings) as gate:
            try:
                if validators:
                    signing.start_validators()
                yield SigningWorld(signing, gate, Judge(signing.keys))
            finally:
                signing.stop_validators()
    return scene


@contextlib.contextmanager
def without(lab):
    signing = lab.signing
    signing.start_validators()
    try:
        yield SigningWorld(signing, None, Judge(signing.keys))
    finally:
        signing.stop_validators()


def validated_zones():
    return [zone for zone in legacy.ZONES
            if zone.kind not in NOT_VALIDATED and zone.text is legacy.STANDARD]


def questions_of(zone, questions, masq_questions):
    if zone.kind == "dnsmasq":
        return masq_questions
    def can_be_had(name, rdtype):
        # Its answer fits no datagram, and this server has no TCP.
        is_too_long = zone.kind == "no-tcp" and name == "huge"
        return not is_too_long and not (zone.kind.endswith("-types") and rdtype in NEW_TYPES)

    return tuple(row for row in questions if can_be_had(*row))


# The validators' answers.

def _secure(answer):
    return answer is not None and answer.rcode == "NOERROR" and answer.has_ad


def is_positive(answer, rdtype):
    return _secure(answer) and bool(answer.data(rdtype))


def is_negative(answer, rdtype):
    return (answer is not None and answer.rcode in ("NOERROR", "NXDOMAIN") and answer.has_ad
            and not answer.data(rdtype))


def _is_insecure(answer, rdtype):
    return (answer is not None and answer.rcode == "NOERROR" and not answer.has_ad
            and bool(answer.data(rdtype)))


def can_ask(validator, rdtype):
    """PowerDNS Recursor has a use of its own for type 65400, and gives SERVFAIL for it in every zone."""
    return validator.name != "recursor" or rdtype != "TYPE65400"


def all_say(zone, questions, wanted):
    def run(world):
        wrong = []
        for name, rdtype in questions:
            for validator in world.signing.validators:
                if not can_ask(validator, rdtype):
                    continue
                full = world.full(zone, name)
                answer = world.signing.ask_validator(validator, full, rdtype)
                if not wanted(answer, rdtype):
                    wrong.append(f"{validator.name}: {full} {rdtype}: {described(answer)}")
        expect(not wrong, *wrong[:12], *world.log_tail())
    return run


def _validator_cases(prefix, zones):
    for zone in zones:
        yield Case(f"{prefix}: answers from {zone.origin} are Secure for all validators",
                   all_say(zone, questions_of(zone, POSITIVE, MASQ_POSITIVE), is_positive))
        if zone.kind not in NO_DENIAL:
            yield Case(f"{prefix}: denials from {zone.origin} are Secure for all validators",
                       all_say(zone, questions_of(zone, NEGATIVE, MASQ_NEGATIVE), is_negative))
        if zone.kind != "dnsmasq" and not zone.child_of:
            yield Case(f"{prefix}: unsigned children and alias targets of {zone.origin} stay unsigned",
                       all_say(zone, INSECURE, _is_insecure))


def _bogus_without(zone):
    def run(world):
        for validator in world.signing.validators:
            answer = world.signing.ask_validator(validator, f"www.{zone.origin}", "A")
            expect(answer is not None and answer.rcode == "SERVFAIL",
                   f"{validator.name}: {described(answer)}")
    return Case(f"signer ground: without sealgate {zone.origin} is Bogus for all validators", run)


SERVER_KINDS = ("nsd", "dnsmasq", "plain", "drops-edns", "silent-types", "countdown", "no-tcp")

GROUPS = (
    Group("signer ground", without,
          tuple(_bogus_without(legacy.BY_ORIGIN[origin])
                for origin in ("nsd.lab.", "masq.lab.", "plain.lab.")), needs_sealgate=False),
    Group("signer on a gateway", standing("gateway"),
          tuple(_validator_cases("gateway", validated_zones()))),
    Group("signer on the server", standing("server"),
          tuple(_validator_cases("server", [zone for zone in validated_zones()
                                            if zone.kind in SERVER_KINDS]))),
)
