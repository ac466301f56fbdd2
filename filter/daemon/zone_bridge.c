/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_bridge.h"

#include <stdlib.h>
#include <string.h>

#include "dnssec/dnskey.h"

/* What goes from one period to another. */
struct crossing {
	const struct sign_period *from, *to;
	const struct sign_periods *former;       /* `from` is one of them */
	const struct sign_period *former_bridge; /* so is the one between; or NULL */
	const struct succession_time *t;
	uint32_t max_ttl_s;
};

/* ---- Keys ---- */

/* Returns the key of this algorithm that signs in a period, or NULL. */
static const struct sign_key *zsk_for(const struct sign_period *p, uint8_t algorithm)
{
	for (unsigned i = 0; i < p->key_count; i++) {
		if (signkey_algorithm(p->keys[i].key) == algorithm)
			return &p->keys[i];
	}
	return NULL;
}

/* Returns another key of the same algorithm that signs in a period, or NULL. */
static const struct sign_key *zsk_beside(const struct sign_period *p, const struct signkey *key)
{
	for (unsigned i = 0; i < p->key_count; i++) {
		const struct signkey *other = p->keys[i].key;
		if (signkey_algorithm(other) == signkey_algorithm(key) &&
		        !span_equal(signkey_public(other), signkey_public(key)))
			return &p->keys[i];
	}
	return NULL;
}

/* Returns false if there is no room. */
static bool add_zsk(struct sign_period *p, const struct sign_key *key)
{
	if (sign_period_has_key(p, key->key))
		return true;
	if (p->key_count == SIGN_KEYS_MAX)
		return false;
	p->keys[p->key_count++] = *key;
	return true;
}

static bool shows_algorithm(const struct presigned *set, uint8_t algorithm)
{
	struct dnskey key;

	for (unsigned i = 0; i < set->count; i++) {
		if (dnskey_read(set->rdatas[i], &key) && key.algorithm == algorithm)
			return true;
	}
	return false;
}

/* True if the parent's DS may lead to a KSK of both. Otherwise one of them is not the successor of the other, and nobody
 * knows which of them resolvers can check. */
static bool shares_ksk(const struct presigned *a, const struct presigned *b)
{
	struct dnskey key;

	for (unsigned i = 0; i < a->count; i++) {
		if (dnskey_read(a->rdatas[i], &key) && (key.flags & DNSKEY_SEP) &&
		        presigned_has(b, a->rdatas[i]))
			return true;
	}
	return false;
}

/* ---- A new algorithm ---- */

/* Returns when no cache has an answer without a signature of this algorithm; 0 if there is none since ever. */
static int64_t signed_everywhere_s(const struct crossing *c, uint8_t algorithm)
{
	int64_t signed_s = c->t->now_s; /* from here on */
	unsigned i = (unsigned)(c->from - c->former->items) + 1;

	for (; i > 0; i--) {
		const struct sign_period *period = &c->former->items[i - 1];
		if (!zsk_for(period, algorithm))
			return signed_s + c->max_ttl_s + c->t->spread_s;
		signed_s = period->from_s;
		if (period == c->former_bridge) /* what was in force before is not known here */
			return signed_s + c->max_ttl_s + c->t->spread_s;
	}
	return 0;
}

/* Returns until when the former records are shown; 0 if there is no need. */
static int64_t algorithm_waits_until_s(const struct crossing *c)
{
	int64_t latest_s = 0;

	for (unsigned i = 0; i < c->to->key_count; i++) {
		uint8_t algorithm = signkey_algorithm(c->to->keys[i].key);
		if (!shows_algorithm(&c->to->dnskey, algorithm) ||
		        shows_algorithm(&c->from->dnskey, algorithm))
			continue;
		int64_t until_s = signed_everywhere_s(c, algorithm);
		latest_s = until_s > latest_s ? until_s : latest_s;
	}
	return latest_s > c->t->now_s ? latest_s : 0;
}

/* Returns until when; 0 if it cannot be. */
static int64_t bridge_algorithm(struct sign_period *made, const struct crossing *c, int64_t until_s)
{
	*made = *c->from;
	for (unsigned i = 0; i < made->key_count; i++) {
		const struct sign_key *same = zsk_for(c->to, signkey_algorithm(made->keys[i].key));
		if (same && sign_period_has_key(c->from, same->key))
			made->keys[i] = *same; /* then the former entry can go */
	}
	for (unsigned i = 0; i < c->to->key_count; i++) {
		const struct sign_key *key = &c->to->keys[i];
		if (!zsk_for(c->from, signkey_algorithm(key->key)) && !add_zsk(made, key))
			return 0;
	}
	return until_s;
}

/* ---- Another ZSK ---- */

/* Adds what signs in place of a key, or beside it. Returns until when; 0 if the key alone signs; -1 if there is no room. */
static int64_t bridge_key(
        struct sign_period *made, const struct crossing *c, const struct sign_key *key)
{
	const struct sign_key *known = zsk_beside(c->from, key->key);
	int64_t known_s = 0;

	if (known && zone_succession_shows(&c->to->dnskey, key->key))
		known_s = zone_succession_known_s(c->former, key->key, c->t);
	if (known_s <= c->t->now_s)
		return add_zsk(made, key) ? 0 : -1;
	bool is_shown = zone_succession_shows(&c->to->dnskey, known->key);
	if (!add_zsk(made, known) || (!is_shown && !add_zsk(made, key)))
		return -1;
	return known_s;
}

/* Returns until when; 0 if there is no need, or if it cannot be. */
static int64_t bridge_keys(struct sign_period *made, const struct crossing *c)
{
	int64_t latest_s = 0;

	*made = *c->to;
	made->key_count = 0;
	for (unsigned i = 0; i < c->to->key_count; i++) {
		int64_t until_s = bridge_key(made, c, &c->to->keys[i]);
		if (until_s < 0)
			return 0;
		latest_s = until_s > latest_s ? until_s : latest_s;
	}
	return latest_s;
}

/* ---- Between the periods ---- */

/* Makes the period between. Returns until when it is in force; 0 if there is none. */
static int64_t make_bridge(struct sign_period *made, const struct crossing *c)
{
	if (c->from->key_count == 0 || !shares_ksk(&c->to->dnskey, &c->from->dnskey))
		return 0;
	int64_t until_s = algorithm_waits_until_s(c);
	until_s = until_s ? bridge_algorithm(made, c, until_s) : bridge_keys(made, c);
	const struct presigned *sets[] = { &made->dnskey };
	if (until_s &&
	        presigned_all_last_s(sets, 1, &made->dnskey, c->t->now_s) < until_s - c->t->now_s)
		return 0;
	/* The one before goes on if the same keys sign: since then, all answers have their signatures. */
	bool goes_on = sign_period_signs_as(made, c->from) &&
	               made->dnskey.rdatas == c->from->dnskey.rdatas;
	made->from_s = goes_on ? c->from->from_s : c->t->now_s;
	made->held_s = 0;
	return until_s;
}

/* Puts a period before the one at `index`, which begins at `until_s` then, and none that follows before it. */
static void insert_bridge(struct sign_period *fresh, unsigned *count, unsigned index,
        const struct sign_period *made, int64_t until_s, int64_t now_s)
{
	memmove(&fresh[index + 1], &fresh[index], (*count - index) * sizeof(*fresh));
	fresh[index] = *made;
	++*count;
	fresh[index + 1].held_s = until_s - now_s;
	for (unsigned i = index + 1; i < *count; i++) {
		if (fresh[i].from_s < until_s)
			fresh[i].from_s = until_s;
	}
}

/* ---- Entries ---- */

/* True if a period borrows from an entry. */
static bool entry_lends(const struct zone_entry *e, const struct sign_period *p)
{
	const struct timeline *t = &e->keys.timeline;

	for (unsigned i = 0; i < t->set_count; i++) {
		if (t->sets[i].dnskey.rdatas == p->dnskey.rdatas)
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
        struct zone_bridge *bridge, struct zone_entry *e, const struct sign_period *made)
{
	unsigned i = 0;

	if (!e || !entry_lends(e, made))
		return;
	while (bridge->entries[i])
		i++; /* the records are of one entry, and each key of one */
	bridge->entries[i] = zone_entry_share(e);
}

void zone_bridge_fini(struct zone_bridge *bridge)
{
	for (unsigned i = 0; i < ZONE_BRIDGE_ENTRIES; i++)
		zone_entry_release(bridge->entries[i]);
	*bridge = (struct zone_bridge){ .index = 0 };
}

void zone_bridge_build(struct zone_bridge *bridge, struct sign_period *fresh, unsigned *count,
        const struct former_periods *former, uint32_t max_ttl_s, const struct succession_time *t)
{
	const struct sign_periods all = { *count, fresh };
	const struct zone_bridge *old = former->bridge;
	const struct crossing c = { sign_period_at(former->periods, t->now_s),
		sign_period_at(&all, t->now_s), former->periods,
		old->entries[0] ? &former->periods->items[old->index] : NULL, t, max_ttl_s };
	struct sign_period made;
	int64_t until_s = make_bridge(&made, &c);

	if (until_s == 0)
		return;
	hold_entry(bridge, former->entry, &made);
	for (unsigned i = 0; i < ZONE_BRIDGE_ENTRIES; i++)
		hold_entry(bridge, old->entries[i], &made);
	bridge->index = (unsigned)(c.to - fresh);
	insert_bridge(fresh, count, bridge->index, &made, until_s, t->now_s);
}

/* Copies the former periods without the one between. Returns NULL if memory is short. */
static struct sign_period *copy_without(const struct sign_periods *former, unsigned index)
{
	struct sign_period *copy = calloc(former->count, sizeof(*copy));

	if (!copy)
		return NULL;
	memcpy(copy, former->items, index * sizeof(*copy));
	memcpy(copy + index, former->items + index + 1,
	        (former->count - index - 1) * sizeof(*copy));
	copy[index].held_s = 0;
	return copy;
}

void zone_bridge_keep(struct zone_bridge *bridge, struct sign_period *fresh, unsigned *count,
        const struct former_periods *former, int64_t now_s)
{
	const struct sign_periods *periods = former->periods;
	unsigned index = former->bridge->index;

	if (!former->bridge->entries[0]) {
		zone_succession_keep(fresh, *count, periods, now_s);
		return;
	}
	struct sign_period *without = copy_without(periods, index);
	if (!without)
		return; /* memory is short: the keys of the file count at once */
	const struct sign_periods rest = { periods->count - 1, without };
	const struct sign_period *held = &periods->items[index + 1];
	int64_t until_s = held->from_s < now_s + held->held_s ? held->from_s : now_s + held->held_s;
	zone_succession_keep(fresh, *count, &rest, now_s);
	free(without);
	if (until_s <= now_s)
		return;
	for (unsigned i = 0; i < ZONE_BRIDGE_ENTRIES; i++)
		bridge->entries[i] = zone_entry_share(former->bridge->entries[i]);
	bridge->index = index;
	insert_bridge(fresh, count, index, &periods->items[index], until_s, now_s);
	fresh[index + 1].held_s = held->held_s;
}
