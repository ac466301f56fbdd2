# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures, written by this module, so that nothing depends on the timing of a sniffer."""

import struct
import time

from . import ask, packets, topology

DLT_RAW = 101
SERVER = topology.UPSTREAM[4]
CLIENT_PORT = 53053


def _from_server(wire):
    return packets.udp(SERVER, topology.HOST[4], 53, CLIENT_PORT, wire)


def _datagram(lab, name, rdtype):
    return _from_server(lab.ask_genuinely(name, rdtype, do=True, edns=4096).wire)


def _begin(file):
    file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, DLT_RAW))


def _put(file, packet, held=None):
    """The capture may hold only a part of a packet."""
    kept = packet[:held]
    file.write(struct.pack("=IIII", int(time.time()), 0, len(kept), len(packet)) + kept)


def write(lab, path, questions):
    """Writes the genuine responses to these questions, from the upstream to the host."""
    with open(path, "wb") as file:
        _begin(file)
        for name, rdtype in questions:
            (packet,) = packets.whole(4, SERVER, topology.HOST[4], _datagram(lab, name, rdtype))
            _put(file, packet)


def write_answers(path, answers):
    """Writes responses that came by other ways, as if from the upstream to the host."""
    with open(path, "wb") as file:
        _begin(file)
        for answer in answers:
            (packet,) = packets.whole(4, SERVER, topology.HOST[4], _from_server(answer.wire))
            _put(file, packet)


def write_with_losses(lab, path, name, rdtype):
    """Writes the genuine response three times: whole, cut by a snap length, and without its last fragment."""
    datagram = _datagram(lab, name, rdtype)
    (packet,) = packets.whole(4, SERVER, topology.HOST[4], datagram)
    first, *_rest = packets.fragments(4, SERVER, topology.HOST[4], datagram, [64])
    with open(path, "wb") as file:
        _begin(file)
        _put(file, packet)
        _put(file, packet, held=len(packet) - 1)
        _put(file, first)


def write_exchanges(lab, path, questions):
    """Writes each question as an ordinary client asks it, without EDNS, and its genuine response."""
    with open(path, "wb") as file:
        _begin(file)
        for number, (name, rdtype) in enumerate(questions):
            query = ask.make(name, rdtype).to_wire()
            answer = ask.send(lab.wire, SERVER, query)
            port = CLIENT_PORT + number
            for source, target, ports, wire in ((topology.HOST[4], SERVER, (port, 53), query),
                                                (SERVER, topology.HOST[4], (53, port), answer.wire)):
                datagram = packets.udp(source, target, *ports, wire)
                (packet,) = packets.whole(4, source, target, datagram)
                _put(file, packet)
