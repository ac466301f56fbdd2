# SPDX-License-Identifier: GPL-2.0-or-later
"""Many queries in flight: to an address without a server, so that a filter has to remember them."""

import socket
import struct
import time

from lab.resources import LabError

from . import ground
from .zones import A, CLIENTS, query

FLOWS = 100000
IDS = 50000         # from one port
BURST, PAUSE_S = 500, 0.01


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise LabError(f"no VmRSS of process {pid}")


def ask_nobody(namespace):
    """Sends FLOWS different questions, slowly enough for any queue."""
    for first in range(0, FLOWS, IDS):
        with namespace.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((ground.NOBODY, 53))
            for number in range(IDS):
                octets = query(f"n{first + number}.p256.test.", A, CLIENTS["do"])
                asking.send(struct.pack("!H", number) + octets[2:])
                if number % BURST == 0:
                    time.sleep(PAUSE_S)
