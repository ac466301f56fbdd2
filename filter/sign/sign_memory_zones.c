/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_memory_zones.h"

#include <stdlib.h>

#include "sign/sign_memory_private.h"

/* ---- The entries ---- */

static struct zone_memory **zone_place(const struct signer *s, const struct sign_zone *zone)
{
	return &s->memory->zones[zone - s->policy->zones];
}

const struct zone_memory *memory_peek_zone(const struct signer *s, const struct sign_zone *zone)
{
	static const struct zone_memory nothing;
	const struct zone_memory *z = *zone_place(s, zone);

	return z ? z : &nothing;
}

/* Of thousands of zones a worker may see few, so each gets memory when something is learned of
 * it. */
struct zone_memory *memory_own_zone(struct signer *s, const struct sign_zone *zone)
{
	struct zone_memory **place = zone_place(s, zone);

	if (!*place)
		*place = calloc(1, sizeof(**place));
	return *place;
}

void memory_free_zones(struct sign_memory *m)
{
	for (unsigned i = 0; i < m->zone_count; i++)
		free(m->zones[i]);
	free(m->zones);
}

/* ---- What is known of a zone ---- */

const struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_SOA);
	return memory_peek_zone(s, zone);
}

void memory_note_type(struct signer *s, const struct sign_zone *zone, uint16_t type)
{
	struct zone_memory *z = memory_own_zone(s, zone);

	if (z && learned_types_add(&z->types, type))
		memory_learn(s->memory, LESSON_SOA);
}

void memory_want_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	struct zone_memory *z = memory_own_zone(s, zone);

	if (z)
		z->wants_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_wants_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	const struct zone_memory *z = memory_peek_zone(s, zone);

	return now_s < z->wants_soa_until_s && !z->has_soa;
}

void memory_note_no_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	struct zone_memory *z = memory_own_zone(s, zone);

	if (!z)
		return;
	z->wants_soa_until_s = 0;
	z->no_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_may_learn_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	const struct zone_memory *z = memory_peek_zone(s, zone);

	return !z->has_soa && now_s >= z->no_soa_until_s;
}

bool memory_contradicts(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_NAMES);
	return memory_peek_zone(s, zone)->contradicts;
}

void memory_note_contradiction(struct signer *s, const struct sign_zone *zone)
{
	struct zone_memory *z = memory_own_zone(s, zone);

	if (z)
		z->contradicts = true;
	memory_learn(s->memory, LESSON_NAMES);
}

/* Even a known SOA makes the answer depend on it: recalling the answer after another SOA was seen
 * would leave out that this one is back. */
void memory_note_soa(struct signer *s, const struct sign_zone *zone, const struct set_ttls *ttls,
        struct span rdata)
{
	struct zone_memory *z = memory_own_zone(s, zone);

	memory_depend(s->memory, LESSON_SOA);
	if (!z || (z->has_soa && z->original_ttl_s == ttls->original_s &&
	                  z->ttl_s == ttls->wire_s && span_equal(span_of(z->soa, z->len), rdata)))
		return;
	z->original_ttl_s = ttls->original_s;
	z->ttl_s = ttls->wire_s;
	z->minimum_s = get_u32(rdata.base + rdata.len - 4);
	z->len = (uint16_t)rdata.len;
	memcpy(z->soa, rdata.base, rdata.len);
	z->has_soa = true;
	memory_learn(s->memory, LESSON_SOA);
}

/* Takes what is known of the zone with this apex out of the memory, or NULL. Both policies are
 * sorted, so `*from` only grows. */
static struct zone_memory *take_known(struct signer *s, const struct name *apex, unsigned *from)
{
	const struct sign_policy *p = s->policy;

	for (; p && *from < p->zone_count; ++*from) {
		int order = sign_policy_order(&p->zones[*from].apex, apex);
		if (order > 0)
			return NULL;
		if (order == 0) {
			struct zone_memory *known = s->memory->zones[*from];
			s->memory->zones[*from] = NULL;
			return known;
		}
	}
	return NULL;
}

/* What was learned of a zone stays if both policies have the zone. */
void memory_set_policy(
        struct signer *s, const struct sign_policy *policy, struct zone_memory **zones)
{
	unsigned from = 0;

	for (unsigned i = 0; i < policy->zone_count; i++) {
		const struct sign_zone *zone = &policy->zones[i];
		struct zone_memory *known = take_known(s, &zone->apex, &from);
		zones[i] = known;
		if (!known)
			continue;
		known->ttl_s = least(known->ttl_s, zone->max_ttl_s);
		known->original_ttl_s = least(known->original_ttl_s, zone->max_ttl_s);
	}
	memory_free_zones(s->memory);
	s->memory->zones = zones;
	s->memory->zone_count = policy->zone_count;
	memory_learn(s->memory, LESSON_ALL);
}

void memory_flush_zones(struct signer *s)
{
	for (unsigned i = 0; i < s->policy->zone_count; i++) {
		struct zone_memory *z = s->memory->zones[i];

		if (!z)
			continue;
		z->contradicts = false;
		z->wants_soa_until_s = 0;
		z->no_soa_until_s = 0;
	}
	memory_learn(s->memory, LESSON_ALL);
}
