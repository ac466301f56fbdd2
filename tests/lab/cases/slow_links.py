# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys that come late, in too long answers, or not at all: a slow or lossy link, TCP that is blocked, too few
file descriptors. The client is its own machine, and its resolver is behind the link, on the router."""

import contextlib
import functools
import os
import sys
import threading
import time

from lab import ask, programs, servers, slow_link, topology, zones
from lab.resources import LabError, run_tool

from .case import Case, Group, World, described, expect, expect_data, expect_rcode

GOOD = ["192.0.2.80", "192.0.2.81"]
FAR = "10.53.1.53"      # the router's end of the link
VERY_SLOW_S = 3.0       # sealgate repeats a query after 0.4, 1.2 and 2.8 s
SLOW_S = 0.9
EVERY = 7               # of so many queries one is lost
SIGNED, UNSIGNED = "www.p256.test.", "www.unsigned.test."


class Journal:
    def __init__(self, path):
        self._path = path

    def lines(self):
        if not os.path.exists(self._path):
            return []
        with open(self._path) as file:
            return file.read().splitlines()


@contextlib.contextmanager
def _address(namespace, address):
    namespace.run("ip", "address", "add", f"{address}/24", "dev", "client")
    try:
        yield
    finally:
        namespace.run("ip", "address", "del", f"{address}/24", "dev", "client")


@contextlib.contextmanager
def link(lab, delay_s, every=0, lost_type="-"):
    """The link to the lab's resolver; yields its journal."""
    journal = lab.resources.path(f"slow-link-{delay_s}-{every}-{lost_type}")
    with _address(lab.router, FAR):
        process = lab.router.start("slow-link", sys.executable, "-B", slow_link.__file__,
                                   str(delay_s), str(every), topology.UPSTREAM[4], FAR, journal, lost_type)
        try:
            if not process.wait_for_log("ready", ask.PATIENCE_S):
                raise LabError(f"the slow link does not start:\n{process.log_text()}")
            yield Journal(journal)
        finally:
            process.stop()


def over_a_link(*how, more=""):
    @contextlib.contextmanager
    def scene(lab):
        with link(lab, *how) as journal, lab.sealgate(lab.client, "host", more=more) as gate:
            lab.link_journal = journal
            yield World(lab, gate, functools.partial(ask.query, lab.client, FAR))
    return scene


def _ask_all(world, questions):
    """Asks all at once, each once."""
    answers = {}

    def run(name):
        answers[name] = world.ask(name, "A")
    threads = [threading.Thread(target=run, args=(name,)) for name in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _names_resolve(world):
    """At the first question, signed or not."""
    answers = _ask_all(world, (SIGNED, UNSIGNED))
    expect_data(answers[SIGNED], "A", GOOD)
    expect_rcode(answers[UNSIGNED], "NOERROR")
    expect(world.gate.counter("fetch_failures") == 0, "a fetch failed", *world.log_tail())


def _asked_at_once(world):
    """The answers come one round trip after the response, not one for each link of the chain."""
    world.gate.restart()
    before = len(world.lab.link_journal.lines())
    expect_data(world.ask(SIGNED, "A", do=True), "A", GOOD)
    said = world.lab.link_journal.lines()[before:]
    answered = [i for i, line in enumerate(said) if line.startswith("sent ")]
    chain = [". DNSKEY", "test. DS", "test. DNSKEY", "p256.test. DS", "p256.test. DNSKEY"]
    came = [said.index(f"came {link}") for link in chain]
    # the first that is sent back is the answer to the client's own question
    expect(max(came) < answered[1], "a key was asked for after the answer to another one", *said)


def _repeated_while_it_waits(world):
    """Whatever is lost, each name resolves at the first question."""
    names = [f"www.{zone.origin}" for zone in zones.ZONES if zone.status == "secure" and not zone.bare
             and zone.records == "" and zone.origin.endswith(".test.")][:8]
    before = len(world.lab.link_journal.lines())
    failed = [f"{name}: {described(answer)}" for name, answer in _ask_all(world, names).items()
              if answer is not None and answer.rcode != "NOERROR"]
    said = world.lab.link_journal.lines()[before:]
    expect(not failed, *failed, *world.log_tail())
    lost = [line for line in said if line.startswith("lost ") and not line.endswith(" A")]
    expect(lost, "no query for keys was lost, so nothing was proved", *said)


def _missing_key_is_named(world):
    """The line names what is missing, the server, and the key to turn."""
    for name in (SIGNED, "www.rsa256.test."):
        expect_rcode(world.ask(name, "A"), "SERVFAIL")
    said = world.gate.log_lines(f"the DNSKEY of . has not come from {FAR} yet")
    expect(len(said) == 1 and "raise park_ms (now 1000)" in said[0], "the line is not there, once",
           *world.log_tail())
    refusal = f"indeterminate {SIGNED} A from {FAR} to {topology.CLIENT[4]}: . DNSKEY (fetch-timeout: "
    expect(world.gate.log_lines(refusal), "the reason is another one", *world.log_tail())


def _edns_is_dropped(world):
    """The first query is lost; the client asks again, as clients do. Keys and signatures come from another
    server."""
    deadline = time.monotonic() + ask.PATIENCE_S
    while (answer := world.ask(SIGNED, "A", timeout_s=2 * VERY_SLOW_S)) is None and time.monotonic() < deadline:
        pass
    expect_data(answer, "A", GOOD)
    expect(world.gate.log_lines(f"{FAR} does not answer queries with EDNS"), "the log does not say it",
           *world.log_tail())


# ---- TCP is blocked ----

ROOT = ". 3600 SOA ns. host. 1 3600 600 86400 300\n" \
       ". 3600 NS ns.\n" \
       "ns. 3600 A {server}\n" \
       "www. 300 A 192.0.2.80\n" \
       "plain. 3600 NS ns.\n"
PLAIN = "plain. 3600 SOA ns. host. 1 3600 600 86400 300\nplain. 3600 NS ns.\n" \
        "www.plain. 300 A 192.0.2.81\n"
ROOT_NSD = """
    ip-address: {server}
    ipv4-edns-size: 4096
"""
ROOT_NSD_ZONES = """
zone:
    name: "."
    zonefile: "{directory}/root.signed"
zone:
    name: "plain."
    zonefile: "{directory}/plain"
"""
DNSKEY_OCTETS = 1300    # at least; more than 1232, as the root's during a roll of its ZSK


def _make_root(directory):
    """A root with four keys of 2048 bits, as during a roll of the ZSK; returns the file of its anchor."""
    os.makedirs(directory, exist_ok=True)
    words = ("dnssec-keygen", "-K", directory, "-a", "RSASHA256", "-b", "2048", "-n", "ZONE")
    ksk = run_tool(*words, "-f", "KSK", ".").strip()
    more = [run_tool(*words, *flags, ".").strip() for flags in (("-f", "KSK"), (), ())]
    with open(f"{directory}/root", "w") as file:
        file.write(ROOT.format(server=FAR))
        for key in (ksk, *more):
            with open(f"{directory}/{key}.key") as text:
                file.write(text.read())
    with open(f"{directory}/plain", "w") as file:
        file.write(PLAIN)
    run_tool("dnssec-signzone", "-P", "-K", directory, "-o", ".", "-f", f"{directory}/root.signed", "-k",
             ksk, f"{directory}/root", more[1], cwd=directory)
    return f"{directory}/{ksk}.key"


@contextlib.contextmanager
def _tcp_blocked(lab, how):
    words = ("INPUT", "-p", "tcp", "-d", FAR, "--dport", "53", "-j", *how)
    lab.router.run("iptables", "-I", *words)
    try:
        yield
    finally:
        lab.router.run("iptables", "-D", *words)


def with_a_long_dnskey(*how):
    """A server of the root whose DNSKEY answer is truncated, and which gives no TCP."""
    @contextlib.contextmanager
    def scene(lab):
        directory = lab.resources.path("long-root")
        if not hasattr(lab, "long_root_anchor"):
            lab.long_root_anchor = _make_root(directory)
        with _address(lab.router, FAR), _tcp_blocked(lab, how):
            process = programs.start(lab.router, "nsd", directory, ROOT_NSD, ROOT_NSD_ZONES, server=FAR)
            try:
                servers.wait_until_answering(lab.router, FAR, ".", process)
                with lab.sealgate(lab.client, "host", anchor=lab.long_root_anchor) as gate:
                    yield World(lab, gate, functools.partial(ask.query, lab.client, FAR))
            finally:
                process.stop()
    return scene


def _long_keys_come(world):
    lab = world.lab
    cut = ask.query(lab.router, FAR, ".", "DNSKEY", do=True)
    whole = ask.query(lab.router, FAR, ".", "DNSKEY", do=True, edns=4096)
    expect(cut.is_truncated and len(whole.wire) > DNSKEY_OCTETS,
           f"the server does not truncate, or sends {len(whole.wire)} octets only")
    answer = world.ask("www.", "A", do=True)
    expect_data(answer, "A", ["192.0.2.80"])
    expect(answer.has_ad, described(answer))
    expect_data(world.ask("www.plain.", "A"), "A", ["192.0.2.81"])
    said = world.gate.log_lines(f"{FAR} truncates the DNSKEY of . and gives no TCP")
    expect(len(said) == 1, "the log does not name the server, once", *world.log_tail())
    # it is remembered
    world.gate.ctl("flush")
    expect_data(world.ask("www.", "A"), "A", ["192.0.2.80"])
    expect(world.gate.counter("fetch_tcp") == 1, "TCP was tried again", *world.log_tail())


# ---- Few descriptors ----

def _no_descriptors(world):
    world.gate.restart()
    pid = world.gate.process.pid
    soft, hard = world.gate.descriptor_limits()
    used = max(int(fd) for fd in os.listdir(f"/proc/{pid}/fd")) + 1
    world.gate.limit_descriptors(used, hard)
    answer = world.ask(SIGNED, "A", do=True)
    world.gate.limit_descriptors(soft, hard)
    expect_rcode(answer, "SERVFAIL")
    expect(world.gate.log_lines("no socket to ask for the DNSKEY of .: Too many open files"),
           "the log does not say what is wrong", *world.log_tail())
    expect(world.gate.log_lines("(no-socket: "), "the reason is another one", *world.log_tail())
    expect(int(world.gate.status()["sockets_short"]) > 0, "ctl status does not count it")


RESOLVER = f'resolver = [ "{topology.UPSTREAM[4]}" ];\n'

GROUPS = (
    Group("slow links, 3 s", over_a_link(VERY_SLOW_S), (
        Case(f"over a link of {VERY_SLOW_S:.0f} s each name resolves at the first question",
             _names_resolve),)),
    Group("slow links, lossy", over_a_link(SLOW_S, EVERY), (
        Case(f"what is lost of {EVERY} queries for keys is asked again in time",
             _repeated_while_it_waits),)),
    Group("slow links, keys at once", over_a_link(SLOW_S), (
        Case("the keys of all zones above a name are asked for at once", _asked_at_once),
        Case("too few descriptors are told as such", _no_descriptors))),
    Group("slow links, keys never", over_a_link(0, 0, "DNSKEY", more="park_ms = 1000;\n"), (
        Case("the log names the key that did not come, and park_ms", _missing_key_is_named),)),
    *(Group(f"slow links, EDNS is dropped, {delay_s} s", over_a_link(delay_s, 0, "EDNS", more=RESOLVER), (
        Case(f"a server that drops EDNS is found out over a link of {delay_s} s", _edns_is_dropped),))
      for delay_s in (SLOW_S, VERY_SLOW_S)),
    Group("slow links, TCP refused", with_a_long_dnskey("REJECT", "--reject-with", "tcp-reset"), (
        Case("keys that do not fit come over UDP if TCP is refused", _long_keys_come),)),
    Group("slow links, TCP dropped", with_a_long_dnskey("DROP"), (
        Case("keys that do not fit come over UDP if TCP is dropped", _long_keys_come),)),
)
