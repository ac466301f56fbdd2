# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutations: each module yields (kind, message) for an honest message. A kind is a few words
that go into the name of a test; what exactly was done the message itself tells.

All of them would be some 140000. Of each module only every so many are taken, another part for each
question, so that every kind meets answers of every form; those to PLAIN questions are taken whole.
"""

import zlib

from . import denial, messages, records, signature

EVERY = {
    "all": ((records.mutants, 2), (signature.mutants, 9), (denial.mutants, 2),
            (messages.mutants, 2)),
    "some": ((records.few, 3), (signature.mutants, 15)),
}
PLAIN = ("www",)


def mutants(m, harvest, depth, everything=False):
    """Yields mutants of a message that are not the message, and each once."""
    seen = {m.to_wire()}
    is_plain = m.qname.labels[0].decode("latin-1") in PLAIN and m.qtype == 1
    for number, (module, every) in enumerate(EVERY[depth]):
        step = 1 if everything or is_plain else every
        start = zlib.crc32(m.question.encode()) + number
        for place, (kind, mutant) in enumerate(module(m, harvest)):
            if (place + start) % step:
                continue
            wire = mutant.to_wire()
            if wire not in seen:
                seen.add(wire)
                yield kind, mutant
