/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/presigned.h"

/* True if `a` is not after `b`, in serial number arithmetic (RFC 1982). */
static bool is_until(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) >= 0;
}

bool presigned_has(const struct presigned *p, struct span rdata)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (span_equal(p->rdatas[i], rdata))
			return true;
	}
	return false;
}

static uint8_t rrsig_algorithm(const struct presigned_rrsig *r)
{
	return r->rdata.len > 2 ? r->rdata.base[2] : 0;
}

/* While a zone changes its algorithm, two KSKs may have the same tag by chance. Each must sign (RFC 4035, 2.2). */
static bool is_by_same_key(const struct presigned_rrsig *a, const struct presigned_rrsig *b)
{
	return a->tag == b->tag && rrsig_algorithm(a) == rrsig_algorithm(b);
}

/* Adds `rrsig`, or replaces the RRSIG of the same key if that one began no later. Returns the new
 * count. */
static unsigned take_presigned(const struct presigned_rrsig *chosen[static LIMIT_DS],
        unsigned count, const struct presigned_rrsig *rrsig)
{
	for (unsigned i = 0; i < count; i++) {
		if (!is_by_same_key(chosen[i], rrsig))
			continue;
		if (is_until(chosen[i]->inception, rrsig->inception))
			chosen[i] = rrsig;
		return count;
	}
	if (count < LIMIT_DS)
		chosen[count++] = rrsig;
	return count;
}

unsigned presigned_choose(const struct presigned *p, int64_t now_s,
        const struct presigned_rrsig *chosen[static LIMIT_DS])
{
	uint32_t now = (uint32_t)now_s;
	unsigned count = 0;

	for (unsigned i = 0; i < p->rrsig_count; i++) {
		const struct presigned_rrsig *r = &p->rrsigs[i];
		if (is_until(r->inception, now) && is_until(now, r->expiration))
			count = take_presigned(chosen, count, r);
	}
	return count;
}

/* Each round extends the time to the latest end among the RRSIGs that are valid then. There are no more ends than RRSIGs,
 * and more rounds would go on for ever, because serial numbers come round again. */
int64_t presigned_lasts_s(const struct presigned *p, int64_t now_s)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	int64_t lasts_s = -1;

	for (unsigned round = 0; round < p->rrsig_count; round++) {
		int64_t at_s = now_s + lasts_s + 1, longest_s = -1;
		unsigned count = presigned_choose(p, at_s, chosen);
		for (unsigned i = 0; i < count; i++) {
			int32_t left_s = (int32_t)(chosen[i]->expiration - (uint32_t)at_s);
			if (left_s > longest_s)
				longest_s = left_s;
		}
		if (longest_s < 0)
			break;
		lasts_s += 1 + longest_s;
	}
	return lasts_s;
}

int64_t presigned_all_last_s(const struct presigned *const sets[], size_t count, int64_t now_s)
{
	int64_t shortest_s = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		int64_t lasts_s =
		        sets[i]->count > 0 ? presigned_lasts_s(sets[i], now_s) : INT64_MAX;
		if (lasts_s < shortest_s)
			shortest_s = lasts_s;
	}
	return shortest_s;
}
