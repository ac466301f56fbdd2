/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a signer remembers. Every table is of a fixed size, and what was used longest ago gives way.
 */
#include "sign/sign_memory.h"

#include "sign/signer_private.h"

struct seen_name {
	struct wide_hash id; /* of the name: nobody who does not know the key finds two alike */
	int64_t seen_s;
};

struct seen_ttl {
	struct wide_hash id; /* of owner, type and data */
	uint32_t highest_s;
};

int memory_init(struct signer *s)
{
	int result = table_init(&s->ttls, sizeof(struct seen_ttl), s->limits.ttls);

	if (result == 0)
		result = table_init(&s->names, sizeof(struct seen_name), s->limits.names);
	if (result == 0)
		result = table_init(&s->cuts, sizeof(struct seen_name), s->limits.cuts);
	return result;
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
