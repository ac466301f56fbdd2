# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions and answers: signed zones, made with BIND's tools and served once by NSD; bench/responder then
repeats NSD's responses.

The zones are below a signed root and TLD, so that sealgate builds a real chain of trust.
"""

import collections
import concurrent.futures
import os
import socket
import struct
import time

from lab.resources import LabError, run_tool

from . import ground

WARM_NAMES = 1000       # asked in turn, again and again, so that everything is remembered
COLD_NAMES = 20000      # asked in turn; more than VERIFIED_MAX of crypto/verified.h
A, TXT, AAAA, OPT, DS, RRSIG, DNSKEY = 1, 16, 28, 41, 43, 46, 48

LARGE_OCTETS = 1000     # octets of text in an answer that nearly fills UDP_SIZE
NOERROR, NXDOMAIN = 0, 3
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

# The zone of a server that cannot sign: the signer does it, and so do servers that sign as they answer. Its
# parent has no DS, so to a validator it is Insecure; the check of signatures asks for its keys.
LEGACY = Zone("legacy.test.", None, (), ())

# The client's questions: the zone, the form of the names, their number, the type, and the right RCODE.
Question = collections.namedtuple("Question", "origin form names kind rcode")
LEGACY_NAMES = Question(LEGACY.origin, "n{}", WARM_NAMES, A, NOERROR)
QUESTIONS = {
    "p256": Question("p256.test.", "n{}", WARM_NAMES, A, NOERROR),
    "ed25519": Question("ed25519.test.", "n{}", WARM_NAMES, A, NOERROR),
    "rsa2048": Question("rsa2048.test.", "n{}", WARM_NAMES, A, NOERROR),
    "nxdomain": Question("nsec3.test.", "x{}", WARM_NAMES, A, NXDOMAIN),
    "large": Question("large.test.", "n{}", WARM_NAMES, TXT, NOERROR),
    "cold": Question("cold.test.", "n{}", COLD_NAMES, A, NOERROR),
    "insecure": LEGACY_NAMES,
    "legacy": LEGACY_NAMES,
    "legacy-new": Question(LEGACY.origin, "n{}", COLD_NAMES, A, NOERROR),
    "legacy-nxdomain": Question(LEGACY.origin, "x{}", WARM_NAMES, A, NXDOMAIN),
    "legacy-nodata": Question(LEGACY.origin, "n{}", WARM_NAMES, AAAA, NOERROR),
}

# The client's queries: the flags of the OPT (None: no OPT), of the header, and the UDP size.
Client = collections.namedtuple("Client", "edns flags size")
CLIENTS = {
    "do": Client(DO, RD, 4096),             # like older resolvers: sealgate changes the size
    "exact": Client(DO, RD, UDP_SIZE),      # as sealgate itself would ask: the query passes as it came
    "plain": Client(None, RD, None),        # most stub resolvers
    "cd": Client(DO, RD | CD, UDP_SIZE),    # no checking: sealgate lets the answer pass unjudged
}
SIGNER = Client(0, RD, UDP_SIZE)            # the signer's query to the server for "do"

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
    # Like resolvers: no records that were not asked for.
    minimal-responses: yes
    # A thousand names that do not exist are no attack.
    rrl-ratelimit: 0
remote-control:
    control-enable: no
"""


class Prepared:
    """The files: `anchor`, `responses` (all of them), and the queries for each of QUESTIONS and CLIENTS."""

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
        with open(self.path(LEGACY), "w") as file:
            file.write(HEAD.format(origin=LEGACY.origin) + _records_of(LEGACY))
        tld_ds = self._sign(TLD, f"ns A {ground.SERVER}\n" + "".join(
            f"{zone.origin} NS ns.test.\n" for zone in (*LEAVES, LEGACY)) + "".join(ds))
        root_ds = self._sign(ROOT, f"test. NS ns.test.\nns.test. A {ground.SERVER}\n" + tld_ds)
        with open(self.anchor, "w") as file:
            file.write(root_ds)
        server = namespace.start("nsd", *self.nsd(ground.SERVER))
        self._ask_everything(namespace, server)
        server.stop()

    def _sign_leaf(self, zone):
        return self._sign(zone, _records_of(zone))

    def _sign(self, zone, records):
        """Makes a zone and signs it with one key; returns the zone's DS record."""
        name = run_tool("dnssec-keygen", "-q", "-a", zone.algorithm, *zone.keygen, "-f", "KSK",
                        "-K", self.directory, zone.origin).strip()
        path = self.path(zone)
        with open(path, "w") as file:
            file.write(HEAD.format(origin=zone.origin) + records +
                       f"$INCLUDE {self.directory}/{name}.key\n")
        run_tool("dnssec-signzone", "-q", "-P", "-z", *zone.signzone, "-d", self.directory,
                 "-K", self.directory, "-o", zone.origin, "-f", path + ".signed", path,
                 f"{self.directory}/{name}", cwd=self.directory)
        return run_tool("dnssec-dsfromkey", "-2", f"{self.directory}/{name}.key")

    def path(self, zone):
        """The zone without its signatures."""
        return os.path.join(self.directory, zone.origin.rstrip(".") or "root")

    def nsd(self, address):
        """Returns the command of a server with the zones, at that address."""
        config = f"{self.path(ROOT)}-{address}.conf"
        with open(config, "w") as file:
            file.write(NSD.format(address=address, directory=self.directory))
            for zone in (ROOT, TLD, *LEAVES, LEGACY):
                suffix = ".signed" if zone.algorithm else ""
                file.write(f'zone:\n    name: "{zone.origin}"\n'
                           f'    zonefile: "{self.path(zone)}{suffix}"\n')
        return "nsd", "-d", "-c", config

    def _ask_everything(self, namespace, server):
        wait_for_answers(namespace, ground.SERVER, server)
        with _connect(namespace, ground.SERVER) as asking, open(self.responses, "wb") as responses:
            for zone in (ROOT, TLD, *LEAVES):
                _write(responses, _ask(asking, query(zone.origin, DNSKEY, CLIENTS["do"])))
            for zone in (TLD, *LEAVES, LEGACY):
                _write(responses, _ask(asking, query(zone.origin, DS, CLIENTS["do"])))
            for question in QUESTIONS:
                self._ask_all_names(asking, responses, question)
                if QUESTIONS[question].origin == LEGACY.origin:
                    for octets in _queries(question, SIGNER):
                        _write(responses, _ask(asking, octets))
                # sealgate turns all but "cd" into "exact"; the answers to these are those to "do".
                for client in ("exact", "plain", "cd"):
                    with open(self.queries(question, client), "wb") as queries:
                        for octets in _queries(question, CLIENTS[client]):
                            _write(queries, octets)

    def _ask_all_names(self, asking, responses, question):
        with open(self.queries(question, "do"), "wb") as queries:
            for octets in _queries(question, CLIENTS["do"]):
                response = _ask(asking, octets)
                if response[3] & 0x0f != QUESTIONS[question].rcode or response[2] & 0x02:
                    raise LabError(f"NSD answers {question} with flags {response[2:4].hex()}")
                _write(queries, octets)
                _write(responses, response)


def _records_of(zone):
    """The records of the zone that are asked for; no name has an AAAA."""
    questions = [question for question in QUESTIONS.values() if question.origin == zone.origin]
    names = max(question.names for question in questions)
    kinds = {question.kind for question in questions} - {AAAA}
    return "".join(f"n{i} {_record(kind, i)}\n" for i in range(names) for kind in kinds)


def _record(kind, number):
    if kind == A:
        return f"A 192.0.2.{number % 250 + 1}"
    text = f"{number:x}".rjust(LARGE_OCTETS // 5, "x")
    return "TXT " + " ".join([text] * 5)


def _queries(question, client):
    origin, form, names, kind, _ = QUESTIONS[question]
    return [query(f"{form.format(i)}.{origin}", kind, client) for i in range(names)]


def query(name, kind, client):
    """The octets of a query."""
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    octets = struct.pack("!6H", 0, client.flags, 1, 0, 0, client.edns is not None)
    octets += b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    octets += struct.pack("!2H", kind, 1)
    if client.edns is not None:
        octets += struct.pack("!B2HIH", 0, OPT, client.size, client.edns, 0)
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


def wait_for_answers(namespace, address, server, origin="."):
    """On sockets of its own: a late answer must not be taken for another's."""
    deadline = time.monotonic() + 20
    while server.is_running() and time.monotonic() < deadline:
        with _connect(namespace, address) as asking:
            asking.settimeout(0.1)
            try:
                asking.send(query(origin, DNSKEY, CLIENTS["do"]))
                asking.recv(65535)
                return
            except OSError:
                time.sleep(0.05)
    raise LabError(f"{server.name} does not answer:\n{server.log_text()}")
