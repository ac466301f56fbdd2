# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine with a sealgate, the host or the router, also runs a DNS server that cannot sign, NSD, with a zone of its
own; a validating resolver elsewhere trusts the key with which sealgate signs it."""

import contextlib
import os

from . import nat, programs, servers, topology
from .resources import let_sealgate_read, run_tool
from .signing import legacy
from .zones import read_key

ORIGIN = "own.lab."
VALIDATOR = "10.53.4.24"
# Clients that ask from port 53: one elsewhere, and one on the host.
STRANGER = {4: "10.53.4.25", 6: "fd53:4::25"}
ASKER = {4: "10.53.3.7", 6: "fd53:3::7"}
ADDRESS = "192.0.2.9"
ZONE = """
@   300 IN SOA ns hostmaster 1 7200 3600 600 300
@   300 IN NS  ns
ns  300 IN A   {v4}
*   300 IN A   {address}
"""
UNBOUND = """
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    interface: {v4}
    root-hints: "{hints}"
    # A lab on a busy machine is slow, and a slow server is not dead. Each name is asked of the server.
    infra-host-ttl: 1
    aggressive-nsec: no
    verbosity: 1
    val-log-level: 2
stub-zone:
    name: "{origin}"
    stub-addr: {stub4}
    stub-addr: {stub6}
"""


class OwnZone:
    """Builds all of it. `addresses` are those of the server."""

    def __init__(self, lab, machine=None, addresses=topology.HOST):
        self.lab, self.machine, self.addresses = lab, machine or lab.host, addresses
        self.keys = lab.resources.path("own-keys")
        if not os.path.exists(self.keys):
            os.makedirs(self.keys)
            run_tool(lab.sealgate_path, "keys", "generate", ORIGIN, "--directory", self.keys)
            let_sealgate_read(self.keys)
        paths = [os.path.join(self.keys, name) for name in os.listdir(self.keys) if name.endswith(".key")]
        (self.anchor,) = [path for path in paths if read_key(path).flags & 1]

    def configuration(self):
        """The keys of the signer."""
        return f'sign = {{ zones = ( {{ name = "{ORIGIN}"; keys = "{self.keys}"; }} ); }};\n'

    @contextlib.contextmanager
    def served(self):
        """NSD and the validator run until the block ends; the attacker on the wire does not meddle with them."""
        lab, path = self.lab, self.lab.resources.path("own.zone")
        with open(path, "w") as file:
            file.write(ZONE.format(v4=self.addresses[4], address=ADDRESS))
        with contextlib.ExitStack() as stack:
            for namespace, address in ((lab.upstream, f"{VALIDATOR}/24"), (lab.upstream, f"{STRANGER[4]}/24"),
                                       (lab.upstream, f"{STRANGER[6]}/64"), (lab.host, f"{ASKER[4]}/24"),
                                       (lab.host, f"{ASKER[6]}/64")):
                nodad = ("nodad",) if ":" in address else ()
                namespace.run("ip", "address", "add", address, "dev", "wire", *nodad)
                stack.callback(namespace.run, "ip", "address", "del", address, "dev", "wire")
            stack.enter_context(nat.spared(lab.wire, [
                (family, "-p", "udp", "-d", self.addresses[family], "--dport", "53") for family in (4, 6)]))
            nsd = legacy.start_nsd(lab.resources, self.machine, "own-nsd", self.addresses, [(ORIGIN, path)])
            stack.callback(nsd.stop)
            servers.wait_until_answering(lab.upstream, self.addresses[4], ORIGIN, nsd)
            servers.wait_until_answering(lab.upstream, self.addresses[6], ORIGIN, nsd)
            self.validator = programs.start(
                lab.upstream, "unbound", lab.resources.path("own-validator"), UNBOUND, anchor=self.anchor,
                v4=VALIDATOR, hints=servers.write_root_hints(lab.resources), origin=ORIGIN,
                stub4=self.addresses[4], stub6=self.addresses[6])
            stack.callback(self.validator.stop)
            yield self
