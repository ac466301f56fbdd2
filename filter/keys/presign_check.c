/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/presign_check.h"

#include <stdlib.h>

#include "base/arena.h"
#include "dnssec/canonical.h"

#define ARENA_OCTETS (1u << 20)

struct presign_checking {
	struct crypto *crypto;
	const struct key_records *records;
	struct pubkey *ksks[LIMIT_KEYS]; /* by index in the DNSKEY RRset, made at the first use */
	struct arena arena;
};

/* True if one of the KSKs made the signature. Two keys may have the same tag. */
static bool is_by_ksk(struct presign_checking *v, const struct rrsig *sig, struct span data)
{
	const struct presigned *keys = &v->records->dnskey;
	bool good = false;

	for (unsigned i = 0; i < keys->count && !good; i++) {
		struct dnskey key;
		if (!dnskey_read(keys->rdatas[i], &key) || !dnskey_may_sign(&key) ||
		        !(key.flags & DNSKEY_SEP) || key.tag != sig->tag ||
		        key.algorithm != sig->algorithm)
			continue;
		if (!v->ksks[i])
			v->ksks[i] = pubkey_new(key.algorithm, key.public_key);
		good = v->ksks[i] && pubkey_verify(v->crypto, v->ksks[i], data, sig->signature);
	}
	return good;
}

static const char *presign_check_rrsig(struct presign_checking *v, const struct canonical_set *set,
        const struct presigned_rrsig *rrsig)
{
	const struct name *zone = &v->records->owner;
	struct rrsig sig;
	size_t mark = arena_mark(&v->arena);

	/* This cannot fail: record_text.c wrote all fields. */
	rrsig_read_rdata(rrsig->rdata, &sig);
	if (!name_equal(&sig.signer, zone) || sig.labels != zone->labels)
		return "the signature is for another owner or by another signer";
	if ((int32_t)(sig.expiration - sig.inception) < 0)
		return "the signature expires before its inception";
	struct span data = canonical_signed_data(set, &sig, &v->arena);
	bool good = data.len > 0 && is_by_ksk(v, &sig, data);
	arena_reset(&v->arena, mark);
	return good ? NULL : "no KSK in this file made this signature";
}

static const char *presign_check_set(
        struct presign_checking *v, const struct presigned *p, unsigned *line)
{
	struct span sorted[LIMIT_KEYS];
	const struct rrset set = { .owner = v->records->owner, .type = p->type };
	const struct canonical_set canonical = { &set, sorted, p->count };
	const char *fault = NULL;

	if (p->count == 0)
		return NULL;
	if (p->rrsig_count == 0)
		return p->type == TYPE_DNSKEY ? "the DNSKEY RRset has no signature"
		                              : "the CDS or CDNSKEY RRset has no signature";
	memcpy(sorted, p->rdatas, p->count * sizeof(*sorted));
	qsort(sorted, p->count, sizeof(*sorted), span_order_for_sort);
	for (unsigned i = 0; i < p->rrsig_count && !fault; i++) {
		*line = p->rrsigs[i].line;
		fault = presign_check_rrsig(v, &canonical, &p->rrsigs[i]);
	}
	return fault;
}

const char *presign_check(struct crypto *crypto, const struct key_records *r, unsigned *line)
{
	const struct presigned *sets[] = { &r->dnskey, &r->cds, &r->cdnskey };
	struct presign_checking v = { .crypto = crypto, .records = r };
	const char *fault = arena_init(&v.arena, ARENA_OCTETS) == 0 ? NULL : "out of memory";

	*line = 0;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]) && !fault; i++)
		fault = presign_check_set(&v, sets[i], line);
	for (unsigned i = 0; i < LIMIT_KEYS; i++)
		pubkey_free(v.ksks[i]);
	arena_fini(&v.arena);
	return fault;
}
