# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers with the options that their operators set: each is the real program, on an address of its own of
the upstream machine. Those that can, iterate from the root; the others forward to the lab's resolver."""

import dataclasses
import itertools
import os
import shutil

from . import servers, topology

ADDRESS = topology.OPTIONS[4]
_serial = itertools.count(1)

UNBOUND = """
server:
    module-config: "iterator"
    interface: {address}
    outgoing-interface: 10.53.5.1
    do-ip6: no
    access-control: 0.0.0.0/0 allow
    root-hints: "{hints}"
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    num-threads: 1
    rrset-roundrobin: no
    local-zone: "test." nodefault
    target-fetch-policy: "0 0 0 0 0"
{more}
remote-control:
    control-enable: no
"""

NAMED = """
options {{
    directory "{directory}";
    listen-on {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ any; }};
    dnssec-validation no;
    empty-zones-enable no;
    pid-file none;
    session-keyfile none;
    query-source address 10.53.5.1;
{more}
}};
zone "." {{ type hint; file "{hints}"; }};
controls {{ }};
"""

KRESD = """
net.listen("{address}", 53, {{ kind = "dns" }})
modules.unload("ta_signal_query")
modules.unload("ta_sentinel")
modules.unload("detect_time_jump")
modules.unload("detect_time_skew")
modules.unload("priming")
trust_anchors.remove(".")
cache.size = 16 * MB
{more}
policy.add(policy.all(policy.FORWARD({{ "{upstream}" }})))
"""

RECURSOR = """
local-address={address}
allow-from=0.0.0.0/0
forward-zones-recurse=.={upstream}
query-local-address=0.0.0.0
dont-query=
socket-dir={directory}
threads=1
pdns-distributes-queries=no
daemon=no
write-pid=no
export-etc-hosts=no
security-poll-suffix=
serve-rfc1918=no
server-down-max-fails=0
hint-file={hints}
dnssec=process-no-validate
{more}
"""

PROGRAMS = {"unbound": ("unbound", UNBOUND), "named": ("named", NAMED), "kresd": ("kresd", KRESD),
            "pdns_recursor": ("pdns_recursor", RECURSOR), "dnsmasq": ("dnsmasq", "")}


@dataclasses.dataclass(frozen=True)
class Row:
    """A resolver, and the lines or words that its operator added to the lab's configuration."""

    program: str
    more: str

    @property
    def name(self):
        options = " ".join(self.more.split()) or "no option"
        return f"{self.program}: {options}"

    @property
    def obstacle(self):
        if shutil.which(self.program, path=os.environ["PATH"] + ":/usr/sbin"):
            return None
        return f"{self.program} is not installed"


def _words(row, path, values):
    if row.program == "dnsmasq":
        return ("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts",
                "--no-resolv", f"--server={topology.UPSTREAM[4]}", "--user=root",
                f"--pid-file={values['directory']}/pid", "--bind-interfaces", "--log-facility=-",
                f"--listen-address={ADDRESS}", *row.more.split())
    return {"unbound": ("unbound", "-d", "-d", "-c", path),
            "named": ("named", "-g", "-n", "1", "-c", path),
            "kresd": ("kresd", "-n", "-c", path, values["directory"]),
            "pdns_recursor": ("pdns_recursor", f"--config-dir={values['directory']}")}[row.program]


def start(lab, row):
    """Starts the resolver of a row, and waits until it answers."""
    number = next(_serial)
    directory = lab.resources.path(f"options-{number}")
    os.makedirs(directory)
    values = {"address": ADDRESS, "directory": directory, "hints": lab.root_hints,
              "upstream": topology.UPSTREAM[4], "more": row.more}
    path = os.path.join(directory, "recursor.conf" if row.program == "pdns_recursor" else "conf")
    with open(path, "w") as file:
        file.write(PROGRAMS[row.program][1].format(**values))
    process = lab.upstream.start(f"options-{number}-{row.program}", *_words(row, path, values))
    servers.wait_until_answering(lab.upstream, ADDRESS, "p256.test.", process)
    return process
