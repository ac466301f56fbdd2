# SPDX-License-Identifier: GPL-2.0-or-later
"""The wire in the adversary's hands: each packet of DNS over UDP stops here, and goes on only if the adversary
sends it on; each connection of DNS over TCP ends here. The adversary runs in its caller's event loop, so that
nothing depends on the order of threads.
"""

import contextlib
import heapq
import ipaddress
import itertools
import selectors
import socket
import struct
import time

from lab import packets

UPSTREAM = "upstream"                   # the wire's device towards the servers
PORT, TCP_PORT = 53, 5355
TABLES = {4: "iptables", 6: "ip6tables"}
ALL, MTU = 0x0003, 1500
SO_ORIGINAL_DST = 80
SERVERS = [ipaddress.ip_network(net) for net in ("10.53.4.0/23", "fd53:4::/64", "fd53:5::/64")]


class Packet:
    """A UDP datagram as it passed."""

    def __init__(self, family, source, destination, sport, dport, payload):
        self.family, self.source, self.destination = family, source, destination
        self.sport, self.dport, self.payload = sport, dport, payload

    def flow(self):
        return self.source, self.sport, self.destination, self.payload[:2]

    def backwards(self, payload, destination):
        return Packet(self.family, self.destination, destination, self.dport, self.sport, payload)

    def changed(self, payload, source):
        return Packet(self.family, source, self.destination, self.sport, self.dport, payload)

    def octets(self):
        """With new checksums: on the lab's links packets may have none."""
        datagram = packets.udp(self.source, self.destination, self.sport, self.dport, self.payload)
        return packets.whole(self.family, self.source, self.destination, datagram)[0]


def read(octets):
    """The UDP datagram in a packet, or None."""
    if octets[0] >> 4 == 4:
        at = (octets[0] & 15) * 4
        if octets[9] != packets.UDP or int.from_bytes(octets[6:8], "big") & 0x3FFF:
            return None
        family, source, destination = 4, octets[12:16], octets[16:20]
    else:
        if octets[6] != packets.UDP:
            return None
        family, source, destination, at = 6, octets[8:24], octets[24:40], 40
    sport, dport, length = struct.unpack("!HHH", octets[at:at + 6])
    make = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    return Packet(family, str(make(source)), str(make(destination)), sport, dport,
                  bytes(octets[at + 8:at + length]))


class Loop:
    """An event loop: sockets with the functions to call when they are readable, and timers."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._later, self._serial = [], itertools.count()

    def watch(self, sock, do):
        self._selector.register(sock, selectors.EVENT_READ, do)

    def forget(self, sock):
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(sock)

    def after(self, seconds, do):
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._serial), do))

    def has_more_to_do(self):
        return bool(self._later)

    def drop_later(self):
        self._later.clear()

    def turn(self, seconds):
        if self._later:
            seconds = min(seconds, max(0, self._later[0][0] - time.monotonic()))
        for key, _events in self._selector.select(seconds):
            key.data()
        while self._later and self._later[0][0] <= time.monotonic():
            heapq.heappop(self._later)[2]()

    def until(self, holds, seconds):
        """Runs until the condition is true, or time is up; returns whether it is true."""
        deadline = time.monotonic() + seconds
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.turn(min(left, 0.5))
        return True


class Connection:
    """A connection to a server, which ends at the adversary."""

    def __init__(self, tap, sock):
        self._tap, self._sock, self._have = tap, sock, b""
        is_v6 = sock.family == socket.AF_INET6
        level = socket.IPPROTO_IPV6 if is_v6 else socket.IPPROTO_IP
        name = sock.getsockopt(level, SO_ORIGINAL_DST, 28)
        self.server = str(ipaddress.ip_address(name[8:24] if is_v6 else name[4:8]))
        sock.setblocking(False)

    def readable(self):
        try:
            part = self._sock.recv(65535)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self.close()
            return
        self._have += part
        while len(self._have) >= 2 and len(self._have) >= 2 + (size := int.from_bytes(
                self._have[:2], "big")):
            wire, self._have = self._have[2:2 + size], self._have[2 + size:]
            if len(wire) > 16:
                self._tap.on_stream(self, wire)

    def send(self, wire):
        with contextlib.suppress(OSError):
            self._sock.send(struct.pack("!H", len(wire)) + wire)

    def close(self):
        self._tap.loop.forget(self._sock)
        self._tap.connections.discard(self)
        self._sock.close()


class Tap:
    """`inside` is the wire's device towards the filter. `on_query` and `on_response` get each datagram, and
    `on_stream` each message of a connection."""

    def __init__(self, lab, loop, inside):
        self._lab, self.loop, self._inside = lab, loop, inside
        self._sockets, self._mac, self.connections = [], {}, set()
        self.be_quiet()

    def be_quiet(self):
        """All passes."""
        self.on_query, self.on_response, self.on_stream = self.pass_up, self.pass_in, self.pass_stream

    def __enter__(self):
        self._send = self._lab.wire.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        for device in (self._inside, UPSTREAM):
            self._listen(device)
        for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            self._accept_on(family, anywhere)
        self._rules("-I")
        return self

    def __exit__(self, *_exception):
        self._rules("-D")
        for connection in list(self.connections):
            connection.close()
        for sock in self._sockets:
            self.loop.forget(sock)
            sock.close()
        self._send.close()

    def knows(self, whom, mac_text):
        """The MAC of the neighbour on a device, or of the given address."""
        self._mac[whom] = bytes.fromhex(mac_text.strip().replace(":", ""))

    def _rules(self, verb):
        for table in TABLES.values():
            for device, port in ((self._inside, "--dport"), (UPSTREAM, "--sport")):
                self._lab.wire.run(table, "-t", "raw", verb, "PREROUTING", "-i", device, "-p", "udp",
                                   port, str(PORT), "-j", "DROP")
            self._lab.wire.run(table, "-t", "nat", verb, "PREROUTING", "-i", self._inside, "-p", "tcp",
                               "--dport", str(PORT), "-j", "REDIRECT", "--to-ports", str(TCP_PORT))

    def _listen(self, device):
        sock = self._lab.wire.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self._sockets.append(sock)
        sock.bind((device, ALL))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.setblocking(False)
        self.loop.watch(sock, lambda: self._arrived(sock, device))

    def _arrived(self, sock, device):
        try:
            while True:
                octets, (_, protocol, kind, *_) = sock.recvfrom(65535)
                if kind == socket.PACKET_OUTGOING or protocol not in packets.ETHERTYPE.values():
                    continue
                packet = read(octets)
                if packet is None or len(packet.payload) < 12:
                    continue
                if device == UPSTREAM and packet.sport == PORT:
                    self.on_response(packet)
                elif device != UPSTREAM and packet.dport == PORT:
                    self.on_query(packet)
        except BlockingIOError:
            pass

    def _put(self, device, mac, packet):
        octets = packet.octets()
        if len(octets) <= MTU:
            self._send.sendto(octets, (device, packets.ETHERTYPE[packet.family], 0, 0, mac))

    def pass_up(self, packet):
        self._put(UPSTREAM, self._mac[UPSTREAM], packet)

    def pass_in(self, packet):
        self._put(self._inside, self._mac.get(packet.destination, self._mac[self._inside]), packet)

    # Connections.

    def _accept_on(self, family, anywhere):
        sock = self._lab.wire.socket(family, socket.SOCK_STREAM)
        self._sockets.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((anywhere, TCP_PORT))
        sock.listen(256)
        sock.setblocking(False)
        self.loop.watch(sock, lambda: self._accept(sock))

    def _accept(self, sock):
        with contextlib.suppress(OSError):
            accepted, _ = sock.accept()
            connection = Connection(self, accepted)
            self.connections.add(connection)
            self.loop.watch(accepted, connection.readable)

    def pass_stream(self, connection, wire):
        genuine = self._ask_server(connection.server, wire)
        if genuine:
            connection.send(genuine)

    def _ask_server(self, server, wire):
        """The genuine server's answer over TCP, or None."""
        if not any(ipaddress.ip_address(server) in net for net in SERVERS):
            return None
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        try:
            with self._lab.wire.socket(family, socket.SOCK_STREAM) as sock:
                sock.settimeout(3)
                sock.connect((server, PORT))
                sock.sendall(struct.pack("!H", len(wire)) + wire)
                prefix = sock.recv(2, socket.MSG_WAITALL)
                return sock.recv(int.from_bytes(prefix, "big"), socket.MSG_WAITALL)
        except OSError:
            return None
