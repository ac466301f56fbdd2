# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacks of lab/attacks, and what each may lead to: never to what the attacker wants."""

import dataclasses

from lab import ask
from lab.attacks import FORGED

from .case import Case, Group, described, expect, on_gateway, on_host, on_router
from .silence import answers_under

# The forged addresses, in every form in which they could pass.
_FORGED_TEXT = tuple(FORGED.values())

# Extended DNS Errors (RFC 8914).
BOGUS, EXPIRED, NOT_YET, NO_DNSKEY, NO_RRSIGS, NO_NSEC = 6, 7, 8, 9, 10, 12
ANY_EDE = None
NO_EDE = frozenset()    # the refusal is not sealgate's


@dataclasses.dataclass(frozen=True)
class Row:
    attack: str
    name: str
    rdtype: str
    ede: object             # one of these codes must come; or ANY_EDE
    may: tuple = ("SERVFAIL",)
    fresh: bool = False     # needs a sealgate that does not know the zone's keys yet


REFUSED = ("SERVFAIL", "silence")
SECURE_NAMES = ("www.p256.test.", "www.rsa256.test.", "www.bank.example.", "www.child.salted.test.")

ROWS = (
    *(Row("forge-address", name, rdtype, {NO_RRSIGS})
      for name in SECURE_NAMES for rdtype in ("A", "AAAA")),
    Row("forge-address", "nowhere.p256.test.", "A", {NO_RRSIGS}),
    Row("forge-address", "any.wild.p256.test.", "A", {NO_RRSIGS}),
    *(Row("forge-address-keep-signature", f"www.{zone}.test.", "A", {BOGUS}) for zone in
      ("rsa256", "rsa512", "p256", "p384", "ed25519", "ed448")),
    Row("forge-address-with-ad", "www.p256.test.", "A", {NO_RRSIGS}),
    Row("add-forged-address", "www.p256.test.", "A", {BOGUS}),
    Row("forge-alias", "www.p256.test.", "A", {NO_RRSIGS}),
    Row("forge-alias-loop", "www.p256.test.", "A", ANY_EDE),
    Row("forge-alias-loop", "www.unsigned.test.", "A", ANY_EDE, REFUSED + ("other",)),
    Row("forge-under-refusal", "www.p256.test.", "A", ANY_EDE, REFUSED + ("failure",)),
    Row("forge-as-query", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("forge-as-query", "www.unsigned.test.", "A", ANY_EDE, REFUSED),
    Row("forge-as-notify", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("forge-behind-alias", "to-secure.unsigned.test.", "A", {NO_RRSIGS}),
    Row("forge-behind-alias", "alias.p256.test.", "A", {NO_RRSIGS}),
    Row("forge-behind-alias", "to-example.p256.test.", "A", {NO_RRSIGS}),
    Row("forge-behind-alias", "to-example.plain.p256.test.", "A", {NO_RRSIGS}),
    Row("forge-synthesis", "host.moved.p256.test.", "A", ANY_EDE),
    Row("add-unrelated-answer", "www.p256.test.", "A", ANY_EDE, ("SERVFAIL", "genuine")),
    Row("add-unrelated-answer", "www.unsigned.test.", "A", ANY_EDE, ("SERVFAIL", "genuine")),
    Row("poison-additional", "www.unsigned.test.", "A", ANY_EDE, ("SERVFAIL", "genuine")),
    Row("answer-from-twin", "www.p256.test.", "A", {BOGUS, NO_DNSKEY}),
    Row("answer-of-another-name", "www.p256.test.", "A", ANY_EDE),

    *(Row(attack, name, "A", {NO_RRSIGS, NO_NSEC}) for name in SECURE_NAMES
      for attack in ("forge-nxdomain", "forge-nodata", "forge-bare-nodata")),
    Row("forge-nxdomain", "alias.p256.test.", "A", {NO_RRSIGS, NO_NSEC}),
    Row("forge-nodata", "p256.test.", "MX", {NO_RRSIGS, NO_NSEC}),
    Row("replay-denial", "www.p256.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-denial", "www.rsa256.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-denial", "www.optout.test.", "A", {BOGUS, NO_NSEC}),
    *(Row(attack, f"any.wild.{zone}.test.", "A", ANY_EDE) for zone in ("p256", "p384", "salted")
      for attack in ("wildcard-into-nxdomain", "wildcard-into-nodata")),
    Row("deny-from-above", "www.child.p256.test.", "A", {BOGUS, NO_NSEC}),
    Row("nodata-into-nxdomain", "www.p256.test.", "A", ANY_EDE),
    Row("nodata-into-nxdomain", "www.p256.test.", "LOC", {BOGUS, NO_NSEC}),
    Row("nodata-into-nxdomain", "www.p384.test.", "LOC", {BOGUS, NO_NSEC}),

    *(Row("strip-signatures", name, "A", {NO_RRSIGS}) for name in SECURE_NAMES),
    Row("strip-data", "www.p256.test.", "A", ANY_EDE),
    Row("strip-data", "www.rsa256.test.", "AAAA", ANY_EDE),
    *(Row("strip-dnssec", name, "A", {NO_RRSIGS}) for name in SECURE_NAMES),
    Row("strip-dnssec", "nowhere.p256.test.", "A", {NO_RRSIGS, NO_NSEC}),
    Row("strip-dnssec", "nowhere.ed448.test.", "A", {NO_RRSIGS, NO_NSEC}),
    Row("strip-dnssec", "to-example.p256.test.", "A", {NO_RRSIGS}),
    Row("strip-denial-proof", "nowhere.p256.test.", "A", {NO_NSEC}),
    Row("strip-denial-proof", "nowhere.salted.test.", "A", {NO_NSEC}),
    Row("strip-denial-proof", "www.p256.test.", "LOC", {NO_NSEC}),
    Row("strip-denial-proof", "any.wild.p256.test.", "A", {BOGUS, NO_NSEC}),
    Row("strip-denial-proof", "any.wild.ed448.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-wildcard", "real.wild.p256.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-wildcard", "real.wild.p384.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-wildcard-from-above", "below.real.wild.p256.test.", "A", {BOGUS, NO_NSEC}),
    Row("replay-wildcard-from-above", "below.real.wild.p384.test.", "A", {BOGUS, NO_NSEC}),
    *(Row("flip-signature-bit", f"www.{zone}.test.", "AAAA", {BOGUS}) for zone in
      ("rsa256", "rsa512", "p256", "p384", "ed25519", "ed448")),
    Row("flip-signature-bit", "nowhere.p256.test.", "A", {BOGUS, NO_NSEC}),
    # The order is left to chance: with the good one among the first two all of it is Secure, and too
    # long for a datagram.
    Row("add-many-signatures", "www.p256.test.", "A", ANY_EDE, ("SERVFAIL", "genuine", "truncated")),
    Row("extend-expiry", "www.expired.test.", "A", {BOGUS, EXPIRED}),

    Row("change-question-case", "www.p256.test.", "A", ANY_EDE, ("genuine",)),
    Row("change-id", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("change-id", "www.unsigned.test.", "A", ANY_EDE, REFUSED),
    Row("swap-question", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("swap-question", "www.plain.p256.test.", "A", ANY_EDE, REFUSED),
    Row("race-wrong-id", "www.p256.test.", "A", ANY_EDE, ("genuine",)),
    Row("race-wrong-id", "www.unsigned.test.", "A", ANY_EDE, ("genuine",)),
    Row("race-wrong-question", "www.unsigned.test.", "A", ANY_EDE, ("genuine",)),
    Row("drop-question", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("cut-short", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("cut-short", "www.unsigned.test.", "A", ANY_EDE, REFUSED),
    Row("append-garbage", "www.p256.test.", "A", ANY_EDE, REFUSED + ("genuine",)),
    Row("garbage", "www.p256.test.", "A", ANY_EDE, REFUSED),
    Row("silence", "www.p256.test.", "A", ANY_EDE, ("silence",)),
    Row("truncate-forged", "www.p256.test.", "A", ANY_EDE, ("genuine",)),
    Row("truncate-as-nxdomain", "www.p256.test.", "A", ANY_EDE, ("genuine",)),
    *(Row(attack, name, "A", NO_EDE, ("SERVFAIL", "failure"))
      for attack in ("extend-rcode", "extend-rcode-of-nxdomain")
      for name in ("www.p256.test.", "www.unsigned.test.")),
    Row("forge-referral", "www.p256.test.", "A", ANY_EDE),

    Row("impersonate-zone", "www.p256.test.", "A", {BOGUS, NO_DNSKEY}, fresh=True),
    Row("impersonate-zone", "p256.test.", "DNSKEY", ANY_EDE, fresh=True),
    Row("fail-key-fetches", "www.p256.test.", "A", ANY_EDE, fresh=True),
    Row("silence-key-fetches", "www.p256.test.", "A", ANY_EDE, REFUSED, fresh=True),
    Row("truncate-key-fetches", "www.p256.test.", "A", ANY_EDE, ("genuine",), fresh=True),
    Row("strip-dnssec-everywhere", "www.p256.test.", "A", ANY_EDE, fresh=True),
    *(Row(attack, name, "A", ANY_EDE, fresh=True)
      for attack in ("deny-ds-unsigned", "deny-ds-by-nsec3-replay", "deny-ds-by-nsec-replay",
                     "deny-ds-by-child")
      for name in ("www.p256.test.", "www.bank.example.", "www.child.p256.test.",
                   "www.child.salted.test.")),
    *(Row("deny-ds-by-sibling", f"www.child.{parent}.test.", "A", ANY_EDE, fresh=True)
      for parent in ("p256", "salted", "optout")),
)

# How the client asks, and over which family.
WAYS = (
    ("plain", 4, {}),
    ("with EDNS", 6, {"edns": 1232}),
    ("with DO", 4, {"do": True}),
)


def outcome(answer, genuine):
    """A word for what a client got. "forged" means that the attack succeeded."""
    if answer is None:
        return "silence"
    if answer.malformed:
        return "malformed"
    everything = [record for section in ("answer", "authority", "additional")
                  for record in answer.records(section)]
    if any(text in record for record in everything for text in _FORGED_TEXT):
        return "forged"
    if answer.rcode == "SERVFAIL":
        return "SERVFAIL" if not answer.records("answer") else "SERVFAIL with data"
    if answer.is_truncated and not answer.records("answer"):
        return "truncated"
    if answer.rcode not in ("NOERROR", "NXDOMAIN") and not answer.records("answer"):
        return "failure"
    if answer.rcode == genuine.rcode and sorted(answer.records("answer")) == sorted(
            genuine.records("answer")):
        return "genuine"
    return "other"


def _answer_to(world, row, family, how):
    """Returns the first answer that the client gets, or None. If the client may get nothing, then no
    other message may come either, with any id or question."""
    if "silence" not in row.may:
        with world.lab.attack(row.attack):
            return world.ask(row.name, row.rdtype, family, **how)
    query = ask.make(row.name, row.rdtype, **how)
    came = answers_under(world, row.attack, query, family)
    strays = [described(answer) for answer in came if answer.wire[:2] != query.to_wire()[:2]]
    expect(not strays, f"came with another id: {strays}", *world.log_tail())
    expect(len(came) <= 1, f"more than one answer: {[described(answer) for answer in came]}")
    return came[0] if came else None


def refuses(row, way, family, how):
    def run(world):
        if row.fresh:
            world.gate.restart()
        genuine = world.lab.ask_genuinely(row.name, row.rdtype, **how)
        answer = _answer_to(world, row, family, how)
        seen = outcome(answer, genuine)
        expect(seen in row.may, f"seen:   {seen}: {described(answer)}",
               f"wanted: {' or '.join(row.may)}", *world.log_tail())
        if seen == "SERVFAIL":
            _expect_servfail(world, row, answer, genuine, how)

    return Case(f"attack {row.attack} on {row.name} {row.rdtype}, asked {way}, is refused"
                if "genuine" not in row.may else
                f"attack {row.attack} on {row.name} {row.rdtype}, asked {way}, does no harm", run)


def _expect_servfail(world, row, answer, genuine, how):
    expect(answer.question_wire == genuine.question_wire,
           "SERVFAIL for another question than the client's own")
    expect(not answer.has_ad, "a SERVFAIL with AD")
    expect(answer.has_opt == bool(how), f"{'an' if answer.has_opt else 'no'} OPT in the SERVFAIL "
           f"to a client with{'' if how else 'out'} EDNS")
    if how and row.ede is not NO_EDE:
        reasons = row.ede
        expect(answer.ede and (reasons is ANY_EDE or set(answer.ede) & reasons),
               f"EDE seen:   {answer.ede}", f"EDE wanted: {sorted(reasons) if reasons else 'any'}",
               *world.log_tail())


def _recovers(world):
    with world.lab.attack("forge-address"):
        world.ask("www.p256.test.", "A")
    answer = world.ask("www.p256.test.", "A")
    expect(answer is not None and answer.data("A") == ["192.0.2.80", "192.0.2.81"],
           f"seen: {described(answer)}", *world.log_tail())


def _raised_ttl(world):
    with world.lab.attack("raise-ttl"):
        answer = world.ask("www.p256.test.", "A")
    expect(answer is not None and answer.ttls() and max(answer.ttls()) <= 300,
           f"seen: {described(answer)}, TTL {answer and answer.ttls()}")


def _false_ad(world):
    for how in ({}, {"ad": True}, {"do": True}):
        with world.lab.attack("set-ad"):
            answer = world.ask("www.unsigned.test.", "A", **how)
        expect(answer is not None and answer.rcode == "NOERROR" and not answer.has_ad,
               f"{how}: {described(answer)}")


def _poisoned_additional(world):
    for how in ({}, {"edns": 1232}, {"do": True}):
        genuine = world.lab.ask_genuinely("www.p256.test.", "A", **how)
        with world.lab.attack("poison-additional"):
            answer = world.ask("www.p256.test.", "A", **how)
        expect(outcome(answer, genuine) == "genuine", f"{how}: {outcome(answer, genuine)}: "
               f"{described(answer)}; {answer and answer.records('additional')}")


def _forged_forwarded(world):
    """The setting of the demo: dnsmasq must neither pass on nor cache a forged answer."""
    for attack in ("forge-address", "forge-nxdomain", "strip-dnssec"):
        world.lab.restart_forwarder()
        with world.lab.attack(attack):
            answer = world.ask("www.bank.example.", "A")
        expect(answer is not None and answer.rcode == "SERVFAIL", f"{attack}: {described(answer)}",
               *world.log_tail())
        answer = world.ask("www.bank.example.", "A")
        expect(answer is not None and answer.data("A") == ["192.0.2.80", "192.0.2.81"],
               f"after {attack}: {described(answer)}", *world.log_tail())


def _forwarded_answers(world):
    for name, rdtype in (("www.p256.test.", "A"), ("p256.test.", "MX"), ("p256.test.", "TXT"),
                         ("alias.ed448.test.", "A"), ("any.wild.rsa256.test.", "A"),
                         ("nowhere.p384.test.", "A"), ("www.salted.test.", "LOC"),
                         ("www.unsigned.test.", "A")):
        genuine = world.lab.ask_genuinely(name, rdtype)
        answer = world.ask(name, rdtype, family=6)
        expect(answer is not None and answer.rcode == genuine.rcode and
               sorted(answer.records("answer")) == sorted(genuine.records("answer")),
               f"{name} {rdtype}: {described(answer)}", *world.log_tail())


ON_GATEWAY = tuple(row for row in ROWS if not row.fresh and row.name in
                   ("www.p256.test.", "nowhere.p256.test."))

GROUPS = (
    Group("attacks on the host", on_host, tuple(
        refuses(row, *way) for row in ROWS for way in (WAYS if not row.fresh else WAYS[1:2])) + (
        Case("the genuine answer arrives once the attack is over", _recovers),
        Case("a TTL that an attacker raised is lowered to the signed one", _raised_ttl),
        Case("an AD bit that an attacker set does not reach the client", _false_ad),
        Case("a forged address in the additional section is removed", _poisoned_additional))),
    Group("attacks on the gateway", on_gateway, tuple(
        Case("gateway: " + case.name, case.run)
        for row in ON_GATEWAY for case in (refuses(row, *WAYS[0]), refuses(row, *WAYS[1])))),
    Group("attacks on the router", on_router, (
        Case("dnsmasq neither passes on nor caches a forged answer", _forged_forwarded),
        Case("dnsmasq's clients get every kind of genuine answer", _forwarded_answers))),
)
