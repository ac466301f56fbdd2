# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures, written here, so that nothing depends on when a sniffer gets round to it."""

import struct
import time

from . import packets, topology

DLT_RAW = 101
SERVER = topology.UPSTREAM[4]
CLIENT_PORT = 53053


def write(lab, path, questions):
    """Writes the genuine responses to these questions, from the upstream to the host."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, DLT_RAW))
        for name, rdtype in questions:
            answer = lab.ask_genuinely(name, rdtype, do=True, edns=4096)
            (packet,) = packets.whole(4, SERVER, topology.HOST[4], packets.udp(
                SERVER, topology.HOST[4], 53, CLIENT_PORT, answer.wire))
            file.write(struct.pack("=IIII", int(time.time()), 0, len(packet), len(packet)) + packet)
