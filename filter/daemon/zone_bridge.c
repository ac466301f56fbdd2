/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_bridge.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/zone_crossing.h"
#include "daemon/zone_succession.h"

/* ---- Caches ---- */

/* What of a period gets into caches, by kind. */
static void read_served(struct cached_keys keys[CACHED_KINDS], const struct sign_period *p,
        uint32_t max_ttl_s, int64_t spread_s)
{
	cached_dnskey(&keys[CACHED_DNSKEY], &p->dnskey);
	keys[CACHED_DNSKEY].life_s = p->dnskey.ttl_s + spread_s;
	cached_answer(&keys[CACHED_ANSWER], p->keys, p->key_count);
	keys[CACHED_ANSWER].life_s = max_ttl_s + spread_s;
}

/* Returns the period that is served until now. If the clock has gone back, that is the one of when
 * it was asked last. */
static const struct sign_period *served_last(const struct former_periods *former, int64_t now_s)
{
	int64_t since_s = former->bridge->since_s;

	return sign_period_at(former->periods, since_s > now_s ? since_s : now_s);
}

/* Gathers what was served until now, and may be in caches. */
static void gather(struct zone_caches *caches, const struct former_periods *former,
        const struct bridge_time *t)
{
	const struct sign_periods *periods = former->periods;
	const struct sign_period *last = served_last(former, t->now_s);
	struct cached_keys keys[CACHED_KINDS];

	*caches = (struct zone_caches){ .count = { 0 } };
	if (former->bridge->caches)
		*caches = *former->bridge->caches;
	zone_caches_forget(caches, t->now_s);
	for (unsigned i = 0; i < periods->count; i++) {
		const struct sign_period *p = &periods->items[i];
		bool is_next = i + 1 < periods->count && periods->items[i + 1].from_s <= t->now_s;
		int64_t end_s = is_next ? periods->items[i + 1].from_s : t->now_s;
		if (p != last && (!is_next || end_s <= former->bridge->since_s))
			continue;
		read_served(keys, p, former->max_ttl_s, t->spread_s);
		for (unsigned kind = 0; kind < CACHED_KINDS; kind++)
			zone_caches_add(caches, kind, &keys[kind], end_s);
	}
	zone_caches_forget(caches, t->now_s);
}

/* Keeps what was served until now, but for what is served from now on, too. If memory is short,
 * nothing is kept. */
static void remember(struct zone_bridge *bridge, struct zone_caches *caches,
        const struct sign_periods *fresh, const struct bridge_time *t)
{
	struct cached_keys keys[CACHED_KINDS];
	unsigned left = 0;

	read_served(keys, sign_period_at(fresh, t->now_s), t->max_ttl_s, t->spread_s);
	for (unsigned kind = 0; kind < CACHED_KINDS; kind++)
		left += zone_caches_drop(caches, kind, &keys[kind], t->now_s);
	bridge->since_s = t->now_s;
	bridge->caches = left > 0 ? malloc(sizeof(*caches)) : NULL;
	if (bridge->caches)
		*bridge->caches = *caches;
}

/* ---- Entries ---- */

/* True if a period borrows from an entry. */
static bool entry_lends(const struct zone_entry *e, const struct sign_period *p)
{
	const struct timeline *t = &e->keys.timeline;

	for (unsigned i = 0; i < t->set_count; i++) {
		const struct key_records *set = &t->sets[i];
		if (set->dnskey.rdatas == p->dnskey.rdatas ||
		        (p->ds && (set->cds.rdatas == p->ds || set->ds.rdatas == p->ds)))
			return true;
	}
	for (unsigned k = 0; k < p->key_count; k++) {
		for (unsigned i = 0; i < t->zsk_count; i++) {
			if (t->zsks[i].key == p->keys[k].key)
				return true;
		}
	}
	return false;
}

static void hold_entry(
        struct zone_bridge *bridge, struct zone_entry *e, const struct sign_periods *made)
{
	bool lends = false;
	unsigned place = 0;

	for (unsigned i = 0; e && i < made->count && !lends; i++)
		lends = entry_lends(e, &made->items[i]);
	while (lends && bridge->entries[place])
		place++;
	if (lends)
		bridge->entries[place] = zone_entry_share(e);
}

static void hold_entries(struct zone_bridge *bridge, const struct zone_entry *entry,
        const struct former_periods *former, const struct sign_periods *made)
{
	if (former->entry != entry)
		hold_entry(bridge, former->entry, made);
	for (unsigned i = 0; i < ZONE_BRIDGE_ENTRIES; i++) {
		if (former->bridge->entries[i] != entry)
			hold_entry(bridge, former->bridge->entries[i], made);
	}
}

bool zone_bridge_remembers(const struct zone_bridge *bridge, int64_t now_s)
{
	bool remembers = false;

	for (unsigned kind = 0; bridge->caches && kind < CACHED_KINDS; kind++) {
		for (unsigned i = 0; i < bridge->caches->count[kind]; i++)
			remembers = remembers || bridge->caches->items[kind][i].until_s > now_s;
	}
	return remembers;
}

void zone_bridge_fini(struct zone_bridge *bridge)
{
	for (unsigned i = 0; i < ZONE_BRIDGE_ENTRIES; i++)
		zone_entry_release(bridge->entries[i]);
	free(bridge->caches);
	*bridge = (struct zone_bridge){ .since_s = 0 };
}

/* ---- Periods ---- */

static void replace(struct sign_periods *fresh, struct sign_period *made, unsigned count)
{
	struct sign_period *shorter = realloc(made, count * sizeof(*made));

	free((struct sign_period *)(uintptr_t)fresh->items);
	*fresh = (struct sign_periods){ count, shorter ? shorter : made };
}

/* The same file once more, and nothing of before: what was made of it stays. */
static bool stay(struct sign_periods *fresh, const struct former_periods *former)
{
	struct sign_period *made = calloc(former->periods->count, sizeof(*made));

	if (!made)
		return false;
	memcpy(made, former->periods->items, former->periods->count * sizeof(*made));
	replace(fresh, made, former->periods->count);
	return true;
}

static bool cross(struct zone_bridge *bridge, struct sign_periods *fresh,
        const struct zone_caches *caches, const struct former_periods *former,
        const struct bridge_time *t)
{
	const struct zone_crossing crossing = { .plan = fresh->items,
		.plan_count = fresh->count,
		.from = served_last(former, t->now_s),
		.caches = caches,
		.now_s = t->now_s,
		.spread_s = t->spread_s,
		.max_ttl_s = t->max_ttl_s };
	struct sign_period *made = calloc(fresh->count + ZONE_CROSSING_MORE, sizeof(*made));

	if (!made)
		return false;
	unsigned count = zone_crossing_make(made, &bridge->refused_until_s, &crossing);
	replace(fresh, made, count);
	return true;
}

/* Keys without a timeline that was planned have one DNSKEY RRset, in which ZSKs follow each
 * other. */
static void hold_keys(struct sign_periods *fresh, const struct former_periods *former, bool is_same,
        const struct bridge_time *t)
{
	struct sign_period *items = (struct sign_period *)(uintptr_t)fresh->items;
	const struct succession_time time = { t->now_s, t->spread_s };

	if (is_same)
		zone_succession_keep(items, fresh->count, former->periods, t->now_s);
	else
		zone_succession_hold(items, fresh->count, former->periods, &time);
}

bool zone_bridge_make(struct zone_bridge *bridge, struct sign_periods *fresh,
        const struct zone_entry *entry, const struct former_periods *former,
        const struct bridge_time *t)
{
	bool is_same = former->entry == entry;
	bool stays = is_same && !former->bridge->entries[0] && t->now_s >= former->bridge->since_s;
	struct zone_caches caches;
	bool good = true;

	gather(&caches, former, t);
	if (!entry->keys.timeline.is_planned)
		hold_keys(fresh, former, is_same, t);
	else if (stays)
		good = stay(fresh, former);
	else
		good = cross(bridge, fresh, &caches, former, t);
	if (stays)
		bridge->refused_until_s = former->bridge->refused_until_s;
	remember(bridge, &caches, fresh, t);
	hold_entries(bridge, entry, former, fresh);
	return good;
}
