/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/least.h"
#include "gate/answer.h"
#include "gate/judging.h"
#include "gate/learn.h"
#include "gate/recall.h"
#include "gate/reply.h"
#include "gate/rewrite.h"
#include "gate/synthesis.h"
#include "gate/unproved.h"
#include "trust/chain.h"
#include "wire/edns.h"

/* Enough to group, canonicalise and rewrite the largest message. */
#define ARENA_OCTETS (4u << 20)

int gate_init(struct gate *g, uint32_t messages)
{
	int error = arena_init(&g->arena, ARENA_OCTETS);

	g->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*g->rrs));
	if (!error)
		error = g->rrs ? recall_init(&g->recall, messages) : -ENOMEM;
	if (!error && g->policy && g->policy->dns64_count > 0)
		error = synthesis_init(&g->synthesis);
	if (error)
		gate_fini(g);
	return error;
}

void gate_fini(struct gate *g)
{
	recall_fini(&g->recall);
	synthesis_fini(&g->synthesis);
	arena_fini(&g->arena);
	free(g->rrs);
	g->rrs = NULL;
}

static struct span asked_question(const struct client_query *asked)
{
	return span_of(asked->question, asked->question_len);
}

/* Compares all but the question of a response that has one. */
static bool matches_header(const struct message *response, const struct client_query *asked)
{
	if (!(response->flags & FLAG_QR) || response->id != asked->id ||
	        (response->flags & OPCODE_MASK) != (asked->flags & OPCODE_MASK))
		return false;
	return response->question_count > 0 || asked->question_len == 0 ||
	       (message_rcode(response) != RCODE_NOERROR &&
	               message_rcode(response) != RCODE_NXDOMAIN && response->rr_count == 0);
}

bool gate_matches(const struct message *response, const struct client_query *asked)
{
	return matches_header(response, asked) &&
	       (response->question_count == 0 ||
	               span_equal(response->question, asked_question(asked)));
}

bool gate_matches_in_any_case(const struct message *response, const struct client_query *asked)
{
	return matches_header(response, asked) &&
	       (response->question_count == 0 ||
	               question_is_alike(response->question, asked_question(asked)));
}

bool gate_knows_unsigned(struct gate *g, const struct client_query *asked, int64_t now_s)
{
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));
	struct name name;
	struct chain chain;

	name_read_plain(&c, &name);
	if (cursor_u16(&c) == TYPE_DS)
		chain_find_parent(g->store, &name, now_s, &chain);
	else
		chain_find(g->store, &name, now_s, &chain);
	return !c.bad && chain.end == CHAIN_BROKEN && chain.outcome.status == STATUS_INSECURE;
}

bool gate_is_answer(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return !(m->flags & FLAG_TC) && m->question_count == 1 &&
	       (rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN || rcode == RCODE_YXDOMAIN);
}

/* True for a DNSSEC record that the client must not see: without DO it gets such records only if it
 * asked for their type (RFC 4035, 3.2.1). */
static bool is_hidden_from_client(
        const struct message *m, const struct client_query *asked, const struct rr *rr)
{
	if (asked->dnssec_ok)
		return false;
	if (rr->section == SECTION_ANSWER && (m->qtype == rr->type || m->qtype == TYPE_ANY))
		return false;
	return rr->type == TYPE_RRSIG || rr->type == TYPE_NSEC || rr->type == TYPE_NSEC3 ||
	       rr->type == TYPE_DS;
}

/* Returns the TTL of a record in a judged answer of class IN: proved records pass, for as long as
 * they are proved. */
static uint32_t proved_ttl(struct judging *j, const struct rr *rr, unsigned index)
{
	if (j->sets.set_of[index] == RR_NONE)
		return TTL_LEFT_OUT;
	const struct ruling *r = &j->rulings[j->sets.set_of[index]];
	/* A CNAME that a server made has no signature of its own: one that came with it fails. */
	if (!r->is_kept || (r->made_from && rr->type == TYPE_RRSIG))
		return TTL_LEFT_OUT;
	uint32_t ttl_s = exempt_ttl(j->exemption, rr->ttl_s);
	return ruling_limits_ttl(r) ? (uint32_t)least(ttl_s, r->proved.ttl_s) : ttl_s;
}

/* A question for class ANY asks for class IN too (RFC 1034, 3.7.1). */
static bool asks_for_internet(const struct message *m)
{
	return m->qclass == CLASS_IN || m->qclass == CLASS_ANY;
}

/* Other classes have no chain of trust. Records of class IN must not slip in with them. */
static uint32_t other_class_ttl(const struct message *m, const struct rr *rr)
{
	return rr->class == m->qclass ? rr->ttl_s : TTL_LEFT_OUT;
}

/* Returns the TTL of a record at a listed name, within the exemption's limit. Other records in the
 * message belong to other zones and would stay in caches, so they are left out. */
static uint32_t named_ttl(const struct message *m, const struct rr *rr, uint32_t ttl_s,
        const struct policy *policy, enum exemption exemption)
{
	struct name owner;

	if (ttl_s == TTL_LEFT_OUT || rr->class != CLASS_IN || !message_owner(m, rr, &owner) ||
	        !namelist_covers(policy->time_servers, &owner))
		return TTL_LEFT_OUT;
	return exempt_ttl(exemption, ttl_s);
}

/* Returns the TTL that a record may pass with, or TTL_LEFT_OUT. If nothing was judged, `j` has no
 * message. */
static uint32_t passing_ttl(struct judging *j, const struct message *m, const struct rr *rr,
        unsigned index, const struct policy *policy, enum exemption exemption)
{
	switch (exempts[exemption].may_pass) {
	case PASS_ALL:
		return rr->ttl_s;
	case PASS_CLASS:
		return other_class_ttl(m, rr);
	case PASS_NAMED:
		return named_ttl(
		        m, rr, j->m ? proved_ttl(j, rr, index) : rr->ttl_s, policy, exemption);
	case PASS_SOA:
		return unproved_soa(m, rr) ? exempt_ttl(exemption, rr->ttl_s) : TTL_LEFT_OUT;
	case PASS_SILENT:
		return unproved_nowhere(m, rr) ? exempt_ttl(exemption, rr->ttl_s) : TTL_LEFT_OUT;
	case PASS_JUDGED:
	case PASS_MADE:
		return proved_ttl(j, rr, index);
	default:
		return TTL_LEFT_OUT;
	}
}

/* Chooses the records that pass. */
static void choose_records(struct rewrite *r, struct judging *j, const struct message *m,
        const struct client_query *asked, const struct policy *policy, enum exemption exemption)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		r->ttls[i] = is_hidden_from_client(m, asked, rr)
		                     ? TTL_LEFT_OUT
		                     : passing_ttl(j, m, rr, i, policy, exemption);
	}
}

/* Leaves out the records of `section` and of the sections after it. */
static void leave_out_from(struct rewrite *r, const struct message *m, enum section section)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].section >= section)
			r->ttls[i] = TTL_LEFT_OUT;
	}
}

/* Writes the message within the client's UDP size: whole, or without the additional section, or
 * empty with TC (RFC 2181, 9), which fits any client. Sets `whole` if the message is whole. Returns
 * false if the message cannot be written. */
static bool write_to_fit(struct gate *g, struct rewrite *r, const struct message *m,
        const struct client_query *asked, struct writer *out, bool *whole)
{
	static const enum section cuts[] = { SECTION_ADDITIONAL, SECTION_ANSWER };

	for (unsigned cut = 0;; cut++) {
		*out = writer_over(out->base, out->capacity);
		if (!rewrite_message(r, m, &g->arena, out))
			return false;
		*whole = cut == 0;
		if (out->len <= asked->udp_size || cut == sizeof(cuts) / sizeof(cuts[0]))
			return true;
		leave_out_from(r, m, cuts[cut]);
		r->bare_opt = cuts[cut] == SECTION_ANSWER;
		if (cuts[cut] == SECTION_ANSWER) /* no record is left that AD could cover */
			r->flags = (uint16_t)((r->flags | FLAG_TC) & ~FLAG_AD);
	}
}

static void refuse_with_servfail(const struct client_query *asked, uint16_t flags,
        struct writer *out, struct gate_result *result)
{
	*out = writer_over(out->base, out->capacity);
	reply_servfail(
	        asked, flags, result->outcome.reason, result->habit, result->filter_ede, out);
	result->verdict = GATE_SERVFAIL;
	result->octets = writer_span(out);
}

static bool passes_all(const struct gate_result *result)
{
	return exempts[result->exemption].may_pass == PASS_ALL;
}

/* True if the response may have AD: everything that passes was judged, with dates that count. */
static bool may_have_ad(const struct gate_result *result)
{
	return result->outcome.status == STATUS_SECURE &&
	       (result->exemption == EXEMPT_NOT || result->exemption == EXEMPT_CHAIN);
}

static uint16_t client_flags(
        const struct message *m, const struct client_query *asked, const struct gate_result *result)
{
	bool wants_ad = asked->dnssec_ok || (asked->flags & FLAG_AD); /* RFC 6840, 5.7 and 5.8 */
	uint16_t flags = m->flags & (uint16_t)~FLAG_AD;

	if (wants_ad && may_have_ad(result))
		flags |= FLAG_AD;
	/* the RCODE of a partial answer is about the missing end of the chain; the RCODE of a
	 * truncated answer is not judged */
	if ((result->is_partial || (m->flags & FLAG_TC)) && !passes_all(result))
		flags &= (uint16_t)~RCODE_MASK;
	if (result->is_name_error && !passes_all(result))
		flags |= RCODE_NXDOMAIN;
	return flags;
}

/* True if the header's RCODE would mislead the client. An RCODE with extended bits is an error,
 * which is not judged. A client that does not read those bits, because it sent no EDNS or ignores
 * them, must not take the rest for an answer or a denial. */
static bool rcode_misleads(
        const struct message *m, const struct client_query *asked, uint16_t flags)
{
	unsigned rest = flags & RCODE_MASK;

	/* a client of a newer EDNS expects it: it is how versions are negotiated (RFC 6891, 6.1.3) */
	if (asked->has_newer_edns && message_rcode(m) == RCODE_BADVERS)
		return false;
	return m->edns.extended_rcode != 0 &&
	       (!asked->has_edns || rest == RCODE_NOERROR || rest == RCODE_NXDOMAIN ||
	               rest == RCODE_YXDOMAIN);
}

/* Sends the response on, with the records that the client may see and asked for. */
static void pass_on(struct gate *g, struct judging *j, const struct message *m,
        const struct client_query *asked, struct writer *out, struct gate_result *result)
{
	struct rewrite r = { .flags = client_flags(m, asked, result),
		.ttls = arena_take(&g->arena, m->rr_count * sizeof(*r.ttls)),
		.keep_opt = asked->has_edns,
		.opt_dnssec_ok = asked->dnssec_ok };

	if (!r.ttls || (rcode_misleads(m, asked, r.flags) && !passes_all(result))) {
		refuse_with_servfail(asked, m->flags, out, result);
		return;
	}
	bool whole = true;
	choose_records(&r, j, m, asked, g->policy, result->exemption);
	if (rewrite_is_nothing(&r, m) && m->octets.len <= asked->udp_size) {
		result->verdict = GATE_ACCEPT;
		result->octets = m->octets;
	} else if (write_to_fit(g, &r, m, asked, out, &whole)) {
		result->verdict = GATE_REWRITE;
		result->octets = writer_span(out);
	} else if (passes_all(result)) {
		result->verdict = GATE_ACCEPT;
	} else {
		result->outcome = outcome_of(STATUS_BOGUS, REASON_MALFORMED);
		refuse_with_servfail(asked, m->flags, out, result);
	}
	j->exemption = result->exemption;
	if (whole && j->m && result->octets.len > 0 && result->outcome.status <= STATUS_INSECURE)
		recall_put(&g->recall, j, asked, &r, result->octets, g->store->holds_until_s);
}

/* Returns the zone cut that the judgement lacks, or that refuses the answer; NULL for none. */
static const struct name *lacking_cut(const struct judging *j, bool is_judged)
{
	const struct want *link = is_judged ? &j->culprit : &j->want;
	bool is_refused = j->outcome.status >= STATUS_INDETERMINATE;

	return link->type == TYPE_DS && (!is_judged || is_refused) ? &link->name : NULL;
}

static unsigned work_of(const struct judging *j)
{
	return LIMIT_WORK - j->budget.work;
}

/* Learns the cut from the response itself. Then `j` is begun again. The lesson has what the judgements
 * before left of the budget, so a response costs at most twice what it would cost without lessons. */
static bool learn_own_cut(struct judging *j, const struct name *cut, struct gate_result *result)
{
	size_t mark = arena_mark(&j->gate->arena);
	struct judging lesson;

	if (result->work >= LIMIT_WORK || !learn_has_proofs(j) || !judging_again(&lesson, j))
		return false;
	lesson.budget.work -= result->work;
	result->work = 0; /* that of the lesson is counted with it */
	bool is_learned = learn_from_response(&lesson, cut);
	result->work += work_of(&lesson);
	arena_reset(&j->gate->arena, mark);
	return is_learned && judging_again(j, j);
}

/* Judges an answer in class IN, as judge_answer() does. A denial or a referral often proves itself
 * what is known of the zone cuts above it, so that is learned before anything is fetched. */
static bool judge_by_own_proofs(
        struct judging *j, const struct client_query *asked, struct gate_result *result)
{
	for (unsigned lessons = 0;; lessons++) {
		bool is_judged = judge_answer(j, asked);
		const struct name *cut = lacking_cut(j, is_judged);
		result->work += work_of(j);
		if (!cut || lessons == LIMIT_LESSONS || !learn_own_cut(j, cut, result))
			return is_judged;
	}
}

/* Judges an answer in class IN. Returns false if something is wanted first. */
static bool gate_judge_answer(
        struct judging *j, const struct client_query *asked, struct gate_result *result)
{
	bool judged = judge_by_own_proofs(j, asked, result);

	if (!judged) {
		result->verdict = GATE_WANT;
		result->want = j->want;
		result->want.is_dateless = j->gate->policy->is_dateless;
		return false;
	}
	if (j->outcome.status <= STATUS_INSECURE) {
		unsigned before = work_of(j);
		judge_extras(j, asked);
		result->work += work_of(j) - before;
	}
	result->outcome = j->outcome;
	result->exemption = j->gate->policy->is_dateless ? EXEMPT_DATES : j->exemption;
	result->culprit = j->culprit;
	result->is_partial = j->is_partial;
	result->is_name_error = j->is_name_error;
	result->has_signer = j->has_signer;
	result->signer = j->signer;
	return true;
}

/* Returns the exemption of a message without an answer to judge; EXEMPT_NOT if it has one. */
static enum exemption unjudged_kind(const struct message *m)
{
	if (!gate_is_answer(m))
		return m->flags & FLAG_TC ? EXEMPT_CUT : EXEMPT_ERROR;
	return asks_for_internet(m) ? EXEMPT_NOT : EXEMPT_CLASS;
}

/* Parses the message and sets the default result. Returns false if it cannot be parsed. */
static bool gate_begin(
        struct gate *g, struct span octets, struct message *m, struct gate_result *result)
{
	bool parsed = message_parse(m, octets, g->rrs, MESSAGE_RRS_MAX);

	arena_reset(&g->arena, 0);
	*result = (struct gate_result){ .verdict = GATE_DROP,
		.outcome = outcome_of(STATUS_INSECURE, REASON_NOT_ANSWER),
		.exemption = parsed ? unjudged_kind(m) : EXEMPT_NOT,
		.culprit = { .name = m->qname, .type = m->qtype },
		.filter_ede = parsed ? edns_filter_code(m->edns.options) : 0,
		.is_failure = !gate_is_answer(m) && !(m->flags & FLAG_TC) };
	return parsed;
}

void gate_judge(struct gate *g, const struct client_query *asked, struct span octets, int64_t now_s,
        struct writer *out, struct gate_result *result)
{
	struct message m;
	struct judging j = { 0 };
	bool parsed = gate_begin(g, octets, &m, result);

	g->store->holds_until_s = INT64_MAX;
	if (!parsed) {
		result->outcome = outcome_of(STATUS_BOGUS, REASON_MALFORMED);
		return;
	}
	if (result->exemption == EXEMPT_NOT) {
		if (!judging_begin(&j, g, &m, now_s))
			result->outcome = outcome_of(STATUS_BOGUS,
			        j.sets.is_over ? REASON_TOO_MANY_RRSETS : REASON_MALFORMED);
		else if (!gate_judge_answer(&j, asked, result))
			return;
	}
	if (result->outcome.status >= STATUS_INDETERMINATE)
		refuse_with_servfail(asked, m.flags, out, result);
	else
		pass_on(g, &j, &m, asked, out, result);
}

void gate_refuse(struct gate *g, const struct client_query *asked, struct span octets,
        enum reason reason, struct writer *out, struct gate_result *result)
{
	struct message m;
	bool parsed = gate_begin(g, octets, &m, result);

	result->outcome = outcome_of(STATUS_INDETERMINATE, reason);
	result->exemption = EXEMPT_NOT;
	refuse_with_servfail(asked, parsed ? m.flags : 0, out, result);
}

enum exemption gate_unproved(struct gate *g, const struct client_query *asked, struct span octets)
{
	struct message m;

	if (!message_parse(&m, octets, g->rrs, MESSAGE_RRS_MAX) || !gate_is_answer(&m))
		return EXEMPT_NOT;
	return unproved_exemption(g->policy, asked, &m);
}

void gate_add_habit(const struct client_query *asked, enum reason habit, struct writer *out,
        struct gate_result *result)
{
	struct cursor flags = cursor_at(result->octets, 2);

	result->habit = habit;
	if (result->verdict == GATE_SERVFAIL)
		refuse_with_servfail(asked, cursor_u16(&flags), out, result);
}

/* Exemptions by name do not change how errors and other classes pass. */
void gate_pass(struct gate *g, const struct client_query *asked, struct span octets,
        enum exemption exemption, struct writer *out, struct gate_result *result)
{
	struct message m;
	struct judging j = { 0 };
	bool parsed = gate_begin(g, octets, &m, result);

	if (exempts[exemption].may_pass == PASS_ALL || exemption == EXEMPT_EMPTY ||
	        result->exemption == EXEMPT_NOT)
		result->exemption = exemption;
	if (parsed)
		pass_on(g, &j, &m, asked, out, result);
	else
		refuse_with_servfail(asked, 0, out, result);
}
