/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_memory_zones.h"

#include <stdlib.h>

#include "sign/sign_memory_private.h"

static struct zone_memory *own_zone(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_SOA);
	return memory_own_zone(s, zone);
}

const struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone)
{
	return own_zone(s, zone);
}

void memory_note_type(struct signer *s, const struct sign_zone *zone, uint16_t type)
{
	if (learned_types_add(&memory_own_zone(s, zone)->types, type))
		memory_learn(s->memory, LESSON_SOA);
}

void memory_want_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	memory_own_zone(s, zone)->wants_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_wants_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	return now_s < memory_own_zone(s, zone)->wants_soa_until_s &&
	       !memory_own_zone(s, zone)->has_soa;
}

void memory_note_no_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	memory_own_zone(s, zone)->wants_soa_until_s = 0;
	memory_own_zone(s, zone)->no_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_may_learn_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	const struct zone_memory *z = memory_own_zone(s, zone);

	return !z->has_soa && now_s >= z->no_soa_until_s;
}

bool memory_contradicts(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_NAMES);
	return memory_own_zone(s, zone)->contradicts;
}

void memory_note_contradiction(struct signer *s, const struct sign_zone *zone)
{
	memory_own_zone(s, zone)->contradicts = true;
	memory_learn(s->memory, LESSON_NAMES);
}

/* Even a known SOA makes the answer depend on it: recalling the answer after another SOA was seen
 * would leave out that this one is back. */
void memory_note_soa(struct signer *s, const struct sign_zone *zone, const struct set_ttls *ttls,
        struct span rdata)
{
	struct zone_memory *z = own_zone(s, zone);

	if (z->has_soa && z->original_ttl_s == ttls->original_s && z->ttl_s == ttls->wire_s &&
	        span_equal(span_of(z->soa, z->len), rdata))
		return;
	z->original_ttl_s = ttls->original_s;
	z->ttl_s = ttls->wire_s;
	z->minimum_s = get_u32(rdata.base + rdata.len - 4);
	z->len = (uint16_t)rdata.len;
	memcpy(z->soa, rdata.base, rdata.len);
	z->has_soa = true;
	memory_learn(s->memory, LESSON_SOA);
}

/* The learned SOA of a zone stays if both policies have the zone. */
void memory_set_policy(
        struct signer *s, const struct sign_policy *policy, struct zone_memory *zones)
{
	for (unsigned i = 0; s->policy && i < policy->zone_count; i++) {
		const struct sign_zone *zone = &policy->zones[i];
		const struct sign_zone *before = sign_policy_apex(s->policy, &zone->apex);
		if (!before)
			continue;
		zones[i] = *memory_zone(s, before);
		zones[i].ttl_s = least(zones[i].ttl_s, zone->max_ttl_s);
		zones[i].original_ttl_s = least(zones[i].original_ttl_s, zone->max_ttl_s);
	}
	free(s->memory->zones);
	s->memory->zones = zones;
	memory_learn(s->memory, LESSON_ALL);
}

void memory_flush_zones(struct signer *s)
{
	for (unsigned i = 0; i < s->policy->zone_count; i++) {
		struct zone_memory *z = &s->memory->zones[i];

		z->contradicts = false;
		z->wants_soa_until_s = 0;
		z->no_soa_until_s = 0;
	}
	memory_learn(s->memory, LESSON_ALL);
}
