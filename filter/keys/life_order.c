/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_order.h"

#include "base/encoding.h"
#include "keys/life_begin.h"
#include "keys/life_move.h"
#include "keys/life_zsk.h"

static struct life_key *key_of_tag(struct life *life, uint16_t tag, struct complaint *error)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].tag == tag)
			return &life->keys[i];
	complaint_set(error, "the zone has no key with the tag %u", tag);
	return NULL;
}

/* Says that a roll is under way, which key it waits for, and until when at least. */
static bool refuse_during_roll(const struct life *life, const struct life_policy *policy,
        enum life_role role, struct complaint *error)
{
	char digits[DIGITS_TIME_SIZE];

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		for (unsigned r = 0; k->role == role && r < LIFE_RECORDS; r++) {
			if (!life_is_uncertain(k, r))
				continue;
			int64_t due_s = life_due_s(life, policy, k, r, true);
			complaint_set(error,
			        "a roll is under way: the %s record of the key with the tag %u is "
			        "%s, %s%s; give the order again when the roll has ended",
			        life_record_word(r), k->tag, life_stage_word(k->marks[r].stage),
			        due_s == INT64_MAX ? "and not every server shows it yet" : "until ",
			        due_s == INT64_MAX ? "" : digits_time_write(due_s, digits));
			return false;
		}
	}
	complaint_set(error, "the zone is not signed with a DS at its parent yet, or a roll waits "
	                     "to go on; give the order again later");
	return false;
}

static bool order_ksk_roll(
        struct life *life, const struct life_policy *policy, struct complaint *error)
{
	if (!life->is_signed || !life_ksks_are_at_rest(life))
		return refuse_during_roll(life, policy, LIFE_KSK, error);
	life->wants_ksk_roll = true;
	return true;
}

/* A successor that is made, but not published yet, only comes earlier. */
static bool order_zsk_roll(
        struct life *life, const struct life_policy *policy, struct complaint *error)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK &&
		        (life_is_uncertain(k, LIFE_ZRRSIG) || life_is_uncertain(k, LIFE_DNSKEY)))
			return refuse_during_roll(life, policy, LIFE_ZSK, error);
	}
	if (!life->is_signed || !life_carrier(life, policy->algorithm, NULL))
		return refuse_during_roll(life, policy, LIFE_KSK, error);
	life->wants_zsk_roll = true;
	return true;
}

/* A stolen KSK leaves, whatever it is in the middle of. */
static bool order_end_of_ksk(struct life *life, const struct life_policy *policy,
        struct life_key *k, bool is_compromised, struct complaint *error)
{
	if (is_compromised)
		k->is_compromised = true;
	else if (k->is_standby)
		k->is_leaving = true;
	else if (!k->is_leaving && life_carrier(life, 0, NULL) == k)
		return order_ksk_roll(life, policy, error);
	else if (!k->is_leaving)
		return refuse_during_roll(life, policy, LIFE_KSK, error);
	return true;
}

/* Who has one ZSK had a timeline, or the keeper's directory, and so each ZSK that there was by
 * then: what signed before, what signs now, what is to sign. Told a second time, the tag does not
 * say whether those that were made since then are stolen, too. */
static bool mark_stolen_zsks(
        struct life *life, const struct life_key *told, struct complaint *error)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || k->is_compromised)
			continue;
		if (told->is_compromised) {
			complaint_set(error,
			        "the ZSK with the tag %u is known as stolen, with each that there "
			        "was by then; if those that were made since then are stolen, too, "
			        "give the order with the tag %u",
			        told->tag, k->tag);
			return false;
		}
	}
	for (unsigned i = 0; i < life->count; i++)
		life->keys[i].is_compromised |= life->keys[i].role == LIFE_ZSK;
	return true;
}

/* Another ZSK takes the place of the one that signs. A theft is taken at any time, and marks only:
 * until another timeline is written, servers do what is in the one that they have. */
static bool order_end_of_zsk(struct life *life, const struct life_policy *policy,
        struct life_key *k, bool is_compromised, struct complaint *error)
{
	if (is_compromised)
		return mark_stolen_zsks(life, k, error);
	if (k->is_leaving)
		return refuse_during_roll(life, policy, LIFE_ZSK, error);
	if (k - life->keys != life_zsk_signer(life, k->algorithm)) {
		complaint_set(error, "the ZSK with the tag %u does not sign yet", k->tag);
		return false;
	}
	return order_zsk_roll(life, policy, error);
}

static bool order_end(struct life *life, const struct life_policy *policy, uint16_t tag,
        bool is_compromised, struct complaint *error)
{
	struct life_key *k = key_of_tag(life, tag, error);

	if (!k)
		return false;
	if (k->role == LIFE_KSK)
		return order_end_of_ksk(life, policy, k, is_compromised, error);
	return order_end_of_zsk(life, policy, k, is_compromised, error);
}

static bool order_signing(struct life *life, bool is_signed, struct complaint *error)
{
	if (life->is_signed == is_signed) {
		complaint_set(error, is_signed ? "the zone is signed already, or will be"
		                               : "the zone is unsigned already, or will be");
		return false;
	}
	life->is_signed = is_signed;
	return true;
}

bool life_take_order(struct life *life, const struct life_policy *policy, enum life_order order,
        uint16_t tag, struct complaint *error)
{
	switch (order) {
	case LIFE_ORDER_SIGN:
		return order_signing(life, true, error);
	case LIFE_ORDER_UNSIGN:
		return order_signing(life, false, error);
	case LIFE_ORDER_ROLL_KSK:
		return order_ksk_roll(life, policy, error);
	case LIFE_ORDER_ROLL_ZSK:
		return order_zsk_roll(life, policy, error);
	case LIFE_ORDER_RETIRE:
		return order_end(life, policy, tag, false, error);
	default:
		return order_end(life, policy, tag, true, error);
	}
}
