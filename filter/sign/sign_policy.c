/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_policy.h"

#include <assert.h>
#include <stdlib.h>

#include "base/keyedhash.h"

#define DAY_S  86400
#define TERM_S 3600 /* a signature is used for at least this long */

static int order_names(struct span a, struct span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.base, b.base, a.len);
}

int sign_policy_order(const struct name *a, const struct name *b)
{
	return order_names(name_span(a), name_span(b));
}

static int order_zones(const void *a, const void *b)
{
	return sign_policy_order(
	        &((const struct sign_zone *)a)->apex, &((const struct sign_zone *)b)->apex);
}

int sign_policy_sort(struct sign_zone *zones, unsigned count)
{
	qsort(zones, count, sizeof(*zones), order_zones);
	for (unsigned i = 1; i < count; i++) {
		if (name_equal(&zones[i - 1].apex, &zones[i].apex))
			return (int)i;
	}
	return -1;
}

uint32_t sign_policy_term(const struct sign_policy *p)
{
	uint32_t kept_s = DAY_S;

	for (unsigned i = 0; i < p->zone_count; i++) {
		if (p->zones[i].max_ttl_s > INT32_MAX)
			return 0;
		if (p->zones[i].max_ttl_s > kept_s - DAY_S)
			kept_s = p->zones[i].max_ttl_s + DAY_S;
	}
	uint32_t share_s = p->life_s / 4 * 3;
	uint32_t rest_s = p->life_s > kept_s ? p->life_s - kept_s : 0;
	return share_s < rest_s ? share_s : rest_s;
}

const char *sign_policy_check(const struct sign_policy *p)
{
	if (p->life_s > INT32_MAX / 2)
		return "the lifetime of signatures is too long: at most 1073741823 seconds";
	if (sign_policy_term(p) < TERM_S)
		return "the lifetime of signatures is too short: at least the longest TTL plus 25 "
		       "hours";
	return NULL;
}

static const struct sign_zone *find_apex(const struct sign_policy *p, struct span apex)
{
	unsigned low = 0, high = p->zone_count;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = order_names(name_span(&p->zones[middle].apex), apex);
		if (order == 0)
			return &p->zones[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct sign_zone *sign_policy_apex(const struct sign_policy *p, const struct name *apex)
{
	return find_apex(p, name_span(apex));
}

bool sign_policy_is_secondary(const struct sign_policy *p, struct span address)
{
	return networks_have(p->secondaries, p->secondary_count, address);
}

/* True if what comes from the server is to be signed in the zone. */
static bool is_served_by(const struct sign_zone *zone, const struct span *server)
{
	return !server || (!zone->is_unsigned && (zone->server_count == 0 ||
	                                                 networks_have(zone->servers,
	                                                         zone->server_count, *server)));
}

/* Finds the zone of a name; whatever the server, if `server` is NULL. */
static const struct sign_zone *find_zone(
        const struct sign_policy *p, const struct name *name, const struct span *server)
{
	struct span suffix = name_span(name);

	for (;;) {
		const struct sign_zone *zone = find_apex(p, suffix);
		if (zone && is_served_by(zone, server))
			return zone;
		size_t label = suffix.base[0];
		if (label == 0)
			return NULL;
		suffix = span_of(suffix.base + label + 1, suffix.len - label - 1);
	}
}

const struct sign_zone *sign_policy_zone(const struct sign_policy *p, const struct name *name)
{
	return find_zone(p, name, NULL);
}

const struct sign_zone *sign_policy_zone_at(
        const struct sign_policy *p, const struct name *name, struct span server)
{
	return find_zone(p, name, &server);
}

const struct sign_zone *sign_policy_parent_at(
        const struct sign_policy *p, const struct name *apex, struct span server)
{
	const struct sign_zone *zone;
	struct name above;

	if (apex->labels == 0)
		return NULL;
	name_parent(apex, &above);
	zone = sign_policy_zone(p, &above);
	return zone && zone->is_unsigned ? NULL : sign_policy_zone_at(p, &above, server);
}

static uint64_t fold(uint64_t number, struct span s)
{
	static const struct hash_key open; /* all zero: every process must get the same number */
	uint8_t octets[sizeof(number) + NAME_MAX_OCTETS];

	assert(s.len <= NAME_MAX_OCTETS);
	memcpy(octets, &number, sizeof(number));
	memcpy(octets + sizeof(number), s.base, s.len);
	return keyed_hash(&open, span_of(octets, sizeof(number) + s.len));
}

uint32_t sign_zone_number(const struct sign_zone *zone)
{
	uint64_t number = fold(zone->server_count, name_span(&zone->apex));

	for (unsigned n = 0; n < zone->server_count; n++) {
		const struct network *server = &zone->servers[n];
		number = fold(number + server->prefix, span_of(server->octets, server->len));
	}
	return (uint32_t)number;
}
