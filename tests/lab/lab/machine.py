# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole machine for recipes: a copy of this machine in which nothing of sealgate is installed, with a systemd of
its own, in the lab's network. Everything may be changed in it, and nothing stays."""

import os
import pathlib
import re
import subprocess

from . import topology
from .manager import SYSTEMD, Systemd
from .resources import LabError, run_tool

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = "machine"
LINK = {4: ("10.53.9.1", "10.53.9.2"), 6: ("fd53:9::1", "fd53:9::2")}     # the wire's end, and eth0
RESOLVER = "192.0.2.53"         # any address is the upstream's: the wire sends all DNS to it
COMMAND_S, OUTPUT_OCTETS = 120, 1000

# The new root: this machine's, with a layer of its own over it. The checkout may be another file system.
START = """
set -e
mount -t tmpfs tmpfs {directory}
layer() {{
	mkdir -p {directory}/$1 {directory}/$1-work $3
	mount -t overlay -o lowerdir=$2,upperdir={directory}/$1,workdir={directory}/$1-work overlay $3
}}
layer root / {directory}/new
layer checkout {checkout} {directory}/new{checkout}
cd {directory}/new
mkdir -p dev run/old
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs tmpfs dev
mkdir dev/pts dev/shm dev/net
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0" "net/tun 10 200"; do
	mknod -m 666 dev/$(echo $node | sed 's/ / c /')
done
ln -s /proc/self/fd dev/fd
ln -s /run/console dev/console
mount -t tmpfs tmpfs run
mkdir -p run/old run/systemd/system etc/systemd/system
touch run/console
# No unit that waits for the network, sets the clock, or is on the way of DNS; and nothing of sealgate.
rm -rf etc/systemd/system/*.wants etc/sealgate var/lib/sealgate var/log/journal
rm -f usr/sbin/sealgate usr/local/sbin/sealgate
cp {anchor} usr/share/dns/root.key
cp {hints} usr/share/dns/root.hints
rm -f etc/resolv.conf
echo nameserver {resolver} >etc/resolv.conf
# The machine reaches no server of packages: those that are installed are all there are.
rm -rf var/lib/apt/lists/* var/cache/apt/*.bin
printf '[Unit]\\nDefaultDependencies=no\\nAllowIsolate=yes\\nWants=systemd-journald.service\\n' >run/systemd/system/lab.target
pivot_root . run/old
umount -l /run/old
rmdir /run/old
container=lab exec {systemd} --system --unit=lab.target --log-level=info --log-target=console
"""

# What `make` needs to find the build as it is, instead of building anew.
MAKE_FLAGS = re.compile(r"^(.*?) -std=")


def make_environment(sealgate_path):
    """The variables with which `make` finds everything built."""
    build = pathlib.Path(sealgate_path).resolve().parent
    words = [word for word in os.environ.get("MAKEFLAGS", "").split() if "=" in word and word[0] != "-"]
    if not any(word.startswith("B=") for word in words):
        words.append(f"B={os.path.relpath(build, ROOT)}")
    compiler = MAKE_FLAGS.match((build / ".flags").read_text())
    return {"MAKEFLAGS": " ".join(["--", *words]), "CC": compiler[1] if compiler else "gcc"}


class Machine(Systemd):
    """The interfaces are eth0, by which it reaches the wire, and lan0 and br-lan, at which nobody is."""

    def __init__(self, lab):
        self._lab = lab
        self._build_network(lab)
        directory = lab.resources.path("machine")
        os.makedirs(directory, exist_ok=True)
        super().__init__(lab.resources, self.namespace, START.format(
            directory=directory, checkout=ROOT, anchor=lab.zones.anchor_dnskey, hints=lab.root_hints,
            resolver=RESOLVER, systemd=SYSTEMD))
        self._environment = {**os.environ, **make_environment(lab.sealgate_path), "LC_ALL": "C.UTF-8", "HOME": "/root",
                             "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

    def _build_network(self, lab):
        self.namespace = lab.resources.namespace(NAME)
        settings = ["net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"]
        self.namespace.run("sysctl", "--quiet", "--write", *settings)
        self.namespace.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", NAME,
                           "netns", lab.wire.name)
        for name, address in (("lan0", "10.53.7.1/24"), ("br-lan", "10.53.8.1/24")):
            self.namespace.run("ip", "link", "add", name, "type", "bridge")
            self.namespace.run("ip", "address", "add", address, "dev", name)
            self.namespace.run("ip", "link", "set", name, "up")
        for namespace, device, end in ((lab.wire, NAME, 0), (self.namespace, "eth0", 1)):
            namespace.run("ip", "link", "set", device, "up")
            for family, bits in ((4, 24), (6, 64)):
                namespace.run("ip", "address", "add", f"{LINK[family][end]}/{bits}", "dev", device,
                              *(["nodad"] if family == 6 else []))
        self.namespace.run("ip", "link", "set", "lo", "up")
        for family in (4, 6):
            self.namespace.run("ip", f"-{family}", "route", "add", "default", "via", LINK[family][0])
        # The wire takes queries over UDP by itself. Connections go to the upstream, too.
        for tables, family, ends in (("iptables", 4, "{}"), ("ip6tables", 6, "[{}]")):
            lab.wire.run(tables, "-t", "nat", "-A", "PREROUTING", "-i", NAME, "-p", "tcp", "--dport", "53",
                         "-j", "DNAT", "--to-destination", ends.format(topology.UPSTREAM[family]))

    def __exit__(self, *exception):
        super().__exit__(*exception)
        for tables, family, ends in (("iptables", 4, "{}"), ("ip6tables", 6, "[{}]")):
            self._lab.wire.run(tables, "-t", "nat", "-D", "PREROUTING", "-i", NAME, "-p", "tcp", "--dport", "53",
                               "-j", "DNAT", "--to-destination", ends.format(topology.UPSTREAM[family]))
        self._lab.wire.run("ip", "link", "delete", NAME)
        run_tool("ip", "netns", "delete", self.namespace.name)

    def shell(self, script, directory="/root"):
        """Runs a script of bash as root; returns the exit code, and output and error output together."""
        try:
            done = subprocess.run(self.words("bash", "-c", f"cd {directory}\n{script}"), text=True, errors="replace",
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=self._environment, timeout=COMMAND_S)
        except subprocess.TimeoutExpired as error:
            said = (error.stdout or b"").decode(errors="replace")[-OUTPUT_OCTETS:]
            raise LabError(f"does not end within {COMMAND_S} s: {script}\n{said}") from error
        return done.returncode, done.stdout

    def must(self, script, directory="/root"):
        code, said = self.shell(f"set -e\n{script}", directory)
        if code != 0:
            raise LabError(f"exit {code}: {script}\n{said}")
        return said

    def write(self, path, text):
        subprocess.run(self.words("tee", path), input=text, text=True, stdout=subprocess.DEVNULL, check=True)

    def read(self, path):
        return self.must(f"cat {path}")
