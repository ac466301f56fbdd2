# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers: three authoritative ones, each with all the zones, and a resolver that does not validate. All
are on 127.0.0.1, on ports of their own, and need no root."""

import os
import shutil
import socket
import struct
import time

import message
from lab.resources import LabError

ADDRESS = "127.0.0.1"

NSD = """
server:
    ip-address: {address}@{port}
    server-count: 1
    username: ""
    database: ""
    zonesdir: "{directory}"
    zonelistfile: "{directory}/nsd.list"
    xfrdfile: "{directory}/nsd.xfrd"
    xfrdir: "{directory}"
    pidfile: ""
    rrl-ratelimit: 0
remote-control:
    control-enable: no
"""

KNOT = """
server:
    listen: {address}@{port}
    rundir: {directory}/knot
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 4096
    tcp-idle-timeout: 30
database:
    storage: {directory}/knot
log:
  - target: stderr
    any: warning
template:
  - id: default
    semantic-checks: soft
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
"""

NAMED = """
options {{
    directory "{directory}/named";
    listen-on port {port} {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    pid-file none;
    session-keyfile none;
    lock-file none;
    managed-keys-directory "{directory}/named";
    notify no;
    minimal-responses no;
    check-names primary ignore;
}};
controls {{ }};
"""

RESOLVER = """
server:
    module-config: "iterator"
    interface: {address}@{port}
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    # Some zones are delegated to addresses without a server; they must not be asked.
    do-not-query-address: 192.0.2.0/24
    do-ip6: no
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    num-threads: 1
    rrset-roundrobin: no
    # Otherwise an answer from its cache differs from the first one.
    serve-original-ttl: yes
    aggressive-nsec: no
    edns-buffer-size: 4096
    max-udp-size: 4096
stub-zone:
    name: "."
    stub-addr: {address}@{nsd}
remote-control:
    control-enable: no
"""


def free_port():
    """A port that is free now, for UDP and TCP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind((ADDRESS, 0))
        port = tcp.getsockname()[1]
        udp.bind((ADDRESS, port))
        return port


class Server:
    """A server. `recursive` says whether queries to it set RD."""

    def __init__(self, name, port, process, recursive=False):
        self.name, self.port, self._process, self.recursive = name, port, process, recursive
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.connect((ADDRESS, port))
        self._ident = 0

    def ask(self, qname, qtype, timeout_s=5.0):
        """Returns the octets of the response, or None."""
        self._ident = (self._ident + 1) % 65536
        query = message.query(qname, qtype, self.recursive, self._ident)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.send(query)
            response = self._socket.recv(65535)
            while response[:2] != query[:2]:
                response = self._socket.recv(65535)
            if struct.unpack_from("!H", response, 2)[0] & message.TC:
                response = self._ask_by_tcp(query, timeout_s)
        except (OSError, EOFError):
            return None
        return response

    def _ask_by_tcp(self, query, timeout_s):
        with socket.create_connection((ADDRESS, self.port), timeout_s) as connection:
            connection.sendall(struct.pack("!H", len(query)) + query)
            stream = connection.makefile("rb")
            length = stream.read(2)
            if len(length) < 2:
                raise EOFError
            return stream.read(struct.unpack("!H", length)[0])

    def wait(self, qname, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.is_running():
            response = self.ask(qname, message.SOA, 0.2)
            if response and not response[3] & 0xF:
                return
            time.sleep(0.05)
        raise LabError(f"{self.name} does not answer:\n{self._process.log_text()[-1500:]}")

    def again(self):
        return Server(self.name, self.port, self._process, self.recursive)


class Best:
    """Asks one server after the other until one has an answer: none of them accepts all zones, and not
    all give the proofs that they should."""

    ORDER = ("Knot", "BIND", "NSD")

    def __init__(self, servers):
        by_name = {server.name: server for server in servers}
        self._servers = [by_name[name] for name in self.ORDER if name in by_name]

    def again(self):
        """The same with sockets of its own, for another process."""
        return Best([server.again() for server in self._servers])

    def ask(self, qname, qtype):
        for server in self._servers:
            response = server.ask(qname, qtype)
            if response and response[3] & 0xF in (message.NOERROR, message.NXDOMAIN):
                return response
        return None


def _write(resources, name, text):
    path = resources.path(name)
    with open(path, "w") as file:
        file.write(text)
    return path


def _served(signed):
    return [(zone, signed.file_of(zone)) for zone in signed.zones if zone.served]


def start_nsd(resources, signed):
    port = free_port()
    text = NSD.format(address=ADDRESS, port=port, directory=resources.directory)
    text += "".join(f'zone:\n    name: "{zone.origin}"\n    zonefile: "{path}"\n'
                    for zone, path in _served(signed))
    config = _write(resources, "nsd.conf", text)
    return Server("NSD", port, resources.start("nsd", ("nsd", "-d", "-c", config)))


def start_knot(resources, signed):
    os.makedirs(resources.path("knot"))
    port = free_port()
    text = KNOT.format(address=ADDRESS, port=port, directory=resources.directory)
    text += "".join(f"  - domain: {zone.origin}\n    file: {path}\n"
                    for zone, path in _served(signed))
    config = _write(resources, "knot.conf", text)
    return Server("Knot", port, resources.start("knot", ("knotd", "-c", config)))


def start_named(resources, signed):
    os.makedirs(resources.path("named"))
    port = free_port()
    text = NAMED.format(address=ADDRESS, port=port, directory=resources.directory)
    text += "".join(f'zone "{zone.origin}" {{ type primary; file "{path}"; }};\n'
                    for zone, path in _served(signed))
    config = _write(resources, "named.conf", text)
    return Server("BIND", port, resources.start("named", ("named", "-g", "-n", "1", "-c", config)))


def start_resolver(resources, nsd):
    port = free_port()
    config = _write(resources, "resolver.conf", RESOLVER.format(
        address=ADDRESS, port=port, nsd=nsd.port, directory=resources.directory))
    process = resources.start("resolver", ("unbound", "-d", "-d", "-c", config))
    return Server("resolver", port, process, recursive=True)


def start_all(resources, signed):
    """NSD and the resolver are required; the others are optional."""
    nsd = start_nsd(resources, signed)
    servers = [nsd, start_resolver(resources, nsd)]
    if shutil.which("knotd"):
        servers.append(start_knot(resources, signed))
    if shutil.which("named"):
        servers.append(start_named(resources, signed))
    for server in servers:
        server.wait(signed.zones[0].name)
    return servers
