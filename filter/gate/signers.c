/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/signers.h"

/* A DS is above its zone cut (RFC 4035, 2.4), and so is a CNAME in the answer to a query for DS. At
 * an unsigned delegation an attacker on the path could write such a CNAME, and the zone below could
 * not contradict it. */
bool signers_are_above(const struct judging *j, const struct rrset *set)
{
	return set->type == TYPE_DS || (set->type == TYPE_CNAME && set->section == SECTION_ANSWER &&
	                                       j->m->qtype == TYPE_DS);
}

/* Keeps the deepest, whatever the order in the message: only the closest zone above may sign. */
static void add_signer(struct signers *s, uint8_t labels)
{
	unsigned at = 0;

	while (at < s->count && s->labels[at] > labels)
		at++;
	if (at < s->count && s->labels[at] == labels)
		return;
	s->is_over |= s->count == LIMIT_SIGNERS;
	if (at == LIMIT_SIGNERS)
		return;
	unsigned last = s->count < LIMIT_SIGNERS ? s->count++ : LIMIT_SIGNERS - 1u;
	memmove(&s->labels[at + 1], &s->labels[at], last - at);
	s->labels[at] = labels;
}

/* True if a signer at or above the owner may sign the set. A zone never signs its own DS (RFC 4035,
 * 2.4). SOA and NS sets are signed only at the apex (RFC 4035, 2.2); if the zone above has signed
 * them by mistake, that does not show that there is no zone cut. */
static bool may_sign(const struct judging *j, const struct name *signer, const struct rrset *set)
{
	if (signers_are_above(j, set))
		return signer->labels < set->owner.labels;
	if (set->type == TYPE_SOA || set->type == TYPE_NS)
		return signer->labels == set->owner.labels;
	return true;
}

void signers_read(const struct judging *j, const struct rrset *set, struct signers *s)
{
	*s = (struct signers){ 0 };
	for (uint16_t i = set->first_sig; i != RR_NONE; i = j->sets.next[i]) {
		struct rrsig sig;
		if (!rrsig_read(j->m, &j->m->rrs[i], &sig) ||
		        !name_within(&set->owner, &sig.signer))
			continue;
		if (may_sign(j, &sig.signer, set))
			add_signer(s, sig.signer.labels);
	}
}
