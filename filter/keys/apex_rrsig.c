/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/apex_rrsig.h"

struct span apex_rrsig_begin(
        const struct apex_rrsig *sig, struct writer *rdata, struct arena *arena)
{
	const struct keypair *k = sig->key;
	size_t start = rdata->len;

	writer_u16(rdata, sig->set->set->type);
	writer_u8(rdata, k->algorithm);
	writer_u8(rdata, k->zone.labels);
	writer_u32(rdata, sig->ttl_s);
	writer_u32(rdata, (uint32_t)sig->expiration_s);
	writer_u32(rdata, (uint32_t)sig->inception_s);
	writer_u16(rdata, k->tag);
	const struct rrsig fields = { .labels = k->zone.labels,
		.original_ttl_s = sig->ttl_s,
		.signer = k->zone,
		.fixed = span_of(rdata->base + start, rdata->len - start) };
	struct span data = canonical_signed_data(sig->set, &fields, arena);
	writer_put(rdata, name_span(&k->zone));
	return rdata->full ? span_of(NULL, 0) : data;
}
