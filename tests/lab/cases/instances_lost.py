# SPDX-License-Identifier: GPL-2.0-or-later
"""Two instances on one machine, of which one has lost its configuration: what can be told of it is told or removed,
and what could be the other's is left alone."""

import contextlib
import os
import shutil
import subprocess

from lab import surroundings
from lab.resources import LabError, Obstacle
from lab.surroundings import patient

from .case import Case, Group, World, expect, expect_equal
from .rules import REMOVE_RULES, snapshot

WAIT_S = patient(60)
LAN = "lan"
TABLES = (5300, 5301, 5302)
KEYS = "/etc/sealgate/keys"

# Directories of its own: /etc, with nothing of sealgate, and /run.
START = f"""
set -e
mount -t tmpfs tmpfs /run
mkdir /run/etc /run/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work overlay /etc
rm -rf /etc/sealgate
mkdir -p {KEYS}
echo ready
exec sleep infinity
"""

GATEWAY = f"""role = "gateway";
inside = [ "{LAN}" ];
shortcut = {{ interfaces = [ "{LAN}" ]; }};
"""
SIGNER = f"""role = "signer";
sign = {{ zones = ( {{ name = "own.lab"; keys = "{KEYS}"; }} ); }};
"""


class Machine:
    """A network namespace with an interface, and a place for files that its commands share."""

    def __init__(self, lab):
        self._lab = lab
        self.namespace = lab.resources.namespace("lost")
        self.namespace.run("ip", "link", "set", "lo", "up")
        self.namespace.run("ip", "link", "add", LAN, "type", "veth", "peer", "name", "nobody")
        self.namespace.run("ip", "link", "set", LAN, "up")
        self._process = self.namespace.start("lost", "unshare", "-m", "sh", "-c", START)
        if not self._process.wait_for_log("ready", WAIT_S):
            raise LabError("no machine: " + self._process.log_text())

    def stop(self):
        self._process.stop()

    def result(self, *argv, stdin=None):
        done = subprocess.run(("nsenter", f"--target={self._process.pid}", "-n", "-m", *map(str, argv)), input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=WAIT_S)
        return done.returncode, done.stdout

    def run(self, *argv, stdin=None):
        code, said = self.result(*argv, stdin=stdin)
        if code != 0:
            raise LabError(f"{argv}: exit code {code}: {said}")
        return said

    def sealgate(self, *words):
        """Returns the exit code and what it says."""
        return self.result(self._lab.sealgate_path, *words)

    def write(self, name, text):
        """Writes /etc/sealgate/NAME; None removes it."""
        path = f"/proc/{self._process.pid}/root/etc/sealgate/{name}"
        if text is None:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
            return
        with open(path, "w") as file:
            file.write(text)

    def configure(self, name, text):
        """Writes a right configuration; "" is no name. Returns the options that name the instance."""
        more = f'rules_backend = "{surroundings.RULES}";\n' if surroundings.RULES else ""
        more += f'instance = "{name}";\n' if name else ""
        self.write(f"{name or 'sealgate'}.conf", f'user = "daemon";\n{more}{text}')
        return ("--instance", name)

    def apply(self, name, text):
        options = self.configure(name, text)
        code, said = self.sealgate("rules", "apply", *options)
        expect(code == 0, said)
        if "the shortcut is not used" in said:
            raise Obstacle(said.split("through the queue: ")[1].splitlines()[0])
        return options

    def _routes(self, table):
        code, said = self.result("ip", "route", "show", "table", table)
        return said if code == 0 else ""        # no route was ever there

    def seen(self):
        """All that instances put into the kernel."""
        return {**snapshot(self),
                "routes": {table: self._routes(table) for table in TABLES},
                "shortcut": [line for line in self.run("tc", "filter", "show", "dev", LAN, "ingress").splitlines()
                             if " shortcut" in line],
                "qdisc": "clsact" in self.run("tc", "qdisc", "show", "dev", LAN),
                "directories": sorted(self.run("sh", "-c", "find /run -maxdepth 1 -name 'sealgate_bpf*'").split())}


@contextlib.contextmanager
def _scene(lab):
    machine = Machine(lab)
    world = World(lab, None, None)
    world.machine = machine
    try:
        world.nothing = machine.seen()
        yield world
    finally:
        machine.stop()


@contextlib.contextmanager
def _afterwards(machine):
    """All is removed at the end, also if the case fails."""
    try:
        yield
    finally:
        for name, text in (("", GATEWAY), ("gw", GATEWAY), ("signer", SIGNER)):
            machine.sealgate("rules", "remove", *machine.configure(name, text))
            machine.write(f"{name or 'sealgate'}.conf", None)


def _expect_same(what, found, wanted):
    for part, lines in wanted.items():
        expect_equal(f"{what}: {part}", found[part], lines)


# What is not known.

UNKNOWN = (
    ("is gone", None),
    ("includes another", '@include "/nowhere/sealgate.conf"\nrole = "signer";\n'),
    ("has two names", 'instance = "signer";\ninstance = "other";\n'),
    ("has no end of a text", 'instance = "signer;\nrole = "signer";\n'),
    ("has a mistyped key", 'instanse = "signer";\nrole = "signer";\n'),
)


def _refuses_what_is_not_sure(world):
    """It may be the instance without a name, whose rules must stay."""
    machine = world.machine
    with _afterwards(machine):
        machine.apply("", GATEWAY)
        machine.apply("signer", SIGNER)
        before = machine.seen()
        for why, text in UNKNOWN:
            machine.write("signer.conf", text)
            for words in (("rules", "remove"), ("rules", "show"), ("ctl", "status"), ("ctl", "pause", "5")):
                code, said = machine.sealgate(*words, "--config", "/etc/sealgate/signer.conf")
                expect(code == 2 and "or name the instance: --instance NAME" in said, f"{why}: {words}: {code}", said)
            _expect_same(why, machine.seen(), before)


KNOWN = (
    ("a colon", 'role = ;\ninstance : "signer";\n'),
    ("several keys in a line", 'user = "daemon"; instance = "signer"; role = ;\n'),
    ("a comment", '/* whose */ instance = /* this one */ "signer"; // here\nrole = ;\n'),
    ("a wrong key", 'instance = "signer"; rol = "signer";\n'),
)


def _removes_what_is_sure(world):
    machine = world.machine
    with _afterwards(machine):
        machine.apply("", GATEWAY)
        before = machine.seen()
        for why, text in KNOWN:
            machine.apply("signer", SIGNER)
            machine.write("signer.conf", text)
            code, said = machine.sealgate("rules", "remove", "--config", "/etc/sealgate/signer.conf")
            expect(code == 0, why, said)
            _expect_same(why, machine.seen(), before)


# --instance, with and without a file.

def _named_without_a_file(world):
    """Each of two named ones is removed by its name; what is the other's stays, shortcut and routing included."""
    machine = world.machine
    for lost in (None, "instance = ", "role = signer", ""):
        with _afterwards(machine):
            machine.apply("gw", GATEWAY)
            gateway = machine.seen()
            machine.apply("signer", SIGNER)
            machine.write("signer.conf", lost)
            code, said = machine.sealgate("rules", "remove", "--instance", "signer")
            expect(code == 0, f"{lost}: {code}", said)
            _expect_same(f"the gateway's, {lost}", machine.seen(), gateway)
            machine.write("gw.conf", lost)
            code, said = machine.sealgate("rules", "remove", "--instance", "gw")
            expect(code == 0, f"{lost}: {code}", said)
            _expect_same(f"nothing, {lost}", machine.seen(), world.nothing)


def _the_one_without_a_name(world):
    """Its file is wrong, and it is not known whose it is; "" names it."""
    machine = world.machine
    with _afterwards(machine):
        machine.apply("gw", GATEWAY.replace("shortcut", "# "))
        machine.sealgate("rules", "remove", "--instance", "gw")
        machine.apply("", GATEWAY)
        before = machine.seen()
        machine.write("sealgate.conf", '@include "/nowhere"\n')
        code, said = machine.sealgate("rules", "remove")
        expect(code == 2 and '--instance "" for the one without a name' in said, f"{code}", said)
        _expect_same("refused", machine.seen(), before)
        code, said = machine.sealgate("rules", "remove", "--instance", "")
        expect(code == 0, f"{code}", said)
        _expect_same("removed", machine.seen(), world.nothing)
        machine.apply("", GATEWAY)
        machine.write("sealgate.conf", 'role = "gateway\n# instance = "gw";\n')
        expect_equal("a text without an end", machine.sealgate("rules", "remove")[0], 2)
        machine.write("sealgate.conf", 'role = gateway;\n# instance = "gw";\n')
        code, said = machine.sealgate("rules", "remove")
        expect(code == 0, f"{code}", said)
        _expect_same("removed, as nothing names another", machine.seen(), world.nothing)


def _another_name_than_asked(world):
    machine = world.machine
    with _afterwards(machine):
        machine.apply("gw", GATEWAY)
        before = machine.seen()
        machine.write("signer.conf", 'instance = "gw"; rol = 1;\n')
        for words in (("rules", "remove"), ("rules", "show"), ("ctl", "status")):
            code, said = machine.sealgate(*words, "--instance", "signer")
            expect(code == 2 and 'instance is "gw" here' in said, f"{words}: {code}", said)
        _expect_same("after that", machine.seen(), before)


def _advice_names_the_instance(world):
    """What a message tells to do is for the instance that it is about."""
    machine = world.machine
    for name, options, unit in (("", "", "sealgate"), ("gw", " --instance gw", "sealgate@gw")):
        with _afterwards(machine):
            ways = [(machine.configure(name, GATEWAY), options)]
            ways.append((("--config", f"/etc/sealgate/{name or 'sealgate'}.conf"),) * 2)
            if not name:
                ways.append(((), ""))
            for words, advised in ways:
                advised = advised if isinstance(advised, str) else " " + " ".join(advised)
                code, said = machine.sealgate("rules", "show", *words)
                expect(code == 1 and f"`sealgate rules apply{advised}` puts" in said, f"{words}: {code}", said)
                code, said = machine.sealgate("ctl", "status", *words)
                expect(code == 3 and f"`systemctl status {unit}`" in said, f"{words}: {code}", said)


# Routing of others.

OPERATORS_ROUTING = (("fwmark", "0x1", "lookup", "5301"), ("from", "192.0.2.0/24", "fwmark", "0x2000000/0x3000000",
                                                           "lookup", "5301"),
                     ("fwmark", "0x7/0xff", "lookup", "5300"), ("fwmark", "0x9", "lookup", "5302"))


@contextlib.contextmanager
def _operators_routing(machine):
    for rule in OPERATORS_ROUTING:
        machine.run("ip", "rule", "add", *rule)
    machine.run("ip", "route", "add", "198.51.100.0/24", "dev", LAN, "table", "5301")
    try:
        yield
    finally:
        for rule in OPERATORS_ROUTING:
            machine.result("ip", "rule", "del", *rule)
        for table in TABLES:
            machine.result("ip", "route", "flush", "table", table)


def _without_our_routes(seen):
    """Where the operator has rules for the table, our route stays."""
    routes = {table: said.replace("local default dev lo scope host \n", "") for table, said in seen["routes"].items()}
    return {**seen, "routes": routes}


def _spares_the_operators_routing(world):
    """The rules of others that lead to the same table, with or without our mark."""
    machine = world.machine
    with _operators_routing(machine):
        before = machine.seen()
        for name in ("", "gw"):
            with _afterwards(machine):
                options = machine.apply(name, GATEWAY)
                mark = "mark = { mask = 0x0c; own = 0x04; relay = 0x08; };\n"
                machine.apply(name, GATEWAY + mark)
                applied = machine.seen()["routing rules"]
                expect_equal("marks of the relay", [line.split()[4] for line in applied if "proto 53" in line],
                             ["0x8/0xc"])
                expect(set(before["routing rules"]) <= set(applied), "the operator's", *applied)
                expect_equal("exit code", machine.sealgate("rules", "remove", *options)[0], 0)
                _expect_same(f"after {name or 'the one without a name'}", _without_our_routes(machine.seen()), before)


def _removes_an_older_rule(world):
    """A build that did not write who made the rule."""
    machine = world.machine
    with _afterwards(machine):
        options = machine.apply("gw", GATEWAY)
        for family in ("-4", "-6"):
            machine.run("ip", family, "rule", "del", "fwmark", "0x2000000/0x3000000", "lookup", "5301")
            machine.run("ip", family, "rule", "add", "fwmark", "0x2000000/0x3000000", "lookup", "5301")
        machine.apply("gw", GATEWAY)
        expect_equal("rules of the relay", len([line for line in machine.seen()["routing rules"] if "5301" in line]), 1)
        machine.sealgate("rules", "remove", *options)
        _expect_same("nothing", machine.seen(), world.nothing)


# Without the program.

FOREIGN_TABLES = ("sealgate_x", "sealgates", "sealgate-LONGERNAME", "sealgate--")
FOREIGN_CHAINS = ("SEALGATE-LONGERNAME_X", "SEALGATES_X")


@contextlib.contextmanager
def _foreign_names(machine):
    """What others have, under names that only begin like ours."""
    for table in FOREIGN_TABLES:
        machine.run("nft", "-f", "-", stdin=f"table inet {table} {{\n chain input {{\n type filter hook input priority 5;\n"
                                            " udp dport 53 counter\n}\n}\n")
    for chain in FOREIGN_CHAINS:
        machine.run("iptables", "-N", chain)
        machine.run("iptables", "-A", "INPUT", "-j", chain)
    try:
        yield
    finally:
        for table in FOREIGN_TABLES:
            machine.result("nft", "delete", "table", "inet", table)
        for chain in FOREIGN_CHAINS:
            machine.result("iptables", "-D", "INPUT", "-j", chain)
            machine.result("iptables", "-X", chain)


def _script_removes_one(world):
    """Of each pair one, whatever its place, with its shortcut and its routing."""
    machine = world.machine
    with _operators_routing(machine), _foreign_names(machine):
        for gateway, signer in (("gw", "signer"), ("", "signer"), ("gw", "")):
            for name, role, other, others_role in ((gateway, GATEWAY, signer, SIGNER),
                                                   (signer, SIGNER, gateway, GATEWAY)):
                with _afterwards(machine):
                    machine.apply(other, others_role)
                    before = machine.seen()
                    machine.apply(name, role)
                    expect(machine.seen() != before, "applying changed nothing")
                    said = machine.run(REMOVE_RULES, "--instance", name)
                    _expect_same(f"{name or 'the one without a name'} beside {other}: {said}",
                                 *map(_without_our_routes, (machine.seen(), before)))


def _script_removes_all(world):
    machine = world.machine
    with _operators_routing(machine), _foreign_names(machine):
        before = machine.seen()
        for gateway, signer in (("gw", "signer"), ("", "signer"), ("gw", "")):
            with _afterwards(machine):
                machine.apply(gateway, GATEWAY)
                machine.apply(signer, SIGNER)
                said = machine.run(REMOVE_RULES)
                _expect_same(said, _without_our_routes(machine.seen()), before)


WRONG_ARGUMENTS = (
    ("--instance", "LONGERNAME"), ("--instance", "-a"), ("--instance", "a_b"), ("--instance", "a\nb"),
    ("--instance",), ("--instance=a_b",), ("--instance", "gw", "--instance", "signer"), ("--instanse", "signer"), ("-h",),
    ("--",), ("signer",), ("run/x",), ("",), ("/run/x", "/run/y"), ("--instance", "signer", "/run/x", "/run/y"))


def _script_refuses_wrong_arguments(world):
    """A mistake removes nothing; with --help it only says how it is used."""
    machine = world.machine
    with _afterwards(machine):
        machine.apply("gw", GATEWAY)
        machine.apply("signer", SIGNER)
        before = machine.seen()
        for words in WRONG_ARGUMENTS:
            code, said = machine.result(REMOVE_RULES, *words)
            expect(code == 2 and "usage: sealgate-remove-rules" in said, f"{words}: {code}", said)
            _expect_same(f"{words}", machine.seen(), before)
        expect("usage: sealgate-remove-rules" in machine.run(REMOVE_RULES, "--help"), "no usage")
        _expect_same("--help", machine.seen(), before)


def _script_takes_the_option_in_any_form(world):
    machine = world.machine
    with _afterwards(machine):
        machine.apply("gw", GATEWAY)
        before = machine.seen()
        for words in (("--instance=signer",), ("/run/nothing", "--instance", "signer")):
            machine.apply("signer", SIGNER)
            said = machine.run(REMOVE_RULES, *words)
            _expect_same(f"{words}: {said}", machine.seen(), before)


def _script_removes_the_routing_beside_tables(world):
    """Of both families, while another instance has a table of nft."""
    machine = world.machine
    machine.run("nft", "add", "table", "inet", "sealgate-b")
    try:
        before = machine.seen()
        with _afterwards(machine):
            machine.apply("gw", GATEWAY)
            said = machine.run(REMOVE_RULES, "--instance", "gw")
            _expect_same(said, _without_our_routes(machine.seen()), _without_our_routes(before))
    finally:
        machine.run("nft", "delete", "table", "inet", "sealgate-b")


def _script_takes_a_directory_with_a_blank(world):
    """It is one directory, and no pattern."""
    machine = world.machine
    machine.run("mkdir", "-p", "/run/a b", "/run/a", "/run/shared-c")
    with _afterwards(machine):
        for directory, left in (("/run/a b", "/run/a"), ("/run/shared-[c]", "/run/shared-c")):
            machine.run("mkdir", "-p", directory)
            machine.run(REMOVE_RULES, directory)
            machine.run("test", "!", "-e", directory)
            machine.run("test", "-d", left)
    machine.run("rmdir", "/run/a", "/run/shared-c")


@contextlib.contextmanager
def _with_tools(machine, **scripts):
    """The words that run a command with these scripts in front of the programs of the same names ("_" is "-")."""
    machine.run("mkdir", "-p", "/run/tools")
    for name, text in scripts.items():
        path = f"/run/tools/{name.replace('_', '-')}"
        machine.run("tee", path, stdin=f"#!/bin/sh\n{text}\n")
        machine.run("chmod", "+x", path)
    try:
        yield ("env", f"PATH=/run/tools:{os.environ['PATH']}")
    finally:
        machine.run("rm", "-r", "/run/tools")


def _script_says_what_it_cannot_list(world):
    """Exit code 1: rules may be left."""
    machine = world.machine
    for name in ("nft", "iptables_nft_save", "ip6tables_legacy_save", "ip"):
        with _afterwards(machine), _with_tools(machine, **{name: "echo broken >&2\nexit 1"}) as words:
            machine.apply("gw", GATEWAY)
            code, said = machine.result(*words, REMOVE_RULES)
            expect(code == 1 and "cannot list what there is" in said and "broken" in said, f"{name}: {code}", said)
    with _afterwards(machine), _with_tools(machine, tc="exit 1") as words:
        machine.apply("gw", GATEWAY)
        before = machine.seen()
        code, said = machine.result(*words, REMOVE_RULES)
        expect(code == 1, f"tc: {code}", said)
        for part in ("shortcut", "qdisc", "directories"):
            expect_equal(f"without tc: {part}", machine.seen()[part], before[part])
        machine.run(REMOVE_RULES)
        _expect_same("with tc", _without_our_routes(machine.seen()), world.nothing)


def _script_without_its_tools(world):
    """Without nft and iptables, or without awk, it cannot remove rules, and says so."""
    machine = world.machine
    found = {name: machine.run("sh", "-c", f"command -v {name}").strip() for name in ("id", "grep", "sed", "awk", "ip", "sort")}
    machine.run("mkdir", "-p", "/run/few")
    for name, path in found.items():
        machine.run("ln", "-s", path, f"/run/few/{name}")
    words = ("env", "PATH=/run/few", "/bin/sh", REMOVE_RULES)
    try:
        code, said = machine.result(*words)
        expect(code == 1 and "neither nft nor iptables-save was found" in said, f"{code}", said)
        machine.run("rm", "/run/few/awk")
        code, said = machine.result(*words)
        expect(code == 1 and "awk is needed" in said, f"{code}", said)
    finally:
        machine.run("rm", "-r", "/run/few")


def _script_leaves_the_operators_table(world):
    """A table of iptables-nft in which the operator has something goes only if it is empty for sure. And what
    iptables-nft-save leaves out is not taken for gone."""
    machine = world.machine
    code, said = machine.sealgate("rules", "apply", "--backend", "iptables-nft", *machine.configure("gw", GATEWAY))
    if code != 0:
        raise Obstacle(f"iptables-nft does not work here: {said}")
    unlisted = 'test "$1 $2" = "list table" && exit 1\nexec /usr/sbin/nft "$@"'
    with _afterwards(machine), _with_tools(machine, nft=unlisted) as words:
        code, said = machine.result(*words, REMOVE_RULES)
        tables = machine.run("nft", "list", "tables")
        expect(code == 1 and "table ip filter" in tables, f"{code}: {tables}", said)
    for line, is_known in (("add set ip filter operators { type ipv4_addr; }", True),
                           ("add rule ip filter FORWARD meta mark set numgen inc mod 5 comment operators", False)):
        with _afterwards(machine):
            machine.sealgate("rules", "apply", "--backend", "iptables-nft", *machine.configure("gw", GATEWAY))
            machine.run("nft", line)
            try:
                code, said = machine.result(REMOVE_RULES)
                expect("operators" in machine.run("nft", "list", "table", "ip", "filter"), f"{line}: gone", said)
                expect(code == 0 if is_known else code == 1 and "these chains are still there: SEALGATE-gw_" in said,
                       f"{line}: {code}", said)
            finally:
                machine.run("nft", "delete", "table", "ip", "filter")


def _foreign_names_are_no_instances(world):
    machine = world.machine
    with _foreign_names(machine), _afterwards(machine):
        options = machine.apply("gw", GATEWAY)
        said = machine.sealgate("rules", "show", *options)[1]
        expect("has rules, too" not in said, said)


# An older build.

def _older_notes(world):
    """An older build noted the base chains that it made under longer names: they are removed with the rules, by the
    program after an apply or without one, and by the script."""
    machine = world.machine
    text = machine.sealgate("rules", "print", "--backend", "iptables-nft", *machine.configure("", GATEWAY))[1]
    text = text[text.index("*security"):text.index("# the routing")]
    older = text.replace("*security\n", "*security\n:SEALGATE_MADE_FORWARD - [0:0]\n").replace(
        "*filter\n", "*filter\n:SEALGATE_MADE_FORWARD - [0:0]\n").replace(
        "*mangle\n", "*mangle\n:SEALGATE_MADE_PREROUTING - [0:0]\n")
    chains = machine.run("nft", "list", "chains")
    for how in ("remove", "apply", "script"):
        with _afterwards(machine):
            options = machine.configure("", GATEWAY)
            for restore in ("iptables-nft-restore", "ip6tables-nft-restore"):
                machine.run(restore, "--noflush", stdin=older)
            expect(machine.run("nft", "list", "chains") != chains, "no base chain was made")
            if how == "apply":
                code, said = machine.sealgate("rules", "apply", "--backend", "iptables-nft", *options)
                expect(code == 0, said)
            if how == "script":
                machine.run(REMOVE_RULES, "--instance", "")
            else:
                machine.sealgate("rules", "remove", *options)
            expect_equal(f"chains after {how}", machine.run("nft", "list", "chains"), chains)


def _obstacle():
    return None if shutil.which("nsenter") and shutil.which("unshare") else "no nsenter or unshare"


GROUPS = (
    Group("instances, lost configurations", _scene, (
        Case("an instance that is not known for sure is not touched: exit code 2, and what to do",
             _refuses_what_is_not_sure),
        Case("a wrong configuration that tells its instance: its rules are removed, and no others",
             _removes_what_is_sure),
        Case("--instance NAME removes what is NAME's when its configuration is lost", _named_without_a_file),
        Case("--instance \"\" is the instance without a name, whatever its configuration", _the_one_without_a_name),
        Case("a file with another name than the one asked for: nothing is done", _another_name_than_asked),
        Case("messages advise commands and units of the instance that they are about", _advice_names_the_instance),
        Case("the operator's routing rules to the same tables stay", _spares_the_operators_routing),
        Case("a routing rule of an older build is replaced and removed", _removes_an_older_rule),
        Case("names that only begin like ours are no instances", _foreign_names_are_no_instances),
        Case("sealgate-remove-rules --instance NAME removes what is NAME's, and nothing of the other or of others",
             _script_removes_one),
        Case("sealgate-remove-rules removes what all instances have, and nothing of others", _script_removes_all),
        Case("sealgate-remove-rules with wrong arguments changes nothing", _script_refuses_wrong_arguments),
        Case("sealgate-remove-rules takes --instance in both forms and anywhere", _script_takes_the_option_in_any_form),
        Case("sealgate-remove-rules removes the routing of both families beside another instance's table",
             _script_removes_the_routing_beside_tables),
        Case("sealgate-remove-rules takes a DIRECTORY as it is written", _script_takes_a_directory_with_a_blank),
        Case("sealgate-remove-rules fails if it cannot list rules, and leaves what it cannot see",
             _script_says_what_it_cannot_list),
        Case("sealgate-remove-rules fails without the programs that it needs", _script_without_its_tools),
        Case("sealgate-remove-rules leaves a table of the operator's", _script_leaves_the_operators_table),
        Case("the base chains that an older build made are removed with its rules", _older_notes),
    ), obstacle=_obstacle()),
)
