# SPDX-License-Identifier: GPL-2.0-or-later
"""The header, the question, the octets; and responses that never come, or come twice."""

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rrset
from dns.rdatatype import A

from .message import empty, forged_address

# The zone that silence_one_zone() hides.
SILENT_ZONE = dns.name.from_text("rsa256.test.")


def set_ad(response, scene):
    response.flags |= dns.flags.AD
    return response


def forge_as_query(response, scene):
    """QR is clear, as in a query: a careless filter looks only for responses."""
    empty(response).answer = [forged_address(scene)]
    response.flags &= ~dns.flags.QR
    return response


def forge_as_notify(response, scene):
    empty(response).answer = [forged_address(scene)]
    response.set_opcode(dns.opcode.NOTIFY)
    return response


def change_question_case(response, scene):
    response.question[0].name = dns.name.Name(
        [label.swapcase() for label in response.question[0].name.labels])
    return response


def change_id(response, scene):
    response.id ^= 0x5555
    return response


def race_wrong_id(response, scene):
    """A blind attacker guesses first; the genuine response comes after."""
    return [_guess(scene, response.id ^ 1), response]


def race_wrong_question(response, scene):
    guess = _guess(scene, response.id)
    guess.question[0].name = dns.name.from_text("www.other.test.")
    return [guess, response]


# The first query for each name: its id. The attacker has guessed it, and guesses no other for this name.
_guessed = {}


def race_wrong_letters(response, scene):
    """The blind attacker has guessed the id and the port of the client's query, but not its letters."""
    if _guessed.setdefault(scene.question.name, response.id) != response.id:
        return response
    guess = _guess(scene, response.id)
    guess.question[0].name = dns.name.Name(
        [label.swapcase() for label in guess.question[0].name.labels])
    return [guess, response]


def _guess(scene, identity):
    guess = dns.message.make_response(scene.query)
    guess.answer = [forged_address(scene)]
    guess.id = identity
    return guess


def swap_question(response, scene):
    """A genuine answer to another question."""
    other = scene.ask_upstream(dns.name.from_text("www.unsigned.test."), A)
    other.id = response.id
    return other


def drop_question(response, scene):
    response.question = []
    return response


def answer_twice(response, scene):
    return [response, response]


def report_query(response, scene):
    """No attack: a TXT record tells the client how its query looked on the wire."""
    query = scene.query
    report = (f"id={query.id} name={scene.question.name} flags={dns.flags.to_text(query.flags)} "
              f"edns={query.edns} size={query.payload} do={bool(query.ednsflags & dns.flags.DO)} "
              f"options={','.join(str(int(option.otype)) for option in query.options)} "
              f"tsig={query.had_tsig}")
    empty(response).answer = [dns.rrset.from_text(
        scene.question.name, 0, "IN", "TXT", f'"{report}"')]
    return response


def cut_short(response, scene):
    """A datagram that ends in the middle of a record."""
    return response.to_wire()[:-7]


def append_garbage(response, scene):
    return response.to_wire() + b"garbage after the last record"


def garbage(response, scene):
    return response.to_wire()[:12] + b"\xff" * 40


def silence(response, scene):
    return None


def silence_one_zone(response, scene):
    return None if scene.question.name.is_subdomain(SILENT_ZONE) else response


def fail_key_fetches(response, scene):
    return empty(response, dns.rcode.SERVFAIL)


def extend_rcode(response, scene):
    """Forged data under an error that only the OPT shows: BADVERS is 16, and the header says NOERROR."""
    empty(response, dns.rcode.BADVERS).answer = [forged_address(scene)]
    return response


def extend_rcode_of_nxdomain(response, scene):
    """An error that looks like NXDOMAIN if the OPT is not read."""
    return empty(response, 16 + dns.rcode.NXDOMAIN)


def truncate_as_nxdomain(response, scene):
    empty(response, dns.rcode.NXDOMAIN).flags |= dns.flags.TC
    return response


def hog(response, scene):
    """Names that begin with "hog" have forged data, and queries for their keys get no answer."""
    if not scene.question.name.labels[0].startswith(b"hog"):
        return response
    if scene.question.rdtype != A:
        return None
    empty(response).answer = [forged_address(scene)]
    return response


def forge_referral(response, scene):
    """Refers the client to a server of the attacker, though it asked for an answer."""
    zone = scene.question.name.parent()
    empty(response).authority = [dns.rrset.from_text(zone, 600, "IN", "NS", f"ns.{zone}")]
    response.additional = [dns.rrset.from_text(
        dns.name.from_text("ns", zone), 600, "IN", "A", "203.0.113.66")]
    return response


def truncate_key_fetches(response, scene):
    """Makes the validator fetch its keys over TCP."""
    empty(response).flags |= dns.flags.TC
    return response
