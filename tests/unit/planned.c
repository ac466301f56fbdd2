/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planned.h"

#include "test.h"

#include "base/arena.h"
#include "dnssec/canonical.h"
#include "keys/presign.h"
#include "keys/timeline_write.h"

#define ROOM_OCTETS  (1u << 17) /* for the RDATA of a period */
#define ARENA_OCTETS (1u << 17)
#define SKEW_S       3600
#define LIFE_S       (7 * PLANNED_DAY)

uint32_t planned_ttl_s = PLANNED_TTL_S;

void planned_key(struct keypair *k, const struct name *zone, uint16_t flags, uint8_t algorithm)
{
	struct signkey *key = signkey_generate(algorithm);

	assert_non_null(key);
	keypair_init(k, zone, flags, key);
}

static struct signkey *copy_of(const struct signkey *key)
{
	uint8_t secret[64];
	struct writer w = writer_over(secret, sizeof(secret));
	struct signkey *copy;

	signkey_write_secret(key, &w);
	copy = signkey_from_secret(signkey_algorithm(key), writer_span(&w));
	assert_non_null(copy);
	return copy;
}

/* Adds RDATA to the octets of the records. */
static struct span keep(struct key_records *r, struct span rdata)
{
	size_t start = r->octets.len;

	writer_put(&r->octets, rdata);
	assert_false(r->octets.full);
	return span_of(r->octets.base + start, rdata.len);
}

static void add_rdata(struct key_records *r, struct presigned *set, struct span rdata)
{
	set->ttl_s = planned_ttl_s;
	set->rdatas = realloc(set->rdatas, (set->count + 1) * sizeof(*set->rdatas));
	set->rdatas[set->count++] = keep(r, rdata);
}

static void add_signature(struct key_records *r, struct presigned *set, struct crypto *crypto,
        const struct keypair *k, int64_t from_s, int64_t until_s)
{
	uint8_t fixed[RRSIG_FIXED_OCTETS], rdata[1024], signature[SIGNATURE_MAX_OCTETS];
	struct writer f = writer_over(fixed, sizeof(fixed)), w = writer_over(rdata, sizeof(rdata));
	const struct rrset rrset = { .owner = k->zone, .type = set->type };
	struct span sorted[LIMIT_KEYS];
	const struct canonical_set canonical = { &rrset, sorted, set->count };
	struct arena arena;

	memcpy(sorted, set->rdatas, set->count * sizeof(*sorted));
	qsort(sorted, set->count, sizeof(*sorted), span_order_for_sort);
	writer_u16(&f, set->type);
	writer_u8(&f, k->algorithm);
	writer_u8(&f, k->zone.labels);
	writer_u32(&f, planned_ttl_s);
	writer_u32(&f, (uint32_t)until_s);
	writer_u32(&f, (uint32_t)from_s);
	writer_u16(&f, k->tag);
	const struct rrsig fields = { .labels = k->zone.labels,
		.original_ttl_s = planned_ttl_s,
		.signer = k->zone,
		.fixed = writer_span(&f) };
	assert_int_equal(arena_init(&arena, ARENA_OCTETS), 0);
	struct span data = canonical_signed_data(&canonical, &fields, &arena);
	size_t len = signkey_sign(crypto, k->key, data, signature);
	assert_true(len > 0);
	writer_put(&w, writer_span(&f));
	writer_put(&w, name_span(&k->zone));
	writer_put(&w, span_of(signature, len));
	arena_fini(&arena);
	set->rrsigs = realloc(set->rrsigs, (set->rrsig_count + 1) * sizeof(*set->rrsigs));
	set->rrsigs[set->rrsig_count++] = (struct presigned_rrsig){ .inception = (uint32_t)from_s,
		.expiration = (uint32_t)until_s,
		.tag = k->tag,
		.rdata = keep(r, writer_span(&w)) };
}

/* One signature a day by each KSK. */
static void sign_days(struct key_records *r, struct presigned *set, struct crypto *crypto,
        const struct keypair *keys, const struct planned_period *p)
{
	int64_t first_s = p->first_s ? p->first_s : p->from_s - SKEW_S;

	for (unsigned k = 0; p->ksks >> k && set->count > 0; k++) {
		for (int64_t at_s = first_s; p->ksks >> k & 1 && at_s < p->until_s;
		        at_s += PLANNED_DAY) {
			bool is_cut = p->last_s && at_s + LIFE_S > p->last_s;
			add_signature(
			        r, set, crypto, &keys[k], at_s, is_cut ? p->last_s : at_s + LIFE_S);
		}
	}
}

static void make_records(struct key_records *r, struct crypto *crypto, const struct keypair *keys,
        const struct planned_period *p)
{
	assert_true(key_records_init(r, &keys[0].zone, ROOM_OCTETS));
	for (unsigned k = 0; p->dnskey >> k; k++) {
		if (p->dnskey >> k & 1)
			add_rdata(r, &r->dnskey, keypair_rdata(&keys[k]));
	}
	for (unsigned k = 0; p->cds >> k; k++) {
		uint8_t ds[4 + DIGEST_MAX_OCTETS];
		struct writer w = writer_over(ds, sizeof(ds));
		if (!(p->cds >> k & 1))
			continue;
		assert_true(presign_ds(crypto, &keys[k], &w));
		add_rdata(r, &r->cds, writer_span(&w));
		add_rdata(r, &r->cdnskey, keypair_rdata(&keys[k]));
	}
	sign_days(r, &r->dnskey, crypto, keys, p);
	sign_days(r, &r->cds, crypto, keys, p);
	sign_days(r, &r->cdnskey, crypto, keys, p);
}

/* Returns the ZSK of the timeline that is a copy of the key. */
static const struct timeline_zsk *zsk_of(struct timeline *t, const struct keypair *k)
{
	for (unsigned i = 0; i < t->zsk_count; i++) {
		if (span_equal(signkey_public(t->zsks[i].key), signkey_public(k->key)))
			return &t->zsks[i];
	}
	t->zsks[t->zsk_count] = (struct timeline_zsk){ copy_of(k->key), k->tag };
	return &t->zsks[t->zsk_count++];
}

void planned_make(struct timeline *t, struct crypto *crypto, const struct keypair *keys,
        const struct planned_period *periods, unsigned count)
{
	assert_true(timeline_init(t, &keys[0].zone, TIMELINE_ZSKS, count, count));
	t->is_planned = true;
	t->generation = 42;
	t->made_s = periods[0].from_s;
	for (unsigned i = 0; i < count; i++) {
		struct timeline_period *p = &t->periods[t->period_count++];
		struct key_records *r = &t->sets[t->set_count++];
		make_records(r, crypto, keys, &periods[i]);
		*p = (struct timeline_period){
			.from_s = periods[i].from_s, .until_s = periods[i].until_s, .records = r
		};
		for (unsigned k = 0; periods[i].signers >> k; k++) {
			if (periods[i].signers >> k & 1)
				p->signers[p->signer_count++] = zsk_of(t, &keys[k]);
		}
	}
}

char *planned_seal(struct crypto *crypto, const char *text)
{
	const char *seal = strstr(text, "\n" TIMELINE_SEAL);
	size_t len = seal ? (size_t)(seal + 1 - text) : strlen(text);
	char hex[2 * DIGEST_MAX_OCTETS + 1], *sealed = malloc(len + 100);

	assert_true(timeline_digest(crypto, span_of(text, len), hex));
	sprintf(sealed, "%.*s" TIMELINE_SEAL "%s\n", (int)len, text, hex);
	return sealed;
}

char *planned_spoil(struct crypto *crypto, const char *text, const char *begin, const char *old,
        const char *new)
{
	const char *at = strstr(text, begin);
	char *spoilt = malloc(strlen(text) + strlen(new) + 1), *sealed;

	at = at ? strstr(at, old) : NULL;
	if (!at)
		fail_msg("no \"%s\" after \"%s\"", old, begin);
	sprintf(spoilt, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	sealed = planned_seal(crypto, spoilt);
	free(spoilt);
	return sealed;
}
