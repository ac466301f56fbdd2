#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A small authoritative server that knows no DNSSEC, and has one odd habit for each address.

    odd.py LIST...      each "QUIRK ZONE-FILE ORIGIN ADDRESS..."
"""

import os
import selectors
import socket
import struct
import sys
import threading
import time
import traceback

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rrset
import dns.zone
from dns.rdatatype import A, AAAA, ANY, CNAME, DNAME, NS, SOA

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from lab.signing import habits, quirks  # noqa: E402

CHAIN_MAX = 8
QUIRKS = quirks.QUIRKS | habits.HABITS | habits.PATIENT
STAR = b"*"


class Zone:
    """An unsigned zone, and its answers."""

    def __init__(self, path, origin):
        self.origin = dns.name.from_text(origin)
        self._zone = dns.zone.from_file(path, self.origin, relativize=False, check_origin=False)
        self._names = set(self._zone.nodes)
        self._inner = {name.split(depth)[1] for name in self._names
                       for depth in range(len(self.origin), len(name))}

    def get(self, name, rdtype, owner=None):
        """The RRset, or None; owned by `owner` if a wildcard was expanded."""
        found = self._zone.get_rdataset(name, rdtype)
        return found and dns.rrset.from_rdata_list(owner or name, found.ttl, list(found))

    def has_records(self, name):
        return self._source_of(name) is not None

    def soa(self):
        return self.get(self.origin, SOA)

    def _above(self, name):
        """The names from below the apex down to `name` itself."""
        return [name.split(depth)[1] for depth in range(len(self.origin) + 1, len(name) + 1)]

    def _cut_of(self, name):
        return next((each for each in self._above(name) if self.get(each, NS)), None)

    def _dname_of(self, name):
        return next((each for each in self._above(name)[:-1] if self.get(each, DNAME)), None)

    def _source_of(self, name):
        """The name whose records answer for `name`: itself, a wildcard, or None."""
        if name in self._names:
            return name
        if name in self._inner:
            return None
        encloser = name.parent()
        while encloser not in self._names and encloser not in self._inner:
            encloser = encloser.parent()
        star = dns.name.Name((STAR,) + encloser.labels)
        return star if star in self._names else None

    def _exists(self, name):
        return name in self._inner or self._source_of(name) is not None

    def _refer(self, response, cut):
        nameservers = self.get(cut, NS)
        response.authority.append(nameservers)
        if not response.answer:
            response.flags &= ~dns.flags.AA
        for rdata in nameservers:
            response.additional += [glue for rdtype in (A, AAAA)
                                    if (glue := self.get(rdata.target, rdtype))]

    def _deny(self, response, name):
        if not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(self.soa())

    def _step(self, response, name, rdtype):
        """Adds the records of the name. Returns the name to go on with, or None."""
        if cut := self._cut_of(name):
            self._refer(response, cut)
            return None
        if dname := self._dname_of(name):
            synthesis = self.get(dname, DNAME)
            target = name.relativize(dname) + synthesis[0].target
            response.answer += [synthesis, dns.rrset.from_text(
                name, synthesis.ttl, "IN", "CNAME", target.to_text())]
            return target
        source = self._source_of(name)
        if source and (alias := self.get(source, CNAME, name)) and rdtype not in (CNAME, ANY):
            response.answer.append(alias)
            return alias[0].target
        if source and rdtype == ANY:
            response.answer += [self.get(source, each.rdtype, name)
                                for each in self._zone.get_node(source)]
        elif source and (found := self.get(source, rdtype, name)):
            response.answer.append(found)
        else:
            self._deny(response, name)
        return None

    def answer(self, response):
        question = response.question[0]
        name = question.name
        response.flags |= dns.flags.AA
        for _ in range(CHAIN_MAX):
            if not name or not name.is_subdomain(self.origin):
                break
            name = self._step(response, name, question.rdtype)


class Server:
    """The zones behind one quirk."""

    def __init__(self, quirk):
        self.quirk, self.zones, self.count = quirk, [], 0

    def zone_of(self, name):
        above = [zone for zone in self.zones if name.is_subdomain(zone.origin)]
        return max(above, key=lambda zone: len(zone.origin), default=None)

    def _response_to(self, query):
        """A server without EDNS: it ignores an OPT."""
        response = dns.message.make_response(query)
        response.use_edns(-1)
        zone = self.zone_of(query.question[0].name)
        if query.opcode() != dns.opcode.QUERY:
            response.set_rcode(dns.rcode.NOTIMP)
        elif zone:
            zone.answer(response)
        else:
            response.set_rcode(dns.rcode.REFUSED)
        return response

    def respond(self, wire, over_tcp, client):
        """Returns the octets of the response, or None for silence."""
        self.count += 1
        query = dns.message.from_wire(wire)
        query.client, query.over_tcp = client, over_tcp     # for the quirks
        if not query.question:
            return None
        early = self.quirk.early(self, query)
        if early is not None:
            return early.to_wire() if early is not quirks.SILENCE else None
        response = self.quirk.late(self, query, self._response_to(query))
        return quirks.to_wire(self.quirk, response, over_tcp)


def _serve_tcp(server, sock, client):
    with sock:
        sock.settimeout(20)
        while prefix := sock.recv(2, socket.MSG_WAITALL):
            wire = sock.recv(struct.unpack("!H", prefix)[0], socket.MSG_WAITALL)
            response = server.respond(wire, True, client)
            if response is None:
                return
            time.sleep(server.quirk.delay_s)
            sock.sendall(struct.pack("!H", len(response)) + response)


def _take(server, sock):
    if sock.type == socket.SOCK_STREAM:
        accepted, peer = sock.accept()
        threading.Thread(target=_serve_tcp, args=(server, accepted, peer[0]), daemon=True).start()
        return
    wire, client = sock.recvfrom(65535)
    response = server.respond(wire, False, client[0])
    if response is not None:
        threading.Timer(server.quirk.delay_s, sock.sendto, (response, client)).start()


def _open(address, kind):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, 53))
    if kind == socket.SOCK_STREAM:
        sock.listen(100)
    return sock


def main(*rows):
    servers = {}
    selector = selectors.DefaultSelector()
    for row in rows:
        quirk, path, origin, *addresses = row.split()
        key = addresses[0]
        if key not in servers:
            servers[key] = Server(QUIRKS[quirk])
            for address in addresses:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    if kind == socket.SOCK_DGRAM or servers[key].quirk.has_tcp:
                        selector.register(_open(address, kind), selectors.EVENT_READ, servers[key])
        servers[key].zones.append(Zone(path, origin))
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            try:
                _take(key.data, key.fileobj)
            except Exception:
                traceback.print_exc()


if __name__ == "__main__":
    main(*sys.argv[1:])
