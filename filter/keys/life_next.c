/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_next.h"

#include "keys/life_phase.h"

static const char *role_of(const struct life_key *k)
{
	return k->role == LIFE_KSK ? "KSK" : "ZSK";
}

/* True if the parent has a DS of the zone, as far as is known: then CDS records that the DS proves
 * may change it. Most parents take no first DS from CDS (RFC 8078, 3), so before that it is the
 * operator's turn. */
static bool parent_takes_cds(const struct life *life, const struct life_policy *policy)
{
	for (unsigned i = 0; i < life->count && policy->has_cds; i++) {
		const struct life_mark *ds = &life->keys[i].marks[LIFE_DS];
		if (ds->stage == LIFE_OMNIPRESENT || ds->stage == LIFE_UNRETENTIVE ||
		        (ds->stage == LIFE_RUMOURED && ds->seen_s))
			return true;
	}
	return false;
}

/* A KSK whose DS the parent is to have, or to have no more. */
static bool find_parents_turn(
        const struct life *life, const struct life_policy *policy, struct life_next *next)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (!life_is_uncertain(k, LIFE_DS) || k->marks[LIFE_DS].seen_s)
			continue;
		next->actor = parent_takes_cds(life, policy) ? LIFE_BY_PARENT : LIFE_BY_OPERATOR;
		complaint_set(&next->what, "every server of the parent %s the DS of the KSK %u",
		        k->marks[LIFE_DS].stage == LIFE_RUMOURED ? "has" : "has removed", k->tag);
		return true;
	}
	return false;
}

static const char *record_words(enum life_record record)
{
	static const char *const words[] = { "DNSKEY record", "signature of the DNSKEY set",
		"DS record", "signatures" };
	return words[record];
}

/* Takes it if it comes before what is known of already. */
static bool comes_earlier(struct life_next *next, int64_t at_s)
{
	if (next->what.text[0] && next->at_s <= at_s)
		return false;
	next->at_s = at_s;
	return true;
}

/* Returns false if the record waits for servers. */
static bool take_wait(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, enum life_record record, struct life_next *next)
{
	int64_t due_s = life_due_s(life, policy, k, record, true);
	bool is_new = k->marks[record].stage == LIFE_RUMOURED;

	if (due_s == INT64_MAX) {
		next->actor = LIFE_BY_SERVERS;
		next->at_s = 0;
		complaint_set(&next->what, "every server of the zone %s the %s of the %s %u",
		        is_new ? "shows" : "has dropped", record_words(record), role_of(k), k->tag);
		return false;
	}
	if (comes_earlier(next, due_s))
		complaint_set(&next->what, "all resolvers %s the %s of the %s %u",
		        is_new ? "know" : "have forgotten", record_words(record), role_of(k),
		        k->tag);
	return true;
}

static void take_plan(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, struct life_next *next)
{
	int64_t ends_s = life_phase_ends_s(life, policy, k);
	bool is_planned = k->role == LIFE_ZSK && life_phase_of(k) == LIFE_MADE;

	if (is_planned && comes_earlier(next, k->publish_s))
		complaint_set(&next->what, "the ZSK %u is published", k->tag);
	if (ends_s && comes_earlier(next, ends_s))
		complaint_set(&next->what, "another %s takes the place of %u", role_of(k), k->tag);
}

static void find_by_itself(
        const struct life *life, const struct life_policy *policy, struct life_next *next)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			if (life_is_uncertain(k, r) && !take_wait(life, policy, k, r, next))
				return;
		}
		take_plan(life, policy, k, next);
	}
}

void life_find_next(
        const struct life *life, const struct life_policy *policy, struct life_next *next)
{
	*next = (struct life_next){ .actor = LIFE_BY_ITSELF };
	if (!find_parents_turn(life, policy, next))
		find_by_itself(life, policy, next);
}

const char *life_actor_word(enum life_actor actor)
{
	static const char *const words[] = { "nobody", "the zone's servers", "the parent", "you" };
	return words[actor];
}
