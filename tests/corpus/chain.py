# SPDX-License-Identifier: GPL-2.0-or-later
"""The genuine chain: the other responses that a validator needs for the answer that it judges."""

import dns.exception
import dns.name

import message


def _names_of(m):
    """The names that a validator may follow: owners, signers, and targets of aliases."""
    yield m.qname
    for record in m.records:
        # No zone begins at the owner of an NSEC3 (RFC 5155, 3).
        if (record.covers or record.rdtype) != message.NSEC3:
            yield record.owner
        if record.rdtype in (message.CNAME, message.DNAME):
            yield _name_in(record.rdata, 0)
        elif record.rdtype == message.RRSIG:
            yield _name_in(record.rdata, 18)


def _name_in(rdata, at):
    try:
        return dns.name.from_wire(rdata, at)[0]
    except dns.exception.DNSException:
        return dns.name.root


def _ancestors(names):
    """The names, and all names above them."""
    seen = set()
    for name in names:
        while name not in seen:
            seen.add(name)
            if not name.labels[:-1]:
                break
            name = name.parent()
    return seen


class Chain:
    def __init__(self, server, zones):
        self._server = server
        self._apexes = {zone.name for zone in zones if zone.served}
        self._cache = {}

    def honest(self, name, rdtype):
        """The exchange with the server's answer, or None."""
        key = (name, rdtype)
        if key not in self._cache:
            response = self._server.ask(name, rdtype)
            self._cache[key] = response and (message.query(name, rdtype, False), response)
        return self._cache[key]

    def wanted(self, messages):
        """Yields the names and types that judging the messages may need."""
        names = _ancestors(name for m in messages for name in _names_of(m))
        wanted = [(name, message.DS) for name in names if name.labels[:-1]]
        return sorted(wanted + [(name, message.DNSKEY) for name in names & self._apexes])

    def of(self, messages):
        """Returns the exchanges for the messages, each once."""
        exchanges = (self.honest(*each) for each in self.wanted(messages))
        return [exchange for exchange in exchanges if exchange]
