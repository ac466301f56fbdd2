# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting, ending and being killed; and wrong configurations."""

import os
import signal
import socket
import subprocess

from lab import ask, topology

from .case import Case, Group, described, expect, expect_data, expect_equal, on_host, wait_until
from .silence import Line, expect_blocked

GOOD = ["192.0.2.80", "192.0.2.81"]
OTHER_KEY = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"


def _expect_blocked(world):
    for family in (4, 6):
        expect_blocked(world, family)


def _expect_works(world):
    for family in (4, 6):
        expect_data(world.ask("www.p256.test.", "A", family), "A", GOOD)


def _ends_by(number):
    def run(world):
        _expect_works(world)
        code = world.gate.stop(number)
        try:
            expect_equal("exit code", code, 0)
            _expect_blocked(world)
        finally:
            world.gate.start()
        _expect_works(world)
    return Case(f"{number.name} ends sealgate with exit code 0, and DNS is blocked until it runs again", run)


def _ends_with_parked_packets(world):
    world.gate.restart()
    with Line(world) as line:
        with world.lab.attack("silence-key-fetches"):
            line.ask("www.p256.test.", "A")
            wait_until(lambda: world.gate.counter("parked") == 1, "no response waits for keys")
            code = world.gate.stop()
        world.gate.start()
        came = line.everything()
    expect_equal("exit code", code, 0)
    # on a very slow machine the fetch of its keys was given up before
    let_go = [described(answer) for answer in came if answer.rcode != "SERVFAIL"]
    expect(not let_go, "the response passed", *let_go)
    _expect_works(world)


def _replaces_a_socket_of_root(world):
    """A daemon of an older build, which ran as root, was killed."""
    gate = world.gate
    gate.stop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left:
        left.bind(gate.control)
    os.chmod(gate.control, 0o600)
    gate.start()
    expect(not gate.log_lines("no control socket"), *gate.log_lines("control socket"))
    expect_equal("ctl status", gate.ctl("status")[0], 0)


def _killed(world):
    _expect_works(world)
    world.gate.stop(signal.SIGKILL)
    try:
        _expect_blocked(world)
    finally:
        world.gate.start()
    _expect_works(world)


def _second_one(world):
    second = world.gate.namespace.start("sealgate-second", world.lab.sealgate_path, "run",
                                        "--config", world.gate.config)
    code = second.wait(ask.PATIENCE_S)
    second.stop()
    expect(code not in (None, 0), f"exit code {code}", second.log_text()[-400:])
    expect(second.log_text().strip(), "no line says why it ends")
    _expect_works(world)


def _flows_without_rules(world):
    world.gate.stop()
    world.gate.remove_rules()
    try:
        _expect_works(world)
    finally:
        world.gate.apply_rules()
        world.gate.start()


def _stopped_and_continued(world):
    with Line(world) as line:
        world.gate.process.freeze()
        try:
            wire = line.ask("www.unsigned.test.", "A")
            wait_until(lambda: world.gate.waiting() == 1, "the query does not wait in the queue")
            expect(not line.reached_the_wire(wire), "the query went on")
        finally:
            world.gate.process.thaw()
        expect_data(ask.receive(line.sock, wire), "A", GOOD)
    _expect_works(world)


def _two_queues(world):
    """A response comes to the queue pair of its query."""
    world.gate.stop()
    world.gate.remove_rules()
    try:
        with world.lab.sealgate(world.lab.host, "host", queues=2):
            for family in (4, 6):
                for servers in (topology.UPSTREAM, topology.ORACLE):
                    for _ in range(4):
                        answer = ask.query(world.lab.host, servers[family], "www.p256.test.", "A",
                                           ad=True)
                        expect_data(answer, "A", GOOD)
                        expect(answer.has_ad, "no AD")
    finally:
        world.gate.apply_rules()
        world.gate.start()


def _anchor(world, anchor):
    """The host with another trust anchor: returns the answer for a signed name."""
    world.gate.stop()
    try:
        other = world.lab.sealgate(world.lab.host, "host", anchor=anchor)
        other.start()
        try:
            return world.ask("www.p256.test.", "A", ad=True)
        finally:
            other.stop()
    finally:
        world.gate.start()


def _anchor_as_ds(world):
    answer = _anchor(world, world.lab.zones.anchor_ds)
    expect_data(answer, "A", GOOD)
    expect(answer.has_ad, "no AD")


def _wrong_anchor(world):
    path = world.lab.resources.path("other-root.key")
    with open(path, "w") as file:
        file.write(OTHER_KEY)
    answer = _anchor(world, path)
    expect(answer is not None and answer.rcode == "SERVFAIL", described(answer))


def _revoked_anchor(world):
    """Noticed while sealgate runs, and remembered at the next start; everything works without that key."""
    world.gate.stop()
    other = world.lab.sealgate(world.lab.host, "host",
                               anchor=world.lab.zones.anchor_with_revoked)
    try:
        for news, times in (("revoked; never trusted again", 2), (": revoked", 1)):
            other.start()
            for _ in range(times):
                answer = world.ask("www.p256.test.", "A", ad=True)
                expect_data(answer, "A", GOOD)
                expect(answer.has_ad, "no AD")
                expect(other.process.wait_for_log(news, ask.PATIENCE_S), "no line in the log",
                       *other.log_lines("trust anchor"))
            other.stop()
    finally:
        other.stop()
        world.gate.start()


def _run_with(world, text):
    """Runs config check and run with a configuration; returns their exit codes and output."""
    path = world.lab.resources.path("wrong.conf")
    with open(path, "w") as file:
        file.write(text)
    results = []
    for words in (("config", "check"), ("run",)):
        argv = world.gate.namespace.argv(world.lab.sealgate_path, *words, "--config", path)
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=ask.PATIENCE_S)
            results.append((done.returncode, done.stdout + done.stderr))
        except subprocess.TimeoutExpired:
            results.append((None, "sealgate went on running"))
    return results


def _refuses(text, *words):
    def run(world):
        for code, said in _run_with(world, text.format(anchor=world.lab.zones.anchor_dnskey)):
            expect(code == 2 and all(word in said for word in words), f"exit {code}: {said}",
                   f"wanted: exit 2, and the words {words}")
    return run


def _accepts(world):
    world.gate.command("config", "check")


def _no_anchor_file(world):
    (_, (code, said)) = _run_with(world, 'role = "host";\ntrust_anchor = "/nowhere/root.key";\n')
    expect(code not in (0, None) and "/nowhere/root.key" in said, f"exit {code}: {said}")


GROUPS = (
    Group("life", on_host, (
        _ends_by(signal.SIGTERM),
        _ends_by(signal.SIGINT),
        Case("SIGTERM ends sealgate cleanly while packets wait for keys", _ends_with_parked_packets),
        Case("after SIGKILL DNS is blocked until sealgate is started again", _killed),
        Case("a control socket of root that a killed daemon left is replaced", _replaces_a_socket_of_root),
        Case("a second sealgate on the same queue refuses to run, and leaves the first alone",
             _second_one),
        Case("without sealgate and its rules DNS works", _flows_without_rules),
        Case("a sealgate stopped by SIGSTOP lets nothing pass, and goes on when it is continued",
             _stopped_and_continued),
        Case("with two queues a response comes to the worker of its query", _two_queues),
        Case("a trust anchor may be a DS", _anchor_as_ds),
        Case("with a trust anchor that does not match no signed zone is believed", _wrong_anchor),
        Case("a trust anchor that the zone has revoked is no longer trusted", _revoked_anchor),
        Case("config check accepts a good configuration", _accepts),
        Case("an unknown key in the configuration is an error that names its line",
             _refuses('role = "host";\ntrust_anchor = "{anchor}";\nno_such_key = 1;\n',
                      "no_such_key", "3")),
        Case("a wrong value in the configuration is an error that names the key",
             _refuses('role = "spectator";\ntrust_anchor = "{anchor}";\n', "role")),
        Case("a configuration that does not parse is an error that names its line",
             _refuses('role = "host";\ntrust_anchor = ;\n', "2")),
        Case("a trust anchor file that does not exist is an error that names the file",
             _no_anchor_file))),
)
