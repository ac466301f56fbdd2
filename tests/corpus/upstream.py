# SPDX-License-Identifier: GPL-2.0-or-later
"""The server that the oracles ask: it answers one question with the response that is to be judged, as often as
it is asked, and all others genuinely."""

import socketserver
import struct
import threading

import dns.name

import message
from servers import ADDRESS


def _question(query):
    name, used = dns.name.from_wire(query, 12)
    return name, struct.unpack_from("!H", query, 12 + used)[0], query[12:12 + used + 4]


def _edns_size(query):
    """The UDP size at the end of an oracle's query; it sends no other options."""
    for at in range(len(query) - 11, 11, -1):
        if query[at:at + 3] == b"\0\0\x29":
            return struct.unpack_from("!H", query, at + 3)[0]
    return 512


class Upstream:
    """Answers on UDP and TCP. `honest` gives the genuine responses."""

    def __init__(self, honest):
        self._honest = honest
        self._judged = {}
        self._lock = threading.Lock()
        self._cache = {}
        upstream = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                query, sock = self.request
                response = upstream.response(query)
                if response and len(response) > _edns_size(query):
                    response = upstream.truncated(query)
                if response:
                    sock.sendto(response, self.client_address)

        class Stream(socketserver.StreamRequestHandler):
            def handle(self):
                while len(length := self.rfile.read(2)) == 2:
                    query = self.rfile.read(struct.unpack("!H", length)[0])
                    response = upstream.response(query)
                    if not response:
                        return
                    self.wfile.write(struct.pack("!H", len(response)) + response)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer.daemon_threads = True
        self._tcp = socketserver.ThreadingTCPServer((ADDRESS, 0), Stream)
        self.port = self._tcp.server_address[1]
        self._udp = socketserver.UDPServer((ADDRESS, self.port), Datagram, bind_and_activate=False)
        self._udp.max_packet_size = 65535
        self._udp.server_bind()
        for server in (self._tcp, self._udp):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def give(self, judged):
        """Gives these responses from now on, a dict of (name, type): octets."""
        self._judged = judged

    def honest(self, name, rdtype):
        with self._lock:
            key = (name, rdtype)
            if key not in self._cache:
                self._cache[key] = self._honest.ask(name, rdtype)
            return self._cache[key]

    def response(self, query):
        name, rdtype, question = _question(query)
        octets = self._judged.get((name, rdtype)) or self.honest(name, rdtype)
        if not octets:
            return None
        # An oracle needs its own id and letter case back, and RA.
        flags = struct.unpack_from("!H", octets, 2)[0] | message.RA | message.RD
        return (query[:2] + struct.pack("!H", flags) + octets[4:12] + question
                + octets[12 + len(question):])

    @staticmethod
    def truncated(query):
        *_, question = _question(query)
        return (query[:2] + struct.pack("!HHHHH", message.QR | message.TC | message.RA, 1, 0, 0, 0)
                + question)

    def close(self):
        for server in (self._tcp, self._udp):
            server.shutdown()
            server.server_close()
