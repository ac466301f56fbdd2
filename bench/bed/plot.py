# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures as pictures: SVG, written by hand, light or dark like the reader's page."""

import html
import math
import statistics

STYLE = """text { font: 12px sans-serif; fill: #222 } .title { font-size: 15px; font-weight: bold }
.foot { font-size: 10px; fill: #666 } .grid { stroke: #ccc } .ours { fill: #1b7f4d }
.others { fill: #8a97a6 } .spread { stroke: #222; stroke-width: 1 } .right { text-anchor: end }
.middle { text-anchor: middle } polyline { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .foot { fill: #999 }
.grid { stroke: #444 } .spread { stroke: #ddd } }"""

WIDTH, LEFT, RIGHT, BAR, TOP, FOOT = 760, 220, 80, 20, 40, 24
LINES = {"none": "#8a97a6", "pacing": "#c2700f", "sealgate": "#1b7f4d"}
LOADS = ((1, " idle"), (8, " 8"), (64, " 64"), (512, ""), (4096, " 4096"))


def _svg(height, title, foot, parts):
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}">', f"<style>{STYLE}</style>",
        _text(10, 22, title, "title"), *parts, _text(10, height - 8, foot, "foot"), "</svg>", ""))


def _text(x, y, words, kind=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{html.escape(words)}</text>'


def _values(rounds, name, key):
    return [figures[key] for figures in rounds.get(name, ()) if figures[key] is not None]


def bars(title, foot, rows):
    """`rows` have a name and values; the bar is the median."""
    most = max(max(values) for _, values in rows)
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = []
    for number, (name, values) in enumerate(rows):
        y, middle = TOP + number * BAR, statistics.median(values)
        end = LEFT + middle * scale
        parts += [_text(LEFT - 8, y + 13, name, "right"),
                  f'<rect x="{LEFT}" y="{y + 2}" width="{middle * scale:.1f}" height="{BAR - 5}" '
                  f'class="{"ours" if name.startswith("sealgate") else "others"}"/>',
                  f'<line x1="{LEFT + min(values) * scale:.1f}" y1="{y + 9}" '
                  f'x2="{LEFT + max(values) * scale:.1f}" y2="{y + 9}" class="spread"/>',
                  _text(max(end, LEFT + max(values) * scale) + 6, y + 13, f"{middle:,.4g}" if
                        middle < 1000 else f"{middle:,.0f}")]
    return _svg(TOP + len(rows) * BAR + FOOT, title, foot, parts)


def lines(title, foot, series):
    """`series` have a name and points; both axes are logarithmic."""
    points = [point for _, line in series for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    height, bottom, left, right = 380, 310, 80, 620
    low, high = 10 ** math.floor(math.log10(min(ys))), 10 ** math.ceil(math.log10(max(ys)))

    def at(x, y):
        return (left + (right - left) * math.log(x / min(xs)) / math.log(max(xs) / min(xs)),
                bottom - (bottom - TOP) * math.log(y / low) / math.log(high / low))

    parts = []
    for step in range(round(math.log10(high / low)) + 1):
        y = at(min(xs), low * 10 ** step)[1]
        parts += [f'<line x1="{left}" y1="{y:.0f}" x2="{right}" y2="{y:.0f}" class="grid"/>',
                  _text(left - 8, y + 4, f"{low * 10 ** step:,.0f}", "right")]
    parts += [_text(at(x, low)[0], bottom + 18, f"{x:,}", "middle") for x in sorted(set(xs))]
    for name, line in series:
        colour = LINES[name]
        parts += [f'<polyline stroke="{colour}" points="' + " ".join(
            "{:.1f},{:.1f}".format(*at(x, y)) for x, y in line) + '"/>',
            _text(right + 8, at(*line[-1])[1] + 4, name)]
    return _svg(height, title, foot, parts)


def _lines_of(rounds, key):
    series = []
    for name in LINES:
        line = [(count, statistics.median(values)) for count, load in LOADS
                if (values := _values(rounds, f"{name} p256{load}", key))]
        if len(line) > 1:
            series.append((name, line))
    return series


def plots(rounds, machine):
    """Returns SVGs by name, for everything that was measured."""
    foot = f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, OpenSSL " \
           f"{machine['openssl']}, load {machine['load_average']}, {machine['when']}"
    busy = [name for name in rounds
            if not name.endswith((" idle", " half", " overload", " confined"))]
    made = {}
    for key, name, title in (
            ("filter_us", "cpu", "CPU of the program in the path, microseconds an answer"),
            ("per_s", "rate", "Answers a second")):
        rows = [(scene, values) for scene in busy if (values := _values(rounds, scene, key))]
        if rows:
            made[name] = bars(title, foot, rows)
    rows = [(f"{scene} {key[:3]}", values) for scene in rounds if scene.endswith((" idle", " half"))
            for key in ("p50_us", "p99_us") if (values := _values(rounds, scene, key))]
    if rows:
        made["latency"] = bars("Latency, microseconds", foot, rows)
    for key, name, title in (
            ("per_s", "outstanding-rate", "Answers a second, by questions outstanding"),
            ("p50_us", "outstanding-latency", "Median latency (us), by questions outstanding")):
        series = _lines_of(rounds, key)
        if series:
            made[name] = lines(title, foot, series)
    return made
