/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_policy.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "daemon/zone_keys.h"
#include "daemon/zone_succession.h"

struct zone_policy {
	struct sign_policy policy;
	unsigned count;
	struct zone_keys *keys;
	struct sign_zone *zones;
	struct sign_cut *cuts; /* of all zones; those of one zone stand together */
};

static struct zone_policy *zone_policy_fail(
        struct zone_policy *s, struct complaint *why, const char *what)
{
	if (what)
		complaint_set(why, "%s", what);
	zone_policy_free(s);
	return NULL;
}

static bool zone_policy_take_memory(struct zone_policy *s, const struct config_zones *zones)
{
	s->keys = calloc(zones->count, sizeof(*s->keys));
	s->zones = calloc(zones->count, sizeof(*s->zones));
	s->cuts = calloc(zones->cut_count + 1, sizeof(*s->cuts));
	return s->keys && s->zones && s->cuts;
}

static struct sign_zone make_zone(const struct config_zones *zones, const struct config_zone *zone,
        const struct zone_keys *keys)
{
	struct sign_zone made = { .apex = zone->apex,
		.key = keys->zsk.key,
		.key_tag = keys->zsk.tag,
		.next_key = keys->next_zsk.key,
		.next_key_tag = keys->next_zsk.tag,
		.next_from_s = keys->next_from_s,
		.dnskey = keys->records.dnskey,
		.cds = keys->records.cds,
		.cdnskey = keys->records.cdnskey,
		.ds_count = keys->ds_count,
		.max_ttl_s = zone->max_ttl_s,
		.nxdomain = (enum sign_nxdomain)zone->nxdomain,
		.empty_is_nodata = zone->empty,
		.ignores_cuts = zone->ignores_cuts,
		.servers = zones->speakers + zone->speaker_first,
		.server_count = zone->speaker_count };

	memcpy(made.ds, keys->ds, sizeof(made.ds));
	return made;
}

static struct sign_policy make_policy(const struct zone_policy *s, const struct config *c)
{
	return (struct sign_policy){ .zones = s->zones,
		.zone_count = s->count,
		.secondaries = c->sign_secondaries.items,
		.secondary_count = c->sign_secondaries.count,
		.life_s = c->sign_life_s,
		.ignores_subnet = !c->sign_client_subnet,
		.udp_size_max = (uint16_t)c->sign_udp_size,
		.signatures_per_s = c->sign_per_s,
		.signatures_per_network = c->sign_per_network };
}

/* Returns 0, or -1 with a complaint. */
static int load_zones(struct zone_policy *s, struct crypto *crypto,
        const struct config_zones *zones, struct complaint *why)
{
	for (const struct config_zone *zone = zones->items; s->count < zones->count; zone++) {
		struct zone_keys *keys = &s->keys[s->count];

		if (zone_keys_load(keys, crypto, zone->keys, &zone->apex, clock_wall_s(), why) < 0)
			return -1;
		s->zones[s->count++] = make_zone(zones, zone, keys);
	}
	return 0;
}

static struct sign_cut make_cut(const struct config_cut *cut)
{
	struct sign_cut made = { .name = cut->name, .ds_count = cut->ds_count };

	for (unsigned i = 0; i < cut->ds_count; i++)
		made.ds[i] = span_of(cut->ds[i].octets, cut->ds[i].len);
	return made;
}

/* Returns the zone of a cut, which the policy has: at least the zone that lists it is above. */
static struct sign_zone *zone_of_cut(struct zone_policy *s, const struct config_cut *cut)
{
	return &s->zones[sign_policy_zone(&s->policy, &cut->name) - s->zones];
}

/* Gives each zone its cuts: first their number, then their places, then the cuts. */
static void give_cuts(struct zone_policy *s, const struct config_zones *zones)
{
	struct sign_cut *next = s->cuts;

	for (unsigned i = 0; i < zones->cut_count; i++)
		zone_of_cut(s, &zones->cuts[i])->cut_count++;
	for (unsigned i = 0; i < s->count; i++) {
		s->zones[i].cuts = next;
		next += s->zones[i].cut_count;
		s->zones[i].cut_count = 0;
	}
	for (unsigned i = 0; i < zones->cut_count; i++) {
		struct sign_zone *zone = zone_of_cut(s, &zones->cuts[i]);
		s->cuts[zone->cuts - s->cuts + zone->cut_count++] = make_cut(&zones->cuts[i]);
	}
}

struct zone_policy *zone_policy_load(const struct config *c, struct complaint *why)
{
	const struct config_zones *zones = &c->sign_zones;
	struct zone_policy *s = calloc(1, sizeof(*s));
	struct crypto *crypto = crypto_new();

	if (!s || !crypto || !zone_policy_take_memory(s, zones)) {
		crypto_free(crypto);
		return zone_policy_fail(s, why, "no memory");
	}
	int result = load_zones(s, crypto, zones, why);
	crypto_free(crypto);
	if (result < 0)
		return zone_policy_fail(s, why, NULL);
	sign_policy_sort(s->zones, s->count); /* config_load() refuses a zone that is there twice */
	s->policy = make_policy(s, c);
	give_cuts(s, zones);
	const char *wrong = sign_policy_check(&s->policy);
	return wrong ? zone_policy_fail(s, why, wrong) : s;
}

void zone_policy_follow(struct zone_policy *s, const struct zone_policy *former, int64_t now_s)
{
	zone_succession_hold_all(s->zones, s->count, &former->policy, now_s);
}

void zone_policy_free(struct zone_policy *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->count; i++)
		zone_keys_unload(&s->keys[i]);
	free(s->keys);
	free(s->zones);
	free(s->cuts);
	free(s);
}

const struct sign_policy *zone_policy_signing(const struct zone_policy *s)
{
	return &s->policy;
}
