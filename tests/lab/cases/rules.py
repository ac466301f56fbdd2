# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules: what they block, and that applying and removing them leaves no trace."""

import contextlib
import json
import pathlib
import socket

from .case import Case, Group, World, described, expect, expect_equal, on_host

REMOVE_RULES = pathlib.Path(__file__).resolve().parents[3] / "dist" / "sealgate-remove-rules"
BACKENDS = ("nft", "iptables-nft", "iptables-legacy")
ROUTING = ("routing rules", "IPv6 routing rules")

IPTABLES_TABLES = ("filter", "nat", "mangle", "raw", "security")

OPERATOR_RULES = "\n".join((
    "*filter", ":OPERATOR - [0:0]", "-A INPUT -j OPERATOR",
    "-A OPERATOR -p udp -m udp --dport 9999 -j ACCEPT", "COMMIT",
    "*mangle", "-A OUTPUT -p udp -m udp --dport 53 -m comment --comment operator", "COMMIT", ""))
OPERATOR_TABLE = "table inet operator {\n chain input {\n type filter hook input priority 5;\n" \
                 "udp dport 53 counter\n}\n}\n"


def _iptables(namespace, command):
    """The rules and chains, without counters and empty tables."""
    kept, table = [], ""
    for line in namespace.run(command).splitlines():
        if line.startswith("*"):
            table = line
        elif line.startswith("-") or (line.startswith(":") and line.split()[1] == "-"):
            kept.append(f"{table} {line.split(' [')[0]}")
    return kept


def _nftables(namespace):
    """Everything that does not mirror an iptables table, without handles and counters."""
    kept = []
    for item in json.loads(namespace.run("nft", "-j", "-s", "list", "ruleset"))["nftables"]:
        (kind, body), = item.items()
        table = body.get("table", body.get("name"))
        if kind == "metainfo" or table in IPTABLES_TABLES:
            continue
        body.pop("handle", None)
        kept.append(f"{kind} {json.dumps(body, sort_keys=True)}")
    return kept


def snapshot(namespace):
    return {
        "iptables": _iptables(namespace, "iptables-save"),
        "ip6tables": _iptables(namespace, "ip6tables-save"),
        "nftables": _nftables(namespace),
        "routing rules": namespace.run("ip", "rule").splitlines(),
        "IPv6 routing rules": namespace.run("ip", "-6", "rule").splitlines(),
    }


def _everything(namespace):
    """The snapshot, and what iptables-legacy has."""
    return {**snapshot(namespace),
            **{save: _iptables(namespace, save) for save in ("iptables-legacy-save",
                                                            "ip6tables-legacy-save")}}


def _works_with(world, backend):
    """Applies the rules with one back end; returns whether it works here."""
    done = world.gate.command_result("rules", "apply", "--backend", backend)
    expect(done.returncode == 0 or f"{backend} does not work here" in done.stdout, done.stdout)
    return done.returncode == 0


def _expect_same(before, after):
    for what, lines in before.items():
        expect_equal(what, after[what], lines)


@contextlib.contextmanager
def _not_running(lab, namespace, role, ask):
    gate = lab.sealgate(namespace, role)
    try:
        yield World(lab, gate, ask)
    finally:
        gate.remove_rules()


def _host(lab):
    return _not_running(lab, lab.host, "host", lab.ask_from_host)


def _gateway(lab):
    return _not_running(lab, lab.router, "gateway", lab.ask_through_gateway)


def _both(lab):
    return _not_running(lab, lab.router, "both", lab.ask_through_gateway)


@contextlib.contextmanager
def _operators_rules(namespace):
    for command in ("iptables-restore", "ip6tables-restore"):
        namespace.run(command, stdin=OPERATOR_RULES)
    namespace.run("nft", "-f", "-", stdin=OPERATOR_TABLE)
    try:
        yield
    finally:
        namespace.run("nft", "delete", "table", "inet", "operator")
        for command in ("iptables", "ip6tables"):
            namespace.run(command, "-F")
            namespace.run(command, "-X", "OPERATOR")
            namespace.run(command, "-t", "mangle", "-F")


def _leaves_nothing(world):
    namespace = world.gate.namespace
    before = snapshot(namespace)
    world.gate.apply_rules()
    expect(snapshot(namespace) != before, "applying the rules changed nothing")
    world.gate.remove_rules()
    _expect_same(before, snapshot(namespace))


def _idempotent(world):
    namespace = world.gate.namespace
    world.gate.apply_rules()
    once = snapshot(namespace)
    world.gate.apply_rules()
    twice = snapshot(namespace)
    world.gate.remove_rules()
    _expect_same(once, twice)


def _spares_the_operator(world):
    namespace = world.gate.namespace
    with _operators_rules(namespace):
        before = snapshot(namespace)
        world.gate.apply_rules()
        applied = snapshot(namespace)
        for what, lines in before.items():
            missing = [line for line in lines if line not in applied[what]]
            expect(not missing, f"{what}, missing while the rules are applied: {missing}")
        world.gate.apply_rules()
        world.gate.remove_rules()
        _expect_same(before, snapshot(namespace))


def _script_leaves_nothing(world):
    namespace = world.gate.namespace
    used = 0
    with _operators_rules(namespace):
        for backend in BACKENDS:
            before = _everything(namespace)
            if not _works_with(world, backend):
                continue
            used += 1
            expect(_everything(namespace) != before, f"{backend} changed nothing")
            namespace.run(REMOVE_RULES)
            _expect_same(before, _everything(namespace))
            namespace.run(REMOVE_RULES)     # with nothing to remove it is no error
    expect(used > 1, "fewer than two back ends work here")


def _put_by_hand(world, backend):
    """Gives what `rules print` says to the program of this back end."""
    text = world.gate.printed("rules", "print", "--backend", backend)
    if backend == "nft":
        world.gate.namespace.run("nft", "-f", "-", stdin=text)
        return
    for command in ("iptables-nft-restore", "ip6tables-nft-restore"):
        world.gate.namespace.run(command, "--noflush", stdin=text)


def _without_notes(state):
    """Without what only `rules apply` does: the routing, and notes about base chains of iptables-nft."""
    return {what: sorted(line for line in lines if "SEALGATE_MADE_" not in line)
            for what, lines in state.items() if what not in ROUTING}


def _prints_what_it_applies(world):
    namespace = world.gate.namespace
    before = snapshot(namespace)
    world.gate.command("rules", "print")
    world.gate.command("rules", "apply", "--dry-run")
    _expect_same(before, snapshot(namespace))
    for backend in ("nft", "iptables-nft"):
        if not _works_with(world, backend):
            continue
        applied = snapshot(namespace)
        world.gate.remove_rules()
        _put_by_hand(world, backend)
        by_hand = snapshot(namespace)
        world.gate.remove_rules()
        _expect_same(_without_notes(applied), _without_notes(by_hand))
        _expect_same(before, snapshot(namespace))


def _says_that_there_are_none(world):
    done = world.gate.command_result("rules", "show")
    expect_equal("exit code", done.returncode, 1)
    expect("no rules of sealgate are in the kernel" in done.stdout, done.stdout)


ADDED = "table inet sealgate {\n chain output {\n udp dport 53 ip daddr 203.0.113.9 accept comment \"a VPN\"\n}\n}\n"


def _shows_what_the_operator_added(world):
    """In the form of nft, whatever form the rules have."""
    namespace = world.gate.namespace
    namespace.run("nft", "-f", "-", stdin=ADDED)
    try:
        said = world.gate.printed("rules", "show")
        expect("# warning: the table inet sealgate has 1 rule with a comment, in the chain output" in said, said)
    finally:
        world.gate.remove_rules()
    expect("# warning: the table" not in world.gate.command_result("rules", "show").stdout, "it is still told")


def _removes_what_is_not_there(world):
    world.gate.remove_rules()
    world.gate.remove_rules()


def _names_the_kind(world):
    said = world.gate.apply_rules()
    world.gate.remove_rules()
    expect(any(f"applied with {backend}" in said for backend in BACKENDS), f"it printed: {said!r}")


def _blocked_without_program(world):
    for family in (4, 6):
        expect(world.ask("www.unsigned.test.", "A", family) is not None, "no answer without rules")
    world.gate.apply_rules()
    try:
        for family in (4, 6):
            answer = world.ask("www.unsigned.test.", "A", family, timeout_s=1)
            expect(answer is None, f"IPv{family}: {described(answer)}")
    finally:
        world.gate.remove_rules()
    for family in (4, 6):
        expect(world.ask("www.unsigned.test.", "A", family) is not None, "still blocked afterwards")


def _loopback_spared(family, address):
    def run(world):
        address_family = socket.AF_INET6 if family == 6 else socket.AF_INET
        with world.lab.host.socket(address_family, socket.SOCK_DGRAM) as server, \
                world.lab.host.socket(address_family, socket.SOCK_DGRAM) as client:
            server.bind((address, 53))
            server.settimeout(60)
            client.settimeout(60)
            try:
                client.sendto(b"anything at all", (address, 53))
                _words, peer = server.recvfrom(100)
                server.sendto(b"any answer", peer)
                seen = client.recv(100)
            except TimeoutError:
                seen = b"nothing"
        expect_equal("over the loopback came", seen, b"any answer")
    return Case(f"DNS on the host's own loopback, {address}, is left alone", run)


WITHOUT_TRACE = (
    ("removing the rules leaves nothing behind", _leaves_nothing),
    ("applying the rules twice gives the same rules as once", _idempotent),
    ("the operator's own rules are left alone", _spares_the_operator),
    ("removing the rules twice is no error", _removes_what_is_not_there),
    ("rules apply says whether it uses nft or iptables", _names_the_kind),
    ("rules print says what rules apply does, and does nothing", _prints_what_it_applies),
    ("rules show says that there are none", _says_that_there_are_none),
    ("rules show names the rules of nft that the operator added", _shows_what_the_operator_added),
    ("without the program the script removes the rules of each back end", _script_leaves_nothing),
)
COMING_AND_GOING = WITHOUT_TRACE + (
    ("while sealgate does not run DNS is blocked, and works again without the rules",
     _blocked_without_program),
)

GROUPS = (
    Group("rules on the host", _host, tuple(Case(*row) for row in COMING_AND_GOING)),
    Group("rules on the gateway", _gateway, tuple(
        Case("gateway: " + name, run) for name, run in COMING_AND_GOING)),
    Group("rules of both roles", _both, tuple(
        Case("both: " + name, run) for name, run in COMING_AND_GOING)),
    Group("what the rules stop on the host", on_host, (
        _loopback_spared(4, "127.0.0.1"), _loopback_spared(6, "::1"))),
)
