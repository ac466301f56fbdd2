# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab with a second signer: BIND signs the same zones as sealgate, with keys of its own (RFC 8901, model 2). All
programs that look at the time share a clock, which jumps over TTLs."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import time

from dns.rdatatype import NSEC, NSEC3, RRSIG

from .. import ask, nat, pages, programs, servers
from ..jump_clock import JumpClock
from ..resources import LabError
from . import legacy, plan
from .parents import Parents
from .scene import WAIT_S, SigningLab

NAMESERVERS = ("ns-ours", "ns-other")
PAGE = "docs/signing.md"
# What the page calls these things.
PAGE_ZONE, PAGE_SERVER = "example.org", "192.0.2.53"
PAGE_UPDATE_KEY, PAGE_KEYS = "/etc/bind/update.key", "/etc/sealgate/keys"

OURS, OTHER = plan.server(0), plan.server(1)    # the server behind sealgate, and BIND
NAMES = 400         # names of a zone that exist, so that there is always one that nobody has asked for
# Zones that BIND signs with a single key, as by its policy "default", and denies with NSEC3.
WITH_CSK = ("leave.lab.",)
CSK = 'dnssec-policy "csk" { nsec3param; keys { csk lifetime unlimited algorithm ecdsap256sha256; }; };\n'
SETTLED_S = 2 * 86400    # BIND shows CDS when its keys are known everywhere
HABITS = {"leave.lab.": ' nxdomain = "name";'}
RELOAD_S = 1        # between two signals to read zones again

TEXT = """$ORIGIN {origin}
$TTL 300
@    3600 IN SOA  ns-ours hostmaster {serial} 7200 3600 1209600 300
{ns}
ns-ours  3600 IN A    {ours4}
ns-ours  3600 IN AAAA {ours6}
ns-other 3600 IN A    {other4}
ns-other 3600 IN AAAA {other6}
@        300 IN MX    10 www
www      300 IN A     192.0.2.80
www      300 IN A     192.0.2.81
alias    300 IN CNAME www
a.b.deep 300 IN A     192.0.2.30
*.wild   300 IN A     192.0.2.40
sub     3600 IN NS    ns.sub
ns.sub  3600 IN A     192.0.2.53
{names}
"""
NAMED = """
    listen-on {{ {v4}; }};
    listen-on-v6 {{ {v6}; }};
    recursion no;
    minimal-responses no;
    key-directory "{directory}";
"""
# The blocks of the page that make BIND ready.
MAKE_KEY, CONFIGURE = "(umask 027; tsig-keygen", f'include "{PAGE_UPDATE_KEY}";'
SHELL = """set -euo pipefail
sealgate() {{
    if [ "$1" = keys ]; then {clock} {sealgate} "$@" --directory {keys} --config {config}
    else {sealgate} "$@" --config {config}; fi
}}
nsupdate() {{ {clock} nsupdate "$@"; }}
"""


def _block(first):
    """The text of the block of the page that begins so."""
    (block,) = [block for block in pages.blocks(PAGE) if block.first.startswith(first)]
    return block.text


class TwoParents(Parents):
    """The DS and NS records of a zone can change."""

    def __init__(self, *more):
        super().__init__(*more)
        self._delegated, self.serial = {}, 1

    def _delegation_of(self, zone):
        return self._delegated.get(zone.origin) or super()._delegation_of(zone)

    def delegate(self, origin, ns, ds):
        self._delegated[origin] = [f"{origin} 3600 IN NS {name}.{origin}" for name in ns] + [
            f"{origin} 3600 IN DS {text}" for text in ds] + [
            f"{name}.{origin} 3600 IN {rdtype} {addresses[family]}"
            for name, addresses in (("ns-ours", OURS), ("ns-other", OTHER))
            for family, rdtype in ((4, "A"), (6, "AAAA"))]

    def sign_again(self):
        self.serial += 1
        self._make_tld(self.serial)


class HandoverLab(SigningLab):
    parents, bare = TwoParents, ()

    def __init__(self, resources, sealgate_path, origins):
        self.name = "handover"
        self.zones = tuple(legacy.Unsigned(origin, "nsd", 0, habits=HABITS.get(origin, "")) for origin in origins)
        self.network = dataclasses.replace(plan.PLAN, prefix="hand-")
        self.clock = JumpClock(resources, "handover-clock")
        self._serials = dict.fromkeys(origins, 0)
        super().__init__(resources, sealgate_path)
        self._settle(origins)
        self._own_cds = {origin: self.shown(OTHER, origin, "CDS") for origin in origins}

    # The servers.

    def _zone_file(self, directory, origin, ns):
        self._serials[origin] += 1
        path = os.path.join(directory, f"{origin}db")
        text = TEXT.format(origin=origin, serial=self._serials[origin], ours4=OURS[4], ours6=OURS[6], other4=OTHER[4],
                           other6=OTHER[6], ns="\n".join(f"@ 3600 IN NS {name}" for name in ns),
                           names="\n".join(f"n{number} 300 IN A 192.0.2.41" for number in range(NAMES)))
        with open(path + ".new", "w") as file:
            file.write(text)
        os.replace(path + ".new", path)
        return path

    def _settle(self, origins):
        """BIND has signed the zones, and its keys are known everywhere, so it shows CDS. It looks at the state of its
        keys when it starts, and else by timers, which know nothing of a jump."""
        self._wait_for_bind(origins, self._is_all_signed)
        self.cds_at_first = {origin: self.shown(OTHER, origin, "CDS") for origin in origins}
        self.other.stop()
        self.clock.jump(SETTLED_S)
        self.other = self._run_bind()
        self._wait_for_bind(origins, self._shows_cds)

    def _wait_for_bind(self, origins, is_ready):
        servers.wait_until_answering(self.validators_namespace, OTHER[4], origins[0], self.other, seconds=WAIT_S)
        for origin in origins:
            self.wait_until(lambda origin=origin: is_ready(origin), f"BIND is not ready: {origin}")

    def _shows_cds(self, origin):
        return self._is_all_signed(origin) and self.shown(OTHER, origin, "CDS")

    def _start_servers(self):
        ns = ("ns-ours",)
        files = [(zone.origin, self._zone_file(self.keys.directory, zone.origin, ns)) for zone in self.zones]
        self.unsigned = legacy.start_nsd(self.resources, self.legacy, "handover-nsd", OURS, files)
        self._prepare_bind(("ns-other",))
        self.other = self._run_bind()
        return [(self.unsigned, self.zones[0])]

    def _prepare_bind(self, ns):
        directory = self.resources.path("other-signer")
        os.makedirs(directory)
        self.update_key = os.path.join(directory, "update.key")
        subprocess.run(("bash", "-c", _block(MAKE_KEY).replace(PAGE_UPDATE_KEY, self.update_key)), check=True)
        policy, zone = _block(CONFIGURE).replace(PAGE_UPDATE_KEY, self.update_key).split("zone ", 1)
        after = policy + CSK
        for each in self.zones:
            self._zone_file(directory, each.origin, ns)
            text = "zone " + zone.replace(f"{PAGE_ZONE}.db", f"{each.origin}db").replace(
                PAGE_ZONE, each.origin.rstrip("."))
            after += text.replace('policy "own"', 'policy "csk"') if each.origin in WITH_CSK else text
        self._bind_zones = after.replace("{", "{{").replace("}", "}}")

    def _run_bind(self):
        return programs.start(self.legacy, "named", self.resources.path("other-signer"), NAMED, self._bind_zones,
                              clock=self.clock, v4=OTHER[4], v6=OTHER[6])

    def ask_signer(self, address, name, rdtype):
        return ask.query(self.validators_namespace, address[4], name, rdtype, do=True, rd=False, edns=1232)

    def shown(self, address, origin, rdtype):
        """The records of an apex that a signer shows."""
        answer = self.ask_signer(address, origin, rdtype)
        return answer.data(rdtype) if answer else []

    def wait_until(self, holds, complaint, process=None):
        """Meanwhile the process is told to read its zones again. (It looks at the times of the files, in seconds.)"""
        deadline, again = time.monotonic() + WAIT_S, 0
        while not holds():
            if time.monotonic() > deadline:
                raise LabError(complaint)
            if process and time.monotonic() > again:
                process.signal(signal.SIGHUP)
                again = time.monotonic() + RELOAD_S
            time.sleep(0.05)

    def _is_all_signed(self, origin):
        """BIND signs some names at a time, then denials."""
        denial, answer = (self.ask_signer(OTHER, f"www.{origin}", rdtype) for rdtype in ("LOC", "A"))
        types = denial.types() if denial else ()
        return (NSEC in types or NSEC3 in types) and types.count(RRSIG) > 1 and answer and answer.data("RRSIG")

    # What the operators do.

    def operator_runs(self, origin, first, gate):
        """Runs the block of the page that begins so, for this zone."""
        words = SHELL.format(clock=" ".join(self.clock.words), sealgate=self.sealgate_path,
                             keys=self.keys.keys_of(origin), config=gate.config)
        text = _block(first)
        for said, meant in ((PAGE_UPDATE_KEY, self.update_key), (PAGE_KEYS, self.keys.keys_of(origin)),
                            (PAGE_SERVER, OTHER[4]), (PAGE_ZONE, origin.rstrip("."))):
            text = text.replace(said, meant)
        directory = self.resources.path("operator-" + origin.rstrip("."))
        os.makedirs(directory, exist_ok=True)
        done = subprocess.run(self.gate.argv("bash", "-c", words + text), cwd=directory, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def ds_of(self, who, origin):
        if who == "other":
            return self._own_cds[origin]
        return [self.keys.ds_of(origin)]

    def set_ns(self, origins, ns):
        """In the zones, at both signers."""
        for origin in origins:
            self._zone_file(self.keys.directory, origin, ns)
            # A server keeps the last NS record of a zone (RFC 2136, 3.4.2.4), so the new ones come first.
            lines = ["server " + OTHER[4], "zone " + origin,
                     *(f"update add {origin} 3600 NS {name}.{origin}" for name in ns),
                     *(f"update delete {origin} NS {name}.{origin}" for name in NAMESERVERS if name not in ns),
                     "send", ""]
            subprocess.run(self.legacy.argv(*self.clock.words, "nsupdate", "-k", self.update_key),
                           input="\n".join(lines), text=True, check=True, capture_output=True)
            names = sorted(f"{name}.{origin}" for name in ns)
            for address, process in ((OURS, self.unsigned), (OTHER, None)):
                self.wait_until(lambda address=address: self.shown(address, origin, "NS") == names,
                                f"{address[4]} has not the new NS of {origin}", process)

    def publish_delegations(self):
        self.keys.sign_again()

        def is_new():
            answer = ask.query(self.validators_namespace, plan.TLD[4], "lab.", "SOA", rd=False)
            return answer and f" {self.keys.serial} " in "".join(answer.data("SOA"))
        self.wait_until(is_new, "the parent does not read its zone again", self.parent_processes[1])

    @contextlib.contextmanager
    def answered_by(self, who):
        """All questions to the servers of the zones go to one signer; with None, to that which the validator asks."""
        if who is None:
            yield
            return
        with nat.to_another_server(self.wire, *((OTHER, OURS) if who == "ours" else (OURS, OTHER))):
            yield
