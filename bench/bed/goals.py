# SPDX-License-Identifier: GPL-2.0-or-later
"""The goals, beside what was measured."""

import statistics

from . import report

# Programs that accept everything and rewrite as many octets; the last is the cheapest one.
BASES = ("rewriting p256", "napping p256", "pacing p256")


class Goals:
    """Rows: figure, goal, measured, met or missed. A figure that was not measured has no row."""

    def __init__(self, rounds, micro, signing):
        self._rounds, self._micro, self._signing = rounds, micro, signing
        self.rows = []

    def _row(self, figure, goal, value, is_met, form="{:.2f}"):
        if value is not None:
            self.rows.append((figure, goal, form.format(value),
                              "met" if is_met(value) else "MISSED"))

    def _at_most(self, figure, most, value, form="{:.2f}"):
        self._row(figure, f"<= {most:g}", value, lambda x: x <= most, form)

    def _at_least(self, figure, least, value, form="{:.2f}"):
        self._row(figure, f">= {least:g}", value, lambda x: x >= least, form)

    def _beside(self, figure, value):
        """A figure without a goal, which explains the row before."""
        if value is not None:
            self.rows.append((figure, "beside it", f"{value:.2f}", ""))

    def _ratio(self, mine, theirs, key):
        if mine not in self._rounds or theirs not in self._rounds:
            return None
        return report.ratio(self._rounds[mine], self._rounds[theirs], key)

    def _asked_over_peak(self, over, peak):
        if over not in self._rounds or peak not in self._rounds:
            return None
        return statistics.median(mine["asked_per_s"] / theirs["per_s"] for mine, theirs in
                                 zip(self._rounds[over], self._rounds[peak]))

    def _added_us(self, load, key):
        """Compared with no filter at the same load."""
        mine, theirs = f"sealgate p256 {load}", f"none p256 {load}"
        if mine not in self._rounds or theirs not in self._rounds:
            return None
        return report.difference(self._rounds[mine], self._rounds[theirs], key)

    def all(self):
        for base in BASES:
            for client in ("", " plain"):
                self._at_most(f"filter CPU, cached{client}, over {base}", 1.25,
                              self._ratio("sealgate p256" + client, base, "filter_us"))
        for base in BASES:
            self._at_least(f"answers a second, cached, over {base}", 0.9,
                           self._ratio("sealgate p256", base, "per_s"))
        self._at_most("filter CPU, nothing to rewrite, over releasing insecure exact", 1.25,
                      self._ratio("sealgate insecure exact", "releasing insecure exact",
                                  "filter_us"))
        for client in ("", " plain"):
            self._at_most(f"filter CPU, cached{client}, over unbound's", 1,
                          self._ratio("sealgate p256" + client, "unbound p256" + client,
                                      "filter_us"))
            self._at_most(f"filter CPU, cached{client}, by the shortcut, over unbound's", 1,
                          self._ratio("sealgate-shortcut p256" + client,
                                      "unbound p256" + client, "filter_us"))
        self._in_process()
        for load, key, most in (("idle", "p50_us", 50), ("idle", "p99_us", 150),
                                ("half", "p50_us", 1000), ("half", "p99_us", 1000)):
            self._at_most(f"latency added, {load}, {key[:3]}, us", most,
                          self._added_us(load, key), "{:,.0f}")
        self._overloads()
        self._crowd()
        self._signer()
        return self.rows

    def _overloads(self):
        """The goal is for a filter that is the bottleneck. If it has all of two cores, load cannot ask as
        much, and takes CPU from the filter."""
        for name, where, is_goal in (("sealgate p256", " confined", True),
                                     ("pacing p256", " confined", False),
                                     ("signer legacy", " confined", False),
                                     ("sealgate p256", "", False), ("pacing p256", "", False)):
            peak, over = name + where, f"{name}{where} overload"
            figure = f"4 times the load: {peak}, answers over its peak"
            value = self._ratio(over, peak, "per_s")
            if is_goal:
                self._at_least(figure, 0.95, value)
            else:
                self._beside(figure, value)
            self._beside("the same: what load could ask over that peak",
                         self._asked_over_peak(over, peak))

    def _in_process(self):
        for name, figures in self._micro.items():
            if name == "p256":
                self._at_most("in process, a cached answer, us", 0.5, figures["cached_plain_us"])
                self._at_most("the same: from the heap, and system calls", 0,
                              figures["cached"]["allocations"] + figures["cached"]["system_calls"],
                              "{:g}")
            if name in ("p256", "ed25519", "rsa2048"):
                self._at_least(f"cold over EVP verify, {name}", 0.85 if name == "rsa2048" else 0.95,
                               figures["ratios"]["cold_do_us"])

    def _crowd(self):
        crowded = "sealgate-crowded p256"
        self._at_most("100,000 flows: CPU over without them", 1.5,
                      self._ratio(crowded, "sealgate p256", "filter_us"))
        self._at_least("100,000 flows: answers a second over without them", 0.67,
                       self._ratio(crowded, "sealgate p256", "per_s"))
        alone, many = self._micro["p256"], self._micro["crowded"]
        for key in ("cached_do_us", "warm_do_us"):
            self._at_most(f"100,000 zones: in process, {key.split('_')[0]}, over without them",
                          1.5, many[key] / alone[key])
        self._at_most("memory of a flow, octets", 128, alone["flow_octets"], "{:g}")
        self._at_most("memory of a zone, octets", 1024, alone["zone_octets"], "{:g}")
        self._at_most("memory of a cached outcome without its plan, octets", 64,
                      alone["message_octets"] - alone["plan_octets"], "{:g}")


    def _signer(self):
        base = "growing legacy"
        self._at_least(f"signer: answers a second, cached, over {base}", 0.9,
                       self._ratio("signer legacy", base, "per_s"))
        self._beside(f"signer: filter CPU, cached, over {base}",
                     self._ratio("signer legacy", base, "filter_us"))
        for mine, theirs in (("signer legacy", "pdns legacy"),
                             ("signer legacy-new", "pdns-new legacy-new"),
                             ("signer legacy-new", "knot legacy-new")):
            self._at_most(f"signer: filter CPU, {'new' if 'new' in mine else 'cached'}, over "
                          f"{theirs.split()[0]}'s", 1, self._ratio(mine, theirs, "filter_us"))
        for name, figures in self._signing.items():
            self._at_least(f"signer: new signatures over EVP sign, {name}", 0.9, figures["ratio"])


def print_goals(rounds, micro, signing):
    print("\nGoals:")
    report.print_table(("figure", "goal", "here", ""), Goals(rounds, micro, signing).all())
