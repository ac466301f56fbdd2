# SPDX-License-Identifier: GPL-2.0-or-later
"""Two instances on one machine: one protects what the machine asks, the other signs for the DNS server on it. What
happens to one of them is nothing to the other."""

import contextlib
import itertools
import os
import pathlib
import signal
import socket
import subprocess

import dns.message
import dns.rrset

from lab import ask, manager, nat, own_zone, streams, topology
from lab.attacks import FORGED
from lab.resources import LabError
from lab.surroundings import patient

from .case import Case, Group, World, described, expect, expect_data, expect_equal, expect_rcode, wait_until
from .rules import REMOVE_RULES, snapshot

GOOD = ["192.0.2.80", "192.0.2.81"]
WAIT_S = patient(60)
ANSWER_S = patient(5)
SILENCE_S = patient(0.7)
_names = itertools.count(1)


def _world(lab, zone, names):
    """`asker`, `asks_from`: where the questions come from that the validator judges, and its addresses."""
    if "gateway" in names:
        world = World(lab, None, lab.ask_through_gateway)
        world.asker, world.asks_from = lab.client, topology.CLIENT
    else:
        world = World(lab, None, lab.ask_from_host)
        world.asker, world.asks_from = lab.host, own_zone.ASKER
    world.zone, world.names = zone, names
    return world


def _two(first, second, queue=""):
    """A scene with two instances on one machine: `validator`, of the role "host" or "gateway", and `signer`, started in
    this order. "" is no name."""
    names = dict((first, second))

    @contextlib.contextmanager
    def scene(lab):
        on_router = "gateway" in names
        zone = own_zone.OwnZone(lab, lab.router, topology.ROUTER_OUTSIDE) if on_router else own_zone.OwnZone(lab)
        with contextlib.ExitStack() as stack:
            stack.enter_context(zone.served())
            world = _world(lab, zone, names)
            for role, name in (first, second):
                more = f'instance = "{name}";\n' + (zone.configuration() if role == "signer" else "")
                gate = lab.sealgate(zone.machine, role, more=more, first=None, queue=queue)
                setattr(world, "signer" if role == "signer" else "validator", stack.enter_context(gate))
            world.gate = world.validator
            yield world
    return scene


# Both trades.

def _expect_signed(world):
    """By a validating resolver elsewhere; and directly, over UDP and TCP."""
    fresh = f"n{next(_names)}.{own_zone.ORIGIN}"
    answers = []

    def is_secure():
        answers.append(ask.query(world.lab.upstream, own_zone.VALIDATOR, f"v{next(_names)}.{own_zone.ORIGIN}", "A",
                                 ad=True, timeout_s=ANSWER_S))
        return answers[-1] is not None and answers[-1].has_ad and answers[-1].data("A") == [own_zone.ADDRESS]
    for family in (4, 6):
        for way in (ask.query, streams.query):
            answer = way(world.lab.upstream, world.zone.addresses[family], fresh, "A", do=True)
            expect_data(answer, "A", [own_zone.ADDRESS])
            expect(answer.data("RRSIG"), f"not signed: {described(answer)}")
    wait_until(is_secure, lambda: f"the validator does not believe it: {described(answers[-1])}", WAIT_S)


def _expect_protected(world):
    """Over UDP and TCP, a genuine answer passes and a forged one does not."""
    world.validator.ctl("flush")
    for family in (4, 6):
        expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)
        with world.lab.attack("forge-address"):
            expect_rcode(world.ask("www.rsa256.test.", "A", family), "SERVFAIL")
    expect_data(streams.query(world.asker, topology.UPSTREAM[4], "www.p256.test.", "A"), "A", GOOD)
    with streams.Server(world.lab, streams.attacking("forge-address")) as server:
        expect_rcode(streams.query(world.asker, topology.UPSTREAM[4], "www.rsa512.test.", "A"), "SERVFAIL")
    expect(not server.complaints, *server.complaints)


def _both_work(world):
    _expect_signed(world)
    _expect_protected(world)


# What happens to one of them.

def _lines_of(world, gate):
    """The rules of an instance, as the kernel has them."""
    name = world.names[gate.role]
    return [line for line in "".join(gate.printed("rules", "show")).splitlines()
            if not line.startswith("#") and (name in line or not name)]


def _restart(gate):
    gate.restart()


def _kill(gate):
    gate.stop(signal.SIGKILL)
    gate.start()


def _apply(gate):
    gate.apply_rules()


def _reload(gate):
    code, said = gate.ctl("reload")
    expect_equal(said, code, 0)


def _remove_and_apply(gate):
    gate.remove_rules()
    gate.apply_rules()


def _leaves_the_other_alone(what, change):
    def run(world):
        for gate, other, check in ((world.validator, world.signer, _expect_signed),
                                   (world.signer, world.validator, _expect_protected)):
            lines, pid, said = _lines_of(world, other), other.process.pid, len(other.log_lines("rules:"))
            change(gate)
            check(world)
            expect_equal("the other's rules", _lines_of(world, other), lines)
            expect_equal("the other's process", other.status()["pid"], str(pid))
            expect_equal("the other's rules", other.status()["rules"], "in-force")
            expect_equal("what the other says of its rules", other.log_lines("rules:")[said:], [])
        _both_work(world)
    return Case(f"two instances: {what} of one leaves the other alone", run)


def _without_the_other(world):
    """One stands alone, while the other's rules are gone and its process is stopped."""
    for gate, check in ((world.validator, _expect_signed), (world.signer, _expect_protected)):
        gate.stop()
        gate.remove_rules()
        try:
            check(world)
            expect("there are no rules" not in "".join(gate.command_result("rules", "show").stdout), "rules are left")
        finally:
            gate.apply_rules()
            gate.start()
    _both_work(world)


def _rules_of(gate):
    """What an instance says of its rules: their state, and how often it has put them back."""
    _code, said = gate.ctl("status")
    status = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return status.get("rules"), int(status.get("rules_restored", -1))


def _both_come_back(world):
    """Whatever the other program removes, both guards put their own back, and nothing of the other's away."""
    before = {gate: _rules_of(gate)[1] for gate in (world.validator, world.signer)}
    legacy = "; ".join(f"{tool} -t {table} -F && {tool} -t {table} -X" for tool in ("iptables", "ip6tables")
                       for table in ("security", "filter", "nat", "mangle", "raw"))
    world.lab.host.run("sh", "-c", f"{legacy}; nft flush ruleset")
    for gate in (world.validator, world.signer):
        wait_until(lambda: _rules_of(gate)[1] > before[gate] and _rules_of(gate)[0] == "in-force",
                   f"the rules of {gate.role} do not come back", WAIT_S)
    _both_work(world)
    for gate in (world.validator, world.signer):
        expect(_rules_of(gate)[1] <= before[gate] + 2, "the guards fight each other")


# Packets that could be of both.

ASK_AS = """
import socket, sys
mark, source, address, wait_s, wire = sys.argv[1:]
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if int(mark):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(mark).to_bytes(4, sys.byteorder))
if source:
    s.bind((source, 53))
s.settimeout(float(wait_s))
s.connect((address, 53))
s.send(bytes.fromhex(wire))
try:
    print(s.recv(65535).hex())
except OSError:
    print()
"""


def _ask_as(namespace, address, query, source="", mark=0):
    said = namespace.run("python3", "-B", "-c", ASK_AS, str(mark), source, address,
                         str(ANSWER_S), query.to_wire().hex())
    return ask.Answer(bytes.fromhex(said)) if said.strip() else None


def _queued(gate):
    """How many packets the kernel has put into the queues of an instance: the last id of each."""
    with open(f"/proc/{gate.process.pid}/net/netfilter/nfnetlink_queue") as file:
        rows = [[int(column) for column in line.split()] for line in file]
    return {row[0]: row[7] for row in rows}


def _expect_protected_from_53(world):
    """Port 53 at both ends."""
    for family in (4, 6):
        world.validator.ctl("flush")
        query, asker = ask.make("www.p256.test.", "A"), world.asks_from[family]
        with world.lab.attack("forge-address"):
            expect_rcode(_ask_as(world.asker, topology.UPSTREAM[family], query, asker), "SERVFAIL")
        expect_data(_ask_as(world.asker, topology.UPSTREAM[family], query, asker), "A", GOOD)


def _expect_signed_from_53(world):
    """Port 53 at both ends."""
    for family in (4, 6):
        query = ask.make(f"p{next(_names)}.{own_zone.ORIGIN}", "A", do=True, rd=False)
        answer = _ask_as(world.lab.upstream, world.zone.addresses[family], query, own_zone.STRANGER[family])
        expect_data(answer, "A", [own_zone.ADDRESS])
        expect(answer.data("RRSIG"), f"not signed: {described(answer)}")


def _port_53_at_both_ends(world):
    """Whichever rules were applied last."""
    for gate in (world.validator, world.signer, world.validator):
        gate.apply_rules()
        _expect_protected_from_53(world)
        _expect_signed_from_53(world)


@contextlib.contextmanager
def _stopped(gate):
    gate.stop()
    try:
        yield
    finally:
        gate.start()


@contextlib.contextmanager
def _paused(gate):
    expect_equal("exit code of pause", gate.ctl("pause", str(int(WAIT_S)))[0], 0)
    try:
        yield
    finally:
        gate.ctl("resume")


def _works_while_the_other(is_what, state):
    """The rules of the other stay, and with them, the queues that nobody may serve."""
    def run(world):
        with state(world.validator):
            _expect_signed_from_53(world)
            _expect_signed(world)
        with state(world.signer):
            _expect_protected_from_53(world)
            _expect_protected(world)
        _both_work(world)
    return Case(f"two instances: each works while the other is {is_what}, with port 53 at both ends, too", run)


# A forged response, from port 53 to port 53, behind a header of destination options; sent as it is.
SEND_RAW = """
import socket, sys
source, destination, wire, extended = *sys.argv[1:4], sys.argv[4] == "extended"
wire = bytes.fromhex(wire)
source, destination = (socket.inet_pton(socket.AF_INET6, each) for each in (source, destination))
udp = b"\\0\\x35\\0\\x35" + (8 + len(wire)).to_bytes(2, "big")
summed = source + destination + (8 + len(wire)).to_bytes(4, "big") + b"\\0\\0\\0\\x11" + udp + b"\\0\\0" + wire
summed += bytes(len(summed) % 2)
total = sum(int.from_bytes(summed[at:at + 2], "big") for at in range(0, len(summed), 2)) % 65535
udp += (65535 - total or 65535).to_bytes(2, "big") + wire
payload = bytes((17, 0, 1, 4, 0, 0, 0, 0)) + udp if extended else udp
next_header = 60 if extended else 17
header = b"\\x60\\0\\0\\0" + len(payload).to_bytes(2, "big") + bytes((next_header, 64)) + source + destination
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
raw.sendto(header + payload, (sys.argv[2], 0))
"""


@contextlib.contextmanager
def _asks_one_that_is_silent(world, query):
    """A socket on port 53 of the host that has asked port 53 of an address elsewhere, which does not answer."""
    past_the_attacker = [(6, "-p", "udp", "-d", end[6], "--dport", "53")
                         for end in (own_zone.ASKER, own_zone.STRANGER)]
    with (nat.spared(world.lab.wire, past_the_attacker),
          world.lab.host.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((own_zone.ASKER[6], 53))
        sock.sendto(query.to_wire(), (own_zone.STRANGER[6], 53))
        yield sock


def _gets_the_forged_answer(world, shape):
    query = ask.make("www.p256.test.", "A")
    forged = dns.message.make_response(query)
    forged.answer.append(dns.rrset.from_text("www.p256.test.", 300, "IN", "A", FORGED[1]))
    with _asks_one_that_is_silent(world, query) as sock:
        world.lab.upstream.run("python3", "-B", "-c", SEND_RAW, own_zone.STRANGER[6], own_zone.ASKER[6],
                               forged.to_wire().hex(), shape)
        sock.settimeout(SILENCE_S)
        with contextlib.suppress(TimeoutError):
            while True:
                if ask.Answer(sock.recv(65535)).data("A") == [FORGED[1]]:
                    return True
    return False


def _extension_headers(world):
    """The named instance cannot tell whose packet this is. It must not take it from the one that judges."""
    for gate in (world.validator, world.signer):
        gate.remove_rules()
    for shape in ("plain", "extended"):
        expect(_gets_the_forged_answer(world, shape), f"{shape}: the test's packet does not arrive, without rules")
    for gate in (world.validator, world.signer):
        gate.apply_rules()
    try:
        for pause in (False, True):
            expect_equal("pause", world.signer.ctl("pause", "600")[0] if pause else 0, 0)
            for shape in ("plain", "extended"):
                expect(not _gets_the_forged_answer(world, shape), f"{shape}, paused: {pause}: it passes unjudged")
    finally:
        world.signer.ctl("resume")
    _both_work(world)


def _each_packet_once(world):
    """No packet meets a queue twice, nor a queue of the instance that it is not for."""
    def counted(asks):
        before = _queued(world.validator)
        asks()
        after = _queued(world.validator)
        return {number: after[number] - before[number] for number in after if after[number] != before[number]}
    numbers = sorted(_queued(world.validator))
    expect_equal("queues", len(numbers), 4)
    name = f"q{next(_names)}.{own_zone.ORIGIN}"
    seen = counted(lambda: expect_data(
        ask.query(world.lab.upstream, world.zone.addresses[4], name, "A", do=True), "A", [own_zone.ADDRESS]))
    expect_equal("packets of a question to this machine", sorted(seen.values()), [1, 1])
    signers = set(seen)
    expect_data(world.ask("www.p256.test.", "A"), "A", GOOD)    # its keys are known from here on
    seen = counted(lambda: expect_data(world.ask("www.p256.test.", "A"), "A", GOOD))
    expect_equal("packets of a question of this machine", sorted(seen.values()), [1, 1])
    expect(not signers & set(seen), f"they share queues: {signers}, {set(seen)}")


def _a_mark_is_no_way_around(world):
    """Root has the mark of the signer's own sockets, and of its relay; the host's queries are judged nevertheless."""
    for mark in (0x10000000, 0x20000000, 0x01000000, 0x02000000, 0x40000000, 0x80000000):
        is_its_own = mark == _own_mark(world.validator)
        world.validator.ctl("flush")
        with world.lab.attack("forge-address"):
            answer = _ask_as(world.lab.host, topology.UPSTREAM[4], ask.make("www.p256.test.", "A"), mark=mark)
        # root with the host's own mark may do as it likes: docs/packet-marks.md
        expect(is_its_own or (answer is not None and answer.rcode == "SERVFAIL"), hex(mark), described(answer))


def _mark_of(gate, word):
    shown = gate.printed("config", "show")
    return next(line for line in shown.splitlines() if f" {word} = " in line or f"\t{word} = " in line
                ).split("=")[1].strip(" ;")


def _own_mark(gate):
    return int(_mark_of(gate, "own"), 0)


def _marks(mask):
    """A value of `mark` whose bits are those of the mask, which has two."""
    own = mask & -mask
    return f"{{ mask = 0x{mask:08x}; own = 0x{own:08x}; relay = 0x{mask ^ own:08x}; }}"


# Pairs that cannot be.

def _configured(world, gate, name, **keys):
    """Writes the configuration of an instance with other values; returns the path."""
    kept = [line for line in pathlib.Path(gate.config).read_text().splitlines()
            if line.split("=")[0].strip() not in keys]
    path = world.lab.resources.path(f"{name}.conf")
    pathlib.Path(path).write_text("\n".join([*kept, *(f"{key} = {value};" for key, value in keys.items())]) + "\n")
    return path


def _refused(world, path, words, parts):
    before = snapshot(world.lab.host)
    done = subprocess.run(world.lab.host.argv(world.lab.sealgate_path, *words, "--config", path),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=WAIT_S)
    expect(done.returncode == 1, f"{words}: exit code {done.returncode}", done.stdout)
    errors = [line for line in done.stdout.splitlines() if "error: " in line]
    expect(len(errors) == 1 and all(part in errors[0] for part in parts), "wanted: " + ", ".join(parts), done.stdout)
    expect_equal("the rules", snapshot(world.lab.host), before)


def _collisions_are_named(world):
    socket_path = f'"{world.lab.resources.path("third.control")}"'
    third = {"instance": '"third"', "control_socket": socket_path}
    who = "instance signer" if world.names["signer"] else "the default instance"
    rows = ((_configured(world, world.validator, "another-host", **third),
             ("take the same packets", "docs/instances.md")),
            (_configured(world, world.signer, "another-signer", **third), ("take the same packets", who)))
    for path, parts in rows:
        _refused(world, path, ("rules", "apply"), parts)
    world.validator.stop()
    world.validator.remove_rules()
    try:
        port = next(line.split("=")[1].strip(" ;") for line in world.signer.printed("config", "show").splitlines()
                    if line.startswith("tcp_port"))
        first = next(line.split("=")[1].strip(" ;") for line in world.signer.printed("config", "show").splitlines()
                     if line.strip().startswith("first ="))
        path = _configured(world, world.validator, "same-port", tcp_port=port)
        _refused(world, path, ("rules", "apply"), (f"the rules of {who} use the TCP port {port}", "change tcp_port"))
        path = _configured(world, world.validator, "same-queue", queue=f"{{ first = {first}; count = 1; }}")
        _refused(world, path, ("rules", "apply"), (f"the rules of {who} use queue", "change queue.first"))
        _refused(world, path, ("run",), ("holds queue", "`instance`"))
        mask = int(_mark_of(world.signer, "mask"), 0)
        path = _configured(world, world.validator, "same-mark", mark=_marks(mask))
        for words in (("rules", "apply"), ("run",)):
            _refused(world, path, words, (f"the rules of {who} use the bits 0x{mask:08x} of packet marks, too",
                                          "change mark.mask"))
    finally:
        world.validator.apply_rules()
        world.validator.start()
    _both_work(world)


def _shown_with_their_instance(world):
    for gate, other in ((world.validator, world.signer), (world.signer, world.validator)):
        shown = gate.printed("rules", "show")
        name, their_name = world.names[gate.role], world.names[other.role]
        expect((f"instance {name}\n" in shown) == bool(name), shown)
        expect(f"# {'instance ' + their_name if their_name else 'the default instance'} has rules, too" in shown, shown)
    expect("SEALGATE_" not in world.signer.printed("rules", "show") or not world.names["signer"], "the other's rules")


def _removed_without_the_program(world):
    """One by one, by the script; then all."""
    script = str(REMOVE_RULES)
    for gate, other, check in ((world.validator, world.signer, _expect_signed),
                               (world.signer, world.validator, _expect_protected)):
        gate.stop()
        lines = _lines_of(world, other)
        try:
            world.lab.host.run(script, "--instance", world.names[gate.role])
            expect(gate.command_result("rules", "show").returncode != 0, "rules are left")
            expect_equal("the other's rules", _lines_of(world, other), lines)
            check(world)
        finally:
            gate.apply_rules()
            gate.start()
    _both_work(world)


def _all_removed_without_the_program(world):
    for gate in (world.validator, world.signer):
        gate.stop()
    try:
        world.lab.host.run(str(REMOVE_RULES))
        for gate in (world.validator, world.signer):
            expect(gate.command_result("rules", "show").returncode != 0, "rules are left")
        with world.lab.attack("forge-address"):
            expect_data(world.ask("www.p256.test.", "A"), "A", [FORGED[1]])
    finally:
        for gate in (world.validator, world.signer):
            gate.apply_rules()
            gate.start()
    _both_work(world)


# As systemd runs them.

class _Unit:
    """An instance that systemd runs; what cases ask of a Sealgate."""

    def __init__(self, service, role, name):
        self.role, self._service = role, service
        self.unit, self.rules_unit = (f"{base}{'@' if name else ''}{name}.service"
                                      for base in ("sealgate", "sealgate-rules"))
        self._options = ("--instance", name) if name else ()

    def _run(self, *words):
        return self._service.run("/usr/local/sbin/sealgate", *words, *self._options)

    def ctl(self, *words):
        return 0, self._run("ctl", *words)

    def status(self):
        return dict(line.split("=", 1) for line in self._run("ctl", "status").splitlines())

    def printed(self, *words):
        return self._run(*words)

    def control(self, verb, *options, rules=False):
        self._service.control(verb, *options, self.rules_unit if rules else self.unit)

    def log_lines(self, _word=""):
        return []


@contextlib.contextmanager
def _as_services(lab):
    zone = own_zone.OwnZone(lab)
    gates = {role: lab.sealgate(lab.host, role, first=None, more=more) for role, more in (
        ("host", ""), ("signer", 'instance = "signer";\n' + zone.configuration()))}
    try:
        with zone.served(), manager.Manager(lab, gates["host"], instances={"signer": gates["signer"]},
                                            directories=[zone.keys]) as service:
            world = _world(lab, zone, {"host": "", "signer": "signer"})
            world.service = service
            world.validator, world.signer = _Unit(service, "host", ""), _Unit(service, "signer", "signer")
            for unit in (world.validator, world.signer):
                unit.control("start")
            yield world
    finally:
        for gate in gates.values():
            gate.remove_rules()


def _services_start(world):
    _both_work(world)
    said = world.service.run("ls", "/run/sealgate", "/run/sealgate-signer", "/var/lib/sealgate-signer")
    expect(said.count("control") == 2, said)


def _service_is_no_matter_to_the_other(what, *control, rules=False):
    def run(world):
        for gate, other, check in ((world.validator, world.signer, _expect_signed),
                                   (world.signer, world.validator, _expect_protected)):
            lines, pid = _lines_of(world, other), other.status()["pid"]
            gate.control(*control, rules=rules)
            check(world)
            expect_equal("the other's rules", _lines_of(world, other), lines)
            gate.control("start")
            wait_until(lambda: _answers_again(gate), f"{gate.unit} does not come back", WAIT_S)
            expect_equal("the other's process", other.status()["pid"], pid)
        _both_work(world)
    return Case(f"two services: {what} of one leaves the other alone", run)


def _answers_again(gate):
    with contextlib.suppress(LabError):
        return gate.status()["rules"] == "in-force"
    return False


CASES = (
    Case("two instances: the machine's questions are protected, and its zone is signed", _both_work),
    _leaves_the_other_alone("a restart", _restart),
    _leaves_the_other_alone("a kill -9", _kill),
    _leaves_the_other_alone("a reload", _reload),
    _leaves_the_other_alone("`rules apply`", _apply),
    _leaves_the_other_alone("`rules remove`", _remove_and_apply),
    Case("two instances: each stands alone while the other is gone", _without_the_other),
    Case("two instances: both come back when another program removes all rules", _both_come_back),
    Case("two instances: port 53 at both ends is judged or signed, in any order of the rules", _port_53_at_both_ends),
    _works_while_the_other("stopped", _stopped),
    _works_while_the_other("paused", _paused),
    Case("two instances: a response to port 53 with extension headers of IPv6 never passes unjudged",
         _extension_headers),
    Case("two instances: each packet meets one queue, once", _each_packet_once),
    Case("two instances: the mark of one is no way around the other", _a_mark_is_no_way_around),
    Case("two instances: pairs that collide are refused, by name and key", _collisions_are_named),
    Case("two instances: `rules show` says whose rules they are", _shown_with_their_instance),
    Case("two instances: sealgate-remove-rules removes those of one", _removed_without_the_program),
    Case("two instances: sealgate-remove-rules removes those of all", _all_removed_without_the_program),
)

GROUPS = (
    Group("instances, the signer named", _two(("host", ""), ("signer", "signer")), CASES),
    Group("instances, the host named", _two(("signer", ""), ("host", "stub")), CASES),
    Group("instances as services", _as_services, (
        Case("two services: sealgate.service protects, sealgate@signer.service signs", _services_start),
        _service_is_no_matter_to_the_other("a restart", "restart"),
        _service_is_no_matter_to_the_other("a reload", "reload"),
        _service_is_no_matter_to_the_other("a kill -9", "kill", "--kill-who=main", "--signal=KILL"),
        _service_is_no_matter_to_the_other("a stop", "stop"),
        _service_is_no_matter_to_the_other("a stop with its rules", "stop", rules=True),
    ), obstacle=manager.obstacle()),
    Group("instances, both named", _two(("host", "a"), ("signer", "a-b")), CASES[:1] + CASES[7:13]),
    Group("instances, bypass", _two(("host", ""), ("signer", "signer"), "bypass = true;"), CASES[:1] + (
        _works_while_the_other("stopped and bypassed", _stopped),)),
    Group("instances, a gateway and a signer", _two(("gateway", ""), ("signer", "signer")),
          CASES[:1] + CASES[5:7] + CASES[8:11]),
)
