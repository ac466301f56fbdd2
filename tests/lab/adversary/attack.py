# SPDX-License-Identifier: GPL-2.0-or-later
"""The adversary at work: a plan's rules say what it does when it sees a query.

    {"name": a name or "*", "kind": KEYS, DATA or ANY, "times": how often, "stream": over TCP, "acts": [...]}

An act is one of
    ["genuine"]         the query goes on, and its response comes when it comes
    ["hold"]            the same, but the adversary reads the response first, and sends it on after all other acts
    ["pause", ms]
    ["copy", spec]      a query that looks like this one, sent back towards the filter (forge.copy)
    ["echo"]            waits until a copy has passed the filter, if it passes
    ["answer", spec]    a response of the adversary (Forger.answer)
With neither "genuine" nor "hold" the query is dropped.
"""

import time

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from . import forge
from .draw import ANY, KEYS

KEY_TYPES = (dns.rdatatype.DS, dns.rdatatype.DNSKEY)
HOLD_S = 0.3                # at most, for the genuine answer
ECHO_S, ECHO_WAIT_S = 0.5, 0.05     # how late a copy may pass; how long to wait for it
SHOWN = 60                  # characters of a record in the log


def _is_kind(kind, rdtype):
    return kind == ANY or (rdtype in KEY_TYPES) == (kind == KEYS)


class Attack:
    """The rules of one round; `log` has everything that the adversary saw and did."""

    def __init__(self, field, plan):
        self._field, self._plan = field, plan
        self._left = [rule["times"] for rule in plan["rules"]]
        self._held, self._echoes, self._passed = {}, {}, {}
        self._begun = time.monotonic()
        self.has_touched_keys = False
        self.log = []

    def note(self, text):
        self.log.append(f"{(time.monotonic() - self._begun) * 1000:8.1f} ms  {text}")

    def _rule_for(self, name, rdtype, is_stream):
        for number, rule in enumerate(self._plan["rules"]):
            if self._left[number] and _is_kind(rule["kind"], rdtype) and \
                    rule.get("stream") in (None, is_stream) and \
                    (rule["name"] == "*" or dns.name.from_text(rule["name"]) == name):
                self._left[number] -= 1
                self.has_touched_keys = self.has_touched_keys or rdtype in KEY_TYPES
                return rule
        return None

    def _is_echo(self, packet):
        """True for a copy that the adversary sent, and that the filter has sent on."""
        times = self._echoes.get(packet.flow(), [])
        while times and times[0] < time.monotonic():
            times.pop(0)
        if not times:
            return False
        times.pop(0)
        self._passed[packet.flow()] = self._passed.get(packet.flow(), 0) + 1
        return True

    def on_query(self, packet):
        try:
            name, rdtype, _, _ = forge.question_in(packet.payload)
        except (dns.exception.DNSException, ValueError, forge.struct.error):
            return
        told = f"{packet.source}.{packet.sport} > {packet.destination} id {packet.payload[:2].hex()} " \
               f"{described(packet.payload)}"
        if self._is_echo(packet):
            self.note(f"sees its copy pass:  {told}")
            return
        rule = self._rule_for(name, rdtype, False)
        self.note(f"sees a query:        {told}{'' if rule else ', lets it pass'}")
        if rule is None:
            self._field.tap.pass_up(packet)
        else:
            self._go(self._acts(packet, rule["acts"]))

    def _go(self, acts):
        """Goes on with the acts until it has to wait."""
        for seconds in acts:
            self._field.loop.after(seconds, lambda: self._go(acts))
            return

    @staticmethod
    def _wait(holds, seconds, steps=20):
        for _ in range(steps):
            if holds():
                return
            yield seconds / steps

    def _acts(self, packet, acts):
        """Yields how long to wait, each time that it has to wait."""
        tap, inner, flow = self._field.tap, self._field.inner, packet.flow()
        for kind, *rest in acts:
            if kind == "genuine":
                self.note("lets it pass")
                tap.pass_up(packet)
            elif kind == "hold":
                self._held[flow] = waiting = []
                tap.pass_up(packet)
                yield from self._wait(lambda: waiting, HOLD_S)
                self.note("holds the genuine answer" if waiting else "waits for it in vain")
            elif kind == "echo":
                seen = self._passed.get(flow, 0)
                yield from self._wait(lambda: self._passed.get(flow, 0) > seen, ECHO_WAIT_S)
            elif kind == "pause":
                yield rest[0] / 1000
            elif kind == "copy":
                self._copy(packet, rest[0], inner)
            elif kind == "answer":
                to = inner if rest[0]["to"] == "inner" and inner else packet.source
                payload = self._field.forger.answer(rest[0], packet.payload)
                if payload:
                    self.note(f"answers:             {to} {described(payload)}")
                    tap.pass_in(packet.backwards(payload, to))
        for response in self._held.pop(flow, ()):
            self.note("lets the genuine answer pass")
            tap.pass_in(response)

    def _copy(self, packet, spec, inner):
        source = inner if spec["from"] == "inner" and inner else packet.source
        payload = forge.copy(spec, packet.payload)
        self._echoes.setdefault(packet.flow(), []).append(time.monotonic() + ECHO_S)
        signed = "" if spec["sign"] == "none" else f" with a junk {spec['sign']}"
        self.note(f"sends a copy:        {source} {described(payload)}{signed}")
        self._field.tap.pass_in(packet.changed(payload, source))

    def on_response(self, packet):
        flow = packet.destination, packet.dport, packet.source, packet.payload[:2]
        if flow in self._held:
            self._held[flow].append(packet)
        else:
            self._field.tap.pass_in(packet)

    def on_stream(self, connection, wire):
        try:
            name, rdtype, _, _ = forge.question_in(wire)
        except (dns.exception.DNSException, ValueError, forge.struct.error):
            return
        rule = self._rule_for(name, rdtype, True)
        self.note(f"sees a query by TCP: {connection.server} {described(wire)}"
                  f"{'' if rule else ', lets it pass'}")
        for kind, *rest in rule["acts"] if rule else (["genuine"],):
            if kind in ("genuine", "hold"):
                self._field.tap.pass_stream(connection, wire)
            elif kind == "answer":
                payload = self._field.forger.answer(rest[0], wire)
                if payload:
                    self.note(f"answers by TCP:      {described(payload)}")
                    connection.send(payload)


def described(wire):
    """A message in one line."""
    try:
        message = dns.message.from_wire(wire, ignore_trailing=True, keyring=False)
    except (dns.exception.DNSException, ValueError, AttributeError):
        try:
            name, rdtype, _, _ = forge.question_in(wire)
        except (dns.exception.DNSException, ValueError, forge.struct.error):
            return f"{len(wire)} octets"
        return f"{name} {dns.rdatatype.to_text(rdtype)} flags {wire[2:4].hex()}"
    parts = [f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"
             for question in message.question] or ["no question"]
    do = " DO" if message.ednsflags & dns.flags.DO else ""
    parts.append(f"[{dns.flags.to_text(message.flags)}{do}]")
    if message.flags & dns.flags.QR:
        parts.append(dns.rcode.to_text(message.rcode()))
    for section in ("answer", "authority", "additional"):
        for rrset in getattr(message, section):
            parts.append(f"| {rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} "
                         f"{', '.join(rdata.to_text()[:SHOWN] for rdata in rrset)}")
    return " ".join(parts)
