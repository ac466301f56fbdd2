/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/presigned.h"

#include "wire/protocol.h"

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

/* A CDS of 0 0 0 00, or a CDNSKEY of 0 3 0 AA==: the algorithm 0 is in another place. */
bool presigned_asks_for_no_ds(const struct presigned *p)
{
	size_t at = p->type == TYPE_CDS ? 2 : 3;

	for (unsigned i = 0; i < p->count; i++) {
		if (p->rdatas[i].len > at && p->rdatas[i].base[at] == 0)
			return true;
	}
	return false;
}

static uint8_t rrsig_algorithm(const struct presigned_rrsig *r)
{
	return r->rdata.len > 2 ? r->rdata.base[2] : 0;
}

/* While a zone changes its algorithm, two KSKs may have the same tag by chance. Each must sign (RFC
 * 4035, 2.2). */
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

/* Each round extends the time to the latest end among the RRSIGs that are valid then. There are no
 * more ends than RRSIGs, and more rounds would go on for ever, because serial numbers come round
 * again. `algorithm` 0 means any. */
static int64_t lasts_by(const struct presigned *p, uint8_t algorithm, int64_t now_s)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	int64_t lasts_s = -1;

	for (unsigned round = 0; round < p->rrsig_count; round++) {
		int64_t at_s = now_s + lasts_s + 1, longest_s = -1;
		unsigned count = presigned_choose(p, at_s, chosen);
		for (unsigned i = 0; i < count; i++) {
			int32_t left_s = (int32_t)(chosen[i]->expiration - (uint32_t)at_s);
			bool counts = !algorithm || rrsig_algorithm(chosen[i]) == algorithm;
			if (counts && left_s > longest_s)
				longest_s = left_s;
		}
		if (longest_s < 0)
			break;
		lasts_s += 1 + longest_s;
	}
	return lasts_s;
}

int64_t presigned_lasts_s(const struct presigned *p, int64_t now_s)
{
	return lasts_by(p, 0, now_s);
}

/* ---- Each algorithm ---- */

static uint8_t dnskey_algorithm(struct span rdata)
{
	return rdata.len > 3 ? rdata.base[3] : 0;
}

bool presigned_choice_is_whole(
        const struct presigned_rrsig *const chosen[], unsigned count, const struct presigned *keys)
{
	for (unsigned k = 0; k < keys->count; k++) {
		unsigned i = 0;
		while (i < count && rrsig_algorithm(chosen[i]) != dnskey_algorithm(keys->rdatas[k]))
			i++;
		if (i == count)
			return false;
	}
	return true;
}

/* A zone has a few keys, mostly of one algorithm, which is looked at once. */
static int64_t lasts_by_each(const struct presigned *p, const struct presigned *keys, int64_t now_s)
{
	int64_t shortest_s = presigned_lasts_s(p, now_s);
	uint8_t before = 0;

	for (unsigned k = 0; k < keys->count; k++) {
		uint8_t algorithm = dnskey_algorithm(keys->rdatas[k]);
		int64_t lasts_s = algorithm == before ? shortest_s : lasts_by(p, algorithm, now_s);
		if (lasts_s < shortest_s)
			shortest_s = lasts_s;
		before = algorithm;
	}
	return shortest_s;
}

int64_t presigned_all_last_s(const struct presigned *const sets[], size_t count,
        const struct presigned *keys, int64_t now_s)
{
	int64_t shortest_s = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		int64_t lasts_s =
		        sets[i]->count > 0 ? lasts_by_each(sets[i], keys, now_s) : INT64_MAX;
		if (lasts_s < shortest_s)
			shortest_s = lasts_s;
	}
	return shortest_s;
}
