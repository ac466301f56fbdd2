/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_memory.h"

#include <errno.h>
#include <stdlib.h>

struct sign_memory {
	struct table tables[MEMORY_KINDS];
	struct zone_memory *zones;   /* by index in the policy */
	int64_t lacks_names_until_s; /* the end of the TTL of a name that was forgotten before it */
	uint32_t learned[LESSON_COUNT];
	struct memory_basis basis; /* of the answer that is being made */
};

struct seen_ttl {
	struct wide_hash id; /* of owner, type and data */
	uint32_t highest_s;
};

/* A name or a cut. */
struct seen_name {
	struct wide_hash id;
	int64_t until_s;     /* it counts as there */
	int64_t ttl_until_s; /* caches may have it */
	int64_t denied_s;    /* of a name: when the server denied it since it was seen, or 0 */
	bool has_dname;      /* of a name */
};

struct suspect {
	struct wide_hash id;
	int64_t until_s;
	enum suspicion suspicion;
};

enum { DENIED_A = 1, DENIED_AAAA = 2, DENIED_BOTH = 3 };

struct denied_name {
	struct wide_hash id;
	int64_t until_s;
	unsigned types; /* DENIED_... */
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
	/* memory_note_denied() says when an answer depends on an entry. An answer that denies a name
	 * for both types is not made anew if the entry is replaced: what was said is not undone. */
	[MEMORY_DENIED] = { .is_same = is_same_hash,
	        .id_octets = sizeof(struct wide_hash),
	        .found = LESSON_NONE,
	        .missing = LESSON_NONE,
	        .added = LESSON_NONE,
	        .replaced = LESSON_NONE,
	        .changed = LESSON_DENIED,
	        .removed = LESSON_NONE },
	/* A response that raises a suspicion is not answered, or only with the chain of aliases that
	 * leads there. A suspicion that proves true is a cut, which is a lesson. */
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

static void memory_learn(struct sign_memory *m, enum lesson lesson)
{
	if (lesson < LESSON_COUNT)
		m->learned[lesson]++;
}

static void memory_depend(struct sign_memory *m, enum lesson lesson)
{
	if (lesson < LESSON_COUNT)
		m->basis.depends |= (uint8_t)(1u << lesson);
}

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
	int result = table_init(&m->tables[MEMORY_TTLS], sizeof(struct seen_ttl), s->limits.ttls);
	if (result == 0)
		result = table_init(
		        &m->tables[MEMORY_NAMES], sizeof(struct seen_name), s->limits.names);
	if (result == 0)
		result = table_init(
		        &m->tables[MEMORY_DENIED], sizeof(struct denied_name), s->limits.names);
	if (result == 0)
		result = table_init(
		        &m->tables[MEMORY_CUTS], sizeof(struct seen_name), s->limits.cuts);
	if (result == 0)
		result = table_init(
		        &m->tables[MEMORY_SUSPECTS], sizeof(struct suspect), s->limits.cuts);
	return result;
}

void memory_fini(struct signer *s)
{
	if (!s->memory)
		return;
	for (unsigned i = 0; i < MEMORY_KINDS; i++)
		table_fini(&s->memory->tables[i]);
	free(s->memory->zones);
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

/* Makes an entry that memory_find() returned writable. */
static void *own_entry(const void *entry)
{
	return (void *)(uintptr_t)entry;
}

void memory_touch(struct signer *s, enum memory_kind kind, const void *entry)
{
	table_touch(&s->memory->tables[kind], own_entry(entry));
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

static void *memory_change(struct signer *s, enum memory_kind kind, const void *entry)
{
	memory_learn(s->memory, rules[kind].changed);
	memory_touch(s, kind, entry);
	return own_entry(entry);
}

static void memory_remove(struct signer *s, enum memory_kind kind, const void *entry)
{
	memory_learn(s->memory, rules[kind].removed);
	table_remove(&s->memory->tables[kind], own_entry(entry));
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

/* ---- What was seen ---- */

static struct wide_hash id_of_name(const struct signer *s, const struct name *name)
{
	return keyed_hash_wide(&s->key, name_span(name));
}

/* Returns `seen`, or NULL after removing an entry that is too old. */
static const struct seen_name *fresh_or_removed(
        struct signer *s, enum memory_kind kind, const struct seen_name *seen, int64_t now_s)
{
	if (!seen || now_s < seen->until_s)
		return seen;
	memory_remove(s, kind, seen);
	return NULL;
}

/* Adds an entry. Notes what a full table of names forgets for it; cuts have no TTL. */
static struct seen_name *add_seen(
        struct signer *s, enum memory_kind kind, const struct wide_hash *id)
{
	struct sign_memory *m = s->memory;
	const struct table *t = &m->tables[kind];
	const struct seen_name *oldest = table_oldest(t);

	if (t->used == t->capacity && oldest->ttl_until_s > m->lacks_names_until_s)
		m->lacks_names_until_s = oldest->ttl_until_s;
	return memory_add(s, kind, id);
}

/* Makes an entry that lasts for SIGN_MEMORY_S, or makes it last so long; `*is_new` says which. The
 * answer does not depend on that: each new name would make the kept answers anew that only noted
 * theirs, and anybody can ask for new names. */
static struct seen_name *note_seen(struct signer *s, enum memory_kind kind, const struct name *name,
        int64_t now_s, bool *is_new)
{
	struct wide_hash id = id_of_name(s, name);
	const struct seen_name *seen = fresh_or_removed(s, kind, memory_peek(s, kind, &id), now_s);
	struct seen_name *noted = seen ? memory_change(s, kind, seen) : add_seen(s, kind, &id);

	*is_new = !seen;
	if (noted->until_s < now_s + SIGN_MEMORY_S)
		noted->until_s = now_s + SIGN_MEMORY_S;
	return noted;
}

static bool was_seen(
        struct signer *s, enum memory_kind kind, const struct name *name, int64_t now_s)
{
	struct wide_hash id = id_of_name(s, name);
	const struct seen_name *seen = fresh_or_removed(s, kind, memory_find(s, kind, &id), now_s);

	if (seen)
		memory_limit(s, seen->until_s);
	return seen;
}

/* ---- Names ---- */

static struct seen_name *note_name(
        struct signer *s, const struct name *name, uint32_t ttl_s, int64_t now_s)
{
	bool is_new;

	struct seen_name *noted = note_seen(s, MEMORY_NAMES, name, now_s, &is_new);
	if (noted->ttl_until_s < now_s + ttl_s)
		noted->ttl_until_s = now_s + ttl_s;
	if (noted->until_s < noted->ttl_until_s)
		noted->until_s = noted->ttl_until_s;
	return noted;
}

/* An old denial must not count when the name is forgotten. */
static void note_undenied(struct signer *s, const struct name *name)
{
	struct wide_hash id = id_of_name(s, name);
	const struct denied_name *denied = memory_peek(s, MEMORY_DENIED, &id);

	if (denied)
		memory_remove(s, MEMORY_DENIED, denied);
}

bool memory_note_name(struct signer *s, const struct name *name, const struct name *apex,
        uint32_t ttl_s, int64_t now_s)
{
	struct name above;
	bool contradicts;

	if (name->labels <= apex->labels)
		return false;
	name_parent(name, &above);
	for (; above.labels > apex->labels; name_parent(&above, &above))
		note_name(s, &above, ttl_s, now_s);
	struct seen_name *noted = note_name(s, name, ttl_s, now_s);
	contradicts = noted->denied_s > 0 && now_s - noted->denied_s < SIGN_FLIP_S;
	noted->denied_s = 0;
	note_undenied(s, name);
	return contradicts;
}

bool memory_has_name(struct signer *s, const struct name *name, int64_t now_s)
{
	return was_seen(s, MEMORY_NAMES, name, now_s);
}

bool memory_lacks_names(struct signer *s, int64_t now_s)
{
	memory_depend(s->memory, LESSON_NAMES);
	if (now_s >= s->memory->lacks_names_until_s)
		return false;
	memory_limit(s, s->memory->lacks_names_until_s);
	return true;
}

static unsigned denied_bit(uint16_t type)
{
	return type == TYPE_A ? DENIED_A : type == TYPE_AAAA ? DENIED_AAAA : 0;
}

/* Notes the contradiction so far, if the name is known to exist. */
static void note_flip(struct signer *s, const struct wide_hash *id, int64_t now_s)
{
	const struct seen_name *seen = memory_peek(s, MEMORY_NAMES, id);

	if (seen && now_s < seen->until_s)
		((struct seen_name *)own_entry(seen))->denied_s = now_s;
}

bool memory_note_denied(struct signer *s, const struct name *name, uint16_t type, int64_t now_s)
{
	struct wide_hash id = id_of_name(s, name);
	const struct denied_name *seen = memory_find(s, MEMORY_DENIED, &id);
	bool is_fresh = seen && now_s < seen->until_s;
	unsigned types = denied_bit(type) | (is_fresh ? seen->types : 0);

	note_flip(s, &id, now_s);
	if (is_fresh && types == seen->types) {
		memory_touch(s, MEMORY_DENIED, seen);
	} else if (types) {
		struct denied_name *noted = seen ? memory_change(s, MEMORY_DENIED, seen)
		                                 : memory_add(s, MEMORY_DENIED, &id);
		noted->types = types;
		if (!is_fresh)
			noted->until_s = now_s + SIGN_MEMORY_S;
	}
	if (types == DENIED_BOTH)
		return true;
	memory_depend(s->memory, LESSON_DENIED);
	return false;
}

/* ---- Cuts ---- */

/* Signatures over sets that turn out to lie below the cut stay in their table: such sets are not
 * signed any more, so nothing looks for them. But no new ones need be made. */
void memory_note_cut(struct signer *s, const struct name *cut, int64_t now_s)
{
	bool is_new;

	note_seen(s, MEMORY_CUTS, cut, now_s, &is_new);
	if (is_new)
		s->renewals.count = 0;
}

bool memory_is_below_cut(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s)
{
	struct name above = *name;

	if (!memory_has_cuts(s))
		return false;
	for (; above.labels > apex->labels; name_parent(&above, &above)) {
		if (was_seen(s, MEMORY_CUTS, &above, now_s))
			return true;
	}
	return false;
}

void memory_forget_cuts(struct signer *s, const struct name *name, const struct name *apex)
{
	struct name above = *name;

	if (!memory_has_cuts(s))
		return;
	for (; above.labels > apex->labels; name_parent(&above, &above)) {
		struct wide_hash id = id_of_name(s, &above);
		const struct seen_name *seen = memory_find(s, MEMORY_CUTS, &id);
		if (seen)
			memory_remove(s, MEMORY_CUTS, seen);
	}
}

bool memory_has_cuts(const struct signer *s)
{
	return s->memory->tables[MEMORY_CUTS].used > 0;
}

bool memory_is_cut(struct signer *s, const struct name *name, int64_t now_s)
{
	return memory_has_cuts(s) && was_seen(s, MEMORY_CUTS, name, now_s);
}

/* ---- Suspicions ---- */

void memory_suspect(
        struct signer *s, const struct name *name, enum suspicion suspicion, int64_t until_s)
{
	struct wide_hash id = id_of_name(s, name);
	const struct suspect *known = memory_find(s, MEMORY_SUSPECTS, &id);
	struct suspect *noted = known ? memory_change(s, MEMORY_SUSPECTS, known)
	                              : memory_add(s, MEMORY_SUSPECTS, &id);

	noted->suspicion = suspicion;
	noted->until_s = until_s;
}

enum suspicion memory_suspicion(struct signer *s, const struct name *name, int64_t now_s)
{
	struct wide_hash id = id_of_name(s, name);
	const struct suspect *known = memory_find(s, MEMORY_SUSPECTS, &id);

	if (!known || now_s >= known->until_s)
		return SUSPICION_NONE;
	memory_limit(s, known->until_s);
	return known->suspicion;
}

bool memory_has_suspects(const struct signer *s)
{
	return s->memory->tables[MEMORY_SUSPECTS].used > 0;
}

/* ---- Zones ---- */

static struct zone_memory *zone_at(const struct signer *s, const struct sign_zone *zone)
{
	return &s->memory->zones[zone - s->policy->zones];
}

static struct zone_memory *own_zone(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_SOA);
	return zone_at(s, zone);
}

const struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone)
{
	return own_zone(s, zone);
}

void memory_note_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s)
{
	bool *has_dname = &zone_at(s, zone)->has_dname;

	if (!name_equal(name, &zone->apex)) {
		struct wide_hash id = id_of_name(s, name);
		const struct seen_name *seen = memory_peek(s, MEMORY_NAMES, &id);
		if (!seen || now_s >= seen->until_s)
			return;
		has_dname = &((struct seen_name *)own_entry(seen))->has_dname;
	}
	if (!*has_dname)
		memory_learn(s->memory, LESSON_NAMES);
	*has_dname = true;
}

bool memory_has_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s)
{
	struct wide_hash id = id_of_name(s, name);
	const struct seen_name *seen = memory_find(s, MEMORY_NAMES, &id);

	if (name_equal(name, &zone->apex))
		return zone_at(s, zone)->has_dname;
	return seen && now_s < seen->until_s && seen->has_dname;
}

void memory_note_type(struct signer *s, const struct sign_zone *zone, uint16_t type)
{
	if (learned_types_add(&zone_at(s, zone)->types, type))
		memory_learn(s->memory, LESSON_SOA);
}

void memory_want_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	zone_at(s, zone)->wants_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_wants_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	return now_s < zone_at(s, zone)->wants_soa_until_s && !zone_at(s, zone)->has_soa;
}

void memory_note_no_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	zone_at(s, zone)->wants_soa_until_s = 0;
	zone_at(s, zone)->no_soa_until_s = now_s + SIGN_DOUBT_S;
}

bool memory_may_learn_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s)
{
	const struct zone_memory *z = zone_at(s, zone);

	return !z->has_soa && now_s >= z->no_soa_until_s;
}

bool memory_contradicts(struct signer *s, const struct sign_zone *zone)
{
	memory_depend(s->memory, LESSON_NAMES);
	return zone_at(s, zone)->contradicts;
}

void memory_note_contradiction(struct signer *s, const struct sign_zone *zone)
{
	zone_at(s, zone)->contradicts = true;
	memory_learn(s->memory, LESSON_NAMES);
}

/* Even a known SOA makes the answer depend on it: recalling the answer after another SOA was seen
 * would leave out that this one is back. */
void memory_note_soa(struct signer *s, const struct sign_zone *zone, const struct set_ttls *ttls,
        struct span rdata)
{
	struct zone_memory *z = own_zone(s, zone);

	if (z->has_soa && z->original_ttl_s == ttls->original_s && z->ttl_s == ttls->wire_s &&
	        span_equal(span_of(z->soa, z->len), rdata))
		return;
	z->original_ttl_s = ttls->original_s;
	z->ttl_s = ttls->wire_s;
	z->minimum_s = get_u32(rdata.base + rdata.len - 4);
	z->len = (uint16_t)rdata.len;
	memcpy(z->soa, rdata.base, rdata.len);
	z->has_soa = true;
	memory_learn(s->memory, LESSON_SOA);
}

/* The learned SOA of a zone stays if both policies have the zone. */
void memory_set_policy(
        struct signer *s, const struct sign_policy *policy, struct zone_memory *zones)
{
	for (unsigned i = 0; s->policy && i < policy->zone_count; i++) {
		const struct sign_zone *zone = &policy->zones[i];
		const struct sign_zone *before = sign_policy_apex(s->policy, &zone->apex);
		if (!before)
			continue;
		zones[i] = *memory_zone(s, before);
		zones[i].ttl_s = least(zones[i].ttl_s, zone->max_ttl_s);
		zones[i].original_ttl_s = least(zones[i].original_ttl_s, zone->max_ttl_s);
	}
	free(s->memory->zones);
	s->memory->zones = zones;
	memory_learn(s->memory, LESSON_ALL);
}

static void empty_table(struct table *t)
{
	for (void *entry; (entry = table_oldest(t));)
		table_remove(t, entry);
}

/* Returns when the last TTL of a name ends. */
static int64_t last_ttl_s(const struct table *names)
{
	int64_t last_s = 0;

	for (struct seen_name *n = table_oldest(names); n; n = table_younger(names, n)) {
		if (n->ttl_until_s > last_s)
			last_s = n->ttl_until_s;
	}
	return last_s;
}

void memory_flush(struct signer *s)
{
	static const enum memory_kind kinds[] = { MEMORY_NAMES, MEMORY_DENIED, MEMORY_CUTS,
		MEMORY_SUSPECTS };
	struct sign_memory *m = s->memory;
	int64_t last_s = last_ttl_s(&m->tables[MEMORY_NAMES]);

	if (last_s > m->lacks_names_until_s)
		m->lacks_names_until_s = last_s;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		empty_table(&m->tables[kinds[i]]);
	for (unsigned i = 0; i < s->policy->zone_count; i++) {
		m->zones[i].contradicts = false;
		m->zones[i].wants_soa_until_s = 0;
		m->zones[i].no_soa_until_s = 0;
	}
	memory_learn(m, LESSON_ALL);
}
