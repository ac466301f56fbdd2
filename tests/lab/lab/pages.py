# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of the documentation: indented by four columns or fenced, as Markdown has them. The kind of a block
shows by its form:

    transcript      "$ " and a command in the first line, and what it prints
    log             each line is one of sealgate's log
    configuration   keys of sealgate.conf: the first line, besides comments, is KEY = VALUE
    drop-in         [Unit] or [Service] in the first line
    nft             a table of nft
    commands        the first word is one of PROGRAMS

Any other block has the kind "other", and the test must know it by its page and first line."""

import dataclasses
import pathlib
import re
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = tuple(str(path.relative_to(ROOT)) for path in
              (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))))

PROGRAMS = ("apt-get", "bench/", "build/", "cat", "cd", "dig", "gdb", "ip", "install", "iptables", "ip6tables", "journalctl",
            "make", "modprobe", "mount", "nft", "pkcs11-tool", "printf", "rm", "runuser", "sealgate", "sealgate-remove-rules", "softhsm2-util", "sysctl", "systemctl",
            "systemd-run", "systemd-sysusers", "tests/", "ufw", "firewall-cmd", "wg-quick", "docker", "virsh")

LOG = re.compile(r"sealgate(\[\d+\]: |: (error|warning|info|debug): )|(bogus|indeterminate|unjudged|differs) \S+\. ")
# A command is at most one line, except for a \ at its end.
COMMAND = re.compile(rf"(?:{'|'.join(map(re.escape, PROGRAMS))})(?<=/)\S|(?:{'|'.join(map(re.escape, PROGRAMS))})(?!\S)")
SETTING = re.compile(r"[a-z0-9_]+ = .*[;,{(\[]\s*(#.*)?$")
NFT_TABLE = re.compile(r"table (ip|ip6|inet|bridge) ")
FENCE = "```"


@dataclasses.dataclass(frozen=True)
class Block:
    page: str
    number: int         # of its first line in the page
    lines: tuple

    @property
    def where(self):
        return f"{self.page}:{self.number}"

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"

    @property
    def first(self):
        """The first line, without its indentation."""
        return self.lines[0].strip()

    def begins(self, page, first):
        """True if a row of a table with this page and beginning is about the block."""
        return page == self.page and self.first.startswith(first)

    @property
    def kind(self):
        said = [line for line in self.lines if line.strip() and not line.startswith("# ")]
        if not said:
            return "other"
        if self.lines[0].startswith("$ "):
            return "transcript"
        if all(LOG.match(line.strip()) for line in said):
            return "log"
        if SETTING.match(said[0]):
            return "configuration"
        if said[0] in ("[Unit]", "[Service]"):
            return "drop-in"
        if NFT_TABLE.match(said[0]):
            return "nft"
        return "commands" if COMMAND.match(said[0]) else "other"

    def exchanges(self):
        """A transcript's commands, each with the lines that it prints."""
        found = []
        for line in self.lines:
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(line)
        return found


def _block(page, number, lines):
    while lines and not lines[-1].strip():
        lines.pop()
    return Block(page, number, tuple(textwrap.dedent("\n".join(lines)).split("\n")))


def blocks(page, text=None):
    """Yields the blocks of a page, in their order."""
    lines = ((ROOT / page).read_text() if text is None else text).split("\n")
    taken, in_block, fenced, begin = [], False, False, 0
    before = ""
    for number, line in enumerate([*lines, "end"], 1):
        if fenced or line.lstrip().startswith(FENCE):
            if fenced and line.lstrip().startswith(FENCE):
                yield _block(page, begin, taken)
                taken, fenced = [], False
            elif fenced:
                taken.append(line)
            else:
                fenced, begin = True, number + 1
        elif line.startswith("    ") and (in_block or not before.strip()):
            if not in_block:
                in_block, begin = True, number
            taken.append(line)
        elif in_block and not line.strip():
            taken.append(line)
        elif in_block:
            yield _block(page, begin, taken)
            taken, in_block = [], False
        before = line


# How output is compared with a sample: what differs from run to run counts as equal.
KEY_VALUE = re.compile(r"([a-z0-9_]+)=")
VARIABLE = re.compile(r"(?P<code>(?=[A-Za-z0-9+/=]*\d)(?=[A-Za-z0-9+/=]*[A-Za-z])[A-Za-z0-9+/=]{12,})"
                      r"|(?P<number>\d+)|(?P<rules>iptables-nft|iptables-legacy|nft)")


def _word_pattern(word):
    out, at = "", 0
    for found in VARIABLE.finditer(word):
        out += re.escape(word[at:found.start()])
        out += {"code": r"[A-Za-z0-9+/=]{8,}", "number": r"\d+",
                "rules": r"(?:iptables-nft|iptables-legacy|nft)"}[found.lastgroup]
        at = found.end()
    return out + re.escape(word[at:])


def pattern(line):
    """The lines of output that a line of a sample stands for: equal but for numbers (so times and most
    addresses, too), long codes (keys, signatures, digests), blanks, the name of the back end of rules, and a word
    that the sample cuts off with "...", and all behind it. Of KEY=VALUE only the key counts."""
    if key := KEY_VALUE.match(line.strip()):
        return re.compile(rf"\s*{re.escape(key[1])}=.*")
    cut = line.endswith("...")
    words = [_word_pattern(word) for word in re.sub(r"\S*\.\.\.$", "", line).split()]
    return re.compile(r"\s*" + r"\s+".join(words) + (r"\s.*" if cut else r"\s*"))


def missing(sample, output):
    """Returns the first line of the sample that the output lacks behind the ones before it, or None. The output
    may have more lines."""
    left = iter(output.splitlines())
    for line in filter(str.strip, sample):
        wanted = pattern(line)
        if not any(wanted.fullmatch(real) for real in left):
            return line
    return None
