# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree of zones of its own: a root, one zone below it, and leaves, each on a real server of its own program.
The lab's tree has one program; here a leaf may be served by a program that answers as odd servers do."""

import contextlib
import dataclasses
import ipaddress
import os
import shutil

import dns.dnssec
import dns.name
import dns.rdata

from . import programs, servers, zones
from .resources import LabError, run_tool

PARENT = "rep."
NAMESERVER = f"ns.{PARENT}"
TOP = "10.53.5.50"              # has the root and PARENT
RESOLVER = "10.53.5.49"         # iterates from this root, and does not validate
FIRST_LEAF = ipaddress.IPv4Address("10.53.5.51")

HEAD = """$ORIGIN {origin}
$TTL 300
@   SOA {nameserver} h.{nameserver} 1 7200 3600 1209600 60
@   NS  {nameserver}
"""

# Of each program: what goes into its base, and what comes after it.
LINES = {
    "nsd": ("    ip-address: {address}", 'zone:\n    name: "{origin}"\n    zonefile: "{file}"'),
    "named": ("    listen-on {{ {address}; }};\n    listen-on-v6 {{ none; }};\n    recursion no;",
              'zone "{origin}" {{ type primary; file "{file}"; check-names ignore; }};'),
    "knotd": ("    listen: {address}@53", 'zone:\n  - domain: {origin}\n    file: "{file}"'),
    "pdns_server": ("local-address={address}", ""),
    "unbound": ("    interface: {address}\n{words}", ""),
    "dnsmasq": ("--listen-address={address}\n{words}", ""),
}
ITERATING = """
    module-config: "iterator"
    interface: {address}
    outgoing-interface: {address}
    do-ip6: no
    root-hints: "{hints}"
"""


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A zone below PARENT. `served_as` is the zone that its server believes to have, if it is another: so do
    servers of parked names, and load balancers. unbound and dnsmasq have lines of their configuration instead of
    records."""

    label: str
    program: str = "nsd"
    records: str = ""
    denial: str = "nsec"
    is_signed: bool = True
    has_ds: bool = True
    served_as: str = ""
    lines: str = ""
    alter: object = None        # changes the text of the zone's file after signing

    @property
    def origin(self):
        return f"{self.label}.{PARENT}"

    @property
    def nameserver(self):
        """It lies in PARENT, so a leaf may be an alias as a whole."""
        return f"ns-{self.label}.{PARENT}"


def obstacle(leaves):
    """Returns why a server of the leaves cannot be started, or None."""
    return next(filter(None, map(programs.obstacle, sorted({leaf.program for leaf in leaves}))), None)


class Tree:
    def __init__(self, lab, leaves):
        self._lab, self._leaves = lab, leaves
        self._auth = lab.namespaces["auth"]
        self._directory = lab.resources.path("tree")
        self._processes = []
        self.addresses = {leaf.label: str(FIRST_LEAF + number) for number, leaf in enumerate(leaves)}
        self.anchor, self.hints = self._path("root.key"), self._path("hints")
        self.root_ds = None

    def _path(self, *names):
        return os.path.join(self._directory, *names)

    def _write(self, path, text):
        with open(path, "w") as file:
            file.write(text)
        return path

    def _make(self, directory, zone, records, nameserver, is_signed):
        """Writes a zone's file, signed with a new key; returns the file and the key."""
        path = self._write(os.path.join(directory, zone.slug + ".zone"),
                           HEAD.format(origin=zone.origin, nameserver=nameserver) + records)
        if not is_signed:
            return path, None
        keys = zones.make_keys(zone, directory)
        zones.sign(zone, directory, path, keys)
        return path + ".signed", zones.read_key(keys[0])

    def _start(self, leaf, **values):
        label = leaf.label
        process = programs.start(self._auth, leaf.program, self._path(label), *LINES[leaf.program],
                                 address=self.addresses[label], words=leaf.lines, **values)
        self._processes.append((self.addresses[label], f"www.{leaf.origin}", process))

    def _grow_file(self, leaf, directory):
        """The zone is signed here, and served by NSD, BIND or Knot."""
        zone = zones.Zone(leaf.served_as or leaf.origin, denial=leaf.denial)
        path, key = self._make(directory, zone, leaf.records, leaf.nameserver, leaf.is_signed)
        if leaf.alter:
            with open(path) as file:
                text = file.read()
            self._write(path, leaf.alter(text))
        self._start(leaf, origin=zone.origin, file=path)
        if not key or not leaf.has_ds:
            return []
        return [dns.dnssec.make_ds(dns.name.from_text(leaf.origin), key, "SHA256").to_text()]

    def _grow_pdns(self, leaf, directory):
        """PowerDNS signs each answer when it is asked. Its tool reads the configuration that it is started with."""
        path, _ = self._make(directory, zones.Zone(leaf.origin), leaf.records, leaf.nameserver, False)
        self._write(os.path.join(directory, "zones"),
                    f'zone "{leaf.origin}" {{ type master; file "{path}"; }};\n')
        self._write(os.path.join(directory, "pdns.conf"), programs.PDNS.format(
            directory=directory, more="", after=""))

        def util(*words):
            return run_tool("pdnsutil", f"--config-dir={directory}", *words)

        util("create-bind-db", os.path.join(directory, "dnssec"))
        lines = []
        if leaf.is_signed:
            util("secure-zone", leaf.origin)
            if leaf.denial != "nsec":
                util("set-nsec3", leaf.origin, "1 0 0 -")
            lines = [line.split(" IN DS ")[1].split(";")[0]
                     for line in util("export-zone-ds", leaf.origin).splitlines() if " IN DS " in line]
        self._start(leaf)
        return [line for line in lines if line.split()[2] == "2"]

    def _grow_lines(self, leaf, _directory):
        self._start(leaf)
        return []

    def _grow(self, leaf):
        """Starts a leaf's server; returns its delegation."""
        directory = self._path(leaf.label)
        os.makedirs(directory)
        way = self._grow_lines if leaf.lines else \
            self._grow_pdns if leaf.program == "pdns_server" else self._grow_file
        return f"{leaf.origin} NS {leaf.nameserver}\n{leaf.nameserver} A {self.addresses[leaf.label]}\n" + "".join(
            f"{leaf.origin} DS {line}\n" for line in way(leaf, directory))

    def _grow_top(self, delegations):
        directory = self._path("top")
        os.makedirs(directory)
        glue = f"{NAMESERVER} A {TOP}\n"
        parent, key = self._make(directory, zones.Zone(PARENT), delegations + glue, NAMESERVER, True)
        ds = dns.dnssec.make_ds(dns.name.from_text(PARENT), key, "SHA256")
        root, key = self._make(directory, zones.Zone("."), f"{PARENT} NS {NAMESERVER}\n{glue}"
                               f"{PARENT} DS {ds.to_text()}\n", NAMESERVER, True)
        self.root_ds = dns.dnssec.make_ds(dns.name.root, key, "SHA256").to_text()
        self._write(self.anchor, f". IN DNSKEY {key.to_text()}\n")
        self._write(self.hints, f". 3600 NS {NAMESERVER}\n{NAMESERVER} 3600 A {TOP}\n")
        after = "".join(f'zone:\n    name: "{origin}"\n    zonefile: "{path}"\n'
                        for origin, path in ((".", root), (PARENT, parent)))
        return programs.start(self._auth, "nsd", directory, LINES["nsd"][0], after, address=TOP)

    def start(self):
        """Makes and signs everything, and returns when all servers answer."""
        os.makedirs(self._directory)
        for address in (TOP, RESOLVER, *self.addresses.values()):
            self._auth.run("ip", "address", "add", f"{address}/24", "dev", "upstream")
        top = self._grow_top("".join(self._grow(leaf) for leaf in self._leaves))
        servers.wait_until_answering(self._auth, TOP, PARENT, top)
        resolver = programs.start(self._auth, "unbound", self._path("resolver"), ITERATING, address=RESOLVER,
                                  hints=self.hints)
        self._processes += [(TOP, PARENT, top), (RESOLVER, PARENT, resolver)]
        for address, name, process in self._processes:
            servers.wait_until_answering(self._auth, address, name, process, rdtype="A")

    def stop(self):
        for _address, _name, process in self._processes:
            process.stop()
        for address in (TOP, RESOLVER, *self.addresses.values()):
            with contextlib.suppress(LabError):     # it may not have come so far
                self._auth.run("ip", "address", "del", f"{address}/24", "dev", "upstream")
        shutil.rmtree(self._directory)
