/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/presign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/complaint.h"
#include "dnssec/canonical.h"
#include "dnssec/ds.h"
#include "keys/record_text.h"
#include "keys/record_write.h"

#define SKEW_S       3600 /* the first signature begins this long before now, for late clocks */
#define ARENA_OCTETS (1u << 20)
#define DS_OCTETS    (4 + DIGEST_MAX_OCTETS)

struct presigning {
	struct crypto *crypto;
	struct arena arena;
	const struct keypair *keys;
	unsigned count;
	int64_t now_s;
	FILE *out;
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
	uint8_t rdata[RRSIG_FIXED_OCTETS + NAME_MAX_OCTETS + SIGNATURE_MAX_OCTETS];
	struct writer w = writer_over(rdata, sizeof(rdata));
	size_t mark = arena_mark(&p->arena);

	writer_u16(&w, set->set->type);
	writer_u8(&w, k->algorithm);
	writer_u8(&w, k->zone.labels);
	writer_u32(&w, PRESIGN_TTL_S);
	writer_u32(&w, (uint32_t)(inception_s + PRESIGN_LIFE_S));
	writer_u32(&w, (uint32_t)inception_s);
	writer_u16(&w, k->tag);
	const struct rrsig fields = { .labels = k->zone.labels,
		.original_ttl_s = PRESIGN_TTL_S,
		.signer = k->zone,
		.fixed = writer_span(&w) };
	struct span data = canonical_signed_data(set, &fields, &p->arena);
	writer_put(&w, name_span(&k->zone));
	uint8_t signature[SIGNATURE_MAX_OCTETS];
	size_t len = data.len ? signkey_sign(p->crypto, k->key, data, signature) : 0;
	arena_reset(&p->arena, mark);
	writer_put(&w, span_of(signature, len));
	key_rrsig_write(p->out, &k->zone, PRESIGN_TTL_S, writer_span(&w));
	return len > 0 && !w.full;
}

static bool presign_set(struct presigning *p, uint16_t type, struct span *rdatas, unsigned count)
{
	const struct name *zone = &p->keys[0].zone;
	const struct rrset set = { .owner = *zone, .type = type };
	const struct canonical_set canonical = { &set, rdatas, count };

	qsort(rdatas, count, sizeof(*rdatas), span_order_for_sort);
	for (unsigned i = 0; i < count; i++)
		key_record_write(p->out, zone, PRESIGN_TTL_S, type, rdatas[i]);
	for (unsigned k = 0; k < p->count; k++) {
		if (!keypair_is_ksk(&p->keys[k]))
			continue;
		for (unsigned i = 0; i < PRESIGN_COUNT; i++) {
			if (!presign_rrsig(p, &canonical, &p->keys[k],
			            p->now_s - SKEW_S + (int64_t)i * PRESIGN_INTERVAL_S))
				return false;
		}
	}
	return true;
}

static bool presign_sets(struct presigning *p)
{
	uint8_t digests[LIMIT_KEYS][DS_OCTETS];
	struct span dnskey[LIMIT_KEYS], cdnskey[LIMIT_KEYS], cds[LIMIT_KEYS];
	unsigned ksks = 0;

	for (unsigned i = 0; i < p->count; i++) {
		dnskey[i] = keypair_rdata(&p->keys[i]);
		if (!keypair_is_ksk(&p->keys[i]))
			continue;
		struct writer w = writer_over(digests[ksks], DS_OCTETS);
		if (!presign_ds(p->crypto, &p->keys[i], &w))
			return false;
		cds[ksks] = writer_span(&w);
		cdnskey[ksks++] = keypair_rdata(&p->keys[i]);
	}
	return presign_set(p, TYPE_DNSKEY, dnskey, p->count) &&
	       presign_set(p, TYPE_CDS, cds, ksks) && presign_set(p, TYPE_CDNSKEY, cdnskey, ksks);
}

static const char *presign_fault(const struct keypair *keys, unsigned count)
{
	unsigned ksks = 0;

	if (count > LIMIT_KEYS)
		return "too many keys for one zone";
	for (unsigned i = 0; i < count; i++) {
		ksks += keypair_is_ksk(&keys[i]);
		if (keypair_is_ksk(&keys[i]) && !keys[i].key)
			return "the private key of a KSK is missing";
	}
	if (ksks == 0)
		return "there is no KSK among the keys";
	return ksks * PRESIGN_COUNT > PRESIGNED_SIGNATURES ? "too many KSKs" : NULL;
}

char *presign(struct crypto *crypto, const struct keypair *keys, unsigned count, int64_t now_s,
        struct complaint *error)
{
	struct presigning p = { .crypto = crypto, .keys = keys, .count = count, .now_s = now_s };
	const char *fault = presign_fault(keys, count);
	char *text = NULL;
	size_t len;

	if (fault) {
		complaint_set(error, "%s", fault);
		return NULL;
	}
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
