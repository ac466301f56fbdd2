# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the signer: applying and removing them leaves no trace, on a gateway and on the server's own
machine. Without them, or without sealgate, the server's own answers pass, or nothing does."""

import contextlib
import signal

from lab import ask, streams
from lab.signing import legacy

from . import rules
from .case import Case, Group, described, expect, expect_equal
from .signer import SigningWorld, standing

ZONES = [legacy.BY_ORIGIN["nsd.lab."], legacy.BY_ORIGIN["masq.lab."]]
ANSWER_S, SILENCE_S = 60, 0.7
STRANGER = "10.54.3.1"      # of the wire


def _not_running(place, **settings):
    @contextlib.contextmanager
    def scene(lab):
        gate = lab.signing.sealgate(place, **settings)
        try:
            yield SigningWorld(lab.signing, gate, None)
        finally:
            gate.stop()
            gate.remove_rules()
    return scene


def _query(zone):
    return ask.make(f"www.{zone.origin}", "A", do=True, rd=False)


def _over_udp(namespace, address, query, wait_s):
    return ask.send(namespace, address, query.to_wire(), wait_s)


def _once_over_tcp(namespace, address, query, wait_s):
    try:
        with streams.connect(namespace, address, wait_s) as stream:
            stream.send(query.to_wire())
            wire = stream.receive(wait_s)
            return ask.Answer(wire) if wire else None
    except OSError:
        return None


def _over_tcp(namespace, address, query, wait_s):
    """A connection that ends without an answer is opened again, as resolvers do."""
    answer = _once_over_tcp(namespace, address, query, wait_s)
    if answer is None and wait_s == ANSWER_S:
        answer = _once_over_tcp(namespace, address, query, wait_s)
    return answer


def _all_ways(world, check, wait_s=ANSWER_S, ways=(_over_udp, _over_tcp)):
    """Checks each way of asking: `check` gets a description, the answer, and, if answers are to be untouched, the
    server's answer to its own machine. (That machine is answered like all others: a signer that does not run holds back
    its answers, too.)"""
    for zone in ZONES:
        for family in (4, 6):
            for way in ways:
                query, address = _query(zone), zone.addresses[family]
                seen = way(world.signing.validators_namespace, address, query, wait_s)
                genuine = way(world.signing.legacy, address, query, ANSWER_S) if check is _is_untouched else None
                check(f"{zone.origin}, IPv{family}{way.__name__.replace('_', ' ')}", seen, genuine)


def _is_signed(what, seen, _genuine):
    expect(seen is not None and seen.data("A") and seen.data("RRSIG"), f"{what}: {described(seen)}")


def _said(answer):
    """All but the OPT: one of dnsmasq's options comes and goes."""
    return answer.wire[:10], *(answer.records(section)
                               for section in ("answer", "authority", "additional"))


def _is_untouched(what, seen, genuine):
    expect(seen is not None and genuine is not None, f"{what}: no answer")
    expect_equal(what, _said(seen), _said(genuine))
    expect(not seen.data("RRSIG"), f"{what}: signed")


def _is_nothing(what, seen, _genuine):
    expect(seen is None, f"{what}: {described(seen)}")


def _closed_without_program(world):
    _all_ways(world, _is_untouched)
    world.gate.apply_rules()
    try:
        _all_ways(world, _is_nothing, SILENCE_S)
    finally:
        world.gate.remove_rules()
    _all_ways(world, _is_untouched)


def _bypassed_without_program(world):
    world.gate.apply_rules()
    try:
        _all_ways(world, _is_untouched, ways=(_over_udp,))
        _all_ways(world, _is_nothing, SILENCE_S, ways=(_over_tcp,))
        world.gate.start()
        _all_ways(world, _is_signed)
        world.gate.stop(signal.SIGKILL)
        _all_ways(world, _is_untouched, ways=(_over_udp,))
    finally:
        world.gate.remove_rules()
    _all_ways(world, _is_untouched)


def _comes_back(number):
    def run(world):
        _all_ways(world, _is_signed)
        world.gate.stop(number)
        try:
            _all_ways(world, _is_nothing, SILENCE_S)
        finally:
            world.gate.start()
        _all_ways(world, _is_signed)
    return Case(f"{number.name} ends sealgate, nothing passes unsigned, and it signs when it runs again", run)


def _rules_go_while_it_runs(world):
    _all_ways(world, _is_signed)
    for _ in range(2):
        world.gate.remove_rules()
    try:
        _all_ways(world, _is_untouched)
    finally:
        for _ in range(2):
            world.gate.apply_rules()
    _all_ways(world, _is_signed)


def _operator_refuses(chain):
    """The operator's table comes first: packets that it drops are not answered, and it sees the client's
    address."""
    def run(world):
        namespace = world.gate.namespace
        zone = ZONES[0]
        rule = (chain, "-p", "udp", "-s", STRANGER, "--dport", "53", "-j", "DROP")
        query = _query(zone)
        _is_signed("before", _over_udp(world.signing.wire, zone.addresses[4], query, ANSWER_S), None)
        namespace.run("iptables", "-A", *rule)
        try:
            seen = _over_udp(world.signing.wire, zone.addresses[4], query, SILENCE_S)
            _is_nothing("a client that the operator refuses", seen, None)
            _all_ways(world, _is_signed)
        finally:
            namespace.run("iptables", "-D", *rule)
        _is_signed("after", _over_udp(world.signing.wire, zone.addresses[4], query, ANSWER_S), None)
    return Case("clients that the operator refuses stay refused", run)


def _cases(place, *cases):
    return tuple(Case(f"rules of a signer, {place}: {case.name}", case.run) for case in cases)


def _groups(place, chain):
    yield Group(f"signer rules, {place}", _not_running(place), _cases(
        place, *(Case(*row) for row in rules.WITHOUT_TRACE),
        Case("while sealgate does not run nothing passes, and without the rules everything does",
             _closed_without_program)))
    yield Group(f"signer rules, {place}, bypass", _not_running(place, queue="bypass = true;"), _cases(
        place, Case("with queue.bypass UDP passes unsigned while sealgate does not run, and TCP does not",
                    _bypassed_without_program)))
    yield Group(f"signer rules, {place}, running", standing(place, validators=False), _cases(
        place, *(_comes_back(number) for number in (signal.SIGTERM, signal.SIGKILL)),
        Case("while sealgate runs rules can be removed, so that the server's own answers pass, and applied again",
             _rules_go_while_it_runs),
        _operator_refuses(chain)))


GROUPS = (*_groups("gateway", "FORWARD"), *_groups("server", "INPUT"))
