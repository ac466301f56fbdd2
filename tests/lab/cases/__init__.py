# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab asserts. One module for each kind of promise; ALL_GROUPS is the order of a run."""

from . import (attacks, audit, bridge, cache, checking, client, clock, copies, encrypted, explain,
               fragments, ground, habits, iterate, life, oracle, overload, pause, race, reflected, restricted,
               roles, rules, same, service, shortcut, tcp, truncation)
from . import (signer, signer_altered, signer_attacks, signer_clock, signer_names, signer_packets,
               signer_recall, signer_reload, signer_rules, signer_servers, signer_streams,
               signer_transfers)

_MODULES = (
    ground,
    same,
    oracle,
    client,
    checking,
    cache,
    attacks,
    audit,
    race,
    copies,
    reflected,
    overload,
    iterate,
    fragments,
    tcp,
    restricted,
    truncation,
    roles,
    bridge,
    shortcut,
    rules,
    encrypted,
    pause,
    clock,
    habits,
    life,
    service,
    explain,
    signer,
    signer_packets,
    signer_streams,
    signer_altered,
    signer_attacks,
    signer_names,
    signer_recall,
    signer_servers,
    signer_clock,
    signer_transfers,
    signer_rules,
    signer_reload,
)

ALL_GROUPS = tuple(group for module in _MODULES for group in module.GROUPS)
