/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_zone.h"

#include "sign/sign_memory.h"
#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"

const struct sign_period *period_of(const struct sign_job *job, const struct sign_zone *zone)
{
	memory_limit(job->signer, sign_period_end_s(&zone->periods, job->now_s));
	return sign_zone_period(zone, job->now_s);
}

bool is_below_cut(const struct sign_job *job, const struct sign_zone *zone, const struct name *name)
{
	if (sign_policy_zone(job->signer->policy, name) != zone)
		return true; /* in a zone of other servers, or in an unsigned one */
	for (unsigned i = 0; i < zone->cut_count; i++) {
		if (name_within(name, &zone->cuts[i].name))
			return true;
	}
	return !zone->ignores_cuts &&
	       memory_is_below_cut(job->signer, name, &zone->apex, job->now_s);
}

struct set_ttls learned_ttls(const struct sign_job *job, const struct sign_zone *zone)
{
	const struct zone_memory *z = memory_zone(job->signer, zone);
	uint32_t most_s = least(SIGN_CUT_TTL_S, zone->max_ttl_s);

	if (!z->has_soa)
		return (struct set_ttls){ most_s, most_s };
	return denial_ttls(&(struct set_ttls){ z->ttl_s, z->original_ttl_s }, z->minimum_s);
}
