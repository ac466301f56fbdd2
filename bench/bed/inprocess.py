# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of a judgement without packets, compared with OpenSSL's bare verification (bench/micro), and of
signing, compared with OpenSSL's bare signing (bench/microsign)."""

import json
import os

from lab.resources import run_tool

from . import report
from .counting import instructions

QUESTIONS = ("p256", "ed25519", "rsa2048", "large", "nxdomain")
QUICK_QUESTIONS = ("p256", "nxdomain")
CROWDED = "p256", 100000        # measured again with this many zones known

# The question, and the algorithms of the keys that sign.
SIGNED = "legacy"
ALGORITHMS = {"p256": "13", "ed25519": "15", "rsa2048": "8"}
SIGNED_COUNT = "200"            # each RSA signature takes a millisecond

COSTS = ("parse_us", "verify_us", "cold_do_us", "cold_plain_us", "warm_do_us", "warm_plain_us",
         "cached_do_us", "cached_plain_us")
RATIOS = ("cold_do_us", "cold_plain_us")


def measure(build, prepared, results, is_quick):
    """Prints tables; returns the figures by question, those of CROWDED as "crowded"."""
    program = os.path.join(build, "bench", "micro")
    count = "200" if is_quick else "1000"
    measured = {}
    for name in QUICK_QUESTIONS if is_quick else QUESTIONS:
        measured[name] = figures = _ask(program, prepared, name, count)
        for word, option in (("warm", "-w"), ("cached", "-c")):
            figures[word]["instructions"] = instructions(program, option, _files(prepared, name))
    name, zones = CROWDED
    measured["crowded"] = _ask(program, prepared, name, count, "-z", str(zones))
    for name, figures in measured.items():
        figures["ratios"] = {key: figures["verify_us"] * figures["signatures"] / figures[key]
                             for key in RATIOS}
        results.add(micro=name, **figures)
    _print(measured)
    return measured


def measure_signing(build, prepared, results, is_quick):
    """Prints a table; returns the figures by the algorithm's name."""
    program = os.path.join(build, "bench", "microsign")
    files = prepared.responses, prepared.queries(SIGNED, "do")
    measured = {}
    for name in ("p256",) if is_quick else ALGORITHMS:
        number = ALGORITHMS[name]
        measured[name] = figures = json.loads(run_tool(program, SIGNED_COUNT, number, *files))
        figures["ratio"] = figures["sign_us"] / figures["new_us"]
        for way, option in (("found", "-f"), ("new", "-n")):
            # For RSA valgrind would count for a minute.
            figures[way + "_instructions"] = None if name == "rsa2048" else \
                instructions(program, option, (number, *files))
        results.add(microsign=name, **figures)
    _print_signing(measured)
    return measured


def _print_signing(measured):
    print("\nIn process, one response of a server that does not sign, microseconds of CPU:")
    report.print_table(
        ("key", "octets", "EVP sign", "new", "found", "query", "sign/new", "instructions, new",
         "of OpenSSL", "found", "from the heap", "system calls"),
        [(name, str(figures["octets"]),
          *(f"{figures[key]:.2f}" for key in ("sign_us", "new_us", "found_us", "query_us")),
          f"{figures['ratio']:.3f}", *_counts_row(figures["new_instructions"]),
          _counts_row(figures["found_instructions"])[0],
          f"{figures['found']['allocations']:g}",
          "yes" if figures["found"]["system_calls"] else "none")
         for name, figures in measured.items()])
    print("new, found    with a new signature, with a remembered one; query: making the query for the server")


def _files(prepared, name):
    return prepared.anchor, prepared.responses, prepared.queries(name, "do")


def _ask(program, prepared, name, count, *options):
    return json.loads(run_tool(program, *options, count, *_files(prepared, name)))


def _print(measured):
    print("\nIn process, one core, microseconds of CPU a response:")
    report.print_table(
        ("answer", "octets", "signatures", "parse", "EVP verify", "cold DO", "cold plain",
         "warm DO", "warm plain", "cached DO", "cached plain", "verify/DO", "verify/plain"),
        [(name, str(figures["octets"]), str(figures["signatures"]),
          *(f"{figures[key]:.2f}" for key in COSTS),
          *(f"{ratio:.3f}" for ratio in figures["ratios"].values()))
         for name, figures in measured.items()])
    print("verify/   signatures x EVP verify, over the cold judgement\n"
          f"crowded   {CROWDED[0]}, with {CROWDED[1]:,} more zones known\n\n"
          "One response, rewritten for a client without DO:")
    report.print_table(("answer", "", "from the heap", "system calls", "instructions",
                        "of OpenSSL"),
                       [_needs_row(name, word, figures[word]) for name, figures in measured.items()
                        for word in ("warm", "cached")])
    some = next(iter(measured.values()))
    print("\nMemory, octets, taken when sealgate starts: "
          f"a flow {some['flow_octets']}, a zone {some['zone_octets']} and its keys, "
          f"a response in the cache {some['message_octets']}, of which its plan "
          f"{some['plan_octets']}")


def _counts_row(counts):
    return ["-" if count is None else f"{count:,.0f}" for count in counts or (None, None)]


def _needs_row(name, word, figures):
    return (name, word, f"{figures['allocations']:g}",
            "yes" if figures["system_calls"] else "none",
            *_counts_row(figures.get("instructions")))
