# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab with hundreds of zones on one server, each in a file of the directory that `sign.zones_directory` names."""

import dataclasses
import os
import pathlib

from ..resources import let_sealgate_read
from . import legacy, plan
from .scene import SigningLab

TEXT = """
@    3600 IN SOA  ns hostmaster 1 7200 3600 1209600 300
@    3600 IN NS   ns
ns   3600 IN A    {v4}
ns   3600 IN AAAA {v6}
@     300 IN A    192.0.2.1
www   300 IN A    192.0.2.80
www   300 IN AAAA 2001:db8::80
"""
COUNT = 300


class ManyLab(SigningLab):
    def __init__(self, resources, sealgate_path):
        self.name, self.bare = "many", ()
        self.network = dataclasses.replace(plan.PLAN, prefix="many-")   # beside the standing lab
        self.zones = tuple(legacy.Unsigned(f"z{number}.lab.", "nsd", 0, text=TEXT) for number in range(COUNT))
        super().__init__(resources, sealgate_path)
        self.directory = resources.path("zones")
        os.makedirs(self.directory, exist_ok=True)
        for zone in self.zones:
            self.write_zone_file(zone)
        let_sealgate_read(self.directory)

    def zone_file(self, zone):
        return pathlib.Path(self.directory, f"{zone.origin}conf")

    def write_zone_file(self, zone, more=""):
        path = self.zone_file(zone)
        path.write_text(f'keys = "{self.keys.keys_of(zone.origin)}";\n{more}', encoding="utf-8")
        path.chmod(0o644)

    def _start_servers(self):
        files = [(zone.origin, legacy.write_zone(self.keys.directory, zone)) for zone in self.zones]
        process = legacy.start_nsd(self.resources, self.legacy, "many-nsd", plan.server(0), files)
        return [(process, self.zones[0])]

    def configuration(self, place, more=""):
        addresses = ", ".join(f'"{address}"' for address in plan.server(0).values())
        return (f'sign = {{\n  place = "{place}";\n  servers = [ {addresses} ];\n'
                f'  zones_directory = "{self.directory}";\n{more}}};\n')
