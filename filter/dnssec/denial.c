/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/denial.h"

#include "dnssec/bitmap.h"
#include "dnssec/denial_nsec.h"
#include "dnssec/denial_nsec3.h"

void denial_begin(
        struct denial *d, const struct name *zone, struct crypto *crypto, struct budget *budget)
{
	d->zone = zone;
	d->crypto = crypto;
	d->budget = budget;
	d->nsec_count = d->nsec3_count = d->hashed_count = 0;
	d->mixed = d->over_limit = d->too_many = d->out_of_budget = d->has_unfit_key = false;
}

static void add_nsec(
        struct denial *d, const struct rrsets *g, const struct rr *rr, uint32_t inception)
{
	struct nsec nsec;

	if (!nsec_read(g->m, rr, &nsec) || !name_within(&nsec.next, d->zone))
		return;
	nsec.inception = inception;
	if (d->nsec_count == LIMIT_NSEC_RECORDS)
		d->too_many = true;
	else
		d->nsecs[d->nsec_count++] = nsec;
}

static void add_nsec3(
        struct denial *d, const struct rrsets *g, const struct rr *rr, uint32_t inception)
{
	struct nsec3 nsec3;

	if (!nsec3_read(g->m, rr, d->zone, &nsec3))
		return;
	nsec3.inception = inception;
	if (d->nsec3_count > 0 && !nsec3_same_parameters(&d->nsec3s[0], &nsec3))
		d->mixed = true;
	if (nsec3.iterations > d->budget->nsec3_iterations)
		d->over_limit = true;
	if (d->nsec3_count == LIMIT_NSEC3_RECORDS)
		d->too_many = true;
	else
		d->nsec3s[d->nsec3_count++] = nsec3;
}

/* True if all records of the set are the same: a name has one NSEC (RFC 4034, 4), a hash one NSEC3
 * (RFC 5155, 7.1). Of two that differ, the order on the wire would say which one counts. */
static bool is_one_record(const struct rrsets *g, const struct rrset *set)
{
	struct span first = message_rdata(g->m, &g->m->rrs[set->first]);

	for (uint16_t i = g->next[set->first]; i != RR_NONE; i = g->next[i]) {
		if (!span_equal(message_rdata(g->m, &g->m->rrs[i]), first))
			return false;
	}
	return true;
}

void denial_add(struct denial *d, const struct rrsets *g, const struct rrset *set,
        const struct proved *proved)
{
	if (proved->is_wildcard || !is_one_record(g, set))
		return;
	if (set->type == TYPE_NSEC)
		add_nsec(d, g, &g->m->rrs[set->first], proved->inception);
	else
		add_nsec3(d, g, &g->m->rrs[set->first], proved->inception);
}

/* Concludes what does not depend on the names. Returns true if that decides the proof. */
static bool settled_early(const struct denial *d, struct outcome *outcome)
{
	if (d->nsec_count + d->nsec3_count == 0)
		*outcome = outcome_of(STATUS_BOGUS, REASON_DENIAL_MISSING);
	else if (d->too_many) /* the result must not depend on the order of the records */
		*outcome = outcome_of(STATUS_BOGUS, REASON_BUDGET);
	else if (d->nsec_count == 0 && d->mixed)
		*outcome = outcome_of(STATUS_BOGUS, REASON_DENIAL_FAILED);
	else if (d->nsec_count == 0 && d->over_limit)
		*outcome = outcome_of(STATUS_INSECURE, REASON_NSEC3_ITERATIONS);
	else
		return false;
	return true;
}

/* Returns the outcome of a proof. */
static struct outcome denial_outcome(const struct denial *d, enum proof proof)
{
	switch (proof) {
	case PROOF_HOLDS:
		return d->has_unfit_key ? outcome_of(STATUS_INSECURE, REASON_KEY_SIZE)
		                        : outcome_of(STATUS_SECURE, REASON_NONE);
	case PROOF_OPT_OUT:
		return outcome_of(STATUS_INSECURE, REASON_OPT_OUT);
	case PROOF_FAILS:
		break;
	}
	return outcome_of(STATUS_BOGUS, d->out_of_budget ? REASON_BUDGET : REASON_DENIAL_FAILED);
}

struct outcome denial_of_name(struct denial *d, const struct name *name)
{
	struct outcome early;
	if (settled_early(d, &early))
		return early;
	if (nsec_denies_name(d, name))
		return denial_outcome(d, PROOF_HOLDS);
	return denial_outcome(d, nsec3_denies_name(d, name));
}

struct outcome denial_of_type(struct denial *d, const struct name *name, uint16_t type)
{
	struct outcome early;
	if (settled_early(d, &early))
		return early;
	if (nsec_denies_type(d, name, type))
		return denial_outcome(d, PROOF_HOLDS);
	return denial_outcome(d, nsec3_denies_type(d, name, type));
}

struct outcome denial_of_closer_match(struct denial *d, const struct name *name, unsigned labels)
{
	struct outcome early;
	if (settled_early(d, &early))
		return early;
	if (nsec_denies_closer_match(d, name, labels))
		return denial_outcome(d, PROOF_HOLDS);
	return denial_outcome(d, nsec3_denies_closer_match(d, name, labels));
}

/* Sets `bitmap` to the bit map of the record at this very name. Returns false if there is none. */
static bool bitmap_at(struct denial *d, const struct name *name, struct span *bitmap)
{
	const struct nsec *nsec = nsec_at(d, name);
	const struct nsec3 *nsec3 = nsec ? NULL : nsec3_at(d, name);

	if (!nsec && !nsec3)
		return false;
	*bitmap = nsec ? nsec->bitmap : nsec3->bitmap;
	return true;
}

/* The record at the name itself shows whether there is a zone cut. */
static enum no_ds by_bitmap(struct span bitmap)
{
	return bitmap_has(bitmap, TYPE_NS) ? NO_DS_INSECURE : NO_DS_NO_CUT;
}

/* True if the proof holds, by a key of whatever size. */
static bool denial_holds(struct outcome outcome)
{
	return outcome.status == STATUS_SECURE || outcome.reason == REASON_KEY_SIZE;
}

enum no_ds denial_of_ds(struct denial *d, const struct name *name, struct outcome *outcome)
{
	struct span bitmap;

	if (settled_early(d, outcome))
		return outcome->status == STATUS_INSECURE ? NO_DS_INSECURE : NO_DS_UNPROVED;
	if (bitmap_at(d, name, &bitmap) && bitmap_denies(bitmap, TYPE_DS, false)) {
		*outcome = denial_outcome(d, PROOF_HOLDS);
		return by_bitmap(bitmap);
	}
	*outcome = denial_of_name(d, name);
	if (denial_holds(*outcome))
		return NO_DS_NO_NAME;
	*outcome = denial_of_type(d, name, TYPE_DS);
	if (denial_holds(*outcome))
		return NO_DS_NO_CUT; /* an empty non-terminal, or matched by a wildcard */
	return outcome->status == STATUS_INSECURE ? NO_DS_INSECURE : NO_DS_UNPROVED;
}

bool denial_is_older(struct denial *d, const struct name *name, uint32_t inception)
{
	return nsec_is_older(d, name, inception) || nsec3_is_older(d, name, inception);
}
