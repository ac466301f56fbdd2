# SPDX-License-Identifier: GPL-2.0-or-later
"""Four kinds of validating resolver, which iterate from the lab's root."""

import os
import shutil

from .. import programs, servers
from . import plan

UNBOUND = """
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    interface: {v4}
    interface: {v6}
    outgoing-interface: {v4}
    outgoing-interface: {v6}
    root-hints: "{hints}"
    verbosity: 1
    val-log-level: 2
    # A lab on a busy machine is slow, and a slow server is not dead.
    infra-host-ttl: 1
    aggressive-nsec: {strict}
    use-caps-for-id: {strict}
    harden-below-nxdomain: {strict}
    harden-referral-path: {strict}
    qname-minimisation: yes
    qname-minimisation-strict: {strict}
"""

NAMED = """
    lock-file none;
    managed-keys-directory "{directory}";
    listen-on {{ {v4}; }};
    listen-on-v6 {{ {v6}; }};
    query-source address {v4};
    query-source-v6 address {v6};
    recursion yes;
    allow-query {{ any; }};
    allow-recursion {{ any; }};
    dnssec-validation yes;
    empty-zones-enable no;
    servfail-ttl 0;
    minimal-responses no;
"""
NAMED_ANCHOR = """
trust-anchors {{ . static-key {key}; }};
logging {{ channel out {{ stderr; severity info; }}; category default {{ out; }};
           category dnssec {{ out; }}; }};
"""

KRESD = """
net.listen({{ '{v4}', '{v6}' }}, 53, {{ kind = 'dns' }})
net.outgoing_v4('{v4}')
net.outgoing_v6('{v6}')
modules.load('hints')
hints.root({{ ['ns.root-servers.lab.'] = {{ '{root4}', '{root6}' }} }})
trust_anchors.add('{ds}')
log_level('notice')
"""

# What was answered is not hidden by its own timers: a server that failed once is asked again.
RECURSOR = """
dnssec=validate
local-address={v4} {v6}
query-local-address={v4} {v6}
hint-file={hints}
lua-config-file={directory}/anchor.lua
dont-throttle-netmasks=0.0.0.0/0, ::/0
allow-from=0.0.0.0/0, ::/0
network-timeout=5000
dnssec-log-bogus=yes
"""
RECURSOR_ANCHOR = "clearTA('.')\naddTA('.', \"{ds}\")\n"


class Validator:
    def __init__(self, name, addresses):
        self.name, self.addresses, self.process = name, addresses, None


def _hints(resources):
    path = resources.path("signing-root.hints")
    with open(path, "w") as file:
        file.write(servers.ROOT_HINTS.format(v4=plan.ROOT[4], v6=plan.ROOT[6]))
    return path


def _start_unbound(resources, namespace, keys, hints, clock, name, addresses, strict):
    return programs.start(
        namespace, "unbound", resources.path(name), UNBOUND, clock=clock, anchor=keys.anchor_ds,
        hints=hints, v4=addresses[4], v6=addresses[6], strict="yes" if strict else "no")


def _start_named(resources, namespace, keys, hints, clock):
    flags, protocol, algorithm, key = keys.root_key.to_text().split(None, 3)
    return programs.start(
        namespace, "named", resources.path("named"), NAMED, NAMED_ANCHOR + servers.NAMED_HINTS,
        clock=clock, v4=plan.NAMED[4], v6=plan.NAMED[6], hints=hints,
        key=f'{flags} {protocol} {algorithm} "{key}"')


def _start_kresd(resources, namespace, keys, clock):
    directory = resources.path("kresd")
    shutil.rmtree(directory, ignore_errors=True)    # otherwise it would keep its old cache
    return programs.start(
        namespace, "kresd", directory, KRESD, clock=clock, v4=plan.KRESD[4], v6=plan.KRESD[6],
        root4=plan.ROOT[4], root6=plan.ROOT[6], ds=keys.root_ds_text)


def _start_recursor(resources, namespace, keys, hints, clock):
    directory = resources.path("validator-recursor")
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "anchor.lua"), "w") as file:
        file.write(RECURSOR_ANCHOR.format(ds=keys.root_ds_text.split(" DS ")[1]))
    return programs.start(
        namespace, "pdns_recursor", directory, RECURSOR, clock=clock, v4=plan.RECURSOR[4],
        v6=plan.RECURSOR[6], hints=hints)


def start(resources, namespace, keys, clock=None):
    """Starts all validators; `keys` has the root's key in the forms that they read. Without a clock of their own they
    use the machine's."""
    hints = _hints(resources)       # written before any of them reads it
    unbound, strict = Validator("unbound", plan.UNBOUND), Validator("unbound-strict", plan.STRICT)
    named, kresd = Validator("named", plan.NAMED), Validator("kresd", plan.KRESD)
    unbound.process = _start_unbound(resources, namespace, keys, hints, clock, "validator-unbound",
                                     plan.UNBOUND, False)
    strict.process = _start_unbound(resources, namespace, keys, hints, clock, "validator-strict",
                                    plan.STRICT, True)
    named.process = _start_named(resources, namespace, keys, hints, clock)
    kresd.process = _start_kresd(resources, namespace, keys, clock)
    validators = [unbound, strict, named, kresd]
    if programs.obstacle("pdns_recursor") is None:
        recursor = Validator("recursor", plan.RECURSOR)
        recursor.process = _start_recursor(resources, namespace, keys, hints, clock)
        validators.append(recursor)
    return validators
