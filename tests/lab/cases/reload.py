# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration is read again while sealgate runs: what can change does, and nothing is lost."""

import contextlib
import signal
import threading

from lab import ask

from .case import (Case, Group, described, expect, expect_data, expect_equal, expect_rcode, on_gateway, on_host,
                   tell, wait_until)

NAME, EXPIRED = "www.p256.test.", "www.expired.test."
GOOD = ["192.0.2.80", "192.0.2.81"]
NTA = 'negative_trust_anchors = [ "expired.test" ];\n'
RELOADS = 20


@contextlib.contextmanager
def _file_with(world, more):
    """The file has these lines, too, until the end, and is read again before and after."""
    with open(world.gate.config) as file:
        before = file.read()
    try:
        with open(world.gate.config, "w") as file:
            file.write(before + more)
        yield
    finally:
        with open(world.gate.config, "w") as file:
            file.write(before)
        expect_equal("the reload at the end", world.gate.ctl("reload")[0], 0)


def _reload(world):
    code, said = world.gate.ctl("reload")
    expect_equal(f"reload: {said}", code, 0)
    return dict(line.split("=", 1) for line in said.splitlines())


def _nta(world):
    """Also for answers that were judged before, in both directions."""
    expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
    with _file_with(world, NTA):
        expect_equal("changed", _reload(world)["changed"], "negative_trust_anchors")
        wait_until(lambda: world.ask(EXPIRED, "A").rcode == "NOERROR", "the name stays SERVFAIL")
    wait_until(lambda: world.ask(EXPIRED, "A").rcode == "SERVFAIL", "the name still passes")


def _keeps_keys(world):
    """A warm sealgate that had to fetch all keys anew would be slow, and blind while a link is down."""
    expect_data(world.ask(NAME, "A"), "A", GOOD)
    before = world.gate.counter("fetches")
    expect(before > 0, "nothing was fetched at all")
    with _file_with(world, NTA):
        _reload(world)
        expect_data(world.ask(NAME, "A"), "A", GOOD)
    expect_equal("queries for keys", world.gate.counter("fetches"), before)


def _loses_nothing(world):
    """A client asks without a pause while the file is read again and again."""
    answers, ends = [], threading.Event()

    def run():
        while not ends.is_set():
            answers.append(world.ask(NAME, "A"))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for _ in range(RELOADS):
            with _file_with(world, NTA):
                _reload(world)
    finally:
        ends.set()
        thread.join()
    lost = [answer for answer in answers if answer is None or answer.data("A") != GOOD]
    tell(f"{len(answers)} questions during {2 * RELOADS} reloads, {len(lost)} lost")
    expect(not lost, *(described(answer) for answer in lost[:3]))


def _wrong_file(world):
    for more, said in (("assist = 7;\n", "assist must be"), ("no_such_key = 1;\n", 'no key "no_such_key"'),
                       ("{\n", "syntax error"), ('shortcut = { directory = "relative"; };\n', "shortcut.directory")):
        lines = world.gate.log_lines("not reloaded, nothing changes: ")
        with _file_with(world, NTA + more):
            code, complaint = world.gate.ctl("reload")
            expect_equal("exit code", code, 1)
            expect(said in complaint and ".conf:" in complaint, complaint)
            expect_rcode(world.ask(EXPIRED, "A"), "SERVFAIL")
        expect_equal("lines in the log", len(world.gate.log_lines("not reloaded, nothing changes: ")), len(lines) + 1)


def _needs_restart(world):
    with _file_with(world, "tcp_port = 5399;\nassist = false;\n"):
        said = _reload(world)
        expect_equal("changed", said["changed"], "assist")
        expect_equal("after_restart", said["after_restart"], "tcp_port")
        expect(world.gate.log_lines("these keys take effect only after `systemctl restart sealgate`: tcp_port"),
               *world.gate.log_lines("reloaded"))
        expect_data(world.ask(NAME, "A"), "A", GOOD)


def _by_signal(world):
    before = len(world.gate.log_lines("reloaded; changed: negative_trust_anchors"))
    with _file_with(world, NTA):
        world.gate.process.signal(signal.SIGHUP)
        wait_until(lambda: len(world.gate.log_lines("reloaded; changed: negative_trust_anchors")) > before,
                   "SIGHUP does nothing")
        wait_until(lambda: world.ask(EXPIRED, "A").rcode == "NOERROR", "the name stays SERVFAIL")


def _log_level(world):
    with _file_with(world, 'log_level = "debug";\n'):
        _reload(world)
        wait_until(lambda: world.ask(NAME, "A") and world.gate.log_lines("debug: "), "no line of debug")


def _rules(world):
    """The guard applies the rules for the new file: DNS over TLS is refused."""
    def is_blocked():
        return "--dport 853" in world.gate.namespace.run("iptables-save") or \
            "dport 853" in world.gate.namespace.run("nft", "list", "ruleset")

    expect(not is_blocked(), "DNS over TLS is blocked before")
    with _file_with(world, "block_encrypted_dns = true;\n"):
        _reload(world)
        wait_until(is_blocked, "the rules stay as they were")
        expect_data(world.ask(NAME, "A"), "A", GOOD)
    wait_until(lambda: not is_blocked(), "the rules stay")


def _resolver(world):
    """Keys come from the new resolvers: from one that does not answer they do not. (The wire answers for all
    servers at port 53.)"""
    world.gate.ctl("flush")
    with _file_with(world, 'resolver = [ "192.0.2.254:5399" ];\n'):
        expect("resolver" in _reload(world)["changed"], "resolver has not changed")
        answer = ask.query(world.lab.host, "10.53.4.2", "www.rsa256.test.", "A", timeout_s=1)
        expect(answer is None or answer.rcode == "SERVFAIL", described(answer))
    wait_until(lambda: (answer := world.ask("www.rsa256.test.", "A")) and answer.rcode == "NOERROR",
               "keys do not come from the former server again")


GROUPS = (
    Group("reload", on_host, (
        Case("reload: a negative trust anchor takes effect and goes away", _nta),
        Case("reload: the keys that were learned stay", _keeps_keys),
        Case("reload: no question is lost", _loses_nothing),
        Case("reload: a wrong file changes nothing, and says where it is wrong", _wrong_file),
        Case("reload: keys of the start are named, and wait for a restart", _needs_restart),
        Case("reload: SIGHUP does the same", _by_signal),
        Case("reload: the log level changes", _log_level),
        Case("reload: keys come from the new resolvers", _resolver),
        Case("reload: the rules follow", _rules))),
    Group("reload on a gateway", on_gateway, (
        Case("reload on a gateway: no question is lost", _loses_nothing),
        Case("reload on a gateway: a negative trust anchor takes effect and goes away", _nta))),
)
