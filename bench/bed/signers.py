# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that sign as they answer: sealgate in front of a server that cannot, and PowerDNS and Knot on the
router, each with one thread that answers and a P-256 key of its own.

dnspython verifies a few answers of each scene with their keys; the client checks that every answer has an RRSIG.
"""

import os
import socket

from lab.resources import LabError, run_tool

from . import ground
from .zones import CLIENTS, DNSKEY, LEGACY, RRSIG, query

NAMES_CHECKED = 8

# Fewer signatures than legacy-new has names, so there each is made anew.
SEALGATE = """sign = {{
  place = "gateway";
  servers = [ "{server}" ];
  zones = ( {{ name = "{zone}"; keys = "{keys}"; }} );
  signatures_per_s = 0;
  signatures_per_network = 0;
  signatures = 4096;
}};
"""

PDNS = """launch=bind
bind-config={directory}/named.conf
bind-dnssec-db={directory}/keys.db
local-address={inside}
socket-dir={directory}
receiver-threads=1
distributor-threads=1
signing-threads=1
disable-syslog=yes
loglevel=3
# The others do not answer version queries either.
version-string=anonymous
"""
# It remembers records, but no answers or signatures.
PDNS_NEW = """cache-ttl=0
max-signature-cache-entries=0
"""

KNOT = """server:
    listen: {inside}@53
    rundir: {directory}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {directory}
policy:
  - id: ours
    algorithm: ecdsap256sha256
mod-onlinesign:
  - id: ours
    policy: ours
zone:
  - domain: {zone}
    file: {path}
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    module: mod-onlinesign/ours
"""


def sealgate(program, directory):
    """Makes the zone's keys; returns the signer's configuration."""
    os.makedirs(directory)
    run_tool(program, "keys", "generate", LEGACY.origin, "--directory", directory)
    return SEALGATE.format(server=ground.SERVER, zone=LEGACY.origin, keys=directory)


def _directory(path):
    """A directory for each start, because keys are made in it."""
    directory = f"{path}.{len(os.listdir(os.path.dirname(path)))}.d"
    os.makedirs(directory)
    return directory


def _pdns(more):
    def command(path, prepared):
        directory = _directory(path)
        with open(os.path.join(directory, "named.conf"), "w") as file:
            file.write(f'zone "{LEGACY.origin}" {{ type master; file "{prepared.path(LEGACY)}"; }};\n')
        with open(os.path.join(directory, "pdns.conf"), "w") as file:
            file.write(PDNS.format(directory=directory, inside=ground.ROUTER_INSIDE) + more)
        tool = "pdnsutil", f"--config-dir={directory}"
        run_tool(*tool, "create-bind-db", os.path.join(directory, "keys.db"))
        run_tool(*tool, "secure-zone", LEGACY.origin)
        return "pdns_server", f"--config-dir={directory}"
    return command


def _knot(path, prepared):
    directory = _directory(path)
    config = os.path.join(directory, "knot.conf")
    with open(config, "w") as file:
        file.write(KNOT.format(directory=directory, inside=ground.ROUTER_INSIDE,
                               zone=LEGACY.origin, path=prepared.path(LEGACY)))
    return "knotd", "-c", config


# By name: the program, and the function that makes its command.
SERVERS = {"pdns": ("pdns_server", _pdns("")), "pdns-new": ("pdns_server", _pdns(PDNS_NEW)),
           "knot": ("knotd", _knot)}


def _ask(asking, name, kind):
    try:
        asking.send(query(name, kind, CLIENTS["do"]))
        return asking.recv(65535)
    except OSError as error:
        raise LabError(f"a question for {name} is not answered: {error}") from error


def require_checker():
    try:
        import cryptography     # noqa: F401  dnspython verifies with it
        import dns.dnssec       # noqa: F401
    except ImportError as error:
        raise LabError(f"signatures cannot be checked: {error} "
                       "(packages python3-dnspython, python3-cryptography)") from error


def complaint(namespace, address, question):
    """Returns the fault of the signatures of a few answers, or None."""
    import dns.dnssec
    import dns.message

    with namespace.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((address, 53))
        asking.settimeout(2)
        keys = dns.message.from_wire(_ask(asking, LEGACY.origin, DNSKEY)).answer
        keys = {rrset.name: rrset for rrset in keys if rrset.rdtype == DNSKEY}
        for number in range(NAMES_CHECKED):
            name = f"{question.form.format(number)}.{LEGACY.origin}"
            answer = dns.message.from_wire(_ask(asking, name, question.kind))
            rrsets = answer.answer + answer.authority
            signatures = {(rrset.name, rrset.covers): rrset for rrset in rrsets
                          if rrset.rdtype == RRSIG}
            try:
                for rrset in rrsets:
                    if rrset.rdtype != RRSIG:
                        dns.dnssec.validate(rrset, signatures[rrset.name, rrset.rdtype], keys)
            except (KeyError, dns.exception.DNSException) as error:
                return f"the signature of {name} is not valid: {error!r}"
            if not signatures:
                return f"{name} has no signature"
    return None
