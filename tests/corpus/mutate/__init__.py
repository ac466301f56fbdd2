# SPDX-License-Identifier: GPL-2.0-or-later
"""The mutations: each module yields (kind, message) for a genuine message. A kind is a few words for the name of
a test; the message itself shows what exactly was changed.

All of them would be about 140000 mutants. Only every n-th of each module is used, another part for each
question, so that every kind meets answers of every form; PLAIN questions get all of them.
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
    """Yields mutants that differ from the message, each once."""
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
