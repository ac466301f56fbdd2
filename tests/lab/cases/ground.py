# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground itself, without sealgate: attacks that would fail anyway prove nothing about sealgate."""

import socket

from lab import ask, topology
from lab.attacks import FORGED

from .attacks import ROWS, outcome
from .case import Case, Group, described, expect, unprotected
from .oracle import ORACLE_KNOWS
from .silence import answers_under

# Attacks that leave no forged address, and the answer that shows that they took place.
VISIBLE = {
    "forge-nxdomain": "NXDOMAIN [QR RD RA] -",
    "forge-nodata": "NOERROR [QR RD RA] -",
    "forge-bare-nodata": "NOERROR [QR RD RA] -",
    "silence": "no answer",
}
FORGING = ("forge-address", "forge-address-keep-signature", "forge-address-with-ad",
           "add-forged-address", "forge-alias", "answer-from-twin", "impersonate-zone",
           "truncate-forged", "deny-ds-unsigned", "deny-ds-by-nsec3-replay",
           "deny-ds-by-nsec-replay", "deny-ds-by-child")


def _attack_works(attack):
    def run(world):
        name = next(row.name for row in ROWS if row.attack == attack)
        for family in (4, 6):
            came = answers_under(world, attack, ask.make(name, "A"), family)
            answer = came[0] if came else None
            if attack in FORGING:
                genuine = world.lab.ask_genuinely(name, "A")
                expect(outcome(answer, genuine) == "forged", f"IPv{family}: {described(answer)}")
            else:
                expect(described(answer) == VISIBLE[attack], f"IPv{family}: {described(answer)}")
    return Case(f"without sealgate the attack {attack} succeeds", run)


def _cache_keeps_forgery(world):
    lab = world.lab
    with lab.attack("forge-address"):
        lab.ask_router("www.bank.example.", "A")
    answer = lab.ask_router("www.bank.example.", "A")
    lab.restart_forwarder()
    expect(answer is not None and answer.data("A") == [FORGED[1]], f"seen: {described(answer)}")


def _upstream_does_not_validate(world):
    answer = world.ask("www.expired.test.", "A", do=True)
    expect(answer is not None and answer.rcode == "NOERROR" and not answer.has_ad,
           f"seen: {described(answer)}")


def _tcp_is_open(world):
    for family in (4, 6):
        address_family = socket.AF_INET6 if family == 6 else socket.AF_INET
        with world.lab.host.socket(address_family, socket.SOCK_STREAM) as sock:
            sock.settimeout(ask.PATIENCE_S)
            sock.connect((topology.UPSTREAM[family], 53))


GROUPS = (
    Group("ground", unprotected, (
        Case("the upstream resolver does not validate", _upstream_does_not_validate),
        Case("without sealgate DNS over TCP reaches the upstream", _tcp_is_open),
        Case("without sealgate dnsmasq keeps a forged answer after the attack",
             _cache_keeps_forgery),
        *(_attack_works(attack) for attack in (*FORGING, *VISIBLE)),
        *ORACLE_KNOWS), needs_sealgate=False),
)
