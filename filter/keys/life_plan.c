/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_plan.h"

#include "keys/life_zsk.h"

static struct life_period compose(const struct life *life, const struct life_policy *policy)
{
	struct life_period p = { .published = 0 };

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		uint32_t bit = 1u << i;
		p.published |= life_is_out(k, LIFE_DNSKEY) ? bit : 0;
		p.ksk_signers |= life_is_out(k, LIFE_KRRSIG) ? bit : 0;
		p.zsk_signers |= life_is_out(k, LIFE_ZRRSIG) ? bit : 0;
		p.synced |= policy->has_cds && life_is_out(k, LIFE_DS) ? bit : 0;
		p.ds |= !policy->has_cds && life_is_out(k, LIFE_DS) ? bit : 0;
	}
	p.has_delete = policy->has_cds && !life->is_signed && p.published;
	return p;
}

static bool same_composition(const struct life_period *a, const struct life_period *b)
{
	return a->published == b->published && a->ksk_signers == b->ksk_signers &&
	       a->zsk_signers == b->zsk_signers && a->synced == b->synced && a->ds == b->ds &&
	       a->has_delete == b->has_delete;
}

unsigned life_plan(const struct life *life, const struct life_policy *policy,
        struct life_period periods[static LIFE_PERIODS_MAX])
{
	struct life next = *life;
	int64_t at_s = life->last_s, end_s = life->last_s + policy->ahead_s;
	unsigned count = 0;

	while (count < LIFE_PERIODS_MAX) {
		struct life_period p = compose(&next, policy);
		if (!p.published)
			break;
		if (count == 0 || !same_composition(&p, &periods[count - 1])) {
			p.from_s = at_s;
			periods[count++] = p;
		}
		periods[count - 1].until_s = end_s;
		int64_t next_s = life_zsk_next_s(&next, policy, at_s);
		if (next_s >= end_s || !life_zsk_advance(&next, policy, next_s))
			break;
		at_s = next.last_s = next_s;
	}
	for (unsigned i = 1; i < count; i++)
		periods[i - 1].until_s = periods[i].from_s;
	return count;
}
