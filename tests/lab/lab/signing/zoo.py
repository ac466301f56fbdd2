# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: a lab with a server for each habit. Each server has two equal zones. sealgate signs one of them, and
the parent has no DS of the other: what a validator says of that one is the baseline."""

import dataclasses
import random
import sys
from concurrent import futures

from ..resources import LabError
from . import habits, legacy, odd, plan
from .scene import WAIT_S, SigningLab

TEXT = """
@           3600 IN SOA   ns hostmaster 1 7200 3600 1209600 300
@           3600 IN NS    ns
ns          3600 IN A     {v4}
ns          3600 IN AAAA  {v6}
@            300 IN A     192.0.2.1
@            300 IN MX    10 mail
@            300 IN TXT   "v=spf1 mx -all"
@            300 IN CAA   0 issue "ca.example.net"
www          300 IN A     192.0.2.80
www          300 IN A     192.0.2.81
www          300 IN A     192.0.2.82
www          300 IN AAAA  2001:db8::80
www          300 IN HTTPS 1 . alpn=h2
host         300 IN A     192.0.2.83
mail         300 IN A     192.0.2.25
_25._tcp.mail 300 IN TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
alias        300 IN CNAME www
a.b.deep     300 IN A     192.0.2.30
*.wild       300 IN A     192.0.2.40
big          300 IN TXT   "{text}1" "{text}2" "{text}3"
{big}
"""
QUESTIONS = (
    ("www", "A"), ("www", "AAAA"), ("www", "HTTPS"), ("www", "DS"), ("host", "A"), ("host", "AAAA"),
    ("host", "HTTPS"), ("host", "MX"), ("host", "TXT"), ("host", "CAA"), ("_443._tcp.host", "TLSA"),
    ("@", "MX"), ("@", "TXT"), ("@", "CAA"), ("@", "SOA"), ("_25._tcp.mail", "TLSA"), ("alias", "A"),
    ("b.deep", "A"), ("a.b.deep", "A"), ("any.wild", "A"), ("any.wild", "AAAA"), ("big", "TXT"), ("huge", "TXT"),
    ("missing", "A"), ("missing", "AAAA"), ("below.missing", "A"), ("below.host", "A"),
)
BARE = "-bare"
ASKERS = 6          # at a time; each asks all questions of a zone and a validator in turn
PATIENT_ASKERS = 150        # at a time; each asks one question
TIMEOUT_S = 40      # a validator that repeats its questions ends before


def _zones(names):
    return tuple(legacy.Unsigned(f"{name}.lab.", name, number, text=TEXT, habits=habits.TOLD.get(name, ""))
                 for number, name in enumerate(names))


def _bare(zone):
    return dataclasses.replace(zone, origin=zone.origin.replace(".lab.", f"{BARE}.lab."))


class ZooLab(SigningLab):
    def __init__(self, resources, sealgate_path, names=tuple(habits.HABITS)):
        self.name, self.zones = "zoo", _zones(names)
        self.bare = [(_bare(zone).origin, zone.addresses) for zone in self.zones]
        more = [("legacy", "gate", plan.server(number)) for number in range(plan.SERVERS, len(names))]
        self.network = dataclasses.replace(
            plan.PLAN, prefix="zoo-", extra_addresses=[*plan.PLAN.extra_addresses, *more])
        super().__init__(resources, sealgate_path)

    def _start_servers(self):
        rows = [f"{zone.kind} {legacy.write_zone(self.keys.directory, each)} {each.origin} "
                f"{zone.addresses[4]} {zone.addresses[6]}"
                for zone in self.zones for each in (zone, _bare(zone))]
        process = self.legacy.start("zoo", sys.executable, "-B", odd.__file__, *rows)
        if not process.wait_for_log("ready", WAIT_S):
            raise LabError(f"the zoo does not start:\n{process.log_text()[-2000:]}")
        return []

    def compare(self, seed):
        """Asks everything, in an order of its own for each zone and validator, which the seed gives again: a denial in a
        validator's cache may hide what is asked for after it (RFC 8198). Yields (habit, question, validator, what is
        worse)."""
        def order_of(zone, validator):
            order = list(QUESTIONS)
            random.Random(f"{seed} {zone.origin} {validator.name}").shuffle(order)
            return order

        with futures.ThreadPoolExecutor(ASKERS) as pool:
            yield from self._compare(pool, ((zone, validator, order_of(zone, validator))
                                            for zone in self.zones for validator in self.validators))

    def compare_at_once(self):
        """The same for servers whose answers take validators seconds: all questions at once."""
        with futures.ThreadPoolExecutor(PATIENT_ASKERS) as pool:
            yield from self._compare(pool, ((zone, validator, (row,)) for zone in self.zones
                                            for validator in self.validators for row in QUESTIONS))

    def _compare(self, pool, tasks):
        for job in [pool.submit(lambda *task: list(self._compare_one(*task)), *task) for task in tasks]:
            yield from job.result()

    def _compare_one(self, zone, validator, order):
        found = []
        for each in (_bare(zone), zone):
            found.append({row: self._ask(each, validator, *row) for row in order})
        for row in order:
            worse = _worse(*(answers[row] for answers in found), row[1], zone.kind in habits.VARYING)
            if worse:
                yield zone.kind, row, validator.name, worse

    def _ask(self, zone, validator, name, rdtype):
        full = zone.origin if name == "@" else f"{name}.{zone.origin}"
        return self.ask_validator(validator, full, rdtype, timeout_s=TIMEOUT_S)


def _resolves(answer):
    return answer is not None and answer.rcode in ("NOERROR", "NXDOMAIN")


def _worse(bare, signed, rdtype, varies):
    """Returns what is worse than in the zone that is not signed, or None."""
    if not _resolves(bare):
        return None
    if not _resolves(signed):
        return "no answer" if signed is None else signed.rcode
    before, after = ({text.replace(f"{BARE}.lab.", ".lab.") for text in answer.data(rdtype)}
                     for answer in (bare, signed))
    if before and not after or before and before != after and not varies:
        return f"{len(before)} records became {len(after)}"
    return None if signed.has_ad else "not Secure"
