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
	if (!is_old && !life->wants_ksk_roll && !carrier->is_compromised)
		return false;
	life->wants_ksk_roll = false;
	life->keys[carrier - life->keys].is_leaving = true;
	promote_standby(life);
	return true;
}

/* A stolen stand-by is of no use any more. */
static bool drop_standby(struct life *life, const struct life_policy *policy)
{
	bool dropped = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (!k->is_standby || k->is_leaving || (policy->has_standby && !k->is_compromised))
			continue;
		k->is_leaving = dropped = true;
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
		if (k->role != LIFE_ZSK || k->is_leaving || !life_is_gone(k) ||
		        k->publish_s <= now_s)
			continue;
		k->publish_s = now_s;
		hastened = true;
	}
	life->wants_zsk_roll &= !hastened;
	return hastened;
}

static bool has_safe_successor(const struct life *life, const struct life_key *stolen)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == stolen->algorithm && k != stolen &&
		        !k->is_leaving && !k->is_compromised)
			return true;
	}
	return false;
}

/* A stolen ZSK that does not sign yet never will, unless the timeline in place let it while no other could be written. Then
 * it is rolled, too. Not when the order is given: until another timeline is written, servers do what is in this one. */
static bool drop_stolen_zsks(struct life *life)
{
	bool dropped = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role != LIFE_ZSK || !k->is_compromised || k->is_leaving)
			continue;
		if (life_is_hidden(k, LIFE_ZRRSIG) && !k->marks[LIFE_ZRRSIG].changed_s)
			k->is_leaving = dropped = true;
		else if (!life->wants_zsk_roll && !has_safe_successor(life, k))
			life->wants_zsk_roll = dropped = true;
	}
	return dropped;
}

bool life_begin_rolls(struct life *life, const struct life_policy *policy, int64_t now_s)
{
	if (!life->is_signed)
		return false;
	bool begun = drop_standby(life, policy);
	begun |= begin_algorithm(life, policy);
	begun |= begin_ksk(life, policy, now_s);
	begun |= drop_stolen_zsks(life);
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

/* The successor of a ZSK that signs. It does not wait for the parent, who may take months over a KSK. */
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

/* The algorithm that new keys have: that of the policy, but not while keys of another have to go first. */
static bool may_use_algorithm(const struct life *life, const struct life_policy *policy)
{
	for (unsigned i = 0; i < life->count; i++)
		if (!life->keys[i].is_leaving && life->keys[i].algorithm != policy->algorithm)
			return false;
	return true;
}

unsigned life_missing(const struct life *life, const struct life_policy *policy, int64_t now_s,
        struct life_make makes[static LIFE_MAKES_MAX])
{
	uint8_t algorithm = policy->algorithm;
	unsigned count = 0;

	if (!life->is_signed || !may_use_algorithm(life, policy))
		return 0;
	if (!staying_key(life, LIFE_ZSK, algorithm, false))
		makes[count++] = (struct life_make){ LIFE_ZSK, algorithm, now_s, false, false };
	else if (misses_zsk(life, policy, now_s, &makes[count]))
		count++;
	if (!staying_key(life, LIFE_KSK, algorithm, false))
		makes[count++] = (struct life_make){ LIFE_KSK, algorithm, now_s, false, false };
	else if (policy->has_standby && life_ksks_are_at_rest(life) &&
	         !staying_key(life, LIFE_KSK, algorithm, true))
		makes[count++] = (struct life_make){ LIFE_KSK, algorithm, now_s, true, false };
	return count;
}
