/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/judging.h"

#include "gate/signers.h"
#include "trust/renewal.h"

static struct budget judging_budget(const struct policy *policy)
{
	struct budget budget = budget_full();

	if (policy->has_skew)
		budget.skew_s = policy->skew_s;
	if (policy->has_nsec3_iterations)
		budget.nsec3_iterations = policy->nsec3_iterations;
	budget.is_dateless = policy->is_dateless;
	budget.earliest_s = policy->earliest_s;
	return budget;
}

bool judging_again(struct judging *j, const struct judging *before)
{
	struct gate *gate = before->gate;

	*j = (struct judging){ .gate = gate,
		.m = before->m,
		.now_s = before->now_s,
		.sets = before->sets,
		.budget = judging_budget(gate->policy),
		.sets_left = LIMIT_JUDGED,
		.may_want = true,
		.outcome = outcome_of(STATUS_SECURE, REASON_NONE),
		.culprit = { .name = before->m->qname, .type = before->m->qtype } };
	j->rulings = arena_take(&gate->arena, j->sets.count * sizeof(*j->rulings));
	if (!j->rulings)
		return false;
	memset(j->rulings, 0, j->sets.count * sizeof(*j->rulings));
	return true;
}

bool judging_begin(struct judging *j, struct gate *gate, const struct message *m, int64_t now_s)
{
	*j = (struct judging){ .gate = gate, .m = m, .now_s = now_s };
	return rrsets_group(&j->sets, m, &gate->arena) && rrsets_sort(&j->sets, &gate->arena) &&
	       judging_again(j, j);
}

bool judging_wants(struct judging *j, const struct chain *chain)
{
	if (!j->may_want) {
		j->is_provisional = true;
		return true;
	}
	j->wants = true;
	j->want = chain->link;
	return false;
}

/* True if the chain ends in a signed zone, or in one that should be signed but has no valid
 * answer. */
static bool may_hide_a_zone(const struct chain *chain)
{
	return chain->end == CHAIN_SECURE ||
	       (chain->end == CHAIN_BROKEN && chain->outcome.status >= STATUS_INDETERMINATE &&
	               chain->link.type == TYPE_DS);
}

void judging_doubts(struct judging *j, const struct name *name, bool by_signer, struct chain *chain)
{
	if ((j->may_want || j->is_lesson) && may_hide_a_zone(chain) &&
	        chain_doubt(j->gate->store, &chain->zone, name, by_signer, j->now_s))
		chain_find(j->gate->store, name, j->now_s, chain);
}

void judging_doubts_above(struct judging *j, const struct name *name, struct chain *chain)
{
	struct name above;

	name_parent(name, &above);
	judging_doubts(j, &above, false, chain);
}

void judging_weaken(
        struct judging *j, struct outcome outcome, const struct name *name, uint16_t type)
{
	if (outcome.status <= j->outcome.status)
		return;
	j->outcome = outcome;
	j->culprit = (struct want){ .name = *name, .type = type };
}

void judging_fail(struct judging *j, enum reason reason, const struct name *name, uint16_t type)
{
	judging_weaken(j, outcome_of(STATUS_BOGUS, reason), name, type);
}

void judging_keep_unsigned(struct judging *j, struct ruling *r, enum exemption exemption)
{
	j->exemption = exemption;
	r->is_judged = r->is_kept = true;
	r->outcome = outcome_of(STATUS_INSECURE, REASON_NOT_ANSWER);
}

/* The owner of an NSEC3 is not a name that a zone could begin at, either (RFC 5155, 3). */
static bool is_in_zone_above(const struct judging *j, const struct rrset *set)
{
	return signers_are_above(j, set) || set->type == TYPE_NSEC3;
}

void judging_find_zone(struct judging *j, const struct rrset *set, struct chain *chain)
{
	if (is_in_zone_above(j, set))
		chain_find_parent(j->gate->store, &set->owner, j->now_s, chain);
	else
		chain_find(j->gate->store, &set->owner, j->now_s, chain);
}

/* A signature by a zone above a cut that is known to lie between it and the owner is worth nothing:
 * RFC 4035, 5.3.1, the signer must be the zone that contains the RRset. An NSEC at the cut itself
 * may be from either side. */
static bool is_known_to_be_below_a_cut(
        struct judging *j, const struct rrset *set, const struct name *signer)
{
	struct chain chain;

	if (set->type == TYPE_NSEC)
		chain_find_parent(j->gate->store, &set->owner, j->now_s, &chain);
	else
		judging_find_zone(j, set, &chain);
	return chain.zone.labels > signer->labels;
}

/* True if a signature that is otherwise in order names a key of a supported algorithm that is not
 * in the keyset. */
static bool names_unknown_key(
        const struct judging *j, const struct rrset *set, const struct keyset *keys)
{
	for (uint16_t i = set->first_sig; i != RR_NONE; i = j->sets.next[i]) {
		struct rrsig sig;
		if (rrsig_read(j->m, &j->m->rrs[i], &sig) && name_equal(&sig.signer, &keys->apex) &&
		        algorithm_is_supported(sig.algorithm) &&
		        (j->budget.is_dateless || rrsig_check_time(&sig, j->now_s,
		                                          j->budget.skew_s) == REASON_NONE) &&
		        !keyset_has(keys, sig.tag, sig.algorithm))
			return true;
	}
	return false;
}

/* A response contradicts the keys of `zone`. Returns true if they are to be fetched once more
 * first. What is learned from a lesson waits for that, too. */
static bool judging_renews(struct judging *j, const struct name *zone, enum renewal_cause cause)
{
	struct want want;

	if ((!j->may_want && !j->is_lesson) ||
	        !renewal_next(j->gate->store, zone, cause, j->is_lesson, j->now_s, &want))
		return false;
	if (!j->may_want) {
		j->is_renewing = true;
		return false;
	}
	j->wants = true;
	j->want = want;
	return true;
}

/* Checks the set against the keys of `signer`. Returns false if something is wanted first. */
static bool judge_by_signer(
        struct judging *j, const struct rrset *set, const struct name *signer, struct ruling *r)
{
	struct chain chain;

	chain_find(j->gate->store, signer, j->now_s, &chain);
	if (!name_equal(&chain.zone,
	            signer)) /* no zone is known there, but here are records that it signed */
		judging_doubts(j, signer, true, &chain);
	if (chain.end == CHAIN_WANT)
		return judging_wants(j, &chain);
	if (chain.end == CHAIN_BROKEN)
		return true;
	r->outcome = outcome_of(STATUS_BOGUS, REASON_RRSIG_SIGNER);
	if (!name_equal(&chain.zone, signer) || is_known_to_be_below_a_cut(j, set, signer))
		return true;
	r->zone_labels = signer->labels;
	struct verifier v = judging_verifier(j);
	r->outcome = rrset_verify(&v, set, chain.keys, &r->proved);
	r->is_proved = r->outcome.status <= STATUS_INSECURE;
	return r->is_proved || !names_unknown_key(j, set, chain.keys) ||
	       !judging_renews(j, signer, RENEWAL_REKEYED);
}

/* No signature is valid: the zone of the owner decides whether there should be one. If that zone is
 * known only from hints, they are asked for again. Signatures in an unsigned zone are ignored. */
static bool judge_by_zone(struct judging *j, const struct rrset *set, struct ruling *r)
{
	struct chain chain;

	judging_find_zone(j, set, &chain);
	if (is_in_zone_above(j, set))
		judging_doubts_above(j, &set->owner, &chain);
	else
		judging_doubts(j, &set->owner, false, &chain);
	if (chain.end == CHAIN_WANT)
		return judging_wants(j, &chain);
	if (chain.end == CHAIN_BROKEN) {
		r->outcome = chain.outcome;
		r->culprit = chain.link;
		return true;
	}
	if (chain_is_single(j->gate->store, &chain, &set->owner, set->type)) {
		r->outcome = outcome_of(STATUS_INSECURE, REASON_LOCAL_NAME);
		return true;
	}
	return set->sig_count > 0 || j->is_lesson ||
	       !judging_renews(j, &chain.zone, RENEWAL_UNSIGNED);
}

/* Nobody may say that localhost is another machine, not even a server that is trusted with local
 * names: a program on this machine would send there what is for this machine alone (RFC 6761, 6.3;
 * an attacker on the path, or a page by DNS rebinding). Signatures do not matter. */
static bool contradicts_loopback(const struct judging *j, const struct rrset *set)
{
	if (!local_is_loopback_name(&set->owner, set->type) || set->count == 0)
		return false;
	for (uint16_t i = set->first; i != RR_NONE; i = j->sets.next[i]) {
		bool is_link =
		        set->type == TYPE_CNAME || set->type == TYPE_DNAME || set->type == TYPE_PTR;
		struct name target;
		bool has_target = is_link && rrsets_read_name(&j->sets, i, &target);
		if (!local_is_loopback(set->type, message_rdata(j->m, &j->m->rrs[i]),
		            has_target ? &target : NULL))
			return true;
	}
	return false;
}

/* True for a DNAME that nothing proves, above a zone with an anchor of its own. The name asked for
 * may lie beside that zone; but a resolver that keeps the DNAME would rename the zone by it. An
 * attacker who can write the unsigned zone must not reach the signed one. */
static bool renames_an_island(const struct judging *j, const struct rrset *set)
{
	const struct anchors *anchors = j->gate->store->anchors;

	for (unsigned i = 0; set->type == TYPE_DNAME && i < anchors_count(anchors); i++) {
		const struct name *zone = &anchors_at(anchors, i)->zone;
		if (zone->labels > set->owner.labels && name_within(zone, &set->owner))
			return true;
	}
	return false;
}

bool judge_signatures(struct judging *j, const struct rrset *set)
{
	struct ruling *r = ruling_of(j, set);
	struct signers signers;

	if (r->is_judged)
		return true;
	r->culprit = (struct want){ .name = set->owner, .type = set->type };
	r->outcome = outcome_of(STATUS_BOGUS, REASON_BUDGET);
	if (j->sets_left == 0)
		return true;
	signers_read(j, set, &signers);
	r->outcome = outcome_of(
	        STATUS_BOGUS, set->sig_count > 0 ? REASON_RRSIG_SIGNER : REASON_RRSIG_MISSING);
	for (unsigned i = 0; i < signers.count && !r->is_proved; i++) {
		struct name signer;
		name_suffix(&set->owner, signers.labels[i], &signer);
		if (!judge_by_signer(j, set, &signer, r))
			return false;
	}
	if (signers.is_over && !r->is_proved)
		r->outcome.reason = REASON_BUDGET;
	return true;
}

bool judge_set(struct judging *j, const struct rrset *set)
{
	struct ruling *r = ruling_of(j, set);

	if (r->is_judged)
		return true;
	if (!r->is_proved && !judge_signatures(j, set))
		return false;
	if (j->sets_left == 0)
		return true;
	if (!r->is_proved && !judge_by_zone(j, set, r))
		return false;
	if (contradicts_loopback(j, set))
		r->outcome = outcome_of(STATUS_BOGUS, REASON_NOT_LOOPBACK);
	r->is_judged = true;
	r->is_kept = r->outcome.status <= STATUS_INSECURE &&
	             (r->is_proved || !renames_an_island(j, set));
	j->sets_left--;
	return true;
}

bool judge_denial_records(
        struct judging *j, const struct name *zone, struct denial *d, uint32_t *ttl_s)
{
	denial_begin(d, zone, j->gate->crypto, &j->budget);
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		const struct ruling *r = &j->rulings[i];
		if (set->count == 0 || (set->type != TYPE_NSEC && set->type != TYPE_NSEC3) ||
		        (set->section != SECTION_AUTHORITY && !j->is_lesson) ||
		        !name_within(&set->owner, zone))
			continue;
		if (!judge_set(j, set))
			return false;
		if (!r->is_proved || r->zone_labels != zone->labels)
			continue;
		d->has_unfit_key |= r->outcome.status != STATUS_SECURE;
		denial_add(d, &j->sets, set, &r->proved);
		if (r->proved.ttl_s < *ttl_s)
			*ttl_s = r->proved.ttl_s;
	}
	return true;
}

/* The answer's signer is the zone that signed its first part. */
void judging_note_signer(struct judging *j, const struct name *signer)
{
	if (j->has_signer)
		return;
	j->has_signer = true;
	j->signer = *signer;
}
