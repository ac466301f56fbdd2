/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Referrals: delegations that a server which does not recurse sends to its client. */
#include "gate/referral.h"

#include "gate/judging.h"
#include "gate/learn.h"

const struct rrset *referral_to(const struct judging *j, const struct client_query *asked)
{
	const struct rrset *ns = NULL;

	if (asked->flags & FLAG_RD || message_rcode(j->m) != RCODE_NOERROR)
		return NULL;
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_ANSWER ||
		        (set->section == SECTION_AUTHORITY && set->type == TYPE_SOA))
			return NULL;
		if (set->section == SECTION_AUTHORITY && set->type == TYPE_NS && set->count > 0 &&
		        name_within(&j->m->qname, &set->owner) &&
		        (!ns || set->owner.labels > ns->owner.labels))
			ns = set;
	}
	return ns;
}

/* True if the address is in a signed island: a zone below the cut with an anchor of its own. If the
 * zone above the cut is unsigned, the cut is not proved, and the island itself must prove its
 * records. */
static bool is_in_island(const struct judging *j, const struct rrset *ns, const struct name *owner)
{
	const struct anchor *anchor = anchors_above(j->gate->store->anchors, owner);

	return anchor && anchor->zone.labels > ns->owner.labels;
}

/* True for glue: the address of a server at or below the cut. Other addresses are judged like any
 * record. Glue may be in a signed zone below a proved cut. That is so if a zone's servers have
 * names in a zone below it: there is no other way to reach them. */
static bool is_glue(
        const struct judging *j, const struct rrset *ns, const struct rrset *set, bool is_proved)
{
	if (set->section != SECTION_ADDITIONAL || (set->type != TYPE_A && set->type != TYPE_AAAA) ||
	        !name_within(&set->owner, &ns->owner) ||
	        (!is_proved && is_in_island(j, ns, &set->owner)))
		return false;
	for (uint16_t i = ns->first; i != RR_NONE; i = j->sets.next[i]) {
		struct name server;
		if (rrsets_read_name(&j->sets, i, &server) && name_equal(&server, &set->owner))
			return true;
	}
	return false;
}

/* Keeps the NS and the glue, which are never signed. The client will find out whether they lead to
 * the right servers. */
static void keep_delegation(struct judging *j, const struct rrset *ns, bool is_proved)
{
	judging_keep_unsigned(j, ruling_of(j, ns), EXEMPT_REFERRAL);
	for (unsigned i = 0; i < j->sets.count; i++) {
		if (is_glue(j, ns, &j->sets.sets[i], is_proved))
			judging_keep_unsigned(j, &j->rulings[i], EXEMPT_REFERRAL);
	}
	judging_weaken(j, ruling_of(j, ns)->outcome, &ns->owner, TYPE_NS);
}

/* An attacker on the path can write NS and glue, so they pass only for a zone cut. Below a signed
 * zone the cut must be proved, signed or not (RFC 4035, 3.1.4), and is learned; below an unsigned
 * zone any cut will do. A referral to the root is refused: it leads nowhere, and every address
 * would be glue. */
bool judge_referral(struct judging *j, const struct rrset *ns)
{
	struct chain parent;

	if (ns->owner.labels == 0) {
		judging_fail(j, REASON_DS_UNPROVED, &ns->owner, TYPE_NS);
		return true;
	}
	chain_find_parent(j->gate->store, &ns->owner, j->now_s, &parent);
	if (parent.end == CHAIN_WANT)
		return judging_wants(j, &parent);
	keep_delegation(j, ns, parent.end == CHAIN_SECURE);
	if (parent.end == CHAIN_BROKEN)
		judging_weaken(j, parent.outcome, &parent.link.name, parent.link.type);
	else if (!learn_delegation(j, &ns->owner) && !j->wants)
		judging_fail(j, REASON_DS_UNPROVED, &ns->owner, TYPE_DS);
	return !j->wants;
}
