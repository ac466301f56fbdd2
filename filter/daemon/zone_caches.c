/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_caches.h"

#include <string.h>

#include "base/cursor.h"
#include "base/keyedhash.h"
#include "dnssec/dnskey.h"

#define IS_KSK       0x100u /* the lowest octet is the algorithm */
#define KSK_TAG_BIT  16
#define ZSK_HASH_BIT 9

/* ---- Keys as numbers ---- */

/* The keys are those of the operator, who does not look for two with one number: the hash needs no
 * secret. */
static uint64_t zsk_id(uint8_t algorithm, struct span public)
{
	static const struct hash_key fixed;

	return keyed_hash(&fixed, public) << ZSK_HASH_BIT | algorithm;
}

/* That is as much as a DS record tells without its digest. */
static uint64_t ksk_id(uint8_t algorithm, uint16_t tag)
{
	return (uint64_t)tag << KSK_TAG_BIT | IS_KSK | algorithm;
}

bool cached_is_ksk(uint64_t id)
{
	return id & IS_KSK;
}

uint16_t cached_ksk_tag(uint64_t id)
{
	return (uint16_t)(id >> KSK_TAG_BIT);
}

static bool holds_id(const struct cached_keys *k, uint64_t id)
{
	for (unsigned i = 0; i < k->count; i++) {
		if (k->ids[i] == id)
			return true;
	}
	return false;
}

static void add_id(struct cached_keys *k, uint64_t id)
{
	if (k->count < ZONE_CACHES_KEYS && !holds_id(k, id))
		k->ids[k->count++] = id;
}

void cached_dnskey(struct cached_keys *k, const struct presigned *dnskey)
{
	*k = (struct cached_keys){ .count = 0 };
	for (unsigned i = 0; i < dnskey->count; i++) {
		struct dnskey key;
		if (!dnskey_read(dnskey->rdatas[i], &key))
			continue;
		if (key.flags == DNSKEY_ZONE)
			add_id(k, zsk_id(key.algorithm, key.public_key));
		else if (key.flags == (DNSKEY_ZONE | DNSKEY_SEP))
			add_id(k, ksk_id(key.algorithm, dnskey_tag(dnskey->rdatas[i])));
	}
}

void cached_answer(struct cached_keys *k, const struct sign_key *keys, unsigned count)
{
	*k = (struct cached_keys){ .count = 0 };
	for (unsigned i = 0; i < count; i++)
		add_id(k, zsk_id(signkey_algorithm(keys[i].key), signkey_public(keys[i].key)));
}

void cached_ds(struct cached_keys *k, const struct span *ds, unsigned count)
{
	*k = (struct cached_keys){ .count = 0 };
	for (unsigned i = 0; i < count; i++) {
		struct cursor c = cursor_over(ds[i]);
		uint16_t tag = cursor_u16(&c);
		add_id(k, ksk_id(cursor_u8(&c), tag));
	}
}

bool cached_have_common(const struct cached_keys *a, const struct cached_keys *b)
{
	for (unsigned i = 0; i < a->count; i++) {
		if (holds_id(b, a->ids[i]))
			return true;
	}
	return false;
}

/* True if a key of this algorithm in the RRset signed. */
static bool has_signature_for(
        const struct cached_keys *dnskey, const struct cached_keys *answer, uint8_t algorithm)
{
	for (unsigned i = 0; i < answer->count; i++) {
		if ((uint8_t)answer->ids[i] == algorithm && holds_id(dnskey, answer->ids[i]))
			return true;
	}
	return false;
}

enum cached_check cached_check(const struct cached_keys *dnskey, const struct cached_keys *answer)
{
	if (!cached_have_common(dnskey, answer))
		return CACHED_REJECTED;
	for (unsigned i = 0; i < dnskey->count; i++) {
		bool is_zsk = !cached_is_ksk(dnskey->ids[i]);
		if (is_zsk && !has_signature_for(dnskey, answer, (uint8_t)dnskey->ids[i]))
			return CACHED_LAX;
	}
	return CACHED_STRICT;
}

/* ---- What is in caches ---- */

static bool holds_same(const struct cached_keys *a, const struct cached_keys *b)
{
	bool same = a->count == b->count;

	for (unsigned i = 0; same && i < a->count; i++)
		same = holds_id(b, a->ids[i]);
	return same;
}

/* Returns where a set goes: in place of the same one, behind all, or in place of the one that ends
 * first. */
static struct cached_keys *cached_place(
        struct zone_caches *c, enum cached_kind kind, const struct cached_keys *k)
{
	struct cached_keys *items = c->items[kind], *first = items;

	for (unsigned i = 0; i < c->count[kind]; i++) {
		if (holds_same(&items[i], k))
			return &items[i];
		if (items[i].until_s < first->until_s)
			first = &items[i];
	}
	if (c->count[kind] == ZONE_CACHES_MOST)
		return first;
	struct cached_keys *last = &items[c->count[kind]++];
	last->until_s = INT64_MIN;
	return last;
}

void zone_caches_add(
        struct zone_caches *c, enum cached_kind kind, const struct cached_keys *k, int64_t at_s)
{
	struct cached_keys *place = cached_place(c, kind, k);
	int64_t until_s = at_s + k->life_s;

	if (holds_same(place, k) && place->until_s >= until_s)
		return;
	*place = *k;
	place->until_s = until_s;
}

unsigned zone_caches_drop(
        struct zone_caches *c, enum cached_kind kind, const struct cached_keys *k, int64_t now_s)
{
	struct cached_keys *items = c->items[kind];
	unsigned left = 0;

	for (unsigned i = 0; i < c->count[kind]; i++) {
		if (!holds_same(&items[i], k) || items[i].until_s > now_s + k->life_s)
			items[left++] = items[i];
	}
	c->count[kind] = left;
	return left;
}

void zone_caches_forget(struct zone_caches *c, int64_t now_s)
{
	for (unsigned kind = 0; kind < CACHED_KINDS; kind++) {
		unsigned left = 0;
		for (unsigned i = 0; i < c->count[kind]; i++) {
			struct cached_keys item = c->items[kind][i];
			if (item.until_s > now_s + item.life_s)
				item.until_s = now_s + item.life_s;
			if (item.until_s > now_s)
				c->items[kind][left++] = item;
		}
		c->count[kind] = left;
	}
}

int64_t zone_caches_next_s(const struct zone_caches *c)
{
	int64_t next_s = INT64_MAX;

	for (unsigned kind = 0; kind < CACHED_KINDS; kind++) {
		for (unsigned i = 0; i < c->count[kind]; i++) {
			if (c->items[kind][i].until_s < next_s)
				next_s = c->items[kind][i].until_s;
		}
	}
	return next_s;
}
