# SPDX-License-Identifier: GPL-2.0-or-later
"""How a round begins: each opening is a way around a validator that works against a careless one, with gaps
that the dice fill in. `anything` consists of gaps only.

An opening takes the dice and returns (the questions, the rules for queries).
"""

import zlib

from .clients import NAMES
from .draw import ANY, DATA, KEYS, Draw

NO_KEY = "12345 13 2 " + "00" * 32
ABOVE = (".", "test.", "example.", "p256.test.", "bank.example.")


def excuse(dice):
    """Dates that make signatures invalid, at the name of a time server, with a record of another name."""
    asked, victim = dice.time(), dice.signed()
    signed = dice.one((0.0, 1.0, 1.0, 0.5))
    if dice.chance(0.25):
        records = dice.with_signature(dice.forged("@", "A"), signed)
    else:
        records = dice.with_signature(dice.alias("@", victim), signed) + \
            dice.with_signature(dice.forged(victim, "A"), signed)
    more = dice.section([victim], 1) if dice.chance(0.3) else []
    return [dice.plain(asked)], [dice.rule([dice.answer(records, (), more)])]


def carried_along(dice):
    """A name that passes while the clock is not set, and other names in every section."""
    asked, victim = dice.time(), dice.signed()
    sections = [[dice.forged("@", "A")], [], []]
    sections[dice.rng.randrange(3)].append(dice.forged(victim, dice.one(("A", "AAAA"))))
    if dice.chance(0.5):
        sections[0][0] = dice.alias("@", victim)
    if dice.chance(0.3):
        sections[1].append(["text", dice.above(victim), "NS", 3600, victim])
    return [dice.plain(asked)], [dice.rule([dice.answer(*sections)])]


def copied(dice):
    """A copy of the query in another letter case that is not to be judged, and an answer to the copy."""
    asked = dice.signed()
    case = dice.one(("upper", "upper", "swap", "same"))
    how = {"case": case, "from": dice.one(("sender", "sender", "inner")),
           "opt": dice.one(("same", "none"))}
    how.update(dice.one(({"flags": ["RD", "CD"]}, {"flags": ["CD"]}, {"flags": ["RD"], "sign": "tsig"},
                         {"flags": ["RD"], "sign": "sig0"}, {"flags": []},
                         {"flags": ["RD"], "type": dice.one(("IXFR", "AXFR"))})))
    forged = dice.answer([dice.forged("@", "A")], case=dice.one((case, case, "same")),
                         to=dice.one(("sender", "sender", "inner")),
                         flags=dice.one((["RA"], ["RA", "CD"], ["AA"])))
    if "type" in how:
        forged[1]["type"] = how["type"]
    acts = [dice.copy(**how), forged]
    if dice.chance(0.6):            # then a packet filter counts the copy as part of the connection
        acts.insert(0, dice.answer(rcode=2, case=dice.one(("none", "swap"))))
    if dice.chance(0.7):            # until the filter has handled it
        acts.insert(-1, ["echo"])
    if dice.chance(0.6):
        acts.append(["genuine"])
    return [dice.question(asked, "A", [])], [dice.rule(acts)]


def unchecked(dice):
    """The answer is forged, and the client may have said that it needs no check."""
    asked = dice.signed()
    flags = dice.one((["CD"], ["CD"], [], ["CD", "DO"], ["CD", "AD"]))
    records = dice.with_signature(dice.forged("@", "A"), 0.3)
    return [dice.question(asked, "A", flags), dice.question(asked, "A", [])], \
        [dice.rule([dice.answer(records)], dice.one((DATA, ANY)))]


def upward(dice):
    """A referral that leads up or sideways, with an address for a signed name."""
    asked, victim = dice.signed(), dice.signed()
    cut = dice.one((*ABOVE, dice.above(asked), dice.above(victim), asked))
    referral = dice.answer((), [["text", cut, "NS", 3600, victim]], [dice.forged(victim, "A")],
                           flags=dice.one(([], ["RA"], ["AA"])))
    flags = dice.one((["no RD"], ["no RD"], [], ["no RD", "DO"]))
    return [dice.question(asked, "A", flags), dice.question(victim, "A", flags)], \
        [dice.rule([referral] + ([["genuine"]] if dice.chance(0.3) else []), times=1)]


def former(dice):
    """The answer to a question for a DS is a record that the zone signed before it delegated the name."""
    child = "child.p256.test."
    acts = [dice.answer([["former", child]], opt="do", flags=dice.one((["AA"], ["RA"])))]
    if dice.chance(0.3):
        acts.append(["genuine"])
    return [dice.question(f"{dice.label()}.wild.{child}", "A", [])], \
        [dice.rule(acts, KEYS, child, times=dice.one((1, 2)))]


def cut_alias(dice):
    """A question for a record that the zone above must sign, at its delegation to an unsigned zone."""
    cut = dice.one(("plain.p256.test.", "plain.salted.test.", "unsigned.test.", "child.p256.test."))
    # In an unsigned zone nothing has to be proved about the alias's target.
    target, victim = dice.one((dice.unsigned(), dice.unsigned(), dice.signed())), dice.signed()
    records = [dice.alias("@", target)]
    records += dice.one(([], [["text", target, "DS", 3600, NO_KEY]], [dice.forged(target, "A")],
                         [dice.forged(victim, "A")]))
    rule = dice.rule([dice.answer(records, opt="do")], ANY, cut, times=dice.one((1, 1, 50)))
    return [dice.question(cut, "DS", []), dice.question(victim, "A", [])], [rule]


def false_keys(dice):
    """Attacks on the chain of trust: other keys, or a claim that there are none."""
    zone = dice.one(("p256.test.", "p256.test.", "rsa256.test.", "bank.example.",
                     "child.salted.test."))
    denial = dice.one(([], [["bare", zone, "SOA"]], [["genuine", zone, "SOA"], ["proofs", zone, 2]],
                       [["genuine", "test.", "SOA"], ["proofs", "test.", 2]]))
    keys = dice.one((dice.answer((), denial, rcode=dice.one((0, 3, 2, 5, 1)), opt="do"),
                     dice.answer([["twin", "DNSKEY"]], opt="do"),
                     dice.answer([["text", "@", "CNAME", 3600, "www.attacker.example."]], opt="do"),
                     dice.answer([], [["text", ".", "NS", 3600, "www.attacker.example."]])))
    data = dice.one((dice.answer([["twin", "A"]], opt="do"), dice.answer([dice.forged("@", "A")])))
    asked = "www.p256.test." if zone == "p256.test." else dice.fresh((zone,))
    return [dice.question(asked, "A", [])], [dice.rule([keys], KEYS), dice.rule([data])]


def no_edns(dice):
    """A server that seems not to support EDNS, until it is asked without."""
    asked = dice.signed()
    refusal = dice.answer(rcode=dice.one((1, 4, 2)), opt="none")
    forged = dice.answer([dice.forged("@", "A")], opt="none")
    return [dice.question(asked, "A", [])], [
        dice.rule([refusal], dice.one((ANY, DATA)), times=dice.rng.randint(1, 4)),
        dice.rule([forged], ANY)]


def under_error(dice):
    """Records in a message that claims to be an error, to be cut, or to be no response."""
    asked, victim = dice.signed(), dice.signed()
    sections = [[dice.forged("@", "A")], [], [dice.forged(victim, "A")]]
    dice.rng.shuffle(sections)
    acts = [dice.answer(*sections, rcode=dice.one((1, 2, 3, 4, 5, 9, 16, 23)),
                        flags=dice.one((["RA"], ["TC", "RA"], ["AA", "AD"])),
                        opcode=dice.one((0, 0, 0, 4, 5, 2)))]
    return [dice.question(asked, "A", [])], [dice.rule(acts)]


def by_stream(dice):
    """An answer that was cut, and another one over TCP."""
    asked, victim = dice.name(), dice.signed()
    cut = dice.answer(flags=["TC", "RA"], opt=dice.one(("none", "plain")))
    forged = dice.answer([dice.alias("@", victim), dice.forged(victim, "A")])
    return [dice.question(asked, "A", [])], [
        {**dice.rule([cut], DATA, times=50), "stream": False},
        {**dice.rule([dice.one((forged, dice.any_answer([asked, victim])))], DATA), "stream": True}]


def race(dice):
    """Many forged answers before the genuine one, some of which need keys from elsewhere."""
    asked = dice.signed()
    acts = []
    for _ in range(dice.rng.randint(2, 9)):
        other = dice.signed()
        acts.append(dice.answer(dice.one((
            [dice.forged("@", "A")], [dice.alias("@", other), ["genuine", other, "A"]],
            [dice.forged("@", "A"), dice.signature("@", "A")], [["genuine", other, "A"]]))))
    acts.insert(dice.rng.randint(0, len(acts)), ["genuine"])
    return [dice.question(asked, "A", [])], [dice.rule(acts, times=dice.one((1, 2)))]


def from_unsigned(dice):
    """An answer from a zone that may be forged has records of one that may not."""
    asked, victim = dice.unsigned(), dice.signed()
    sections = [[dice.alias("@", victim)], [], []]
    sections[dice.one((0, 0, 1, 2))].append(dice.forged(victim, "A"))
    if dice.chance(0.3):
        sections[1].append(["text", dice.above(victim), "NS", 3600, victim])
    if dice.chance(0.2):
        sections[0][0] = ["text", dice.above(asked), "DNAME", 3600, dice.above(victim)]
    return [dice.plain(asked), dice.question(victim, "A", [])], [dice.rule([dice.answer(*sections)])]


def anything(dice):
    names = dice.some(3, dice.name, 1)
    asked = [dice.question(dice.one(names)) for _ in range(dice.rng.randint(1, 3))]
    rules = [dice.rule(dice.acts(names), dice.one((DATA, DATA, ANY, KEYS))) for _ in range(
        dice.rng.randint(1, 3))]
    return asked, rules


OPENINGS = (excuse, copied, unchecked, upward, former, cut_alias, false_keys, no_edns, under_error,
            by_stream, race, from_unsigned, carried_along)
WITHOUT_A_CLOCK = (excuse, carried_along, unchecked, from_unsigned)
BY_NAME = {opening.__name__: opening for opening in (*OPENINGS, anything)}
NEED_IGNORANCE = (former, cut_alias, false_keys)    # the filter must not know the keys in question yet
RANDOM_SHARE = 0.5      # of the rounds after the first of each opening
STIRRED_SHARE = 0.3     # of the openings also get random acts


def plan(seed, scene, step, clock_is_set=True, only=""):
    """The round of this number. The first rounds are each opening against each resolver. With `only`, the
    name of an opening, the numbers stand for other rounds."""
    dice = Draw(f"{seed}/{scene}/{step}")
    resolver, turn = NAMES[step % len(NAMES)], step // len(NAMES)
    choices = OPENINGS if clock_is_set else WITHOUT_A_CLOCK
    # A short run has few rounds for each scene, so each scene begins elsewhere in the table.
    opening = choices[(zlib.crc32(scene.encode()) + turn * 5 + step) % len(choices)]
    if turn >= len(choices) and dice.chance(RANDOM_SHARE):
        opening = anything
    opening = BY_NAME.get(only, opening)
    asked, rules = opening(dice)
    if opening is not anything and turn and dice.chance(STIRRED_SHARE):
        names = [question[0] for question in asked]
        rules.insert(dice.rng.randint(0, len(rules)), dice.rule(dice.acts(names, 2), times=1))
    return {"round": f"{seed}/{scene}/{step}", "resolver": resolver, "opening": opening.__name__,
            "forget": opening in NEED_IGNORANCE or dice.chance(0.3), "at_once": dice.chance(0.3),
            "ask": asked, "rules": rules}


def touched(plan):
    """All names in the plan."""
    names = {question[0] for question in plan["ask"]}
    for rule in plan["rules"]:
        for act in rule["acts"]:
            if act[0] == "answer":
                for record in sum(act[1]["sections"], []):
                    if record[0] in ("forged", "text", "genuine", "bare"):
                        names.add(record[1])
                    if record[0] == "text" and record[2] in ("CNAME", "NS"):
                        names.add(record[4])
    return sorted(names - {"@", "."})
