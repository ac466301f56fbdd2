# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server on the signer's machine that binds port 53 with IP_TRANSPARENT, as some can be told to. What the
kernel says of its socket it says of the relay's, too. Its connections are refused like those of any other
server, because its answers would be unsigned."""

import contextlib
import socket

from lab import streams
from lab.signing import legacy

from .case import Case, Group, described, expect
from .signer import SigningWorld

FAMILIES = {4: (socket.AF_INET, socket.SOL_IP, 19), 6: (socket.AF_INET6, socket.IPPROTO_IPV6, 75)}
ADDRESSES = {4: "10.54.4.2", 6: "fd54:4::2"}       # of the machine; no other server listens there
ZONE = legacy.BY_ORIGIN["nsd.lab."]


@contextlib.contextmanager
def _listeners(namespace):
    """Listens on port 53 of both addresses. The kernel completes connections; nobody needs to take them."""
    with contextlib.ExitStack() as stack:
        for number, (family, level, transparent) in FAMILIES.items():
            sock = stack.enter_context(namespace.socket(family, socket.SOCK_STREAM))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(level, transparent, 1)
            sock.bind((ADDRESSES[number], 53))
            sock.listen(16)
        yield


def _scene(tcp):
    @contextlib.contextmanager
    def scene(lab):
        gate = lab.signing.sealgate("server", more=f'tcp = "{tcp}";\nrules_watch = "off";\n')
        with _listeners(lab.signing.legacy):
            try:
                yield SigningWorld(lab.signing, gate, None)
            finally:
                gate.stop()
                gate.remove_rules()
    return scene


def _is_refused(world, number):
    try:
        streams.connect(world.signing.validators_namespace, ADDRESSES[number]).reset()
    except ConnectionRefusedError:
        return True
    return False


def _all_are_refused(world, why):
    for number in FAMILIES:
        expect(_is_refused(world, number), f"IPv{number}: {why}: the server has the connection")


def _reaches_nobody(world):
    for number in FAMILIES:
        expect(not _is_refused(world, number), f"IPv{number}: nothing listens, even without rules")
    world.gate.apply_rules()
    _all_are_refused(world, "sealgate does not run")
    world.gate.start()
    _all_are_refused(world, "sealgate runs")


def _load_for_tcp_alone(world):
    """Loads the table of nft without the rules that queue packets, which not every kernel can."""
    text = world.gate.printed("rules", "print", "--backend", "nft")
    kept = [line for line in text.splitlines() if " queue " not in line]
    expect(len(kept) < len(text.splitlines()), "no rule has a queue:", text)
    world.signing.legacy.run("nft", "-f", "-", stdin="\n".join(kept) + "\n")


def _relay_of_nft(world):
    _load_for_tcp_alone(world)
    _all_are_refused(world, "sealgate does not run")
    world.gate.start()
    for number in FAMILIES:
        answer = world.signing.ask_server_over_tcp(ZONE, f"www.{ZONE.origin}", "A", family=number, do=True, rd=False)
        expect(answer is not None and answer.data("RRSIG"), f"IPv{number}: relayed: {described(answer)}",
               *world.log_tail())
    world.gate.stop()
    _all_are_refused(world, "sealgate has ended")


GROUPS = (
    Group("signer beside a transparent server, refuse", _scene("refuse"), (
        Case("transparent server: tcp = refuse refuses connections to a server that binds with IP_TRANSPARENT",
             _reaches_nobody),)),
    Group("signer beside a transparent server, relay", _scene("relay"), (
        Case("transparent server: the relay's rules of nft refuse such connections while sealgate does not run, and "
             "the relay gets them while it does", _relay_of_nft),)),
)
