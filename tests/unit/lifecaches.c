/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lifecaches.h"

#include <stdio.h>

/* ---- What servers have ---- */

static int64_t effective_s(const struct lagging *l, int64_t now_s)
{
	int64_t at_s = now_s - l->lag_s;
	return l->frozen_s && l->frozen_s < at_s ? l->frozen_s : at_s;
}

const struct written_timeline *world_timeline_of(const struct world *w, unsigned gateway)
{
	int64_t at_s = effective_s(&w->gateways[gateway], w->now_s);
	const struct written_timeline *best = NULL;
	unsigned first = w->written > WORLD_HISTORY ? w->written - WORLD_HISTORY : 0;

	for (unsigned i = w->written; i-- > first && !best;)
		if (w->timelines[i % WORLD_HISTORY].written_s <= at_s)
			best = &w->timelines[i % WORLD_HISTORY];
	return best;
}

/* Some time past its end a timeline has no signature that is still valid. */
struct composition world_served_by(const struct world *w, unsigned gateway)
{
	const struct written_timeline *t = world_timeline_of(w, gateway);
	struct composition c = { .dnskey = 0 };

	if (!t || t->count == 0)
		return c;
	c = t->periods[0];
	for (unsigned i = 1; i < t->count; i++)
		if (t->periods[i].from_s <= w->now_s)
			c = t->periods[i];
	if (t->until_s + WORLD_GRACE <= w->now_s)
		c.ksk_signers = 0;
	return c;
}

uint64_t world_ds_of(const struct world *w, unsigned parent)
{
	int64_t at_s = effective_s(&w->parents[parent], w->now_s);
	unsigned first = w->set_count > WORLD_HISTORY ? w->set_count - WORLD_HISTORY : 0;

	for (unsigned i = w->set_count; i-- > first;)
		if (w->sets[i % WORLD_HISTORY].since_s <= at_s)
			return w->sets[i % WORLD_HISTORY].ds;
	return 0;
}

/* ---- Validators ---- */

static void view_add(struct cached_views *v, uint64_t a, uint64_t b, int64_t last_s)
{
	for (unsigned i = 0; i < v->count; i++)
		if (v->views[i].a == a && v->views[i].b == b) {
			v->views[i].last_s = last_s;
			return;
		}
	if (v->count < WORLD_VIEWS)
		v->views[v->count++] = (struct cached_view){ a, b, last_s };
}

/* A cache that asked a moment before `last_s` has the set until that much before the end of its
 * TTL. */
static void views_expire(struct cached_views *v, int64_t ttl_s, int64_t now_s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < v->count; i++)
		if (v->views[i].last_s + ttl_s > now_s)
			v->views[kept++] = v->views[i];
	v->count = kept;
}

void world_cache(struct world *w, int64_t last_s)
{
	for (unsigned g = 0; g < WORLD_GATEWAYS; g++) {
		struct composition c = world_served_by(w, g);
		view_add(&w->key_sets, c.dnskey, c.ksk_signers, last_s);
		view_add(&w->signatures, c.zsk_signers, 0, last_s);
	}
	for (unsigned p = 0; p < WORLD_PARENTS; p++)
		view_add(&w->ds_sets, world_ds_of(w, p), 0, last_s);
}

/* True if the keys of `set` have a signer for each of their algorithms among `signers` (RFC 4035,
 * 2.2). */
static bool covers_algorithms(const struct world *w, uint64_t set, uint64_t signers)
{
	unsigned wanted = 0, had = 0;

	for (unsigned n = 0; n < WORLD_KEYS; n++) {
		if (set >> n & 1)
			wanted |= 1u << w->algorithms[n];
		if (signers >> n & 1)
			had |= 1u << w->algorithms[n];
	}
	return (wanted & ~had) == 0;
}

/* The strictest validator: each algorithm that DS or DNSKEY name must lead on (RFC 6840, 5.11 for
 * zones). */
static bool is_chain(
        const struct world *w, uint64_t ds, const struct cached_view *keys, uint64_t signers)
{
	return covers_algorithms(w, ds, ds & keys->a & keys->b) &&
	       covers_algorithms(w, keys->a, keys->a & signers) && (keys->a & signers);
}

void world_check_validators(struct world *w)
{
	views_expire(&w->key_sets, w->policy.key_ttl_s, w->now_s);
	views_expire(&w->signatures, w->policy.zone_ttl_s, w->now_s);
	views_expire(&w->ds_sets, w->policy.ds_ttl_s, w->now_s);
	for (unsigned d = 0; d < w->ds_sets.count; d++)
		for (unsigned k = 0; k < w->key_sets.count; k++)
			for (unsigned s = 0; s < w->signatures.count; s++) {
				uint64_t ds = w->ds_sets.views[d].a;
				const struct cached_view *keys = &w->key_sets.views[k];
				uint64_t signers = w->signatures.views[s].a;
				w->checked++;
				if (!ds)
					continue;
				w->secure++;
				if (is_chain(w, ds, keys, signers) || *w->broken)
					continue;
				snprintf(w->broken, sizeof(w->broken),
				        "after %.2f days a validator is left with DS %llx, DNSKEY "
				        "%llx signed "
				        "by %llx, and signatures of %llx",
				        (double)(w->now_s - WORLD_START) / DAY,
				        (unsigned long long)ds, (unsigned long long)keys->a,
				        (unsigned long long)keys->b, (unsigned long long)signers);
			}
}
