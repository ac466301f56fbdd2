#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A slow link to a resolver: it hands on each query over UDP, and gives the answer back after a delay. Of
every N queries it loses one, always the same one. It runs as a process of its own.

It writes what passes into a journal, a line each: "came NAME TYPE", "sent NAME TYPE", "lost NAME TYPE".

    slow_link.py DELAY_S EVERY RESOLVER ADDRESS JOURNAL [TYPE]     EVERY 0: nothing is lost

A query for TYPE is always lost; if TYPE is EDNS, each query with an OPT.
"""

import asyncio
import sys

import dns.message
import dns.rdatatype


def _question(wire):
    question = dns.message.from_wire(wire).question[0]
    return f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"


class Asking(asyncio.DatagramProtocol):
    """One query on its way to the resolver and back."""

    def __init__(self, query, answered):
        self._query, self._answered = query, answered

    def connection_made(self, transport):
        self._transport = transport
        transport.sendto(self._query)

    def datagram_received(self, data, _address):
        self._answered(data)
        self._transport.close()


class Link(asyncio.DatagramProtocol):
    def __init__(self, delay_s, every, resolver, journal, lost_type):
        self._delay_s, self._every, self._resolver = delay_s, every, resolver
        self._lost_type = lost_type
        self._journal = open(journal, "a", buffering=1)
        self._came = 0

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, address):
        self._came += 1
        question = _question(data)
        drops = self._lost_type == "EDNS" and dns.message.from_wire(data).edns >= 0
        if drops or question.endswith(f" {self._lost_type}") or (
                self._every and self._came % self._every == 0):
            self._journal.write(f"lost {question}\n")
            return
        self._journal.write(f"came {question}\n")
        asyncio.ensure_future(self._carry(data, address))

    async def _carry(self, query, client):
        loop = asyncio.get_running_loop()
        due = loop.time() + self._delay_s
        came = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Asking(query, lambda data: came.done() or came.set_result(data)),
            remote_addr=(self._resolver, 53))
        try:
            answer = await asyncio.wait_for(came, 60)
        finally:
            transport.close()
        await asyncio.sleep(due - loop.time())
        self._journal.write(f"sent {_question(query)}\n")
        self._transport.sendto(answer, client)


async def main(delay_s, every, resolver, address, journal, lost_type="-"):
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Link(float(delay_s), int(every), resolver, journal, lost_type), local_addr=(address, 53))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
