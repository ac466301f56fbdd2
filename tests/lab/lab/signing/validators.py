# SPDX-License-Identifier: GPL-2.0-or-later
"""Three kinds of validating resolver, which iterate from the lab's root."""

import os
import shutil

from ..servers import ROOT_HINTS
from . import plan

UNBOUND = """
server:
    module-config: "validator iterator"
    trust-anchor-file: "{anchor}"
    interface: {v4}
    interface: {v6}
    outgoing-interface: {v4}
    outgoing-interface: {v6}
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    root-hints: "{hints}"
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    verbosity: 1
    val-log-level: 2
    num-threads: 1
    target-fetch-policy: "0 0 0 0 0"
    # A lab on a busy machine is slow, and a slow server is not dead.
    infra-host-ttl: 1
    aggressive-nsec: {strict}
    use-caps-for-id: {strict}
    harden-below-nxdomain: {strict}
    harden-referral-path: {strict}
    qname-minimisation: yes
    qname-minimisation-strict: {strict}
remote-control:
    control-enable: no
"""

NAMED = """
options {{
    directory "{directory}";
    pid-file none;
    session-keyfile none;
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
}};
controls {{ }};
trust-anchors {{ . static-key {key}; }};
zone "." {{ type hint; file "{hints}"; }};
logging {{ channel out {{ stderr; severity info; }}; category default {{ out; }};
           category dnssec {{ out; }}; }};
"""

KRESD = """
net.listen({{ '{v4}', '{v6}' }}, 53, {{ kind = 'dns' }})
net.outgoing_v4('{v4}')
net.outgoing_v6('{v6}')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('priming')
modules.unload('detect_time_skew')
modules.unload('detect_time_jump')
modules.load('hints')
hints.root({{ ['ns.root-servers.lab.'] = {{ '{root4}', '{root6}' }} }})
trust_anchors.add('{ds}')
cache.open(10 * MB, 'lmdb://{cache}')
log_level('notice')
"""


class Validator:
    def __init__(self, name, addresses):
        self.name, self.addresses, self.process = name, addresses, None


def _write(resources, name, text):
    path = resources.path(name)
    with open(path, "w") as file:
        file.write(text)
    return path


def _start_unbound(resources, namespace, keys, hints, name, addresses, strict):
    config = _write(resources, f"{name}.conf", UNBOUND.format(
        anchor=keys.anchor_ds, hints=hints, directory=resources.directory,
        v4=addresses[4], v6=addresses[6], strict="yes" if strict else "no"))
    return namespace.start(name, "unbound", "-d", "-d", "-c", config)


def _start_named(resources, namespace, keys, hints):
    directory = resources.path("named")
    os.makedirs(directory, exist_ok=True)
    flags, protocol, algorithm, key = keys.root_key.to_text().split(None, 3)
    config = _write(resources, "named.conf", NAMED.format(
        v4=plan.NAMED[4], v6=plan.NAMED[6], directory=directory, hints=hints,
        key=f'{flags} {protocol} {algorithm} "{key}"'))
    return namespace.start("named", "named", "-g", "-c", config)


def _start_kresd(resources, namespace, keys):
    directory, cache = resources.path("kresd"), resources.path("kresd", "cache")
    shutil.rmtree(cache, ignore_errors=True)    # otherwise it would keep its old cache
    os.makedirs(cache, exist_ok=True)
    config = _write(resources, "kresd.conf", KRESD.format(
        v4=plan.KRESD[4], v6=plan.KRESD[6], root4=plan.ROOT[4], root6=plan.ROOT[6],
        ds=keys.root_ds_text, cache=cache))
    return namespace.start("kresd", "kresd", "-n", "-c", config, directory)


def start(resources, namespace, keys):
    """Starts all validators; `keys` has the root's key in the forms that they read."""
    hints = _write(resources, "signing-root.hints",
                   ROOT_HINTS.format(v4=plan.ROOT[4], v6=plan.ROOT[6]))
    unbound, strict = Validator("unbound", plan.UNBOUND), Validator("unbound-strict", plan.STRICT)
    named, kresd = Validator("named", plan.NAMED), Validator("kresd", plan.KRESD)
    unbound.process = _start_unbound(resources, namespace, keys, hints, "validator-unbound",
                                     plan.UNBOUND, False)
    strict.process = _start_unbound(resources, namespace, keys, hints, "validator-strict",
                                    plan.STRICT, True)
    named.process = _start_named(resources, namespace, keys, hints)
    kresd.process = _start_kresd(resources, namespace, keys)
    return [unbound, strict, named, kresd]
