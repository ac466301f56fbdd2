/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_adopt.h"

static bool has_come(int64_t time_s, int64_t now_s)
{
	return time_s != 0 && time_s <= now_s;
}

/* When a deed began and ended; 0: it did not, by its file. */
struct adopted_span {
	int64_t from_s, until_s;
};

/* Puts a record into the stage that it has after all that time. A wait that is over by the files
 * alone is over: whoever signed until now has given out the records since then. */
static void adopt_record(struct life *life, const struct life_policy *policy, struct life_key *k,
        enum life_record record, struct adopted_span span, int64_t now_s)
{
	bool is_gone = has_come(span.until_s, now_s);
	int64_t since_s = is_gone ? span.until_s : span.from_s;

	if (!has_come(span.from_s, now_s))
		return;
	life_mark_set(life, k, record, is_gone ? LIFE_UNRETENTIVE : LIFE_RUMOURED, since_s);
	k->marks[record].seen_s = since_s;
	int64_t due_s = life_due_s(life, policy, k, record, false);
	if (due_s <= now_s)
		life_mark_set(life, k, record, is_gone ? LIFE_HIDDEN : LIFE_OMNIPRESENT, due_s);
	else
		k->marks[record].seen_s = 0;
}

/* The parent is asked: nobody but the parent knows when it took the DS, or if it did. */
static void adopt_ds(struct life *life, struct life_key *k, const struct key_times *t,
        struct adopted_span published, int64_t now_s)
{
	bool is_gone = has_come(t->sync_delete_s, now_s) || k->is_leaving;
	int64_t from_s = t->sync_publish_s ? t->sync_publish_s : published.from_s;

	if (has_come(from_s, now_s))
		life_mark_set(life, k, LIFE_DS, is_gone ? LIFE_UNRETENTIVE : LIFE_RUMOURED,
		        is_gone && has_come(t->sync_delete_s, now_s) ? t->sync_delete_s : now_s);
}

/* The next ZSK is due a life after the publication of this one: so that it can sign when this one
 * ends. */
static int64_t adopted_publish_s(const struct life *life, const struct life_policy *policy,
        const struct key_times *t, int64_t now_s)
{
	int64_t begin_s = t->publish_s ? t->publish_s : t->activate_s;

	if (begin_s > now_s)
		return begin_s;
	if (t->inactive_s > now_s)
		return t->inactive_s - life_zsk_notice_s(life, policy) - policy->zsk_life_s;
	return now_s;
}

static struct adopted_span span_of_deed(
        const struct key_times *t, int64_t from_s, int64_t until_s, int64_t now_s)
{
	return t->is_timed ? (struct adopted_span){ from_s, until_s }
	                   : (struct adopted_span){ now_s, 0 };
}

static int64_t first_time(int64_t a_s, int64_t b_s)
{
	return !a_s || (b_s && b_s < a_s) ? b_s : a_s;
}

static void adopt_ksk(struct life *life, const struct life_policy *policy, struct life_key *k,
        const struct life_adopted *key, struct adopted_span published, int64_t now_s)
{
	const struct key_times *t = &key->times;
	struct adopted_span signs =
	        span_of_deed(t, t->activate_s, first_time(t->inactive_s, t->delete_s), now_s);

	k->is_leaving = has_come(signs.until_s, now_s);
	if (t->inactive_s > now_s && policy->ksk_life_s)
		k->made_s = t->inactive_s - policy->ksk_life_s;
	k->is_standby = !has_come(signs.from_s, now_s);
	adopt_record(life, policy, k, LIFE_KRRSIG, signs, now_s);
	adopt_ds(life, k, t, published, now_s);
}

enum life_adoption life_adopt(struct life *life, const struct life_policy *policy,
        const struct life_adopted *key, int64_t now_s)
{
	const struct key_times *t = &key->times;
	struct adopted_span published =
	        span_of_deed(t, first_time(t->publish_s, t->activate_s), t->delete_s, now_s);

	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].tag == key->tag)
			return LIFE_ADOPTS_NO_MORE_KEYS;
	}
	if (!published.from_s || (key->role == LIFE_KSK && published.from_s > now_s))
		return LIFE_ADOPTS_NOT_YET;
	struct life_key *k = life_add(life, key->role, key->algorithm, key->tag, now_s,
	        key->role == LIFE_ZSK ? adopted_publish_s(life, policy, t, now_s) : 0);
	if (!k)
		return LIFE_ADOPTS_NO_MORE_KEYS;
	adopt_record(life, policy, k, LIFE_DNSKEY, published, now_s);
	if (key->role == LIFE_KSK) {
		adopt_ksk(life, policy, k, key, published, now_s);
	} else {
		struct adopted_span signs = span_of_deed(
		        t, t->activate_s, first_time(t->inactive_s, t->delete_s), now_s);
		k->is_leaving = has_come(signs.until_s, now_s);
		if (k->is_leaving) /* until now others have given out what it had signed */
			signs.until_s = now_s;
		adopt_record(life, policy, k, LIFE_ZRRSIG, signs, now_s);
	}
	if (!k->is_leaving || !life_is_gone(k))
		return LIFE_ADOPTED;
	life_remove(life, life->count - 1);
	return LIFE_ADOPTS_NO_MORE;
}

/* True if a key of the role and algorithm signs, and its DNSKEY is out. */
static bool has_signing_key(const struct life *life, enum life_role role, uint8_t algorithm)
{
	enum life_record signs = role == LIFE_KSK ? LIFE_KRRSIG : LIFE_ZRRSIG;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == role && k->algorithm == algorithm && life_is_out(k, LIFE_DNSKEY) &&
		        life_is_out(k, signs))
			return true;
	}
	return false;
}

/* Others sign with each active ZSK, sealgate with one of an algorithm: with the latest. */
static void choose_signer(struct life *life, int64_t now_s)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		for (unsigned n = i + 1; k->role == LIFE_ZSK && n < life->count; n++) {
			const struct life_key *later = &life->keys[n];
			if (later->role != LIFE_ZSK || later->algorithm != k->algorithm ||
			        !life_is_out(k, LIFE_ZRRSIG) || !life_is_out(later, LIFE_ZRRSIG))
				continue;
			k->is_leaving = true;
			life_mark_set(life, k, LIFE_ZRRSIG, LIFE_UNRETENTIVE, now_s);
		}
	}
}

bool life_adopt_end(struct life *life, int64_t now_s, struct complaint *error)
{
	if (life->count == 0) {
		complaint_set(error, "none of these keys is published now");
		return false;
	}
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		for (unsigned role = LIFE_KSK; role <= LIFE_ZSK; role++) {
			if (!life_is_out(k, LIFE_DNSKEY) ||
			        has_signing_key(life, role, k->algorithm))
				continue;
			complaint_set(error,
			        "no %s of algorithm %u is published and signs now: give all keys "
			        "of the zone, a KSK and a ZSK at least",
			        role == LIFE_KSK ? "KSK" : "ZSK", k->algorithm);
			return false;
		}
	}
	choose_signer(life, now_s);
	life->is_signed = true;
	life->last_s = now_s;
	life_count_up(life);
	return true;
}
