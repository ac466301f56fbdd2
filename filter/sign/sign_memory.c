/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_memory.h"

#include <errno.h>
#include <stdlib.h>

#include "sign/sign_memory_private.h"

struct seen_ttl {
	struct wide_hash id; /* of owner, type and data */
	uint32_t highest_s;
};

static bool is_same_hash(const void *entry, const void *id)
{
	return memcmp(entry, id, sizeof(struct wide_hash)) == 0;
}

static bool is_same_fingerprint(const void *entry, const void *id)
{
	return memcmp(entry, id, FINGERPRINT_OCTETS) == 0;
}

/* ---- Lessons ---- */

/* The lessons of one kind of memory. LESSON_ALL is zero, so it stands where a row says nothing. */
static const struct memory_rule {
	table_same *is_same; /* compares the id of an entry */
	size_t id_octets;
	/* An answer that looked for an entry depends on: */
	enum lesson found, missing;
	/* This is learned when an entry is: */
	enum lesson added, replaced, changed, removed;
} rules[] = {
	/* An answer has a copy of each signature, so it needs no entry any more. */
	[MEMORY_SIGNATURES] = { .is_same = is_same_fingerprint,
	        .id_octets = FINGERPRINT_OCTETS,
	        .found = LESSON_NONE,
	        .missing = LESSON_SIGNATURES,
	        .added = LESSON_SIGNATURES,
	        .replaced = LESSON_NONE },
	/* No answer goes without the signature of a denial. */
	[MEMORY_DENIALS] = { .is_same = is_same_fingerprint,
	        .id_octets = FINGERPRINT_OCTETS,
	        .found = LESSON_NONE,
	        .missing = LESSON_NONE,
	        .added = LESSON_NONE,
	        .replaced = LESSON_NONE },
	/* memory_ttl() says when an answer depends on an entry. An answer that misses an entry adds
	 * the entry itself. */
	[MEMORY_TTLS] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .added = LESSON_NONE,
	        .replaced = LESSON_TTLS },
	/* An entry that replaces another is a new name, too. A change sets only the time when a
	 * name was seen, and an entry is removed only when it is too old. */
	[MEMORY_NAMES] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .found = LESSON_NAMES,
	        .missing = LESSON_NAMES,
	        .added = LESSON_NAMES,
	        .replaced = LESSON_NAMES,
	        .changed = LESSON_NONE,
	        .removed = LESSON_NONE },
	/* memory_note_denied() says when an answer depends on an entry. An answer that denies a
	 * name for both types is not made anew if the entry is replaced: what was said is not
	 * undone. */
	[MEMORY_DENIED] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .found = LESSON_NONE,
	        .missing = LESSON_NONE,
	        .added = LESSON_NONE,
	        .replaced = LESSON_NONE,
	        .changed = LESSON_DENIED,
	        .removed = LESSON_NONE },
	/* A response that raises a suspicion is not answered, or only with the chain of aliases
	 * that leads there. A suspicion that proves true is a cut, which is a lesson. */
	[MEMORY_SUSPECTS] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .found = LESSON_NONE,
	        .missing = LESSON_NONE,
	        .added = LESSON_NONE,
	        .replaced = LESSON_NONE,
	        .changed = LESSON_NONE,
	        .removed = LESSON_NONE },
	/* A change sets only the time when a cut was seen. */
	[MEMORY_CUTS] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .changed = LESSON_NONE },
};

void memory_begin(struct signer *s, int64_t until_s)
{
	struct memory_basis *basis = &s->memory->basis;

	memcpy(basis->learned, s->memory->learned, sizeof(basis->learned));
	basis->depends = 1u << LESSON_ALL;
	basis->until_s = until_s;
}

void memory_limit(struct signer *s, int64_t until_s)
{
	if (until_s < s->memory->basis.until_s)
		s->memory->basis.until_s = until_s;
}

const struct memory_basis *memory_basis(const struct signer *s)
{
	return &s->memory->basis;
}

bool memory_is_unchanged(
        const struct signer *s, const uint32_t learned[static LESSON_COUNT], uint8_t depends)
{
	const uint32_t *now = s->memory->learned;

	for (unsigned rest = depends; rest; rest >>= 1, learned++, now++) {
		if ((rest & 1) && *learned != *now)
			return false;
	}
	return true;
}

/* ---- Tables ---- */

int memory_init(struct signer *s)
{
	struct sign_memory *m = s->memory = calloc(1, sizeof(*s->memory));

	if (!m)
		return -ENOMEM;
	return table_init(&m->tables[MEMORY_TTLS], sizeof(struct seen_ttl), s->limits.ttls);
}

void memory_fini(struct signer *s)
{
	if (!s->memory)
		return;
	for (unsigned i = 0; i < MEMORY_KINDS; i++)
		table_fini(&s->memory->tables[i]);
	memory_free_zones(s->memory);
	free(s->memory);
}

int memory_fit_signatures(struct signer *s, size_t octets)
{
	struct table *tables = s->memory->tables;
	struct table signatures = { 0 }, denials = { 0 };

	if (table_init(&signatures, octets, s->limits.signatures) < 0 ||
	        table_init(&denials, octets, s->limits.denials) < 0) {
		table_fini(&signatures);
		table_fini(&denials);
		return -ENOMEM;
	}
	table_fini(&tables[MEMORY_SIGNATURES]);
	table_fini(&tables[MEMORY_DENIALS]);
	tables[MEMORY_SIGNATURES] = signatures;
	tables[MEMORY_DENIALS] = denials;
	return 0;
}

/* The beginning of an id serves as the table's hash. */
static uint64_t hash_of_id(const void *id)
{
	uint64_t hash;

	memcpy(&hash, id, sizeof(hash));
	return hash;
}

const void *memory_peek(struct signer *s, enum memory_kind kind, const void *id)
{
	return table_find(&s->memory->tables[kind], hash_of_id(id), rules[kind].is_same, id);
}

const void *memory_find(struct signer *s, enum memory_kind kind, const void *id)
{
	const void *entry = memory_peek(s, kind, id);

	memory_depend(s->memory, entry ? rules[kind].found : rules[kind].missing);
	return entry;
}

void memory_touch(struct signer *s, enum memory_kind kind, const void *entry)
{
	table_touch(&s->memory->tables[kind], memory_own(entry));
}

void *memory_add(struct signer *s, enum memory_kind kind, const void *id)
{
	struct table *t = &s->memory->tables[kind];

	memory_learn(s->memory, rules[kind].added);
	if (t->used == t->capacity)
		memory_learn(s->memory, rules[kind].replaced);
	void *entry = table_add_or_replace(t, hash_of_id(id));
	memcpy(entry, id, rules[kind].id_octets);
	return entry;
}

void *memory_change(struct signer *s, enum memory_kind kind, const void *entry)
{
	memory_learn(s->memory, rules[kind].changed);
	memory_touch(s, kind, entry);
	return memory_own(entry);
}

void memory_remove(struct signer *s, enum memory_kind kind, const void *entry)
{
	memory_learn(s->memory, rules[kind].removed);
	table_remove(&s->memory->tables[kind], memory_own(entry));
}

/* ---- TTLs ---- */

/* Returns the set as one run of octets in the arena, empty if the arena is used up. */
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

/* Returns the highest TTL seen of the set with this id, `ttl_s` included. */
static uint32_t highest_ttl(struct signer *s, const struct wide_hash *id, uint32_t ttl_s)
{
	const struct seen_ttl *seen = memory_find(s, MEMORY_TTLS, id);

	if (!seen) {
		((struct seen_ttl *)memory_add(s, MEMORY_TTLS, id))->highest_s = ttl_s;
		return ttl_s;
	}
	if (ttl_s > seen->highest_s) {
		((struct seen_ttl *)memory_change(s, MEMORY_TTLS, seen))->highest_s = ttl_s;
		return ttl_s;
	}
	memory_touch(s, MEMORY_TTLS, seen);
	if (ttl_s < seen->highest_s)
		memory_depend(s->memory, LESSON_TTLS);
	return seen->highest_s;
}

uint32_t memory_ttl(
        struct signer *s, const struct canonical_set *set, uint32_t ttl_s, uint32_t max_s)
{
	size_t mark = arena_mark(&s->arena);
	struct span octets = set_octets(&s->arena, set);
	struct wide_hash id = keyed_hash_wide(&s->key, octets);

	arena_reset(&s->arena, mark);
	ttl_s = least(ttl_s, max_s);
	if (octets.len == 0)
		return ttl_s;
	/* The policy's bound may have been higher when an entry was made. */
	return least(highest_ttl(s, &id, ttl_s), max_s);
}
