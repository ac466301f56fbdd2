/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/expansion.h"

#include "base/least.h"

struct expansion {
	struct name name;
	unsigned zone_labels; /* of the zone that signed the wildcard, and must deny closer names */
	/* Nothing exists below the last `labels` labels on the way to the name: proved until
	 * then. */
	int64_t until_s;
	struct outcome outcome; /* SECURE or INSECURE */
	unsigned labels;
	/* This server could not prove it. */
	uint64_t source;
	int64_t failed_until_s;
};

int expansions_init(struct expansions *e)
{
	int error = hash_key_draw(&e->key);

	return error ? error : table_init(&e->names, sizeof(struct expansion), EXPANSION_NAMES);
}

void expansions_fini(struct expansions *e)
{
	table_fini(&e->names);
}

void expansions_forget(struct expansions *e)
{
	while (e->names.used > 0)
		table_remove(&e->names, table_oldest(&e->names));
}

static bool is_expansion_of(const void *entry, const void *name)
{
	return name_equal(&((const struct expansion *)entry)->name, name);
}

/* Returns what is known of a name, or NULL. Valid until the next expansion_get(). */
static struct expansion *expansion_find(struct expansions *e, const struct name *name)
{
	struct expansion *entry =
	        table_find(&e->names, keyed_hash(&e->key, name_span(name)), is_expansion_of, name);

	if (entry)
		table_touch(&e->names, entry);
	return entry;
}

/* The same; a new entry if nothing is known. */
static struct expansion *expansion_get(struct expansions *e, const struct name *name)
{
	struct expansion *entry = expansion_find(e, name);

	if (entry)
		return entry;
	entry = table_add_or_replace(&e->names, keyed_hash(&e->key, name_span(name)));
	entry->name = *name;
	return entry;
}

static bool has_failed(const struct judging *j, const struct expansion *e)
{
	return e->failed_until_s > j->now_s && e->source == j->gate->store->source;
}

/* A name below one that does not exist does not exist either, so a proof higher up is enough. A
 * proof that does not fit is not asked for again, or two RRsets of one response could take
 * turns. */
bool expansion_judge(struct judging *j, const struct rrset *set, struct outcome *outcome)
{
	struct expansion *e = expansion_find(&j->gate->expansions, &set->owner);
	const struct ruling *r = ruling_of(j, set);

	if (e && e->until_s > j->now_s) {
		if (r->zone_labels == e->zone_labels && r->proved.labels >= e->labels)
			*outcome = e->outcome;
		store_rely(j->gate->store, e->until_s);
		return true;
	}
	if (!j->may_want || (e && has_failed(j, e))) {
		j->is_provisional = true;
		return true;
	}
	expansion_get(&j->gate->expansions, &set->owner)->zone_labels = r->zone_labels;
	j->wants = true;
	j->want = (struct want){ .name = set->owner, .type = TYPE_NSEC3 };
	return false;
}

/* Looks for the highest name on the way to `name` that is proved not to exist. */
static bool find_proof(struct judging *j, const struct name *name, struct expansion *e)
{
	struct name zone;
	struct denial denial;
	uint32_t ttl_s = LIMIT_TRUST_TTL_S;

	name_suffix(name, e->zone_labels, &zone);
	judge_denial_records(j, &zone, &denial, &ttl_s);
	for (unsigned labels = zone.labels; labels < name->labels; labels++) {
		struct outcome outcome = denial_of_closer_match(&denial, name, labels);
		if (outcome.status > STATUS_INSECURE)
			continue;
		e->labels = labels;
		e->outcome = outcome;
		e->until_s = j->now_s +
		             (ttl_s > LIMIT_TRUST_MIN_S ? ttl_s : (uint32_t)LIMIT_TRUST_MIN_S);
		return true;
	}
	return false;
}

/* An attacker who answers before the server must not end the matter. */
bool expansion_learn(struct judging *j, const struct name *name, bool last_try)
{
	j->may_want = false;
	if (find_proof(j, name, expansion_get(&j->gate->expansions, name)))
		return true;
	if (last_try)
		expansion_learn_failure(j->gate, name, j->now_s);
	return last_try;
}

void expansion_learn_failure(struct gate *g, const struct name *name, int64_t now_s)
{
	struct expansion *e = expansion_get(&g->expansions, name);

	e->source = g->store->source;
	e->failed_until_s = now_s + LIMIT_FAILED_TTL_S;
}
