/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/presign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/complaint.h"
#include "dnssec/ds.h"
#include "keys/apex_rrsig.h"
#include "keys/record_text.h"
#include "keys/record_write.h"
#include "keys/succession.h"

#define SKEW_S       3600 /* the first signature begins this long before now, for late clocks */
#define ARENA_OCTETS (1u << 20)
#define DS_OCTETS    (4 + DIGEST_MAX_OCTETS)

struct presigning {
	struct crypto *crypto;
	struct arena arena;
	const struct presign_order *order;
	FILE *out;
};

/* The RDATA of an RRset. */
struct presign_rdatas {
	unsigned count;
	struct span items[2 * LIMIT_KEYS];
};

bool presign_ds(struct crypto *crypto, const struct keypair *k, struct writer *out)
{
	struct dnskey key;
	struct ds ds;

	if (!dnskey_read(keypair_rdata(k), &key) || !ds_of_dnskey(crypto, &k->zone, &key, &ds))
		return false;
	writer_u16(out, ds.tag);
	writer_u8(out, ds.algorithm);
	writer_u8(out, ds.digest_type);
	writer_put(out, span_of(ds.digest, ds.digest_len));
	return !out->full;
}

/* Writes the RRSIG of `set` by `k` that is valid from `inception_s` on. */
static bool presign_rrsig(struct presigning *p, const struct canonical_set *set,
        const struct keypair *k, int64_t inception_s)
{
	const struct apex_rrsig sig = { .set = set,
		.key = k,
		.ttl_s = PRESIGN_TTL_S,
		.inception_s = inception_s,
		.expiration_s = inception_s + PRESIGN_LIFE_S };
	uint8_t rdata[APEX_RRSIG_OCTETS];
	struct writer w = writer_over(rdata, sizeof(rdata));
	size_t mark = arena_mark(&p->arena);

	struct span data = apex_rrsig_begin(&sig, &w, &p->arena);
	uint8_t signature[SIGNATURE_MAX_OCTETS];
	size_t len = data.len ? signkey_sign(p->crypto, k->key, data, signature) : 0;
	arena_reset(&p->arena, mark);
	writer_put(&w, span_of(signature, len));
	key_rrsig_write(p->out, &k->zone, PRESIGN_TTL_S, writer_span(&w));
	return len > 0 && !w.full;
}

static bool signs_now(const struct presign_order *o, const struct keypair *k)
{
	return keypair_is_ksk(k) && key_is_published(&k->times, o->now_s) &&
	       key_is_active(&k->times, o->now_s);
}

/* Sorts the RDATA, and drops what is there twice: our own keys may come back from another
 * signer. */
static void sort_rdatas(struct presign_rdatas *r)
{
	unsigned kept = 0;

	qsort(r->items, r->count, sizeof(*r->items), span_order_for_sort);
	for (unsigned i = 0; i < r->count; i++) {
		if (kept == 0 || !span_equal(r->items[kept - 1], r->items[i]))
			r->items[kept++] = r->items[i];
	}
	r->count = kept;
}

static bool presign_set(struct presigning *p, uint16_t type, struct presign_rdatas *rdatas)
{
	const struct presign_order *o = p->order;
	const struct rrset set = { .owner = *o->zone, .type = type };
	int64_t interval_s = (o->days * INT64_C(86400) - PRESIGN_LIFE_S) / (PRESIGN_COUNT - 1);

	sort_rdatas(rdatas);
	const struct canonical_set canonical = { &set, rdatas->items, rdatas->count };
	for (unsigned i = 0; i < rdatas->count; i++)
		key_record_write(p->out, o->zone, PRESIGN_TTL_S, type, rdatas->items[i]);
	for (unsigned k = 0; k < o->count && rdatas->count > 0; k++) {
		if (!signs_now(o, &o->keys[k]))
			continue;
		for (unsigned i = 0; i < PRESIGN_COUNT; i++) {
			if (!presign_rrsig(p, &canonical, &o->keys[k],
			            o->now_s - SKEW_S + (int64_t)i * interval_s))
				return false;
		}
	}
	return true;
}

static void add_presigned(struct presign_rdatas *to, const struct presigned *set)
{
	for (unsigned i = 0; i < set->count; i++)
		to->items[to->count++] = set->rdatas[i];
}

static bool presign_sets(struct presigning *p)
{
	const struct presign_order *o = p->order;
	uint8_t digests[LIMIT_KEYS][DS_OCTETS];
	struct presign_rdatas dnskey = { 0 }, cds = { 0 }, cdnskey = { 0 };

	for (unsigned i = 0; i < o->count; i++) {
		const struct keypair *k = &o->keys[i];
		if (key_is_published(&k->times, o->now_s))
			dnskey.items[dnskey.count++] = keypair_rdata(k);
		if (!keypair_is_ksk(k) || !key_is_synced(&k->times, o->now_s))
			continue;
		struct writer w = writer_over(digests[cds.count], DS_OCTETS);
		if (!presign_ds(p->crypto, k, &w))
			return false;
		cds.items[cds.count++] = writer_span(&w);
		cdnskey.items[cdnskey.count++] = keypair_rdata(k);
	}
	if (o->foreign) {
		add_presigned(&dnskey, &o->foreign->dnskey);
		add_presigned(&cds, &o->foreign->cds);
		add_presigned(&cdnskey, &o->foreign->cdnskey);
	}
	return presign_set(p, TYPE_DNSKEY, &dnskey) && presign_set(p, TYPE_CDS, &cds) &&
	       presign_set(p, TYPE_CDNSKEY, &cdnskey);
}

/* ---- What is refused ---- */

static bool presign_refuse(struct complaint *error, const char *what)
{
	complaint_set(error, "%s", what);
	return false;
}

static bool check_ksks(const struct presign_order *o, struct complaint *error)
{
	unsigned signing = 0;

	for (unsigned i = 0; i < o->count; i++) {
		const struct keypair *k = &o->keys[i];
		if (k->times.revoke_s && k->times.revoke_s <= o->now_s) {
			complaint_set(error,
			        "key %u is to be revoked (RFC 5011), which sealgate does not do; "
			        "take the "
			        "time away (dnssec-settime -R none) and set one to delete it (-D)",
			        k->tag);
			return false;
		}
		if (!signs_now(o, k))
			continue;
		if (!k->key) {
			complaint_set(error,
			        "the private key of a KSK is missing: it is that of key %u",
			        k->tag);
			return false;
		}
		signing++;
	}
	if (signing == 0)
		return presign_refuse(
		        error, "there is no KSK among the keys, or by their times none signs now");
	return signing * PRESIGN_COUNT <= PRESIGNED_SIGNATURES ||
	       presign_refuse(error, "too many KSKs");
}

/* Each algorithm of the DNSKEY RRset would have to sign every RRset (RFC 4035, 2.2). */
static bool check_algorithm(const struct presign_order *o, struct complaint *error)
{
	int algorithm = -1, other = -1;
	unsigned foreign = o->foreign ? o->foreign->dnskey.count : 0;

	for (unsigned i = 0; i < o->count + foreign; i++) {
		bool is_ours = i < o->count;
		int this = is_ours ? o->keys[i].algorithm
		                   : o->foreign->dnskey.rdatas[i - o->count].base[3];
		if (is_ours && !key_is_published(&o->keys[i].times, o->now_s))
			continue;
		if (algorithm < 0)
			algorithm = this;
		else if (this != algorithm)
			other = this;
	}
	if (other < 0)
		return true;
	complaint_set(error,
	        "there are keys of the algorithms %d and %d: each algorithm in the DNSKEY RRset "
	        "must sign "
	        "everything (RFC 4035, 2.2; RFC 8901, 4), and sealgate signs with one; take the "
	        "keys of one "
	        "of them away",
	        algorithm, other);
	return false;
}

static bool check_zsks(const struct presign_order *o, struct complaint *error)
{
	unsigned published = 0;
	int other;

	for (unsigned i = 0; i < o->count; i++)
		published += !keypair_is_ksk(&o->keys[i]) &&
		             key_is_published(&o->keys[i].times, o->now_s);
	if (published == 0)
		return presign_refuse(error,
		        "there is no ZSK among the keys, or by their times none is published now");
	if (succession_choose(o->keys, o->count, o->now_s, &other).now >= 0 || other < 0)
		return true;
	complaint_set(error,
	        "two ZSKs could sign, and one of them is key %u: give them times, so that one "
	        "takes over "
	        "from the other (dnssec-settime -A +2h for the new one, -I +2h for the old one), "
	        "or move one "
	        "elsewhere",
	        o->keys[other].tag);
	return false;
}

static bool check_order(const struct presign_order *o, struct complaint *error)
{
	unsigned foreign = 0;

	if (o->foreign)
		foreign = o->foreign->dnskey.count + o->foreign->cds.count +
		          o->foreign->cdnskey.count;
	if (o->count + foreign > LIMIT_KEYS)
		return presign_refuse(error, "too many keys for one zone");
	return check_ksks(o, error) && check_algorithm(o, error) && check_zsks(o, error);
}

char *presign(struct crypto *crypto, const struct presign_order *order, struct complaint *error)
{
	struct presigning p = { .crypto = crypto, .order = order };
	char *text = NULL;
	size_t len;

	if (!check_order(order, error))
		return NULL;
	if (arena_init(&p.arena, ARENA_OCTETS) == 0 && (p.out = open_memstream(&text, &len))) {
		bool good = presign_sets(&p);
		if (fclose(p.out) != 0 || !good) {
			free(text);
			text = NULL;
		}
	}
	arena_fini(&p.arena);
	if (!text)
		complaint_set(error, "signing failed: OpenSSL error, or out of memory");
	return text;
}
