# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers that believe every answer: each is the real program, with its validator off, on its own port of a
machine's loopback address. They forward to one server, or iterate from the root.

A machine may run all of them side by side. Each has a way to forget everything that it knows, because
restarting it takes longer than most rounds.
"""

import os
import shutil
import socket
import time

from . import topology
from .resources import LabError

LOOPBACK, ROOT = "127.0.0.1", topology.AUTH["root"]

UNBOUND = """
server:
    module-config: "iterator"
    interface: {listen}@{port}
    prefer-ip6: {ip6}
    access-control: 0.0.0.0/0 allow
    root-hints: "{hints}"
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    verbosity: 1
    num-threads: 1
    msg-cache-size: 4m
    rrset-cache-size: 4m
    infra-host-ttl: 1
    infra-cache-max-rtt: 1000
    aggressive-nsec: no
    minimal-responses: no
    local-zone: "test." nodefault
    target-fetch-policy: "0 0 0 0 0"
remote-control:
    control-enable: yes
    control-interface: "{control}"
    control-use-cert: no
"""
UNBOUND_FORWARDS = 'forward-zone:\n    name: "."\n    forward-addr: {upstream}\n'

NAMED = """
key "k" {{ algorithm hmac-sha256; secret "c2VhbGdhdGU="; }};
options {{
    directory "{directory}";
    listen-on port {port} {{ {listen}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    forward only;
    forwarders {{ {upstream}; }};
    dnssec-validation no;
    empty-zones-enable no;
    servfail-ttl 0;
    max-cache-size 16m;
    pid-file none;
    session-keyfile none;
}};
zone "." {{ type hint; file "{hints}"; }};
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
modules.unload("ta_signal_query")
modules.unload("ta_sentinel")
modules.unload("detect_time_jump")
modules.unload("detect_time_skew")
modules.unload("priming")
trust_anchors.remove(".")
cache.size = 16 * MB
policy.add(policy.all(policy.FORWARD({{ "{upstream}" }})))
"""

RECURSOR = """
local-address={listen}
local-port={port}
allow-from=0.0.0.0/0
forward-zones-recurse=.={upstream}
dnssec=process-no-validate
query-local-address={local}
dont-query=
socket-dir={directory}
threads=1
pdns-distributes-queries=no
daemon=no
write-pid=no
export-etc-hosts=no
security-poll-suffix=
serve-rfc1918=no
max-cache-entries=20000
max-packetcache-entries=5000
packetcache-servfail-ttl=0
server-down-max-fails=0
network-timeout=800
"""


class Follower:
    """One resolver of a machine."""

    program = None              # which must be installed

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

    def _run(self, *words):
        return self._namespace.start(f"{self.name}-{self._namespace.name}-{self.port}", *words)

    def _start(self):
        raise NotImplementedError

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
        if shutil.which(cls.program, path=os.environ["PATH"] + ":/usr/sbin"):
            return None
        return f"{cls.program} is not installed"


class Dnsmasq(Follower):
    name = program = "dnsmasq"

    def _start(self):
        return self._run(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts",
            "--no-resolv", f"--server={self.upstream}", "--cache-size=1000", "--user=root",
            f"--pid-file={self._path('pid')}", "--bind-interfaces", "--log-facility=-",
            f"--listen-address={LOOPBACK}", f"--port={self.port}", "--dns-forward-max=1000")

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
    more = UNBOUND_FORWARDS

    def _start(self):
        return self._run("unbound", "-d", "-d", "-c", self._write("conf", UNBOUND + self.more))

    def forget(self):
        for command in (b"flush_zone .", b"flush_infra all"):
            self._say(self._path("control"), b"UBCT1 " + command + b"\n")


class UnboundIterating(Unbound):
    name = "unbound-iterating"
    more = ""


class Bind(Follower):
    name, program = "bind", "named"

    def _control(self):
        return self.port + 100

    def _start(self):
        # It answers a query without RD with its hints, so these must be the root's own.
        self._values["hints"] = self._write("hints", OWN_HINTS)
        self._rndc = self._write("rndc.conf", RNDC)
        return self._run("named", "-g", "-n", "1", "-c", self._write("conf", NAMED))

    def forget(self):
        self._namespace.run("rndc", "-c", self._rndc, "flush")


class KnotResolver(Follower):
    """Without a trust anchor it does not validate."""

    name, program = "knot-resolver", "kresd"

    def _start(self):
        return self._run("kresd", "-n", "-c", self._write("conf", KRESD), self._directory)

    def forget(self):
        self._say(self._path("control"), b"cache.clear()\n", most=1)


class Recursor(Follower):
    """PowerDNS Recursor, which asks with DO and leaves validation to its clients."""

    name, program = "pdns-recursor", "pdns_recursor"

    def _start(self):
        self._write("recursor.conf", RECURSOR)
        return self._run("pdns_recursor", f"--config-dir={self._directory}")

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
