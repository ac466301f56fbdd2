# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules in the form of nft. These cases are part of the lab if it is told to use that form (lab/surroundings.py):
many kernels that run tests have no nft that can queue packets. The other cases take the form that is used."""

import contextlib
import itertools

from lab import surroundings

from . import watch
from .case import (Case, Group, World, expect, expect_data, expect_equal, expect_rcode, on_gateway, on_host, tell,
                   wait_until)
from .rules import BACKENDS, snapshot

GOOD = ["192.0.2.80", "192.0.2.81"]
TABLE = ("inet", "sealgate")
AGAIN = 5       # `sealgate rules apply`
AGAIN_S = surroundings.patient(5)
NETFILTER = "list", "table", *TABLE


def _delete_last_rule(chain):
    return ("nft", "delete", "rule", *TABLE, chain, "handle",
            f"$(nft -a list chain inet sealgate {chain} | sed -n 's/.*# handle //p' | tail -1)")


# Each is a command for the shell, without input.
REMOVALS_ON_THE_HOST = (
    ("the table deleted", ("nft", "delete", "table", *TABLE)),
    ("the rules of the table flushed", ("nft", "flush", "table", *TABLE)),
    ("one rule deleted", _delete_last_rule("input")),
    ("one chain flushed", ("nft", "flush", "chain", *TABLE, "output")),
    ("one chain deleted", ("nft", "'flush chain inet sealgate relay_output; delete chain inet sealgate relay_output'")),
    ("the table made dormant", ("nft", "'add table inet sealgate { flags dormant; }'")),
)
REMOVALS_ON_THE_GATEWAY = (
    ("the table deleted", ("nft", "delete", "table", *TABLE)),
    ("one rule of the relay deleted", _delete_last_rule("relay_inside")),
    ("one rule of forward deleted", _delete_last_rule("forward")),
)


def _is_in_force(world):
    shown = world.gate.command("rules", "show")
    expect("# nft\ntable inet sealgate {" in shown, "`rules show` does not show the table of nft:", shown)
    expect("queue" in shown, "no rule of it has a queue:", shown)
    for backend in BACKENDS[1:]:
        expect(f"# {backend}" not in shown, f"there are rules of {backend} too:", shown)


def _judges(world):
    for family in (4, 6):
        for name in ("www.p256.test.", "www.unsigned.test."):
            expect_data(world.ask(name, "A", family), "A", GOOD)
        with world.lab.attack("forge-address"):
            expect_rcode(world.ask("www.p256.test.", "A", family), "SERVFAIL")


def _replaces(other):
    """Rules of one back end give way to those of the other, in both directions."""
    def run(world):
        gate = world.gate
        with world.lab.attack("forge-address"), watch.Asking(world) as asking:
            said = gate.command("rules", "apply", "--backend", other)
            expect(f"applied with {other} " in said and "removed with nft" in said, said)
            expect("table inet sealgate" not in gate.namespace.run("nft", "list", "tables"), "both are in force")
            said = gate.command("rules", "apply")
            expect("applied with nft " in said and f"removed with {other}" in said, said)
            wait_until(lambda: gate.ctl("status")[0] == 0, "the rules are not in force")
        expect_equal("forged answers", len(asking.forged()), 0)
        expect(asking.asked() > 0, "nothing was asked meanwhile")
        _is_in_force(world)
    return Case(f"nft: rules of {other} replace those of nft, and are replaced by them, and no forged answer passes", run)


def _nothing_passes_while_applied_again(world):
    """nft replaces the table in one transaction: there is no moment without rules. The kernel drops what waits in a
    queue then."""
    gate = world.gate
    with world.lab.attack("forge-address"), watch.Asking(world, again_s=AGAIN_S) as asking:
        for _ in range(AGAIN):
            gate.apply_rules()
        expect(watch.is_protected(world), "a forged answer passes after the rules were applied again")
    tell(f"{asking.asked()} queries while the rules were applied {AGAIN} times")
    expect_equal("forged answers", len(asking.forged()), 0)
    expect(asking.asked() > AGAIN, "too few queries were asked meanwhile")


def _nothing_passes_without_a_transaction_either(world):
    """Rules that nft refuses change nothing."""
    gate, before = world.gate, world.gate.namespace.run("nft", *NETFILTER)
    text = gate.printed("rules", "print", "--backend", "nft") + "\nadd rule inet sealgate nowhere accept\n"
    done = gate.namespace.run("sh", "-c", f"nft -f - <<'RULES' && echo taken || echo refused\n{text}RULES\n")
    expect_equal("nft", done.splitlines()[-1], "refused")
    expect_equal("the table", _without_counters(gate.namespace.run("nft", *NETFILTER)), _without_counters(before))


def _added_rules_are_told(world):
    """A rule of the operator in our table is obeyed, so it is told, as long as it is there."""
    gate = world.gate
    gate.namespace.run("nft", "insert", "rule", *TABLE, "output", "ip", "daddr", "203.0.113.9", "udp", "dport", "53",
                       "accept", "comment", '"a VPN"')
    try:
        wait_until(lambda: "in the chain output" in gate.status().get("rules_added", ""), "`ctl status` does not tell it")
        expect(gate.log_lines("has 1 rule with a comment, in the chain output"), *gate.log_lines("rules:"))
    finally:
        said = gate.apply_rules()
    expect("gone with the former rules: the table inet sealgate has 1 rule" in said, said)
    wait_until(lambda: "rules_added" not in gate.status(), "it is told still")


def _without_counters(text):
    return [line.split(" packets ")[0] for line in text.splitlines()]


@contextlib.contextmanager
def _not_running(lab):
    gate = lab.sealgate(lab.host, "host")
    try:
        yield World(lab, gate, lab.ask_from_host)
    finally:
        gate.remove_rules()


def _taken_in_every_shape(world):
    """Each form that the configuration can give the table is one that nft takes, and `rules show` shows it."""
    lab = world.lab
    for (role, tcp), (encrypted, count, bypass) in itertools.product(
            itertools.product(("host", "gateway", "both"), ("relay", "refuse")),
            (("true", 1, "false"), ("false", 3, "true"))):
        more = f'tcp = "{tcp}";\nblock_encrypted_dns = {encrypted};\n'
        gate = lab.sealgate(lab.router, role, more=more, queues=count, queue=f"bypass = {bypass};")
        before = snapshot(lab.router)
        try:
            gate.apply_rules()
            shown = gate.command("rules", "show")
            expect(("queue flags bypass to 0-2" in shown) == (count == 3), f"{role}, {count} queues:", shown)
            expect(("dport 853 reject" in shown) == (encrypted == "true"), f"{role}, encrypted {encrypted}:", shown)
            expect(("chain relay_" in shown) == (tcp == "relay"), f"{role}, tcp {tcp}:", shown)
        finally:
            gate.remove_rules()
        expect_equal("what is left", snapshot(lab.router), before)


def _groups():
    yield Group("nft on the host", on_host, (
        Case("nft: the rules in force are those of nft alone", _is_in_force),
        Case("nft: a genuine answer passes and a forged one does not", _judges),
        Case("nft: while the rules are applied again and again no forged answer passes",
             _nothing_passes_while_applied_again),
        Case("nft: rules that nft refuses leave the former ones as they were",
             _nothing_passes_without_a_transaction_either),
        Case("nft: a rule that the operator adds is told until it is gone", _added_rules_are_told),
        _replaces("iptables-nft"), _replaces("iptables-legacy"),
        Case("nft: the rules are applied while another program changes its own", watch.applied_beside_another_program),
        Case("nft: rules that are applied and removed at once leave no trace", watch.without_a_trace),
        Case("nft: several `sealgate rules apply` at once, and the lock is held, leave the rules of one",
             watch.several_without_the_lock),
        *(Case(f"nft: rules that are gone come back: {what}", watch.comes_back(command, ""))
          for what, command in REMOVALS_ON_THE_HOST)))
    yield Group("nft on the gateway", on_gateway, (
        Case("nft, gateway: the rules in force are those of nft alone", _is_in_force),
        Case("nft, gateway: genuine answers pass and forged ones do not", _judges),
        *(Case(f"nft, gateway: rules that are gone come back: {what}", watch.comes_back(command, ""))
          for what, command in REMOVALS_ON_THE_GATEWAY)))
    yield Group("nft, every shape", _not_running, (
        Case("nft: the kernel takes the table of each role, carrier and number of queues, and removing it leaves "
             "nothing", _taken_in_every_shape),))


GROUPS = tuple(_groups()) if surroundings.RULES == "nft" else ()
