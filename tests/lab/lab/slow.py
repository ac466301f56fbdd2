#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server far away: it accepts any number of connections, and answers each question after a delay.

Its answers are those of the genuine upstream, which it asks once for each question. It runs as a process of
its own, in the upstream's namespace.

    slow.py DELAY_S UPSTREAM ADDRESS...
"""

import asyncio
import resource
import socket
import struct
import sys

BACKLOG = 4096
DESCRIPTORS = 20000


class Slow:
    def __init__(self, delay_s, upstream):
        self._delay_s, self._upstream = delay_s, upstream
        self._known = {}

    def _ask(self, query):
        """The upstream's answer, without the id."""
        question = query[2:]
        if question not in self._known:
            with socket.create_connection((self._upstream, 53), timeout=4) as sock:
                sock.sendall(struct.pack("!H", len(query)) + query)
                stream = sock.makefile("rb")
                self._known[question] = stream.read(struct.unpack("!H", stream.read(2))[0])[2:]
        return self._known[question]

    async def serve(self, reader, writer):
        try:
            while True:
                query = await reader.readexactly(
                    struct.unpack("!H", await reader.readexactly(2))[0])
                answer = query[:2] + self._ask(query)
                await asyncio.sleep(self._delay_s)
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


async def main(delay_s, upstream, *addresses):
    slow = Slow(float(delay_s), upstream)
    for address in addresses:
        await asyncio.start_server(slow.serve, address, 53, backlog=BACKLOG)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))
    asyncio.run(main(*sys.argv[1:]))
