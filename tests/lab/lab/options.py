# SPDX-License-Identifier: GPL-2.0-or-later
"""Resolvers with the options that their operators set: each is the real program, on an address of its own of
the upstream machine. Those that can, iterate from the root; the others forward to the lab's resolver."""

import dataclasses
import itertools

from . import programs, servers, topology

ADDRESS = topology.OPTIONS[4]
_serial = itertools.count(1)

UNBOUND = """
    module-config: "iterator"
    interface: {address}
    outgoing-interface: 10.53.5.1
    do-ip6: no
    root-hints: "{hints}"
    rrset-roundrobin: no
{row}
"""

NAMED = """
    listen-on {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ any; }};
    dnssec-validation no;
    empty-zones-enable no;
    query-source address 10.53.5.1;
{row}
"""

KRESD = """
net.listen("{address}", 53, {{ kind = "dns" }})
{row}
"""

RECURSOR = """
local-address={address}
forward-zones-recurse=.={upstream}
query-local-address=0.0.0.0
hint-file={hints}
{row}
"""

DNSMASQ = """
--server={upstream}
--listen-address={address}
{row}
"""

# Of each program: what goes into its base, and what comes after it.
PROGRAMS = {"unbound": (UNBOUND, ""), "named": (NAMED, servers.NAMED_HINTS),
            "kresd": (KRESD, programs.KRESD_FORWARDS), "pdns_recursor": (RECURSOR, ""), "dnsmasq": (DNSMASQ, "")}


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
        return programs.obstacle(self.program)


def start(lab, row, upstream=topology.UPSTREAM[4], known="p256.test."):
    """Starts the resolver of a row, and waits until it answers for a known name. If it forwards, then to the
    resolver `upstream`; if it iterates, from the servers of `lab.root_hints`."""
    more, after = PROGRAMS[row.program]
    words = "\n".join(row.more.split()) if row.program == "dnsmasq" else row.more
    process = programs.start(
        lab.upstream, row.program, lab.resources.path(f"options-{next(_serial)}-{row.program}"), more, after,
        address=ADDRESS, hints=lab.root_hints, upstream=upstream, row=words)
    servers.wait_until_answering(lab.upstream, ADDRESS, known, process)
    return process
