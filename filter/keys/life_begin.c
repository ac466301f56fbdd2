/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_begin.h"

#include "keys/life_move.h"
#include "keys/life_zsk.h"

/* The key of this role and algorithm that stays; of several the latest. */
static const struct life_key *staying_key(
        const struct life *life, enum life_role role, uint8_t algorithm, bool is_standby)
{
	for (unsigned i = life->count; i-- > 0;) {
		const struct life_key *k = &life->keys[i];
		if (k->role == role && k->algorithm == algorithm && !k->is_leaving &&
		        k->is_standby == is_standby)
			return k;
	}
	return NULL;
}

bool life_ksks_are_at_rest(const struct life *life)
{
	const struct life_key *carrier = life_carrier(life, 0, NULL);

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_KSK && k != carrier && !life_is_gone(k) && !k->is_standby)
			return false;
	}
	return carrier && life_is_known(carrier, LIFE_KRRSIG);
}

bool life_zsks_are_at_rest(const struct life *life)
{
	unsigned present = 0;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || life_is_gone(k))
			continue;
		present++;
		if (!life_is_known(k, LIFE_DNSKEY) || !life_is_known(k, LIFE_ZRRSIG))
			return false;
	}
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && life_is_gone(k) && !k->is_leaving)
			return false;
	}
	return present == 1;
}

/* The algorithm of the carrier is not that of the policy. The roll begins when no other runs. */
static bool begin_algorithm(struct life *life, const struct life_policy *policy)
{
	const struct life_key *carrier = life_carrier(life, 0, NULL);

	if (!carrier || carrier->algorithm == policy->algorithm || !life_ksks_are_at_rest(life) ||
	        !life_zsks_are_at_rest(life))
		return false;
	for (unsigned i = 0; i < life->count; i++)
		life->keys[i].is_leaving = true;
	return true;
}

/* The stand-by takes the place of a KSK that leaves. */
static bool promote_standby(struct life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (!k->is_standby || k->is_leaving || !life_is_known(k, LIFE_DNSKEY))
			continue;
		k->is_standby = false;
		return true;
	}
	return false;
}

static bool begin_ksk(struct life *life, const struct life_policy *policy, int64_t now_s)
{
	const struct life_key *carrier = life_carrier(life, 0, NULL);

	if (!carrier || !life_ksks_are_at_rest(life) || carrier->algorithm != policy->algorithm)
		return false;
	bool is_old = policy->ksk_life_s && now_s - carrier->made_s >= policy->ksk_life_s;
	if (!is_old && !life->wants_ksk_roll)
		return false;
	life->wants_ksk_roll = false;
	life->keys[carrier - life->keys].is_leaving = true;
	promote_standby(life);
	return true;
}

/* A stand-by that nobody wants any more. */
static bool drop_standby(struct life *life, const struct life_policy *policy)
{
	bool dropped = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (!k->is_standby || k->is_leaving || policy->has_standby)
			continue;
		k->is_leaving = dropped = true;
	}
	return dropped;
}

/* A stolen KSK leaves at once, in the middle of a roll, too: another one is made, or the stand-by
 * is there. */
static bool drop_stolen_ksks(struct life *life)
{
	bool dropped = false, is_main = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role != LIFE_KSK || !k->is_compromised || k->is_leaving)
			continue;
		k->is_leaving = dropped = true;
		is_main |= !k->is_standby;
	}
	if (is_main) {
		life->wants_ksk_roll = false;
		promote_standby(life);
	}
	return dropped;
}

/* An order brings the publication of the next ZSK forward, if it is made already. */
static bool hasten_zsk(struct life *life, int64_t now_s)
{
	bool hastened = false;

	if (!life->wants_zsk_roll)
		return false;
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || k->is_leaving || k->is_compromised || !life_is_gone(k) ||
		        k->publish_s <= now_s)
			continue;
		k->publish_s = now_s;
		hastened = true;
	}
	life->wants_zsk_roll &= !hastened;
	return hastened;
}

/* A stolen ZSK is of no use if none of its algorithm signs yet. What takes its place signs as soon
 * as it is published, as the first ZSK always does: there is no DS that leads to it, so no
 * validator can miss it. */
static bool drop_stolen_first_zsk(struct life *life)
{
	bool dropped = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || !k->is_compromised || k->is_leaving ||
		        !life_is_gone(k) || life_zsk_signer(life, k->algorithm) >= 0)
			continue;
		k->is_leaving = dropped = true;
	}
	return dropped;
}

bool life_begin_rolls(struct life *life, const struct life_policy *policy, int64_t now_s)
{
	if (!life->is_signed)
		return false;
	bool begun = drop_stolen_ksks(life);
	begun |= drop_stolen_first_zsk(life);
	begun |= drop_standby(life, policy);
	begun |= begin_algorithm(life, policy);
	begun |= begin_ksk(life, policy, now_s);
	begun |= hasten_zsk(life, now_s);
	return begun;
}

/* When the next ZSK is due: a life after the one before. */
static int64_t zsk_due_s(const struct life *life, const struct life_policy *policy,
        const struct life_key *signer, int64_t now_s)
{
	int64_t due_s = signer->publish_s + policy->zsk_life_s;

	return life->wants_zsk_roll || due_s < now_s ? now_s : due_s;
}

/* The successor of a ZSK that signs. It does not wait for the parent, who may take months over a
 * KSK. */
static bool misses_zsk(const struct life *life, const struct life_policy *policy, int64_t now_s,
        struct life_make *make)
{
	const struct life_key *latest = staying_key(life, LIFE_ZSK, policy->algorithm, false);

	if (!latest || !life_zsks_are_at_rest(life))
		return false;
	*make = (struct life_make){
		.role = LIFE_ZSK,
		.algorithm = policy->algorithm,
		.publish_s = zsk_due_s(life, policy, latest, now_s),
	};
	make->is_announced = make->publish_s >= now_s + policy->ahead_s / 2;
	return make->publish_s <= now_s + policy->ahead_s + life_renewal_s(policy);
}

/* True if the key is of an algorithm that leaves, though the key itself is new: it follows on a
 * stolen one. */
static bool leaves_with_algorithm(const struct life *life, const struct life_key *k)
{
	int signer = k->role == LIFE_ZSK ? life_zsk_signer(life, k->algorithm) : -1;

	return signer >= 0 && life->keys[signer].is_leaving;
}

/* The algorithm that new keys have: that of the policy, but not while keys of another have to go
 * first. */
static uint8_t algorithm_in_use(const struct life *life, const struct life_policy *policy)
{
	uint8_t algorithm = policy->algorithm;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->is_leaving || leaves_with_algorithm(life, k))
			continue;
		if (k->algorithm == policy->algorithm)
			return policy->algorithm;
		algorithm = k->algorithm;
	}
	return algorithm;
}

/* A successor that was made after the theft. */
static bool has_safe_successor(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == algorithm && !k->is_leaving &&
		        !k->is_compromised)
			return true;
	}
	return false;
}

/* True if another one is to take the place of this ZSK. What signs while its DNSKEY goes already,
 * with its algorithm, needs none: validators trust it no more. */
static bool wants_safe_successor(const struct life *life, unsigned i)
{
	const struct life_key *k = &life->keys[i];
	bool goes = k->marks[LIFE_DNSKEY].changed_s && !life_is_out(k, LIFE_DNSKEY);

	return k->is_compromised && (int)i == life_zsk_signer(life, k->algorithm) && !goes &&
	       !has_safe_successor(life, k->algorithm);
}

/* In place of stolen ZSKs, of each algorithm that signs. */
static unsigned miss_safe_zsks(
        const struct life *life, int64_t now_s, struct life_make makes[static LIFE_MAKES_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < life->count && count < 2; i++)
		if (wants_safe_successor(life, i))
			makes[count++] = (struct life_make){ LIFE_ZSK, life->keys[i].algorithm,
				now_s, false, false };
	return count;
}

/* Until an algorithm changes, none is made that could as well be of the next one. */
unsigned life_missing(const struct life *life, const struct life_policy *policy, int64_t now_s,
        struct life_make makes[static LIFE_MAKES_MAX])
{
	uint8_t algorithm = algorithm_in_use(life, policy);
	bool is_lasting = algorithm == policy->algorithm;

	if (!life->is_signed)
		return 0;
	unsigned count = miss_safe_zsks(life, now_s, makes);
	if (!staying_key(life, LIFE_ZSK, algorithm, false))
		makes[count++] = (struct life_make){ LIFE_ZSK, algorithm, now_s, false, false };
	else if (count == 0 && misses_zsk(life, policy, now_s, &makes[count]))
		count++;
	if (!staying_key(life, LIFE_KSK, algorithm, false))
		makes[count++] = (struct life_make){ LIFE_KSK, algorithm, now_s, false, false };
	else if (policy->has_standby && is_lasting && life_ksks_are_at_rest(life) &&
	         !staying_key(life, LIFE_KSK, algorithm, true))
		makes[count++] = (struct life_make){ LIFE_KSK, algorithm, now_s, true, false };
	return count;
}
