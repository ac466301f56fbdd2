# SPDX-License-Identifier: GPL-2.0-or-later
"""A zone comes from BIND to sealgate, and another one leaves for BIND, by the steps of docs/signing.md ("Another signer
of the zone"), whose commands are run as they stand there. At each step five validators find the zones Secure, with
empty caches, and with caches from right before the step, whichever signer answers."""

import collections
import contextlib
import itertools
import pathlib
import time
from concurrent import futures

import dns.dnssec
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

from lab.resources import Resources
from lab.signing.handover import CONFIGURE, MAKE_KEY, OTHER, OURS, HandoverLab

from .case import Case, Group, described, expect, expect_equal
from .signer import SigningWorld

JOIN, LEAVE = "join.lab.", "leave.lab."
# Zones for what goes wrong: without the keys of the other, without a DS of the other, without the wait.
CARELESS, EARLY, HASTY = "careless.lab.", "early.lab.", "hasty.lab."
WAIT_S = 2 * 3600       # more than any TTL, and than any two that follow each other in a step
TAKE = ("dig +noall +answer @192.0.2.53", "sealgate keys export example.org >ours")
TO_BIND = "(echo server 192.0.2.53; echo zone example.org; "
DROP_CDS = {"ours": "sed -i '/ CDS /d", "other": TO_BIND + "grep"}
DROP = {"ours": "rm /etc/sealgate/keys/Kexample.org.foreign-dnskey", "other": TO_BIND + "sed"}
BLOCKS = (MAKE_KEY, CONFIGURE, *TAKE, *DROP_CDS.values(), *DROP.values())     # of the page
SERVERS = {"ours": OURS, "other": OTHER}
NS = {"ours": "ns-ours", "other": "ns-other"}
SEEN = ("NOERROR", "NXDOMAIN")
WWW = ["192.0.2.80", "192.0.2.81"]


def _questions(number):
    """Name, type, and the data that is wanted; [] for a denial, None for any data. Only the first few may come from
    a cache: the others have names that nobody has asked for."""
    return (("@", "DNSKEY", None), ("@", "CDS", None), ("@", "CDNSKEY", None), ("@", "SOA", None), ("@", "NS", None),
            ("www", "A", WWW), ("alias", "A", WWW), ("deep", "A", []), ("www", "LOC", []), ("sub", "DS", []),
            (f"n{number}", "A", ["192.0.2.41"]), (f"any{number}.wild", "A", ["192.0.2.40"]),
            (f"n{number}", "MX", []), (f"n{number}-missing", "A", []), (f"below.n{number}", "A", []),
            (f"any{number}.wild", "MX", []), *((f"missing{number}", rdtype, []) for rdtype in ("A", "AAAA", "TXT")),
            (f"n{number + 1}", "A", ["192.0.2.41"]))


class Walk:
    """Two zones, at the same step of their ways: one joins sealgate, one leaves it."""

    def __init__(self, lab, gate):
        self.lab, self.gate = lab, gate
        self.ways = {JOIN: ("other", "ours"), LEAVE: ("ours", "other")}
        self.step = 0
        self.denials = collections.defaultdict(set)     # by validator: the response codes for missing names
        self._number = itertools.count(0, 2)

    def begin(self):
        """Each zone has a single signer; the zones for what goes wrong have BIND."""
        for origin in (zone.origin for zone in self.lab.zones):
            old = self.ways.get(origin, ("other",))[0]
            self.lab.set_ns([origin], [NS[old]])
            self.lab.keys.delegate(origin, [NS[old]], self.lab.ds_of(old, origin))
        self.lab.publish_delegations()
        self.lab.start_validators()

    # What the operators do at each step.

    def run(self, origin, first):
        code, said = self.lab.operator_runs(origin, first, self.gate)
        expect(code == 0, f"{origin}: the commands of the page fail (exit {code}):", *said.splitlines()[-6:])
        return said

    def take_keys(self, origin):
        for first in TAKE:
            self.run(origin, first)
        for rdtype in ("CDS", "CDNSKEY"):
            self.lab.wait_until(lambda rdtype=rdtype: self.lab.shown(OURS, origin, rdtype) == self.lab.shown(
                OTHER, origin, rdtype), f"the signers of {origin} show other {rdtype} records")
        expect_equal(f"{origin}: CDS", len(self.lab.shown(OURS, origin, "CDS")), 2)

    def parent_has(self, origin, ns, ds):
        self.lab.keys.delegate(origin, [NS[who] for who in ns],
                               [text for who in ds for text in self.lab.ds_of(who, origin)])

    def enter(self, step):
        for origin, (old, new) in self.ways.items():
            if step == 1:
                self.take_keys(origin)
            elif step == 6:
                self.run(origin, DROP[new])
            else:
                ns = {2: (old,), 3: (old, new), 4: (new,), 5: (new,)}[step]
                if step == 5:
                    self.run(origin, DROP_CDS[new])
                    self.lab.wait_until(lambda origin=origin, new=new: len(self.lab.shown(
                        SERVERS[new], origin, "CDS")) == 1, f"the CDS of both are still there in {origin}")
                if step in (3, 4):
                    self.lab.set_ns([origin], [NS[who] for who in ns])
                self.parent_has(origin, ns, (new,) if step == 5 else (old, new))
        if 1 < step < 6:
            self.lab.publish_delegations()
        self.step = step

    def fresh(self):
        """A number of names that nobody has asked for."""
        return next(self._number)

    def wait(self):
        """The waits that the page demands at the end of each step."""
        self.lab.clock.jump(WAIT_S)

    # What validators say.

    def faults(self, origins):
        """Asks all validators for everything; returns what is not Secure or not right."""
        number = self.fresh()

        def one(origin, validator):
            return [fault for name, rdtype, data in _questions(number)
                    if (fault := self._fault(validator, origin, (name, rdtype, data)))]
        with futures.ThreadPoolExecutor(len(origins) * len(self.lab.validators)) as pool:
            jobs = [pool.submit(one, origin, validator) for origin in origins for validator in self.lab.validators]
            return [fault for job in jobs for fault in job.result()]

    def _fault(self, validator, origin, question):
        name, rdtype, data = question
        answer = self.lab.ask_validator(validator, origin if name == "@" else f"{name}.{origin}", rdtype)
        found = answer.data(rdtype) if answer else []
        is_right = answer is not None and answer.has_ad and answer.rcode in SEEN and (
            bool(found) if data is None else found == data)
        if is_right and name.startswith("missing"):
            self.denials[validator.name].add(answer.rcode)
        if is_right:
            return None
        said = [line for line in validator.process.log_text().splitlines() if "ogus" in line or "validation" in line]
        return f"{validator.name}: {name} {rdtype} of {origin}: {described(answer)} ({' / '.join(said[-2:])})"

    def check(self, what, signer=None):
        with self.lab.answered_by(signer):
            faults = self.faults(tuple(self.ways))
        expect(not faults, f"step {self.step}, {what}, answers of {signer or 'those that are asked'}:", *faults[:10],
               *self.gate.log_lines()[-2:])


# What one signer answers, checked by the DNSKEY records of the other alone. A validator may hide a fault, because it asks
# another server then.

ACROSS = (("@", "CDS"), ("@", "CDNSKEY"), ("@", "SOA"), ("@", "NS"), ("www", "A"), ("any.wild", "A"), ("www", "LOC"),
          ("nobody", "A"))


def _unverified(walk, origin, signer, keys_of):
    apex = dns.name.from_text(origin)
    keys = dns.rrset.from_rdata_list(apex, 1, [dns.rdata.from_text("IN", "DNSKEY", text)
                                               for text in walk.lab.shown(keys_of, origin, "DNSKEY")])
    for name, rdtype in ACROSS:
        answer = walk.lab.ask_signer(signer, origin if name == "@" else f"{name}.{origin}", rdtype)
        response = dns.message.from_wire(answer.wire)
        signed = [(section, rrsig) for section in (response.answer, response.authority) for rrsig in section
                  if rrsig.rdtype == dns.rdatatype.RRSIG]
        if not signed:
            yield f"{name} {rdtype} of {origin}: no signatures"
        for section, rrsig in signed:
            covered, = (rrset for rrset in section if (rrset.name, rrset.rdtype) == (rrsig.name, rrsig.covers))
            try:
                dns.dnssec.validate(covered, rrsig, {apex: keys}, now=time.time() + walk.lab.clock.ahead_s)
            except dns.dnssec.ValidationFailure as error:
                yield f"{covered.name} {dns.rdatatype.to_text(rrsig.covers)} by {signer[4]}: {error}"


def _shows_cds_late(world):
    early = {origin: cds for origin, cds in world.walk.lab.cds_at_first.items() if cds}
    expect(not early, "the page need not say that step 1 waits:", early)


def _verifies_across(world):
    walk = world.walk
    _go_to(walk, 1)
    wrong = [fault for origin in walk.ways for signer, keys_of in ((OURS, OTHER), (OTHER, OURS), (OURS, OURS))
             for fault in _unverified(walk, origin, signer, keys_of)]
    expect(not wrong, *wrong[:10])


def _does_not_verify_across(world):
    """The check above can fail: for a zone whose signers do not know each other."""
    wrong = list(_unverified(world.walk, CARELESS, OURS, OTHER))
    expect(len(wrong) >= len(ACROSS), "signatures by keys that are not there are verified", *wrong)


# What goes wrong if a step is left out.

def _expect_bogus(walk, origin):
    """No validator resolves a name that is there, if sealgate answers."""
    number = walk.fresh()
    with walk.lab.answered_by("ours"):
        answers = {each.name: walk.lab.ask_validator(each, f"n{number}.{origin}", "A") for each in walk.lab.validators}
    resolved = [f"{name}: {described(answer)}" for name, answer in answers.items()
                if answer is None or answer.rcode != "SERVFAIL"]
    expect(not resolved, "this is not Bogus, so the other cases may miss it, too:", *resolved)


def _is_secure(walk, origin):
    faults = walk.faults((origin,))
    expect(not faults, *faults[:6])


def _both_at_once(walk, origin, ds):
    walk.lab.set_ns([origin], list(NS.values()))
    walk.parent_has(origin, ("other", "ours"), ds)
    walk.lab.publish_delegations()


def _without_the_keys(world):
    walk = world.walk
    _is_secure(walk, CARELESS)
    _both_at_once(walk, CARELESS, ("other", "ours"))
    _expect_bogus(walk, CARELESS)


def _without_the_wait(world):
    walk = world.walk
    _is_secure(walk, HASTY)
    walk.take_keys(HASTY)
    _both_at_once(walk, HASTY, ("other", "ours"))
    _expect_bogus(walk, HASTY)
    walk.wait()
    with walk.lab.answered_by("ours"):
        _is_secure(walk, HASTY)


def _without_the_ds(world):
    walk = world.walk
    walk.take_keys(EARLY)
    walk.wait()
    _both_at_once(walk, EARLY, ("other",))
    walk.lab.start_validators()
    _expect_bogus(walk, EARLY)


# At these steps either signer answers. At step 4 only who has the NS records of before asks the old one.
BOTH = ("ours", "other", None)
WITH_CACHES = {3: BOTH, 4: BOTH}
WITHOUT_CACHES = {3: (("ours", "other", None), ("other", "ours"))}


def _go_to(walk, step):
    """The steps before it, if they were not asked for."""
    while walk.step < step:
        if walk.step:
            walk.wait()
        walk.enter(walk.step + 1)


def _is_secure_at(step):
    def run(world):
        walk = world.walk
        _go_to(walk, step - 1)
        if step > 1:
            walk.wait()
        walk.check("before the next one")
        walk.enter(step)
        for signer in WITH_CACHES.get(step, (None,)):
            walk.check("caches of before", signer)
        for signers in WITHOUT_CACHES.get(step, ((None,),)):
            walk.lab.start_validators()
            for signer in signers:
                walk.check("empty caches", signer)
    return run


STEPS = ("each signer has taken the keys of the other", "the parent has DS records of both",
         "the NS records have the servers of both", "the NS records have only those of the new signer",
         "the parent has the DS records of the new signer alone", "the new signer has left out the keys of the old one")


def _steps(first, end):
    return [Case(f"hand-over {number}: Secure for all validators when {STEPS[number - 1]}", _is_secure_at(number))
            for number in range(first, end)]


def _imports_again(world):
    walk, path = world.walk, pathlib.Path(world.signing.keys.keys_of(JOIN), f"K{JOIN}foreign-dnskey")
    _go_to(walk, 1)
    before = path.read_text(encoding="utf-8")
    said = walk.run(JOIN, TAKE[0])
    expect("4 records of our own keys are left out" in said, said)
    expect_equal("what was imported", sorted(path.read_text(encoding="utf-8").splitlines()), sorted(before.splitlines()))


def _denials_were_mixed(world):
    """Otherwise the steps above would show nothing about the mixture."""
    wrong = [f"{each.name}: {world.walk.denials[each.name]}" for each in world.signing.validators
             if world.walk.denials[each.name] != set(SEEN)]
    expect(not wrong, *wrong)


@contextlib.contextmanager
def _scene(lab):
    resources = Resources()
    try:
        handover = HandoverLab(resources, lab.sealgate_path, (JOIN, LEAVE, CARELESS, EARLY, HASTY))
        with handover.sealgate("gateway", clock=handover.clock) as gate:
            world = SigningWorld(handover, gate, None)
            world.walk = Walk(handover, gate)
            world.walk.begin()
            yield world
    finally:
        resources.close()


GROUPS = (
    Group("signer hand-over", _scene, (
        Case("hand-over: a new BIND shows no CDS at first, so that step 1 must wait", _shows_cds_late),
        *_steps(1, 2),
        Case("hand-over: what each signer answers is verified by the DNSKEY records of the other, CDS too",
             _verifies_across),
        Case("hand-over: without import the DNSKEY records of the other verify nothing", _does_not_verify_across),
        *_steps(2, 4),
        Case("hand-over: a second import, when BIND shows our keys too, takes only those of BIND", _imports_again),
        *_steps(4, 7),
        Case("hand-over: each validator got both forms of denial for missing names", _denials_were_mixed),
        Case("hand-over without import is Bogus for all validators that have the keys of before", _without_the_keys),
        Case("hand-over without the wait for the DNSKEY records is Bogus until their TTL is over", _without_the_wait),
        Case("hand-over without DS of the new signer is Bogus with empty caches", _without_the_ds))),
)
