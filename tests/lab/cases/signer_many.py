# SPDX-License-Identifier: GPL-2.0-or-later
"""Hundreds of zones in a directory: each comes, changes, breaks and goes without the others."""

import contextlib
import json
import os
import subprocess

from lab.resources import Resources, let_sealgate_read
from lab.signing.many import COUNT, ManyLab

from .case import Case, Group, described, expect, expect_equal, wait_until
from .signer import SigningWorld

BROKEN, GOING, ROLLING, ALONE = 7, 8, 9, 10     # zones that a case changes


@contextlib.contextmanager
def _scene(_lab):
    resources = Resources()
    try:
        many = ManyLab(resources, _lab.sealgate_path)
        with many.sealgate("gateway") as gate:
            many.start_validators()
            yield SigningWorld(many, gate, None)
    finally:
        resources.close()


def _ask(world, number, rdtype="A"):
    zone = world.signing.zones[number]
    name = f"www.{zone.origin}" if rdtype == "A" else zone.origin
    answer = world.signing.ask_server(zone, name, rdtype, do=True, rd=False)
    expect(answer is not None, f"{zone.origin} {rdtype}: no answer", *world.log_tail())
    return answer


def _tag(world, number):
    data = _ask(world, number).data("RRSIG")
    return data[0].split()[6] if data else None


def _row(world, number):
    """The row of `ctl zones` about a zone."""
    origin = world.signing.zones[number].origin
    rows = json.loads(world.gate.ctl("--json", "zones", origin)[1])["zones"]
    return rows[0] if rows else None


def _reload(world, *zone):
    code, said = world.gate.ctl("--json", "reload", *zone)
    expect_equal(f"exit code: {said}", code, 0)
    return json.loads(said)


def _all_secure(world):
    expect_equal("zones", world.gate.status()["zones"], str(COUNT))
    wait_until(lambda: world.gate.status()["zones_unchecked"] == "0", "zones are still unchecked")
    expect_equal("broken", world.gate.status()["zones_broken"], "0")
    wrong = []
    for number, zone in enumerate(world.signing.zones):
        validator = world.signing.validators[number % len(world.signing.validators)]
        for name, rcode in ((f"www.{zone.origin}", "NOERROR"), (f"missing.{zone.origin}", "NXDOMAIN")):
            answer = world.signing.ask_validator(validator, name, "A")
            if answer is None or not answer.has_ad or answer.rcode not in (rcode, "NOERROR"):
                wrong.append(f"{validator.name}: {name}: {described(answer)}")
    expect(not wrong, *wrong[:10], *world.log_tail())


def _wrong_file(world):
    zone, others = world.signing.zones[BROKEN], _tag(world, ALONE)
    before = _tag(world, BROKEN)
    world.signing.write_zone_file(zone, "nonsense = 1;\n")
    try:
        code, said = world.gate.ctl("reload")
        expect(code == 1 and f"{world.signing.zone_file(zone)}:2: a zone has no member" in said, f"{code}: {said}")
        expect_equal("its tag", _tag(world, BROKEN), before)
        expect_equal("the tag of another", _tag(world, ALONE), others)
        expect_equal("row", _row(world, BROKEN)["status"], "broken")
        expect_equal("status", world.gate.status()["zones_broken"], "1")
        expect("status" not in _row(world, ALONE), _row(world, ALONE))
    finally:
        world.signing.write_zone_file(zone)
    expect_equal("read again", _reload(world)["zones_read"], 1)
    expect("status" not in _row(world, BROKEN), _row(world, BROKEN))


def _lost_keys(world):
    """The zone signs with what sealgate has. After a restart there is nothing, and clients that want signatures get
    SERVFAIL, and not answers that look like a forgery; the others do not suffer."""
    origin = world.signing.zones[BROKEN].origin
    signed = os.path.join(world.signing.keys.keys_of(origin), f"K{origin}signed-dnskey")
    os.rename(signed, signed + ".away")
    try:
        code, said = world.gate.ctl("reload")
        expect(code == 1 and f"there is no file {signed}" in said, f"{code}: {said}")
        expect(_ask(world, BROKEN, "DNSKEY").data("RRSIG"), "its DNSKEY is no longer signed")
        world.gate.restart()
        wait_until(lambda: _ask(world, BROKEN).rcode == "SERVFAIL", lambda: described(_ask(world, BROKEN)))
        expect_equal("DNSKEY", _ask(world, BROKEN, "DNSKEY").rcode, "SERVFAIL")
        expect(_tag(world, ALONE), "another zone is not signed")
        expect(any(signed in line for line in world.gate.log_lines("broken zone")), *world.gate.log_lines()[-6:])
    finally:
        os.rename(signed + ".away", signed)
    _reload(world)
    expect(_tag(world, BROKEN), "the zone is not signed again")


def _comes_and_goes(world):
    zone = world.signing.zones[GOING]
    world.signing.zone_file(zone).unlink()
    expect_equal("gone", _reload(world)["zones_gone"], 1)
    wait_until(lambda: _tag(world, GOING) is None, "it is still signed")
    expect_equal("row", _row(world, GOING), None)
    world.signing.write_zone_file(zone)
    expect_equal("read", _reload(world)["zones_read"], 1)
    wait_until(lambda: _tag(world, GOING), "it is not signed again")


def _alone(world):
    """`ctl reload ZONE` reads that zone, and looks at no other: its file may be half written."""
    zone, other = world.signing.zones[GOING], world.signing.zones[BROKEN]
    world.signing.zone_file(zone).unlink()
    world.signing.write_zone_file(other, "nonsense = 1;\n")
    try:
        expect_equal("gone", _reload(world, zone.origin)["zones_gone"], 1)
        wait_until(lambda: _tag(world, GOING) is None, "it is still signed")
        code, said = world.gate.ctl("reload", zone.origin)
        expect(code == 1 and f"there is no zone {zone.origin}, neither in" in said, f"{code}: {said}")
        world.signing.write_zone_file(zone)
        expect_equal("read", _reload(world, zone.origin.upper())["zones_read"], 1)
        wait_until(lambda: _tag(world, GOING), "it is not signed again")
        expect("status" not in _row(world, BROKEN), _row(world, BROKEN))
        code, said = world.gate.ctl("reload", other.origin)
        expect(code == 1 and ":2: a zone has no member" in said, f"{code}: {said}")
        expect_equal("row", _row(world, BROKEN)["status"], "broken")
    finally:
        world.signing.write_zone_file(zone)
        world.signing.write_zone_file(other)
        _reload(world)
    code, said = world.gate.ctl("reload", "a..b")
    expect(code == 2 and '"a..b" is not a domain name' in said, f"{code}: {said}")


def _one_changes(world):
    zone, others = world.signing.zones[ROLLING], _tag(world, ALONE)
    directory, before = world.signing.keys.keys_of(zone.origin), _tag(world, ROLLING)
    expect_equal("nothing changed", _reload(world)["zones_read"], 0)
    while _tag(world, ROLLING) == before:       # two keys may have one tag
        for name in os.listdir(directory):
            os.remove(os.path.join(directory, name))
        subprocess.run([world.signing.sealgate_path, "keys", "generate", zone.origin, "--directory", directory],
                       check=True, stdout=subprocess.DEVNULL)
        let_sealgate_read(directory)
        expect_equal("read", _reload(world)["zones_read"], 1)
    expect_equal("the tag of another", _tag(world, ALONE), others)


GROUPS = (
    Group("signer many zones", _scene, (
        Case(f"zones: {COUNT} zones in a directory are all Secure for the validators", _all_secure),
        Case("zones: a wrong file is named with its line, and its zone keeps what it had", _wrong_file),
        Case("zones: a zone without its signed keys goes on, and only after a restart it cannot be signed", _lost_keys),
        Case("zones: a zone comes and goes with its file, by a reload", _comes_and_goes),
        Case("zones: `ctl reload ZONE` reads this zone, and looks at no other", _alone),
        Case("zones: a reload reads the zone whose keys changed, and no other", _one_changes))),
)
