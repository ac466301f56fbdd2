/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_zsk.h"

/* A key makes six moves at most until it is gone. */
#define MOVES_MAX (6 * LIFE_KEYS_MAX)

/* True if no ZSK of the algorithm, but for `except`, is in the middle of a change. */
static bool zsks_are_at_rest(
        const struct life *life, uint8_t algorithm, const struct life_key *except)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k == except || k->role != LIFE_ZSK || k->algorithm != algorithm)
			continue;
		if (life_is_uncertain(k, LIFE_ZRRSIG) ||
		        k->marks[LIFE_DNSKEY].stage == LIFE_RUMOURED)
			return false;
	}
	return true;
}

int life_zsk_signer(const struct life *life, uint8_t algorithm)
{
	int signer = -1;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == algorithm &&
		        life_is_out(k, LIFE_ZRRSIG) &&
		        (signer < 0 || k->id > life->keys[signer].id))
			signer = (int)i;
	}
	return signer;
}

/* True if some server may still sign otherwise than the state says. */
static bool signers_change(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].role == LIFE_ZSK && life->keys[i].algorithm == algorithm &&
		        life_is_uncertain(&life->keys[i], LIFE_ZRRSIG))
			return true;
	return false;
}

bool life_zsk_is_owed(const struct life *life, const struct life_key *k)
{
	return k->role == LIFE_ZSK && k->is_leaving && k->is_compromised &&
	       k->marks[LIFE_ZRRSIG].changed_s == 0 && signers_change(life, k->algorithm);
}

/* True if the key is a successor that may come into the DNSKEY RRset as soon as its time is there.
 * If what signs is stolen, no roll that is under way has to end first: DNSKEYs only become more,
 * and each stays until its signatures have gone. */
static bool may_be_published(const struct life *life, const struct life_key *k)
{
	int signer = life_zsk_signer(life, k->algorithm);

	if (k->role != LIFE_ZSK || k->marks[LIFE_DNSKEY].changed_s ||
	        k->marks[LIFE_ZRRSIG].changed_s || signer < 0 ||
	        !life_is_known(&life->keys[signer], LIFE_DNSKEY))
		return false;
	if (k->is_leaving)
		return life_zsk_is_owed(life, k);
	return life->keys[signer].is_compromised ||
	       (!life->keys[signer].is_leaving && zsks_are_at_rest(life, k->algorithm, k));
}

static int64_t next_of_key(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, int64_t from_s)
{
	static const enum life_record records[] = { LIFE_DNSKEY, LIFE_ZRRSIG };
	int64_t next_s = INT64_MAX;

	if (k->role != LIFE_ZSK)
		return INT64_MAX;
	for (unsigned r = 0; r < 2; r++) {
		if (!life_is_uncertain(k, records[r]))
			continue;
		int64_t due_s = life_due_s(life, policy, k, records[r], true);
		next_s = due_s < next_s ? due_s : next_s;
	}
	if (may_be_published(life, k) && k->publish_s < next_s)
		next_s = k->publish_s;
	return next_s < from_s ? from_s : next_s;
}

int64_t life_zsk_next_s(const struct life *life, const struct life_policy *policy, int64_t from_s)
{
	int64_t next_s = INT64_MAX;

	for (unsigned i = 0; i < life->count; i++) {
		int64_t of_key_s = next_of_key(life, policy, &life->keys[i], from_s);
		next_s = of_key_s < next_s ? of_key_s : next_s;
	}
	return next_s;
}

/* Stolen successors sign no more, once another one does that all servers have shown. Until then
 * they do what the timeline says that a server may still have: what signed before them is as
 * stolen, so that costs nothing. */
static void drop_stolen_successors(struct life *life, const struct life_key *signer)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (k->role == LIFE_ZSK && k->algorithm == signer->algorithm && k->is_compromised)
			k->is_leaving = true;
	}
}

/* The new ZSK signs, and the one before does not, in one moment: no set needs two signatures. One
 * that follows on a stolen key of an algorithm that leaves goes with it. */
static void take_over(
        struct life *life, const struct life_policy *policy, struct life_key *k, int64_t at_s)
{
	int signer = life_zsk_signer(life, k->algorithm);
	int64_t announced_s = k->announced_s ? k->announced_s + life_zsk_notice_s(life, policy) : 0;

	if (k->marks[LIFE_DNSKEY].is_doubted)
		announced_s = 0;
	if (announced_s && announced_s < at_s)
		announced_s = at_s;
	if (signer >= 0) {
		struct life_key *before = &life->keys[signer];
		k->is_leaving = before->is_leaving;
		before->is_leaving = true;
		life_mark_set(life, before, LIFE_ZRRSIG, LIFE_UNRETENTIVE, at_s);
		before->marks[LIFE_ZRRSIG].announced_s = announced_s;
	}
	life_mark_set(life, k, LIFE_ZRRSIG, LIFE_RUMOURED, at_s);
	k->marks[LIFE_ZRRSIG].announced_s = announced_s;
	if (!k->is_compromised)
		drop_stolen_successors(life, k);
}

/* A successor comes, as announced or earlier. */
static void publish_zsk(struct life *life, struct life_key *k, int64_t at_s)
{
	k->publish_s = at_s;
	life_mark_set(life, k, LIFE_DNSKEY, LIFE_RUMOURED, at_s);
	if (k->announced_s)
		k->marks[LIFE_DNSKEY].announced_s = k->announced_s > at_s ? k->announced_s : at_s;
}

/* What a successor replaced goes, when its signatures have gone; that comes as surely as they
 * went. */
static void withdraw_zsk(struct life *life, struct life_key *k, int64_t at_s)
{
	life_mark_set(life, k, LIFE_DNSKEY, LIFE_UNRETENTIVE, at_s);
	k->marks[LIFE_DNSKEY].announced_s = at_s;
}

static bool settle_zsk(struct life *life, const struct life_policy *policy, struct life_key *k,
        enum life_record record, int64_t at_s)
{
	if (!life_is_uncertain(k, record) || life_due_s(life, policy, k, record, true) > at_s)
		return false;
	bool is_doubted = k->marks[record].is_doubted;
	life_mark_set(life, k, record,
	        k->marks[record].stage == LIFE_RUMOURED ? LIFE_OMNIPRESENT : LIFE_HIDDEN, at_s);
	k->marks[record].is_doubted = is_doubted;
	return true;
}

/* Makes one move of the key that is due at `at_s`. */
static bool move_zsk(
        struct life *life, const struct life_policy *policy, struct life_key *k, int64_t at_s)
{
	if (k->role != LIFE_ZSK)
		return false;
	if (settle_zsk(life, policy, k, LIFE_DNSKEY, at_s) ||
	        settle_zsk(life, policy, k, LIFE_ZRRSIG, at_s))
		return true;
	if (k->publish_s <= at_s && may_be_published(life, k)) {
		publish_zsk(life, k, at_s);
		return true;
	}
	if (!life_is_known(k, LIFE_DNSKEY) || !life_is_hidden(k, LIFE_ZRRSIG))
		return false;
	if (!k->is_leaving) {
		take_over(life, policy, k, at_s);
		return true;
	}
	if (k->is_leaving && !life_zsk_is_owed(life, k)) {
		withdraw_zsk(life, k, at_s);
		return true;
	}
	return false;
}

/* What one key does may let one before it go on. */
static bool move_zsks(struct life *life, const struct life_policy *policy, int64_t at_s)
{
	bool moved = false, any = true;

	for (unsigned n = 0; any && n < MOVES_MAX; n++) {
		any = false;
		for (unsigned i = 0; i < life->count; i++)
			any |= move_zsk(life, policy, &life->keys[i], at_s);
		moved |= any;
	}
	return moved;
}

/* True if servers learn of a move at `at_s` by the next timeline only, shortly before. */
static bool comes_unannounced(const struct life_policy *policy, int64_t at_s, bool is_in_place,
        const struct life_observation *look, int64_t now_s)
{
	return (!is_in_place || at_s >= look->end_s) && now_s > at_s - policy->ahead_s / 2;
}

void life_zsk_forget(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s)
{
	int64_t notice_s = life_zsk_notice_s(life, policy);

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		const struct life_mark *mark = &k->marks[LIFE_DNSKEY];
		bool is_in_place = mark->generation <= look->in_place;
		if (k->role != LIFE_ZSK || !k->announced_s || k->marks[LIFE_ZRRSIG].changed_s)
			continue;
		if ((!mark->changed_s &&
		            comes_unannounced(policy, k->announced_s, is_in_place, look, now_s)) ||
		        comes_unannounced(policy, k->announced_s + notice_s, true, look, now_s))
			k->announced_s = 0;
	}
}

bool life_zsk_advance(struct life *life, const struct life_policy *policy, int64_t until_s)
{
	bool moved = false;
	int64_t at_s = life->last_s;

	for (unsigned n = 0; n < MOVES_MAX; n++) {
		at_s = life_zsk_next_s(life, policy, at_s);
		if (at_s > until_s)
			break;
		if (!move_zsks(life, policy, at_s))
			break;
		moved = true;
	}
	return moved;
}
