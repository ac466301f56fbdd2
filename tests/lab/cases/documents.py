# SPDX-License-Identifier: GPL-2.0-or-later
"""Every block of README.md, CONTRIBUTING.md and docs/ is run, on a machine made for its page (lab/machine.py).
lab/pages.py says which forms of blocks there are, and how output is compared; lab/recipes.py runs them:

    commands        each must succeed; `make` with a long target is only looked up (`make -n`)
    transcript      run, and the output compared with that of the page
    configuration   appended to the shipped file, checked, and the service started with it
    drop-in, nft    given to systemd and nft
    log             compared with the sources, by tests/lint/quotes

What a block needs besides, and blocks of no such form, stand in the tables below. A row names the page, and the
beginning of the first line of one block. If you change a block, change its row, too."""

import contextlib
import subprocess

from lab import captures, manager, pages, recipes
from lab.machine import ROOT, Machine

from . import signer_handover
from .case import Case, Group, expect, expect_equal, tell, unprotected

README, OPERATION = "README.md", "docs/operation.md"

# Commands that are not run, by the beginning of the line, and why. They are printed.
NOT_RUN = (
    ("tests/lab/run", "it is what runs this"),
    ("tests/vm/run|cat build/vm/", "it boots a virtual machine; `make check` does so, too"),
    ("bench/", "it takes minutes, and tests nothing of the page"),
    ("(gdb )?build/tests/", "`make unit` runs it"),
    ("modprobe ", "it would load a module into the kernel of this machine"),
    ("sysctl -w net.bridge", "it needs that module; the group bridge of the lab sets this where it is there"),
    ("sealgate keys (status|list|roll|unsign|begin|import example.org .*timeline)", "it needs a keeper with a zone; the groups `keeper` of the lab have such"),
    ('role = "gateway";', "starting it needs a file system for eBPF; the group shortcut of the lab does so"),
)

# What comes out of a command, as regular expressions.
COMES_OUT = (
    ("dig www.dnssec-failed.org", (r"status: SERVFAIL", r"EDE: \d+")),
    ("dig +adflag www.iana.org", (r"status: NOERROR", r"flags:[ a-z]* ad[ ;]")),
    ("sealgate explain www.example.org", (r"SECURE",)),
    ("sealgate explain www.broken.example --nta", (r"INSECURE",)),
    ("grep www.example.org", (r"bogus www\.example\.org",)),
    ("sealgate keys ds example.org", (r"example\.org\.\s+\d+\s+IN\s+DS ",)),
    ("jq 'select", (r'"status": "bogus"',)),
)

# Commands that end with another code than 0.
EXIT_CODES = {
    "sealgate check traffic.pcap": 1,           # it has a bogus answer
}


# The questions whose answers are the chain of trust of a zone.
CHAINS = {zone: ((".", "DNSKEY"), (parent, "DS"), (parent, "DNSKEY"), (zone, "DS"), (zone, "DNSKEY"))
          for zone, parent in (("example.org.", "org."), ("p256.test.", "test."))}


def _is_attacked(runner):
    """A forged answer has come."""
    runner.restart()
    with runner.lab.attack("forge-address"):
        runner.machine.must("dig +tries=1 +time=30 www.example.org >/dev/null")


def _enforces(runner):
    runner.configure("")
    runner.restart()
    for name in ("www.iana.org", "www.dnssec-failed.org", "www.unsigned.test"):
        runner.machine.must(f"dig +tries=1 +time=30 {name} >/dev/null")


def _is_without_service(runner):
    runner.machine.must("systemctl stop sealgate-rules")


def _runs_without_service(runner):
    _is_without_service(runner)
    runner.machine.must("setsid sealgate run >/run/first 2>&1 &\nuntil grep -q ready: /run/first; do sleep 0.05; done")


def _has_the_service_again(runner):
    runner.machine.must("systemctl start sealgate")


def _is_changed(runner):
    runner.configure('negative_trust_anchors = [ "broken.example until 20991224120000" ];\n'
                     'log_level = "debug";\nqueue = { length = 4096; };')


def _lost_its_rules(runner):
    runner.machine.must(
        "nft flush ruleset\nuntil sealgate ctl status | grep -q 'rules_restored=[1-9]'; do sleep 0.1; done")


def _has_a_table(runner):
    """The rules may be those of iptables here."""
    runner.machine.must("nft list chain inet sealgate forward >/dev/null 2>&1 || "
                        "nft 'table inet sealgate { chain forward { }; }'")


def _has_captures(runner):
    """The last packet of traffic.pcap is forged."""
    lab = runner.lab
    chain = [lab.ask_genuinely(name, rdtype, do=True, edns=4096) for name, rdtype in (*CHAINS["p256.test."],
                                                                                      ("www.p256.test.", "DS"))]
    with lab.attack("forge-address-keep-signature"):
        forged = lab.ask_from_host("www.p256.test.", "A", do=True, edns=1232)
    captures.write_answers(lab.resources.path("traffic.pcap"), [*chain, forged])
    captures.write(lab, lab.resources.path("incident.pcap"), (*CHAINS["example.org."], ("www.example.org.", "A")))
    runner.machine.must(f"cp {lab.resources.path('incident.pcap')} .\n"
                        f"for name in traffic.pcap monday.pcap tuesday.pcapng; do "
                        f"cp {lab.resources.path('traffic.pcap')} $name; done")


def _has_stored_the_time(runner):
    runner.machine.must("touch /var/lib/sealgate/clock")


SIGNER = 'role = "signer";\nsign = { zones = ( { name = "example.org"; keys = "/etc/sealgate/keys"; } ); };'


def _has_keys(runner):
    runner.configure(SIGNER)
    runner.machine.must("rm -rf /etc/sealgate/keys\nsealgate keys generate example.org")


def _has_a_copy_of_a_timeline(runner):
    """Of a gateway; it is not read here."""
    runner.machine.must("touch Kexample.org.timeline")


def _has_a_zone_in_a_directory(runner):
    _has_keys(runner)
    runner.machine.must("mkdir /etc/sealgate/zones\ntouch /etc/sealgate/zones/example.org.conf")


def _file_of_a_zone(runner, block):
    """Behind the block that names the directory, the zone of this file is signed with the keys that it names."""
    machine = runner.machine
    machine.must("mkdir /var/lib/keys\nsealgate keys generate example.org --directory /var/lib/keys/example.org")
    machine.write("/etc/sealgate/zones/example.org.conf", block.text)
    machine.must("rm -r /etc/sealgate/keys\nsystemctl restart sealgate\nsealgate ctl status | grep -x zones_broken=0\n"
                 "sealgate ctl zones | grep example.org")


def _has_keys_of_root(runner):
    runner.configure(SIGNER)
    runner.machine.must("umask 077\nrm -rf /etc/sealgate/keys\nmkdir /etc/sealgate/keys\ncd /etc/sealgate/keys\n"
                        "for role in '' '-f KSK'; do dnssec-keygen -q -a 13 $role example.org; done\n"
                        "sealgate keys sign example.org --directory .\n"
                        "! runuser -u sealgate -- sealgate config check --offline")


def _has_an_nta(runner):
    runner.machine.must("sealgate ctl nta add broken.example 1d")


def _lost_its_program(runner):
    runner.machine.must(recipes.INSTALL + "sealgate rules apply\nrm $(command -v sealgate)", ROOT)


# What happens before a block is run.
BEFORE = (
    (OPERATION, "sealgate rules apply", _is_without_service),
    (OPERATION, "sealgate ctl status | grep monitor_", _has_the_service_again),
    (OPERATION, "$ sealgate ctl status", _enforces),
    (OPERATION, "$ sealgate ctl reload", _is_changed),
    (OPERATION, "sealgate run --replace", _runs_without_service),
    (OPERATION, "journalctl -u sealgate --since", _is_attacked),
    (OPERATION, "$ cat /var/lib/sealgate/ntas", _has_an_nta),
    (OPERATION, "sealgate-remove-rules", _lost_its_program),
    (OPERATION, "nft insert rule inet sealgate forward", _has_a_table),
    ("docs/check.md", "sealgate check traffic.pcap", _has_captures),
    ("docs/explain.md", "sealgate explain www.example.org", _has_captures),
    ("docs/clock.md", "rm /var/lib/sealgate/clock", _has_stored_the_time),
    (README, "sealgate watch -i eth0", _has_captures),
    ("docs/firewalls.md", "$ sealgate ctl status | grep rules", _lost_its_rules),
    ("docs/signing.md", 'role = "signer";', _has_a_zone_in_a_directory),
    ("docs/signing.md", "cd /etc/sealgate && umask 027", _has_keys),
    ("docs/signing.md", "cd /etc/sealgate/keys", _has_keys_of_root),
    ("docs/secondaries.md", 'role = "signer";', _has_keys),
    ("docs/keys.md", "install -d -m 0700", _has_a_copy_of_a_timeline),
    (README, "sealgate ctl status", _has_the_service_again),
)


def _drawing(_runner, _block):
    """Nothing to run."""


def _output_of(command):
    """The block is in the output of a command on the machine."""
    def compare(runner, block):
        runner.compare(block, block.lines, runner.machine.shell(command)[1])
    return compare


def _forged_answer(runner, block):
    with runner.lab.attack("forge-address"):
        runner.compare(block, block.lines, runner.machine.shell("dig +tries=1 +time=30 www.p256.test")[1])


def _signed_answers(runner, block):
    """The first answer comes without sealgate, the others with it."""
    signing = runner.lab.signing

    def dig(command, sample):
        runner.compare(block, sample, signing.validators_namespace.run(*command.split()))

    without, *others = block.exchanges()
    dig(*without)
    with signing.sealgate("gateway"):
        for command, sample in others:
            dig(command, sample)


def _named_signs_what_it_transfers(runner, block):
    """The zone of the block, between a primary without DNSSEC and a client that transfers it. Other ports than 53, and
    addresses of the loopback, stand for the machines of the page."""
    zone = block.text.replace("192.0.2.53", "127.0.0.1 port 5301").replace("198.51.100.7", "127.0.0.1")
    options = ('options {{ directory "{0}"; listen-on port {1} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none; '
               "recursion no; allow-transfer {{ any; }}; session-keyfile none; }};\ncontrols {{ }};\n")
    runner.machine.must(f"""mkdir /run/primary /run/signer
cat >/run/primary/example.org.db <<'END'
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 192.0.2.53
END
cat >/run/primary/conf <<'END'
{options.format('/run/primary', 5301)}zone "example.org" {{ type primary; file "example.org.db"; }};
END
cat >/run/signer/conf <<'END'
{options.format('/run/signer', 5302)}{zone}
END
named -g -c /run/primary/conf >/run/primary/log 2>&1 & primary=$!
until dig +short -p 5301 @127.0.0.1 example.org SOA | grep -q hostmaster; do sleep 0.1; done
named -g -c /run/signer/conf >/run/signer/log 2>&1 & signer=$!
until dig -p 5302 @127.0.0.1 example.org AXFR | grep -q 'NS.*RRSIG\|RRSIG.*NS'; do sleep 0.2; done
kill $primary $signer
wait""")


def _of_two_signers(_runner, _block):
    """It needs a second signer, and a parent: cases/signer_handover.py runs it."""


_demos = {}     # what `run demo` printed, by the sealgate that it was about


def _demo(runner, block):
    path = runner.lab.sealgate_path
    if path not in _demos:
        _demos[path] = subprocess.run((ROOT / "tests/lab/run", "demo", "--sealgate", path), text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    # A kernel whose nft has no queue is complained about, others are not.
    lines = [line for line in block.lines if "nft does not work here" not in line]
    runner.compare(block, lines, _demos[path])


# Blocks whose form says nothing, or which are not run on the machine of their page.
OTHER = {
    (README, "the router, or the host itself"): _drawing,
    (README, "the genuine answer"): _demo,
    (README, "$ sealgate rules apply --config sealgate-host-1.conf"): _demo,
    (README, "scene   case"): _demo,
    (README, "$ dig +dnssec"): _signed_answers,
    ("docs/architecture.md", "base < wire"): _drawing,
    ("docs/architecture.md", "cmd         a subcommand each"): _drawing,
    ("docs/benchmarks.md", "client ---- router ---- server"): _drawing,
    ("docs/explain.md", "zone plain.optout.test."):
        _output_of("sealgate explain www.plain.optout.test --server 10.53.4.2 --anchor root.key"),
    **{("docs/signing.md", first): _of_two_signers for first in signer_handover.BLOCKS},
    ("docs/signing.md", 'keys = "/var/lib/keys/example.org";'): _file_of_a_zone,
    ("docs/keys.md", "vault (files or a token)"): _drawing,
    ("docs/timeline.md", "sealgate-timeline 1"): _drawing,  # test_timeline reads it
    ("docs/vault.md", "keeper ---- socket"): _drawing,
    ("docs/secondaries.md", 'zone "example.org" {'): _named_signs_what_it_transfers,
    (OPERATION, "; EDE: 10"): _forged_answer,
    ("docs/performance.md", "us = cached + misses * check"): _drawing,
}


NOTES = recipes.Notes(NOT_RUN, BEFORE, COMES_OUT, EXIT_CODES, OTHER)


def _runs(page):
    def run(world):
        blocks = list(pages.blocks(page))
        with Machine(world.lab) as machine:
            machine.must("cp /usr/share/dns/root.key /root/root.key")
            complaints = recipes.run_page(world.lab, machine, blocks, NOTES, tell)
        expect(not complaints, *complaints)
    return Case(f"documents: every block of {page} does what the page says", run)


def _each_row_has_its_block(_world):
    """A row for a block that is not there would hide that the block, as it is now, is not prepared for."""
    rows = {*OTHER, *((page, first) for page, first, _prepare in BEFORE)}
    wrong = [f"{page}: {first}" for page, first in sorted(rows)
             if sum(block.begins(page, first) for block in pages.blocks(page)) != 1]
    expect(not wrong, "none or several blocks begin so; correct these rows of tests/lab/cases/documents.py:", *wrong)


def _can_fail(_world):
    """What the cases above rely on."""
    strange, sample = "text\n\n    strange: 1 2\n\ntext\n", ["key one=7 seen", "last A1B2C3D4E5F6 cut of..."]
    (block,) = pages.blocks("page.md", strange)
    with contextlib.suppress(recipes.Recipe):
        recipes.Runner(None, None, NOTES, tell).run(block)
        expect(False, "a block without a known form passes")
    good = "first\nkey one=3501 seen\nmore\n  last  F0F0F0F0F0F0 cut off here\n"
    expect_equal("a line that is missing", pages.missing(sample, good), None)
    for why, output in (("another word", good.replace("seen", "lost")), ("another order", good[::-1]),
                        ("no code", good.replace("F0F0F0F0F0F0", "code"))):
        expect(pages.missing(sample, output), f"{why} counts as equal")


WITH_BLOCKS = tuple(page for page in pages.PAGES if any(pages.blocks(page)))

GROUPS = (
    Group("documents", unprotected, obstacle=manager.obstacle(), cases=(
        *map(_runs, WITH_BLOCKS),
        Case("documents: each row of the tables is about one block that is there", _each_row_has_its_block),
        Case("documents: strange blocks and other output are noticed", _can_fail))),
)
