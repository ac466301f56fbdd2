# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate check` and `sealgate watch`: they say what enforcing would do, and touch no packet."""

import contextlib
import json
import select
import signal
import subprocess

from lab import captures, topology, zones
from lab.ask import PATIENCE_S

from .case import Case, Group, World, expect, expect_data, expect_equal, unprotected, wait_until


def _command(world, *words):
    return world.lab.host.argv(world.lab.sealgate_path, *words, "--json", "--anchor",
                               world.lab.zones.anchor_dnskey)


def _check(world, path, *words):
    done = subprocess.run((*_command(world, "check", *words), path), capture_output=True, text=True)
    expect(done.returncode in (0, 1), f"exit code {done.returncode}", done.stderr)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def _alone_a_link_is_missing(world):
    path = world.lab.resources.path("alone.pcap")
    captures.write(world.lab, path, (("www.p256.test.", "A"),))
    code, (verdict,) = _check(world, path)
    expect_equal("status, link and exit code",
                 (verdict["status"], verdict["cause"], ". DNSKEY" in verdict["reason"], code),
                 ("indeterminate", "link-missing", True, 0))


def _with_a_resolver(zone):
    def run(world):
        path = world.lab.resources.path("resolver.pcap")
        captures.write(world.lab, path, ((f"www.{zone.origin}", "A"),))
        for family, form in ((4, "{}:53"), (6, "[{}]:53")):
            server = form.format(topology.UPSTREAM[family])
            code, (verdict,) = _check(world, path, "--resolver", server)
            expect_equal(f"status with {server}, and exit code", (verdict["status"], code),
                         (zone.status, int(zone.status == "bogus")))
    return Case(f"check: with a resolver {zone.origin} is {zone.status}", run)


def _link_local_resolver(lab, interface="wire"):
    """The wire's end of the link of the host. (The wire sends queries for any server to the upstream.)"""
    link = json.loads(lab.wire.run("ip", "-j", "-6", "address", "show", "dev", "host", "scope", "link"))[0]
    local = next(address["local"] for address in link["addr_info"] if address)
    return f"{local}%{interface}"


def _by_its_interface(world):
    path = world.lab.resources.path("scope.pcap")
    captures.write(world.lab, path, (("www.p256.test.", "A"),))
    for interface, status in (("wire", "secure"), ("nowhere0", "indeterminate")):
        _code, (verdict,) = _check(world, path, "--resolver", _link_local_resolver(world.lab, interface))
        expect_equal(f"status by {interface}", verdict["status"], status)


@contextlib.contextmanager
def _with_link_local_resolver(lab):
    resolver = _link_local_resolver(lab)
    with lab.sealgate(lab.host, "host", more=f'resolver = [ "{resolver}" ];\n') as gate:
        world = World(lab, gate, lab.ask_from_host)
        world.resolver = resolver
        yield world


def _keys_from_link_local(world):
    expect(f'"{world.resolver}"' in world.gate.printed("config", "show"), "config show lacks it")
    for family in (4, 6):
        expect_data(world.ask("www.p256.test.", "A", family), "A", ["192.0.2.80", "192.0.2.81"])


def _losses_are_told(world):
    path = world.lab.resources.path("losses.pcap")
    captures.write_with_losses(world.lab, path, "www.p256.test.", "A")
    for words, lines in ((("--json",), 1), ((), None)):
        command = [word for word in _command(world, "check") if word != "--json" or "--json" in words]
        done = subprocess.run((*command, path), capture_output=True, text=True)
        told = [line.split("warning: ")[1] for line in done.stderr.splitlines() if "warning: " in line]
        expect_equal("what check says", told, [
            "not judged: packets that the capture cut short (any port): 1",
            "not judged: datagrams with missing fragments (any port): 1"])
        expect(lines is None or len(done.stdout.splitlines()) == lines, done.stdout)
    captures.write(world.lab, path, (("www.p256.test.", "A"),))
    done = subprocess.run((*_command(world, "check"), path), capture_output=True, text=True)
    expect("not judged" not in done.stderr, done.stderr)


def _standard_input_is_judged(world):
    path = world.lab.resources.path("stdin.pcap")
    captures.write(world.lab, path, (("www.p256.test.", "A"),))
    _, expected = _check(world, path, "--resolver", topology.UPSTREAM[4])
    command = [*_command(world, "check", "--resolver", topology.UPSTREAM[4]), "-"]
    with open(path, "rb") as file:
        as_file = subprocess.run(command, stdin=file, capture_output=True)
    with open(path, "rb") as file:
        as_pipe = subprocess.run(command, input=file.read(), capture_output=True)
    for how, done in (("a file", as_file), ("a pipe", as_pipe)):
        expect_equal(f"what {how} holds, and the complaints",
                     (json.loads(done.stdout or b"{}"), done.stderr), ({**expected[0], "file": "-"}, b""))


def _judges_by_the_configuration(world):
    path = world.lab.resources.path("configured.pcap")
    config = world.lab.resources.path("audit.conf")
    captures.write(world.lab, path, (("www.p256.test.", "A"),))
    for keys, expected in (
            ("", ("secure", "none")),
            ('negative_trust_anchors = [ "p256.test until 20991231000000" ];', ("insecure", "nta")),
            (f'local_zones = [ "p256.test from {topology.UPSTREAM[4]}" ];', ("insecure", "local-name")),
            ('local_zones = [ "p256.test from 192.0.2.53" ];', ("secure", "none"))):
        with open(config, "w", encoding="utf-8") as out:
            out.write(f'trust_anchor = "{world.lab.zones.anchor_dnskey}";\n'
                      f'trust_anchor_state = "{config}.state";\n'
                      f"{keys}\n")
        done = subprocess.run(
            world.lab.host.argv(world.lab.sealgate_path, "check", "--json", "--config", config,
                                "--resolver", topology.UPSTREAM[4], path),
            capture_output=True, text=True)
        verdict = json.loads(done.stdout)
        expect_equal(f"status and cause with {keys}", (verdict["status"], verdict["cause"]),
                     expected)


def _says_something(process, seconds):
    return bool(select.select((process.stdout,), (), (), seconds)[0])


def _asked_until_seen(world, process):
    """Asks until `watch`, which takes a moment to listen, prints a line; returns that line."""
    wait_until(lambda: world.ask("www.p256.test.", "A", do=True) and _says_something(process, 0.2),
               "it sees nothing")
    return process.stdout.readline()


def _watched(world, words, attack):
    """Returns what `watch` prints while the host asks for a name with DO."""
    process = subprocess.Popen(
        _command(world, "watch", "-i", "any", "--resolver", topology.UPSTREAM[4], *words),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with world.lab.attack(attack):
            line = _asked_until_seen(world, process)
        seen = [json.loads(line)] if line else []
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        return process.returncode, seen
    finally:
        process.kill()
        process.wait()


def _watch_sees(attack, status, verdict, code):
    def run(world):
        seen_code, seen = _watched(world, (), attack)
        expect(seen, "it saw nothing")
        expect_equal("status, verdict, exit code",
                     (seen[0]["status"], seen[0]["verdict"], seen_code), (status, verdict, code))
    return Case(f"watch: under the attack {attack} it says what enforcing would do", run)


def _wrong_use(world):
    for words in (("check",), ("check", "/nowhere.pcap"), ("check", "--time", "yesterday", "x"),
                  ("check", "--resolver", "nobody", "x"), ("watch",), ("watch", "-i", "nothing0")):
        done = subprocess.run(_command(world, *words), capture_output=True, text=True)
        expect(done.returncode == 2 and done.stderr, f"{words}: exit code {done.returncode}",
               done.stderr)


WITH_DATA = tuple(zone for zone in zones.ZONES
                  if not zone.bare and zone.origin != "spoiled.test.")

GROUPS = (
    Group("audit", unprotected, (
        Case("check: if the capture lacks the chain, an answer is Indeterminate, and the missing link is named",
             _alone_a_link_is_missing),
        *(_with_a_resolver(zone) for zone in WITH_DATA),
        Case("check: a link-local resolver is asked by the interface that it names", _by_its_interface),
        Case("check: packets that a capture holds only in part are reported", _losses_are_told),
        Case("check: standard input is judged like a file", _standard_input_is_judged),
        Case("check: without --anchor it uses the trust anchors of the configuration",
             _judges_by_the_configuration),
        _watch_sees("pass", "secure", "rewrite", 0),    # AD would be set
        _watch_sees("forge-address", "bogus", "servfail", 1),
        Case("check and watch: a wrong command line gives exit code 2", _wrong_use),
    )),
    Group("a link-local resolver", _with_link_local_resolver, (
        Case("keys come from a link-local resolver, by the interface that it names", _keys_from_link_local),)),
)
