# SPDX-License-Identifier: GPL-2.0-or-later
"""One round: what the plan says is done to the wire while somebody asks; then the adversary goes, and
all is asked again that was touched."""

import time

import dns.rdatatype
from dns.rdatatype import AAAA, CNAME, DS, NS, A

from .attack import HOLD_S, Attack
from .draw import TYPES
from .openings import touched

ATTACK_S = 1.0              # how long his attack lasts if nobody is answered
CHECK_S = 4.0               # how long all questions of the check may take, together
PATIENCE_S = 75.0           # until the genuine answer must arrive, with him gone


def _is_unprovable(truth, asked, message, section, rrset):
    """Delegations and their glue are never signed; who iterates lives with that, and so does who asks
    as if he iterated. So much is free: a cut that there is, above what was asked, and what lies at
    or below it."""
    cuts = [each.name for each in message.authority
            if each.rdtype == NS and truth.is_cut(each.name) and asked.name.is_subdomain(each.name)]
    if section == "authority" and rrset.rdtype == NS:
        return rrset.name in cuts
    return section == "additional" and rrset.rdtype in (A, AAAA) and \
        any(rrset.name.is_subdomain(cut) for cut in cuts)


def _alias_for_ds(truth, client, asked, section, rrset):
    """For the DS speaks the zone above, which has no alias there; a cache may know of one all the
    same, from below."""
    if asked.rdtype == DS and rrset.rdtype == CNAME and section == "answer" and \
            rrset.name == asked.name and not client.has_cache and not truth.is_free(asked.name, DS):
        return "the zone above has no alias there"
    return None


def _may_be_of_another(truth, asked):
    """A name on the way is free to forge, so the addresses may be those of that name."""
    return asked.is_joined and truth.is_free_on_the_way(asked.name)


def complaints(truth, client, asked, when):
    """What the client was told and may not have been."""
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
    """Whether it is what the zones say; None where they bind nobody."""
    wanted, exists, secure = truth.answer(asked.name, asked.rdtype)
    if not secure:
        return None
    if wanted is not None:
        return asked.found() == set(wanted)
    return asked.rcode == ("NOERROR" if exists else "NXDOMAIN") and not asked.found()


class Round:
    """`violations` are sentences. `waited_s` is how long the genuine answers took to come back."""

    def __init__(self, field, plan):
        self._field, self.plan = field, plan
        self._client = field.clients[plan["resolver"]]
        self.attack = Attack(field, plan)
        self.violations, self.answers = [], 0
        self.waited_s, self.was_waited_for = 0.0, True

    def play(self, patience_s=PATIENCE_S, with_keys_s=PATIENCE_S):
        """Returns the violations. `with_keys_s` is the patience where he touched the keys: that a
        chain of trust was Bogus is remembered for a minute, by design. With less patience than it
        takes to call it a violation, that is noted."""
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
            # He finishes what he has begun.
            loop.until(lambda: not loop.has_more_to_do(), HOLD_S)
            loop.turn(0.002)
        finally:
            loop.drop_later()
            tap.be_quiet()
        self._look(asked, "while he was there")

    def _look(self, asked, when):
        for each in asked:
            self.answers += len(each.messages)
            self.violations += complaints(self._field.truth, self._client, each, when)

    def _check(self):
        """All that was touched, of who was told of it."""
        flags = ((), ("CD",)) if self._client.has_cache else ((),)
        types = TYPES if self._client.has_cache else ("A",)
        asked = [self._client.ask(name, rdtype, how)
                 for name in touched(self.plan) for rdtype in types for how in flags]
        self._field.loop.until(lambda: all(each.is_answered for each in asked), CHECK_S)
        self._look(asked, "after he was gone")

    def _recover(self, patience_s):
        """Asks again until the genuine answers come. A resolver that iterates may have believed a
        delegation, which no signature covers; so it forgets once."""
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
            self.violations += [f"{self.waited_s:.0f} s after he was gone {each} is still "
                                f"{each.rcode or 'not answered'} {each.found() or ''}"
                                for each in missing]
