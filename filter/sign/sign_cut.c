/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_cut.h"

#include <stdlib.h>

#include "sign/sign_absence.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_put.h"
#include "sign/sign_set.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

/* True if the cut is a zone whose keys are broken. Its DS is not known then, and a signed denial
 * would make a secure zone insecure. */
static bool is_of_broken_zone(const struct sign_job *job, const struct name *cut)
{
	const struct sign_zone *child = sign_policy_apex(job->signer->policy, cut);

	return child && !child->is_unsigned && period_of(job, child)->key_count == 0;
}

/* Returns how many DS records the policy has for a cut, and sets `ds` to them. */
static unsigned policy_ds(const struct sign_job *job, const struct sign_zone *zone,
        const struct name *cut, const struct span **ds)
{
	const struct sign_zone *child = sign_policy_apex(job->signer->policy, cut);

	const struct sign_period *period = child ? period_of(job, child) : NULL;

	if (period && period->ds_count > 0) {
		*ds = period->ds;
		return period->ds_count;
	}
	for (unsigned i = 0; i < zone->cut_count; i++) {
		if (name_equal(&zone->cuts[i].name, cut)) {
			*ds = zone->cuts[i].ds;
			return zone->cuts[i].ds_count;
		}
	}
	return 0;
}

static bool put_policy_ds(struct sign_job *job, const struct sign_zone *zone,
        const struct name *cut, const struct span *ds, unsigned count, enum section section)
{
	uint32_t ttl_s = zone->max_ttl_s < SIGN_DS_TTL_S ? zone->max_ttl_s : SIGN_DS_TTL_S;
	struct span sorted[LIMIT_DS];

	memcpy(sorted, ds, count * sizeof(*ds));
	qsort(sorted, count, sizeof(*sorted), span_order_for_sort);
	return put_made(job, zone,
	        &(struct made_set){ cut, TYPE_DS, section, { ttl_s, ttl_s }, sorted, count });
}

/* Adds the NSEC of a cut without DS. Its next name is the one after all names below the cut, so
 * that it denies no name there (RFC 9824, 3.4). */
static bool put_cut_nsec(struct sign_job *job, const struct sign_zone *zone, const struct name *cut,
        const struct set_ttls *ttls)
{
	struct name next;

	next_name_beside(cut, &zone->apex, &next);
	return put_nsec(job, zone,
	        &(struct made_nsec){ cut, &next, types_of_cut(), SECTION_AUTHORITY, *ttls });
}

/* Adds the DS of the child zone, or the NSEC that denies it, if the client set DO (RFC 4035,
 * 3.1.4). */
static bool put_cut_proof(
        struct sign_job *job, const struct sign_zone *zone, const struct name *cut)
{
	const struct rrset *own = rrsets_find(&job->rrsets, SECTION_AUTHORITY, cut, TYPE_DS);
	const struct set_ttls ttls = learned_ttls(job, zone);
	const struct span *ds;
	unsigned count = policy_ds(job, zone, cut, &ds);

	if (!job->asked->client.dnssec_ok)
		return true;
	if (is_of_broken_zone(job, cut))
		return signing_fail(job, SIGN_OUTCOME_BROKEN);
	if (count > 0)
		return put_policy_ds(job, zone, cut, ds, count, SECTION_AUTHORITY);
	return own ? put_set(job, own, SECTION_AUTHORITY, zone)
	           : put_cut_nsec(job, zone, cut, &ttls);
}

/* No address in the additional section is signed, because it may be glue of another cut. */
bool put_referral(struct sign_job *job, const struct signer_walk *w, struct ending *e)
{
	const struct name *cut = &w->ns->owner;

	e->outcome = SIGN_OUTCOME_REFERRAL;
	if (w->links == 0)
		e->flags = 0;
	note_presence(job, w->zone, cut, rrset_ttl(&job->rrsets, w->ns));
	return put_set(job, w->ns, SECTION_AUTHORITY, NULL) && put_cut_proof(job, w->zone, cut) &&
	       put_additional(job, NULL);
}

bool answer_ds_of_cut(struct sign_job *job, const struct sign_zone *zone, struct ending *e)
{
	const struct rrset *own =
	        rrsets_find(&job->rrsets, SECTION_AUTHORITY, &job->qname, TYPE_DS);
	const struct span *ds;
	struct set_ttls ttls;
	unsigned count = policy_ds(job, zone, &job->qname, &ds);

	if (is_of_broken_zone(job, &job->qname))
		return signing_fail(job, SIGN_OUTCOME_BROKEN);
	if (count > 0)
		return put_policy_ds(job, zone, &job->qname, ds, count, SECTION_ANSWER);
	if (own)
		return put_set(job, own, SECTION_ANSWER, zone);
	e->outcome = SIGN_OUTCOME_NODATA;
	/* If the SOA is unknown, the NSEC alone is proof enough. This happens over TCP only: over
	 * UDP the client got TC=1 (SIGN_WAY_LEARN). */
	if (!memory_zone(job->signer, zone)->has_soa)
		ttls = learned_ttls(job, zone);
	else if (!put_learned_soa(job, zone, &ttls))
		return false;
	return put_cut_nsec(job, zone, &job->qname, &ttls);
}

bool answer_ds_of_zone(struct sign_job *job, const struct sign_zone *child, struct ending *e)
{
	const struct sign_zone *parent = parent_of(job, &child->apex);
	const struct span *ds;
	struct set_ttls ttls;
	unsigned count;

	if (!parent)
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	count = policy_ds(job, parent, &child->apex, &ds);
	if (count > 0)
		return put_policy_ds(job, parent, &child->apex, ds, count, SECTION_ANSWER);
	e->outcome = SIGN_OUTCOME_NODATA;
	return put_learned_soa(job, parent, &ttls) &&
	       put_cut_nsec(job, parent, &child->apex, &ttls);
}
