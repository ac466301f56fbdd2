/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_doubt.h"

#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_set.h"
#include "sign/sign_zone.h"

static bool ask_first(struct sign_job *job, enum sign_way way, unsigned labels, uint16_t type)
{
	job->first = (struct sign_step){ (uint8_t)way, (uint8_t)labels, type, false };
	return signing_fail(job, SIGN_OUTCOME_LEARNING);
}

bool first_learn_soa(struct sign_job *job, const struct sign_zone *zone)
{
	if (!memory_may_learn_soa(job->signer, zone, job->now_s))
		return signing_fail(job, SIGN_OUTCOME_NO_SOA);
	memory_want_soa(job->signer, zone, job->now_s);
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

static enum cut_doubt refute(struct sign_job *job, const struct name *name)
{
	memory_suspect(job->signer, name, SUSPICION_REFUTED, job->now_s + SIGN_REFUTED_S);
	return CUT_NO;
}

/* A cut with a name so long does not happen. */
static bool probe_fits(const struct name *name)
{
	return name->len + sizeof(SIGN_PROBE_LABEL) <= NAME_MAX_OCTETS;
}

/* The server says that the name has NS. What it says of other names proves nothing about this one:
 * only some names may be those of a load balancer. */
static enum cut_doubt probe_next(struct sign_job *job, const struct name *name)
{
	if (!probe_fits(name))
		return refute(job, name);
	memory_suspect(job->signer, name, SUSPICION_HAS_NS, job->now_s + SIGN_DOUBT_S);
	return CUT_DOUBT;
}

/* `has_ns`: the response has NS of this name as an answer. What was refuted is asked again after
 * SIGN_REFUTED_S, so that clients cannot keep the signer asking. */
static enum cut_doubt suspect(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name, bool has_ns)
{
	enum suspicion suspicion = memory_suspicion(job->signer, name, job->now_s);

	if (!zone->ignores_cuts && memory_is_cut(job->signer, name, job->now_s))
		return accept_cut(job, name);
	if (is_below_cut(job, zone, name))
		return CUT_YES;
	if (zone->ignores_cuts || suspicion == SUSPICION_REFUTED)
		return CUT_NO;
	if (has_ns)
		return probe_next(job, name);
	if (suspicion == SUSPICION_NONE || suspicion == SUSPICION_NO_NS)
		memory_suspect(job->signer, name, SUSPICION_OPEN, job->now_s + SIGN_DOUBT_S);
	return CUT_DOUBT;
}

/* True for a response that has nothing but NS in the authority section, as a referral has. */
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

/* With AA it may also be a load balancer's way to deny a type. */
static bool is_certain_referral(const struct sign_job *job)
{
	return is_bare_referral(job) && !(job->m->flags & FLAG_AA);
}

static bool is_of_cut(const struct rrset *set, const struct signer_walk *w)
{
	return (set->type == TYPE_NS || set->type == TYPE_SOA) &&
	       set->section != SECTION_ADDITIONAL && set->count > 0 &&
	       set->owner.labels > w->zone->apex.labels && name_within(&w->name, &set->owner);
}

/* The names on a chain of aliases are no part of the question, so nothing can be asked for them.
 * The answer ends there. */
static bool may_ask(const struct sign_job *job, const struct signer_walk *w)
{
	return w->links == 0 && name_equal(&w->name, &job->qname);
}

enum cut_doubt doubt_about_cut(struct sign_job *job, const struct signer_walk *w)
{
	bool is_referral = is_certain_referral(job);
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

/* Sets the question that settles a suspicion. */
static bool asks_next(enum suspicion suspicion, unsigned labels, struct sign_step *step)
{
	step->labels = (uint8_t)labels;
	step->type = suspicion == SUSPICION_ALIASED ? TYPE_SOA : TYPE_NS;
	step->way = suspicion == SUSPICION_HAS_NS ? SIGN_WAY_PROBE : SIGN_WAY_CONFIRM;
	return suspicion == SUSPICION_OPEN || suspicion == SUSPICION_HAS_NS ||
	       suspicion == SUSPICION_ALIASED;
}

bool doubt_pending(struct signer *s, const struct name *qname, const struct sign_zone *zone,
        int64_t now_s, struct sign_step *step)
{
	struct name name = *qname;

	if (memory_has_suspects(s) && !zone->ignores_cuts) {
		for (; name.labels > zone->apex.labels; name_parent(&name, &name)) {
			if (!asks_next(memory_suspicion(s, &name, now_s), name.labels, step))
				continue;
			return true;
		}
	}
	*step = (struct sign_step){ SIGN_WAY_LEARN, zone->apex.labels, TYPE_SOA, false };
	return memory_wants_soa(s, zone, now_s);
}

/* NS of this name, as an answer or in place of one. */
static bool has_ns_of(const struct sign_job *job, const struct name *name)
{
	return rrsets_find(&job->rrsets, SECTION_ANSWER, name, TYPE_NS) ||
	       (is_bare_referral(job) &&
	               rrsets_find(&job->rrsets, SECTION_AUTHORITY, name, TYPE_NS));
}

static void learn_of_confirm(struct sign_job *job, const struct name *name)
{
	bool is_apex = rrsets_find(&job->rrsets, SECTION_ANSWER, name, TYPE_SOA);

	if (job->asked->sent_type == TYPE_SOA && is_apex)
		accept_cut(job, name);
	else if (job->asked->sent_type == TYPE_SOA || !has_ns_of(job, name))
		refute(job, name);
	else if (is_certain_referral(job))
		accept_cut(job, name);
	else
		probe_next(job, name);
}

/* The name of the probe does not exist, but a wildcard or a DNAME may make an alias of it. */
static void learn_of_probe(struct sign_job *job, const struct name *name)
{
	const struct name *probed = &job->m->qname;
	unsigned rcode = message_rcode(job->m);
	bool is_answered = rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN;

	if (rrsets_find(&job->rrsets, SECTION_ANSWER, probed, TYPE_CNAME))
		memory_suspect(job->signer, name, SUSPICION_ALIASED, job->now_s + SIGN_DOUBT_S);
	else if (is_answered && !has_ns_of(job, probed))
		accept_cut(job, name);
	else
		refute(job, name);
}

/* Over UDP a response that is cut, or an error because of EDNS, teaches nothing: the client comes
 * again by TCP. */
static bool teaches_nothing(const struct sign_job *job)
{
	bool is_error =
	        message_rcode(job->m) != RCODE_NOERROR && message_rcode(job->m) != RCODE_NXDOMAIN;

	return !job->is_stream &&
	       ((job->m->flags & FLAG_TC) || (job->asked->sent_edns && is_error));
}

void doubt_learn(struct sign_job *job)
{
	const struct sign_zone *zone = zone_of(job, &job->qname);
	struct name name;

	name_suffix(&job->qname, job->asked->sent_labels, &name);
	if (teaches_nothing(job))
		return;
	if (job->asked->way == SIGN_WAY_LEARN)
		memory_note_no_soa(job->signer, zone, job->now_s);
	else if (!zone->ignores_cuts && job->asked->way == SIGN_WAY_CONFIRM)
		learn_of_confirm(job, &name);
	else if (!zone->ignores_cuts)
		learn_of_probe(job, &name);
}

/* The name is not refuted: a rate limit of the server, which anyone can use up, or one lost
 * response would hide a cut then, and all below it would be signed as if it belonged to this
 * zone. */
static void note_no_ns(struct signer *s, const struct name *name, int64_t now_s)
{
	if (memory_suspicion(s, name, now_s) == SUSPICION_NONE)
		memory_suspect(s, name, SUSPICION_NO_NS, now_s + SIGN_DOUBT_S);
}

bool doubt_asks_otherwise(struct sign_job *job, struct sign_step *next)
{
	const struct signer_query *asked = job->asked;

	if (job->qname.labels == zone_of(job, &job->qname)->apex.labels)
		return false;
	if ((asked->way != SIGN_WAY_DS && asked->way != SIGN_WAY_EXISTS) ||
	        asked->sent_type == TYPE_A)
		return false;
	if (asked->way == SIGN_WAY_DS)
		note_no_ns(job->signer, &job->qname, job->now_s);
	*next = (struct sign_step){ asked->way, asked->sent_labels, TYPE_A, false };
	return true;
}

uint16_t doubt_type_for_ds(struct signer *s, const struct name *name, int64_t now_s)
{
	enum suspicion suspicion = memory_suspicion(s, name, now_s);

	return suspicion == SUSPICION_REFUTED || suspicion == SUSPICION_NO_NS ? TYPE_A : TYPE_NS;
}

void doubt_unanswered(
        struct signer *s, const struct signer_query *asked, struct span server, int64_t now_s)
{
	struct cursor c = cursor_over(span_of(asked->client.question, asked->client.question_len));
	const struct sign_zone *zone;
	struct name qname, name;

	if (asked->way != SIGN_WAY_LEARN && asked->way != SIGN_WAY_CONFIRM &&
	        asked->way != SIGN_WAY_PROBE &&
	        (asked->way != SIGN_WAY_DS || asked->sent_type != TYPE_NS))
		return;
	name_read_plain(&c, &qname);
	zone = c.bad ? NULL : sign_policy_zone_at(s->policy, &qname, server);
	if (!zone || asked->zone_number != number_of_zone(s, zone))
		return;
	name_suffix(&qname, asked->sent_labels, &name);
	if (asked->way == SIGN_WAY_LEARN)
		memory_note_no_soa(s, zone, now_s);
	else if (asked->way == SIGN_WAY_DS)
		note_no_ns(s, &name, now_s);
	else
		memory_suspect(s, &name, SUSPICION_REFUTED, now_s + SIGN_REFUTED_S);
}
