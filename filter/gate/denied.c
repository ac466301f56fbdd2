/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proof that a name, or a type of it, does not exist. */
#include "gate/denied.h"

#include "gate/judging.h"

/* The zone that denies, as the authority section shows it. */
struct denier {
	bool found;
	struct name zone; /* the deepest zone at or above the name that signed SOA, NSEC or NSEC3 */
	bool has_failed;  /* one of these RRsets failed; the worst outcome is `failed` */
	struct outcome failed; /* without any failure: why there is no proof */
	struct want culprit;   /* the RRset that `failed` is about */
};

static bool is_denial_type(uint16_t type)
{
	return type == TYPE_NSEC || type == TYPE_NSEC3;
}

/* A missing signature over the SOA tells less than a missing proof. */
static void note_failure(struct denier *d, uint16_t type, const struct ruling *r)
{
	if (r->outcome.status < STATUS_INDETERMINATE ||
	        (!is_denial_type(type) && r->outcome.reason == REASON_RRSIG_MISSING))
		return;
	if (!d->has_failed || r->outcome.status > d->failed.status) {
		d->has_failed = true;
		d->failed = r->outcome;
		d->culprit = r->culprit;
	}
}

/* Finds the zone that denies the name or type. The zone above denies a DS (RFC 4035, 2.4). Returns
 * false if something is wanted first. */
static bool find_denier(struct judging *j, const struct name *name, uint16_t type, struct denier *d)
{
	unsigned most_labels =
	        type == TYPE_DS && name->labels > 0 ? name->labels - 1u : name->labels;

	*d = (struct denier){ .failed = outcome_of(STATUS_BOGUS, REASON_DENIAL_MISSING),
		.culprit = { .name = *name, .type = type } };
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		const struct ruling *r = &j->rulings[i];
		struct name signer;
		if (set->section != SECTION_AUTHORITY || set->count == 0 ||
		        (set->type != TYPE_SOA && !is_denial_type(set->type)))
			continue;
		if (!judge_set(j, set))
			return false;
		note_failure(d, set->type, r);
		if (!r->is_proved)
			continue;
		name_suffix(&set->owner, r->zone_labels, &signer);
		if (signer.labels <= most_labels && name_within(name, &signer) &&
		        (!d->found || signer.labels > d->zone.labels)) {
			d->zone = signer;
			d->found = true;
		}
	}
	return true;
}

static void find_zone_for(
        struct judging *j, const struct name *name, uint16_t type, struct chain *chain)
{
	if (type == TYPE_DS)
		chain_find_parent(j->gate->store, name, j->now_s, chain);
	else
		chain_find(j->gate->store, name, j->now_s, chain);
}

/* Proves that the name has no such type. The proof that the name does not exist is enough: dnsmasq
 * gives NXDOMAIN again as NOERROR from its cache, for an alias to a missing name and for that name,
 * and servers have long disagreed on whether the RCODE is about the first or the last name (RFC 6604,
 * 3). An attacker who turns NXDOMAIN into NOERROR gains nothing: the client
 * gets the NXDOMAIN that the zone proves. */
static struct outcome prove_no_type(
        struct judging *j, struct denial *denial, const struct name *name, uint16_t type)
{
	struct outcome no_type = denial_of_type(denial, name, type);

	if (no_type.status <= STATUS_INSECURE)
		return no_type;
	struct outcome no_name = denial_of_name(denial, name);
	j->is_name_error = no_name.status == STATUS_SECURE;
	return no_name.status <= STATUS_INSECURE ? no_name : no_type;
}

/* Proves the denial. find_denier() judged all records, so nothing is wanted for them. */
static struct outcome prove_denial(
        struct judging *j, const struct name *name, uint16_t type, const struct name *zone)
{
	struct denial denial;
	uint32_t ttl = UINT32_MAX;

	judge_denial_records(j, zone, &denial, &ttl);
	if (message_rcode(j->m) == RCODE_NOERROR)
		return prove_no_type(j, &denial, name, type);
	if (message_rcode(j->m) == RCODE_NXDOMAIN)
		return denial_of_name(&denial, name);
	/* YXDOMAIN, but no DNAME made the name too long */
	return outcome_of(STATUS_BOGUS, REASON_DENIAL_FAILED);
}

/* True if the proof that there is no DS was learned elsewhere, and a server may have left it out:
 * NSD does for an empty non-terminal in an opt-out span, and a forwarder that has a server for each
 * zone asks the unsigned zone itself, which has no proof at all. */
static bool shows_no_ds(const struct chain *chain, struct outcome outcome)
{
	return chain->end == CHAIN_BROKEN &&
	       (chain->outcome.reason == REASON_OPT_OUT ||
	               (chain->outcome.reason == REASON_UNSIGNED_ZONE &&
	                       outcome.reason == REASON_DENIAL_MISSING));
}

/* A response says that the name has no DS, and holds no proof of that. It passes as Insecure if the
 * proof was learned elsewhere. An attacker can write such a response only where there is no DS.
 * Returns false if something is wanted first. */
static bool excuse_missing_ds(
        struct judging *j, const struct name *name, struct outcome *outcome, struct want *culprit)
{
	struct chain chain;

	chain_find(j->gate->store, name, j->now_s, &chain);
	if (chain.end == CHAIN_WANT && chain.link.type == TYPE_DS)
		return judging_wants(j, &chain);
	if (shows_no_ds(&chain, *outcome)) {
		*outcome = chain.outcome;
		*culprit = chain.link;
	}
	return true;
}

/* If no proof holds, the denial passes only if the zone of the name is one that cannot give
 * proofs. */
bool judge_denial(struct judging *j, const struct name *name, uint16_t type)
{
	struct outcome outcome;
	struct denier denier;
	struct chain chain;

	if (!find_denier(j, name, type, &denier))
		return false;
	outcome = denier.failed;
	find_zone_for(j, name, type, &chain);
	if (denier.found && chain.zone.labels <= denier.zone.labels) {
		struct outcome proof = prove_denial(j, name, type, &denier.zone);
		if (proof.reason != REASON_DENIAL_MISSING)
			outcome = proof;
		judging_note_signer(j, &denier.zone);
	}
	if (outcome.status >= STATUS_INDETERMINATE) {
		if (type == TYPE_DS)
			judging_doubts_above(j, name, &chain);
		else
			judging_doubts(j, name, false, &chain);
		if (chain.end == CHAIN_WANT) {
			judging_wants(j, &chain);
			return false;
		}
		if (chain.end == CHAIN_BROKEN) {
			outcome = chain.outcome;
			denier.culprit = chain.link;
		} else if (type == TYPE_DS && message_rcode(j->m) == RCODE_NOERROR &&
		           !excuse_missing_ds(j, name, &outcome, &denier.culprit)) {
			return false;
		} else if (chain_is_single(j->gate->store, &chain, name, type)) {
			outcome = outcome_of(STATUS_INSECURE, REASON_LOCAL_NAME);
		}
	}
	judging_weaken(j, outcome, &denier.culprit.name, denier.culprit.type);
	return true;
}
