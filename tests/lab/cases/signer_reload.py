# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of a running signer: read again, refused if they are wrong, and expired."""

import contextlib
import glob
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

from lab.clock import Clock, library
from lab.resources import LabError, let_sealgate_read
from lab.sealgate import Sealgate
from lab.signing import legacy

from .case import Case, Group, described, expect, expect_equal, wait_until
from .signer import SigningWorld

ZONE = legacy.BY_ORIGIN["nsd.lab."]
RELOADS = 15
PACE_S = 0.02       # between queries: NSD limits its answers to one network


class Keys:
    """A directory with keys of ZONE that no validator knows."""

    def __init__(self, signing):
        self._signing = signing
        self.directory = signing.resources.path("reload-keys")
        shutil.rmtree(self.directory, ignore_errors=True)

    def generate(self):
        for path in glob.glob(os.path.join(self.directory, "K*")):
            os.remove(path)
        subprocess.run([self._signing.sealgate_path, "keys", "generate", ZONE.origin,
                        "--directory", self.directory], check=True, stdout=subprocess.DEVNULL)
        let_sealgate_read(self.directory)

    @property
    def signed(self):
        return os.path.join(self.directory, f"K{ZONE.origin}signed-dnskey")


def _scene(when=None):
    @contextlib.contextmanager
    def scene(lab):
        signing = lab.signing
        if when and not library():
            raise LabError("no libfaketime")
        keys = Keys(signing)
        keys.generate()
        ready_made = f'keys = "{signing.keys.keys_of(ZONE.origin)}"; }}'
        row = f'name = "{ZONE.origin}"; {ready_made}'
        more = signing.configuration("gateway").replace(
            row, row.replace(ready_made, f'keys = "{keys.directory}"; }}'))
        clock = Clock(signing.resources, "reload-clock", when) if when else None
        with Sealgate(signing, signing.gate, "signer", anchor=signing.keys.anchor_ds, more=more,
                      clock=clock) as gate:
            world = SigningWorld(signing, gate, None)
            world.keys = keys
            yield world
    return scene


def _ask(world, rdtype="A", over_tcp=False):
    asker = world.signing.ask_server_over_tcp if over_tcp else world.signing.ask_server
    answer = asker(ZONE, f"www.{ZONE.origin}" if rdtype == "A" else ZONE.origin, rdtype, do=True,
                   rd=False)
    expect(answer is not None, f"{rdtype}: no answer", *world.log_tail())
    return answer


def _tag(world):
    """The tag of the key that signed an answer."""
    data = _ask(world).data("RRSIG")
    expect(data, "no RRSIG", *world.log_tail())
    return data[0].split()[6]


def _other_keys(world):
    """Makes keys that differ from those in force; returns the tag of the latter."""
    before = _tag(world)
    world.keys.generate()
    return before


def _flushes_all_or_nothing(world):
    """Also the zone cut that a referral showed, which `ctl zones` lists until then."""
    def cuts(*name):
        return [row["name"] for row in json.loads(world.gate.ctl("--json", "zones", *name)[1])["zones"]
                if row.get("status") == "learned-cut"]

    cut = f"sub.{ZONE.origin}"
    expect_equal("cuts before", cuts(), [])
    world.signing.ask_server(ZONE, f"www.{cut}", "A", do=True, rd=False)
    expect_equal("cuts", cuts(), [cut])
    expect_equal("cuts elsewhere", cuts(f"www.{ZONE.origin}"), [])
    code, said = world.gate.ctl("flush")
    expect(code == 0, f"{code}: {said}")
    expect_equal("cuts after a flush", cuts(), [])
    code, said = world.gate.ctl("flush", ZONE.origin)
    expect(code == 1 and "leave out the name" in said, f"{code}: {said}")
    _ask(world)


def _what_it_knows(world):
    def rows(word):
        code, said = world.gate.ctl("--json", word)
        expect_equal(f"ctl {word}: {said}", code, 0)
        return json.loads(said)[word]

    _ask(world)
    zones = {row["name"]: row for row in rows("zones")}
    expect_equal("zones", sorted(zones), sorted(zone.origin for zone in legacy.ZONES))
    expect_equal("key tag", str(zones[ZONE.origin]["key_tag"]), _tag(world))
    expect_equal("servers", [row for row in rows("servers") if row["edns"] not in ("unknown", "taken", "refused")], [])
    expect_equal("refusals", rows("recent"), [])
    for words in (("nta", "add", "x.test"), ("nta", "list"), ("nta", "remove", "x.test")):
        code, said = world.gate.ctl(*words)
        expect_equal(f"ctl {words}", code, 1)
        expect("signer" in said, said)


def _by_ctl(world):
    before = _other_keys(world)
    expect_equal("tag", _tag(world), before)
    code, said = world.gate.ctl("reload")
    expect_equal("exit code", code, 0)
    expect(f"zones={len(legacy.ZONES)}" in said, said)
    wait_until(lambda: _tag(world) != before, "the old key still signs")
    with open(world.keys.signed) as file:
        key = next(line.split()[7] for line in file if " DNSKEY 256 " in line)
    expect(any(key in each.replace(" ", "") for each in _ask(world, "DNSKEY").data("DNSKEY")),
           "the DNSKEY set is the old one")


def _by_signal(world):
    before = _other_keys(world)
    world.gate.process.signal(signal.SIGHUP)
    wait_until(lambda: _tag(world) != before, "the old key still signs")
    expect(world.gate.log_lines("read again: 1,"), "no line in the log")


def _wrong_changes_nothing(world):
    before = _tag(world)
    with open(world.keys.signed) as file:
        good = file.read()
    lines = good.splitlines(keepends=True)
    lines[3] = lines[3].replace(" 3600 20", " 3600 21", 1)
    with open(world.keys.signed, "w") as file:
        file.writelines(lines)
    try:
        code, said = world.gate.ctl("reload")
        expect(code == 1 and f"{world.keys.signed}:4: " in said, f"exit {code}: {said}")
        expect_equal("tag", _tag(world), before)
        expect(_ask(world, "DNSKEY").data("RRSIG"), "DNSKEY is no longer signed")
        expect(world.gate.log_lines(f"broken zone: {world.keys.signed}:4: "), "no line in the log")
    finally:
        with open(world.keys.signed, "w") as file:
            file.write(good)


def _unreadable_changes_nothing(world):
    """A key that only root may read was read at the start, before sealgate became its user."""
    before = _tag(world)
    (private,) = [path for path in glob.glob(os.path.join(world.keys.directory, "K*.private"))
                  if " 256 " in pathlib.Path(path.removesuffix("private") + "key").read_text(encoding="utf-8")]
    os.chmod(private, 0o600)
    try:
        code, said = world.gate.ctl("reload")
        expect(code == 1 and f"{private}: the user that sealgate runs as may not read this" in said,
               f"exit {code}: {said}")
        expect_equal("tag", _tag(world), before)
    finally:
        os.chmod(private, 0o640)
    world.gate.ctl("reload")


def _elsewhere_after_a_restart(world):
    """The sandbox has the directories that the configuration named at the start; the user may read both."""
    is_restricted = "landlock" in world.gate.status()["sandbox"]
    config = pathlib.Path(world.gate.config)
    text, elsewhere = config.read_text(encoding="utf-8"), tempfile.mkdtemp(prefix="sealgate-lab-keys-")
    try:
        shutil.copytree(world.keys.directory, elsewhere, dirs_exist_ok=True)
        let_sealgate_read(elsewhere)
        config.write_text(text.replace(world.keys.directory, elsewhere), encoding="utf-8")
        code, said = world.gate.ctl("reload")
        if is_restricted:
            expect(code == 1 and "the sandbox allows this after a restart" in said, f"exit {code}: {said}")
        else:
            expect_equal("exit code without Landlock", code, 0)
        world.gate.restart()
        wait_until(lambda: _ask(world).data("RRSIG"), "the keys elsewhere do not sign")
    finally:
        config.write_text(text, encoding="utf-8")
        world.gate.restart()
        shutil.rmtree(elsewhere)


def _nothing_is_lost(world):
    wrong, is_over = [], threading.Event()

    def ask_on(over_tcp):
        asker = world.signing.ask_server_over_tcp if over_tcp else world.signing.ask_server
        while not is_over.is_set():
            answer = asker(ZONE, f"www.{ZONE.origin}", "A", do=True, rd=False)
            if answer is None or answer.rcode != "NOERROR" or not answer.data("RRSIG"):
                wrong.append(f"{'TCP' if over_tcp else 'UDP'}: {described(answer)}")
            is_over.wait(PACE_S)

    threads = [threading.Thread(target=ask_on, args=(over_tcp,)) for over_tcp in (False, True)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(RELOADS):
            code, said = world.gate.ctl("reload")
            expect(code == 0, f"exit {code}: {said}")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    expect(not wrong, *wrong[:6], *world.log_tail())


def _status_tells(world):
    status = world.gate.status()
    expect(int(status["presigned_left_days"]) in (19, 20), status["presigned_left_days"])
    expect_equal("zones", status["zones"], str(len(legacy.ZONES)))
    expect(not world.gate.log_lines("signatures expire in"), "warned of 20 days")


def _wait_for_warning(world, text):
    """The keys are looked at after the start; the warning may be later than "ready"."""
    wait_until(lambda: world.gate.log_lines(f"{ZONE.origin}: {text}"),
               lambda: "\n".join(world.gate.log_lines()))


def _warns(world):
    _wait_for_warning(world, "the pre-made KSK signatures expire in 6 days")
    expect_equal("days", world.gate.status()["presigned_left_days"], "6")
    expect(_ask(world, "DNSKEY").data("RRSIG"), "DNSKEY is not signed")


def _ends(world):
    _wait_for_warning(world, "pre-made KSK signatures have expired")
    expect_equal("days", world.gate.status()["presigned_left_days"], "-1")
    answer = _ask(world, "DNSKEY")
    expect(answer.rcode == "SERVFAIL", described(answer))
    expect(world.gate.counter("sign_keys") > 0, "the counter did not grow")
    row, = json.loads(world.gate.ctl("--json", "recent")[1])["recent"]
    expect_equal("recent", [row[key] for key in ("name", "type", "status", "reason")],
                 [ZONE.origin, "DNSKEY", "unsigned", "keys"])


GROUPS = (
    Group("signer keys read again", _scene(), (
        Case("reload: `sealgate ctl status` says when the pre-made signatures expire",
             _status_tells),
        Case("reload: after `sealgate ctl reload` the new keys sign", _by_ctl),
        Case("ctl zones, servers and recent print what a signer knows, and ctl nta says why it does not apply",
             _what_it_knows),
        Case("`sealgate ctl flush` applies to a signer, but not with a name", _flushes_all_or_nothing),
        Case("reload: after SIGHUP the new keys sign", _by_signal),
        Case("reload: wrong keys are reported with file and line, and change nothing",
             _wrong_changes_nothing),
        Case("reload: a key that sealgate's user may not read is named, and changes nothing",
             _unreadable_changes_nothing),
        Case("reload: keys in a directory that is new are read after a restart, and that is said",
             _elsewhere_after_a_restart),
        Case("reload: no query is lost, over UDP and TCP", _nothing_is_lost))),
    Group("signer keys that end soon", _scene("+14d"), (
        Case("pre-made signatures: the log and the status say that they expire in 6 days", _warns),)),
    Group("signer keys that have ended", _scene("+30d"), (
        Case("pre-made signatures: after they have expired DNSKEY is SERVFAIL, logged and counted",
             _ends),)),
)
