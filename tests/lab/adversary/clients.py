# SPDX-License-Identifier: GPL-2.0-or-later
"""The clients behind the filter: resolvers that believe every answer (lab/followers.py), stubs with a socket of
their own, and glibc. All have one interface, and none blocks."""

import contextlib
import itertools
import json
import socket
import struct
import sys

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from lab import topology
from lab.followers import FIRST_PORT, KINDS, LOOPBACK
from lab.resources import LabError

from . import getaddrinfo

GLIBC_PORT = FIRST_PORT + 50
# All kinds, in the order of the rounds; some may not be installed.
NAMES = (*(kind.name for kind in KINDS), "glibc", "stub", "stub-tcp")


def query(identity, name, rdtype, flags):
    message = dns.message.make_query(name, rdtype, id=identity)
    message.flags = dns.flags.Flag(0) if "no RD" in flags else dns.flags.RD
    for word in ("CD", "AD"):
        if word in flags:
            message.flags |= dns.flags.Flag[word]
    if "DO" in flags:
        message.use_edns(0, dns.flags.DO, payload=1232)
    return message.to_wire()


class Asked:
    """A question, and everything that came in response."""

    def __init__(self, name, rdtype, flags):
        self.name, self.rdtype = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        self.flags, self.messages, self.rcode = flags, [], None
        self.is_joined = False      # two answers are reported as one

    def heard(self, wire):
        with contextlib.suppress(dns.exception.DNSException):
            message = dns.message.from_wire(wire, ignore_trailing=True)
            self.messages.append(message)
            self.rcode = dns.rcode.to_text(message.rcode())

    @property
    def is_answered(self):
        return self.rcode is not None

    def rrsets(self):
        """Yields every RRset that came, with its place: (message, section, rrset)."""
        for message in self.messages:
            for section in ("answer", "authority", "additional"):
                for rrset in getattr(message, section):
                    yield message, section, rrset

    def found(self):
        """The RDATA of the type of the question, in the last message."""
        return {rdata for rrset in self.messages[-1].answer if rrset.rdtype == self.rdtype
                for rdata in rrset} if self.messages else set()

    def __str__(self):
        flags = "".join(f" {word}" for word in self.flags)
        return f"{self.name} {dns.rdatatype.to_text(self.rdtype)}{flags}"


class _Client:
    has_cache = False
    iterates = False

    def __init__(self, lab, loop, namespace, family):
        self._lab, self._loop, self._namespace, self._family = lab, loop, namespace, family
        self._ids, self._waiting, self._sockets = itertools.count(1), {}, []

    def _open(self, kind, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = self._namespace.socket(family, kind)
        self._sockets.append(sock)
        sock.settimeout(2)
        sock.connect((address, port))
        sock.setblocking(False)
        return sock

    def _hear(self, sock):
        try:
            while True:
                wire = sock.recv(65535)
                asked = self._waiting.get(wire[:2])
                if asked:
                    asked.heard(wire)
        except OSError:
            pass

    def _next(self):
        return next(self._ids) % 65535 + 1

    def forget(self):
        """Its cache, if it has one."""

    def over(self):
        """Stops waiting for answers to earlier questions."""
        self._waiting.clear()

    def close(self):
        for sock in self._sockets:
            self._loop.forget(sock)
            sock.close()
        self._sockets.clear()


class ByResolver(_Client):
    has_cache = True

    def __init__(self, lab, loop, namespace, family, follower):
        super().__init__(lab, loop, namespace, family)
        self.name, self._follower = follower.name, follower
        self.iterates = follower.name.endswith("iterating")
        self._sock = self._open(socket.SOCK_DGRAM, LOOPBACK, follower.port)
        self._loop.watch(self._sock, lambda: self._hear(self._sock))

    def forget(self):
        if not self._follower.process.is_running():
            raise LabError(f"{self.name} ended:\n{self._follower.process.log_text()[-1500:]}")
        self._follower.forget()

    def ask(self, name, rdtype, flags=()):
        asked = Asked(name, rdtype, flags)
        wire = query(self._next(), name, rdtype, flags)
        self._waiting[wire[:2]] = asked
        with contextlib.suppress(ConnectionRefusedError):       # it is still starting
            self._sock.send(wire)
        return asked


class Stub(_Client):
    """Accepts every message that comes to its socket as an answer."""

    name = "stub"

    def ask(self, name, rdtype, flags=()):
        sock = self._open(socket.SOCK_DGRAM, topology.UPSTREAM[self._family], 53)
        self._loop.watch(sock, lambda: self._hear(sock))
        asked = Asked(name, rdtype, flags)
        wire = query(self._next(), name, rdtype, flags)
        self._waiting[wire[:2]] = asked
        sock.send(wire)
        return asked

    def over(self):
        super().over()
        self.close()


class StreamStub(Stub):
    """The same over TCP, a connection for each question."""

    name = "stub-tcp"

    def ask(self, name, rdtype, flags=()):
        asked = Asked(name, rdtype, flags)
        wire = query(self._next(), name, rdtype, flags)
        try:
            sock = self._open(socket.SOCK_STREAM, topology.UPSTREAM[self._family], 53)
            sock.send(struct.pack("!H", len(wire)) + wire)
        except OSError:
            return asked
        have = bytearray()
        self._loop.watch(sock, lambda: self._take(sock, have, asked))
        return asked

    def _take(self, sock, have, asked):
        try:
            part = sock.recv(65535)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._loop.forget(sock)
        have += part
        while len(have) >= 2 and len(have) >= 2 + (size := int.from_bytes(have[:2], "big")):
            asked.heard(bytes(have[2:2 + size]))
            del have[:2 + size]


class GlibcAsked(Asked):
    """getaddrinfo() returns addresses, and the last name of the chain of aliases; these are compared with
    the zones. For both families it asks twice, and returns the addresses of both under the name of one."""

    def __init__(self, name, is_joined):
        super().__init__(name, "A", ())
        self.is_joined = is_joined

    def heard_said(self, said):
        message = dns.message.Message()
        self.rcode = "NOERROR"
        if "error" in said:
            self.rcode = "NXDOMAIN" if said["error"] == socket.EAI_NONAME else "SERVFAIL"
        for address in said.get("addresses", ()):
            rdtype = "AAAA" if ":" in address else "A"
            message.find_rrset(
                message.answer, dns.name.from_text(said["name"]), dns.rdataclass.IN,
                dns.rdatatype.from_text(rdtype), create=True).add(
                    dns.rdata.from_text("IN", rdtype, address), 0)
        self.messages.append(message)


class Glibc(_Client):
    name = "glibc"

    def __init__(self, lab, loop, namespace, family):
        super().__init__(lab, loop, namespace, family)
        paths = []
        for name, text in (("resolv", f"nameserver {topology.UPSTREAM[family]}\n"
                                      "options timeout:1 attempts:2\n"),
                           ("nsswitch", "hosts: dns\n")):
            paths.append(lab.resources.path(f"{name}-{family}.conf"))
            with open(paths[-1], "w") as file:
                file.write(text)
        self._process = namespace.start(f"getaddrinfo-{namespace.name}-{family}", sys.executable, "-B",
                                        getaddrinfo.__file__, str(GLIBC_PORT), *paths)
        if not self._process.wait_for_log("ready", 20):
            raise LabError(f"getaddrinfo does not start: {self._process.log_text()}")
        self._sock = self._open(socket.SOCK_DGRAM, LOOPBACK, GLIBC_PORT)
        self._loop.watch(self._sock, self._said)

    def _said(self):
        with contextlib.suppress(OSError):
            said = json.loads(self._sock.recv(65535))
            asked = self._waiting.get(said["token"])
            if asked:
                asked.heard_said(said)

    def ask(self, name, _rdtype, _flags=()):
        number = self._next()
        token, is_joined = str(number), number % 2 == 0
        asked = self._waiting[token] = GlibcAsked(name, is_joined)
        self._sock.send(f"{token} {'AF_UNSPEC' if is_joined else 'AF_INET'} {name}".encode())
        return asked

    def close(self):
        super().close()
        self._process.stop()
