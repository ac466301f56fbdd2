/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/trustpoints.h"

#include <assert.h>

struct trust_point *trust_points_find(struct trust_points *t, const struct name *zone)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (name_equal(&t->points[i].zone, zone))
			return &t->points[i];
	}
	return NULL;
}

struct trust_point *trust_points_add(struct trust_points *t, const struct name *zone)
{
	struct trust_point *p = trust_points_find(t, zone);

	if (p || t->count == ANCHORS_MAX)
		return p;
	p = &t->points[t->count++];
	*p = (struct trust_point){ .zone = *zone };
	return p;
}

static const struct anchor *configured_for(
        const struct anchors *configured, const struct name *zone)
{
	const struct anchor *anchor = anchors_above(configured, zone);
	return anchor && name_equal(&anchor->zone, zone) ? anchor : NULL;
}

static void forget_zones(struct trust_points *t, const struct anchors *configured)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->count; i++) {
		if (!configured_for(configured, &t->points[i].zone))
			continue;
		if (kept != i)
			t->points[kept] = t->points[i];
		kept++;
	}
	t->count = kept;
}

/* Forgets all keys that were not revoked, and when the zone was last seen. */
static void distrust_point(struct trust_point *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (!anchor_is_dead(p->keys[i].state))
			p->keys[i].state = ANCHOR_START;
	}
	rollover_tidy(p);
	p->seen_s = p->next_s = 0;
	p->original_ttl_s = p->left_s = 0;
}

void trust_points_distrust(struct trust_points *t)
{
	for (unsigned i = 0; i < t->count; i++)
		distrust_point(&t->points[i]);
}

/* True if a key that is still configured was trusted or revoked before, so learned keys may
 * stay. */
static bool is_continuous(struct trust_point *p, const struct ds_set *configured)
{
	for (unsigned i = 0; i < configured->count; i++) {
		const struct anchor_key *key = rollover_find(p, &configured->ds[i]);
		if (key && key->state != ANCHOR_ADD_PENDING)
			return true;
	}
	return false;
}

static bool ds_set_holds(const struct ds_set *set, const struct ds *ds)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (memcmp(&set->ds[i], ds, sizeof(*ds)) == 0)
			return true;
	}
	return false;
}

static void configure_key(struct trust_point *p, const struct ds *ds, int64_t now_s)
{
	struct anchor_key *key = rollover_find(p, ds);

	if (!key)
		key = rollover_add(p, ds, true);
	assert(key); /* fewer keys are configured than fit, and the others make room */
	key->is_configured = true;
	if (key->state == ANCHOR_START || key->state == ANCHOR_ADD_PENDING) {
		key->state = ANCHOR_VALID;
		key->since_s = now_s;
	}
}

/* Drops learned keys until at most LIMIT_ANCHOR_KEYS keys are trusted. Configured keys alone never
 * exceed that. */
static void trust_no_more_than_fit(struct trust_point *p)
{
	unsigned i = p->count;

	while (__builtin_popcount(rollover_trusted(p)) > LIMIT_ANCHOR_KEYS) {
		i--;
		if (anchor_is_trusted(p->keys[i].state) && !p->keys[i].is_configured)
			p->keys[i].state = ANCHOR_START;
	}
}

static void configure_point(struct trust_point *p, const struct ds_set *configured, int64_t now_s)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct anchor_key *key = &p->keys[i];
		bool was_configured = key->is_configured;
		key->is_configured = ds_set_holds(configured, &key->ds);
		if (was_configured && !key->is_configured && !anchor_is_dead(key->state))
			key->state = ANCHOR_START;
	}
	for (unsigned i = 0; i < configured->count; i++)
		configure_key(p, &configured->ds[i], now_s);
	trust_no_more_than_fit(p);
	rollover_tidy(p);
}

unsigned trust_points_configure(
        struct trust_points *t, const struct anchors *configured, int64_t now_s)
{
	unsigned started_over = 0;

	forget_zones(t, configured);
	for (unsigned i = 0; i < anchors_count(configured); i++) {
		const struct anchor *anchor = anchors_at(configured, i);
		struct trust_point *p = trust_points_add(t, &anchor->zone);
		if (p->count > 0 && !is_continuous(p, &anchor->ds)) {
			distrust_point(p);
			started_over++;
		}
		configure_point(p, &anchor->ds, now_s);
	}
	return started_over;
}

struct anchors *trust_points_anchors(const struct trust_points *t)
{
	struct anchors *a = anchors_new();

	for (unsigned i = 0; a && i < t->count; i++) {
		const struct trust_point *p = &t->points[i];
		for (unsigned k = 0; k < p->count; k++) {
			if (anchor_is_trusted(p->keys[k].state))
				anchors_add(a, &p->zone, &p->keys[k].ds);
		}
	}
	return a;
}
