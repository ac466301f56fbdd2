# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes and signs the zones with the tools of three other projects, never with code of this one."""

import concurrent.futures
import os
import shutil
import time

import dns.dnssec
import dns.rdata
import dns.zone

import shapes
from lab.resources import run_tool

HOUR, DAY = 3600, 86400

# From and to, in seconds from now.
VALIDITIES = {
    "now": (-DAY, 30 * DAY),
    "past": (-30 * DAY, -5 * DAY),
    "future": (5 * DAY, 30 * DAY),
    "half an hour ago": (-2 * HOUR, -HOUR // 2),
    "two hours ago": (-5 * HOUR, -2 * HOUR),
}

TOOLS = {"bind": "dnssec-signzone", "ldns": "ldns-signzone", "knot": "kzonesign"}
LDNS_ALGORITHMS = {"NSEC3RSASHA1": "RSASHA1-NSEC3-SHA1"}


def missing_tool(zone):
    tool = TOOLS[zone.tool]
    return None if shutil.which(tool) else f"{tool} is not installed"


def _ds(zone, key, digest="SHA256"):
    return dns.dnssec.make_ds(zone.name, key, digest,
                              policy=dns.dnssec.allow_all_policy).to_text()


def _changed(zone, key, **fields):
    """A DS with a field that does not fit the key."""
    ds = dns.dnssec.make_ds(zone.name, key, "SHA256")
    return (f"{fields.get('tag', ds.key_tag)} {fields.get('algorithm', int(ds.algorithm))} "
            f"{fields.get('digest_type', int(ds.digest_type))} "
            f"{fields.get('digest', ds.digest.hex())}")


_WRONG = {"digest": "00" * 32}
_ANOTHER = "4711 13 2 " + "ab" * 32

DS_FORMS = {
    "none": lambda z, k: [],
    "sha1": lambda z, k: [_ds(z, k, "SHA1")],
    "sha256": lambda z, k: [_ds(z, k)],
    "sha384": lambda z, k: [_ds(z, k, "SHA384")],
    "first key only": lambda z, k: [_ds(z, k)],
    "sha1, sha256, sha384": lambda z, k: [_ds(z, k, each) for each in ("SHA1", "SHA256", "SHA384")],
    "sha1 good, sha256 wrong": lambda z, k: [_ds(z, k, "SHA1"), _changed(z, k, **_WRONG)],
    "sha256 wrong, sha384 good": lambda z, k: [_ds(z, k, "SHA384"), _changed(z, k, **_WRONG)],
    "unknown digest": lambda z, k: [_changed(z, k, digest_type=200)],
    "unknown digest, sha256": lambda z, k: [_changed(z, k, digest_type=200), _ds(z, k)],
    "unknown algorithm": lambda z, k: [_changed(z, k, algorithm=200)],
    "unknown algorithm, sha256": lambda z, k: [_changed(z, k, algorithm=200), _ds(z, k)],
    "another key": lambda z, k: [_ANOTHER],
    "another key, sha256": lambda z, k: [_ANOTHER, _ds(z, k)],
    "wrong": lambda z, k: [_changed(z, k, **_WRONG)],
}


class Signed:
    """All zones of the table that can be signed here, in one directory."""

    def __init__(self, directory, now_s):
        self._directory = directory
        self._now_s = now_s
        self._ds = {}
        self.left_out = {}          # zone: why
        self.zones = []
        self.anchor = os.path.join(directory, "root.key")

    def file_of(self, zone):
        return os.path.join(self._directory, zone.slug + (".signed" if zone.keys else ".zone"))

    def make(self):
        """Signs from the leaves to the root, because a parent signs the DS of its children."""
        levels = {}
        for zone in shapes.ZONES:
            if zone.keys and (why := missing_tool(zone)):
                self.left_out[zone] = why
            else:
                self.zones.append(zone)
                levels.setdefault(len(zone.name.labels), []).append(zone)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for depth in sorted(levels, reverse=True):
                # Only when all zones are made: they read it.
                self._ds.update(list(pool.map(self._make_zone, levels[depth])))
        return self

    def _make_zone(self, zone):
        path = os.path.join(self._directory, zone.slug + ".zone")
        with open(path, "w") as file:
            file.write(self._text(zone))
        keys = []
        if zone.keys:
            directory = os.path.join(self._directory, "keys", zone.slug)
            os.makedirs(directory)
            sign = {"bind": self._bind, "ldns": self._ldns, "knot": self._knot}[zone.tool]
            keys = sign(zone, path, directory)
        if zone.origin == ".":
            with open(self.anchor, "w") as file:
                file.writelines(f". 172800 IN DNSKEY {key.to_text()}\n" for key in keys)
        if zone.ds == "first key only":
            keys = keys[:1]
        form = DS_FORMS[zone.ds]
        records = [ds for key in keys or [None] for ds in form(zone, key)]
        return zone, list(dict.fromkeys(records))

    def _text(self, zone):
        ns = "ns" if zone.body == "full" else "ns.core.nsec."
        text = (f"$ORIGIN {zone.origin}\n$TTL 3600\n@ 3600 IN SOA {ns} hostmaster.nsec. "
                f"1 7200 3600 1209600 300\n@ 3600 IN NS {ns}\n")
        text += (shapes.FULL if zone.body == "full" else "") + zone.records
        for child in self._ds:
            if child.name != zone.name and child.name.is_subdomain(zone.name) \
                    and shapes.zone_of(child.name.parent()) is zone:
                text += f"{child.origin} 3600 IN NS ns.{child.origin}\n" \
                        f"ns.{child.origin} 300 IN A 192.0.2.53\n"
                text += "".join(f"{child.origin} 3600 IN DS {ds}\n" for ds in self._ds[child])
        return text

    def _window(self, zone):
        return [time.strftime("%Y%m%d%H%M%S", time.gmtime(self._now_s + offset))
                for offset in VALIDITIES[zone.validity]]

    def _bind(self, zone, path, directory):
        names = [_bind_key(zone, key, directory) for key in zone.keys]
        with open(path, "a") as file:
            file.writelines(f"$INCLUDE {name}.key\n" for name in names)
        start, end = self._window(zone)
        denial = zone.denial
        options = ("-3", denial.salt or "-", "-H", str(denial.iterations)) if denial else ()
        options += ("-A",) if denial and denial.opt_out else ()
        # -P: no verification afterwards; -x and -z: which key signs what.
        run_tool("dnssec-signzone", "-q", "-P", "-O", "full", "-s", start, "-e", end,
                 "-z" if zone.keys[0].role == "csk" else "-x", *options, "-d", directory,
                 "-K", directory, "-o", zone.origin, "-f", self.file_of(zone), path, *names)
        return _named_keys(zone, [f"{name}.key" for name in names])

    def _ldns(self, zone, path, directory):
        names = []
        for key in zone.keys:
            algorithm = LDNS_ALGORITHMS.get(key.algorithm, key.algorithm)
            options = ("-b", str(key.bits)) if key.bits else ()
            options += () if key.role == "zsk" else ("-k",)
            name = run_tool("ldns-keygen", "-a", algorithm, *options, zone.origin, cwd=directory)
            names.append(os.path.join(directory, name.strip()))
        start, end = self._window(zone)
        denial = zone.denial
        options = ("-n", "-t", str(denial.iterations)) if denial else ()
        options += ("-s", denial.salt) if denial and denial.salt else ()
        options += ("-p",) if denial and denial.opt_out else ()
        run_tool("ldns-signzone", "-i", start, "-e", end, "-o", zone.origin, *options,
                 "-f", self.file_of(zone), path, *names)
        return _named_keys(zone, [f"{name}.key" for name in names])

    def _knot(self, zone, path, directory):
        key, denial = zone.keys[0], zone.denial
        config = os.path.join(directory, "knot.conf")
        with open(config, "w") as file:
            file.write(f"database:\n  storage: {directory}\n"
                       f"policy:\n  - id: corpus\n    algorithm: {key.algorithm}\n"
                       "    single-type-signing: on\n    rrsig-lifetime: 30d\n"
                       "    rrsig-refresh: 7d\n"
                       f"    nsec3: {'on' if denial else 'off'}\n    nsec3-iterations: 0\n"
                       "    nsec3-salt-length: 0\n"
                       f"    nsec3-opt-out: {'on' if denial and denial.opt_out else 'off'}\n"
                       f"zone:\n  - domain: {zone.origin}\n    storage: {directory}\n"
                       f"    file: {path}\n    dnssec-signing: on\n    dnssec-policy: corpus\n")
        run_tool("kzonesign", "-c", config, "-o", directory, zone.origin)
        (made,) = [name for name in os.listdir(directory) if name.endswith(".zone")]
        shutil.move(os.path.join(directory, made), self.file_of(zone))
        signed = dns.zone.from_file(self.file_of(zone), zone.origin, relativize=False)
        return [key for key in signed.get_rdataset(zone.name, "DNSKEY") if key.flags & 1]


def _bind_key(zone, key, directory):
    size = ("-b", str(key.bits)) if key.bits else ()
    role = () if key.role == "zsk" else ("-f", "KSK")
    name = run_tool("dnssec-keygen", "-q", "-a", key.algorithm, *size, *role, "-K", directory,
                    zone.origin, cwd=directory)
    return os.path.join(directory, name.strip())


def _named_keys(zone, paths):
    """Reads the keys for the DS records."""
    return [_read_key(path) for key, path in zip(zone.keys, paths) if key.is_named_by_ds]


def _read_key(path):
    with open(path) as file:
        (line,) = [line for line in file if line.strip() and not line.startswith(";")]
    return dns.rdata.from_text("IN", "DNSKEY", line.split("DNSKEY", 1)[1].split(";")[0])
