# SPDX-License-Identifier: GPL-2.0-or-later
"""A real secondary, Knot DNS, which transfers a legacy zone, and may sign its queries with TSIG."""

import os

from . import legacy

PORT = 5353

KNOT = """
server:
    rundir: "{directory}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "{directory}"
key:
  - id: {key}
    algorithm: {algorithm}
    secret: {secret}
remote:
  - id: primary
    address: {primary}@53
    via: {address}
{with_key}
template:
  - id: default
    storage: "{directory}"
zone:
  - domain: {origin}
    master: primary
"""


def start(resources, namespace, name, address, zone, signs=True, family=4):
    """Starts a secondary that asks from this address, and answers at its port PORT."""
    directory = resources.path(name)
    os.makedirs(directory)
    key, algorithm, secret = legacy.TRANSFER_KEY
    config = resources.path(f"{name}.conf")
    with open(config, "w") as file:
        file.write(KNOT.format(directory=directory, address=address, port=PORT, key=key,
                               algorithm=algorithm, secret=secret, origin=zone.origin,
                               primary=zone.addresses[family],
                               with_key=f"    key: {key}" if signs else ""))
    return namespace.start(name, "knotd", "--config", config)
