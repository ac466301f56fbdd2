# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases of a broken chain: the answer is genuine, and one of the links that it depends on is a mutant."""

import dataclasses
import typing

import dns.name

import following
import message
import mutate
from message import A, DNSKEY, DS
from shapes import BY_ORIGIN

# The zone whose link is mutated, and which mutants are used: every n-th. The program under test is started
# once for each.
LINKS = (
    ("core.nsec.", DS, 7), ("core.nsec.", DNSKEY, 7), ("core.nsec3.", DS, 13),
    ("core.nsec3.", DNSKEY, 13), ("core.out.", DS, 13), ("core.out.", DNSKEY, 13),
    ("rsa1024.nsec.", DNSKEY, 13), ("two.nsec.", DS, 13), ("two.nsec.", DNSKEY, 13),
    ("ds-all.nsec3.", DS, 7), ("ds-odd-and-good.nsec.", DS, 13), ("island.nsec.", DS, 13),
    ("unsigned.nsec.", DS, 7), ("unsigned.nsec3.", DS, 7), ("unsigned.out.", DS, 7),
    ("plain.core.nsec.", DS, 7), ("plain.core.nsec3.", DS, 7), ("plain.core.out.", DS, 7),
    ("plain.below.core.nsec.", DS, 13), ("ds-odd-digest.nsec.", DS, 13),
)


@dataclasses.dataclass(frozen=True)
class LinkCase:
    zone: object
    kind: str
    message: message.Message        # the genuine answer
    link: message.Message           # the mutant, a response of the chain
    original: message.Message       # its original

    def __str__(self):
        return f"{self.message.question}, {self.link.question}: {self.kind}"

    @property
    def exchange(self):
        m = self.message
        return message.query(m.qname, m.qtype, True), m.to_wire()


def make(chain, harvest):
    for origin, rdtype, every in LINKS:
        zone = BY_ORIGIN[origin]
        honest = chain.honest(zone.name, rdtype)
        answer = chain.honest(dns.name.from_text("www", zone.name), A)
        if not honest or not answer:
            continue
        original = message.parse(honest[1])
        for place, (kind, link) in enumerate(mutate.mutants(original, harvest, "all", True)):
            if place % every == 0:
                yield LinkCase(zone, kind, message.parse(answer[1]), link, original)


def exchanges(case, chain):
    """The chain of the case, with the mutant in place of the genuine link."""
    key = (case.link.qname, case.link.qtype)
    for name, rdtype in chain.wanted([case.message, case.link]):
        if (name, rdtype) == key:
            yield message.query(name, rdtype, False), case.link.to_wire()
        elif exchange := chain.honest(name, rdtype):
            yield exchange


def responses(case, link):
    """The responses for an oracle."""
    return {**following.responses(case.message), (link.qname, link.qtype): link.to_wire()}


def proved_part(case):
    """The RRsets of the genuine link that the mutant still has, in any section."""
    there = {(r.owner, r.rdtype, r.rdata) for r in case.link.records if r.rdclass == message.IN}
    return case.original.with_(records=tuple(
        r for rrset in case.original.sets() for r in rrset
        if all((each.owner, each.rdtype, each.rdata) in there for each in rrset)))


@dataclasses.dataclass(frozen=True)
class LinkDifference:
    """Like differences.Difference, for links."""

    name: str
    section: str
    words: str
    ours: tuple
    theirs: tuple
    kinds: tuple = ()               # none: all
    retold: typing.Callable = None
    is_rare: bool = False

    def may_hold(self, case, ours, theirs):
        return (ours[0] in self.ours and theirs[0] in self.theirs
                and (not self.kinds or case.kind in self.kinds))


DIFFERENCES = (
    LinkDifference(
        "a link is an RRset that is authentic", "RFC 4035, 5.2 and 5.3",
        "The RRsets that prove a DS, its absence or the keys are signed; neither their section, nor the "
        "RCODE, nor other records change that. The oracle refuses the response because of them; given "
        "the RRsets alone, it says what sealgate says.",
        ("secure", "insecure"), ("refused",), retold=proved_part),
    LinkDifference(
        "nothing is learned from an error", "RFC 1035, 4.1.1; RFC 6672, 2.2",
        "With another RCODE than NOERROR and NXDOMAIN the server says that it has no answer. "
        "The oracle accepts the keys.",
        ("refused",), ("secure", "insecure"), ("the RCODE is changed",)),
)
