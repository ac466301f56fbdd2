/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers and denials out of those of a server that knows nothing of DNSSEC. */
#include "sign/sign_answer.h"

#include "sign/sign_cut.h"
#include "sign/sign_memory.h"
#include "sign/sign_put.h"
#include "sign/sign_set.h"
#include "sign/sign_walk.h"
#include "sign/signer_private.h"

struct set_ttls learned_ttls(struct signing *g, const struct sign_zone *zone)
{
	const struct zone_memory *z = memory_zone(g->signer, zone);
	uint32_t most_s = least(SIGN_CUT_TTL_S, zone->max_ttl_s);

	if (!z->has_soa)
		return (struct set_ttls){ most_s, most_s };
	return denial_ttls(&(struct set_ttls){ z->ttl_s, z->original_ttl_s }, z->minimum_s);
}

static bool has_name_below(const struct signing *g, const struct walk *w)
{
	return name_equal(&w->name, &w->zone->apex) ||
	       memory_has_below(g->signer, &w->name, g->now_s);
}

/* Denies the last name, or its type, with the NSEC of a zone of which the SOA went out already. A
 * server that says NXDOMAIN of a name which has names below it is wrong (RFC 8020). */
static bool put_denial(struct signing *g, struct walk *w, bool is_nxdomain, uint16_t qtype,
        const struct set_ttls *ttls, struct ending *e)
{
	bool is_nothing = is_nxdomain && !has_name_below(g, w);
	struct sign_types types =
	        is_nothing ? types_of_nothing() : types_of_name(w->zone, &w->name, qtype);
	struct name next;

	if (!g->asked->asked.dnssec_ok)
		e->rcode = is_nxdomain ? RCODE_NXDOMAIN : RCODE_NOERROR;
	else
		e->says_co = is_nothing && g->asked->compact_ok;
	if (e->says_co)
		e->rcode = RCODE_NXDOMAIN;
	e->outcome = is_nothing ? SIGN_OUTCOME_NXDOMAIN : SIGN_OUTCOME_NODATA;
	next_name(&w->name, &w->zone->apex, &next);
	return put_nsec(g, w->zone, &w->name, &next, &types, SECTION_AUTHORITY, ttls);
}

/* A name's own NSEC is the answer. */
static bool answer_nsec(struct signing *g, const struct sign_zone *zone, const struct name *name,
        struct sign_types types)
{
	const struct set_ttls ttls = learned_ttls(g, zone);
	struct name next;

	next_name(name, &zone->apex, &next);
	return put_nsec(g, zone, name, &next, &types, SECTION_ANSWER, &ttls);
}

static bool answer_denial(
        struct signing *g, struct walk *w, bool is_nxdomain, uint16_t qtype, struct ending *e)
{
	struct set_ttls ttls;

	/* An apex has its SOA: an NSEC with NS and without SOA would be that of a cut. */
	if (qtype == TYPE_SOA && name_equal(&w->name, &w->zone->apex))
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	/* That there is nothing at all cannot be denied of a name that is there: its NSEC is. */
	if (qtype == TYPE_ANY && (!is_nxdomain || has_name_below(g, w)))
		return answer_nsec(g, w->zone, &w->name, types_of_name(w->zone, &w->name, qtype));
	return put_soa(g, w->soa, w->zone, &ttls) && put_denial(g, w, is_nxdomain, qtype, &ttls, e);
}

/* ---- An ordinary question ---- */

static bool put_positive(struct signing *g, const struct walk *w)
{
	const struct rrset *ns = rrsets_find(&g->sets, SECTION_AUTHORITY, &w->zone->apex, TYPE_NS);

	memory_note_name(g->signer, &w->name, &w->zone->apex, g->now_s);
	if (!put_set(g, w->set, SECTION_ANSWER, w->zone))
		return false;
	if (ns && !put_set(g, ns, SECTION_AUTHORITY, w->zone))
		return false;
	return put_additional(g, w->zone);
}

/* A child zone that is not signed here, on the same server: its records go on as they are. */
static bool put_unsigned(struct signing *g, struct ending *e)
{
	e->outcome = SIGN_OUTCOME_BELOW_CUT;
	e->rcode = message_rcode(g->m) & RCODE_MASK;
	for (unsigned i = 0; i < g->sets.count; i++) {
		const struct rrset *set = &g->sets.sets[i];
		if (!put_set(g, set, (enum section)set->section, NULL))
			return false;
	}
	return true;
}

/* A link that leads to a name of which nothing is said, or which is not ours, ends what can be
 * said: the resolver asks for it itself. */
static bool end_chain(struct signing *g, const struct walk *w, struct ending *e)
{
	if (w->links == 0)
		return signing_fail(g, SIGN_OUTCOME_NO_SOA);
	if (w->is_overlong)
		e->rcode = RCODE_YXDOMAIN;
	return true;
}

bool put_end(struct signing *g, enum walk_end end, struct walk *w, uint16_t qtype, struct ending *e)
{
	switch (end) {
	case WALK_POSITIVE:
		return put_positive(g, w);
	case WALK_NODATA:
	case WALK_NXDOMAIN:
		return answer_denial(g, w, end == WALK_NXDOMAIN, qtype, e);
	case WALK_REFERRAL:
		return put_referral(g, w, e);
	case WALK_BELOW:
		return w->links > 0 ? end_chain(g, w, e) : put_unsigned(g, e);
	case WALK_OUTSIDE:
	case WALK_OPEN:
		return end_chain(g, w, e);
	default:
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	}
}

bool sign_answer(struct signing *g, struct ending *e)
{
	struct walk w;
	enum walk_end end = walk_answer(g, g->qtype, LIMIT_CNAMES, &w);

	e->flags = g->m->flags & FLAG_AA;
	return put_end(g, end, &w, g->qtype, e);
}

/* ---- Types that only DNSSEC has ---- */

/* By its NSEC, a name that is not there is there with nothing but that: it cannot be denied. */
static bool answer_nsec_of_nothing(struct signing *g, const struct walk *w)
{
	return answer_nsec(g, w->zone, &g->qname,
	        has_name_below(g, w) ? types_of_name(w->zone, &g->qname, g->qtype)
	                             : types_of_nothing());
}

bool sign_exists(struct signing *g, struct ending *e)
{
	struct walk w;
	enum walk_end end = walk_answer(g, TYPE_SOA, 1, &w);
	bool is_there = end == WALK_POSITIVE || end == WALK_NODATA;
	const struct rrset *soa = rrsets_find(&g->sets, SECTION_ANSWER, &g->qname, TYPE_SOA);
	const struct sign_zone *zone = zone_of(g, &g->qname);

	if (end == WALK_BELOW && soa) {
		/* The apex of a child that is not signed here has no such type either. */
		e->outcome = SIGN_OUTCOME_BELOW_CUT;
		return put_set(g, soa, SECTION_AUTHORITY, NULL);
	}
	if (w.links > 0 && g->qtype == TYPE_NSEC && !w.is_redirected) {
		g->item_count = 0;
		return answer_nsec(g, zone, &g->qname, types_of_alias());
	}
	if (w.links > 0)
		return end_chain(g, &w, e);
	if (is_there && g->qtype == TYPE_NSEC)
		return answer_nsec(g, zone, &g->qname, types_of_name(zone, &g->qname, g->qtype));
	if (end == WALK_NXDOMAIN && g->qtype == TYPE_NSEC)
		return answer_nsec_of_nothing(g, &w);
	if (end == WALK_POSITIVE) {
		w.soa = w.set;
		end = WALK_NODATA;
	}
	return put_end(g, end, &w, g->qtype, e);
}

/* ---- The apex ---- */

static bool put_presigned(
        struct signing *g, const struct sign_zone *zone, const struct presigned *p)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	unsigned count = presigned_choose(p, g->now_s, chosen);
	struct sign_item item = { .section = SECTION_ANSWER,
		.type = p->type,
		.ttl_s = p->ttl_s,
		.owner = &zone->apex,
		.has_rdata = true };

	if (g->signer->doubts_clock)
		return signing_fail(g, SIGN_OUTCOME_CLOCK);
	if (count == 0)
		return signing_fail(g, SIGN_OUTCOME_KEYS);
	for (unsigned i = 0; i < p->count; i++) {
		item.rdata = p->rdatas[i];
		put_item(g, item);
	}
	item.type = TYPE_RRSIG;
	for (unsigned i = 0; i < count && g->asked->asked.dnssec_ok; i++) {
		item.rdata = chosen[i]->rdata;
		put_item(g, item);
	}
	return true;
}

static const struct presigned *presigned_of(const struct sign_zone *zone, uint16_t type)
{
	if (type == TYPE_DNSKEY)
		return &zone->dnskey;
	return type == TYPE_CDS ? &zone->cds : &zone->cdnskey;
}

bool sign_apex(struct signing *g, struct ending *e)
{
	const struct sign_zone *zone = zone_of(g, &g->qname);
	const struct presigned *p;

	e->outcome = SIGN_OUTCOME_APEX;
	if (g->qtype == TYPE_DS)
		return answer_ds_of_zone(g, zone, e);
	p = presigned_of(zone, g->qtype);
	return p->count > 0 ? put_presigned(g, zone, p) : sign_apex_nodata(g, e);
}

bool sign_apex_nodata(struct signing *g, struct ending *e)
{
	struct walk w = { .name = g->qname, .zone = zone_of(g, &g->qname) };
	struct set_ttls ttls;

	return put_learned_soa(g, w.zone, &ttls) && put_denial(g, &w, false, g->qtype, &ttls, e);
}
