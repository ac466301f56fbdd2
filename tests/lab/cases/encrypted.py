# SPDX-License-Identifier: GPL-2.0-or-later
"""Encrypted DNS cannot be judged. If it is blocked, a client that may fall back does so."""

import contextlib

from lab import encrypted, topology
from lab.attacks import FORGED

from .case import Case, Group, World, expect, expect_data, expect_equal, expect_rcode

ON = "block_encrypted_dns = true;\n"
NAME = "www.encrypted."


def _scene(where, role, asker, more):
    @contextlib.contextmanager
    def scene(lab):
        server = encrypted.start_server(lab.resources, lab.upstream, topology.UPSTREAM)
        try:
            with lab.sealgate(getattr(lab, where), role, more=more) as gate:
                world = World(lab, gate, None)
                world.asker = getattr(lab, asker)
                yield world
        finally:
            server.stop()
    return scene


def _tls_passes(world):
    for family in (4, 6):
        answer = encrypted.query(world.asker, topology.UPSTREAM[family], NAME, "A")
        expect_data(answer, "A", ["192.0.2.80"])


def _tls_is_refused(world):
    """At once: a client that has to wait for a time-out would not fall back in time."""
    for family in (4, 6):
        expect(encrypted.is_refused(world.asker, topology.UPSTREAM[family]),
               f"IPv{family}: it is not refused")


def _quic(wanted):
    def run(world):
        for family in (4, 6):
            fate = encrypted.datagram_fate(world.asker, family, world.lab.upstream)
            expect_equal(f"IPv{family}: a datagram to port 853", fate, wanted)
    return run


def _falls_back(world):
    for family in (4, 6):
        server = topology.UPSTREAM[family]
        answer = encrypted.query_or_fall_back(world.asker, server, "www.p256.test.", "A")
        expect_data(answer, "A", ["192.0.2.80", "192.0.2.81"])
    with world.lab.attack("forge-address"):
        answer = encrypted.query_or_fall_back(world.asker, topology.UPSTREAM[4],
                                              "www.p256.test.", "A")
    expect_rcode(answer, "SERVFAIL")
    expect(FORGED[1] not in str(answer.message), "the forged address passed")


def _blocking(where):
    return (
        Case(f"{where}: DNS over TLS is refused if it is blocked", _tls_is_refused),
        Case(f"{where}: DNS over QUIC is refused if it is blocked", _quic("refused")),
        Case(f"{where}: a client falls back to plain DNS, which is judged", _falls_back),
    )


def _passing(where):
    return (
        Case(f"{where}: DNS over TLS passes unless it is blocked", _tls_passes),
        Case(f"{where}: DNS over QUIC passes unless it is blocked", _quic("arrived")),
    )


GROUPS = (
    Group("encrypted DNS of the host", _scene("host", "host", "host", ""), _passing("host")),
    Group("encrypted DNS of the host, blocked", _scene("host", "host", "host", ON),
          _blocking("host")),
    Group("encrypted DNS through the gateway", _scene("router", "gateway", "client", ""),
          _passing("gateway")),
    Group("encrypted DNS through the gateway, blocked",
          _scene("router", "gateway", "client", ON), _blocking("gateway")),
)
