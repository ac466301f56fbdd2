# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers that believe every answer: each is the real program, with its validator off, on its own port of a
machine's loopback address. They forward to one server, or iterate from the root.

A machine may run all of them side by side. Each has a way to forget everything that it knows, because
restarting it takes longer than most rounds.
"""

import os
import socket
import time

from . import programs, servers, topology
from .resources import LabError

LOOPBACK, ROOT = "127.0.0.1", topology.AUTH["root"]

UNBOUND = """
    module-config: "iterator"
    interface: {listen}@{port}
    prefer-ip6: {ip6}
    root-hints: "{hints}"
    verbosity: 1
    msg-cache-size: 4m
    rrset-cache-size: 4m
    infra-host-ttl: 1
    infra-cache-max-rtt: 1000
    aggressive-nsec: no
    minimal-responses: no
"""
UNBOUND_CONTROL = """
remote-control:
    control-enable: yes
    control-interface: "{control}"
    control-use-cert: no
"""

NAMED = """
    listen-on port {port} {{ {listen}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    forward only;
    forwarders {{ {upstream}; }};
    dnssec-validation no;
    empty-zones-enable no;
    servfail-ttl 0;
    max-cache-size 16m;
"""
NAMED_CONTROL = """
key "k" {{ algorithm hmac-sha256; secret "c2VhbGdhdGU="; }};
controls {{ inet {listen} port {control} allow {{ any; }} keys {{ "k"; }}; }};
"""
OWN_HINTS = """
.   3600 NS   ns.
ns. 3600 A    {v4}
ns. 3600 AAAA {v6}
"""
RNDC = """
key "k" {{ algorithm hmac-sha256; secret "c2VhbGdhdGU="; }};
options {{ default-key "k"; default-server {listen}; default-port {control}; }};
"""

KRESD = """
net.listen("{listen}", {port}, {{ kind = "dns" }})
net.listen("{control}", nil, {{ kind = "control" }})
"""

RECURSOR = """
local-address={listen}
local-port={port}
forward-zones-recurse=.={upstream}
query-local-address={local}
max-cache-entries=20000
max-packetcache-entries=5000
packetcache-servfail-ttl=0
network-timeout=800
"""

DNSMASQ = """
--server={upstream}
--cache-size=1000
--listen-address={listen}
--port={port}
--dns-forward-max=1000
"""


class Follower:
    """One resolver of a machine."""

    program = None              # which must be installed
    more = after = ""           # its lines

    def __init__(self, lab, namespace, port, upstream):
        self._namespace = namespace
        self.port, self.upstream = port, upstream
        self._directory = lab.resources.path(f"{self.name}-{namespace.name}-{port}")
        os.makedirs(self._directory, exist_ok=True)
        is_v6 = ":" in upstream
        self._values = {
            "listen": LOOPBACK, "port": port, "upstream": upstream, "directory": self._directory,
            "hints": lab.root_hints, "v4": ROOT[4], "v6": ROOT[6], "ip6": "yes" if is_v6 else "no",
            "local": "::" if is_v6 else "0.0.0.0", "control": self._control()}
        self.process = self._start()

    def _control(self):
        """The address of its control socket."""
        return self._path("control")

    def _path(self, name):
        return os.path.join(self._directory, name)

    def _write(self, name, text):
        with open(self._path(name), "w") as file:
            file.write(text.format(**self._values))
        return self._path(name)

    def _start(self):
        """Starts it with the lines of its kind."""
        return programs.start(self._namespace, self.program, more=self.more, after=self.after, **self._values)

    def forget(self):
        """Makes it forget everything: records, and which servers were bad."""
        raise NotImplementedError

    def _say(self, path, text, most=1 << 20):
        """Sends a line to a socket of the file system, and waits for the reply."""
        heard = b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(path)
            sock.sendall(text)
            while len(heard) < most and (part := sock.recv(4096)):
                heard += part
        return heard

    @classmethod
    def obstacle(cls):
        return programs.obstacle(cls.program)


class Dnsmasq(Follower):
    name = program = "dnsmasq"
    more = DNSMASQ

    def forget(self):
        """Its log says when it has done so."""
        before = self.process.log_text().count("cleared cache")
        with open(self._path("pid")) as file:
            os.kill(int(file.read()), 1)
        deadline = time.monotonic() + 10
        while self.process.log_text().count("cleared cache") == before:
            if time.monotonic() > deadline:
                raise LabError("dnsmasq does not clear its cache")
            time.sleep(0.002)


class Unbound(Follower):
    """Its iterator alone, which forwards every query."""

    name, program = "unbound", "unbound"
    more, after = UNBOUND, UNBOUND_CONTROL + programs.UNBOUND_FORWARDS

    def forget(self):
        for command in (b"flush_zone .", b"flush_infra all"):
            self._say(self._path("control"), b"UBCT1 " + command + b"\n")


class UnboundIterating(Unbound):
    name = "unbound-iterating"
    after = UNBOUND_CONTROL


class Bind(Follower):
    name, program = "bind", "named"
    more, after = NAMED, NAMED_CONTROL + servers.NAMED_HINTS

    def _control(self):
        return self.port + 100

    def _start(self):
        # It answers a query without RD with its hints, so these must be the root's own.
        self._values["hints"] = self._write("hints", OWN_HINTS)
        self._rndc = self._write("rndc.conf", RNDC)
        return super()._start()

    def forget(self):
        self._namespace.run("rndc", "-c", self._rndc, "flush")


class KnotResolver(Follower):
    """Without a trust anchor it does not validate."""

    name, program = "knot-resolver", "kresd"
    more, after = KRESD, programs.KRESD_FORWARDS

    def forget(self):
        self._say(self._path("control"), b"cache.clear()\n", most=1)


class Recursor(Follower):
    """PowerDNS Recursor, which asks with DO and leaves validation to its clients."""

    name, program = "pdns-recursor", "pdns_recursor"
    more = RECURSOR

    def forget(self):
        self._namespace.run("rec_control", f"--socket-dir={self._directory}",
                            f"--config-dir={self._directory}", "wipe-cache", ".$")


KINDS = (Dnsmasq, Unbound, Bind, KnotResolver, Recursor, UnboundIterating)
FIRST_PORT = 5401


def start(lab, namespace, family):
    """Starts all that are installed; they forward to the lab's resolver over one family. Does not wait for
    them."""
    return [kind(lab, namespace, FIRST_PORT + number, topology.UPSTREAM[family])
            for number, kind in enumerate(KINDS) if kind.obstacle() is None]


def stop(followers):
    for follower in followers:
        follower.process.stop()
