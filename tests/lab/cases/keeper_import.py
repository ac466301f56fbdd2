# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate keys import` and `export`, as root gives them: with the keys of BIND's tools, and a vault that is a token of the
keeper's user."""

import base64
import contextlib
import glob
import json
import os
import pwd
import shutil
import subprocess
import time

import dns.dnssec
import dns.rdata

from lab import programs, softtoken
from lab.resources import run_tool

from .case import Case, Group, expect, expect_equal

ZONE, USER = "moved.lab.", "nobody"
DAY_S = 86400
POINT = 64      # octets of a public key of P-256, the last ones of its DER

# Tells what it runs as before it is the program that loads the module.
VAULT = """#!/bin/sh
cat /proc/$$/status >{place}/vault-status
exec {place}/sealgate-vault-itself
"""

CONFIG = """role = "signer"; resolver = [ "192.0.2.10" ];
sign = {{ zones = ( {{ name = "{zone}"; keeper = true; }} ); }};
keeper = {{ directory = "{place}/keys"; timelines = "{place}/timelines"; group = ""; control_socket = "{place}/control";
    vault = "{vault}"; }};
"""


class Moves:
    def __init__(self, lab):
        self.place = place = lab.resources.path("moves")
        self.user = pwd.getpwnam(USER)
        os.makedirs(f"{place}/bind")
        self.token = softtoken.make(lab.resources)
        for source, name in ((lab.sealgate_path, "sealgate"), (f"{lab.sealgate_path}-vault", "sealgate-vault-itself")):
            shutil.copy(source, f"{place}/{name}")
        with open(f"{place}/sealgate-vault", "w", encoding="utf-8") as file:
            file.write(VAULT.format(place=place))
        os.chmod(f"{place}/sealgate-vault", 0o755)
        with open(f"{place}/conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(zone=ZONE, place=place, vault=self.token.uri))
        with open(f"{place}/vault-status", "w", encoding="utf-8"):
            pass
        self._make_ksk()
        self._make_zsks()
        for directory in ("keys", "timelines", "to"):
            os.makedirs(f"{place}/{directory}", 0o700)
        os.chmod(f"{place}/bind", 0o700)
        for directory in (f"{place}/keys", f"{place}/timelines", f"{place}/vault-status", self.token.directory):
            run_tool("chown", "-R", f"{USER}:", directory)

    def _make_ksk(self):
        """Its private half is in the token alone."""
        tool = ("pkcs11-tool", "--module", self.token.module, "--token-label", "lab", "--login", "--pin", softtoken.PIN)
        run_tool(*tool, "--keypairgen", "--key-type", "EC:prime256v1", "--usage-sign", "--label", "ksk", "--id", "01")
        run_tool(*tool, "--read-object", "--type", "pubkey", "--id", "01", "--output-file", f"{self.place}/der")
        with open(f"{self.place}/der", "rb") as file:
            text = "257 3 13 " + base64.b64encode(file.read()[-POINT:]).decode()
        self.ksk = dns.dnssec.key_id(dns.rdata.from_text("IN", "DNSKEY", text))
        now = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() - 30 * DAY_S))
        with open(f"{self.place}/bind/K{ZONE}+013+{self.ksk:05}.key", "w", encoding="utf-8") as file:
            file.write("".join(f"; {word}: {now} (a month ago)\n" for word in ("Created", "Publish", "Activate")) +
                       f"{ZONE} IN DNSKEY {text}\n")

    def _make_zsks(self):
        """One has signed for a month and ends in ten days; the next one is published; one is for nothing yet."""
        def make(*times):
            name = run_tool("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", ZONE, cwd=f"{self.place}/bind").strip()
            run_tool("dnssec-settime", *times, name, cwd=f"{self.place}/bind")
            return int(name.split("+")[-1])
        self.active = make("-P", "-30d", "-A", "-30d", "-I", "+10d", "-D", "+12d")
        self.following = make("-P", "-2d", "-A", "+10d")
        self.unused = make("-P", "none", "-A", "none")

    def keys(self, *words):
        done = subprocess.run((f"{self.place}/sealgate", "keys", *words, "--config", f"{self.place}/conf"),
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def files(self, tag):
        """The files of a ZSK as BIND left them."""
        return f"{self.place}/bind/K{ZONE}+013+{tag:05}.private"


@contextlib.contextmanager
def _scene(lab):
    yield Moves(lab)


def _imports(moves):
    pairs = [moves.files(tag) for tag in (moves.active, moves.following, moves.unused)]
    code, said = moves.keys("import", ZONE, f"{moves.place}/bind/K{ZONE}+013+{moves.ksk:05}.key", *pairs)
    expect(code == 0, f"exit {code}: {said}")
    for tag, wanted in ((moves.ksk, "imported"), (moves.active, "imported"), (moves.following, "imported"),
                        (moves.unused, "not published yet")):
        expect(any(f" {tag}: " in line and wanted in line for line in said.splitlines()), f"{tag} is not {wanted}: {said}")
    owners = {pwd.getpwuid(os.stat(path).st_uid).pw_name for path in glob.glob(f"{moves.place}/keys/*")}
    expect_equal("owners of the keeper's files", owners, {USER})
    expect_equal("private keys outside of the token", len(glob.glob(f"{moves.place}/keys/*.private")), 2)


def _vault_is_no_root(moves):
    """Nor can the module of the token become root again."""
    with open(f"{moves.place}/vault-status", encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    user, group = str(moves.user.pw_uid), str(moves.user.pw_gid)
    expect_equal("real, effective, saved user", status["Uid"].split()[:3], [user] * 3)
    expect_equal("real, effective, saved group", status["Gid"].split()[:3], [group] * 3)
    expect_equal("groups", set(status["Groups"].split()) - {group}, set())
    expect_equal("capabilities", {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {"0" * 16})
    expect_equal("no new privileges", status["NoNewPrivs"], "1")


def _timings(path):
    """By word: seconds since 1970, as dnssec-settime reads them."""
    said = run_tool("dnssec-settime", "-u", "-p", "all", path)
    found = (line.split(": ") for line in said.splitlines())
    return {word: int(value) for word, value in found if value.strip().isdigit()}


def _secret(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file if line.startswith("PrivateKey:")]


def _exports(moves):
    """The way back to BIND: the same keys, with times by which BIND goes on as the zone is signed now."""
    code, said = moves.keys("export", ZONE, "--to", f"{moves.place}/to")
    expect(code == 0, f"exit {code}: {said}")
    expect(f"KSK {moves.ksk}: its private half is in the token" in said, said)
    expect_equal("exported", sorted(int(path.split("+")[-1].split(".")[0]) for path in glob.glob(f"{moves.place}/to/*.key")),
                 sorted((moves.ksk, moves.active, moves.following)))
    expect_equal("private halves", len(glob.glob(f"{moves.place}/to/*.private")), 2)
    now_s = time.time()
    for tag in (moves.active, moves.following):
        path = moves.files(tag).replace("/bind/", "/to/")
        expect_equal(f"private half of {tag}", _secret(path), _secret(moves.files(tag)))
        expect_equal(f"mode of {tag}", os.stat(path).st_mode & 0o777, 0o600)
        times = _timings(path)
        expect(0 < times["Publish"] <= now_s, f"{tag} is not published: {json.dumps(times)}")
        expect_equal(f"{tag} signs now", 0 < times.get("Activate", 0) <= now_s, tag == moves.active)


def _reads_timeline_as_root(moves):
    """What root copied from a gateway belongs to root. It is damaged, so it goes no further than to be read."""
    path = f"{moves.place}/K{ZONE}timeline"
    with open(path, "w", encoding="utf-8") as file:
        file.write("damaged\n")
    os.chmod(path, 0o600)
    code, said = moves.keys("import", ZONE, path)
    expect(code == 1 and path in said and "denied" not in said, f"exit {code}: {said}")


GROUPS = (
    Group("keeper, import and export", _scene, (
        Case("`sealgate keys import` takes keys of BIND, with the KSK in a token of the keeper's user", _imports),
        Case("the module of the token runs as the keeper's user, and cannot be root again", _vault_is_no_root),
        Case("`sealgate keys export` gives BIND the same keys, but no private half from the token", _exports),
        Case("`sealgate keys import` reads a timeline that only root may read", _reads_timeline_as_root),
    ), obstacle=programs.obstacle("softhsm2-util") or programs.obstacle("pkcs11-tool")),
)
