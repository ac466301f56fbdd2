# SPDX-License-Identifier: GPL-2.0-or-later
"""Aliases to names that do not exist, behind a forwarder with a cache: dnsmasq gives NXDOMAIN again as NOERROR, and the
client gets the NXDOMAIN that is proved."""

from lab.options import Row

from .case import Case, Group, behind, described, expect

MISSING = ("to-nowhere.p256.test.", "to-nowhere.salted.test.")


def _asked_again(world):
    """A, then AAAA, MX and A again: what getaddrinfo() and mail servers ask."""
    for how in ({"ad": True}, {"do": True}):
        for name in MISSING:
            for rdtype in ("A", "AAAA", "MX", "A"):
                answer = world.ask(name, rdtype, **how)
                expect(answer is not None and answer.rcode == "NXDOMAIN" and answer.has_ad,
                       f"{name} {rdtype}: {described(answer)}", *world.log_tail())


GROUPS = (
    Group("aliases behind a forwarder", behind(Row("dnsmasq", "")), (
        Case("an alias to a missing name is denied again and again, from dnsmasq's cache, too",
             _asked_again),)),
)
