# SPDX-License-Identifier: GPL-2.0-or-later
"""A change of the ZSK by the times in its key files, while validators ask: none of them notices.

sealgate has a clock of its own, which jumps over the hour that an operator waits. The validators have the right one,
so what they keep is short-lived: the lab lowers TTLs to a few seconds. Signatures begin an hour before sealgate makes
them, so its clock may be at most that far ahead."""

import contextlib
import functools
import glob
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import time

from lab.clock import Clock, library
from lab.resources import LabError, let_sealgate_read, run_tool
from lab.sealgate import Sealgate
from lab.signing import legacy
from lab.threads import Threads

from .case import Case, Group, described, expect, expect_equal, tell, wait_until
from .signer import SigningWorld, is_negative, is_positive

ZONE = legacy.BY_ORIGIN["nsd.lab."]
TTL_S = 4
FORGOTTEN_S = 10        # Knot Resolver keeps everything for five seconds at least
MINUTE = 60
ROUNDS = 2              # of each validator, whole ones, in each phase
PACE_S = 0.01           # between questions: no validator comes near the limits of new signatures
COLD_NAMES = 5

# A name with "?" is new each time it is asked for.
QUESTIONS = (
    ("?.wild", "A", is_positive), ("www", "A", is_positive), ("@", "DNSKEY", is_positive),
    ("?", "A", is_negative), ("nowhere", "A", is_negative),
    ("?.wild", "MX", is_negative), ("www", "MX", is_negative), ("@", "LOC", is_negative),
)


def _ask(world, validator, name, rdtype, wanted):
    """Returns a complaint, or None. A response that is not Secure is not asked for again."""
    full = world.full(ZONE, name.replace("?", f"r{random.randrange(10 ** 9)}"))
    answer = world.signing.ask_validator(validator, full, rdtype)
    return None if wanted(answer, rdtype) else f"{validator.name}: {full} {rdtype}: {described(answer)}"


class Asking(Threads):
    """Asks all validators all questions, again and again, until the end of a `with`."""

    def __init__(self, world):
        super().__init__(*(functools.partial(self._go_on, each) for each in world.signing.validators))
        self._world = world
        self.rounds = dict.fromkeys((each.name for each in world.signing.validators), 0)
        self.wrong = []

    def _go_on(self, validator):
        while not self._ends.is_set():
            for question in QUESTIONS:
                complaint = _ask(self._world, validator, *question)
                if complaint:
                    self.wrong.append(complaint)
                self._ends.wait(PACE_S)
            self.rounds[validator.name] += 1

    def go_round(self, seconds=0):
        """Returns when so long has passed, and each validator was asked everything."""
        until, before = time.monotonic() + seconds, dict(self.rounds)
        wait_until(lambda: time.monotonic() > until and all(
            count >= before[name] + ROUNDS for name, count in self.rounds.items()), "a validator does not answer")


class Operator:
    """Has the keys of ZONE in a directory, and the tools. sealgate's read its clock; BIND's hang with libfaketime,
    and get times in full."""

    def __init__(self, signing):
        self.directory = signing.resources.path("succession-keys")
        self.clock = Clock(signing.resources, "succession-clock", "+0")
        self._sign = (*self.clock.words, signing.sealgate_path, "keys", "sign", ZONE.origin, "--directory")
        # The keys that the parent knows.
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(signing.keys.keys_of(ZONE.origin), self.directory)
        self._began_s, self.ttl_s = time.time(), TTL_S
        self.sign()

    def keygen(self, *options):
        return run_tool("dnssec-keygen", "-q", *options, cwd=self.directory).strip()

    def settime(self, key, *options):
        run_tool("dnssec-settime", *options, key, cwd=self.directory)

    def at(self, minutes):
        """A time for these tools: so long after the beginning."""
        return time.strftime("%Y%m%d%H%M%S", time.gmtime(self._began_s + minutes * MINUTE))

    def clock_to(self, minutes, seconds=0):
        self.clock.set(f"+{self._began_s + minutes * MINUTE + seconds - time.time():.0f}")

    @property
    def ksk(self):
        """The same of the KSK that the parent knows."""
        (key,) = [os.path.basename(path).removesuffix(".key")
                  for path in glob.glob(os.path.join(self.directory, "K*.key"))
                  if " 257 3 13 " in pathlib.Path(path).read_text(encoding="utf-8")]
        return key

    @property
    def zsks(self):
        """The names of the key files of the ZSKs, without their endings."""
        return [os.path.basename(path).removesuffix(".key")
                for path in glob.glob(os.path.join(self.directory, "K*.key"))
                if " 256 " in pathlib.Path(path).read_text(encoding="utf-8")]

    def refused(self):
        """What `sealgate keys sign` says as it refuses."""
        done = subprocess.run((*self._sign, self.directory), capture_output=True, text=True)
        expect(done.returncode == 1, f"`keys sign` does not refuse: exit {done.returncode}: {done.stdout}")
        return done.stderr

    def sign(self, *options, directory=None):
        """Signs ahead, and lowers the TTLs in the file: sealgate always writes an hour."""
        directory = directory or self.directory
        said = run_tool(*self._sign, directory, *options)
        path = pathlib.Path(directory, f"K{ZONE.origin}signed-dnskey")
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^(\S+ )3600 ", rf"\g<1>{self.ttl_s} ", text, flags=re.MULTILINE), encoding="utf-8")
        let_sealgate_read(directory)
        return said


@contextlib.contextmanager
def _scene(lab):
    if not library():
        raise LabError("no libfaketime")
    signing = lab.signing
    operator = Operator(signing)
    shared = f'keys = "{signing.keys.keys_of(ZONE.origin)}";'
    text = signing.configuration("gateway")
    more = text.replace(shared, f'keys = "{operator.directory}"; max_ttl = {TTL_S};')
    if more == text:
        raise LabError("the configuration has no such keys")
    with Sealgate(signing, signing.gate, "signer", anchor=signing.keys.anchor_ds, more=more,
                  clock=operator.clock) as gate:
        world = SigningWorld(signing, gate, None)
        world.operator = operator
        try:
            yield world
        finally:
            signing.stop_validators()


def _signing_tag(world):
    answer = world.signing.ask_server(ZONE, f"www.{ZONE.origin}", "A", do=True, rd=False)
    expect(answer is not None and answer.data("RRSIG"), described(answer), *world.log_tail())
    return int(answer.data("RRSIG")[0].split()[6])


def _tag_of(key):
    return int(key.rpartition("+")[2])


def _algorithm_of(key):
    return int(key.split("+")[1])


def _reload(world):
    code, said = world.gate.ctl("reload")
    expect(code == 0, f"ctl reload: exit {code}: {said}")


# Two ways to change the key. Each yields its phases, with what passes in them.

def _as_documented(world):
    """The next ZSK is published at once, and times say when it signs (docs/signing.md)."""
    operator = world.operator
    (old,) = operator.zsks
    new = operator.keygen("-a", "ECDSAP256SHA256", "-P", "now", "-A", operator.at(10), ZONE.origin)
    operator.settime(old, "-I", operator.at(10), "-D", operator.at(20))
    said = operator.sign()
    expect(f"ZSK {_tag_of(new)} is new in" in said, said)
    _reload(world)
    yield "published"
    yield from _taken_over_and_deleted(world, old, new, 10, 20)


def _as_successor(world):
    """dnssec-keygen -S takes the times from those of the old ZSK. The next one is published later."""
    operator = world.operator
    (old,) = operator.zsks
    operator.settime(old, "-I", operator.at(30), "-D", operator.at(40))
    new = operator.keygen("-S", old, "-i", "15mi")
    said = operator.sign()
    expect("new in" not in said, said)
    _reload(world)
    yield "made"
    operator.clock_to(16)
    said = operator.sign()
    expect(f"ZSK {_tag_of(new)} is new in" in said, said)
    _reload(world)
    yield "published"
    yield from _taken_over_and_deleted(world, old, new, 30, 40)


# A timeline, written here and not by sealgate (docs/timeline.md). Nothing is reloaded after the first second.

BETWEEN_S = 20          # its steps: longer than validators keep what they know


def _records(operator, keys):
    """What `sealgate keys sign` writes for these keys alone, with lower TTLs."""
    with tempfile.TemporaryDirectory() as apart:
        for key in keys:
            for path in glob.glob(os.path.join(operator.directory, f"{key}.*")):
                shutil.copy(path, apart)
        operator.sign("--force", directory=apart)
        return pathlib.Path(apart, f"K{ZONE.origin}signed-dnskey").read_text(encoding="utf-8")


def _records_of_two(operator, keys):
    """The same for keys of two algorithms, which `sealgate keys sign` refuses: BIND's tool signs."""
    with tempfile.TemporaryDirectory() as apart:
        plain, signed = (os.path.join(apart, name) for name in ("plain", "signed"))
        files = [os.path.join(operator.directory, f"{key}.key") for key in keys]
        pathlib.Path(plain).write_text(f"$TTL {TTL_S}\n{ZONE.origin} SOA ns admin 1 2 3 4 5\n{ZONE.origin} NS ns.lab.\n" +
                                       "".join(f"$INCLUDE {path}\n" for path in files), encoding="utf-8")
        run_tool("dnssec-signzone", "-q", "-x", "-d", apart, "-o", ZONE.origin, "-O", "full", "-f", signed, plain, *files)
        lines = pathlib.Path(signed).read_text(encoding="utf-8").splitlines()
    return "".join(" ".join(line.split()) + "\n" for line in lines if re.search(r"\sIN (RRSIG\s)?DNSKEY\s", line))


def _secret(operator, key):
    text = pathlib.Path(operator.directory, f"{key}.private").read_text(encoding="utf-8")
    return re.search(r"^PrivateKey: (\S+)$", text, re.MULTILINE)[1]


def _digits(at_s):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(at_s))


def _put_timeline(operator, generation, periods):
    """Writes one: of each period the beginning, the end, the ZSKs that sign, and the records."""
    text = f"sealgate-timeline 1\nzone {ZONE.origin}\ngeneration {generation}\nmade {_digits(time.time())}\n"
    signers = dict.fromkeys(key for _, _, keys, _ in periods for key in keys)
    text += "".join(f"zsk {_algorithm_of(key)} {_tag_of(key)} {_secret(operator, key)}\n" for key in signers)
    for begin, end, keys, records in periods:
        text += f"period {begin} {end}\n"
        text += "".join(f"sign {_algorithm_of(key)} {_tag_of(key)}\n" for key in keys) + records
    digest = hashlib.sha256(text.encode()).hexdigest().upper()
    path = pathlib.Path(operator.directory, f"K{ZONE.origin}timeline")
    path.write_text(f"{text}sha256 {digest}\n", encoding="utf-8")
    let_sealgate_read(operator.directory)


def _write_timeline(operator, old, new):
    """Returns when the new ZSK is published, takes over, and the old one is gone."""
    ksk = operator.ksk
    now_s = int(time.time())
    times = [now_s + BETWEEN_S * step for step in range(1, 4)]
    both = _records(operator, (ksk, old, new))
    sets = (((old,), _records(operator, (ksk, old))), ((old,), both), ((new,), both),
            ((new,), _records(operator, (ksk, new))))
    edges = [_digits(at_s) for at_s in (now_s - MINUTE, *times, now_s + 10 * 24 * 60 * MINUTE)]
    _put_timeline(operator, 1, [(begin, end, *each) for begin, end, each in zip(edges, edges[1:], sets)])
    return times


def _keys_shown(world):
    answer = world.signing.ask_server(ZONE, ZONE.origin, "DNSKEY", do=True, rd=False)
    expect(answer is not None, "no answer for DNSKEY", *world.log_tail())
    return len(answer.data("DNSKEY"))


def _by_a_timeline(world):
    """All is planned ahead. Only the clock moves."""
    operator = world.operator
    (old,) = operator.zsks
    new = operator.keygen("-a", "ECDSAP256SHA256", "-P", "now", "-A", "none", ZONE.origin)
    times = _write_timeline(operator, old, new)
    _reload(world)
    expect_equal("keys in the DNSKEY RRset", _keys_shown(world), 2)
    yield "planned"
    wait_until(lambda: _keys_shown(world) == 3, "the new key is not published", 60)
    expect(time.time() >= times[0], "the new key is published too early")
    expect_equal("key that signs before its time", _signing_tag(world), _tag_of(old))
    yield "published"
    wait_until(lambda: _signing_tag(world) == _tag_of(new), "the new key does not take over", 60)
    expect(time.time() >= times[1], "the new key takes over too early")
    expect_equal("keys in the DNSKEY RRset", _keys_shown(world), 3)
    yield "taken over"
    wait_until(lambda: _keys_shown(world) == 2, "the old key is not deleted", 60)
    expect(time.time() >= times[2], "the old key is deleted too early")
    expect_equal("key that signs", _signing_tag(world), _tag_of(new))
    yield "deleted"


def _signing_tags(world):
    answer = world.signing.ask_server(ZONE, f"www.{ZONE.origin}", "A", do=True, rd=False)
    expect(answer is not None, "no answer", *world.log_tail())
    return {int(rrsig.split()[6]) for rrsig in answer.data("RRSIG")}


def _by_late_files(world):
    """Each file has one period, which began long ago, with keys that nobody was shown before."""
    operator, ksk = world.operator, world.operator.ksk
    began, end = _digits(time.time() - MINUTE), _digits(time.time() + 10 * 24 * 60 * MINUTE)
    (old,) = operator.zsks
    new, newer = (operator.keygen("-a", "ECDSAP256SHA256", ZONE.origin) for _ in range(2))
    other, other_ksk = (operator.keygen("-a", "ED25519", *more, ZONE.origin) for more in ((), ("-f", "KSK")))
    steps = (   # the signers, the other keys; then how many keys are shown and which sign, first and at last
        ((old,), (ksk,), 2, {old}, 2, {old}, "in force"),
        ((new,), (ksk,), 2, {old, new}, 2, {new}, "stolen and replaced"),
        ((newer,), (ksk, new), 3, {new}, 3, {newer}, "replaced"),
        ((newer, other), (ksk, other_ksk), 3, {newer, other}, 4, {newer, other}, "joined by another algorithm"),
    )
    for generation, (signers, others, first, first_keys, last, last_keys, phase) in enumerate(steps, 1):
        for key in (old, new, newer, other):    # `keys sign` does not publish two of an algorithm that are active
            operator.settime(key, "-P", "now", "-A", "now" if key in signers else "none")
        records = _records if len(signers) == 1 else _records_of_two
        _put_timeline(operator, generation, [(began, end, signers, records(operator, (*others, *signers)))])
        _reload(world)
        expect_equal(f"keys in the DNSKEY RRset, once the key is {phase}", _keys_shown(world), first)
        expect_equal(f"keys that sign, once the key is {phase}", _signing_tags(world), set(map(_tag_of, first_keys)))
        yield phase
        # A key that was stolen goes after max_ttl and the TTL of the DNSKEY RRset (docs/timeline.md).
        at_last = (last, set(map(_tag_of, last_keys)))
        wait_until(lambda wanted=at_last: (_keys_shown(world), _signing_tags(world)) == wanted,
                   f"after it was {phase}, not {last} keys are shown, or {at_last[1]} do not sign", 30)


def _taken_over_and_deleted(world, old, new, at, until):
    world.gate.restart()
    world.operator.clock_to(at, -5)
    expect_equal("key that signs before its time is over", _signing_tag(world), _tag_of(old))
    yield "soon"
    wait_until(lambda: _signing_tag(world) == _tag_of(new), "the new key does not take over", 60)
    yield "taken over"
    world.gate.restart()
    world.operator.clock_to(until, 1)
    said = world.operator.sign()
    expect(f"ZSK {_tag_of(old)} is no longer in" in said, said)
    _reload(world)
    expect_equal("key that signs", _signing_tag(world), _tag_of(new))
    yield "deleted"


def _with_warm_caches(change):
    def run(world):
        world.signing.start_validators()
        with Asking(world) as asking:
            asking.go_round()
            for phase in change(world):
                expect(not asking.wrong, f"until the key was {phase}:", *asking.wrong[:6], *world.log_tail())
                if phase != "soon":     # that one must not last; in all others, what was cached before is forgotten
                    asking.go_round(FORGOTTEN_S)
        expect(not asking.wrong, *asking.wrong[:8], *world.log_tail())
        tell(f"rounds of {len(QUESTIONS)} questions: "
             f"{', '.join(f'{name} {count}' for name, count in asking.rounds.items())}")
    return run


def _with_empty_caches(world):
    """Each phase meets validators that know nothing, and then has them ask once more what they know."""
    for phase in _as_documented(world):
        world.signing.start_validators()
        wrong = [complaint for validator in world.signing.validators
                 for question in QUESTIONS * 2 if (complaint := _ask(world, validator, *question))]
        expect(not wrong, f"{phase}:", *wrong[:8], *world.log_tail())


# Validators have a DNSKEY RRset without the new ZSK, for an hour.

@contextlib.contextmanager
def _asking_for_an_hour(world):
    world.operator.ttl_s = 3600
    world.operator.sign()
    _reload(world)
    world.signing.start_validators()
    with Asking(world) as asking:
        asking.go_round()
        expect(not asking.wrong, *asking.wrong[:6])
        yield asking


def _waits_if_loaded_late(world):
    """The new ZSK is active when sealgate hears of it."""
    operator = world.operator
    with _asking_for_an_hour(world) as asking:
        (old,) = operator.zsks
        new = operator.keygen("-a", "ECDSAP256SHA256", "-P", "now", "-A", operator.at(50), ZONE.origin)
        operator.settime(old, "-I", operator.at(50))
        operator.sign("--force")
        operator.clock_to(50, 1)
        _reload(world)
        asking.go_round()
        answer = world.signing.ask_server(ZONE, ZONE.origin, "DNSKEY", do=True, rd=False)
        expect_equal("keys in the DNSKEY RRset", len(answer.data("DNSKEY")), 3)
        expect_equal("key that signs", _signing_tag(world), _tag_of(old))
    expect(not asking.wrong, f"key {_tag_of(new)} was loaded:", *asking.wrong[:6])


# The control: a takeover that is too early is seen.

def _too_early_is_bogus(world):
    """The old ZSK is gone when the new one comes."""
    operator = world.operator
    with _asking_for_an_hour(world) as asking:
        (old,) = operator.zsks
        operator.settime(old, "-I", "now", "-D", "now")
        operator.keygen("-a", "ECDSAP256SHA256", ZONE.origin)
        said = operator.refused()
        expect("would sign before resolvers know it" in said, said)
        asking.go_round()
        expect(not asking.wrong, "refused, and yet:", *asking.wrong[:6])
        operator.sign("--force")
        _reload(world)
        asking.go_round()
    bogus = sorted({line.partition(":")[0] for line in asking.wrong if "SERVFAIL" in line})
    tell(f"Bogus for {', '.join(bogus) or 'nobody'}")
    expect(bogus, "no validator has noticed that the key took over too early: the other cases cannot fail")


def _group(title, run):
    """A sealgate of its own: its clock never goes back."""
    return Group("signer succession of ZSKs", _scene, (Case(f"ZSK by times: {title}", run),))


GROUPS = (
    _group("no validator with a warm cache sees anything but Secure, as docs/signing.md changes the key",
           _with_warm_caches(_as_documented)),
    _group("no validator with a warm cache sees anything but Secure, with dnssec-keygen -S",
           _with_warm_caches(_as_successor)),
    _group("no validator with a warm cache sees anything but Secure while sealgate follows a timeline, without a reload",
           _with_warm_caches(_by_a_timeline)),
    _group("no validator with a warm cache sees anything but Secure, whatever a timeline brings too late",
           _with_warm_caches(_by_late_files)),
    _group("no validator with an empty cache sees anything but Secure", _with_empty_caches),
    _group("a key that a reload brings after its time waits until resolvers know it", _waits_if_loaded_late),
    _group("`keys sign` refuses a takeover that is too early; forced, it is Bogus for warm validators",
           _too_early_is_bogus),
)
