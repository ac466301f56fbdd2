# SPDX-License-Identifier: GPL-2.0-or-later
"""sealgate beside other programs that make rules, as docs/firewalls.md says, on a machine of its own: forged
answers come all the time while the other program starts, reloads and stops."""

import contextlib
import os

from lab import manager, recipes
from lab.machine import ROOT, Machine
from lab.surroundings import patient

from .case import Case, Group, World, expect, tell, wait_until
from .watch import Asking

AGAIN_S = patient(1)    # a firewall may drop a packet while it loads its rules

# As kube-proxy makes them: chains of its own, and the service of DNS, put in without touching other rules.
KUBE = """*filter
:KUBE-FIREWALL - [0:0]
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
COMMIT
*nat
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m udp --dport 53 -j KUBE-MARK-MASQ
COMMIT
"""

# As wg-quick makes it, if the tunnel has a default route; here for the address of eth0.
WG_QUICK = """table ip wg-quick-wg0 { chain preraw { type filter hook prerouting priority raw;
	iifname != "eth0" ip daddr 10.53.9.2 fib saddr type != local drop; }; }"""


@contextlib.contextmanager
def _scene(lab):
    """sealgate is installed and runs as a service."""
    with Machine(lab) as machine:
        machine.must(recipes.INSTALL + "systemctl start sealgate", ROOT)
        world = World(lab, None, lab.ask_from_host)
        world.machine = machine
        yield world


def _status(machine):
    return dict(line.split("=", 1) for line in machine.shell("sealgate ctl status")[1].splitlines() if "=" in line)


def _is_in_force(machine):
    return _status(machine).get("rules") == "in-force"


def _do(world, command, stays):
    """Runs a command of the other program under an attack. If the rules must stay, no forged answer may pass;
    if the program removes them, they must come back."""
    machine = world.machine
    before = int(_status(machine)["rules_restored"])

    def is_over():
        return _is_in_force(machine) and (stays or int(_status(machine)["rules_restored"]) > before)

    with world.lab.attack("forge-address"):
        with Asking(world, machine.namespace, AGAIN_S) as asking:
            machine.must(command)
            wait_until(is_over, lambda: f"after `{command}` the rules do not come back: {_status(machine)}")
        forged = asking.forged()
        tell(f"{command}: {len(forged)} forged answers of {asking.asked()} passed")
        expect(not (stays and forged), f"`{command}`: {len(forged)} forged answers passed")
        said = machine.must("dig +tries=1 +time=60 www.p256.test")
        expect("status: SERVFAIL" in said, f"after `{command}` a forged answer passes:", said)


def _works(world):
    for way in ("", "+tcp"):
        said = world.machine.must(f"dig +tries=3 +time=20 {way} www.example.org")
        expect("status: NOERROR" in said, f"the genuine answer does not come {way}:", said)


def _beside(commands, stays):
    def run(world):
        for command in commands:
            _do(world, command, stays)
            _works(world)
    return run


def _beside_kube_proxy(world):
    world.machine.write("/root/kube", KUBE)
    _beside(("iptables-restore --noflush /root/kube",) * 2, stays=True)(world)


def _beside_wg_quick(world):
    """The kernel's own packets come back over lo, where wg-quick's rule expects none of the tunnel."""
    world.machine.write("/root/wg.nft", WG_QUICK)
    _do(world, "nft -f /root/wg.nft", stays=True)
    _do(world, "nft insert rule ip wg-quick-wg0 preraw iifname lo tcp sport 53 accept", stays=True)
    _works(world)


# For queries, and for connections on their way to the relay, which ufw sees leave by eth0.
UFW_ALLOWS = "ufw allow out 53 && ufw allow out to 127.0.0.1 port 5300 proto tcp"


def _lacks(program):
    return manager.obstacle() or (None if os.access(program, os.X_OK) else f"{program} is not installed")


GROUPS = (
    Group("firewalls", _scene, obstacle=manager.obstacle(), cases=(
        Case("beside nftables.service the rules come back after start, reload and stop",
             _beside(tuple(f"systemctl {verb} nftables" for verb in ("start", "reload", "stop")), stays=False)),
        Case("beside the rules of kube-proxy nothing forged passes", _beside_kube_proxy),
        Case("beside wg-quick nothing forged passes, and TCP works with the rule of the documentation",
             _beside_wg_quick))),
    Group("firewalls: ufw", _scene, obstacle=_lacks("/usr/sbin/ufw"), cases=(
        Case("beside ufw the rules stay through enable, reload and disable",
             _beside(("ufw --force enable", "ufw reload", "ufw disable"), stays=True)),
        Case("beside a ufw that denies what goes out DNS works as the documentation says",
             _beside((f"ufw default deny outgoing && {UFW_ALLOWS} && ufw --force enable",), stays=True)))),
    Group("firewalls: firewalld", _scene, obstacle=_lacks("/usr/sbin/firewalld"), cases=(
        Case("beside firewalld the rules come back after start, reload and stop",
             _beside(("systemctl start firewalld", "firewall-cmd --reload", "systemctl stop firewalld"), stays=False)),)),
)
