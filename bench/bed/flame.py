# SPDX-License-Identifier: GPL-2.0-or-later
"""A flame graph of where the time goes: each sample of perf is a stack, and equal callers share a box.

The lowest row is all samples. The width of a box is its share of the samples, and the box below it is its caller;
the order from left to right has no meaning.
"""

import collections
import html
import re

WIDTH, ROW, LEAST, LETTER = 1200, 17, 1.5, 6.6     # pixels
TOP, BOTTOM = 40, 40
COLOURS = {"kernel": "#8a97a6", "sealgate": "#4fb37c", "library": "#e0a458"}
STYLE = """text { font: 11px monospace; fill: #222 } .title { font: bold 15px sans-serif }
.foot { font: 10px sans-serif; fill: #666 } rect { stroke: #fff; stroke-width: 0.5 }
@media (prefers-color-scheme: dark) { .title { fill: #ddd } .foot { fill: #999 } }"""

FRAME = re.compile(r"\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \((.*)\)$")


class Box:
    def __init__(self):
        self.samples = 0
        self.above = collections.defaultdict(Box)


def _kind(binary):
    if "sealgate" in binary:
        return "sealgate"
    return "kernel" if binary.startswith("[") or binary.endswith(".ko") else "library"


def stacks(script):
    """The stacks in the output of `perf script -F ip,sym,dso`, outermost frame first, each a tuple of names
    and kinds. Frames without a name are left out."""
    for sample in script.split("\n\n"):
        frames = [(match[1], _kind(match[2])) for line in sample.splitlines()
                  if (match := FRAME.match(line)) and match[1] != "[unknown]"]
        if frames:
            yield tuple(reversed(frames))


def fold(all_stacks):
    root = Box()
    for stack in all_stacks:
        box = root
        box.samples += 1
        for frame in stack:
            box = box.above[frame]
            box.samples += 1
    return root


def _height(box):
    return 1 + max((_height(above) for above in box.above.values()), default=0)


def _draw(box, name, kind, x, bottom, total, parts):
    width = WIDTH * box.samples / total
    if width < LEAST:
        return
    words = html.escape(name)
    letters = int((width - 4) / LETTER)
    shown = html.escape(name if len(name) <= letters else name[:letters - 1] + "…")
    parts.append(f'<g><title>{words}: {100 * box.samples / total:.1f} %</title>'
                 f'<rect x="{x:.1f}" y="{bottom - ROW}" width="{width:.1f}" height="{ROW - 1}" '
                 f'fill="{COLOURS[kind]}"/>' +
                 (f'<text x="{x + 2:.1f}" y="{bottom - 5}">{shown}</text>' if letters > 2 else "") +
                 "</g>")
    for (above, its_kind), child in sorted(box.above.items()):
        _draw(child, above, its_kind, x, bottom - ROW, total, parts)
        x += WIDTH * child.samples / total


def svg(root, title, foot):
    height = TOP + ROW * _height(root) + BOTTOM
    parts = []
    _draw(root, "all", "library", 0, height - BOTTOM, root.samples, parts)
    legend = "green: sealgate; orange: libraries; grey: the kernel, in sealgate's name"
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}">', f"<style>{STYLE}</style>",
        f'<text x="10" y="22" class="title">{html.escape(title)}</text>', *parts,
        f'<text x="10" y="{height - 22}" class="foot">{root.samples:,} samples; {legend}</text>',
        f'<text x="10" y="{height - 8}" class="foot">{html.escape(foot)}</text>', "</svg>", ""))


def shares(root):
    """Returns the percentage of samples by kind of the innermost frame."""
    counts = collections.Counter()

    def walk(box, kind):
        inside = sum(above.samples for above in box.above.values())
        counts[kind] += box.samples - inside
        for (_, its_kind), above in box.above.items():
            walk(above, its_kind)

    walk(root, "library")
    return {kind: 100 * count / root.samples for kind, count in counts.items()}
