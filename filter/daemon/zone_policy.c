/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_policy.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/complaint.h"
#include "daemon/zone_keys.h"

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

/* Writes the cuts of a zone to `cuts`. Returns their number. */
static unsigned take_cuts(
        const struct config_zones *zones, const struct config_zone *zone, struct sign_cut *cuts)
{
	unsigned count = 0;

	for (unsigned i = 0; i < zones->cut_count; i++) {
		const struct config_cut *cut = &zones->cuts[i];
		if (config_zone_of(zones, &cut->name) != zone)
			continue;
		cuts[count] = (struct sign_cut){ .name = cut->name, .ds_count = cut->ds_count };
		for (unsigned k = 0; k < cut->ds_count; k++)
			cuts[count].ds[k] = span_of(cut->ds[k].octets, cut->ds[k].len);
		count++;
	}
	return count;
}

static struct sign_zone make_zone(const struct config_zones *zones, const struct config_zone *zone,
        const struct zone_keys *keys)
{
	struct sign_zone made = { .apex = zone->apex,
		.key = keys->zsk.key,
		.key_tag = keys->zsk.tag,
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
		.udp_size_max = (uint16_t)c->sign_udp_size,
		.signatures_per_s = c->sign_per_s,
		.signatures_per_network = c->sign_per_network };
}

/* Returns 0, or -1 with a complaint. */
static int load_zones(struct zone_policy *s, struct crypto *crypto,
        const struct config_zones *zones, struct complaint *why)
{
	struct sign_cut *cuts = s->cuts;

	for (const struct config_zone *zone = zones->items; s->count < zones->count; zone++) {
		struct zone_keys *keys = &s->keys[s->count];

		if (zone_keys_load(keys, crypto, zone->keys, &zone->apex, why) < 0)
			return -1;
		struct sign_zone *made = &s->zones[s->count++];
		*made = make_zone(zones, zone, keys);
		made->cuts = cuts;
		made->cut_count = take_cuts(zones, zone, cuts);
		cuts += made->cut_count;
	}
	return 0;
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
	const char *wrong = sign_policy_check(&s->policy);
	return wrong ? zone_policy_fail(s, why, wrong) : s;
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
