# SPDX-License-Identifier: GPL-2.0-or-later
"""One round: the adversary follows the plan while a client asks; then it stops, and every name that it touched
is asked for again."""

import time

import dns.rdatatype
from dns.rdatatype import AAAA, CNAME, DS, NS, A

from .attack import HOLD_S, Attack
from .draw import TYPES
from .openings import touched

ATTACK_S = 1.0              # how long the attack lasts if the client gets no answer
CHECK_S = 4.0               # how long all questions of the check may take together
PATIENCE_S = 75.0           # until the genuine answer must arrive, after the attack


def _is_unprovable(truth, asked, message, section, rrset):
    """Delegations and their glue are never signed. A client that iterates, or asks as if it did, accepts
    that. So an adversary may forge them for a real zone cut above the question, and at or below it."""
    cuts = [each.name for each in message.authority
            if each.rdtype == NS and truth.is_cut(each.name) and asked.name.is_subdomain(each.name)]
    if section == "authority" and rrset.rdtype == NS:
        return rrset.name in cuts
    return section == "additional" and rrset.rdtype in (A, AAAA) and \
        any(rrset.name.is_subdomain(cut) for cut in cuts)


def _alias_for_ds(truth, client, asked, section, rrset):
    """The zone above answers for the DS, and it has no alias there; but a cache may know one from the zone
    below."""
    if asked.rdtype == DS and rrset.rdtype == CNAME and section == "answer" and \
            rrset.name == asked.name and not client.has_cache and not truth.is_free(asked.name, DS):
        return "the zone above has no alias there"
    return None


def _may_be_of_another(truth, asked):
    """A name in the chain of aliases may be forged, so the addresses may be those of that name."""
    return asked.is_joined and truth.is_free_on_the_way(asked.name)


def complaints(truth, client, asked, when):
    """Yields every record that the client got and must not get, as a sentence."""
    if _may_be_of_another(truth, asked):
        return
    iterates = client.iterates or "no RD" in asked.flags
    for message, section, rrset in asked.rrsets():
        why = truth.complaint(rrset) or _alias_for_ds(truth, client, asked, section, rrset)
        if why and not (iterates and _is_unprovable(truth, asked, message, section, rrset)):
            yield f"{when}, asked for {asked}: {section} has {rrset.name} {rrset.ttl} " \
                  f"{dns.rdatatype.to_text(rrset.rdtype)} " \
                  f"{', '.join(rdata.to_text() for rdata in rrset)}: {why}"


def is_genuine(truth, asked):
    """True if the answer is that of the zones; None if it may be forged."""
    wanted, exists, secure = truth.answer(asked.name, asked.rdtype)
    if not secure:
        return None
    if wanted is not None:
        return asked.found() == set(wanted)
    return asked.rcode == ("NOERROR" if exists else "NXDOMAIN") and not asked.found()


class Round:
    """`violations` are sentences. `waited_s` is how long it took until the genuine answers came again."""

    def __init__(self, field, plan):
        self._field, self.plan = field, plan
        self._client = field.clients[plan["resolver"]]
        self.attack = Attack(field, plan)
        self.violations, self.answers = [], 0
        self.waited_s, self.was_waited_for = 0.0, True

    def play(self, patience_s=PATIENCE_S, with_keys_s=PATIENCE_S):
        """Returns the violations. `with_keys_s` is the patience if the adversary touched keys: by design a
        Bogus chain of trust is remembered for a minute. If the patience is too short to call it a
        violation, the round counts as not waited for."""
        self._client.forget()
        if self.plan["forget"] or self._field.is_stirred:
            self._field.gate.ctl("flush")
        self._be_attacked()
        self._check()
        if not self.violations and self._field.expects_answers:
            self._recover(with_keys_s if self.attack.has_touched_keys else patience_s)
        self._client.over()
        self._field.is_stirred = self.attack.has_touched_keys or not self.was_waited_for
        return self.violations

    def _be_attacked(self):
        tap, loop, attack = self._field.tap, self._field.loop, self.attack
        tap.on_query, tap.on_response, tap.on_stream = \
            attack.on_query, attack.on_response, attack.on_stream
        asked, end = [], time.monotonic() + ATTACK_S
        try:
            for question in self.plan["ask"]:
                asked.append(self._client.ask(*question))
                if not self.plan["at_once"]:
                    loop.until(lambda: asked[-1].is_answered, end - time.monotonic())
            loop.until(lambda: all(each.is_answered for each in asked), end - time.monotonic())
            # The adversary finishes what it has begun.
            loop.until(lambda: not loop.has_more_to_do(), HOLD_S)
            loop.turn(0.002)
        finally:
            loop.drop_later()
            tap.be_quiet()
        self._look(asked, "during the attack")

    def _look(self, asked, when):
        for each in asked:
            self.answers += len(each.messages)
            self.violations += complaints(self._field.truth, self._client, each, when)

    def _check(self):
        """Asks for every name that was touched, by the client that asked before."""
        flags = ((), ("CD",)) if self._client.has_cache else ((),)
        types = TYPES if self._client.has_cache else ("A",)
        asked = [self._client.ask(name, rdtype, how)
                 for name in touched(self.plan) for rdtype in types for how in flags]
        self._field.loop.until(lambda: all(each.is_answered for each in asked), CHECK_S)
        self._look(asked, "after the attack")

    def _recover(self, patience_s):
        """Asks again until the genuine answers come. A resolver that iterates may have believed a forged
        delegation, which no signature covers; so its cache is flushed once."""
        begun = time.monotonic()
        questions = {(name, rdtype): None for name, rdtype, _ in self.plan["ask"]}
        has_forgotten = not self._client.iterates
        while True:
            asked = [self._client.ask(*question) for question in questions]
            self._field.loop.until(lambda: all(each.is_answered for each in asked), 2.0)
            missing = [each for each in asked if is_genuine(self._field.truth, each) is False]
            self._look(asked, "when it was asked again")
            self.waited_s = time.monotonic() - begun
            if not missing or self.violations:
                return
            if not has_forgotten and self.waited_s > 0.5:
                self._client.forget()
                has_forgotten = True
            if self.waited_s > patience_s:
                break
            pause = time.monotonic() + min(1.0, 0.03 + self.waited_s / 4)
            self._field.loop.until(lambda: time.monotonic() >= pause, 1.0)
        self.was_waited_for = patience_s >= PATIENCE_S
        if self.was_waited_for:
            self.violations += [f"{self.waited_s:.0f} s after the attack {each} is still "
                                f"{each.rcode or 'not answered'} {each.found() or ''}"
                                for each in missing]
