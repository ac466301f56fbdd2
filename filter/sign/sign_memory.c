/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a signer remembers. Every table is of a fixed size, and what was used longest ago gives way.
 */
#include "sign/signer_private.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_OCTETS (4u << 20) /* for the groups and the canonical form of the largest message */

struct seen_name {
	struct wide_hash id; /* of the name: nobody who does not know the key finds two alike */
	int64_t seen_s;
};

struct seen_ttl {
	struct wide_hash id; /* of owner, type and data */
	uint32_t highest_s;
};

static const struct signer_limits defaults = {
	.signatures = 32768,
	.denials = 16384,
	.ttls = 32768,
	.names = 16384,
	.cuts = 4096,
	.networks = 4096,
	.servers = 256,
};

static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
	return given ? given : otherwise;
}

static void take_limits(struct signer *s, const struct signer_limits *given)
{
	static const struct signer_limits none;
	const struct signer_limits *l = given ? given : &none;

	s->limits = (struct signer_limits){
		.signatures = or_default(l->signatures, defaults.signatures),
		.denials = or_default(l->denials, defaults.denials),
		.ttls = or_default(l->ttls, defaults.ttls),
		.names = or_default(l->names, defaults.names),
		.cuts = or_default(l->cuts, defaults.cuts),
		.networks = or_default(l->networks, defaults.networks),
		.servers = or_default(l->servers, defaults.servers),
		.messages = l->messages,
	};
}

static size_t longest_signature(const struct sign_policy *p)
{
	size_t longest = 1;

	for (unsigned i = 0; i < p->zone_count; i++) {
		size_t octets = signkey_signature_octets(p->zones[i].key);
		if (octets > longest)
			longest = octets;
	}
	return longest;
}

struct signer *signer_new(
        struct crypto *crypto, const struct sign_policy *policy, const struct signer_limits *limits)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->crypto = crypto;
	take_limits(s, limits);
	s->items = calloc(SIGN_ITEMS_MAX, sizeof(*s->items));
	if (hash_key_draw(&s->key) == 0 && s->items && arena_init(&s->arena, ARENA_OCTETS) == 0 &&
	        table_init(&s->ttls, sizeof(struct seen_ttl), s->limits.ttls) == 0 &&
	        table_init(&s->names, sizeof(struct seen_name), s->limits.names) == 0 &&
	        table_init(&s->cuts, sizeof(struct seen_name), s->limits.cuts) == 0 &&
	        sign_recall_init(&s->recall, s->limits.messages) == 0 && sign_budget_init(s) == 0 &&
	        sign_servers_init(s) == 0 && signer_set_policy(s, policy) == 0)
		return s;
	signer_free(s);
	return NULL;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	table_fini(&s->signatures);
	table_fini(&s->denials);
	table_fini(&s->ttls);
	table_fini(&s->names);
	table_fini(&s->cuts);
	table_fini(&s->networks);
	table_fini(&s->servers);
	sign_recall_fini(&s->recall);
	arena_fini(&s->arena);
	free(s->zones);
	free(s->items);
	free(s);
}

/* What was learned of the zones that both policies have. */
static void keep_zones(
        struct signer *s, const struct sign_policy *policy, struct zone_memory *memory)
{
	for (unsigned i = 0; s->policy && i < policy->zone_count; i++) {
		const struct sign_zone *zone = &policy->zones[i];
		const struct sign_zone *before = sign_policy_apex(s->policy, &zone->apex);
		if (!before)
			continue;
		memory[i] = *memory_zone(s, before);
		memory[i].ttl_s = least(memory[i].ttl_s, zone->max_ttl_s);
		memory[i].original_ttl_s = least(memory[i].original_ttl_s, zone->max_ttl_s);
	}
}

/* Signatures are found by all that they cover, the key too, so old ones can stay; but longer ones
 * would not fit in beside them. Returns 0 or -ENOMEM. */
static int make_room(struct signer *s, size_t octets)
{
	struct table signatures = { 0 }, denials = { 0 };

	if (octets <= s->signature_octets)
		return 0;
	if (signatures_init(&signatures, octets, s->limits.signatures) < 0 ||
	        signatures_init(&denials, octets, s->limits.denials) < 0) {
		table_fini(&signatures);
		table_fini(&denials);
		return -ENOMEM;
	}
	table_fini(&s->signatures);
	table_fini(&s->denials);
	s->signatures = signatures;
	s->denials = denials;
	s->signature_octets = octets;
	return 0;
}

int signer_set_policy(struct signer *s, const struct sign_policy *policy)
{
	if (sign_policy_check(policy))
		return -EINVAL;
	size_t zones = policy->zone_count ? policy->zone_count : 1;
	struct zone_memory *memory = calloc(zones, sizeof(*memory));

	if (!memory || make_room(s, longest_signature(policy)) < 0) {
		free(memory);
		return -ENOMEM;
	}
	keep_zones(s, policy, memory);
	free(s->zones);
	s->zones = memory;
	s->renewals.count = 0; /* they have keys of the old one */
	if (!s->policy || !sign_policy_asks_alike(s->policy, policy))
		s->policy_number++;
	s->policy = policy;
	s->recall.learned[LESSON_ANY]++;
	s->period_s = sign_policy_period(policy);
	return 0;
}

void signer_believe_clock(struct signer *s, bool is_believed)
{
	s->doubts_clock = !is_believed;
}

void *table_add_or_replace(struct table *t, uint64_t hash)
{
	if (t->used == t->capacity)
		table_remove(t, table_oldest(t));
	return table_add(t, hash);
}

struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone)
{
	s->recall.depends[LESSON_SOA] = true;
	return &s->zones[zone - s->policy->zones];
}

static bool is_same_id(const void *entry, const void *key)
{
	return memcmp(entry, key, sizeof(struct wide_hash)) == 0;
}

/* Half of the id serves as the table's hash. */
static uint64_t hash_of(const struct wide_hash *id)
{
	uint64_t hash;
	memcpy(&hash, id->octets, sizeof(hash));
	return hash;
}

/* ---- TTLs ---- */

/* The set as one run of octets in the arena; its length is 0 when that is used up. */
static struct span set_octets(struct arena *arena, const struct canonical_set *set)
{
	size_t size = set->set->owner.len + 2u;

	for (unsigned i = 0; i < set->count; i++)
		size += 2 + set->rdatas[i].len;
	uint8_t *room = arena_take(arena, size);
	if (!room)
		return span_of(NULL, 0);
	struct writer w = writer_over(room, size);
	writer_put(&w, name_span(&set->set->owner));
	writer_u16(&w, set->set->type);
	for (unsigned i = 0; i < set->count; i++) {
		writer_u16(&w, (uint16_t)set->rdatas[i].len);
		writer_put(&w, set->rdatas[i]);
	}
	return writer_span(&w);
}

uint32_t memory_ttl(
        struct signer *s, const struct canonical_set *set, uint32_t ttl_s, uint32_t max_s)
{
	size_t mark = arena_mark(&s->arena);
	struct span octets = set_octets(&s->arena, set);
	struct wide_hash id = keyed_hash_wide(&s->key, octets);
	struct seen_ttl *seen;

	arena_reset(&s->arena, mark);
	if (ttl_s > max_s)
		ttl_s = max_s;
	if (octets.len == 0)
		return ttl_s;
	seen = table_find(&s->ttls, hash_of(&id), is_same_id, &id);
	if (seen) {
		table_touch(&s->ttls, seen);
		s->recall.learned[LESSON_ANY] += ttl_s > seen->highest_s;
	} else {
		s->recall.learned[LESSON_TTLS] += s->ttls.used == s->ttls.capacity;
		seen = table_add_or_replace(&s->ttls, hash_of(&id));
		seen->id = id;
	}
	if (ttl_s > seen->highest_s)
		seen->highest_s = ttl_s;
	s->recall.depends[LESSON_TTLS] |= ttl_s < seen->highest_s;
	/* The policy's bound may have been higher when it was seen. */
	return seen->highest_s < max_s ? seen->highest_s : max_s;
}

/* ---- Names ---- */

static struct seen_name *find_name(
        struct signer *s, struct table *t, const struct name *name, struct wide_hash *id)
{
	*id = keyed_hash_wide(&s->key, name_span(name));
	return table_find(t, hash_of(id), is_same_id, id);
}

static bool is_known(const struct seen_name *seen, int64_t now_s)
{
	return seen && now_s - seen->seen_s < SIGN_MEMORY_S;
}

/* Returns false when it was known already. */
static bool note_name(struct signer *s, struct table *t, const struct name *name, int64_t now_s)
{
	struct wide_hash id;
	struct seen_name *seen = find_name(s, t, name, &id);
	bool is_new = !is_known(seen, now_s);

	if (seen) {
		table_touch(t, seen);
	} else {
		seen = table_add_or_replace(t, hash_of(&id));
		seen->id = id;
	}
	seen->seen_s = now_s;
	return is_new;
}

static bool was_seen(struct signer *s, struct table *t, const struct name *name, int64_t now_s)
{
	struct wide_hash id;
	const struct seen_name *seen = find_name(s, t, name, &id);

	if (!is_known(seen, now_s))
		return false;
	sign_recall_limit(&s->recall, seen->seen_s + SIGN_MEMORY_S);
	return true;
}

void memory_note_name(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s)
{
	struct name above;

	name_parent(name, &above);
	for (; above.labels > apex->labels; name_parent(&above, &above))
		s->recall.learned[LESSON_NAMES] += note_name(s, &s->names, &above, now_s);
}

bool memory_has_below(struct signer *s, const struct name *name, int64_t now_s)
{
	s->recall.depends[LESSON_NAMES] = true;
	return was_seen(s, &s->names, name, now_s);
}

/* ---- Cuts ---- */

/* Signatures over what turns out to lie below it stay where they are: nobody looks for one whose
 * set is not signed any more. But no new ones need be made. */
void memory_note_cut(struct signer *s, const struct name *cut, int64_t now_s)
{
	if (!note_name(s, &s->cuts, cut, now_s))
		return;
	s->renewals.count = 0;
	s->recall.learned[LESSON_ANY]++;
}

bool memory_is_below_cut(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s)
{
	struct name above = *name;

	if (s->cuts.used == 0)
		return false;
	for (; above.labels > apex->labels; name_parent(&above, &above)) {
		if (was_seen(s, &s->cuts, &above, now_s))
			return true;
	}
	return false;
}

void memory_forget_cuts(struct signer *s, const struct name *name, const struct name *apex)
{
	struct name above = *name;

	if (s->cuts.used == 0)
		return;
	for (; above.labels > apex->labels; name_parent(&above, &above)) {
		struct wide_hash id;
		struct seen_name *seen = find_name(s, &s->cuts, &above, &id);
		if (!seen)
			continue;
		table_remove(&s->cuts, seen);
		s->recall.learned[LESSON_ANY]++;
	}
}
