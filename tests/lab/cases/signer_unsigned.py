# SPDX-License-Identifier: GPL-2.0-or-later
"""A zone that the keeper looks after: unsigned until its first timeline comes, and after one that says so. The timelines
are written here, and nobody orders a reload."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import time

from lab.resources import LabError, let_sealgate_read, run_tool
from lab.sealgate import Sealgate
from lab.signing import legacy

from .case import Case, Group, described, expect, expect_equal, wait_until
from .signer import SigningWorld

ZONE = legacy.BY_ORIGIN["nsd.lab."]
DAY_S = 86400
WATCH_S = 10            # how often timelines are looked at
PATIENCE_S = 2 * WATCH_S


class Keeper:
    """Writes timelines of ZONE into a directory."""

    def __init__(self, signing):
        self.directory = signing.resources.path("unsigned-timelines")
        self._keys = signing.resources.path("unsigned-keys")
        for directory in (self.directory, self._keys):
            shutil.rmtree(directory, ignore_errors=True)
        os.mkdir(self.directory)
        shutil.copytree(signing.keys.keys_of(ZONE.origin), self._keys)
        run_tool(signing.sealgate_path, "keys", "sign", ZONE.origin, "--directory", self._keys)
        let_sealgate_read(self.directory)

    @property
    def path(self):
        return pathlib.Path(self.directory, f"K{ZONE.origin}timeline")

    def _zsk(self):
        (key,) = [path for path in pathlib.Path(self._keys).glob("K*.key") if " 256 " in path.read_text(encoding="utf-8")]
        secret = key.with_suffix(".private").read_text(encoding="utf-8")
        return int(key.stem.rpartition("+")[2]), re.search(r"^PrivateKey: (\S+)$", secret, re.MULTILINE)[1]

    def write(self, generation, is_signed, days=10, age_days=0):
        now_s = int(time.time())
        begin, made, end = (time.strftime("%Y%m%d%H%M%S", time.gmtime(at_s))
                            for at_s in (now_s - 60, now_s - age_days * DAY_S, now_s + days * DAY_S))
        text = f"sealgate-timeline 1\nzone {ZONE.origin}\ngeneration {generation}\nmade {made}\n"
        if is_signed:
            tag, secret = self._zsk()
            records = pathlib.Path(self._keys, f"K{ZONE.origin}signed-dnskey").read_text(encoding="utf-8")
            text += f"zsk 13 {tag} {secret}\nperiod {begin} {end}\nsign 13 {tag}\n{records}"
        else:
            text += "unsigned\n"
        self.put(f"{text}sha256 {hashlib.sha256(text.encode()).hexdigest().upper()}\n")

    def put(self, text):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.rename(self.path)
        let_sealgate_read(self.directory)


@contextlib.contextmanager
def _scene(lab):
    signing = lab.signing
    keeper = Keeper(signing)
    text = signing.configuration("gateway")
    more = text.replace(f'keys = "{signing.keys.keys_of(ZONE.origin)}";', "keeper = true;")
    if more == text:
        raise LabError("the configuration has no such keys")
    more += f'keeper = {{ timelines = "{keeper.directory}"; }};\n'
    with Sealgate(signing, signing.gate, "signer", anchor=signing.keys.anchor_ds, more=more) as gate:
        world = SigningWorld(signing, gate, None)
        world.keeper = keeper
        yield world


def _is_signed(world):
    """Whether an answer has signatures; it must be there in any case."""
    answer = world.signing.ask_server(ZONE, f"www.{ZONE.origin}", "A", do=True, rd=False)
    expect(answer is not None and answer.rcode == "NOERROR" and answer.data("A"), described(answer), *world.log_tail())
    return bool(answer.data("RRSIG"))


def _status(world):
    return world.gate.status()["zones_unsigned"], world.gate.status()["zones_broken"]


def _has_turned(world, wanted):
    """A query that is on its way while the zone turns is answered with SERVFAIL; the next one is not."""
    answer = world.signing.ask_server(ZONE, f"www.{ZONE.origin}", "A", do=True, rd=False)
    return answer is not None and answer.rcode != "SERVFAIL" and _is_signed(world) == wanted


def _turns(world, wanted):
    wait_until(lambda: _has_turned(world, wanted), f"the zone is {'not ' if wanted else ''}signed", PATIENCE_S)


def _begins_and_ends(world):
    expect(not _is_signed(world), "there are signatures without a timeline")
    expect_equal("unsigned and broken zones", _status(world), ("1", "0"))
    expect_equal("the keeper", world.gate.status()["keeper"], "does not run on this machine")
    world.keeper.write(1, True)
    _turns(world, True)
    expect_equal("unsigned and broken zones", _status(world), ("0", "0"))
    signed = world.keeper.path.read_text(encoding="utf-8")
    world.keeper.path.unlink()
    wait_until(lambda: _status(world) == ("0", "1"), "nobody says that the timeline is missing", PATIENCE_S)
    expect(_is_signed(world), "a timeline that is missing ends signing")
    world.keeper.write(2, False)
    _turns(world, False)
    expect_equal("unsigned and broken zones", _status(world), ("1", "0"))
    world.keeper.put(signed)
    wait_until(lambda: _status(world) == ("1", "1"), "nobody says that the timeline is old", PATIENCE_S)
    expect(not _is_signed(world), "an old timeline is taken")
    world.keeper.write(3, True)
    _turns(world, True)
    expect_equal("zones whose alarm rings", world.gate.status()["DNSSECInternalFailure"], "0")
    world.keeper.write(4, True, days=2, age_days=13)
    wait_until(lambda: world.gate.status()["DNSSECInternalFailure"] == "1",
               "nobody says that the timeline ends", PATIENCE_S)


def _goes_on(world, why):
    """After a start with a timeline that does not count, the copy of the one in force does."""
    world.gate.restart()
    expect_equal(f"{why}: unsigned and broken zones", _status(world), ("0", "1"))
    expect(_is_signed(world), f"{why}: there are no signatures", *world.log_tail())
    said = world.gate.ctl("zones", ZONE.origin)[1]
    expect("in force is the copy of generation 5" in said, said)


def _restarts(world):
    if not world.keeper.path.exists():      # the case before was left out
        world.keeper.write(4, True)
        _turns(world, True)
    old = world.keeper.path.read_text(encoding="utf-8")
    world.keeper.write(5, True)
    wait_until(lambda: world.gate.status()["DNSSECInternalFailure"] == "0", "the timeline is not read", PATIENCE_S)
    newest = world.keeper.path.read_text(encoding="utf-8")
    wait_until(lambda: world.gate.status()["zones_uncopied"] == "0", "there is no copy", PATIENCE_S)
    world.keeper.path.unlink()
    _goes_on(world, "no timeline")
    world.keeper.put(old)
    _goes_on(world, "an old timeline")
    world.keeper.put(newest[:len(newest) // 2])
    _goes_on(world, "half a timeline")
    world.keeper.write(6, True)
    wait_until(lambda: _status(world) == ("0", "0"), "the timeline that came back is not read", PATIENCE_S)
    expect(_is_signed(world), "there are no signatures")


GROUPS = (
    Group("signer unsigned zones", _scene,
          (Case("a kept zone is unsigned until a timeline comes, and after one that says so; no other file ends it",
                _begins_and_ends),
           Case("over a restart, a timeline that is missing, old or half does not count, and its copy does",
                _restarts))),
)
