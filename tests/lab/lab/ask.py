# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking from inside a namespace, and answers in the form that cases compare."""

import random
import socket
import time

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.tsig

from .surroundings import patient

EDE = 15
PATIENCE_S = patient(60)    # for an answer that must come: even a busy machine needs less
UDP_SEGMENT = 103       # of linux/udp.h
TSIG_NAME = dns.name.from_text("client-key.test.")
TSIG_KEYRING = {TSIG_NAME: dns.tsig.Key(TSIG_NAME, b"a secret of the client")}


class Answer:
    """A response as it came: the octets, and their meaning."""

    def __init__(self, wire):
        self.wire = wire
        self.malformed = ""
        try:
            self.message = dns.message.from_wire(wire, one_rr_per_rrset=True)
        except dns.exception.DNSException as error:
            self.malformed = str(error)
            self.message = dns.message.QueryMessage()

    @property
    def rcode(self):
        return "MALFORMED" if self.malformed else dns.rcode.to_text(self.message.rcode())

    @property
    def flags(self):
        """The header's flags in words: "QR RD RA AD"."""
        return dns.flags.to_text(self.message.flags)

    @property
    def has_ad(self):
        return bool(self.message.flags & dns.flags.AD)

    @property
    def is_truncated(self):
        return bool(self.message.flags & dns.flags.TC)

    @property
    def has_opt(self):
        return self.message.edns >= 0

    @property
    def has_do(self):
        return bool(self.message.ednsflags & dns.flags.DO)

    @property
    def ede(self):
        """The codes of the Extended DNS Errors, in order."""
        return [int.from_bytes(option.to_wire()[:2], "big")
                for option in self.message.options if option.otype == EDE]

    @property
    def question_wire(self):
        """The question's own octets, letter case and all (it is never compressed)."""
        at = 12
        while self.wire[at]:
            at += self.wire[at] + 1
        return self.wire[12:at + 5]

    def records(self, section):
        """The records of "answer", "authority" or "additional", in order, without their TTL."""
        return [f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {rrset[0].to_text()}"
                for rrset in getattr(self.message, section)]

    def ttls(self, section="answer"):
        return [rrset.ttl for rrset in getattr(self.message, section)]

    def types(self):
        return [rrset.rdtype for section in (self.message.answer, self.message.authority,
                                             self.message.additional) for rrset in section]

    def data(self, rdtype):
        """The answer's RDATA of one type, sorted."""
        wanted = dns.rdatatype.from_text(rdtype)
        return sorted(rrset[0].to_text() for rrset in self.message.answer
                      if rrset.rdtype == wanted)

    def summary(self):
        ede = f" EDE {self.ede}" if self.ede else ""
        return f"{self.rcode} [{self.flags}]{ede} {'; '.join(self.records('answer')) or '-'}"


def make(name, rdtype, do=False, edns=None, ad=False, cd=False, rd=True):
    """Makes a query. `edns` is the UDP size of its OPT; without it, and without `do`, it has none.
    """
    flags = dns.opcode.to_flags(dns.opcode.QUERY)
    flags |= (dns.flags.RD if rd else 0) | (dns.flags.AD if ad else 0) | (dns.flags.CD if cd else 0)
    message = dns.message.make_query(name, rdtype, flags=flags, id=random.randrange(65536))
    if do or edns:
        message.use_edns(0, dns.flags.DO if do else 0, payload=edns or 1232)
    return message


def udp_socket(namespace, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return namespace.socket(family, socket.SOCK_DGRAM)


def query(namespace, address, name, rdtype, timeout_s=PATIENCE_S, **how):
    """Asks once over UDP, never twice: a lost answer is a result, too. Returns an Answer or None. A timeout
    does not prove that no answer comes; see cases/silence.py."""
    return send(namespace, address, make(name, rdtype, **how).to_wire(), timeout_s)


def send(namespace, address, wire, timeout_s=PATIENCE_S):
    with udp_socket(namespace, address) as sock:
        sock.connect((address, 53))
        sock.send(wire)
        return receive(sock, wire, timeout_s)


def send_as_one(namespace, address, wires, timeout_s=PATIENCE_S):
    """Hands queries of equal length to the kernel as one packet, which the kernel cuts into datagrams as
    late as it can. Returns the answers in the order of the queries, with None for no answer."""
    answers = dict.fromkeys(wire[:2] for wire in wires)
    deadline = time.monotonic() + timeout_s
    with udp_socket(namespace, address) as sock:
        sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(wires[0]))
        sock.connect((address, 53))
        sock.send(b"".join(wires))
        while None in answers.values() and (left := deadline - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                wire = sock.recv(65535)
            except TimeoutError:
                break
            answers[wire[:2]] = Answer(wire)
    return list(answers.values())


def arrived(sock):
    """Every message in the socket, as Answers, whichever query it answers. Does not wait."""
    answers = []
    sock.settimeout(0)
    try:
        while True:
            answers.append(Answer(sock.recv(65535)))
    except (BlockingIOError, ConnectionRefusedError):
        return answers


def receive(sock, query_wire, timeout_s=PATIENCE_S):
    """Waits for a response with the query's id."""
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            wire = sock.recv(65535)
        except TimeoutError:
            return None
        except ConnectionRefusedError:
            # No process listens there (an ICMP error came back).
            return None
        if wire[:2] == query_wire[:2]:
            return Answer(wire)
    return None
