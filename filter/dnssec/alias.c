/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/alias.h"

const struct rrset *alias_dname_above(const struct rrsets *g, const struct name *name)
{
	const struct rrset *closest = NULL;

	for (unsigned i = 0; i < g->count; i++) {
		const struct rrset *set = &g->sets[i];
		if (set->section == SECTION_ANSWER && set->type == TYPE_DNAME && set->count > 0 &&
		        set->owner.labels < name->labels && name_within(name, &set->owner) &&
		        (!closest || set->owner.labels > closest->owner.labels))
			closest = set;
	}
	return closest;
}

bool alias_target(const struct rrsets *g, const struct rrset *set, struct name *target)
{
	struct name same;

	if (!rrsets_read_name(g, set->first, target))
		return false;
	for (uint16_t i = g->next[set->first]; i != RR_NONE; i = g->next[i]) {
		if (!rrsets_read_name(g, i, &same) || !name_equal(&same, target))
			return false;
	}
	return true;
}
