/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An RRset with everything that it needs: its own proof and, if it was made from a wildcard, the
 * proof that the wildcard applies. */
#include "gate/expansion.h"
#include "gate/judging.h"

/* The end of an alias may lie in another zone, whose denials say nothing of this one. */
static bool has_denials_of(const struct judging *j, const struct name *zone)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_AUTHORITY && set->count > 0 &&
		        (set->type == TYPE_NSEC || set->type == TYPE_NSEC3) &&
		        name_within(&set->owner, zone))
			return true;
	}
	return false;
}

/* Proves that no name is a closer match than the wildcard (RFC 4035, 5.3.4). */
static bool judge_expansion(struct judging *j, const struct rrset *set, struct outcome *outcome)
{
	const struct ruling *r = ruling_of(j, set);
	struct name zone;
	struct denial denial;
	uint32_t ttl = UINT32_MAX;

	name_suffix(&set->owner, r->zone_labels, &zone);
	if (!judge_denial_records(j, &zone, &denial, &ttl))
		return false;
	*outcome = denial_of_closer_match(&denial, &set->owner, r->proved.labels);
	/* Without any denial the server may have left them out. With one that is wrong, or not
	 * signed, it has not: the answer belongs to another name, or an attacker wrote it. */
	if (outcome->reason == REASON_DENIAL_MISSING && !has_denials_of(j, &zone) &&
	        !expansion_judge(j, set, outcome))
		return false;
	if (outcome->status == STATUS_BOGUS)
		outcome->reason = REASON_WILDCARD_UNPROVED;
	return true;
}

bool judge_whole(struct judging *j, const struct rrset *set, struct outcome *outcome)
{
	const struct ruling *r = ruling_of(j, set);

	if (!judge_set(j, set))
		return false;
	*outcome = r->outcome;
	if (r->is_proved && r->proved.is_wildcard && !judge_expansion(j, set, outcome))
		return false;
	if (r->outcome.status > outcome->status)
		*outcome = r->outcome;
	return true;
}

bool judge_part(struct judging *j, const struct rrset *set)
{
	const struct ruling *r = ruling_of(j, set);
	struct outcome outcome;

	if (!judge_whole(j, set, &outcome))
		return false;
	if (r->is_proved) {
		struct name signer;
		name_suffix(&set->owner, r->zone_labels, &signer);
		judging_note_signer(j, &signer);
	}
	judging_weaken(j, outcome, &r->culprit.name, r->culprit.type);
	return true;
}
