# SPDX-License-Identifier: GPL-2.0-or-later
"""`run check`: makes the zones, asks, mutates the responses, has everything judged, and reports as TAP."""

import concurrent.futures
import dataclasses
import os
import random
import shutil
import time

import dns.dnssec
import dns.rdata

import cases
import delv
import links
import oracles
import pythondns
import rfc4035
import servers
import unbound
import verdicts
from chain import Chain
from differences import DIFFERENCES
from gate import Sealgate
from lab.resources import Resources
from message import query
from signing import Signed
from tap import Tap

ROOT_KEY = "/usr/share/dns/root.key"
FILE_CASES = 20000          # in one capture: each exchange has a port of its own
SHOWN = 5                   # differences printed for a test
DELV_EACH = 3               # mutants of a kind that delv judges
TOOLS = {"dnssec-signzone": "bind9-utils", "dnssec-keygen": "bind9-utils", "nsd": "nsd",
         "unbound": "unbound"}


def obstacle():
    """Returns why the corpus cannot run here, or None."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            return f"{tool} is not installed (package {package})"
    return unbound.obstacle()


class World:
    """The zones, their servers, and all validators."""

    def __init__(self, resources, path, everything):
        self.now_s = int(time.time())
        self.signed = Signed(resources.directory, self.now_s).make()
        all_servers = servers.start_all(resources, self.signed)
        self.best = servers.Best(all_servers)
        self.chain = Chain(self.best, self.signed.zones)
        self.sealgate = Sealgate(path, self.signed.anchor, self.now_s, resources.directory)
        self.delv_anchor = delv.write_anchor(self.signed.anchor, resources.directory)
        self.cases, self.harvest = cases.make(self.signed, all_servers, self.now_s, everything)

    def judge(self, judged, *options):
        chain = self.chain.of(case.message for case in judged)
        said = []
        for start in range(0, len(judged), FILE_CASES):
            part = judged[start:start + FILE_CASES]
            said += self.sealgate.judge([case.exchange for case in part], chain, *options)
        return said

    def judge_link(self, case):
        (said,) = self.sealgate.judge([case.exchange], links.exchanges(case, self.chain), "--sha1")
        return said

    def ask_unbound(self, questions):
        return oracles.ask(unbound.Unbound, self.best, questions, self.signed.anchor, self.now_s)

    def ask_delv(self, questions):
        return oracles.ask(delv.Delv, self.best, questions, self.delv_anchor)


class Report:
    """Collects results until their number is known."""

    def __init__(self):
        self._results = []

    def test(self, name, lines):
        self._results.append((name, None, lines))

    def skip(self, name, reason):
        self._results.append((name, reason, ()))

    def say(self):
        tap = Tap(len(self._results))
        for name, reason, lines in self._results:
            if reason:
                tap.skipped(name, reason)
            elif lines:
                tap.not_passed(name, lines)
            else:
                tap.passed(name)
        return 1 if tap.failed else 0


def _groups(judged, key):
    groups = {}
    for verdict in judged:
        groups.setdefault(key(verdict), []).append(verdict)
    return groups.items()


def _lines(judged):
    wrong = [v for v in judged if v.is_wrong]
    more = [f"... and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return [str(v) for v in wrong[:SHOWN]] + more


def _report_cases(report, judged, oracle):
    honest = [v for v in judged if v.case.kind == "honest"]
    for origin, group in _groups(honest, lambda v: v.case.zone.origin):
        report.test(f"the answers from {origin} are judged as {oracle} judges them ({len(group)})",
                    _lines(group))
    mutants = [v for v in judged if v.case.kind != "honest"]
    for kind, group in _groups(mutants, lambda v: v.case.kind):
        report.test(f"if {kind}, sealgate says what {oracle} says ({len(group)})", _lines(group))


def _report_table(report, held):
    for row in (row for row in DIFFERENCES + links.DIFFERENCES if not row.is_rare):
        report.test(f"the known difference still exists: {row.name} ({row.section})",
                    () if row in held else ("the row can be removed from the table",))


def _report_zones(report, world, said, plain):
    """Each zone has the status of the table of shapes, with SHA-1 and without."""
    for zone in world.signed.zones:
        soas = [(case, loud, quiet) for case, loud, quiet in zip(world.cases, said, plain)
                if case.zone is zone and case.kind == "honest" and case.message.qtype == 6
                and case.message.qname == zone.name]
        if not soas:
            continue
        wanted = {"half": "secure"}.get(zone.judged_as, zone.judged_as)
        unmixed = {"half": "secure"}.get(zone.status, zone.status)
        lines = [f"{case}: {loud}" for case, loud, _ in soas if loud[0] != wanted]
        lines += [f"{case}, without --sha1: {quiet}" for case, _, quiet in soas
                  if quiet[0] != unmixed]
        report.test(f"the zone {zone.origin} is {unmixed}"
                    f"{f', and {wanted} with --sha1' if zone.with_sha1 else ''}", lines)
    for zone, reason in world.signed.left_out.items():
        report.skip(f"the zone {zone.origin} is judged", reason)


def _report_orders(report, world, said):
    """A server may give its records in any order, and RRSIGs anywhere among them."""
    rng = random.Random(1)
    honest = [(case, mine) for case, mine in zip(world.cases, said) if case.kind == "honest"]
    others = [dataclasses.replace(case, kind="in another order", message=case.message.with_(
        records=tuple(rng.sample(case.message.records, len(case.message.records)))))
              for case, _ in honest]
    lines = [f"{case}: {' '.join(mine)}, in another order {' '.join(other)}"
             for (case, mine), other in zip(honest, world.judge(others, "--sha1"))
             if mine != other]
    more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    report.test("the order of the records changes neither status nor reason "
                f"({len(honest)})", lines[:SHOWN] + more)


def _chosen_for_delv(world):
    """Genuine answers of the resolver to a few questions in each zone, and some mutants of each kind."""
    seen = {}
    for case in world.cases:
        if not case.recursive or case.message.qtype in (46, 255):   # delv cannot ask for these
            continue
        label = case.message.qname.labels[0]
        if case.kind == "honest":
            key, most = (case.zone.origin, label if label in (b"www", b"nowhere") else b""), 1
        else:
            key, most = case.kind, DELV_EACH
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            yield case


def _report_python(report, world, said):
    why = pythondns.obstacle()
    name = "an RRset that dnspython cannot verify is not Secure"
    if why:
        report.skip(name, why)
        return
    judge = pythondns.PythonDns(world.chain, world.now_s)
    lines, count = [], 0
    for case, (status, _) in zip(world.cases, said):
        # dates within the clock skew are compared with Unbound
        if status != "secure" or case.zone.validity != "now":
            continue
        for rrset in pythondns.rrsets_at(case.message):
            count += 1
            if not judge.verifies(rrset):
                lines.append(str(case))
    report.test(f"{name} ({count} RRsets)", lines[:SHOWN])


def _report_rfc4035(report, path, directory):
    why = pythondns.obstacle()
    if not why:
        report.test("dnspython verifies the signatures of RFC 4035, appendix B",
                    list(rfc4035.unverified()))
    anchor = os.path.join(directory, "rfc4035.key")
    with open(anchor, "w") as file:
        file.write(f"example. IN DNSKEY {rfc4035.KSK}\n")
    sealgate = Sealgate(path, anchor, rfc4035.NOW_S, directory)
    examples = list(rfc4035.messages())
    said = sealgate.judge([(query(m.qname, m.qtype, False), m.to_wire())
                           for _, _, m, _ in examples], (), "--sha1")
    for (number, what, _, wanted), (status, reason) in zip(examples, said):
        report.test(f"RFC 4035, {number}, {what}: {wanted}",
                    () if status == wanted else (f"{status}: {reason}",))


def _report_root(report, path, directory):
    """Debian's trust anchors are the current ones, and can be loaded."""
    name = "the anchors of dns-root-data are the keys 20326 and 38696, and can be loaded"
    if not os.path.exists(ROOT_KEY):
        report.skip(name, f"{ROOT_KEY} does not exist (package dns-root-data)")
        return
    with open(ROOT_KEY) as file:
        records = [line.split(";")[0].split() for line in file if not line.startswith(";")]
    tags = sorted(dns.dnssec.key_id(dns.rdata.from_text("IN", "DNSKEY", " ".join(fields[-4:])))
                  for fields in records if "DNSKEY" in fields)
    Sealgate(path, ROOT_KEY, int(time.time()), directory).judge([], ())
    report.test(name, () if tags == [20326, 38696] else (f"seen: {tags}",))


def run(path, everything):
    report = Report()
    if why := obstacle():
        report.skip("answers of every kind are judged as other validators judge them", why)
        return report.say()
    resources = Resources()
    try:
        _report_rfc4035(report, path, resources.directory)
        _report_root(report, path, resources.directory)
        world = World(resources, path, everything)
        said = world.judge(world.cases, "--sha1")
        honest = [case.kind == "honest" for case in world.cases]
        plain_said = iter(world.judge([c for c in world.cases if c.kind == "honest"]))
        plain = [next(plain_said) if each else None for each in honest]
        _report_zones(report, world, said, plain)
        _report_orders(report, world, said)

        judged = verdicts.compare("unbound", world.ask_unbound, world.cases, said)
        _report_cases(report, judged, "Unbound")

        link_cases = list(links.make(world.chain, world.harvest))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            link_said = list(pool.map(world.judge_link, link_cases))
        linked = verdicts.compare_links(world.ask_unbound, link_cases, link_said)
        for origin, group in _groups(linked, lambda v: v.case.link.question):
            report.test(f"with a forged answer for {origin}, Unbound says the same of all that "
                        f"depends on it ({len(group)})", _lines(group))
        _report_python(report, world, said)

        if why := delv.obstacle():
            report.skip("answers are judged as delv judges them", why)
        else:
            chosen = {id(case): case for case in _chosen_for_delv(world)}
            ours = [each for case, each in zip(world.cases, said) if id(case) in chosen]
            by_delv = verdicts.compare("delv", world.ask_delv, list(chosen.values()), ours)
            _report_cases(report, by_delv, "delv")
            _report_table(report, {v.excuse for v in judged + linked + by_delv})
        return report.say()
    finally:
        resources.close()
