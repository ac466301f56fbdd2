/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_doubt.h"

#include "sign/sign_memory.h"
#include "sign/sign_set.h"
#include "sign/sign_zone.h"

static bool ask_first(struct sign_job *job, enum sign_way way, unsigned labels, uint16_t type)
{
	job->first = (struct sign_step){ (uint8_t)way, (uint8_t)labels, type };
	return signing_fail(job, SIGN_OUTCOME_LEARNING);
}

bool first_learn_soa(struct sign_job *job, const struct sign_zone *zone)
{
	if (!memory_may_learn_soa(job->signer, zone, job->now_s))
		return signing_fail(job, SIGN_OUTCOME_NO_SOA);
	memory_want_soa(job->signer, zone);
	return ask_first(job, SIGN_WAY_LEARN, zone->apex.labels, TYPE_SOA);
}

/* ---- Suspicions ---- */

static enum cut_doubt accept_cut(struct sign_job *job, const struct name *cut)
{
	struct name *learned = arena_take(&job->signer->arena, sizeof(*learned));

	if (learned && !memory_is_cut(job->signer, cut, job->now_s)) {
		*learned = *cut;
		job->result->new_cut = learned;
	}
	memory_note_cut(job->signer, cut, job->now_s);
	if (memory_suspicion(job->signer, cut, job->now_s) != SUSPICION_NONE)
		memory_suspect(job->signer, cut, SUSPICION_NONE, job->now_s);
	return CUT_YES;
}

static enum cut_doubt refute(struct sign_job *job, const struct name *name, int64_t for_s)
{
	memory_suspect(job->signer, name, SUSPICION_REFUTED, job->now_s + for_s);
	return CUT_NO;
}

/* A cut with a name so long does not happen. */
static bool probe_fits(const struct name *name)
{
	return name->len + sizeof(SIGN_PROBE_LABEL) <= NAME_MAX_OCTETS;
}

/* The server says that the name has NS. */
static enum cut_doubt settle_ns(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name)
{
	switch (memory_ns_habit(job->signer, zone, job->now_s)) {
	case NS_WHERE_THEY_ARE:
		return accept_cut(job, name);
	case NS_EVERYWHERE:
		return refute(job, name, SIGN_MEMORY_S);
	default:
		if (!probe_fits(name))
			return refute(job, name, SIGN_MEMORY_S);
		memory_suspect(job->signer, name, SUSPICION_HAS_NS, job->now_s + SIGN_DOUBT_S);
		return CUT_DOUBT;
	}
}

/* `has_ns`: the response answers a question for the NS of this name with them. */
static enum cut_doubt suspect(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name, bool has_ns)
{
	enum suspicion suspicion;

	if (!zone->ignores_cuts && memory_is_cut(job->signer, name, job->now_s))
		return accept_cut(job, name);
	if (is_below_cut(job, zone, name))
		return CUT_YES;
	if (zone->ignores_cuts)
		return CUT_NO;
	if (has_ns)
		return settle_ns(job, zone, name);
	suspicion = memory_suspicion(job->signer, name, job->now_s);
	if (suspicion == SUSPICION_REFUTED)
		return CUT_NO;
	if (suspicion == SUSPICION_NONE)
		memory_suspect(job->signer, name, SUSPICION_OPEN, job->now_s + SIGN_DOUBT_S);
	return CUT_DOUBT;
}

/* True for a response that has nothing but a referral, whatever AA says. */
static bool is_bare_referral(const struct sign_job *job)
{
	bool has_ns = false;

	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->count == 0 || set->section == SECTION_ADDITIONAL)
			continue;
		if (set->section == SECTION_ANSWER || set->type == TYPE_SOA)
			return false;
		has_ns = has_ns || set->type == TYPE_NS;
	}
	return has_ns && message_rcode(job->m) == RCODE_NOERROR;
}

static bool is_of_cut(const struct rrset *set, const struct signer_walk *w)
{
	return (set->type == TYPE_NS || set->type == TYPE_SOA) &&
	       set->section != SECTION_ADDITIONAL && set->count > 0 &&
	       set->owner.labels > w->zone->apex.labels && name_within(&w->name, &set->owner);
}

/* The names on a chain of aliases are no part of the question, so nothing can be asked for them. The answer
 * ends there. */
static bool may_ask(const struct sign_job *job, const struct signer_walk *w)
{
	return w->links == 0 && name_equal(&w->name, &job->qname);
}

enum cut_doubt doubt_about_cut(struct sign_job *job, const struct signer_walk *w)
{
	bool is_referral = is_bare_referral(job);
	struct sign_step first;

	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (!is_of_cut(set, w))
			continue;
		if (is_referral && !w->zone->ignores_cuts)
			return accept_cut(job, &set->owner);
		if (is_referral)
			return CUT_YES;
		bool has_ns = set->type == TYPE_NS && set->section == SECTION_ANSWER;
		enum cut_doubt doubt = suspect(job, w->zone, &set->owner, has_ns);
		if (doubt == CUT_NO)
			continue;
		if (doubt == CUT_DOUBT && may_ask(job, w) &&
		        doubt_pending(job->signer, &job->qname, w->zone, job->now_s, &first))
			ask_first(job, (enum sign_way)first.way, first.labels, first.type);
		return doubt;
	}
	return CUT_NO;
}

/* ---- Questions of the signer's own ---- */

bool doubt_pending(struct signer *s, const struct name *qname, const struct sign_zone *zone,
        int64_t now_s, struct sign_step *step)
{
	struct name name = *qname;

	if (memory_has_suspects(s)) {
		for (; name.labels > zone->apex.labels; name_parent(&name, &name)) {
			enum suspicion suspicion = memory_suspicion(s, &name, now_s);
			if (suspicion != SUSPICION_OPEN && suspicion != SUSPICION_HAS_NS)
				continue;
			*step = (struct sign_step){ suspicion == SUSPICION_OPEN ? SIGN_WAY_CONFIRM
				                                                : SIGN_WAY_PROBE,
				name.labels, TYPE_NS };
			return true;
		}
	}
	*step = (struct sign_step){ SIGN_WAY_LEARN, zone->apex.labels, TYPE_SOA };
	return memory_wants_soa(s, zone);
}

static bool is_denial_or_answer(const struct sign_job *job)
{
	unsigned rcode = message_rcode(job->m);

	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN;
}

/* An error says nothing, but the question is not asked again at once. */
static void learn_of_confirm(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name)
{
	const struct rrset *referred = rrsets_find(&job->rrsets, SECTION_AUTHORITY, name, TYPE_NS);

	if (rrsets_find(&job->rrsets, SECTION_ANSWER, name, TYPE_NS))
		settle_ns(job, zone, name);
	else if (referred && is_bare_referral(job))
		accept_cut(job, &referred->owner);
	else
		refute(job, name, is_denial_or_answer(job) ? SIGN_MEMORY_S : SIGN_DOUBT_S);
}

static bool has_ns_answer(const struct sign_job *job)
{
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->section == SECTION_ANSWER && set->type == TYPE_NS && set->count > 0)
			return true;
	}
	return false;
}

static void learn_of_probe(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name)
{
	if (!is_denial_or_answer(job)) {
		refute(job, name, SIGN_DOUBT_S);
		return;
	}
	memory_note_ns_habit(job->signer, zone,
	        has_ns_answer(job) ? NS_EVERYWHERE : NS_WHERE_THEY_ARE, job->now_s);
	if (memory_suspicion(job->signer, name, job->now_s) == SUSPICION_HAS_NS)
		settle_ns(job, zone, name);
}

void doubt_learn(struct sign_job *job)
{
	struct name name;
	const struct sign_zone *zone = zone_of(job, &job->qname);

	name_suffix(&job->qname, job->asked->sent_labels, &name);
	if (job->asked->way == SIGN_WAY_LEARN && !memory_zone(job->signer, zone)->has_soa)
		memory_note_no_soa(job->signer, zone, job->now_s);
	else if (job->m->flags & FLAG_TC)
		refute(job, &name, SIGN_DOUBT_S);
	else if (job->asked->way == SIGN_WAY_CONFIRM)
		learn_of_confirm(job, zone, &name);
	else if (job->asked->way == SIGN_WAY_PROBE)
		learn_of_probe(job, zone, &name);
}
