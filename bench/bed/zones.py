# SPDX-License-Identifier: GPL-2.0-or-later
"""What is asked and answered: signed zones, made with BIND's tools and served once by NSD, whose
responses are kept and given again by bench/responder.

The zones hang under a signed root and TLD, so that sealgate builds a real chain of trust.
"""

import collections
import concurrent.futures
import os
import socket
import struct
import time

from lab.resources import LabError, run_tool

from . import ground

WARM_NAMES = 1000       # asked in turn, again and again: whatever can be remembered is
COLD_NAMES = 20000      # asked in turn: more than crypto/verified.h's VERIFIED_MAX remembers
A, TXT, DS, DNSKEY, OPT = 1, 16, 43, 48, 41

LARGE_OCTETS = 1000     # of text in an answer that nearly fills UDP_SIZE
NXDOMAIN = 3
RD, CD, DO = 0x0100, 0x0010, 0x8000
UDP_SIZE = 1232

# Origin, algorithm, more options of dnssec-keygen, options of dnssec-signzone.
Zone = collections.namedtuple("Zone", "origin algorithm keygen signzone")
ROOT = Zone(".", "ECDSAP256SHA256", (), ())
TLD = Zone("test.", "ECDSAP256SHA256", (), ())
LEAVES = (
    Zone("p256.test.", "ECDSAP256SHA256", (), ()),
    Zone("ed25519.test.", "ED25519", (), ()),
    Zone("rsa2048.test.", "RSASHA256", ("-b", "2048"), ()),
    Zone("nsec3.test.", "ECDSAP256SHA256", (), ("-3", "-", "-H", "0")),
    Zone("large.test.", "ECDSAP256SHA256", (), ()),
    Zone("cold.test.", "ECDSAP256SHA256", (), ()),
)

# What the client asks: which zone, the form of the names, how many, the type, and the RCODE that
# must come.
Question = collections.namedtuple("Question", "origin form names kind rcode")
QUESTIONS = {
    "p256": Question("p256.test.", "n{}", WARM_NAMES, A, 0),
    "ed25519": Question("ed25519.test.", "n{}", WARM_NAMES, A, 0),
    "rsa2048": Question("rsa2048.test.", "n{}", WARM_NAMES, A, 0),
    "nxdomain": Question("nsec3.test.", "x{}", WARM_NAMES, A, NXDOMAIN),
    "large": Question("large.test.", "n{}", WARM_NAMES, TXT, 0),
    "cold": Question("cold.test.", "n{}", COLD_NAMES, A, 0),
}

# How the client asks: DO of its OPT (without DO it sends none), flags of the header.
Client = collections.namedtuple("Client", "dnssec_ok flags")
CLIENTS = {
    "do": Client(True, RD),             # validates itself, or passes on to who does
    "plain": Client(False, RD),         # most stub resolvers
    "cd": Client(True, RD | CD),        # wants no checking: sealgate lets it pass unjudged
}

HEAD = """$ORIGIN {origin}
$TTL 3600
@ SOA ns.test. hostmaster.test. 1 7200 3600 1209600 300
@ NS ns.test.
"""

NSD = """
server:
    ip-address: {address}
    server-count: 1
    username: ""
    database: ""
    zonesdir: "{directory}"
    zonelistfile: "{directory}/nsd.list"
    xfrdfile: "{directory}/nsd.xfrd"
    xfrdir: "{directory}"
    pidfile: ""
    # As resolvers answer: nothing that was not asked for.
    minimal-responses: yes
    # A thousand names that are not there are no attack.
    rrl-ratelimit: 0
remote-control:
    control-enable: no
"""


class Prepared:
    """The files: `anchor`, `responses` (all of them), and the queries for each of QUESTIONS and
    CLIENTS."""

    def __init__(self, resources):
        self._resources = resources
        self.directory = resources.path("zones")
        self.anchor = resources.path("root.key")
        self.responses = resources.path("responses")
        os.mkdir(self.directory)

    def queries(self, question, client):
        return self._resources.path(f"queries-{question}-{client}")

    def make(self, namespace):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            ds = list(pool.map(self._sign_leaf, LEAVES))
        tld_ds = self._sign(TLD, f"ns A {ground.SERVER}\n" + "".join(
            f"{zone.origin} NS ns.test.\n" for zone in LEAVES) + "".join(ds))
        root_ds = self._sign(ROOT, f"test. NS ns.test.\nns.test. A {ground.SERVER}\n" + tld_ds)
        with open(self.anchor, "w") as file:
            file.write(root_ds)
        server = namespace.start("nsd", *self.nsd(ground.SERVER))
        self._ask_everything(namespace, server)
        server.stop()

    def _sign_leaf(self, zone):
        names = max(question.names for question in QUESTIONS.values()
                    if question.origin == zone.origin)
        kinds = {question.kind for question in QUESTIONS.values() if question.origin == zone.origin}
        return self._sign(zone, "".join(
            f"n{i} {_record(kind, i)}\n" for i in range(names) for kind in kinds))

    def _sign(self, zone, records):
        """Makes a zone and signs it with one key; returns the zone's DS record."""
        name = run_tool("dnssec-keygen", "-q", "-a", zone.algorithm, *zone.keygen, "-f", "KSK",
                        "-K", self.directory, zone.origin).strip()
        path = self._path(zone)
        with open(path, "w") as file:
            file.write(HEAD.format(origin=zone.origin) + records +
                       f"$INCLUDE {self.directory}/{name}.key\n")
        run_tool("dnssec-signzone", "-q", "-P", "-z", *zone.signzone, "-d", self.directory,
                 "-K", self.directory, "-o", zone.origin, "-f", path + ".signed", path,
                 f"{self.directory}/{name}", cwd=self.directory)
        return run_tool("dnssec-dsfromkey", "-2", f"{self.directory}/{name}.key")

    def _path(self, zone):
        return os.path.join(self.directory, zone.origin.rstrip(".") or "root")

    def nsd(self, address):
        """Returns the command that answers there out of the zones."""
        config = f"{self._path(ROOT)}-{address}.conf"
        with open(config, "w") as file:
            file.write(NSD.format(address=address, directory=self.directory))
            for zone in (ROOT, TLD, *LEAVES):
                file.write(f'zone:\n    name: "{zone.origin}"\n'
                           f'    zonefile: "{self._path(zone)}.signed"\n')
        return "nsd", "-d", "-c", config

    def _ask_everything(self, namespace, server):
        wait_for_answers(namespace, ground.SERVER, server)
        with _connect(namespace, ground.SERVER) as asking, open(self.responses, "wb") as responses:
            for zone in (ROOT, TLD, *LEAVES):
                _write(responses, _ask(asking, query(zone.origin, DNSKEY, CLIENTS["do"])))
            for zone in (TLD, *LEAVES):
                _write(responses, _ask(asking, query(zone.origin, DS, CLIENTS["do"])))
            for question in QUESTIONS:
                self._ask_all_names(asking, responses, question)
                # sealgate makes "do" of "plain", and the answers to "cd" are those to "do".
                for client in ("plain", "cd"):
                    with open(self.queries(question, client), "wb") as queries:
                        for octets in _queries(question, client):
                            _write(queries, octets)

    def _ask_all_names(self, asking, responses, question):
        with open(self.queries(question, "do"), "wb") as queries:
            for octets in _queries(question, "do"):
                response = _ask(asking, octets)
                if response[3] & 0x0f != QUESTIONS[question].rcode or response[2] & 0x02:
                    raise LabError(f"NSD answers {question} with flags {response[2:4].hex()}")
                _write(queries, octets)
                _write(responses, response)


def _record(kind, number):
    if kind == A:
        return f"A 192.0.2.{number % 250 + 1}"
    text = f"{number:x}".rjust(LARGE_OCTETS // 5, "x")
    return "TXT " + " ".join([text] * 5)


def _queries(question, client):
    origin, form, names, kind, _ = QUESTIONS[question]
    return [query(f"{form.format(i)}.{origin}", kind, CLIENTS[client]) for i in range(names)]


def query(name, kind, client):
    """The octets of a query."""
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    octets = struct.pack("!6H", 0, client.flags, 1, 0, 0, 1 if client.dnssec_ok else 0)
    octets += b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    octets += struct.pack("!2H", kind, 1)
    if client.dnssec_ok:
        octets += struct.pack("!B2HIH", 0, OPT, UDP_SIZE, DO, 0)
    return octets


def _write(file, octets):
    file.write(struct.pack("!H", len(octets)) + octets)


def _connect(namespace, address):
    asking = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking.connect((address, 53))
    asking.settimeout(2)
    return asking


def _ask(asking, octets):
    try:
        asking.send(octets)
        return asking.recv(65535)
    except OSError as error:
        raise LabError(f"NSD does not answer: {error}") from error


def wait_for_answers(namespace, address, server):
    """On sockets of its own: an answer that comes late must not be taken for another's."""
    deadline = time.monotonic() + 20
    while server.is_running() and time.monotonic() < deadline:
        with _connect(namespace, address) as asking:
            asking.settimeout(0.1)
            try:
                asking.send(query(".", DNSKEY, CLIENTS["do"]))
                asking.recv(65535)
                return
            except OSError:
                time.sleep(0.05)
    raise LabError(f"{server.name} does not answer:\n{server.log_text()}")
