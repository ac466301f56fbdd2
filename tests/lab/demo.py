# SPDX-License-Identifier: GPL-2.0-or-later
"""`run demo`: the main job, played step by step with dig, and a table of what came out."""

import dataclasses
import os
import re
import subprocess
import sys
import textwrap

from lab import topology
from lab.attacks import FORGED
from lab.scene import Lab

GOOD = "192.0.2.80 192.0.2.81"
EVIL = FORGED[1]

NETWORK = """
    client ---- router ---- wire ---- upstream ---- authoritative servers
                dnsmasq      |        unbound       NSD: root, TLDs, zones
                sealgate   host       without a
                           sealgate   validator     the attacker sits on the wire
"""


@dataclasses.dataclass(frozen=True)
class Step:
    words: str
    question: str
    wanted: str
    attack: str = ""
    family: int = 4
    options: str = ""       # more for dig
    clear: bool = False     # empty dnsmasq's cache first


WITHOUT = (
    Step("the genuine answer", "www.bank.example A", GOOD),
    Step("the attacker forges it", "www.bank.example A", EVIL, "forge-address", clear=True),
    Step("the attacker is gone: dnsmasq still has it", "www.bank.example A", EVIL),
)

ON_ROUTER = (
    Step("the genuine answer, as before", "www.bank.example A", GOOD, clear=True),
    Step("the same forged answer", "www.bank.example A", "SERVFAIL", "forge-address", clear=True),
    Step("the attacker is gone, nothing stayed", "www.bank.example A", GOOD),
    Step("a forged NXDOMAIN", "mail.bank.example A", "SERVFAIL", "forge-nxdomain"),
    Step("an answer stripped of its signatures", "www.p256.test A", "SERVFAIL", "strip-signatures"),
    Step("an expired signature", "www.expired.test A", "SERVFAIL"),
    Step("an unsigned zone", "www.unsigned.test A", GOOD),
    Step("TXT", "bank.example TXT", '"v=spf1 mx -all"'),
    Step("MX", "bank.example MX", "10 mail.bank.example. 20 mail.b.bank.example."),
    Step("CNAME", "alias.bank.example A", f"{GOOD} www.bank.example."),
    Step("wildcard", "anything.wild.bank.example A", "192.0.2.40"),
    Step("NODATA", "www.bank.example LOC", "NODATA"),
    Step("NXDOMAIN", "nowhere.bank.example A", "NXDOMAIN"),
    Step("over IPv6 to the router", "www.ed25519.test A", GOOD, family=6),
)

ON_HOST = (
    Step("the genuine answer", "www.bank.example A", GOOD),
    Step("the genuine answer, IPv6", "www.bank.example A", GOOD, family=6),
    Step("AD for a client that asks for it", "www.bank.example A", f"{GOOD} (ad)",
         options="+adflag"),
    Step("a forged answer", "www.bank.example A", "SERVFAIL, EDE 10", "forge-address"),
    Step("a forged answer, IPv6", "www.bank.example AAAA", "SERVFAIL, EDE 10", "forge-address",
         family=6),
    Step("forged under the genuine signature", "www.rsa256.test A", "SERVFAIL, EDE 6",
         "forge-address-keep-signature"),
    Step("an expired signature", "www.expired.test A", "SERVFAIL, EDE 7"),
    Step("not yet valid", "www.future.test A", "SERVFAIL, EDE 8", family=6),
    Step("an unsigned zone", "www.unsigned.test A", GOOD),
    Step("an unsigned zone, IPv6", "www.unsigned.example A", GOOD, family=6),
)


class Table:
    """The rows of the final table: the scene, the case, what was expected, what was seen, whether it fits."""

    def __init__(self):
        self._rows = []

    @property
    def all_ok(self):
        return bool(self._rows) and all(row[-1] for row in self._rows)

    def add(self, scene, words, wanted, seen, ok):
        self._rows.append((scene, words, wanted, seen, ok))

    def show(self):
        header = ("scene", "case", "expected", "seen", "ok")
        rows = [(*row[:-1], "yes" if row[-1] else "NO") for row in self._rows]
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(5)]
        print()
        for row in [header, tuple("-" * width for width in widths), *rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        good = sum(row[-1] for row in self._rows)
        print(f"\n{good} of {len(self._rows)} came out as they should.")


class Demo:
    def __init__(self, lab):
        self._lab = lab
        self.table = Table()

    def play(self, scene, steps, namespace, servers, gate=None):
        for step in steps:
            if step.clear:
                self._lab.restart_forwarder()
            said = len(gate.log_lines()) if gate else 0
            if step.attack:
                with self._lab.attack(step.attack):
                    seen = self._dig(step, namespace, servers)
            else:
                seen = self._dig(step, namespace, servers)
            # dnsmasq may or may not pass on a reason; the demo shows it, and does not require it.
            ok = seen == step.wanted or seen.startswith(step.wanted + ", EDE")
            print(f"    {'->' if ok else 'XX'} {seen}")
            if gate:
                for line in gate.log_lines()[said:]:
                    if "bogus" in line.lower():
                        print(f"       {short(gate, line)}")
            self.table.add(scene, step.words, step.wanted, seen, ok)

    @staticmethod
    def _dig(step, namespace, servers):
        # +noad: dig sets AD by default, and would then show AD for every Secure answer.
        command = ["dig", "+tries=1", "+time=5", "+noad", *step.options.split(),
                   f"@{servers[step.family]}", *step.question.split()]
        print(f"\n  {step.words}{f'   [attack: {step.attack}]' if step.attack else ''}\n"
              f"    $ {' '.join(command)}", flush=True)
        done = subprocess.run(namespace.argv(*command), capture_output=True, text=True)
        return read_dig(done.stdout)


@dataclasses.dataclass(frozen=True)
class Dug:
    """The output of dig: the status (None: no answer), the answer's lines as owner, TTL, class, type
    and data, and AD."""

    status: str | None
    answer: list
    has_ad: bool

    @classmethod
    def read(cls, text):
        status = re.search(r"status: (\w+)", text)
        answer = re.search(r";; ANSWER SECTION:\n(.*?)\n\n", text, re.S)
        return cls(status and status[1],
                   [line.split(None, 4) for line in answer[1].splitlines()] if answer else [],
                   bool(re.search(r"^;; flags:[^;]* ad[ ;]", text, re.M)))


def read_dig(text):
    """The output of dig in a few words."""
    dug = Dug.read(text)
    if not dug.status:
        return "no answer"
    if dug.status != "NOERROR":
        codes = re.findall(r"^; EDE: (\d+)", text, re.M)
        return ", ".join([dug.status, *(f"EDE {code}" for code in codes)])
    if not dug.answer:
        return "NODATA"
    return " ".join(sorted(line[4] for line in dug.answer)) + (" (ad)" if dug.has_ad else "")


def title(words):
    print(f"\n=== {words}", flush=True)


def _before(lab, demo):
    title("Without sealgate: dnsmasq believes the forged answer, and caches it")
    demo.play("before", WITHOUT, lab.client, topology.ROUTER)
    lab.restart_forwarder()


def _router(lab, demo):
    title("sealgate on the router, between dnsmasq and the upstream; dnsmasq is restarted")
    with lab.sealgate(lab.router, "host") as gate:
        introduce(gate)
        lab.restart_forwarder()
        demo.play("router", ON_ROUTER, lab.client, topology.ROUTER, gate)


def _host(lab, demo):
    title("sealgate on a plain host that asks the upstream directly")
    with lab.sealgate(lab.host, "host") as gate:
        introduce(gate)
        demo.play("host", ON_HOST, lab.host, topology.UPSTREAM, gate)


def introduce(gate):
    print(f"    $ sealgate rules apply --config {os.path.basename(gate.config)}\n"
          f"{textwrap.indent(gate.rules_said.strip(), '      ')}\n"
          f"    $ sealgate run --config {os.path.basename(gate.config)} &")
    for line in gate.log_lines():
        print(f"      {short(gate, line)}")


def short(gate, line):
    """The configuration lies in a directory that the lab made; here it has no directory."""
    return line.replace(gate.config, os.path.basename(gate.config))


STAGES = {"before": _before, "router": _router, "host": _host}


def run(sealgate_path, only, obstacle, keep):
    """Returns the exit code: 0 only if every line came out as it should."""
    stages = {name: stage for name, stage in STAGES.items() if not only or name in only}
    if not stages:
        print(f"demo: there is no part {' or '.join(only)}; the parts are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    if obstacle:
        print(f"demo: it cannot run here: {obstacle}", file=sys.stderr)
        return 2
    if set(stages) != {"before"} and not os.access(sealgate_path, os.X_OK):
        print(f"demo: there is no {sealgate_path}: build it first", file=sys.stderr)
        return 2
    title("Building the network: namespaces, signed zones, real servers")
    with Lab(sealgate_path) as lab:
        print(NETWORK)
        demo = Demo(lab)
        for stage in stages.values():
            stage(lab, demo)
        demo.table.show()
        keep(lab)
    return 0 if demo.table.all_ok else 1
