# SPDX-License-Identifier: GPL-2.0-or-later
"""`run demo-sign`: the signer's job, played step by step with dig, and a table of what came out."""

import dataclasses
import os
import re
import subprocess
import sys

from demo import Dug, Table, introduce, title
from lab.resources import Resources
from lab.signing import legacy, plan
from lab.signing.scene import SigningLab

GOOD = "192.0.2.80 192.0.2.81"
NSD, MASQ = legacy.BY_ORIGIN["nsd.lab."], legacy.BY_ORIGIN["masq.lab."]

NETWORK = """
    parents ---- validators ---- wire ---- gate ---- legacy
    NSD: root,   Unbound, BIND,            sealgate  NSD, dnsmasq and others that
    lab, signed  Knot Resolver                       know no DNSSEC
"""

SERVERS = {"NSD": NSD.addresses[4], "dnsmasq": MASQ.addresses[4], "Unbound": plan.UNBOUND[4],
           "BIND": plan.NAMED[4], "Knot Resolver": plan.KRESD[4]}
VALIDATORS = ("Unbound", "BIND", "Knot Resolver")


@dataclasses.dataclass(frozen=True)
class Step:
    words: str
    asked: str              # of SERVERS
    question: str
    wanted: tuple

    @property
    def options(self):
        return ("+adflag",) if self.asked in VALIDATORS else ("+dnssec", "+norec")


WITHOUT = (
    Step("the server knows no signatures", "NSD", "www.nsd.lab A", (GOOD,)),
    Step("but the parent says that there are some", "Unbound", "www.nsd.lab A", ("SERVFAIL",)),
)
AT_THE_SERVER = (
    Step("the same server, asked for signatures", "NSD", "www.nsd.lab A", (GOOD + ", signed",)),
    Step("its keys, which the server does not know", "NSD", "nsd.lab CDS", ("a CDS record, signed",)),
    Step("a name that does not exist", "NSD", "nowhere.nsd.lab A", ("NODATA, signed",)),
    Step("dnsmasq as authoritative server", "dnsmasq", "www.masq.lab A", ("192.0.2.80, signed",)),
)


def _at(validator):
    # A compact denial (RFC 9824) is NODATA on the wire; some validators make it NXDOMAIN.
    no_name = ("NODATA, AD", "NXDOMAIN, AD")
    return (
        Step("an address", validator, "www.nsd.lab A", (GOOD + ", AD",)),
        Step("an alias", validator, "alias.nsd.lab A", (f"{GOOD} www.nsd.lab., AD",)),
        Step("a wildcard", validator, "anything.wild.nsd.lab A", ("192.0.2.40, AD",)),
        Step("no such type", validator, "www.nsd.lab LOC", ("NODATA, AD",)),
        Step("no such name", validator, "nowhere.nsd.lab A", no_name),
        Step("behind dnsmasq", validator, "www.masq.lab A", ("192.0.2.80, AD",)),
        Step("an unsigned child of it", validator, "www.sub.nsd.lab A", ("192.0.2.90",)),
    )


def read_dig(text):
    """The output of dig in a few words."""
    dug = Dug.read(text)
    if not dug.status:
        return "no answer"
    data = sorted(line[4] for line in dug.answer if line[3] not in ("RRSIG", "CDS"))
    if dug.status != "NOERROR":
        seen = dug.status
    elif any(line[3] == "CDS" for line in dug.answer):
        seen = "a CDS record"
    else:
        seen = " ".join(data) or "NODATA"
    is_signed = re.search(r"\sRRSIG\s", text)
    return seen + (", signed" if is_signed else "") + (", AD" if dug.has_ad else "")


def _play(lab, table, scene, steps):
    for step in steps:
        command = ["dig", "+tries=3", "+time=5", *step.options, f"@{SERVERS[step.asked]}",
                   *step.question.split()]
        print(f"\n  {step.words}   [{step.asked}]\n    $ {' '.join(command)}", flush=True)
        done = subprocess.run(lab.validators_namespace.argv(*command), capture_output=True,
                              text=True)
        seen = read_dig(done.stdout)
        ok = seen in step.wanted
        print(f"    {'->' if ok else 'XX'} {seen}", flush=True)
        table.add(scene, step.words, " or ".join(step.wanted), seen, ok)


def _play_all(lab):
    table = Table()
    lab.start_validators()
    title("Without sealgate: a signed parent, and servers that know no DNSSEC")
    _play(lab, table, "without", WITHOUT)
    title("sealgate on the gateway in front of these servers; the resolvers are restarted")
    with lab.sealgate("gateway") as gate:
        introduce(gate)
        lab.start_validators()
        _play(lab, table, "signed", AT_THE_SERVER)
        for validator in VALIDATORS:
            title(f"{validator}, which validates from the root down")
            _play(lab, table, validator, _at(validator))
        lab.stop_validators()
    table.show()
    return table


def run(sealgate_path, only, obstacle, keep):
    """Returns the exit code: 0 only if every line came out as it should."""
    if obstacle or not os.access(sealgate_path, os.X_OK):
        print("demo-sign: it cannot run here: "
              f"{obstacle or sealgate_path + ' does not exist: build it first'}", file=sys.stderr)
        return 2
    if only:
        print("demo-sign: it has no parts, so --only does not apply", file=sys.stderr)
        return 2
    title("Building the network: namespaces, signed parents, unsigned zones, real servers")
    resources = Resources()
    try:
        lab = SigningLab(resources, sealgate_path)
        print(NETWORK)
        table = _play_all(lab)
        keep(lab)
    finally:
        resources.close()
    return 0 if table.all_ok else 1
