# SPDX-License-Identifier: GPL-2.0-or-later
"""The third oracle: dnspython verifies signatures, with Python's cryptography. It knows no chains and no
denials, so it judges the RRsets of answers only."""

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataset
import dns.rrset

import message
from message import ANSWER, DNSKEY, RRSIG


def obstacle():
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return "python3-cryptography is not installed"
    return None


def _rdatas(records):
    return [dns.rdata.from_wire(1, r.rdtype, r.rdata, 0, len(r.rdata)) for r in records]


class PythonDns:
    def __init__(self, chain, now_s):
        self._chain, self._now_s, self._keys = chain, now_s, {}

    def _zone_keys(self, name):
        if name not in self._keys:
            exchange = self._chain.honest(name, DNSKEY)
            m = exchange and message.parse(exchange[1])
            keys = [r for r in m.records if r.rdtype == DNSKEY] if m else []
            self._keys[name] = dns.rrset.from_rdata_list(name, 300, _rdatas(keys)) if keys else None
        return self._keys[name]

    def verifies(self, rrset):
        """True if some signature of these records is valid."""
        data = [r for r in rrset if r.rdtype != RRSIG]
        try:
            wanted = dns.rrset.from_rdata_list(data[0].owner, data[0].ttl, _rdatas(data))
            for signature in _rdatas(r for r in rrset if r.rdtype == RRSIG):
                if self._holds(wanted, signature):
                    return True
        except Exception:       # records that it cannot parse it cannot verify
            pass
        return False

    def _holds(self, rrset, signature):
        keys = self._zone_keys(signature.signer)
        if keys is None:
            return False
        try:
            dns.dnssec.validate_rrsig(rrset, signature, {signature.signer: keys}, now=self._now_s,
                                      policy=dns.dnssec.allow_all_policy)
            return True
        except Exception:
            return False


def rrsets_at(m):
    """The RRset that answers the question at its name; none if there is an alias, or if it is one that a
    server made."""
    return [rrset for rrset in m.sets() if rrset[0].section == ANSWER
            and rrset[0].owner == m.qname and all(r.rdclass == message.IN for r in rrset)
            and any(r.rdtype == m.qtype for r in rrset)
            and not any(r in message.made_aliases(m) for r in rrset)]
