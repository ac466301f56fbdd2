/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/presigned.h"

/* Serial number arithmetic: whether `a` comes before `b` or is it (RFC 1982). */
static bool is_until(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) >= 0;
}

/* Puts `rrsig` in the place of the one of its key, or at the end. */
static unsigned take_presigned(const struct presigned_rrsig *chosen[static LIMIT_DS],
        unsigned count, const struct presigned_rrsig *rrsig)
{
	for (unsigned i = 0; i < count; i++) {
		if (chosen[i]->tag != rrsig->tag)
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

/* Each turn goes on to the end of another one of them. */
int64_t presigned_lasts_s(const struct presigned *p, int64_t now_s)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	int64_t lasts_s = -1;
	unsigned count;

	while ((count = presigned_choose(p, now_s + lasts_s + 1, chosen)) > 0) {
		for (unsigned i = 0; i < count; i++) {
			int32_t left_s = (int32_t)(chosen[i]->expiration - (uint32_t)now_s);
			if (left_s > lasts_s)
				lasts_s = left_s;
		}
	}
	return lasts_s;
}
