# SPDX-License-Identifier: GPL-2.0-or-later
"""The attacks on a response by the attacker on the wire: one function each, in one table.

An attack takes the genuine response and a Scene (the question, and a way to ask the upstream something
else) and returns the replacement: a message, octets, None for silence, or a list of these. It may change
the message that it is given.

Most attacks touch only the data and leave DNSKEY and DS alone, as a real attacker would: a validator that
fails to fetch keys refuses everything, which does not prove that it noticed the forged data.
"""

from dns.rcode import NOTIMP
from dns.rdatatype import A, AAAA, DNSKEY, DS

from . import data, denial, dns64, habits, message, packet, race, signature
from .message import FORGED, Scene  # noqa: F401 (for those who use the table)

# Which questions an attack touches.
ADDRESSES = {A, AAAA}.__contains__
KEYS = {DNSKEY, DS}.__contains__
EVERYTHING = lambda rdtype: True
DATA = lambda rdtype: not KEYS(rdtype)

# For crowds of responses.
NEEDS_KEYS = (data.forge_address_keep_signature,)
FAILS = (race.SERVFAIL,)

ATTACKS = {
    # forged data
    "forge-address": (ADDRESSES, data.forge_address),
    "forge-address-keep-signature": (ADDRESSES, data.forge_address_keep_signature),
    "forge-address-with-ad": (ADDRESSES, data.forge_address_with_ad),
    "add-forged-address": (ADDRESSES, data.add_forged_address),
    "forge-alias": (ADDRESSES, data.forge_alias),
    "forge-alias-loop": (ADDRESSES, data.forge_alias_loop),
    "forge-under-refusal": (ADDRESSES, data.forge_under_refusal),
    "forge-behind-alias": (ADDRESSES, data.forge_behind_alias),
    "forge-synthesis": (ADDRESSES, data.forge_synthesis),
    "add-unrelated-answer": (ADDRESSES, data.add_unrelated_answer),
    "poison-additional": (ADDRESSES, data.poison_additional),
    "carry-along": (ADDRESSES, data.carry_along),
    "alias-alone": (ADDRESSES, data.alias_alone),
    "carry-along-as-expired": (ADDRESSES, data.carry_along_as_expired),
    "carry-beside": (ADDRESSES, data.carry_beside),
    "forge-address-as-expired": (ADDRESSES, data.forge_address_as_expired),
    "answer-from-twin": (ADDRESSES, data.answer_from_twin),
    "answer-of-another-name": (ADDRESSES, data.answer_of_another_name),
    "truncate-forged": (ADDRESSES, data.truncate_forged),
    # forged answers of a DNS64
    "forge-in-prefix": (AAAA.__eq__, dns64.forge_in_prefix),
    "forge-in-prefix-without-do": (AAAA.__eq__, dns64.forge_in_prefix_without_do),
    "add-in-prefix": (AAAA.__eq__, dns64.add_in_prefix),
    "forge-beside-prefix": (AAAA.__eq__, dns64.forge_beside_prefix),
    "raise-made-up-ttl": (AAAA.__eq__, dns64.raise_made_up_ttl),
    "tell-prefix-far-away": (AAAA.__eq__, dns64.tell(dns64.FAR_AWAY)),
    "tell-prefix-of-neighbours": (AAAA.__eq__, dns64.tell(dns64.NEIGHBOURS)),
    "tell-prefix-nowhere": (AAAA.__eq__, dns64.tell(dns64.NOWHERE)),
    # forged denial
    "forge-nxdomain": (DATA, denial.forge_nxdomain),
    "forge-nodata": (DATA, denial.forge_nodata),
    "forge-bare-nodata": (DATA, denial.forge_bare_nodata),
    "replay-denial": (DATA, denial.replay_denial_of_another_name),
    "wildcard-into-nxdomain": (ADDRESSES, denial.wildcard_into_nxdomain),
    "wildcard-into-nodata": (ADDRESSES, denial.wildcard_into_nodata),
    "deny-from-above": (DATA, denial.deny_from_above),
    "nodata-into-nxdomain": (DATA, denial.nodata_into_nxdomain),
    # missing and spoiled proofs
    "strip-signatures": (DATA, signature.strip_signatures),
    "strip-denial-proof": (DATA, denial.strip_denial_proof),
    "strip-dnssec": (DATA, signature.strip_dnssec),
    "strip-dnssec-everywhere": (EVERYTHING, signature.strip_dnssec_everywhere),
    "strip-data": (DATA, signature.strip_data),
    "flip-signature-bit": (DATA, signature.flip_signature_bit),
    "add-many-signatures": (DATA, signature.add_many_signatures),
    "extend-expiry": (DATA, signature.extend_expiry),
    "replay-wildcard": (ADDRESSES, signature.replay_wildcard),
    "replay-wildcard-from-above": (ADDRESSES, signature.replay_wildcard_from_above),
    "raise-ttl": (DATA, signature.raise_ttl),
    "set-ad": (DATA, packet.set_ad),
    # the header, the question, the octets
    "change-question-case": (DATA, packet.change_question_case),
    "change-id": (DATA, packet.change_id),
    "forge-as-query": (ADDRESSES, packet.forge_as_query),
    "forge-as-notify": (ADDRESSES, packet.forge_as_notify),
    "swap-question": (ADDRESSES, packet.swap_question),
    "race-wrong-id": (ADDRESSES, packet.race_wrong_id),
    "race-wrong-question": (ADDRESSES, packet.race_wrong_question),
    "race-wrong-letters": (ADDRESSES, packet.race_wrong_letters),
    "answer-twice": (ADDRESSES, packet.answer_twice),
    "report-query": (DATA, packet.report_query),
    "drop-question": (DATA, packet.drop_question),
    "cut-short": (DATA, packet.cut_short),
    "append-garbage": (DATA, packet.append_garbage),
    "garbage": (DATA, packet.garbage),
    "silence": (DATA, packet.silence),
    "extend-rcode": (ADDRESSES, packet.extend_rcode),
    "extend-rcode-of-nxdomain": (ADDRESSES, packet.extend_rcode_of_nxdomain),
    "truncate-as-nxdomain": (ADDRESSES, packet.truncate_as_nxdomain),
    "forge-referral": (ADDRESSES, packet.forge_referral),
    "hog": (EVERYTHING, packet.hog),
    # the forgery is first, the genuine response follows
    "race-forge-address": (ADDRESSES, race.first(data.forge_address)),
    "race-keep-signature": (ADDRESSES, race.first(data.forge_address_keep_signature)),
    "race-forge-nxdomain": (DATA, race.first(denial.forge_nxdomain)),
    "race-strip-signatures": (DATA, race.first(signature.strip_signatures)),
    "race-servfail": (DATA, race.first(race.SERVFAIL)),
    "race-refused": (DATA, race.first(race.REFUSED)),
    "race-tc": (ADDRESSES, race.first(data.truncate_forged)),
    "race-tc-empty": (DATA, race.first(race.truncate)),
    "race-tc-nxdomain": (ADDRESSES, race.first(packet.truncate_as_nxdomain)),
    "race-tc-everything": (EVERYTHING, race.first(race.truncate)),
    "race-extended-rcode": (ADDRESSES, race.first(packet.extend_rcode)),
    "race-impersonate-zone": (EVERYTHING, race.first(data.impersonate_zone)),
    "race-spoil-everything": (EVERYTHING, race.first(signature.flip_signature_bit)),
    "race-many-signatures": (ADDRESSES, race.first(signature.add_many_signatures)),
    "race-own-zone": (ADDRESSES, race.first(race.sign_as_own_zone)),
    "race-crowd": (EVERYTHING, race.with_slow_keys(race.crowd(*5 * NEEDS_KEYS))),
    "race-small-crowd": (EVERYTHING, race.with_slow_keys(race.crowd(*3 * NEEDS_KEYS))),
    "race-failing-crowd": (EVERYTHING, race.with_slow_keys(race.crowd(*5 * FAILS))),
    "race-mixed-crowd": (EVERYTHING, race.with_slow_keys(race.crowd(*FAILS, *5 * NEEDS_KEYS))),
    "race-hog": (EVERYTHING, race.while_others_hog(race.first(race.sign_as_own_zone))),
    # servers that give errors only
    "refuse": (DATA, race.REFUSED),
    "fail": (DATA, race.SERVFAIL),
    # servers with old habits
    "refuse-edns": (EVERYTHING, habits.refuse_edns(habits.genuine)),
    "refuse-edns-notimp": (EVERYTHING, habits.refuse_edns(habits.genuine, NOTIMP)),
    "refuse-edns-and-forge": (EVERYTHING, habits.refuse_edns(data.forge_address)),
    "drop-edns": (EVERYTHING, habits.drop_edns(habits.genuine)),
    "ignore-size": (EVERYTHING, habits.ignore_size),
    "refuse-options": (EVERYTHING, habits.refuse_options),
    "drop-options": (EVERYTHING, habits.drop_options),
    "lose-a-signature-in-turn": (DATA, habits.lose_a_signature_in_turn),
    "race-refuse-edns": (EVERYTHING, race.first(habits.refuse_edns(habits.genuine))),
    "strip-and-forge": (EVERYTHING, habits.strip_and_forge),
    # the keys and the chain
    "impersonate-zone": (EVERYTHING, data.impersonate_zone),
    "fail-key-fetches": (KEYS, packet.fail_key_fetches),
    "silence-key-fetches": (KEYS, packet.silence),
    "silence-key-fetches-of-one-zone": (KEYS, packet.silence_one_zone),
    "silence-of-one-zone": (EVERYTHING, packet.silence_one_zone),
    "truncate-key-fetches": (KEYS, packet.truncate_key_fetches),
    "deny-ds-unsigned": (EVERYTHING, denial.deny_ds(lambda scene: [message.soa(scene)])),
    "deny-ds-by-nsec3-replay": (EVERYTHING, denial.deny_ds(denial.proof_for("unsigned.test."))),
    "deny-ds-by-nsec-replay": (EVERYTHING, denial.deny_ds(denial.proof_for("unsigned.example."))),
    "deny-ds-by-sibling": (EVERYTHING, denial.deny_ds(denial.proof_for_sibling)),
    "deny-ds-by-child": (EVERYTHING, denial.deny_ds(denial.proof_of_child)),
}


def apply(name, response, scene):
    """Returns the list of messages or octets that replace the response."""
    touches, attack = ATTACKS[name]
    sent = attack(response, scene) if touches(scene.question.rdtype) else response
    if sent is None:
        return []
    return sent if isinstance(sent, list) else [sent]
