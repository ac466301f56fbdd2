/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_answer.h"

#include "sign/sign_absence.h"
#include "sign/sign_cut.h"
#include "sign/sign_doubt.h"
#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_put.h"
#include "sign/sign_set.h"
#include "sign/sign_walk.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

/* Returns the types of a name that exists, but `but`. */
static struct sign_types types_at(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name, uint16_t but)
{
	bool is_apex = name->labels == zone->apex.labels;
	struct sign_types types = types_of_name(
	        &memory_zone(job->signer, zone)->types, is_apex ? period_of(job, zone) : NULL, but);

	if (but != TYPE_DNAME && memory_has_dname(job->signer, zone, name, job->now_s))
		types_add_dname(&types);
	return types;
}

/* A denial of the last name of the walk, or of one of its types. */
struct made_denial {
	uint16_t qtype;
	bool is_nxdomain; /* the server says so */
	bool is_nothing;  /* the name is denied, not only the type */
};

static struct made_denial read_denial(
        struct sign_job *job, const struct signer_walk *w, bool is_nxdomain, uint16_t qtype)
{
	if (!is_nxdomain)
		note_presence(job, w->zone, &w->name, 0);
	return (struct made_denial){ qtype, is_nxdomain,
		is_nxdomain && is_name_absent(job, w, qtype) };
}

/* Adds the NSEC that denies the last name, or its type. The SOA was added before. */
static bool put_denial(struct sign_job *job, struct signer_walk *w,
        const struct made_denial *denial, const struct set_ttls *ttls, struct ending *e)
{
	struct sign_types types = denial->is_nothing
	                                  ? types_of_nothing()
	                                  : types_at(job, w->zone, &w->name, denial->qtype);
	struct name next;

	if (!job->asked->client.dnssec_ok)
		e->rcode = denial->is_nxdomain ? RCODE_NXDOMAIN : RCODE_NOERROR;
	else
		e->says_co = denial->is_nothing && job->asked->compact_ok;
	if (e->says_co)
		e->rcode = RCODE_NXDOMAIN;
	e->outcome = denial->is_nothing ? SIGN_OUTCOME_NXDOMAIN : SIGN_OUTCOME_NODATA;
	next_name(&w->name, &w->zone->apex, &next);
	return put_nsec(job, w->zone,
	        &(struct made_nsec){ &w->name, &next, types, SECTION_AUTHORITY, *ttls });
}

/* Answers a question for NSEC: adds the NSEC of the name itself. */
static bool answer_nsec(struct sign_job *job, const struct sign_zone *zone, const struct name *name,
        struct sign_types types)
{
	struct name next;

	next_name(name, &zone->apex, &next);
	return put_nsec(job, zone,
	        &(struct made_nsec){ name, &next, types, SECTION_ANSWER, learned_ttls(job, zone) });
}

/* Adds the SOA of the response, or the learned one. */
static bool put_soa_of_denial(
        struct sign_job *job, const struct signer_walk *w, struct set_ttls *ttls)
{
	if (w->soa)
		return put_soa(job, w->soa, w->zone, ttls);
	if (!memory_zone(job->signer, w->zone)->has_soa)
		return first_learn_soa(job, w->zone);
	return put_learned_soa(job, w->zone, ttls);
}

static bool answer_denial(struct sign_job *job, struct signer_walk *w, bool is_nxdomain,
        uint16_t qtype, struct ending *e)
{
	const struct made_denial denial = read_denial(job, w, is_nxdomain, qtype);
	struct set_ttls ttls;

	/* An apex has an SOA. An NSEC with NS but without SOA would look like that of a cut. */
	if (qtype == TYPE_SOA && name_equal(&w->name, &w->zone->apex))
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	/* A name that exists has at least an NSEC, so a question for ANY gets that. */
	if (qtype == TYPE_ANY && !denial.is_nothing)
		return answer_nsec(job, w->zone, &w->name, types_at(job, w->zone, &w->name, qtype));
	return put_soa_of_denial(job, w, &ttls) && put_denial(job, w, &denial, &ttls, e);
}

/* ---- An ordinary question ---- */

static bool put_positive(struct sign_job *job, const struct signer_walk *w)
{
	const struct rrset *ns =
	        rrsets_find(&job->rrsets, SECTION_AUTHORITY, &w->zone->apex, TYPE_NS);

	note_presence(job, w->zone, &w->name, rrset_ttl(&job->rrsets, w->set));
	memory_note_type(job->signer, w->zone, w->set->type);
	if (w->set->type == TYPE_DNAME)
		memory_note_dname(job->signer, w->zone, &w->name, job->now_s);
	if (!put_set(job, w->set, SECTION_ANSWER, w->zone))
		return false;
	if (ns && !put_set(job, ns, SECTION_AUTHORITY, w->zone))
		return false;
	return put_additional(job, w->zone);
}

/* Adds the records of a child zone that is on the same server and not signed here, as they are. */
static bool put_unsigned(struct sign_job *job, struct ending *e)
{
	e->outcome = SIGN_OUTCOME_BELOW_CUT;
	e->rcode = message_rcode(job->m) & RCODE_MASK;
	e->flags = job->m->flags & FLAG_AA;
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (!put_set(job, set, (enum section)set->section, NULL))
			return false;
	}
	return true;
}

/* Ends the answer after the last link: the response says nothing of the name that it leads to, or
 * the name is not in our zones. The resolver asks for that name itself. */
static bool end_chain(struct sign_job *job, const struct signer_walk *w, struct ending *e)
{
	if (w->links == 0)
		return signing_fail(job, SIGN_OUTCOME_NO_SOA);
	if (w->is_overlong)
		e->rcode = RCODE_YXDOMAIN;
	return true;
}

static bool put_end(struct sign_job *job, enum signer_walk_end end, struct signer_walk *w,
        uint16_t qtype, struct ending *e)
{
	switch (end) {
	case SIGN_WALK_POSITIVE:
		return put_positive(job, w);
	case SIGN_WALK_NODATA:
	case SIGN_WALK_NXDOMAIN:
		return answer_denial(job, w, end == SIGN_WALK_NXDOMAIN, qtype, e);
	case SIGN_WALK_REFERRAL:
		return put_referral(job, w, e);
	case SIGN_WALK_BELOW:
		return w->links > 0 ? end_chain(job, w, e) : put_unsigned(job, e);
	case SIGN_WALK_OUTSIDE:
	case SIGN_WALK_OPEN:
	case SIGN_WALK_DOUBT:
		return end_chain(job, w, e);
	default:
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	}
}

/* True for NS or an SOA below the apex at a name that is no zone cut: the server has them for every
 * name. All other denials at the name say that it has none, and signed by the parent they would be
 * Bogus. */
static bool is_of_no_zone(const struct signer_walk *w)
{
	return (w->set->type == TYPE_NS || w->set->type == TYPE_SOA) &&
	       w->set->owner.labels > w->zone->apex.labels;
}

bool sign_answer(struct sign_job *job, struct ending *e)
{
	struct signer_walk w;
	enum signer_walk_end end = signer_walk(job, job->qtype, LIMIT_CNAMES, &w);

	if (end == SIGN_WALK_POSITIVE && is_of_no_zone(&w))
		end = SIGN_WALK_NODATA;
	return put_end(job, end, &w, job->qtype, e);
}

/* ---- Types that only DNSSEC has ---- */

/* The server got a question for NS. NS records below an apex show a cut, whether the server answers
 * as the parent or as the child. A server that answers none gets one for A, which shows a cut by a
 * referral. */
bool sign_ds(struct sign_job *job, struct ending *e)
{
	const struct sign_zone *zone = zone_of(job, &job->qname);
	bool is_known = sign_policy_apex(job->signer->policy, &job->qname) != NULL;
	struct signer_walk w;

	for (unsigned i = 0; i < zone->cut_count; i++)
		is_known = is_known || name_equal(&zone->cuts[i].name, &job->qname);
	if (is_known)
		return answer_ds_of_cut(job, zone, e);
	enum signer_walk_end end = signer_walk(job, job->asked->sent_type, 1, &w);
	bool is_referral = end == SIGN_WALK_REFERRAL && name_equal(&w.ns->owner, &job->qname);
	bool is_cut = !zone->ignores_cuts && memory_is_cut(job->signer, &job->qname, job->now_s);
	if (is_referral || is_cut)
		return answer_ds_of_cut(job, zone, e);
	/* NS records of a server that has them for every name say nothing. */
	if (end == SIGN_WALK_POSITIVE)
		end = SIGN_WALK_NODATA;
	return put_end(job, w.links > 0 ? SIGN_WALK_OPEN : end, &w, TYPE_DS, e);
}

/* Answers a question for NSEC at a name that does not exist. In compact denial it has an NSEC with
 * the type NXNAME, which is the answer. */
static bool answer_nsec_of_nothing(struct sign_job *job, const struct signer_walk *w)
{
	return answer_nsec(job, w->zone, &job->qname,
	        is_name_absent(job, w, job->qtype)
	                ? types_of_nothing()
	                : types_at(job, w->zone, &job->qname, job->qtype));
}

bool sign_exists(struct sign_job *job, struct ending *e)
{
	struct signer_walk w;
	enum signer_walk_end end = signer_walk(job, job->asked->sent_type, 1, &w);
	bool is_there = end == SIGN_WALK_POSITIVE || end == SIGN_WALK_NODATA;
	const struct rrset *soa = rrsets_find(&job->rrsets, SECTION_ANSWER, &job->qname, TYPE_SOA);
	const struct sign_zone *zone = zone_of(job, &job->qname);

	if (end == SIGN_WALK_BELOW && soa) {
		/* The apex of an unsigned child zone has no such type. */
		e->outcome = SIGN_OUTCOME_BELOW_CUT;
		return put_set(job, soa, SECTION_AUTHORITY, NULL);
	}
	if (w.links > 0 && job->qtype == TYPE_NSEC && !w.is_redirected) {
		job->item_count = 0;
		return answer_nsec(job, zone, &job->qname, types_of_alias());
	}
	if (w.links > 0)
		return end_chain(job, &w, e);
	if (is_there && job->qtype == TYPE_NSEC)
		return answer_nsec(
		        job, zone, &job->qname, types_at(job, zone, &job->qname, job->qtype));
	if (end == SIGN_WALK_NXDOMAIN && job->qtype == TYPE_NSEC)
		return answer_nsec_of_nothing(job, &w);
	if (end == SIGN_WALK_POSITIVE) {
		w.soa = w.set->type != TYPE_SOA || is_of_no_zone(&w) ? NULL : w.set;
		end = SIGN_WALK_NODATA;
	}
	return put_end(job, end, &w, job->qtype, e);
}

/* ---- The apex ---- */

static bool put_presigned(struct sign_job *job, const struct sign_zone *zone,
        const struct presigned *p, const struct presigned *keys)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	unsigned count = presigned_choose(p, job->now_s, chosen);
	struct sign_item item = { .section = SECTION_ANSWER,
		.type = p->type,
		.ttl_s = p->ttl_s,
		.owner = &zone->apex,
		.has_rdata = true };

	if (job->signer->doubts_clock)
		return signing_fail(job, SIGN_OUTCOME_CLOCK);
	if (count == 0 || !presigned_choice_is_whole(chosen, count, keys))
		return signing_fail(job, SIGN_OUTCOME_KEYS);
	for (unsigned i = 0; i < p->count; i++) {
		item.rdata = p->rdatas[i];
		put_item(job, item);
	}
	item.type = TYPE_RRSIG;
	for (unsigned i = 0; i < count && job->asked->client.dnssec_ok; i++) {
		item.rdata = chosen[i]->rdata;
		put_item(job, item);
	}
	return true;
}

static const struct presigned *presigned_of(const struct sign_period *period, uint16_t type)
{
	if (type == TYPE_DNSKEY)
		return &period->dnskey;
	return type == TYPE_CDS ? &period->cds : &period->cdnskey;
}

bool sign_apex(struct sign_job *job, struct ending *e)
{
	const struct sign_zone *zone = zone_of(job, &job->qname);
	const struct sign_period *period = period_of(job, zone);
	const struct presigned *p;

	e->outcome = SIGN_OUTCOME_APEX;
	if (period->key_count == 0) /* or a DS and a DNSKEY that exist would be denied */
		return signing_fail(job, SIGN_OUTCOME_BROKEN);
	if (job->qtype == TYPE_DS)
		return answer_ds_of_zone(job, zone, e);
	p = presigned_of(period, job->qtype);
	return p->count > 0 ? put_presigned(job, zone, p, &period->dnskey)
	                    : sign_apex_nodata(job, e);
}

/* A denial needs the SOA, of which only a response tells. */
bool is_known_at_once(struct sign_job *job)
{
	const struct sign_zone *zone = zone_of(job, &job->qname);
	const struct sign_period *period = period_of(job, zone);

	if (job->asked->way == SIGN_WAY_APEX && period->key_count == 0)
		return true; /* SERVFAIL */
	if (job->asked->way == SIGN_WAY_APEX && job->qtype != TYPE_DS)
		return presigned_of(period, job->qtype)->count > 0 ||
		       memory_zone(job->signer, zone)->has_soa;
	if (job->asked->way == SIGN_WAY_APEX) {
		const struct sign_zone *parent = parent_of(job, &zone->apex);
		return parent &&
		       (period->ds_count > 0 || memory_zone(job->signer, parent)->has_soa);
	}
	return job->asked->way == SIGN_WAY_NODATA && memory_zone(job->signer, zone)->has_soa;
}

bool sign_apex_nodata(struct sign_job *job, struct ending *e)
{
	struct signer_walk w = { .name = job->qname, .zone = zone_of(job, &job->qname) };
	struct set_ttls ttls;

	return put_learned_soa(job, w.zone, &ttls) &&
	       put_denial(job, &w, &(struct made_denial){ .qtype = job->qtype }, &ttls, e);
}
