#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that opens connections at a given rate and leaves them open. It asks on every other one.

It runs as a process of its own, in the namespace of the greedy client, until it is ended or time is up. It
prints "crowded" when it has opened FIRST connections.

    flood.py SOURCE SERVER PER_SECOND
"""

import collections
import random
import resource
import socket
import struct
import sys
import time

PORT = 53
FIRST = 1500            # connections: more than a relay's table has room for
OPEN = 3000             # at a time; then the oldest is reset
SECONDS = 300
PAUSE_S = 0.005
IP_BIND_ADDRESS_NO_PORT = 24
NAME = b"\3www\10unsigned\4test\0"


def _query():
    header = struct.pack("!HHHHHH", random.randrange(65536), 0x0100, 1, 0, 0, 0)
    message = header + NAME + struct.pack("!HH", 1, 1)
    return struct.pack("!H", len(message)) + message


def _reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _open(source, server):
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    sock.bind((source, 0))
    sock.connect_ex((server, PORT))
    return sock


def _ask(sock):
    try:
        sock.send(_query())
    except OSError:
        pass            # refused, or not connected yet


def main(source, server, per_second):
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN + 100, hard), hard))
    opened = 0
    sockets, fresh = collections.deque(), []
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < SECONDS:
        for sock in fresh:
            _ask(sock)
        fresh.clear()
        for _ in range(min(int(passed * int(per_second)) - opened, 100)):
            sock = _open(source, server)
            sockets.append(sock)
            opened += 1
            if opened % 2:
                fresh.append(sock)
            if opened == FIRST:
                print(f"crowded after {time.monotonic() - begun:.1f} s", flush=True)
            if len(sockets) > OPEN:
                _reset(sockets.popleft())
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
