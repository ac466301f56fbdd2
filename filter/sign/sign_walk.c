/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_walk.h"

#include "dnssec/alias.h"
#include "sign/sign_absence.h"
#include "sign/sign_doubt.h"
#include "sign/sign_memory_names.h"
#include "sign/sign_put.h"
#include "sign/sign_query.h"
#include "sign/sign_set.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

/* Reads the target of a CNAME or DNAME. A record may come twice (RFC 2181, 5.5). */
static bool read_link(const struct sign_job *job, const struct rrset *link, struct name *target)
{
	return alias_target(&job->rrsets, link, target);
}

static const struct rrset *find_answer(
        const struct sign_job *job, const struct name *name, uint16_t qtype)
{
	if (qtype != TYPE_ANY)
		return rrsets_find(&job->rrsets, SECTION_ANSWER, name, qtype);
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->section == SECTION_ANSWER && set->count > 0 && !is_of_dnssec(set->type) &&
		        name_equal(&set->owner, name))
			return set;
	}
	return NULL;
}

/* Returns the DNAME above the name and in the zone, or NULL. */
static const struct rrset *find_dname(
        const struct sign_job *job, const struct sign_zone *zone, const struct name *name)
{
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->section == SECTION_ANSWER && set->count > 0 && set->type == TYPE_DNAME &&
		        set->owner.labels < name->labels && name_within(name, &set->owner) &&
		        name_within(&set->owner, &zone->apex))
			return set;
	}
	return NULL;
}

enum step {
	STEP_ON,   /* the walk goes on from w->name */
	STEP_NONE, /* there is no link at w->name */
	STEP_END,  /* a DNAME made a name that is too long, or the chain is a loop */
	STEP_BAD,  /* the response is malformed, or a record cannot be added */
};

/* Adds the CNAME of a DNAME, which belongs to the answer (RFC 6672, 3.2), if the server did not. */
static bool put_cname(struct sign_job *job, const struct signer_walk *w, const struct rrset *dname,
        const struct name *target)
{
	const struct set_ttls ttls = { rrset_ttl(&job->rrsets, dname), 0 };
	uint8_t *octets = arena_take(&job->signer->arena, target->len);
	struct span rdata = span_of(octets, target->len);

	if (!octets)
		return signing_fail(job, SIGN_OUTCOME_FAILED);
	memcpy(octets, target->octets, target->len);
	return put_made(job, NULL,
	        &(struct made_set){ &w->name, TYPE_CNAME, SECTION_ANSWER, ttls, &rdata, 1 });
}

/* The CNAME that a server makes from a DNAME is not signed (RFC 6672, 5.3.1). Validators check that
 * it follows from the DNAME, so it is checked here, too. */
static enum step walk_dname(struct sign_job *job, struct signer_walk *w, const struct rrset *dname)
{
	const struct rrset *made = rrsets_find(&job->rrsets, SECTION_ANSWER, &w->name, TYPE_CNAME);
	struct name target, next, made_target;

	if (!read_link(job, dname, &target) || !put_set(job, dname, SECTION_ANSWER, w->zone))
		return STEP_BAD;
	w->is_overlong = !name_replace_suffix(&w->name, &dname->owner, &target, &next);
	if (made && (w->is_overlong || !read_link(job, made, &made_target) ||
	                    !name_equal(&made_target, &next)))
		return STEP_BAD;
	if (w->is_overlong)
		return STEP_END;
	if (!(made ? put_set(job, made, SECTION_ANSWER, NULL) : put_cname(job, w, dname, &next)))
		return STEP_BAD;
	w->name = next;
	return STEP_ON;
}

/* True if the walk has been at this link before. */
static bool is_followed(const struct signer_walk *w, const struct rrset *link)
{
	for (unsigned i = 0; i < w->links; i++) {
		if (w->followed[i] == link)
			return true;
	}
	return false;
}

static enum step walk_link(struct sign_job *job, struct signer_walk *w)
{
	const struct rrset *dname = find_dname(job, w->zone, &w->name);
	const struct rrset *cname = rrsets_find(&job->rrsets, SECTION_ANSWER, &w->name, TYPE_CNAME);
	const struct rrset *link = dname ? dname : cname;

	if (!link)
		return STEP_NONE;
	if (is_followed(w, link))
		return STEP_END;
	w->followed[w->links] = link;
	w->is_redirected = dname != NULL;
	note_presence(job, w->zone, &link->owner, rrset_ttl(&job->rrsets, link));
	if (dname) {
		memory_note_dname(job->signer, w->zone, &dname->owner, job->now_s);
		return walk_dname(job, w, dname);
	}
	if (!put_set(job, cname, SECTION_ANSWER, w->zone) || !read_link(job, cname, &w->name))
		return STEP_BAD;
	return STEP_ON;
}

/* True if `ns` is the referral for the name. If it refers to the apex of the zone itself, the
 * server answers as the parent; then w->zone becomes the parent, if that is signed here. */
static bool is_referral(
        struct sign_job *job, struct signer_walk *w, const struct rrset *ns, bool is_below)
{
	const struct name *apex = &w->zone->apex;
	const struct sign_zone *parent;

	if (ns->owner.labels < apex->labels)
		return false;
	if (ns->owner.labels > apex->labels)
		return is_below;
	parent = parent_of(job, apex);
	if (!parent || (job->m->flags & FLAG_AA))
		return false;
	w->zone = parent;
	return true;
}

/* The root's SOA comes from a server that has an empty root zone, and not the zone of the
 * question. */
static bool is_of_family(const struct name *name, const struct name *owner)
{
	return owner->labels > 0 && name_within(name, owner);
}

/* True for a denial without the zone's SOA: load balancers send none, or one with another owner, or
 * NS in its place. NOERROR without any of these may be an outage, unless the operator says
 * otherwise. Only what answers the question itself counts: at the end of a chain the client asks
 * again. */
static bool denies_without_soa(const struct sign_job *job, const struct signer_walk *w)
{
	bool has_soa = false, has_ns = false, is_foreign = false, has_answer = false;

	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->count == 0 || set->section == SECTION_ADDITIONAL)
			continue;
		if (set->type == TYPE_SOA) {
			has_soa = true;
			is_foreign = is_foreign || !is_of_family(&w->name, &set->owner);
		} else if (set->section == SECTION_ANSWER) {
			has_answer = true;
		} else if (set->type == TYPE_NS) {
			has_ns = has_ns || set->owner.labels > w->zone->apex.labels;
		}
	}
	if (w->links > 0 || !(job->m->flags & FLAG_AA) || has_answer || is_foreign)
		return false;
	return message_rcode(job->m) == RCODE_NXDOMAIN || has_soa || has_ns ||
	       w->zone->empty_is_nodata;
}

/* Reads what the authority section says of the last name. NS below the apex are those of a referral
 * only if the name lies below a cut. */
static enum signer_walk_end read_authority(
        struct sign_job *job, struct signer_walk *w, bool is_below)
{
	enum signer_walk_end denial =
	        message_rcode(job->m) == RCODE_NXDOMAIN ? SIGN_WALK_NXDOMAIN : SIGN_WALK_NODATA;

	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->section != SECTION_AUTHORITY || set->count == 0)
			continue;
		if (set->type == TYPE_SOA && name_equal(&set->owner, &w->zone->apex))
			w->soa = set;
		else if (set->type == TYPE_NS && name_within(&w->name, &set->owner) &&
		         (!w->ns || set->owner.labels > w->ns->owner.labels))
			w->ns = set;
	}
	if (w->soa)
		return denial;
	if (w->ns && message_rcode(job->m) == RCODE_NOERROR && is_referral(job, w, w->ns, is_below))
		return SIGN_WALK_REFERRAL;
	return denies_without_soa(job, w) ? denial : SIGN_WALK_OPEN;
}

/* True if the server denies the name, or its type, with the SOA of this zone. Then there is no
 * child zone at the name (any more). */
static bool denies_as_zone(const struct sign_job *job, const struct signer_walk *w)
{
	bool has_answer = job->m->rr_count > 0 && job->m->rrs[0].section == SECTION_ANSWER;

	return (job->m->flags & FLAG_AA) && !has_answer &&
	       rrsets_find(&job->rrsets, SECTION_AUTHORITY, &w->zone->apex, TYPE_SOA);
}

/* For a name in a child zone, the server sends a referral, or an answer as the child. */
static enum signer_walk_end walk_below_cut(struct sign_job *job, struct signer_walk *w)
{
	bool is_answered =
	        find_answer(job, &w->name, TYPE_ANY) || find_dname(job, w->zone, &w->name);

	if (!is_answered && read_authority(job, w, true) == SIGN_WALK_REFERRAL)
		return SIGN_WALK_REFERRAL;
	return w->links > 0 ? SIGN_WALK_OUTSIDE : SIGN_WALK_BELOW;
}

enum signer_walk_end signer_walk(
        struct sign_job *job, uint16_t qtype, unsigned links, struct signer_walk *w)
{
	enum cut_doubt doubt;

	*w = (struct signer_walk){ .name = job->qname };
	for (;;) {
		w->zone = zone_of(job, &w->name);
		if (!w->zone)
			return SIGN_WALK_OUTSIDE;
		if (memory_has_cuts(job->signer) && denies_as_zone(job, w))
			memory_forget_cuts(job->signer, &w->name, &w->zone->apex);
		doubt = doubt_about_cut(job, w);
		if (doubt == CUT_DOUBT)
			return SIGN_WALK_DOUBT;
		if (doubt == CUT_YES || is_below_cut(job, w->zone, &w->name))
			return walk_below_cut(job, w);
		w->set = find_dname(job, w->zone, &w->name) ? NULL
		                                            : find_answer(job, &w->name, qtype);
		if (w->set)
			return SIGN_WALK_POSITIVE;
		if (w->links == links)
			return SIGN_WALK_OPEN;
		enum step step = walk_link(job, w);
		if (step == STEP_BAD)
			return SIGN_WALK_BROKEN;
		if (step == STEP_NONE)
			return read_authority(job, w, false);
		w->links++;
		/* A question for CNAME is answered by the CNAME that the DNAME makes. */
		if (step == STEP_END ||
		        (w->is_redirected && (qtype == TYPE_CNAME || qtype == TYPE_ANY)))
			return SIGN_WALK_OPEN;
	}
}
