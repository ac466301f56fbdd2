# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of the legacy zones, and the zones above them: a root and "lab.", both signed."""

import os

import dns.dnssec
import dns.name

from ..resources import let_sealgate_read, run_tool
from ..zones import Zone, make_keys, read_key, sign
from . import legacy, plan

ROOT_TEXT = """$ORIGIN .
@ 3600 IN SOA ns.root-servers.lab. hostmaster.lab. 1 7200 3600 1209600 300
@ 3600 IN NS  ns.root-servers.lab.
lab. 3600 IN NS ns.lab.
ns.lab. 3600 IN A {tld4}
ns.lab. 3600 IN AAAA {tld6}
lab. 3600 IN DS {ds}
"""
TLD_TEXT = """$ORIGIN lab.
@ 3600 IN SOA ns hostmaster {serial} 7200 3600 1209600 300
@ 3600 IN NS ns
ns 3600 IN A {tld4}
ns 3600 IN AAAA {tld6}
ns.root-servers 3600 IN A {root4}
ns.root-servers 3600 IN AAAA {root6}
"""

# The zones with keys of another kind; all others have keys that sealgate made.
ALGORITHMS = {"rotate.lab.": "ED25519", "additional.lab.": "RSASHA256", "wordy.lab.": None}
RSA_BITS = "2048"


def _ds_of(origin, key):
    return dns.dnssec.make_ds(dns.name.from_text(origin), key, "SHA256").to_text()


class Parents:
    """Makes all keys, and the two zones. `sealgate` is the program, which also makes keys. `bare` has the
    (origin, addresses) of the zones that "lab." delegates without DS."""

    def __init__(self, directory, sealgate, zones, bare):
        self.directory, self._sealgate = directory, sealgate
        self._zones, self._bare = zones, bare
        self.anchor_ds = os.path.join(directory, "root.ds")
        self._ds, self._zone_keys = {}, {}

    def keys_of(self, origin):
        """The directory with the key files of a legacy zone."""
        return os.path.join(self.directory, "keys", origin.rstrip("."))

    def _make_keys_of(self, origin):
        """BIND's tool makes the keys of some zones, sealgate those of the others, in files of one format."""
        directory = self.keys_of(origin)
        os.makedirs(directory)
        if origin in ALGORITHMS:
            algorithm = ALGORITHMS[origin] or "ECDSAP256SHA256"
            make_keys(Zone(origin, algorithm, split_keys=True, bits=RSA_BITS), directory)
            run_tool(self._sealgate, "keys", "sign", origin, "--directory", directory)
        else:
            run_tool(self._sealgate, "keys", "generate", origin, "--directory", directory)
        let_sealgate_read(directory)
        keys = [read_key(os.path.join(directory, name)) for name in os.listdir(directory)
                if name.endswith(".key")]
        (ksk,) = [key for key in keys if key.flags & 1]
        self._ds[origin] = _ds_of(origin, ksk)

    def _make_zone(self, origin, text):
        """Signs a zone, each time with the same keys; returns the KSK."""
        zone = Zone(origin)
        directory = os.path.join(self.directory, "parent-keys", zone.slug)
        if origin not in self._zone_keys:
            os.makedirs(directory)
            self._zone_keys[origin] = make_keys(zone, directory)
        path = self.file_of(origin).removesuffix(".signed")
        with open(path, "w") as file:
            file.write(text)
        sign(zone, directory, path, self._zone_keys[origin])
        return read_key(self._zone_keys[origin][0])

    def file_of(self, origin):
        return os.path.join(self.directory, f"{origin.rstrip('.') or 'root'}.zone.signed")

    def _delegations(self, parent):
        """The DS records of the zones below "lab.", or of those that the root itself delegates."""
        lines = []
        for zone in self._zones:
            if zone.child_of or (parent == "lab.") != zone.origin.endswith(".lab."):
                continue
            lines += self._delegation_of(zone)
        if parent == "lab.":
            for origin, addresses in self._bare:
                lines += _delegation(origin, addresses)
        return "\n".join(lines) + "\n"

    def _delegation_of(self, zone):
        return [*_delegation(zone.origin, zone.addresses), f"{zone.origin} 3600 IN DS {self._ds[zone.origin]}"]

    def ds_of(self, origin):
        """The DS of the KSK that the signer has."""
        return self._ds[origin]

    def _make_tld(self, serial):
        addresses = {"tld4": plan.TLD[4], "tld6": plan.TLD[6], "root4": plan.ROOT[4], "root6": plan.ROOT[6]}
        return self._make_zone("lab.", TLD_TEXT.format(serial=serial, **addresses) + self._delegations("lab."))

    def make(self):
        os.makedirs(self.directory, exist_ok=True)
        for zone in self._zones:
            self._make_keys_of(zone.origin)
        addresses = {"tld4": plan.TLD[4], "tld6": plan.TLD[6],
                     "root4": plan.ROOT[4], "root6": plan.ROOT[6]}
        tld_key = self._make_tld(1)
        self.root_key = self._make_zone(
            ".", ROOT_TEXT.format(ds=_ds_of("lab.", tld_key), **addresses) +
            self._delegations("."))
        self.root_ds_text = f". 3600 IN DS {_ds_of('.', self.root_key)}"
        with open(self.anchor_ds, "w") as file:
            file.write(self.root_ds_text + "\n")

    def start(self, resources, namespace):
        return [legacy.start_nsd(resources, namespace, name, addresses,
                                 [(origin, self.file_of(origin))])
                for name, addresses, origin in (("parents-root", plan.ROOT, "."),
                                                ("parents-lab", plan.TLD, "lab."))]


def _delegation(origin, addresses):
    return [f"{origin} 3600 IN NS ns.{origin}",
            f"ns.{origin} 3600 IN A {addresses[4]}",
            f"ns.{origin} 3600 IN AAAA {addresses[6]}"]
