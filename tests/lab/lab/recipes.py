# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the blocks of a page of the documentation, in their order, on one machine (lab/machine.py)."""

import re

from .machine import ROOT
from .pages import missing
from .resources import LabError

SHIPPED = (ROOT / "dist" / "sealgate.conf").read_text()
CONFIG = "/etc/sealgate/sealgate.conf"
INSTALL = "make -s install PREFIX=/usr >/dev/null\nsystemd-sysusers\nsystemctl daemon-reload\n"

# "foreground WORD COMMAND": a program that runs until it is ended. It must say WORD, and end well on SIGTERM.
# It is asked something meanwhile.
PRELUDE = r"""
set -eE
trap 'echo "FAILED: $BASH_COMMAND (exit code $?)"' ERR
foreground() {
	word=$1
	shift
	: >/run/foreground
	"$@" >/run/foreground 2>&1 &
	pid=$!
	asked=0
	until grep -q -- "$word" /run/foreground; do
		kill -0 $pid 2>/dev/null || { cat /run/foreground; false; }
		dig +tries=1 +time=1 www.iana.org >/run/asked || true
		asked=$((asked + 1))
		# otherwise the log of a test that waits for ever says nothing
		[ $asked -lt 60 ] || { cat /run/foreground /run/asked; systemctl status sealgate; false; }
	done
	kill $pid
	wait $pid
	cat /run/foreground
}
"""
FOREGROUND = {"sealgate run": "ready: role", "sealgate watch": "www.iana.org"}
# `make` with these targets is only looked up: it takes minutes, or is what runs this.
QUICK_TARGETS = re.compile(r"make( -s)?( (deps|install|uninstall|V=1)\b.*)?$")
COMMENT = re.compile(r"\s+#.*")


class Recipe(Exception):
    """A block does not do what the page says; the arguments are lines about it."""


class Notes:
    """What a table of the test says of blocks; see tests/lab/cases/documents.py for each."""

    def __init__(self, not_run, before, comes_out, exit_codes, other):
        self.not_run, self.before, self.comes_out = not_run, before, comes_out
        self.exit_codes, self.other = exit_codes, other


class Runner:
    def __init__(self, lab, machine, notes, tell):
        self.lab, self.machine, self._notes, self._tell = lab, machine, notes, tell
        self._is_installed = False

    def install(self):
        """sealgate is installed and runs, with the configuration that is shipped."""
        if not self._is_installed:
            self.machine.must(INSTALL + "systemctl start sealgate", ROOT)
        self._is_installed = True

    def configure(self, text):
        """Appends the text to the configuration as it is shipped."""
        self.machine.write(CONFIG, f"{SHIPPED}\n{text}")

    def restart(self):
        self.machine.must("systemctl restart sealgate-rules\nsystemctl restart sealgate")

    def run(self, block):
        self._prepare(block)
        own = [run for row, run in self._notes.other.items() if block.begins(*row)]
        if own:
            own[0](self, block)
        elif block.kind == "other":
            raise Recipe(
                f"{block.where}: this block has no form that the test knows: {block.first}",
                "If it is commands, begin with one of PROGRAMS (tests/lab/lab/pages.py, which lists the forms), or",
                'with "$ " if the output follows. If it is a drawing, or the output of something, add it to OTHER',
                "in tests/lab/cases/documents.py.")
        else:
            getattr(self, "_" + block.kind.replace("-", "_"))(block)

    def _prepare(self, block):
        """Installs sealgate, unless the page says how to do that."""
        if block.kind == "commands" and "make install" in block.text:
            self._is_installed = True
        for page, first, prepare in self._notes.before:
            if block.begins(page, first):
                self.install()
                prepare(self)

    # One function for each kind of block.

    def _log(self, _block):
        """tests/lint/quotes compares each line with the formats in the sources."""

    def _configuration(self, block):
        self.install()
        self.configure(block.text)
        code, said = self.machine.shell("sealgate config check")
        if code != 0:
            raise Recipe(f"{block.where}: behind the shipped file `sealgate config check` says:", said)
        self._tell_left_out(block, block.first) or self._started(block)

    def _started(self, block):
        code, said = self.machine.shell("systemctl restart sealgate-rules && systemctl restart sealgate")
        if code != 0:
            raise Recipe(f"{block.where}: the service does not start with it:", said, self._journal())

    def _journal(self):
        return self.machine.shell("journalctl -q --no-pager -n 20 -u sealgate -u sealgate-rules")[1]

    def _drop_in(self, block):
        self.install()
        unit = "sealgate-rules" if block.first == "[Unit]" else "sealgate"
        self.machine.must(f"mkdir -p /etc/systemd/system/{unit}.service.d")
        self.machine.write(f"/etc/systemd/system/{unit}.service.d/override.conf", block.text)
        said = self.machine.must(f"systemctl daemon-reload\nsystemd-analyze verify {unit}.service 2>&1 | "
                                 "grep override.conf || true")
        if said:
            raise Recipe(f"{block.where}: systemd says:", said)

    def _nft(self, block):
        self.machine.write("/root/table.nft", block.text)
        self._must(block, "nft -f /root/table.nft")

    def _tell_left_out(self, block, line):
        """Says which line is not run, and why. Returns False if it is to be run."""
        for known, why in self._notes.not_run:
            if re.match(known, line):
                self._tell(f"{block.where}: not run: {COMMENT.sub('', line)} ({why})")
                return True
        return False

    def _line(self, line):
        """A line of the script for a line of the block."""
        bare = COMMENT.sub("", line)
        for program, word in FOREGROUND.items():
            if re.match(rf"{program}\b", bare):
                return f"foreground '{word}' {bare}"
        if re.match(r"make\b", bare) and not QUICK_TARGETS.match(bare):
            return "make -n" + bare.removeprefix("make") + " >/dev/null"
        code = self._notes.exit_codes.get(bare)
        return f"{{ {bare}; }} || [ $? = {code} ]" if code else line

    def _must(self, block, script):
        directory = ROOT if re.search(r"(^|\n)(foreground \S+ )?(make|build/|tests/|bench/)", script) else "/root"
        code, said = self.machine.shell(PRELUDE + script, directory)
        if code != 0:
            raise Recipe(f"{block.where}: a command fails:", said.strip(), "the log ends:", self._journal())
        for command, words in self._notes.comes_out:
            if command in script:
                for word in words:
                    if not re.search(word, said):
                        raise Recipe(f"{block.where}: `{command}` does not print {word!r}, but:", said)
        return said

    def _commands(self, block):
        if not re.match("make|apt-get|tests/|bench/", block.first):
            self.install()
        lines = [line for line in block.lines if not self._tell_left_out(block, line)]
        self._must(block, "\n".join(map(self._line, lines)))

    def _transcript(self, block):
        self.install()
        for command, sample in block.exchanges():
            _code, said = self.machine.shell(command)
            self.compare(block, sample, said)

    def compare(self, block, sample, output):
        if (line := missing(sample, output)) is not None:
            raise Recipe(f"{block.where}: the output of today has no such line (or not behind those before it):",
                         f"  {line}", "Paste the output of today into the page. It is:", output)


def run_page(lab, machine, blocks, notes, tell):
    """Runs the blocks; returns lines about those that fail."""
    runner, complaints = Runner(lab, machine, notes, tell), []
    for block in blocks:
        try:
            runner.run(block)
        except Recipe as recipe:
            complaints += recipe.args
        except LabError as error:
            complaints += [f"{block.where}: {error}"]
    return complaints
