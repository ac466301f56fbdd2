# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the lab can run on this machine. This module tries it."""

import os
import shutil

from .resources import LabError, Resources

TOOLS = {
    "ip": "iproute2", "iptables": "iptables", "ip6tables": "iptables", "nft": "nftables",
    "nsd": "nsd", "unbound": "unbound", "dnsmasq": "dnsmasq-base", "sysctl": "procps",
    "dnssec-signzone": "bind9-utils", "dnssec-keygen": "bind9-utils", "dig": "bind9-dnsutils",
    "openssl": "openssl", "conntrack": "conntrack",
}


def _try(namespace):
    for command in ("iptables", "ip6tables"):
        namespace.run(command, "-A", "INPUT", "-p", "udp", "--dport", "53",
                      "-j", "NFQUEUE", "--queue-num", "0")
        namespace.run(command, "-t", "nat", "-A", "PREROUTING", "-p", "udp", "--dport", "53",
                      "-j", "REDIRECT", "--to-ports", "5353")


def obstacle():
    """Returns why the lab cannot run here, or None."""
    if os.geteuid() != 0:
        return "not root"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            return f"{tool} is not installed (package {package})"
    resources = Resources()
    try:
        _try(resources.namespace("try"))
    except LabError as error:
        return str(error).splitlines()[0]
    finally:
        resources.close()
    return None
