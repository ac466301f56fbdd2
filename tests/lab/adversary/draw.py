# SPDX-License-Identifier: GPL-2.0-or-later
"""The dice: names, records, responses and copies drawn from one seeded source. openings.py has the parts of a
round; forge.py and play.py say what the words of a plan mean.
"""

import random

SIGNED_ZONES = ("bank.example.", "p256.test.", "rsa256.test.", "rsa512.test.", "p384.test.",
                "ed25519.test.", "salted.test.", "optout.test.", "wide.example.", "child.p256.test.",
                "child.salted.test.", "glueless.test.", "ed448.test.")
UNSIGNED_ZONES = ("unsigned.test.", "plain.p256.test.", "plain.salted.test.", "unsigned.example.",
                  "island.test.")
# Names of time servers: sealgate's built-in list, and some with zones in the lab.
TIME_ZONES = ("pool.ntp.org.", "ntp.ubuntu.com.", "time.cloudflare.com.", "time.google.com.",
              "time.apple.com.", "time.windows.com.")
TIME_IN_LAB = ("wild.p256.test.", "wild.unsigned.test.")

HOSTS = ("www", "mail", "alias", "mail.b", "ns")
TYPES = ("A", "AAAA", "CNAME", "TXT", "NS", "MX")
KEYS, DATA, ANY = "keys", "data", "any"
LONG_S = 3600


class Draw:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.one = self.rng.choice

    def chance(self, share):
        return self.rng.random() < share

    def some(self, most, make, least=0):
        return [make() for _ in range(self.rng.randint(least, most))]

    # Names.

    def label(self):
        return f"x{self.rng.randrange(1 << 24):x}"

    def fresh(self, zones=SIGNED_ZONES):
        """A name that exists and that no client has asked for yet."""
        return f"{self.label()}.wild.{self.one(zones)}"

    def signed(self):
        if self.chance(0.5):
            return self.fresh()
        return f"{self.one(HOSTS)}.{self.one(SIGNED_ZONES)}"

    def unsigned(self):
        return self.one((self.fresh(UNSIGNED_ZONES), f"www.{self.one(UNSIGNED_ZONES)}",
                         "to-secure.unsigned.test."))

    def time(self):
        if self.chance(0.25):
            return f"{self.label()}.{self.one(TIME_IN_LAB)}"
        return f"{self.label()}.{self.one(TIME_ZONES)}"

    def name(self):
        return self.one((self.signed, self.signed, self.signed, self.unsigned, self.time))()

    def above(self, name):
        """The name itself or one above it, the root at the end."""
        labels = name.rstrip(".").split(".")
        at = self.rng.randint(0, len(labels))
        return ".".join(labels[at:]) + "."

    def ttl(self):
        return self.one((LONG_S, LONG_S, 300, 5, 0, 86400))

    # Records, as lists that forge.py knows.

    def forged(self, owner, rdtype=None):
        return ["forged", owner, rdtype or self.one(("A", "A", "AAAA", "TXT", "MX")), self.ttl()]

    def signature(self, owner, rdtype):
        return ["made-up", owner, rdtype, self.one(("expired", "expired", "future", "junk", "unknown",
                                                    "expired-unknown"))]

    def with_signature(self, record, share=0.5):
        if not self.chance(share):
            return [record]
        return [record, self.signature(record[1], record[2])]

    def alias(self, owner, target):
        return ["text", owner, "CNAME", self.ttl(), target]

    def record(self, names):
        """Any record, genuine or forged, for one of the names or for the question."""
        owner = self.one(("@", *names))
        kind = self.rng.randrange(10)
        if kind < 4:
            return self.forged(owner)
        if kind == 4:
            return self.alias(owner, self.one(names))
        if kind == 5:
            return ["text", self.above(owner) if owner != "@" else "@",
                    self.one(("NS", "DNAME")), self.ttl(), self.one(names)]
        if kind == 6:
            return ["genuine", owner, self.one(("A", "AAAA", "NS", "SOA", "DS", "MX", "NSEC"))]
        if kind == 7:
            return ["bare", owner, self.one(("A", "AAAA", "NS", "SOA"))]
        if kind == 8:
            return ["proofs", owner, self.rng.randint(1, 2)]
        return self.signature(owner, self.one(("A", "AAAA", "CNAME", "NS", "DS")))

    def section(self, names, most):
        found = []
        for record in self.some(most, lambda: self.record(names)):
            found += self.with_signature(record, 0.3) if record[0] in ("forged", "text") else [record]
        return found

    # The acts on a query.

    def answer(self, answer=(), authority=(), additional=(), **how):
        spec = {"case": "same", "rcode": 0, "flags": ["RA"], "opt": self.one(("plain", "do", "none")),
                "opcode": 0, "to": "sender",
                "sections": [list(answer), list(authority), list(additional)]}
        return ["answer", {**spec, **how}]

    def any_answer(self, names):
        how = {"rcode": self.one((0, 0, 0, 0, 3, 2, 1, 5, 4, 9, 6, 16, 23)),
               "flags": [word for word in ("AA", "RA", "AD", "CD", "RD", "TC")
                         if self.chance(0.12 if word == "TC" else 0.4)],
               "case": self.one(("same", "same", "same", "upper", "swap", "lower", "none")),
               "to": self.one(("sender", "sender", "sender", "inner")),
               "opcode": self.one((0,) * 12 + (4, 5, 2))}
        if self.chance(0.04):
            how["type"] = self.one(("AXFR", "IXFR", "ANY", "SOA"))
        return self.answer(self.section(names, 3), self.section(names, 2), self.section(names, 2),
                           **how)

    def copy(self, **how):
        spec = {"case": self.one(("same", "upper", "swap", "lower")),
                "flags": [word for word in ("RD", "CD", "AD") if self.chance(0.5)],
                "opcode": 0, "opt": self.one(("same", "none", "plain", "do", "cookie", "version1",
                                              "padding")),
                "sign": self.one(("none", "none", "tsig", "sig0")), "type": "same", "class": "same",
                "from": self.one(("sender", "sender", "inner"))}
        return ["copy", {**spec, **how}]

    def any_copy(self):
        how = {}
        if self.chance(0.25):
            how["type"] = self.one(("IXFR", "AXFR", "ANY", "DS", "DNSKEY", "TXT", "RRSIG", "SOA"))
        if self.chance(0.08):
            how["class"] = self.one(("CH", "ANY", "NONE"))
        if self.chance(0.1):
            how["opcode"] = self.one((1, 2, 4, 5, 9))
        return self.copy(**how)

    def pause(self):
        return ["pause", self.one((1, 2, 5, 20))]

    def acts(self, names, most=5):
        """Any acts; the genuine answer passes at one place or at none."""
        acts = [self.one((self.any_copy, lambda: self.any_answer(names),
                          lambda: self.any_answer(names), self.pause,
                          lambda: ["echo"]))() for _ in range(self.rng.randint(1, most))]
        if self.chance(0.7):
            acts.insert(self.rng.randint(0, len(acts)), self.one((["genuine"], ["genuine"], ["hold"])))
        return acts

    def question(self, name, rdtype=None, flags=None):
        drawn = [word for word, share in (("CD", 0.2), ("DO", 0.2), ("AD", 0.15), ("no RD", 0.06))
                 if self.chance(share)]
        return [name, rdtype or self.one(("A", "A", "AAAA", "A", "TXT", "MX")),
                drawn if flags is None else flags]

    def plain(self, name):
        """Mostly like the queries of a client that knows no DNSSEC."""
        return self.question(name, "A", [] if self.chance(0.8) else None)

    def rule(self, acts, kind=DATA, name="*", times=None):
        """How often the rule applies, from the first query on that it fits."""
        return {"name": name, "kind": kind, "times": times or self.one((1, 2, 3, 50)), "acts": acts}
