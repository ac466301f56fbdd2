# SPDX-License-Identifier: GPL-2.0-or-later
"""Responses that the attacker makes by hand: no client asked for them, or they come in fragments. The
genuine response is silenced meanwhile, so that the client would take the forged one."""

import contextlib

import dns.message
import dns.rrset

from lab import ask, packets, topology
from lab.attacks import FORGED

from .case import (Case, Group, described, expect, expect_equal, on_gateway, on_host, unprotected,
                   wait_until)
from .silence import Line, client_of

PORT_53 = 53


def _halves(family, source, destination, datagram):
    return packets.fragments(family, source, destination, datagram, [len(datagram) // 16 * 8])


def _tiny_first(family, source, destination, datagram):
    return packets.fragments(family, source, destination, datagram, [8])


def _last_first(family, source, destination, datagram):
    return list(reversed(_halves(family, source, destination, datagram)))


def _pieces_of_eight(family, source, destination, datagram):
    return packets.fragments(family, source, destination, datagram, [8] * (len(datagram) // 8))


def _atomic(family, source, destination, datagram):
    """A "fragment" that is the whole datagram (RFC 6946)."""
    return packets.fragments(family, source, destination, datagram, [len(datagram)])


FORMS = (
    ("in one piece", packets.whole),
    ("behind options or an extension header", packets.with_options),
    ("in two halves", _halves),
    ("with only the UDP header in the first fragment", _tiny_first),
    ("with the last fragment first", _last_first),
    ("in fragments of eight octets", _pieces_of_eight),
    ("as a single fragment", _atomic),
)


def _late_header(family, source, destination, datagram):
    return packets.late_header(source, destination, datagram)


def _forged_response(query):
    response = dns.message.make_response(query)
    rdtype = query.question[0].rdtype
    response.answer = [dns.rrset.from_text(query.question[0].name, 600, "IN", rdtype,
                                           FORGED[rdtype])]
    return response.to_wire()


@contextlib.contextmanager
def _injector(world):
    """On the link towards the machine that sealgate protects."""
    victim = client_of(world)
    is_host = victim is world.lab.host
    injector = packets.Injector(world.lab, "host" if is_host else "router")
    try:
        yield injector, victim, topology.HOST if is_host else topology.CLIENT
    finally:
        injector.close()


# Linux refuses such a datagram by itself; other machines behind a gateway may not.
LATE = ("whose UDP header is in the second fragment", _late_header)

PIECES = FORMS[2:-1]


def _race(world, family, form):
    """The client asks. The attacker answers in the given form, once the query is known and before the
    server can. Returns what the client got, or None if it got nothing and will get nothing. When the
    call returns, every packet that was put on the link has reached sealgate or was dropped."""
    upstream = topology.UPSTREAM[family]
    query = ask.make("www.p256.test.", "A")
    with _injector(world) as (injector, _victim, addresses), Line(world, family) as line:
        with world.lab.attack("silence"):
            line.send(query.to_wire())
            line.wait_handled(query.to_wire())
            datagram = packets.udp(upstream, addresses[family], PORT_53, line.sock.getsockname()[1],
                                   _forged_response(query))
            injector.send(family, form(family, upstream, addresses[family], datagram))
            line.wait_handled(query.to_wire())
        came = line.everything()
    expect(len(came) <= 1, f"more than one: {[described(answer) for answer in came]}")
    return came[0] if came else None


def _is_forged(answer):
    return answer is not None and FORGED[1] in answer.data("A")


def _stopped(family, words, form):
    def run(world):
        answer = _race(world, family, form)
        expect(answer is None or answer.rcode == "SERVFAIL", f"seen: {described(answer)}",
               *world.log_tail())
    return Case(f"a forged IPv{family} response {words} is judged or blocked", run)


def _no_stray_piece(family, words, form):
    """No fragment may pass unjudged, even if it is useless to the client alone: the missing piece may
    come by another path. (A datagram that was put together and judged may be fragmented again on its
    way out, and then the client has an answer.) Only behind a gateway can this be seen."""
    def run(world):
        sniffer = packets.Sniffer(world.lab.client, "router")
        try:
            answer = _race(world, family, form)     # and after it a question that is answered
            pieces = [packet for packet in sniffer.packets()
                      if packets.is_fragment(family, packet)]
        finally:
            sniffer.close()
        expect(not pieces or answer is not None,
               f"{len(pieces)} fragments passed, which make no answer", *world.log_tail())
    return Case(f"no fragment of an IPv{family} response {words} passes unjudged", run)


def _arrives(family, words, form):
    def run(world):
        answer = _race(world, family, form)
        expect(_is_forged(answer), f"seen: {described(answer)}")
    return Case(f"without sealgate a forged IPv{family} response {words} arrives", run)


@contextlib.contextmanager
def _counts_as_unsolicited(world):
    """Messages that are sent in the block are dropped because no query fits, and for no other reason."""
    before = world.gate.counter("responses_unsolicited")
    yield
    wait_until(lambda: world.gate.counter("responses_unsolicited") == before + 1,
               "it is not counted as unsolicited")


def _unasked(world, family, arrives):
    """Sends a response to a socket that listens and has asked nothing; returns what arrived."""
    upstream = topology.UPSTREAM[family]
    with _injector(world) as (injector, _victim, addresses), Line(world, family) as line:
        payload = _forged_response(ask.make("www.unsigned.test.", "A"))
        datagram = packets.udp(upstream, addresses[family], PORT_53, line.sock.getsockname()[1],
                               payload)
        with contextlib.nullcontext() if arrives else _counts_as_unsolicited(world):
            injector.send(family, packets.whole(family, upstream, addresses[family], datagram))
        return line.everything()


def _unasked_case(family, arrives):
    def run(world):
        came = _unasked(world, family, arrives)
        expect_equal("responses", len(came), int(arrives))
    return Case(f"without sealgate an IPv{family} response to no query arrives" if arrives
                else f"an IPv{family} response to no query is dropped", run)


def _other_server(family):
    """The query was sent to the upstream; another address answers it."""
    def run(world):
        stranger = topology.ORACLE[family]
        query = ask.make("www.unsigned.test.", "A")
        with _injector(world) as (injector, victim, addresses), Line(world, family) as line, \
                ask.udp_socket(victim, stranger) as sock:
            sock.bind((addresses[family], 0))
            with world.lab.attack("silence"):
                sock.sendto(query.to_wire(), (topology.UPSTREAM[family], PORT_53))
                line.wait_handled(query.to_wire())
            datagram = packets.udp(stranger, addresses[family], PORT_53, sock.getsockname()[1],
                                   _forged_response(query))
            with _counts_as_unsolicited(world):
                injector.send(family, packets.whole(family, stranger, addresses[family], datagram))
            line.fence()
            came = ask.arrived(sock)
        expect(not came, f"seen: {[described(answer) for answer in came]}", *world.log_tail())
    return Case(f"an IPv{family} response from a server that was not asked is dropped", run)


def _each(make, *more):
    return tuple(make(family, *row) for family in (4, 6) for row in more)


def _protected():
    return (_each(_stopped, *FORMS) + (_stopped(6, *LATE),) +
            tuple(_unasked_case(family, False) for family in (4, 6)) +
            tuple(_other_server(family) for family in (4, 6)))


GROUPS = (
    Group("hand-made packets without sealgate", unprotected,
          _each(_arrives, *FORMS) + tuple(_unasked_case(family, True) for family in (4, 6)),
          needs_sealgate=False),
    Group("hand-made packets on the host", on_host, _protected()),
    Group("hand-made packets on the gateway", on_gateway, tuple(
        Case("gateway: " + case.name, case.run) for case in
        _protected() + _each(_no_stray_piece, *PIECES) + (_no_stray_piece(6, *LATE),))),
)
