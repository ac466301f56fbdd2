/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/timeline_sign.h"

#include <stdlib.h>

#include "keys/apex_rrsig.h"
#include "keys/presign.h"

#define DAY_S        86400
#define ARENA_OCTETS (1u << 20)

/* The RDATA that asks a parent to remove all DS records (RFC 8078, 4), of CDS and of CDNSKEY. */
static const uint8_t cds_delete[] = { 0, 0, 0, 0, 0 };
static const uint8_t cdnskey_delete[] = { 0, 0, 3, 0, 0 };

struct timeline_signing {
	const struct timeline_order *order;
	struct timeline *t;
	struct arena arena;
	const struct life_period *period; /* of which the sets are made */
	struct key_records *records;
	bool only_keeps; /* what the former timeline has not signed is left out */
	unsigned made;
	struct complaint *error;
};

static bool has_key(uint32_t keys, unsigned index)
{
	return keys >> index & 1;
}

static bool sign_fails(struct timeline_signing *v, const char *what)
{
	complaint_set(v->error, "%s", what);
	return false;
}

/* ---- RRsets ---- */

/* Appends to the octets of the records. Returns what was written; an empty span if there is no
 * room. */
static struct span keep_octets(struct timeline_signing *v, struct span octets)
{
	struct writer *w = &v->records->octets;
	size_t start = w->len;

	writer_put(w, octets);
	return w->full ? span_of(NULL, 0) : span_of(w->base + start, octets.len);
}

static void add_rdata(struct timeline_signing *v, struct presigned *set, struct span rdata)
{
	set->rdatas[set->count++] = keep_octets(v, rdata);
}

static bool add_key(struct timeline_signing *v, unsigned index)
{
	const struct keypair *k = &v->order->keys[index];
	uint8_t digest[4 + DIGEST_MAX_OCTETS];
	struct writer ds = writer_over(digest, sizeof(digest));

	if (has_key(v->period->published, index))
		add_rdata(v, &v->records->dnskey, keypair_rdata(k));
	if (!has_key(v->period->synced | v->period->ds, index))
		return true;
	if (!presign_ds(v->order->crypto, k, &ds))
		return sign_fails(v, "OpenSSL cannot compute the digest of a CDS record");
	if (!has_key(v->period->synced, index)) {
		add_rdata(v, &v->records->ds, writer_span(&ds));
		return true;
	}
	add_rdata(v, &v->records->cds, writer_span(&ds));
	add_rdata(v, &v->records->cdnskey, keypair_rdata(k));
	return true;
}

/* Fills the RRsets of a period, without signatures. */
static bool fill_sets(struct timeline_signing *v)
{
	struct key_records *r = v->records;

	for (unsigned i = 0; i < v->order->key_count; i++) {
		if (!add_key(v, i))
			return false;
	}
	if (v->period->has_delete) {
		add_rdata(v, &r->cds, span_of(cds_delete, sizeof(cds_delete)));
		add_rdata(v, &r->cdnskey, span_of(cdnskey_delete, sizeof(cdnskey_delete)));
	}
	return !r->octets.full || sign_fails(v, "out of memory");
}

/* ---- Signatures ---- */

static bool is_same_set(const struct presigned *a, const struct presigned *b)
{
	if (a->count != b->count || a->ttl_s != b->ttl_s)
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		if (!presigned_has(b, a->rdatas[i]))
			return false;
	}
	return true;
}

static const struct presigned *set_like(const struct key_records *r, uint16_t type)
{
	const struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (sets[i]->type == type)
			return sets[i];
	}
	return NULL;
}

/* Returns the signature of an RRset whose RDATA begins like `head`; an empty span if there is
 * none. */
static struct span signature_like(
        const struct key_records *r, const struct presigned *wanted, struct span head)
{
	const struct presigned *set = set_like(r, wanted->type);

	for (unsigned i = 0; is_same_set(set, wanted) && i < set->rrsig_count; i++) {
		struct span rdata = set->rrsigs[i].rdata;
		if (rdata.len > head.len && memcmp(rdata.base, head.base, head.len) == 0)
			return rdata;
	}
	return span_of(NULL, 0);
}

/* The RRset, the key, the times and the TTL are all in the comparison, so the octets that were
 * signed are the same. */
static struct span find_signed(
        const struct timeline_signing *v, const struct presigned *set, struct span head)
{
	const struct timeline *sources[] = { v->order->former, v->t };

	for (size_t s = 0; s < sizeof(sources) / sizeof(sources[0]); s++) {
		for (unsigned i = 0; sources[s] && i < sources[s]->set_count; i++) {
			struct span found = signature_like(&sources[s]->sets[i], set, head);
			if (found.len > 0)
				return found;
		}
	}
	return span_of(NULL, 0);
}

static bool sign_new(struct timeline_signing *v, unsigned key, struct span data, struct writer *w)
{
	if (data.len == 0)
		return sign_fails(v, "out of memory");
	if (!v->order->sign(v->order->vault, key, data, w, v->error))
		return false;
	v->made++;
	return !w->full || sign_fails(v, "the signature of a KSK is too long");
}

/* Adds the signature by one key for the day that begins at `day_s`. */
static bool sign_day(struct timeline_signing *v, const struct canonical_set *canonical,
        struct presigned *set, unsigned key, int64_t day_s)
{
	const struct apex_rrsig sig = { .set = canonical,
		.key = &v->order->keys[key],
		.ttl_s = v->order->ttl_s,
		.inception_s = day_s - TIMELINE_SKEW_S,
		.expiration_s = day_s + DAY_S + TIMELINE_AFTER_S };
	uint8_t octets[APEX_RRSIG_OCTETS];
	struct writer w = writer_over(octets, sizeof(octets));
	size_t mark = arena_mark(&v->arena);

	struct span data = apex_rrsig_begin(&sig, &w, &v->arena);
	struct span known = find_signed(v, set, writer_span(&w));
	bool is_left_out = v->only_keeps && known.len == 0;
	bool good = known.len > 0 || is_left_out || sign_new(v, key, data, &w);
	arena_reset(&v->arena, mark);
	if (!good || is_left_out)
		return good;
	set->rrsigs[set->rrsig_count++] = (struct presigned_rrsig){
		.inception = (uint32_t)sig.inception_s,
		.expiration = (uint32_t)sig.expiration_s,
		.tag = sig.key->tag,
		.rdata = keep_octets(v, known.len > 0 ? known : writer_span(&w)),
	};
	return !v->records->octets.full || sign_fails(v, "out of memory");
}

static int64_t day_of(int64_t time_s)
{
	return time_s - time_s % DAY_S;
}

static unsigned count_days(const struct life_period *p)
{
	return (unsigned)((day_of(p->until_s - 1) - day_of(p->from_s)) / DAY_S + 1);
}

static unsigned count_keys(uint32_t keys)
{
	return (unsigned)__builtin_popcount(keys);
}

/* How many signatures of each set there may be, with those of the day before. */
static unsigned count_signatures(const struct life_period *p, bool has_day_before)
{
	return (count_days(p) + has_day_before) * count_keys(p->ksk_signers);
}

/* True if signatures of the day before are to be in the period: if there are some, and there is
 * room. */
static bool begins_a_day_earlier(const struct timeline_signing *v)
{
	return v->order->former && v->period == v->order->periods &&
	       count_signatures(v->period, true) <= PRESIGNED_SIGNATURES;
}

/* Takes over the signature of a day before the period, if there is one. */
static bool keep_day(struct timeline_signing *v, const struct canonical_set *canonical,
        struct presigned *set, unsigned key, int64_t day_s)
{
	v->only_keeps = true;
	bool good = sign_day(v, canonical, set, key, day_s);
	v->only_keeps = false;
	return good;
}

static bool sign_set_ahead(struct timeline_signing *v, struct presigned *set)
{
	const struct rrset rrset = { .owner = *v->order->zone, .type = set->type };
	const struct canonical_set canonical = { &rrset, set->rdatas, set->count };

	qsort(set->rdatas, set->count, sizeof(*set->rdatas), span_order_for_sort);
	for (unsigned k = 0; k < v->order->key_count && set->count > 0; k++) {
		if (!has_key(v->period->ksk_signers, k))
			continue;
		if (begins_a_day_earlier(v) &&
		        !keep_day(v, &canonical, set, k, day_of(v->period->from_s) - DAY_S))
			return false;
		for (int64_t day_s = day_of(v->period->from_s); day_s < v->period->until_s;
		        day_s += DAY_S) {
			if (!sign_day(v, &canonical, set, k, day_s))
				return false;
		}
	}
	return true;
}

/* ---- Periods ---- */

/* Makes room for the RRsets of a period. */
static bool make_period_room(struct timeline_signing *v)
{
	struct key_records *r = v->records;
	struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey, &r->ds };
	static const uint16_t types[] = { TYPE_DNSKEY, TYPE_CDS, TYPE_CDNSKEY, TYPE_DS };
	unsigned rrsigs = count_signatures(v->period, begins_a_day_earlier(v));
	size_t octets = 3 * (v->order->key_count + 1) * (4 + PUBLIC_KEY_MAX_OCTETS) +
	                3 * rrsigs * (size_t)APEX_RRSIG_OCTETS;

	*r = (struct key_records){ .owner = *v->order->zone, .has_owner = true };
	r->octets = writer_over(malloc(octets), octets);
	v->t->set_count++;
	bool good = r->octets.base != NULL;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		*sets[i] = (struct presigned){ .type = types[i],
			.ttl_s = v->order->ttl_s,
			.rdatas = calloc(v->order->key_count + 1, sizeof(struct span)),
			.rrsigs = calloc(rrsigs + 1, sizeof(struct presigned_rrsig)) };
		good = good && sets[i]->rdatas && sets[i]->rrsigs;
	}
	if (!good)
		return sign_fails(v, "out of memory");
	return rrsigs <= PRESIGNED_SIGNATURES ||
	       sign_fails(v, "too many KSKs sign at once for so many days");
}

/* Returns the ZSK of the timeline that has this tag and algorithm; it is copied there the first
 * time. NULL on failure. */
static const struct timeline_zsk *zsk_of(struct timeline_signing *v, const struct keypair *k)
{
	const struct timeline_zsk *there = timeline_find_zsk(v->t, k->algorithm, k->tag);

	if (there || !k->key)
		return there;
	struct timeline_zsk *zsk = &v->t->zsks[v->t->zsk_count];
	*zsk = (struct timeline_zsk){ .key = signkey_copy(k->key), .tag = k->tag };
	if (!zsk->key)
		return NULL;
	v->t->zsk_count++;
	return zsk;
}

static bool name_signers(struct timeline_signing *v, struct timeline_period *to)
{
	for (unsigned i = 0; i < v->order->key_count; i++) {
		if (!has_key(v->period->zsk_signers, i))
			continue;
		if (to->signer_count == TIMELINE_SIGNERS)
			return sign_fails(v, "more than two ZSKs are to sign at once");
		const struct timeline_zsk *zsk = zsk_of(v, &v->order->keys[i]);
		if (!zsk) {
			complaint_set(v->error,
			        v->order->keys[i].key
			                ? "the ZSK %u cannot be in a timeline: use ECDSA or EdDSA"
			                : "the private key of the ZSK %u is missing",
			        v->order->keys[i].tag);
			return false;
		}
		to->signers[to->signer_count++] = zsk;
	}
	return true;
}

static bool sign_period(struct timeline_signing *v, const struct life_period *period)
{
	struct timeline_period *to = &v->t->periods[v->t->period_count++];

	v->period = period;
	v->records = &v->t->sets[v->t->set_count];
	*to = (struct timeline_period){
		.from_s = period->from_s, .until_s = period->until_s, .records = v->records
	};
	return make_period_room(v) && fill_sets(v) && sign_set_ahead(v, &v->records->dnskey) &&
	       sign_set_ahead(v, &v->records->cds) && sign_set_ahead(v, &v->records->cdnskey) &&
	       name_signers(v, to);
}

static bool sign_periods(struct timeline_signing *v)
{
	for (unsigned i = 0; i < v->order->period_count; i++) {
		if (!sign_period(v, &v->order->periods[i]))
			return false;
	}
	return true;
}

int timeline_sign(struct timeline *t, const struct timeline_order *order, struct complaint *error)
{
	struct timeline_signing v = { .order = order, .t = t, .error = error };

	if (!timeline_init(
	            t, order->zone, order->key_count, order->period_count, order->period_count) ||
	        arena_init(&v.arena, ARENA_OCTETS) != 0) {
		timeline_fini(t);
		return complaint_no_memory(error);
	}
	t->is_planned = true;
	t->generation = order->generation;
	t->made_s = order->now_s;
	bool good = sign_periods(&v);
	arena_fini(&v.arena);
	if (!good)
		timeline_fini(t);
	return good ? (int)v.made : -1;
}
