# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS over TCP: a client's connection, and servers on the wire that replace the upstream."""

import contextlib
import random
import socket
import struct
import threading
import time

import dns.message

from . import ask, attacks, topology
from .ask import PATIENCE_S, Answer

PORT = 5354
WITH_REDIRECT = ("iptables", "ip6tables")


class Stream:
    """One connection; each message is preceded by its length."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, *wires):
        self.sock.sendall(b"".join(struct.pack("!H", len(wire)) + wire for wire in wires))

    def _read(self, count):
        octets = b""
        while len(octets) < count:
            part = self.sock.recv(count - len(octets))
            if not part:
                return None
            octets += part
        return octets

    def receive(self, timeout_s=PATIENCE_S):
        """Returns the octets of the next message, or None at the end."""
        self.sock.settimeout(timeout_s)
        try:
            prefix = self._read(2)
            return prefix and self._read(struct.unpack("!H", prefix)[0])
        except OSError:
            return None

    def has_ended(self, timeout_s):
        """Waits for the end of the connection, in any form."""
        self.sock.settimeout(timeout_s)
        try:
            return self.sock.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.sock.close()


def connect(namespace, address, timeout_s=PATIENCE_S, port=53):
    """Raises OSError if the connection is refused."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = namespace.socket(family, socket.SOCK_STREAM)
    sock.settimeout(timeout_s)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return Stream(sock)


def query(namespace, address, name, rdtype, timeout_s=PATIENCE_S, **how):
    """Asks once over a connection of its own. Returns an Answer, or None."""
    try:
        with connect(namespace, address, timeout_s) as stream:
            stream.send(ask.make(name, rdtype, **how).to_wire())
            wire = stream.receive(timeout_s)
            return Answer(wire) if wire else None
    except OSError:
        return None


class Server:
    """Replaces the upstream for TCP, on the wire, while the `with` block lasts. `serve` is called with each
    connection, in a thread of its own; it may ask the genuine upstream. The signer's lab passes its own
    `wire` and `upstream`."""

    def __init__(self, lab, serve, wire=None, upstream=topology.UPSTREAM[4]):
        self._wire, self._serve, self._upstream = wire or lab.wire, serve, upstream
        self.peers = []
        self.complaints = []

    def _listen(self, family, anywhere):
        sock = self._wire.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((anywhere, PORT))
        sock.listen(4096)
        return sock

    def _accept(self, sock):
        while True:
            try:
                accepted, peer = sock.accept()
            except OSError:
                return
            self.peers.append(peer[0])
            threading.Thread(target=self._run, args=(accepted,), daemon=True).start()

    def _run(self, sock):
        with Stream(sock) as stream:
            try:
                self._serve(self, stream)
            except OSError:
                pass
            except Exception as error:      # a bug of the server must be visible
                self.complaints.append(repr(error))

    def _redirect(self, verb):
        for tables in WITH_REDIRECT:
            self._wire.run(tables, "-t", "nat", verb, "PREROUTING", "-p", "tcp", "--dport", "53",
                               "-j", "REDIRECT", "--to-ports", str(PORT))

    def exchange(self, wire):
        with connect(self._wire, self._upstream) as stream:
            stream.send(wire)
            return stream.receive()

    def ask_upstream(self, name, rdtype):
        message = dns.message.make_query(name, rdtype, use_edns=0, want_dnssec=True)
        message.id = random.randrange(65536)
        return dns.message.from_wire(self.exchange(message.to_wire()))

    def __enter__(self):
        self._sockets = [self._listen(socket.AF_INET, "0.0.0.0"),
                         self._listen(socket.AF_INET6, "::")]
        for sock in self._sockets:
            threading.Thread(target=self._accept, args=(sock,), daemon=True).start()
        self._redirect("-A")
        return self

    def __exit__(self, *_exception):
        self._redirect("-D")
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


# Servers, which serve until the client ends.

def honest(server, stream):
    while (wire := stream.receive()) is not None:
        stream.send(server.exchange(wire))


def silent(server, stream):
    while stream.receive() is not None:
        pass


def garbage(server, stream):
    stream.receive()
    stream.send(b"\xff" * 40)
    stream.has_ended(PATIENCE_S)


def gone(server, stream):
    """Resets the connection at the first query."""
    stream.receive()
    stream.reset()


def attacking(name):
    """Applies an attack of lab/attacks to each response."""
    def serve(server, stream):
        while (wire := stream.receive()) is not None:
            message = dns.message.from_wire(wire)
            scene = attacks.Scene(message, server.ask_upstream, None)
            genuine = dns.message.from_wire(server.exchange(wire))
            for sent in attacks.apply(name, genuine, scene):
                stream.send(sent if isinstance(sent, bytes) else sent.to_wire(max_size=65535))
    return serve


def backwards(count):
    """Waits for `count` queries, and answers the last one first (RFC 7766, 6.2.1.1)."""
    def serve(server, stream):
        wires = [stream.receive() for _ in range(count)]
        answers = [server.exchange(wire) for wire in wires if wire]
        for wire in reversed(answers):
            stream.send(wire)
            time.sleep(0.01)    # so that each comes by itself; TCP keeps the order
        stream.has_ended(PATIENCE_S)
    return serve
