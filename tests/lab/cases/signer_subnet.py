# SPDX-License-Identifier: GPL-2.0-or-later
"""The client subnet (RFC 7871) before a signer: the server chooses its answer by it, and the signer signs that."""

import time

import dns.edns
import dns.flags

from lab import ask, streams
from lab.signing import legacy, quirks

from .case import Case, Group, described, expect, expect_equal
from .signer import standing
from .signer_packets import complaints_of

ZONE = legacy.BY_ORIGIN["subnet.lab."]
NAME = "www.subnet.lab."
FOR_ALL = ["192.0.2.80", "192.0.2.81"]
NOBODY = ("0.0.0.0", 0)     # the client that shall stay unknown (RFC 7871, 7.1.2)
# A client subnet, and what the server has for it: its address, and the scope.
SUBNETS = (
    (("203.0.113.0", 24), ["198.51.100.113"], 24),
    (("203.0.7.0", 24), ["198.51.100.7"], 24),
    (("203.0.7.128", 25), ["198.51.100.7"], 24),
    (("2001:db8:9::", 56), ["198.51.100.9"], 48),
    (NOBODY, FOR_ALL, 0),
)
ROUNDS = 4          # the second and later answers come from the signer's memory
LOST_S = 2          # after which a query counts as lost; a client asks again


def _query(name, subnet):
    message = ask.make(name, "A", rd=False)
    options = [dns.edns.ECSOption(*subnet)] if subnet else []
    message.use_edns(0, dns.flags.DO, payload=1232, options=options)
    return message.to_wire()


def _by_udp(world, zone, wire, timeout_s=ask.PATIENCE_S):
    return ask.send(world.signing.validators_namespace, zone.addresses[4], wire, timeout_s)


def _by_tcp(world, zone, wire, timeout_s=ask.PATIENCE_S):
    with streams.connect(world.signing.validators_namespace, zone.addresses[4], timeout_s) as stream:
        stream.send(wire)
        answer = stream.receive(timeout_s)
        return ask.Answer(answer) if answer else None


WAYS = (_by_udp, _by_tcp)


def _is_for(world, way, subnet, data, scope):
    answer = way(world, ZONE, _query(NAME, subnet))
    wrong = complaints_of(world, NAME, "A", way is _by_tcp, answer)
    expect(not wrong, f"{subnet}:", *wrong, *world.log_tail())
    expect_equal(f"the data for {subnet}", answer.data("A"), data)
    expect(answer.data("RRSIG"), described(answer))
    given = quirks.subnet_of(answer.message)
    expect(given is not None, f"{subnet} did not come back: {described(answer)}")
    expect_equal(f"the subnet for {subnet}", (given.address, given.srclen, given.scopelen),
                 (*subnet, scope))


def _data_by_subnet(world):
    for _ in range(ROUNDS):
        for subnet, data, scope in SUBNETS:
            for way in WAYS:
                _is_for(world, way, subnet, data, scope)


def _none_without(world):
    """A client that sends no subnet gets none, also right after one that sent its own."""
    for _ in range(ROUNDS):
        for way in WAYS:
            _is_for(world, way, *SUBNETS[0])
            answer = way(world, ZONE, _query(NAME, None))
            wrong = complaints_of(world, NAME, "A", way is _by_tcp, answer)
            expect(not wrong, *wrong)
            expect_equal("the data for all", answer.data("A"), FOR_ALL)
            expect(quirks.subnet_of(answer.message) is None, "a subnet that nobody sent")


def _is_complete(answer):
    return answer is not None and answer.rcode == "NOERROR" and not answer.is_truncated


def _ask_until_answered(world, zone, wire):
    """As resolvers do: by TCP if the answer says so, and again if there is none."""
    deadline = time.monotonic() + ask.PATIENCE_S
    while time.monotonic() < deadline:
        answer = _by_udp(world, zone, wire, LOST_S)
        if answer is not None and answer.is_truncated:
            answer = _by_tcp(world, zone, wire)
        if _is_complete(answer):
            return answer
    return None


def _without_subnets(zone):
    """The server ignores, rejects or drops a query with the option."""
    name = f"www.{zone.origin}"

    def run(world):
        for subnet, _data, _scope in SUBNETS:
            answer = _ask_until_answered(world, zone, _query(name, subnet))
            wrong = complaints_of(world, name, "A", True, answer)
            expect(not wrong, f"{subnet}:", *wrong, *world.log_tail())
            expect_equal("the data", answer.data("A"), FOR_ALL)
            expect(quirks.subnet_of(answer.message) is None,
                   "a subnet that the server did not return")
    return run


def _ignored(world):
    """With sign.client_subnet = false every client gets the answer for all."""
    for subnet, _data, _scope in SUBNETS:
        for way in WAYS:
            answer = way(world, ZONE, _query(NAME, subnet))
            expect_equal(f"the data for {subnet}", answer.data("A"), FOR_ALL)
            expect(answer.data("RRSIG"), described(answer))
            expect(quirks.subnet_of(answer.message) is None, "a subnet came back")


OTHERS = ("plain.lab.", "formerr-edns.lab.", "notimp-edns.lab.", "badvers-edns.lab.",
          "drops-edns.lab.", "nsd.lab.")

GROUPS = (
    Group("signer subnets", standing("gateway", validators=False), (
        Case("subnets: the server chooses by client subnet, and the answer is signed with its scope",
             _data_by_subnet),
        Case("subnets: a client that sends none gets the answer for all", _none_without),
        *(Case(f"subnets: {origin} answers queries with a client subnet for all clients",
               _without_subnets(legacy.BY_ORIGIN[origin])) for origin in OTHERS))),
    Group("signer subnets off", standing("gateway", validators=False,
                                         sign="  client_subnet = false;\n"), (
        Case("subnets: client_subnet = false keeps subnets from the server", _ignored),)),
)
