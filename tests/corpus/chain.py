# SPDX-License-Identifier: GPL-2.0-or-later
"""The honest chain: what a validator would ask for beside the answer that it judges."""

import dns.exception
import dns.name

import message


def _names_of(m):
    """The names that a validator may follow: whose and by whom, and where an alias leads."""
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
    """The names and all above them."""
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
        """The exchange in which the server tells; None if it does not."""
        key = (name, rdtype)
        if key not in self._cache:
            response = self._server.ask(name, rdtype)
            self._cache[key] = response and (message.query(name, rdtype, False), response)
        return self._cache[key]

    def wanted(self, messages):
        """The names and types that the messages may need."""
        names = _ancestors(name for m in messages for name in _names_of(m))
        wanted = [(name, message.DS) for name in names if name.labels[:-1]]
        return sorted(wanted + [(name, message.DNSKEY) for name in names & self._apexes])

    def of(self, messages):
        """Their exchanges, each once."""
        exchanges = (self.honest(*each) for each in self.wanted(messages))
        return [exchange for exchange in exchanges if exchange]
