# SPDX-License-Identifier: GPL-2.0-or-later
"""Transparency: a good answer is the same as without sealgate, even in the order of records."""

import dns.flags

from lab import zones

from .case import Case, Group, expect, on_gateway, on_host
from .corpus import questions

DNSSEC_TYPES = ("RRSIG", "NSEC", "NSEC3")


def is_bogus(world, name, rdtype):
    """As the oracle says, which sees the same zones and is independent of sealgate."""
    answer = world.lab.ask_oracle(name, rdtype, do=True)
    return answer is not None and answer.rcode == "SERVFAIL"


def visible(answer):
    """Everything that a client sees of an answer. TTLs count down and are not compared."""
    if answer is None:
        return {"answer": "none"}
    return {
        "rcode": answer.rcode,
        "flags": answer.flags,
        "question": answer.question_wire,
        "answer section": answer.records("answer"),
        "authority section": answer.records("authority"),
        "additional section": answer.records("additional"),
        "OPT": (answer.has_opt, "DO" if answer.has_do else "no DO"),
    }


def without_dnssec(seen, asked_type):
    """The same without DNSSEC records. An upstream may send a client with DO a few more NS records.
    sealgate, which sets DO, cannot tell them from those that the client would have got."""
    def keep(record):
        rdtype = record.split(" ", 2)[1]
        return rdtype not in DNSSEC_TYPES or rdtype == asked_type

    return {what: list(filter(keep, value)) if what.endswith("section") else value
            for what, value in seen.items()}


def differences(ours, genuine):
    """Compares two views; an empty list says that they are the same."""
    lines = []
    for what in dict.fromkeys([*ours, *genuine]):
        if ours.get(what) != genuine.get(what):
            lines += [f"  {what}:", f"    with sealgate:    {ours.get(what)}",
                      f"    without sealgate: {genuine.get(what)}"]
    return lines


def differences_without_do(world, name, rdtype, family, how):
    ours = visible(world.ask(name, rdtype, family, **how))
    genuine = visible(world.lab.ask_genuinely(name, rdtype, family, **how))
    lines = differences(ours, genuine)
    if not lines:
        return []
    with_do = visible(world.lab.ask_genuinely(name, rdtype, family, do=True))
    with_do["OPT"] = genuine["OPT"]
    return lines if differences(ours, without_dnssec(with_do, rdtype)) else []


# The path, the family, the features of the query.
WAYS = (
    ("without EDNS", 4, {}),
    ("with EDNS", 6, {"edns": 1232}),
)


def same_in_zone(zone, scene):
    def run(world):
        found = []
        for name, rdtype in questions(zone):
            if is_bogus(world, name, rdtype):
                continue
            for way, family, how in WAYS:
                lines = differences_without_do(world, name, rdtype, family, how)
                if lines:
                    found += [f"{name} {rdtype} {way}"] + lines
        expect(not found, *found[:60], *world.log_tail())
    return Case(f"{scene}: answers from {zone.origin} are the same as without sealgate", run)


def _bogus_in_zone(zone):
    def run(world):
        found = []
        for name, rdtype in questions(zone):
            if not is_bogus(world, name, rdtype):
                continue
            for way, family, how in WAYS:
                answer = world.ask(name, rdtype, family, **how)
                if answer is None or answer.rcode != "SERVFAIL" or answer.records("answer"):
                    found.append(f"{name} {rdtype} {way}: "
                                 f"{answer.summary() if answer else 'no answer'}")
        expect(not found, *found[:60], *world.log_tail())
    return Case(f"host: no Bogus answer from {zone.origin} arrives", run)


def _untouched(zone):
    """A client that asks for DNSSEC gets all of it. Only AD is changed, to the truth."""
    def run(world):
        found = []
        for name, rdtype in questions(zone):
            if is_bogus(world, name, rdtype):
                continue
            ours = world.ask(name, rdtype, do=True)
            if ours is not None:
                ours.message.flags &= ~dns.flags.AD
            genuine = world.lab.ask_genuinely(name, rdtype, do=True)
            if ours is not None and ours.is_truncated and genuine.is_truncated:
                continue    # a server may put any number of records into an answer that it cuts
            lines = differences(visible(ours), visible(genuine))
            if lines:
                found += [f"{name} {rdtype} with DO"] + lines
        expect(not found, *found[:60], *world.log_tail())
    return Case(f"host: a client with DO gets the whole answer from {zone.origin}", run)


def _mixed_case(world):
    for name in ("wWw.P256.tEsT.", "WWW.UNSIGNED.TEST.", "NoWhere.p256.TEST.", "aLiAs.P256.test."):
        lines = differences_without_do(world, name, "A", 4, {})
        expect(not lines, name, *lines, *world.log_tail())


CHOSEN = tuple(zones.BY_ORIGIN[origin] for origin in
                ("rsa256.test.", "p256.test.", "bank.example.", "unsigned.test.",
                 "child.salted.test.", "plain.optout.test."))

GROUPS = (
    Group("same on the host", on_host,
          tuple(same_in_zone(zone, "host") for zone in zones.ZONES) +
          tuple(_untouched(zone) for zone in zones.ZONES) +
          tuple(_bogus_in_zone(zone) for zone in zones.ZONES if zone.status == "bogus"
                or zone.spoil) +
          (Case("host: the letter case of a question comes back unchanged", _mixed_case),)),
    Group("same through the gateway", on_gateway,
          tuple(same_in_zone(zone, "gateway") for zone in CHOSEN)),
)
