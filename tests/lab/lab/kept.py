# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones whose keys look after themselves, and the world around them: a signed root and a signed parent that takes CDS
records as registries do (with BIND's dnssec-cds), two servers of the zones that know no DNSSEC, a sealgate on each of
them, a keeper on the first one, and resolvers that validate. All times are some seconds long."""

import contextlib
import functools
import glob
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time

from . import ask, programs, servers, streams
from .resources import WRITERS, LabError, run_tool
from .sealgate import Sealgate
from .surroundings import patient
from .threads import Threads

ROOT, PARENT, RESOLVER = "10.78.0.1", "10.78.0.2", "10.78.0.9"
FIRST, SECOND = "10.78.0.31", "10.78.0.32"
VALIDATORS = {"Unbound": "10.78.0.10", "BIND": "10.78.0.11", "Knot Resolver": "10.78.0.12"}
TTL_S = 2
PATIENCE_S = patient(60)
CACHED_S = 15           # Knot Resolver keeps everything for five seconds at least, and a delegation longer
SERVED = {"nsd": ("ns1", FIRST), "knotd": ("ns2", SECOND)}

# So that a life of months takes a minute. What must be waited for still is: the longest that a resolver keeps a record,
# until the other server has the timeline, and a second more.
KEEPER = """keeper = {{
    directory = "{directory}";
    timelines = "{timelines}";
    vault = "{vault}";
    group = "{group}";
    control_socket = "{control}";
    ahead = "{ahead}"; zsk_life = "{zsk_life}"; ksk_life = "0s"; look = "{look}";
    dnskey_ttl = "2s"; ds_ttl = "2s"; zone_spread = "{spread_s}s"; parent_spread = "1s"; safety = "1s";
    {more}
}};
"""
SPREAD_S = 5        # sealgate looks for new timelines every two seconds, and copies are made every second

SIGN = """resolver = [ "{resolver}" ];
rollover = false;
sign = {{
    place = "server";
    servers = [ "{address}" ];
    zones = ( {zones} );
}};
"""
SIGN_ZONE = '{{ name = "{zone}"; keeper = true; max_ttl = {ttl_s}; }}'

ZONE_TEXT = """$TTL {ttl_s}
@ SOA ns1 admin 1 3600 600 86400 {ttl_s}
@ NS ns1
@ NS ns2
ns1 A {first}
ns2 A {second}
www A 192.0.2.80
@ MX 10 www
*.wild A 192.0.2.40
"""

UNBOUND = """
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    interface: {address}
    outgoing-interface: {address}
    root-hints: "{hints}"
    do-ip6: no
    infra-host-ttl: 1
    val-log-level: 2
    aggressive-nsec: no
"""
# Between sealgate's keeper and the world, and without a cache that would hide what changed.
PLAIN = """
    module-config: "iterator"
    interface: {address}
    outgoing-interface: {address}
    root-hints: "{hints}"
    do-ip6: no
    cache-max-ttl: 1
    cache-max-negative-ttl: 1
"""
NAMED = """
    lock-file none;
    managed-keys-directory "{directory}";
    listen-on {{ {address}; }};
    listen-on-v6 {{ }};
    query-source address {address};
    recursion yes;
    allow-query {{ any; }};
    allow-recursion {{ any; }};
    dnssec-validation yes;
    empty-zones-enable no;
    servfail-ttl 0;
"""
NAMED_AFTER = 'trust-anchors {{ . static-ds {ds}; }};\nzone "." {{ type hint; file "{hints}"; }};\n' \
              'server ::/0 {{ bogus yes; }};\n'
KRESD = """
net.listen('{address}', 53, {{ kind = 'dns' }})
net.outgoing_v4('{address}')
net.ipv6 = false
modules.load('hints')
hints.root({{ ['ns.root.'] = {{ '{root}' }} }})
trust_anchors.add('. IN DS {ds_one}')
"""
NSD = "    ip-address: {address}\n"
NSD_ZONE = 'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n'
KNOT = "    listen: {address}@53\n"
KNOT_ZONE = 'zone:\n  - domain: {origin}\n    file: "{path}"\n    journal-content: none\n'


class SignedZone:
    """The root, or the parent: signed by BIND's tool, served by NSD."""

    def __init__(self, world, origin, address, text):
        self._world, self.origin, self._address, self._text = world, origin, address, text
        self._directory = world.path(origin.strip(".") or "root")
        os.makedirs(self._directory)
        for options in (("-f", "KSK"), ()):
            run_tool("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *options, origin, cwd=self._directory)
        self.path = os.path.join(self._directory, "signed")
        self._serial, self._process = 0, None

    def ds(self):
        (ksk,) = [path for path in glob.glob(os.path.join(self._directory, "K*.key"))
                  if " 257 " in open(path, encoding="utf-8").read()]
        return run_tool("dnssec-dsfromkey", "-2", ksk)

    def publish(self, more=""):
        """Signs the zone with more records, and has it served."""
        self._serial += 1
        plain = os.path.join(self._directory, "plain")
        with open(plain, "w", encoding="utf-8") as file:
            file.write(f"$TTL {TTL_S}\n{self.origin} SOA ns admin {self._serial} 3600 600 86400 {TTL_S}\n"
                       f"{self._text}{more}")
        run_tool("dnssec-signzone", "-q", "-S", "-o", self.origin, "-f", self.path + ".new", plain,
                 cwd=self._directory)
        os.replace(self.path + ".new", self.path)
        if self._process:
            self._process.signal(signal.SIGHUP)
        else:
            self._process = programs.start(
                self._world.namespace, "nsd", self._world.path(f"nsd-{self._address}"), NSD,
                NSD_ZONE, address=self._address, origin=self.origin, path=self.path)
            servers.wait_until_answering(self._world.namespace, self._address, self.origin, self._process)

    def close(self):
        if self._process:
            self._process.stop()


def _ds_tags(text):
    return sorted(int(line.split(" DS ")[1].split()[0]) for line in text.splitlines() if " DS " in line)


class Registry:
    """Of the parent. It gets the first DS of a zone from a person; from then on it looks for CDS records, as RFC 7344 has
    it, and BIND's dnssec-cds says what becomes of them."""

    def __init__(self, world, parent):
        self._world, self._parent = world, parent
        self._ds = dict.fromkeys(world.zones, "")
        self._ends, self._thread, self._lock = threading.Event(), None, threading.Lock()
        self.refused = {}       # by zone: what dnssec-cds said
        self.taken = []         # (zone, tags), in order
        parent.publish()

    def take(self, zone, ds):
        """The DS records of a zone, as text."""
        with self._lock:
            self._ds[zone] = ds
            self.taken.append((zone, _ds_tags(ds)))
            self._parent.publish("".join(self._ds.values()))

    def tags(self, zone):
        return _ds_tags(self._ds[zone])

    def _records(self, zone):
        """CDS, CDNSKEY and DNSKEY with their signatures, as text; "" unless both servers have the same."""
        texts = []
        for address in (FIRST, SECOND):
            text = ""
            for rdtype in ("CDS", "CDNSKEY", "DNSKEY"):
                answer = ask.query(self._world.namespace, address, zone, rdtype, do=True, rd=False, timeout_s=2)
                if answer is None or answer.rcode != "NOERROR":
                    return ""
                text += "".join(f"{rrset}\n" for rrset in answer.message.answer)
            texts.append(text)
        return texts[0] if sorted(texts[0].split("\n")) == sorted(texts[1].split("\n")) else ""

    def look(self, zone):
        """Returns True if the DS has changed."""
        text = self._records(zone) if self.tags(zone) else ""
        if " CDS " not in text:
            return False
        paths = [self._world.path(f"{kind}-{zone}") for kind in ("child", "dsset")]
        for path, content in zip(paths, (text, self._ds[zone])):
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)
        # Its protection against replays needs signatures that are older than the file: that of the lab is new.
        done = subprocess.run(("dnssec-cds", "-s", "-172800", "-T", str(TTL_S), "-f", paths[0], "-d", paths[1], zone),
                              capture_output=True, text=True)
        if done.returncode:
            self.refused[zone] = done.stderr
            return False
        # dnssec-cds of BIND 9.18 checks the signatures of a request to delete (RFC 8078, 4), and then makes a DS of it.
        ds = "" if " CDS 0 0 0 00" in text else done.stdout
        if _ds_tags(ds) == self.tags(zone):
            return False
        self.take(zone, ds)
        return True

    def _go_on(self):
        while not self._ends.wait(1):
            for zone in self._world.zones:
                with contextlib.suppress(OSError):
                    self.look(zone)

    def start(self):
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def close(self):
        self._ends.set()
        if self._thread:
            self._thread.join()


class Gate:
    """A server of the zone that knows no DNSSEC, and the sealgate on its machine."""

    def __init__(self, world, program):
        self.name, self.address = SERVED[program]
        self.namespace = world.join(self.name, self.address)
        self.timelines = world.path(f"timelines-{self.name}")
        os.makedirs(self.timelines)
        shutil.chown(self.timelines, group=WRITERS)
        text, zone_text = {"nsd": (NSD, NSD_ZONE), "knotd": (KNOT, KNOT_ZONE)}[program]
        self._process = programs.start(self.namespace, program, world.path(self.name), text,
                                       "".join(zone_text.format(origin=zone, path=world.zone_path(zone))
                                               for zone in world.zones), address=self.address)
        for zone in world.zones:
            servers.wait_until_answering(world.namespace, self.address, zone, self._process)
        zones = ", ".join(SIGN_ZONE.format(zone=zone, ttl_s=TTL_S) for zone in world.zones)
        more = SIGN.format(resolver=RESOLVER, address=self.address, zones=zones) + world.keeper_group(self)
        self.sealgate = Sealgate(world, self.namespace, "signer", anchor=world.anchor, more=more)

    def timeline(self, zone):
        return os.path.join(self.timelines, f"K{zone}timeline")

    def serve(self):
        self.sealgate.__enter__()

    def close(self):
        self.sealgate.__exit__()
        self._process.stop()


_numbers = itertools.count(1)


class KeptWorld:
    """Without a keeper: see start_keeper(). Several worlds of one run have names of their own."""

    root_hints = "/usr/share/dns/root.hints"    # a signer does not read it

    def __init__(self, resources, sealgate_path, zones, vault="", more="", ahead="10m", zsk_life="30m", look="12s"):
        self.resources, self.sealgate_path, self.zones = resources, sealgate_path, zones
        self._settings = {"vault": vault, "more": more, "ahead": ahead, "zsk_life": zsk_life, "look": look}
        self.label = f"kept{next(_numbers)}"
        self.directory = self.path("keeper")
        self.namespace = resources.namespace(self.label)
        self._build()
        self._make_zones()
        self._resolver = programs.start(self.namespace, "unbound", self.path("plain"), PLAIN,
                                        address=RESOLVER, hints=self.hints)
        self.gates = [Gate(self, program) for program in SERVED]
        servers.wait_until_answering(self.namespace, RESOLVER, zones[0], self._resolver)
        self.validators, self.keeper = {}, None
        self._copies, self._held_back = threading.Lock(), set()

    def _build(self):
        run = self.namespace.run
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "br0", "type", "bridge")
        run("ip", "link", "set", "br0", "up")
        for address in (ROOT, PARENT, RESOLVER, *VALIDATORS.values()):
            run("ip", "address", "add", f"{address}/24", "dev", "br0")

    def path(self, name):
        return self.resources.path(f"{self.label}-{name}")

    def join(self, name, address):
        """Returns a namespace of its own on the same network."""
        namespace = self.resources.namespace(f"{self.label}-{name}")
        self.namespace.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns",
                           namespace.name)
        self.namespace.run("ip", "link", "set", name, "master", "br0", "up")
        namespace.run("ip", "link", "set", "lo", "up")
        namespace.run("ip", "link", "set", "eth0", "up")
        namespace.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        return namespace

    def _make_zones(self):
        for zone in self.zones:
            with open(self.zone_path(zone), "w", encoding="utf-8") as file:
                file.write(ZONE_TEXT.format(ttl_s=TTL_S, first=FIRST, second=SECOND))
        delegation = "".join(f"{zone} NS {name}.{zone}\n{name}.{zone} A {address}\n"
                             for zone in self.zones for name, address in SERVED.values())
        parent = SignedZone(self, "lab.", PARENT, f"lab. NS a.lab.\na.lab. A {PARENT}\n" + delegation)
        self.registry = Registry(self, parent)
        root = SignedZone(self, ".", ROOT, f". NS ns.root.\nns.root. A {ROOT}\nlab. NS a.lab.\na.lab. A {PARENT}\n"
                          + parent.ds())
        root.publish()
        self._signed_zones = (parent, root)
        self.anchor, self.hints = self.path("anchor"), self.path("hints")
        self.root_ds = root.ds().split(" DS ")[1].split(None, 3)
        with open(self.anchor, "w", encoding="utf-8") as file:
            file.write(root.ds())
        with open(self.hints, "w", encoding="utf-8") as file:
            file.write(f". 3600 NS ns.root.\nns.root. 3600 A {ROOT}\n")

    def zone_path(self, zone):
        return self.path(f"{zone}zone")

    def keeper_group(self, gate):
        return KEEPER.format(directory=self.directory, timelines=gate.timelines, group=WRITERS, spread_s=SPREAD_S,
                             control=self.path("control"), **self._settings)

    def reconfigure(self, old, new):
        """Changes the configuration of the first gate, which is the keeper's."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        if old not in text:
            raise LabError(f"the configuration has no {old}")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    # The keeper, on the machine of the first gate.

    @property
    def config(self):
        return self.gates[0].sealgate.config

    def start_keeper(self):
        self.keeper = self.gates[0].namespace.start("kept-keeper-log", self.sealgate_path, "keeper", "--config",
                                                    self.config)

    def stop_keeper(self, number=signal.SIGTERM):
        self.keeper.signal(number)
        if self.keeper.wait(PATIENCE_S) is None:
            raise LabError("the keeper does not end")
        self.keeper.stop()

    def keys(self, *words):
        """Runs `sealgate keys`; returns its exit code, and its output and error output."""
        done = subprocess.run(self.gates[0].namespace.argv(self.sealgate_path, "keys", *words, "--config", self.config),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def status(self, zone):
        """What `keys status` says of a zone."""
        code, said = self.keys("status", zone, "--json")
        if code != 0:
            raise LabError(f"keys status: exit {code}: {said}")
        return json.loads(said)

    def sheets(self, zone):
        """What `sealgate ds` says of each KSK."""
        done = subprocess.run((self.sealgate_path, "ds", zone, "--json", "--config", self.config), capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise LabError(f"sealgate ds {zone}: {done.stderr}")
        return json.loads(done.stdout)

    def hand_ds(self, zone):
        """What an operator does: DS records go from the screen into the registrar's form. The parent gets all those that
        it may have now, and no others."""
        lines = []
        for sheet in self.sheets(zone):
            digest = sheet["digests"][0]
            if sheet["give_ds"]:
                lines.append(f'{zone} {TTL_S} IN DS {sheet["key_tag"]} {sheet["signing_algorithm_type"]} '
                             f'{digest["digest_algorithm_type"]} {digest["digest_value"]}\n')
        self.registry.take(zone, "".join(lines))

    def copying(self):
        return _Copying(self)

    @contextlib.contextmanager
    def copies_held_back(self, zone):
        """The other gates get no timeline of the zone."""
        with self._copies:
            self._held_back.add(zone)
        try:
            yield
        finally:
            self._held_back.remove(zone)

    def copy_timelines(self):
        """What an operator's cron job does: each other gate gets what the first one has."""
        first, *others = self.gates
        with self._copies:
            for zone in self.zones:
                if zone not in self._held_back and os.path.exists(first.timeline(zone)):
                    for gate in others:
                        self._copy(first.timeline(zone), gate.timeline(zone))

    @staticmethod
    def _copy(path, to):
        if os.path.exists(to) and open(to, "rb").read() == open(path, "rb").read():
            return
        shutil.copyfile(path, to + ".new")
        shutil.chown(to + ".new", group=WRITERS)
        os.chmod(to + ".new", 0o640)
        os.replace(to + ".new", to)

    # Those who ask.

    def start_validators(self):
        for name, address in VALIDATORS.items():
            directory = self.path(name.replace(" ", "-"))
            program, text, after = {"Unbound": ("unbound", UNBOUND, ""), "BIND": ("named", NAMED, NAMED_AFTER),
                                    "Knot Resolver": ("kresd", KRESD, "")}[name]
            tag, algorithm, digest_type, digest = self.root_ds
            digest = re.sub(r"\s", "", digest)
            self.validators[name] = programs.start(
                self.namespace, program, directory, text, after, address=address, anchor=self.anchor,
                hints=self.hints, root=ROOT, ds=f'{tag} {algorithm} {digest_type} "{digest}"',
                ds_one=f"{tag} {algorithm} {digest_type} {digest}")
        for name, process in self.validators.items():
            servers.wait_until_answering(self.namespace, VALIDATORS[name], self.zones[0], process)

    def ask(self, address, zone, name, rdtype, **how):
        full = zone if name == "@" else f"{name}.{zone}"
        answer = ask.query(self.namespace, address, full, rdtype, timeout_s=PATIENCE_S, **how)
        if answer and answer.is_truncated:
            answer = streams.query(self.namespace, address, full, rdtype, timeout_s=PATIENCE_S, **how)
        return answer

    def signers_at(self, gate, zone, rdtype="SOA"):
        """The tags of the keys that sign at a gate."""
        answer = self.ask(gate.address, zone, "@", rdtype, do=True, rd=False)
        return sorted({int(text.split()[6]) for text in answer.data("RRSIG")}) if answer else []

    def close(self):
        """Ends all that runs: the lab goes on with other cases."""
        self.registry.close()
        for gate in self.gates:
            gate.close()
        for process in (self.keeper, *self.validators.values(), self._resolver):
            if process:
                process.stop()
        for zone in self._signed_zones:
            zone.close()


class _Copying(Threads):
    """Each second the other gates get what the first one has."""

    def __init__(self, world):
        super().__init__(self._go_on)
        self._world = world

    def _go_on(self):
        while not self._ends.wait(1):
            self._world.copy_timelines()


def tags(status, role, *phases):
    """Of the keys of a zone, by what `keys status` says."""
    return sorted(key["tag"] for key in status["keys"] if key["role"] == role and key["phase"] in phases)


def is_at_rest(status):
    """Signed, and nothing is under way."""
    return status["word"] == "signing" and len(tags(status, "KSK", "active")) == 1 and all(
        key["phase"] in ("active", "retired") for key in status["keys"])


QUESTIONS = (("www", "A"), ("@", "SOA"), ("@", "MX"), ("?.wild", "A"), ("www", "LOC"), ("?", "A"), ("@", "DNSKEY"))
# Knot Resolver 5 finds no server of an insecure zone for DNSKEY if it has the NS records of the zone still, and has
# forgotten the addresses: "choosing from addresses: 0 v4; names to resolve: 0 v4". It asks for DNSKEY by itself.
NOT_ASKED = {("Knot Resolver", ("@", "DNSKEY"))}


class Askers(Threads):
    """Ask each validator for each zone some times a second, until the end of a `with`. Every answer must be good, and
    Secure if the zone must be so: for as long as the validator may have what was there before the first DS, it need not."""

    def __init__(self, world, pause_s=0.1):
        super().__init__(*(functools.partial(self._go_on, *each, zone)
                           for each in VALIDATORS.items() for zone in world.zones))
        self._world, self._pause_s = world, pause_s
        self.counts, self.secure, self.wrong = dict.fromkeys(VALIDATORS, 0), dict.fromkeys(VALIDATORS, 0), []
        self._secure_from_s, self._lock = {}, threading.Lock()  # by validator and zone; None: nothing was Secure yet

    def expect_secure(self, zones):
        self._secure_from_s.update(dict.fromkeys(((name, zone) for name in VALIDATORS for zone in zones)))

    def expect_answers(self, zone):
        """From now on Insecure ones, too."""
        with self._lock:
            for name in VALIDATORS:
                self._secure_from_s.pop((name, zone), None)

    def never_secure(self):
        """The validators and zones that are still expected."""
        return [each for each, from_s in list(self._secure_from_s.items()) if from_s is None]

    def _must_be_secure(self, validator, zone):
        from_s = self._secure_from_s.get((validator, zone))
        return from_s is not None and time.monotonic() >= from_s

    def _note_secure(self, validator, zone):
        with self._lock:
            if self._secure_from_s.get((validator, zone), 0) is None:
                self._secure_from_s[validator, zone] = time.monotonic() + CACHED_S

    def _go_on(self, validator, address, zone):
        while not self._ends.wait(self._pause_s):
            name, rdtype = random.choice([each for each in QUESTIONS if (validator, each) not in NOT_ASKED])
            must = self._must_be_secure(validator, zone)
            name = name.replace("?", f"r{random.randrange(10 ** 9)}")
            answer = self._world.ask(address, zone, name, rdtype, ad=True)
            must = must and self._must_be_secure(validator, zone)
            self.counts[validator] += 1
            has_ad = answer is not None and answer.has_ad
            self.secure[validator] += has_ad
            if has_ad:
                self._note_secure(validator, zone)
            if answer is None or answer.rcode not in ("NOERROR", "NXDOMAIN") or (must and not has_ad):
                said = answer.summary() if answer else "no answer"
                self.wrong.append(f"{time.strftime('%T')} {validator}: {zone} {name} {rdtype}: {said}")
