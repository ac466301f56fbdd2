/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_regain.h"

#include <string.h>

struct life_regaining {
	struct life *life;
	struct keypair *pairs;
	const struct timeline *t;
	const struct timeline_period *now; /* the period in force */
	int64_t now_s;
	struct complaint *error;
};

static bool regain_fails(const struct life_regaining *v, const char *what)
{
	complaint_set(v->error, "%s", what);
	return false;
}

/* ---- What the timeline says of a key ---- */

static bool period_signs_with(const struct timeline_period *p, const struct keypair *k)
{
	for (unsigned i = 0; i < p->signer_count; i++) {
		if (p->signers[i]->tag == k->tag)
			return true;
	}
	return false;
}

/* Returns when the key signs first, from now on; 0 if the timeline does not say so. */
static int64_t signs_from_s(const struct life_regaining *v, const struct keypair *k)
{
	for (unsigned i = 0; i < v->t->period_count; i++) {
		const struct timeline_period *p = &v->t->periods[i];
		if (p >= v->now && period_signs_with(p, k))
			return p->from_s;
	}
	return 0;
}

static bool ksk_signs(const struct life_regaining *v, const struct keypair *k)
{
	const struct presigned *dnskey = &v->now->records->dnskey;

	for (unsigned i = 0; i < dnskey->rrsig_count; i++) {
		if (dnskey->rrsigs[i].tag == k->tag)
			return true;
	}
	return false;
}

/* True if CDS asks the parent to have the DS of the key; without CDS the DS themselves stand
 * there. */
static bool is_synced(const struct life_regaining *v, const struct keypair *k)
{
	const struct key_records *r = v->now->records;

	if (presigned_has(&r->cdnskey, keypair_rdata(k)))
		return true;
	for (unsigned i = 0; i < r->ds.count; i++) {
		const uint8_t *ds = r->ds.rdatas[i].base;
		if (r->ds.rdatas[i].len > 2 && (ds[0] << 8 | ds[1]) == k->tag)
			return true;
	}
	return false;
}

static bool asks_for_any_ds(const struct life_regaining *v)
{
	return v->now->records->cdnskey.count > 0 || v->now->records->ds.count > 0;
}

/* ---- Keys ---- */

/* Gives the pair the private half that the timeline has of it, if any. Returns false if memory is
 * short. */
static bool take_private_half(const struct life_regaining *v, struct keypair *k)
{
	const struct timeline_zsk *zsk = timeline_find_zsk(v->t, k->algorithm, k->tag);

	if (!zsk)
		return true;
	k->key = signkey_copy(zsk->key);
	return k->key || regain_fails(v, "OpenSSL failed, or out of memory");
}

/* One that signs, but that CDS does not name beside others, leaves: its DS may still be in
 * caches. */
static void regain_ksk(
        const struct life_regaining *v, struct life_key *k, const struct keypair *pair)
{
	bool signs = ksk_signs(v, pair);

	k->is_standby = !signs;
	life_mark_set(v->life, k, LIFE_DNSKEY, LIFE_RUMOURED, v->now_s);
	if (signs)
		life_mark_set(v->life, k, LIFE_KRRSIG, LIFE_RUMOURED, v->now_s);
	if (is_synced(v, pair)) {
		life_mark_set(v->life, k, LIFE_DS, LIFE_RUMOURED, v->now_s);
	} else if (asks_for_any_ds(v)) {
		k->is_leaving = signs;
		life_mark_set(v->life, k, LIFE_DS, LIFE_UNRETENTIVE, v->now_s);
	}
}

/* One that is published and never signs again leaves: what it has signed may still be in caches. */
static void regain_zsk(
        const struct life_regaining *v, struct life_key *k, const struct keypair *pair)
{
	bool signs = period_signs_with(v->now, pair);

	life_mark_set(v->life, k, LIFE_DNSKEY, LIFE_RUMOURED, v->now_s);
	k->is_leaving = !signs_from_s(v, pair);
	if (signs || k->is_leaving)
		life_mark_set(v->life, k, LIFE_ZRRSIG, signs ? LIFE_RUMOURED : LIFE_UNRETENTIVE,
		        v->now_s);
}

/* Adds a key that is published from `from_s` on. */
static bool regain_key(const struct life_regaining *v, struct span rdata, int64_t from_s)
{
	struct life *life = v->life;
	struct keypair pair;
	bool is_published = from_s <= v->now_s;

	if (!keypair_from_rdata(&pair, &v->t->zone, rdata))
		return regain_fails(v, "a DNSKEY of the timeline cannot sign zones");
	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].tag == pair.tag)
			return true;
	}
	if (!keypair_is_ksk(&pair) && !take_private_half(v, &pair))
		return false;
	bool is_used = is_published || (!keypair_is_ksk(&pair) && pair.key);
	struct life_key *k = is_used ? life_add(life, keypair_is_ksk(&pair) ? LIFE_KSK : LIFE_ZSK,
	                                       pair.algorithm, pair.tag, v->now_s, from_s)
	                             : NULL;
	if (!k) {
		keypair_fini(&pair);
		return !is_used || regain_fails(v, "the timeline has too many keys");
	}
	v->pairs[life->count - 1] = pair;
	if (is_published && k->role == LIFE_KSK)
		regain_ksk(v, k, &pair);
	else if (is_published)
		regain_zsk(v, k, &pair);
	return true;
}

/* A key is told apart by its tag, and comes into the life in the order in which it comes into the
 * zone: of two ZSKs the later one is the successor. */
static bool regain_keys(const struct life_regaining *v)
{
	for (unsigned i = 0; i < v->t->period_count; i++) {
		const struct timeline_period *p = &v->t->periods[i];
		const struct presigned *dnskey = &p->records->dnskey;
		for (unsigned n = 0; p >= v->now && n < dnskey->count; n++) {
			if (!regain_key(v, dnskey->rdatas[n], p == v->now ? v->now_s : p->from_s))
				return false;
		}
	}
	return true;
}

static bool is_whole(const struct life_regaining *v)
{
	const struct life *life = v->life;
	unsigned ksks = 0, zsks = 0;

	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].algorithm != life->keys[0].algorithm)
			return regain_fails(v, "the algorithm is being changed, and the timeline "
			                       "does not say from which to which");
		ksks += life_is_out(&life->keys[i], LIFE_KRRSIG);
		zsks += life_is_out(&life->keys[i], LIFE_ZRRSIG);
	}
	if (v->now->signer_count != 1 || zsks != 1 || ksks == 0)
		return regain_fails(v, "no KSK and one ZSK sign in the period in force");
	return true;
}

/* A roll of the KSK that has come to the DS ends, with either of the two: both carry the zone. */
static void choose_ksk(struct life *life)
{
	bool any = false;

	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (!life_is_out(k, LIFE_KRRSIG) || k->is_leaving)
			continue;
		k->is_leaving = any;
		any = true;
	}
}

/* The zone is to be unsigned, or is so. */
static void regain_unsigning(const struct life_regaining *v)
{
	for (unsigned i = 0; i < v->life->count; i++) {
		struct life_key *k = &v->life->keys[i];
		if (k->role != LIFE_KSK)
			continue;
		k->is_leaving = false;
		life_mark_set(v->life, k, LIFE_DS, LIFE_UNRETENTIVE, v->now_s);
	}
	v->life->is_signed = false;
}

bool life_regain(struct life *life, struct keypair pairs[static LIFE_KEYS_MAX],
        const struct timeline *t, int64_t now_s, struct complaint *error)
{
	struct life_regaining v = { .life = life,
		.pairs = pairs,
		.t = t,
		.now = timeline_at(t, now_s),
		.now_s = now_s,
		.error = error };

	if (t->generation >= UINT32_MAX)
		return regain_fails(&v, "the generation of the timeline is none of a keeper");
	life->generation = (uint32_t)t->generation;
	life->last_s = now_s;
	if (timeline_is_unsigned(t)) {
		life_count_up(life);
		return true;
	}
	if (!v.now || timeline_end_s(t) <= now_s || timeline_lasts_s(t, now_s) < 0)
		return regain_fails(&v, "nothing of the timeline is in force now: it has ended, or "
		                        "the clock is wrong");
	if (!regain_keys(&v) || !is_whole(&v))
		return false;
	life->is_signed = true;
	choose_ksk(life);
	if (presigned_asks_for_no_ds(&v.now->records->cds))
		regain_unsigning(&v);
	life_count_up(life);
	return true;
}
