/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_response.h"

#include "dnssec/outcome.h"
#include "sign/sign_answer.h"
#include "sign/sign_cut.h"
#include "sign/sign_budget.h"
#include "sign/sign_doubt.h"
#include "sign/sign_haste.h"
#include "sign/sign_memory.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_put.h"
#include "sign/sign_query.h"
#include "sign/sign_recall.h"
#include "sign/sign_servers.h"
#include "sign/sign_set.h"
#include "sign/sign_write.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

/* RFC 8914; EDE_INVALID_QUERY_TYPE: RFC 9824, 3.5. */
enum { EDE_OTHER = 0, EDE_INVALID_QUERY_TYPE = 30 };

/* ---- Learning from responses ---- */

static void learn_set(struct sign_job *job, const struct rrset *set, const struct sign_zone *zone)
{
	struct canonical_set canonical;

	if (!canonical_set_build(&canonical, &job->rrsets, set, &job->signer->arena) ||
	        canonical.count != 1)
		return;
	struct span rdata = canonical.rdatas[0];
	if (rdata.len < 4 || rdata.len > SIGN_SOA_OCTETS)
		return;
	uint32_t ttl_s = rrset_ttl(&job->rrsets, set);
	uint32_t original_s = memory_ttl(job->signer, &canonical, ttl_s, zone->max_ttl_s);
	const struct set_ttls ttls = { least(ttl_s, original_s), original_s };
	memory_note_soa(job->signer, zone, &ttls, rdata);
}

/* Returns the zone of the question to the server. */
static const struct sign_zone *asked_zone(const struct sign_job *job)
{
	struct name sent;

	name_suffix(&job->qname, job->asked->sent_labels, &sent);
	return zone_of(job, &sent);
}

/* Remembers the SOA of the zone that the server was asked about, if the response has it.
 * An SOA without AA counts, because the server may be a cache, and there is no better source. An
 * SOA of another zone than the question's does not count: the server may not be a server of that
 * zone. */
static void learn_soa(struct sign_job *job)
{
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->type != TYPE_SOA || set->count == 0 || set->section == SECTION_ADDITIONAL)
			continue;
		const struct sign_zone *zone = asked_zone(job);
		if (zone && name_equal(&set->owner, &zone->apex))
			learn_set(job, set, zone);
	}
}

static bool has_dnssec(const struct message *m)
{
	return message_has_type(m, TYPE_RRSIG) || message_has_type(m, TYPE_NSEC) ||
	       message_has_type(m, TYPE_NSEC3);
}

/* ---- Responses without records ---- */

static void end_empty(struct sign_job *job, enum sign_outcome outcome, unsigned rcode,
        uint16_t flags, int ede, struct writer *out)
{
	const char *text = ede == EDE_OTHER ? sign_outcome_word(outcome) : "";

	write_empty(job, rcode, flags, ede, text, out);
	job->result->verdict = SIGN_VERDICT_REWRITE;
	job->result->outcome = outcome;
	job->result->is_servfail = rcode == RCODE_SERVFAIL && ede == EDE_OTHER;
	job->result->octets = writer_span(out);
}

static void end_servfail(struct sign_job *job, enum sign_outcome outcome, struct writer *out)
{
	end_empty(job, outcome, RCODE_SERVFAIL, 0, EDE_OTHER, out);
}

/* Tells the client to come by TCP. If it came by TCP, it gets SERVFAIL. */
static void end_cut(struct sign_job *job, enum sign_outcome outcome, struct writer *out)
{
	if (job->is_stream)
		end_servfail(job,
		        outcome == SIGN_OUTCOME_LIMITED ? SIGN_OUTCOME_EXHAUSTED
		                                        : SIGN_OUTCOME_UNEXPECTED,
		        out);
	else
		end_empty(job, outcome, RCODE_NOERROR, FLAG_TC, EDE_NONE, out);
}

/* Over UDP the client comes again by TCP. Over TCP the server is asked first what must be known. */
static void end_learning(struct sign_job *job, const struct sign_step *next, struct writer *out)
{
	if (!job->is_stream) {
		end_cut(job, SIGN_OUTCOME_LEARNING, out);
	} else if (job->asked->detours >= SIGN_DETOURS_MAX) {
		end_servfail(job, SIGN_OUTCOME_UNEXPECTED, out);
	} else {
		job->result->verdict = SIGN_VERDICT_ASK;
		job->result->outcome = SIGN_OUTCOME_LEARNING;
		job->result->next = *next;
	}
}

/* The response answers a question of the signer's own. */
static void end_detour(struct sign_job *job, struct writer *out)
{
	struct sign_step next;

	doubt_learn(job);
	if (!doubt_pending(job->signer, &job->qname, zone_of(job, &job->qname), job->now_s, &next))
		next = job->asked->goal;
	end_learning(job, &next, out);
}

static void end_trouble(struct sign_job *job, struct writer *out)
{
	struct sign_step next;

	if (job->trouble == SIGN_OUTCOME_LEARNING)
		end_learning(job, &job->first, out);
	else if (job->trouble == SIGN_OUTCOME_NO_SOA && doubt_asks_otherwise(job, &next))
		end_learning(job, &next, out);
	else if (job->trouble == SIGN_OUTCOME_LIMITED)
		end_cut(job, job->trouble, out);
	else
		end_servfail(job,
		        job->trouble == SIGN_OUTCOME_COUNT ? SIGN_OUTCOME_UNEXPECTED : job->trouble,
		        out);
}

/* The server rejects the OPT. Over TCP an OPT is there only for the client subnet, so the server is
 * asked without. */
static void end_rejected(struct sign_job *job, struct writer *out)
{
	struct sign_step bare = job->asked->goal;

	bare.is_bare = true;
	if (job->is_stream)
		end_learning(job, &bare, out);
	else
		end_cut(job, SIGN_OUTCOME_EDNS, out);
}

/* Passes on the server's RCODE, without records (RFC 4035, 3.1.6). If the client did not ask for
 * the type that the server has an error for, the server is asked for another type first. */
static void end_error(struct sign_job *job, struct writer *out)
{
	unsigned rcode = message_rcode(job->m);
	struct sign_step next;

	if (server_rejects_opt(job->m) && (job->asked->sent_edns || carries_subnet(job->asked)))
		end_rejected(job, out);
	else if (doubt_asks_otherwise(job, &next))
		end_learning(job, &next, out);
	else if (rcode > RCODE_MASK)
		end_servfail(job, SIGN_OUTCOME_UNEXPECTED, out);
	else
		end_empty(job, SIGN_OUTCOME_ERROR, rcode, 0, EDE_NONE, out);
}

/* ---- Responses with records ---- */

typedef bool sign_maker(struct sign_job *job, struct ending *e);

static void end_made(struct sign_job *job, sign_maker *maker, struct writer *out)
{
	/* What is signed is authoritative, also if the server is a cache, or forgets AA: resolvers
	 * that look for AA would reject the answer. Only a referral, and what is passed unsigned,
	 * is not. */
	struct ending e = {
		.rcode = RCODE_NOERROR, .flags = FLAG_AA, .outcome = SIGN_OUTCOME_ANSWER
	};

	if (!maker(job, &e)) {
		end_trouble(job, out);
		return;
	}
	if (!write_items(job, &e, out)) {
		end_cut(job, SIGN_OUTCOME_TRUNCATED, out);
		return;
	}
	job->result->verdict = SIGN_VERDICT_REWRITE;
	job->result->outcome = e.outcome;
	job->result->octets = writer_span(out);
}

/* Adds all records as they came. The response itself cannot go on, because the server did not see
 * the UDP size of the client. */
static bool put_all(struct sign_job *job, struct ending *e)
{
	e->rcode = message_rcode(job->m) & RCODE_MASK;
	e->flags = job->m->flags & FLAG_AA;
	e->outcome = SIGN_OUTCOME_SIGNED;
	for (unsigned i = 0; i < job->m->rr_count; i++) {
		const struct rr *rr = &job->m->rrs[i];
		if (rr->class != CLASS_IN)
			return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
		if (!put_item(job, (struct sign_item){ .section = rr->section,
		                           .type = rr->type,
		                           .ttl_s = rr->ttl_s,
		                           .rr = rr }))
			return false;
	}
	return true;
}

/* The server sends DNSSEC records itself, so nothing is signed. If the server got another question
 * than the client asked, its response is no answer. */
static void end_signed(struct sign_job *job, struct writer *out)
{
	if (job->asked->way == SIGN_WAY_ANSWER)
		end_made(job, put_all, out);
	else
		end_servfail(job, SIGN_OUTCOME_SIGNED, out);
}

static bool is_answer(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN || rcode == RCODE_YXDOMAIN;
}

/* Makes an answer that needs the server's records. */
static void make_of_records(struct sign_job *job, struct writer *out)
{
	static sign_maker *const makers[] = {
		[SIGN_WAY_ANSWER] = sign_answer,
		[SIGN_WAY_DS] = sign_ds,
		[SIGN_WAY_EXISTS] = sign_exists,
		[SIGN_WAY_NODATA] = sign_apex_nodata,
	};

	if (!is_answer(job->m))
		end_error(job, out);
	else if (job->m->flags & FLAG_TC)
		end_cut(job, SIGN_OUTCOME_CUT, out);
	else if (has_dnssec(job->m))
		end_signed(job, out);
	else
		end_made(job, makers[job->asked->way], out);
}

static void make_response(struct sign_job *job, struct writer *out)
{
	switch (job->asked->way) {
	case SIGN_WAY_APEX:
		end_made(job, sign_apex, out);
		break;
	case SIGN_WAY_FORMERR:
		end_empty(job, SIGN_OUTCOME_REFUSED, RCODE_FORMERR, 0, EDE_INVALID_QUERY_TYPE, out);
		break;
	case SIGN_WAY_REFUSED:
		end_empty(job, SIGN_OUTCOME_REFUSED, RCODE_REFUSED, 0, EDE_NONE, out);
		break;
	case SIGN_WAY_BADVERS:
		end_empty(job, SIGN_OUTCOME_REFUSED, RCODE_BADVERS, 0, EDE_NONE, out);
		break;
	case SIGN_WAY_LEARN:
	case SIGN_WAY_CONFIRM:
	case SIGN_WAY_PROBE:
		end_detour(job, out);
		break;
	default:
		make_of_records(job, out);
	}
}

/* Reads the question of the client. Returns false if the policy has changed since, so that the
 * server should have got another question; or if the name lies in no zone, as in a flow that
 * another process made up. */
static bool job_read_question(struct sign_job *job)
{
	const struct client_query *asked = &job->asked->client;
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));

	if (job->m->question.len == asked->question_len && job->asked->way != SIGN_WAY_PROBE)
		job->qname = job->m->qname; /* sign_matches() compared it */
	else
		name_read_plain(&c, &job->qname);
	job->qtype = get_u16(asked->question + asked->question_len - 4);
	const struct sign_zone *zone = c.bad ? NULL : zone_of(job, &job->qname);
	return zone && job->asked->zone_number == number_of_zone(job->signer, zone);
}

static void job_begin(struct sign_job *job, struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, struct sign_result *result)
{
	*result =
	        (struct sign_result){ .verdict = SIGN_VERDICT_DROP, .outcome = SIGN_OUTCOME_STRAY };
	memset(job, 0, offsetof(struct sign_job, qname)); /* which is long */
	job->signer = s;
	job->asked = asked;
	job->peers = context->peers;
	job->is_stream = context->is_stream;
	job->now_s = context->now_s;
	job->now_ms = context->now_ms;
	job->result = result;
	job->trouble = SIGN_OUTCOME_COUNT;
}

void sign_response(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, const struct message *response, struct writer *out,
        struct sign_result *result)
{
	struct recall_id id;
	struct sign_job job;

	job_begin(&job, s, asked, context, result);
	if (!sign_matches(response, asked))
		return;
	server_note_response(s, asked, context, response);
	haste_note_response(s, context);
	job.m = response;
	if (sign_recall_find(&job, &id, out))
		return;
	memory_begin(s, context->now_s + SIGN_RECALL_S);
	arena_reset(&s->arena, 0);
	if (!job_read_question(&job) || response->is_signed ||
	        !rrsets_group(&job.rrsets, response, &s->arena)) {
		end_servfail(&job, SIGN_OUTCOME_UNEXPECTED, out);
		return;
	}
	learn_soa(&job);
	make_response(&job, out);
	sign_recall_put(&job, &id);
}

bool sign_at_once(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, struct writer *out, struct sign_result *result)
{
	static const struct message no_response;
	struct sign_job job;

	job_begin(&job, s, asked, context, result);
	if (asked->way != SIGN_WAY_APEX && asked->way != SIGN_WAY_NODATA)
		return false;
	job.m = &no_response;
	memory_begin(s, context->now_s); /* the answer is not kept */
	arena_reset(&s->arena, 0);
	if (s->policy->asks_always || !job_read_question(&job) || !is_known_at_once(&job) ||
	        !(job.is_stream || (budget_has_answer(s, job.now_ms) && haste_is_due(s, &job))))
		return false;
	/* A forged address gets no more octets than were sent in its name; a real client comes
	 * again by TCP. */
	if (job.is_stream || budget_take_answer(s, context->peers->client, context->now_ms))
		make_response(&job, out);
	else
		end_cut(&job, SIGN_OUTCOME_LIMITED, out);
	return true;
}
