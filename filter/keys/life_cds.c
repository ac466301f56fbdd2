/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_cds.h"

#include "keys/life_plan.h"

/* Returns false if the zone is to have no CDS records. */
static bool wanted_cds(
        const struct life *life, const struct life_policy *policy, struct life_tags *wanted)
{
	struct life_period periods[LIFE_PERIODS_MAX];

	*wanted = (struct life_tags){ .count = 0 };
	if (life_plan(life, policy, periods) == 0)
		return false;
	if (periods[0].has_delete) {
		wanted->tags[wanted->count++] = 0;
		return true;
	}
	for (unsigned i = 0; i < life->count; i++) {
		if (periods[0].synced & 1u << i)
			wanted->tags[wanted->count++] = life->keys[i].tag;
	}
	return wanted->count > 0;
}

/* A tag is in a set once at most. */
static bool are_same_tags(const struct life_tags *a, const struct life_tags *b)
{
	for (unsigned i = 0; i < a->count; i++) {
		if (!life_tags_have(b, a->tags[i]))
			return false;
	}
	return a->count == b->count;
}

static bool every_server_shows(const struct life_observation *look, const struct life_tags *cds)
{
	for (unsigned i = 0; i < look->server_count; i++) {
		if (!look->servers[i].is_reached || !are_same_tags(&look->servers[i].cds, cds))
			return false;
	}
	return look->server_count > 0;
}

static bool any_parent_differs(const struct life_observation *look, const struct life_tags *cds)
{
	static const struct life_tags none = { .count = 0 };
	bool is_delete = cds->count == 1 && cds->tags[0] == 0;

	for (unsigned i = 0; i < look->parent_count; i++) {
		const struct life_parent *parent = &look->parents[i];
		if (parent->is_reached && (parent->has_misfit || !are_same_tags(&parent->ds,
		                                                         is_delete ? &none : cds)))
			return true;
	}
	return false;
}

bool life_cds_is_news(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, struct life_tags *told)
{
	struct life_tags wanted;

	if (!wanted_cds(life, policy, &wanted) || !every_server_shows(look, &wanted))
		return false;
	if (!any_parent_differs(look, &wanted)) {
		told->count = 0;
		return false;
	}
	if (are_same_tags(told, &wanted))
		return false;
	*told = wanted;
	return true;
}
