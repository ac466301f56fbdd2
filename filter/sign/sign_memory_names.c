/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_memory_names.h"

#include "sign/sign_memory_private.h"

/* A name, or the begin of a cut. */
struct seen_name {
	struct wide_hash id;
	int64_t until_s;     /* it counts as there */
	int64_t ttl_until_s; /* caches may have it */
	int64_t denied_s;    /* of a name: when the server denied it since it was seen, or 0 */
	bool has_dname;      /* of a name */
};

struct seen_cut {
	struct seen_name seen; /* the functions of names look at this part */
	uint8_t len;
	uint8_t octets[NAME_MAX_OCTETS]; /* of the name, for the operator */
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

int memory_init_names(struct signer *s)
{
	const struct {
		enum memory_kind kind;
		size_t octets;
		uint32_t capacity;
	} rows[] = {
		{ MEMORY_NAMES, sizeof(struct seen_name), s->limits.names },
		{ MEMORY_DENIED, sizeof(struct denied_name), s->limits.names },
		{ MEMORY_CUTS, sizeof(struct seen_cut), s->limits.cuts },
		{ MEMORY_SUSPECTS, sizeof(struct suspect), s->limits.cuts },
	};
	int result = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && result == 0; i++)
		result = table_init(
		        &s->memory->tables[rows[i].kind], rows[i].octets, rows[i].capacity);
	return result;
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
static struct seen_name *note_seen(struct signer *s, enum memory_kind kind,
        const struct wide_hash *id, int64_t now_s, bool *is_new)
{
	const struct seen_name *seen = fresh_or_removed(s, kind, memory_peek(s, kind, id), now_s);
	struct seen_name *noted = seen ? memory_change(s, kind, seen) : add_seen(s, kind, id);

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
        struct signer *s, const struct wide_hash *id, uint32_t ttl_s, int64_t now_s)
{
	bool is_new;

	struct seen_name *noted = note_seen(s, MEMORY_NAMES, id, now_s, &is_new);
	if (noted->ttl_until_s < now_s + ttl_s)
		noted->ttl_until_s = now_s + ttl_s;
	if (noted->until_s < noted->ttl_until_s)
		noted->until_s = noted->ttl_until_s;
	return noted;
}

/* An old denial must not count when the name is forgotten. */
static void note_undenied(struct signer *s, const struct wide_hash *id)
{
	const struct denied_name *denied = memory_peek(s, MEMORY_DENIED, id);

	if (denied)
		memory_remove(s, MEMORY_DENIED, denied);
}

static void note_names_above(struct signer *s, const struct name *name, const struct name *apex,
        uint32_t ttl_s, int64_t now_s)
{
	struct name above;

	name_parent(name, &above);
	for (; above.labels > apex->labels; name_parent(&above, &above)) {
		struct wide_hash id = id_of_name(s, &above);
		note_name(s, &id, ttl_s, now_s);
	}
}

bool memory_note_name(struct signer *s, const struct name *name, const struct name *apex,
        uint32_t ttl_s, int64_t now_s)
{
	if (name->labels <= apex->labels)
		return false;
	note_names_above(s, name, apex, ttl_s, now_s);
	struct wide_hash id = id_of_name(s, name);
	struct seen_name *noted = note_name(s, &id, ttl_s, now_s);
	bool contradicts = noted->denied_s > 0 && now_s - noted->denied_s < SIGN_FLIP_S;
	noted->denied_s = 0;
	note_undenied(s, &id);
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
		((struct seen_name *)memory_own(seen))->denied_s = now_s;
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
	struct wide_hash id = id_of_name(s, cut);
	struct seen_cut *noted = (struct seen_cut *)note_seen(s, MEMORY_CUTS, &id, now_s, &is_new);

	if (!is_new)
		return;
	noted->len = cut->len;
	memcpy(noted->octets, name_span(cut).base, cut->len);
	s->renewals.count = 0;
}

void signer_each_cut(const struct signer *s, int64_t now_s, signer_cut_teller *tell, void *context)
{
	const struct table *t = &s->memory->tables[MEMORY_CUTS];
	struct seen_cut *cut = table_newest(t);

	for (; cut; cut = table_older(t, cut)) {
		struct cursor c = cursor_over(span_of(cut->octets, cut->len));
		struct name name;
		if (now_s >= cut->seen.until_s)
			continue;
		name_read_plain(&c, &name);
		tell(context, &name, cut->seen.until_s);
	}
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

/* ---- DNAMEs ---- */

void memory_note_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s)
{
	bool *has_dname;

	if (name_equal(name, &zone->apex)) {
		struct zone_memory *z = memory_own_zone(s, zone);
		if (!z)
			return;
		has_dname = &z->has_dname;
	} else {
		struct wide_hash id = id_of_name(s, name);
		const struct seen_name *seen = memory_peek(s, MEMORY_NAMES, &id);
		if (!seen || now_s >= seen->until_s)
			return;
		has_dname = &((struct seen_name *)memory_own(seen))->has_dname;
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
		return memory_peek_zone(s, zone)->has_dname;
	return seen && now_s < seen->until_s && seen->has_dname;
}

/* ---- Forgetting ---- */

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

static void empty_table(struct table *t)
{
	for (void *entry; (entry = table_oldest(t));)
		table_remove(t, entry);
}

void memory_flush_names(struct signer *s)
{
	static const enum memory_kind kinds[] = { MEMORY_NAMES, MEMORY_DENIED, MEMORY_CUTS,
		MEMORY_SUSPECTS };
	struct sign_memory *m = s->memory;
	int64_t last_s = last_ttl_s(&m->tables[MEMORY_NAMES]);

	if (last_s > m->lacks_names_until_s)
		m->lacks_names_until_s = last_s;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		empty_table(&m->tables[kinds[i]]);
	memory_learn(m, LESSON_ALL);
}
