# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as a whole, as cases and the demo use it."""

import contextlib
import os
import sys

from . import ask, attacker, servers, topology, zones
from .resources import LabError, Resources
from .sealgate import Sealgate
from .signing.scene import SigningLab

WITH_REDIRECT = ("iptables", "ip6tables")


class Journal:
    """The attacker's record of the queries that reach it. A query is identified by its id, among those that
    came after a given moment."""

    def __init__(self, path):
        self.path = path

    def now(self):
        """The moment, for `since`."""
        return os.path.getsize(self.path) if os.path.exists(self.path) else 0

    def _numbers(self, since, word, query_wire=b""):
        """The numbers of the queries that have such a line."""
        with open(self.path) as file:
            file.seek(since)
            return {line.split()[2] for line in file.read().splitlines()
                    if line.startswith(f"{word} {query_wire[:2].hex()}")}

    def came(self, since, query_wire=b""):
        """How often the query, or any query, reached the wire."""
        return len(self._numbers(since, "came", query_wire))

    def is_done(self, since, query_wire):
        """True if the query came, and the attacker has sent everything that it makes of it."""
        return self.came(since, query_wire) > 0 and self.is_all_done(since, query_wire)

    def is_all_done(self, since, query_wire=b""):
        """True if the attacker will send nothing more for the queries that came. Queries from before the
        moment do not count, although the attacker may end them after it."""
        return self._numbers(since, "came", query_wire) <= self._numbers(since, "sent", query_wire)


class Lab:
    """Builds everything on entry and removes it on exit, whatever the reason for the exit."""

    def __init__(self, sealgate_path):
        self.sealgate_path = sealgate_path
        self._signing = None

    def __enter__(self):
        self.resources = Resources()
        try:
            self._build()
        except BaseException:
            self.resources.close()
            raise
        return self

    def __exit__(self, *_exception):
        self.resources.close()

    def _build(self):
        self.namespaces = topology.build(self.resources)
        self.zones = zones.ZoneSet(self.resources.path("zones"))
        self.zones.make()
        self.root_hints = servers.write_root_hints(self.resources)
        upstream, auth = self.namespaces["upstream"], self.namespaces["auth"]
        authoritative = servers.start_authoritative(self.resources, auth, self.zones)
        self.start_resolver()
        oracle = servers.start_resolver(self.resources, upstream, "oracle", topology.ORACLE,
                                        anchor=self.zones.anchor_dnskey)
        self._start_attacker()
        self.start_forwarder(wait=False)

        for addresses, process in zip(topology.AUTH.values(), authoritative):
            zone = next(zone for zone in zones.ZONES
                        if topology.AUTH[zone.server] is addresses)
            servers.wait_until_answering(upstream, addresses[4], zone.origin, process)
            servers.wait_until_answering(upstream, addresses[6], zone.origin, process)
        servers.wait_until_answering(upstream, topology.ORACLE[4], ".", oracle)
        # These pass through the wire's redirection, which proves that it works in both families.
        servers.wait_until_answering(self.host, topology.UPSTREAM[4], ".", self.resolver)
        servers.wait_until_answering(self.host, topology.UPSTREAM[6], ".", self.resolver)
        servers.wait_until_answering(self.client, topology.ROUTER[4], ".", self.forwarder)

    @property
    def client(self):
        return self.namespaces["client"]

    @property
    def router(self):
        return self.namespaces["router"]

    @property
    def host(self):
        return self.namespaces["host"]

    @property
    def wire(self):
        return self.namespaces["wire"]

    @property
    def upstream(self):
        return self.namespaces["upstream"]

    # Restarting unbound and dnsmasq empties their caches.

    def start_resolver(self):
        self.resolver = servers.start_resolver(self.resources, self.upstream, "unbound",
                                               topology.UPSTREAM)

    def restart_resolver(self):
        self.resolver.stop()
        self.start_resolver()
        servers.wait_until_answering(self.host, topology.UPSTREAM[4], ".", self.resolver)

    def start_forwarder(self, wait=True):
        self.forwarder = servers.start_forwarder(self.resources, self.router)
        if wait:
            servers.wait_until_answering(self.client, topology.ROUTER[4], ".", self.forwarder)

    def restart_forwarder(self):
        self.forwarder.stop()
        self.start_forwarder()

    # The attacker.

    def _start_attacker(self):
        self._mode_file = self.resources.path("attack")
        self.journal = Journal(self.resources.path("journal"))
        self._set_attack(attacker.PASS)
        self.attacker = self.wire.start("attacker", sys.executable, "-B", attacker.__file__,
                                        self._mode_file, self.zones.twin_file,
                                        self.journal.path)
        if not self.attacker.wait_for_log("ready", ask.PATIENCE_S):
            raise LabError(f"the attacker does not start:\n{self.attacker.log_text()}")
        for tables in WITH_REDIRECT:
            # Not queries from the wire's own namespace, which show the answers without an attacker in between.
            self.wire.run(tables, "-t", "nat", "-A", "PREROUTING", "-p", "udp", "--dport", "53",
                          "-j", "REDIRECT", "--to-ports", str(attacker.PORT))

    def _set_attack(self, name):
        # Replaced as a whole: the attacker must never read half a name.
        with open(self._mode_file + ".new", "w") as file:
            file.write(name)
        os.replace(self._mode_file + ".new", self._mode_file)

    @contextlib.contextmanager
    def attack(self, name):
        """The attacker performs this attack until the block ends. A bug of the attacker is the lab's failure."""
        self._set_attack(name)
        said = len(self.attacker.log_text())
        try:
            yield
        finally:
            self._set_attack(attacker.PASS)
        complaint = self.attacker.log_text()[said:]
        if complaint:
            raise LabError(f"the attacker failed at {name}:\n{complaint}")

    @contextlib.contextmanager
    def attacker_waits(self):
        """The attacker receives queries and answers none until the block ends."""
        self.attacker.freeze()
        try:
            yield
        finally:
            self.attacker.thaw()

    # Asking. `genuinely` has no attacker in between, and gives the answer that is right.

    def ask_genuinely(self, name, rdtype, family=4, **how):
        return ask.query(self.wire, topology.UPSTREAM[family], name, rdtype, **how)

    def ask_oracle(self, name, rdtype, family=4, **how):
        return ask.query(self.namespaces["upstream"], topology.ORACLE[family], name, rdtype, **how)

    def ask_from_host(self, name, rdtype, family=4, **how):
        return ask.query(self.host, topology.UPSTREAM[family], name, rdtype, **how)

    def ask_through_gateway(self, name, rdtype, family=4, **how):
        return ask.query(self.client, topology.UPSTREAM[family], name, rdtype, **how)

    def ask_router(self, name, rdtype, family=4, **how):
        return ask.query(self.client, topology.ROUTER[family], name, rdtype, **how)

    # The signer's lab is another network, which is built when it is first needed.

    @property
    def signing(self):
        if not self._signing:
            self._signing = SigningLab(self.resources, self.sealgate_path)
            self.namespaces.update((namespace.name, namespace)
                                   for namespace in self._signing.namespaces.values())
        return self._signing

    # The program under test.

    def sealgate(self, namespace, role, **settings):
        return Sealgate(self, namespace, role, **settings)
