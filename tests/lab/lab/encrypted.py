# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS over TLS (RFC 7858): a real resolver that serves it, and a client that asks.

Debian 12 has no server for DNS over QUIC (RFC 9250), so a socket takes its place: what matters is whether a
datagram to its port arrives.
"""

import select
import socket
import ssl
import time

from . import ask, programs, streams, topology
from .resources import LabError, run_tool

PORT = 853

UNBOUND = """
    module-config: "iterator"
    interface: {v4}@853
    interface: {v6}@853
    tls-service-key: "{key}"
    tls-service-pem: "{certificate}"
    local-zone: "encrypted." static
    local-data: "www.encrypted. A 192.0.2.80"
"""


def start_server(resources, namespace, addresses):
    """Starts an unbound that serves DNS over TLS, and waits until it does."""
    key, certificate = resources.path("tls.key"), resources.path("tls.pem")
    run_tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=encrypted", "-keyout", key, "-out", certificate)
    process = programs.start(namespace, "unbound", resources.path("unbound-tls"), UNBOUND,
                             v4=addresses[4], v6=addresses[6], key=key, certificate=certificate)
    deadline = time.monotonic() + ask.PATIENCE_S
    while query(namespace, addresses[4], "www.encrypted.", "A", timeout_s=2) is None:
        if time.monotonic() > deadline or not process.is_running():
            process.stop()
            raise LabError(f"no DNS over TLS:\n{process.log_text()[-2000:]}")
        time.sleep(0.05)
    return process


def is_refused(namespace, address):
    """True if a connection is refused explicitly. Silence is no refusal."""
    with namespace.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                          socket.SOCK_STREAM) as sock:
        sock.settimeout(ask.PATIENCE_S)
        try:
            sock.connect((address, PORT))
        except TimeoutError:
            return False
        except OSError:
            return True
    return False


def query(namespace, address, name, rdtype, timeout_s=ask.PATIENCE_S):
    """Asks over TLS, without checking who the server is. Returns an Answer, or None without a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = namespace.socket(family, socket.SOCK_STREAM)
    sock.settimeout(timeout_s)
    try:
        sock.connect((address, PORT))
        with context.wrap_socket(sock) as stream:
            connection = streams.Stream(stream)
            connection.send(ask.make(name, rdtype).to_wire())
            wire = connection.receive(timeout_s)
            return wire and ask.Answer(wire)
    except OSError:
        return None
    finally:
        sock.close()


def query_or_fall_back(namespace, address, name, rdtype):
    """Asks like a client with opportunistic DNS over TLS (RFC 7858, 4.1)."""
    return query(namespace, address, name, rdtype) or ask.query(namespace, address, name, rdtype)


def datagram_fate(asker, family, server):
    """Sends a datagram to the port of DNS over QUIC: returns "arrived", "refused" or "lost"."""
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    address = topology.ORACLE[family]
    with server.socket(kind, socket.SOCK_DGRAM) as listener, \
            asker.socket(kind, socket.SOCK_DGRAM) as sender:
        listener.bind((address, PORT))
        sender.connect((address, PORT))
        try:
            sender.send(b"initial")
        except PermissionError:     # of this machine
            return "refused"
        select.select((listener, sender), (), (), ask.PATIENCE_S)
        listener.settimeout(0)
        sender.settimeout(0)
        try:
            listener.recv(10)
            return "arrived"
        except BlockingIOError:
            pass
        try:
            sender.recv(10)
        except BlockingIOError:
            return "lost"
        except ConnectionRefusedError:
            return "refused"
    return "answered"
