# SPDX-License-Identifier: GPL-2.0-or-later
"""The signer's lab as a whole, as cases and the demo use it."""

from .. import ask, servers, streams, topology
from ..sealgate import Sealgate
from . import legacy, plan, validators
from .parents import Parents

WAIT_S = ask.PATIENCE_S     # for servers to start, and for validators, which repeat their queries


class SigningLab:
    """Builds everything. The Resources own all of it, and remove it. Another lab of the same form (zoo.py) has
    other zones, and a name of its own."""

    name, network, zones = "signing", plan.PLAN, legacy.ZONES
    bare = (("outside.lab.", plan.OUTSIDE),)    # delegated without DS
    parents, clock = Parents, None              # of the validators; None: the machine's

    def __init__(self, resources, sealgate_path):
        self.resources, self.sealgate_path = resources, sealgate_path
        self.root_hints = "/usr/share/dns/root.hints"   # a signer does not read it
        self.namespaces = topology.build(resources, self.network)
        self.keys = self.parents(resources.path(self.name), sealgate_path, self.zones, self.bare)
        self.keys.make()
        parents = self.parent_processes = self.keys.start(resources, self.namespaces["parents"])
        unsigned = self._start_servers()
        for process, address, name in ((parents[0], plan.ROOT, "."), (parents[1], plan.TLD, "lab."),
                                       *((process, zone.addresses, zone.origin)
                                         for process, zone in unsigned)):
            asker = self.validators_namespace
            for family in (4, 6):
                servers.wait_until_answering(asker, address[family], name, process, seconds=WAIT_S)
        self.processes = {zone.origin: process for process, zone in unsigned}
        self.validators = []

    def _start_servers(self):
        """Returns each process with a zone that it answers."""
        return legacy.start(self.resources, self.legacy, self.keys.directory)

    @property
    def validators_namespace(self):
        return self.namespaces["validators"]

    @property
    def gate(self):
        return self.namespaces["gate"]

    @property
    def legacy(self):
        return self.namespaces["legacy"]

    @property
    def wire(self):
        return self.namespaces["wire"]

    # Validators start with empty caches, and cache every answer.

    def start_validators(self):
        self.stop_validators()
        self.validators = validators.start(self.resources, self.validators_namespace, self.keys, self.clock)
        for each in self.validators:
            servers.wait_until_answering(self.validators_namespace, each.addresses[4], "lab.",
                                         each.process, seconds=WAIT_S)

    def stop_validators(self):
        for each in self.validators:
            each.process.stop()
        self.validators = []

    def ask_validator(self, validator, name, rdtype, **how):
        how = {"timeout_s": WAIT_S, "ad": True, "edns": 1232, **how}
        where = (self.validators_namespace, validator.addresses[4], name, rdtype)
        answer = ask.query(*where, **how)
        return streams.query(*where, **how) if answer and answer.is_truncated else answer

    def ask_server(self, zone, name, rdtype, family=4, **how):
        """Asks the legacy server of a zone directly, without sealgate."""
        return ask.query(self.validators_namespace, zone.addresses[family], name, rdtype, **how)

    def ask_server_over_tcp(self, zone, name, rdtype, family=4, **how):
        return streams.query(self.validators_namespace, zone.addresses[family], name, rdtype, **how)

    # The program under test.

    def sealgate(self, place, sign="", **settings):
        """place: "gateway", or "server" for the machine of the legacy servers. `sign` has more keys
        of the group, `more` others."""
        namespace = self.gate if place == "gateway" else self.legacy
        more = self.configuration(place, sign) + settings.pop("more", "")
        return Sealgate(self, namespace, "signer", anchor=self.keys.anchor_ds, more=more,
                        **settings)

    def configuration(self, place, more=""):
        rows = ",\n".join(
            f'    {{ name = "{zone.origin}"; keys = "{self.keys.keys_of(zone.origin)}";{zone.habits} }}'
            for zone in self.zones)
        addresses = ", ".join(f'"{address}"' for number in sorted({zone.number for zone in self.zones})
                              for address in plan.server(number).values())
        return (f'sign = {{\n  place = "{place}";\n  servers = [ {addresses} ];\n'
                f"  zones = (\n{rows}\n  );\n{more}}};\n")
