# SPDX-License-Identifier: GPL-2.0-or-later
"""`sealgate check` and `watch` predict of ordinary clients, which do not set DO, what enforcing does."""

import json
import select
import signal
import subprocess

from lab import captures, topology
from lab.ask import PATIENCE_S

from .case import Case, Group, expect, expect_equal, on_host, wait_until

QUESTIONS = tuple((f"{label}.{zone}", rdtype)
                  for zone in ("p256.test.", "rsa256.test.", "salted.test.", "unsigned.test.", "expired.test.",
                               "bank.example.", "child.salted.test.")
                  for label, rdtype in (("www", "A"), ("www", "AAAA"), ("www", "LOC"), ("nowhere", "A")))


def _verdicts(world, path, *words):
    argv = world.lab.host.argv(world.lab.sealgate_path, "check", "--json", "--anchor",
                               world.lab.zones.anchor_dnskey, *words, path)
    done = subprocess.run(argv, capture_output=True, text=True)
    expect(done.returncode in (0, 1), f"exit code {done.returncode}", done.stderr)
    return done.returncode, [json.loads(line)["verdict"] for line in done.stdout.splitlines()]


def _written(world):
    path = world.lab.resources.path("ordinary.pcap")
    captures.write_exchanges(world.lab, path, QUESTIONS)
    return path


def _enforcing_does_the_same(world):
    code, predicted = _verdicts(world, _written(world), "--resolver", topology.UPSTREAM[4])
    enforced = [world.ask(name, rdtype).rcode for name, rdtype in QUESTIONS]
    wrong = [f"{question}: predicted {verdict}, came {rcode}"
             for question, verdict, rcode in zip(QUESTIONS, predicted, enforced)
             if (verdict == "servfail") != (rcode == "SERVFAIL")]
    expect(not wrong, *wrong)
    refused = enforced.count("SERVFAIL")
    expect_equal("refused of all, and the exit code", (refused, len(predicted), code), (4, len(QUESTIONS), 1))


def _without_a_resolver_nothing_is_said(world):
    code, predicted = _verdicts(world, _written(world))
    expect_equal("exit code", code, 0)
    expect("servfail" not in predicted, f"predicted {predicted}")


def _watch(world):
    return subprocess.Popen(
        world.lab.host.argv(world.lab.sealgate_path, "watch", "-i", "any", "--json", "--config",
                            world.gate.config, "--resolver", topology.UPSTREAM[4]),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _own_queries_are_left_out(world):
    """The daemon fetches keys, and watch asks its resolver, on the machine that is watched."""
    process = _watch(world)
    try:
        def is_seen():
            world.ask("www.unsigned.test.", "A")
            return select.select((process.stdout,), (), (), 0.2)[0]
        wait_until(is_seen, "it sees nothing")
        world.gate.restart()
        fetched = world.gate.counter("fetch_tries")
        for name in ("www.rsa256.test.", "www.child.salted.test."):
            world.ask(name, "A")
        expect(world.gate.counter("fetch_tries") > fetched, "nothing was fetched: nothing was shown")
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    expect("judged, too" not in complaints, complaints)
    seen = [json.loads(line) for line in said.splitlines()]
    own = [f"{each['qname']} {each['qtype']} {each['verdict']} over {each['transport']} to {each['dst']}" for each in seen
           if each["qtype"] in ("DS", "DNSKEY") or each["verdict"] == "drop"]
    expect(seen and not own, *own)


GROUPS = (
    Group("predict", on_host, (
        Case("check predicts of ordinary clients exactly what enforcing refuses", _enforcing_does_the_same),
        Case("check: without a resolver no answer to a query without DO is called SERVFAIL",
             _without_a_resolver_nothing_is_said),
        Case("watch leaves out the queries of sealgate itself", _own_queries_are_left_out))),
)
