# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases: genuine responses, and their mutants."""

import dataclasses

import message
import mutate
import questions
from following import is_left_to_the_client
from harvest import Harvest

# The RCODEs of servers that give no answer.
NO_ANSWERS = (message.SERVFAIL, message.REFUSED)


@dataclasses.dataclass(frozen=True)
class Case:
    zone: object
    kind: str                   # "honest", or the kind of mutation
    message: message.Message
    recursive: bool             # the query
    source: str                 # the server
    original: message.Message   # the genuine response

    @property
    def exchange(self):
        m = self.message
        return message.query(m.qname, m.qtype, self.recursive), m.to_wire()

    def __str__(self):
        return f"{self.message.question} from {self.source}: {self.kind}"


def _honest(signed, servers):
    """Yields each distinct response, and whether it is to be mutated."""
    seen = set()
    for server in servers:
        for zone in signed.zones:
            if not zone.served:
                continue
            for name, rdtype, is_mutated in questions.of(zone):
                octets = server.ask(name, rdtype)
                m = message.parse(octets) if octets else None
                if not m or m.rcode in NO_ANSWERS:
                    continue
                key = (name.labels, rdtype, server.recursive, m.content)
                if key not in seen:
                    seen.add(key)
                    yield Case(zone, "honest", m, server.recursive, server.name, m), is_mutated


def _is_mutated(case):
    """A resolver's response is enough, unless a server that does not recurse gives a shorter one."""
    return case.recursive or (case.zone.depth == "all"
                              and (is_left_to_the_client(case.message, False)
                                   or any(r.rdtype in (message.CNAME, message.DNAME)
                                          for r in case.message.records)))


def make(signed, servers, now_s, everything=False):
    honest = list(_honest(signed, servers))
    harvest = Harvest([case.message for case, _ in honest if not case.recursive], now_s)
    cases = [case for case, _ in honest]
    mutated = set()
    for case, may_be_mutated in honest:
        # One of the servers that were asked without recursion: they give the same records in other orders.
        key = (case.message.question, case.recursive)
        if not may_be_mutated or key in mutated or not (everything or _is_mutated(case)):
            continue
        mutated.add(key)
        cases += [dataclasses.replace(case, kind=kind, message=m) for kind, m in
                  mutate.mutants(case.message, harvest, case.zone.depth, everything)]
    return cases, harvest
