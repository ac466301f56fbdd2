# SPDX-License-Identifier: GPL-2.0-or-later
"""The servers of others: how each program is started in the lab, and the lines that its configuration has at
every place. A user adds its own lines."""

import os
import shutil

UNBOUND = """
server:
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    directory: "{directory}"
    pidfile: ""
    username: ""
    chroot: ""
    use-syslog: no
    num-threads: 1
    # "test." is reserved, and unbound would deny it by itself.
    local-zone: "test." nodefault
    target-fetch-policy: "0 0 0 0 0"
{more}
remote-control:
    control-enable: no
{after}
"""

# {more} is in the clause `options`, which must not be repeated.
NAMED = """
options {{
    directory "{directory}";
    pid-file none;
    session-keyfile none;
{more}
}};
controls {{ }};
{after}
"""

# Without `rrl-ratelimit: 0` it leaves questions unanswered once a client asks 200 a second.
NSD = """
server:
    server-count: 1
    username: ""
    database: ""
    zonesdir: "{directory}"
    zonelistfile: "{directory}/list"
    xfrdfile: "{directory}/xfrd"
    xfrdir: "{directory}"
    pidfile: ""
    hide-version: yes
    rrl-ratelimit: 0
{more}
remote-control:
    control-enable: no
{after}
"""

KNOT = """
server:
    rundir: "{directory}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
{more}
log:
  - target: stderr
    any: info
database:
    storage: "{directory}"
{after}
"""

PDNS = """
launch=bind
bind-config={directory}/zones
bind-dnssec-db={directory}/dnssec
socket-dir={directory}
daemon=no
guardian=no
write-pid=no
security-poll-suffix=
dname-processing=yes
{more}
{after}
"""

# It does not ask beside the client's queries, and has no trust anchor.
KRESD = """
modules.unload("ta_signal_query")
modules.unload("ta_update")
modules.unload("ta_sentinel")
modules.unload("detect_time_jump")
modules.unload("detect_time_skew")
modules.unload("priming")
trust_anchors.remove(".")
cache.size = 16 * MB
{more}
{after}
"""

RECURSOR = """
allow-from=0.0.0.0/0
dont-query=
dnssec=process-no-validate
socket-dir={directory}
threads=1
pdns-distributes-queries=no
daemon=no
write-pid=no
export-etc-hosts=no
security-poll-suffix=
serve-rfc1918=no
server-down-max-fails=0
{more}
{after}
"""

# It is given no file: each line is a word of its command.
DNSMASQ = """
--keep-in-foreground
--conf-file=/dev/null
--no-hosts
--no-resolv
--user=root
--bind-interfaces
--log-facility=-
--pid-file={directory}/pid
{more}
{after}
"""

# For `after`: every query goes to one server.
UNBOUND_FORWARDS = 'forward-zone:\n    name: "."\n    forward-addr: {upstream}\n'
KRESD_FORWARDS = 'policy.add(policy.all(policy.FORWARD({{ "{upstream}" }})))'

# Of each program: the base, and the words of its command.
PROGRAMS = {
    "unbound": (UNBOUND, ("unbound", "-d", "-d", "-c", "{directory}/conf")),
    "named": (NAMED, ("named", "-g", "-n", "1", "-c", "{directory}/conf")),
    "nsd": (NSD, ("nsd", "-d", "-c", "{directory}/conf")),
    "knotd": (KNOT, ("knotd", "--config", "{directory}/conf")),
    "pdns_server": (PDNS, ("pdns_server", "--config-dir={directory}")),
    "kresd": (KRESD, ("kresd", "-n", "-c", "{directory}/conf", "{directory}")),
    "pdns_recursor": (RECURSOR, ("pdns_recursor", "--config-dir={directory}")),
    "dnsmasq": (DNSMASQ, ("dnsmasq",)),
}
FILES = {"pdns_recursor": "recursor.conf", "pdns_server": "pdns.conf"}      # others: "conf"


def obstacle(program):
    """Returns why the program cannot be started, or None."""
    if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
        return None
    return f"{program} is not installed"


def start(namespace, program, directory, more, after="", clock=None, **values):
    """Starts a program with its base, and `more` and `after` in it, which may name `values` in braces. The
    directory is made if it is not there, and gives the process its name. Without a clock it uses the machine's."""
    os.makedirs(directory, exist_ok=True)
    base, words = PROGRAMS[program]
    values["directory"] = directory
    text = base.format(more=more.format(**values), after=after.format(**values), **values)
    words = [word.format(**values) for word in words]
    if program == "dnsmasq":
        words += [line for line in text.splitlines() if line]
    else:
        with open(os.path.join(directory, FILES.get(program, "conf")), "w") as file:
            file.write(text)
    if clock:
        words = [*clock.words, *words]
    return namespace.start(os.path.basename(directory), *words)
