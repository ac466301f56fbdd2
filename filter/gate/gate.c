/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/gate.h"

#include <errno.h>
#include <stdlib.h>

#include "base/least.h"
#include "gate/answer.h"
#include "gate/expansion.h"
#include "gate/judging.h"
#include "gate/learn.h"
#include "gate/passing.h"
#include "gate/recall.h"
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
	if (!error)
		error = expansions_init(&g->expansions);
	if (!error && g->policy && policy_may_have_dns64(g->policy))
		error = synthesis_init(&g->synthesis);
	if (error)
		gate_fini(g);
	return error;
}

void gate_fini(struct gate *g)
{
	recall_fini(&g->recall);
	synthesis_fini(&g->synthesis);
	expansions_fini(&g->expansions);
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

/* A question for class ANY asks for class IN too (RFC 1034, 3.7.1). */
static bool asks_for_internet(const struct message *m)
{
	return m->qclass == CLASS_IN || m->qclass == CLASS_ANY;
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
	return LIMIT_WORK - j->budget.work + j->budget.nsec3_rounds / LIMIT_NSEC3_ROUNDS;
}

static unsigned hashes_of(const struct budget *had, const struct judging *j)
{
	return had->nsec3_hashes - j->budget.nsec3_hashes;
}

/* The cost so far of the judgements and lessons of one response. An attacker writes a response from
 * which one cut after the other can be learned, and of which each judgement begins with all hashes
 * that it may compute. */
struct cost {
	unsigned work, hashes;
};

/* Learns the cut from the response itself. Then `j` is begun again. The lesson has what the
 * judgements before left of the budget, and leaves the next one its hashes. So a response costs at
 * most twice what it would cost without lessons, and LIMIT_NSEC3_HASHES_ALL. If there is no lesson,
 * the cut is fetched. */
static bool learn_own_cut(struct judging *j, const struct name *cut, struct cost *cost)
{
	size_t mark = arena_mark(&j->gate->arena);
	struct judging lesson;

	if (cost->work >= LIMIT_WORK ||
	        cost->hashes >= LIMIT_NSEC3_HASHES_ALL - LIMIT_NSEC3_HASHES ||
	        !learn_has_proofs(j) || !judging_again(&lesson, j))
		return false;
	lesson.budget.work -= cost->work;
	lesson.budget.nsec3_hashes = (unsigned)least(lesson.budget.nsec3_hashes,
	        LIMIT_NSEC3_HASHES_ALL - LIMIT_NSEC3_HASHES - cost->hashes);
	struct budget had = lesson.budget;
	bool is_learned = learn_from_response(&lesson, cut);
	cost->work = work_of(&lesson); /* with that of the judgements before */
	cost->hashes += hashes_of(&had, &lesson);
	arena_reset(&j->gate->arena, mark);
	return is_learned && judging_again(j, j);
}

/* Judges an answer in class IN, as judge_answer() does. A denial or a referral often proves itself
 * what is known of the zone cuts above it, so that is learned before anything is fetched. */
static bool judge_by_own_proofs(
        struct judging *j, const struct client_query *asked, struct gate_result *result)
{
	struct cost cost = { 0 };

	for (unsigned lessons = 0;; lessons++) {
		struct budget had = j->budget;
		bool is_judged = judge_answer(j, asked);
		const struct name *cut = lacking_cut(j, is_judged);
		cost.work += work_of(j);
		cost.hashes += hashes_of(&had, j);
		bool is_over = !cut || lessons == LIMIT_LESSONS || !learn_own_cut(j, cut, &cost);
		result->work = cost.work;
		if (is_over)
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
		passing_refuse(asked, m.flags, out, result);
	else
		passing_send(g, &j, &m, asked, out, result);
}

void gate_refuse(struct gate *g, const struct client_query *asked, struct span octets,
        enum reason reason, struct writer *out, struct gate_result *result)
{
	struct message m;
	bool parsed = gate_begin(g, octets, &m, result);

	result->outcome = outcome_of(STATUS_INDETERMINATE, reason);
	result->exemption = EXEMPT_NOT;
	passing_refuse(asked, parsed ? m.flags : 0, out, result);
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
		passing_refuse(asked, cursor_u16(&flags), out, result);
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
		passing_send(g, &j, &m, asked, out, result);
	else
		passing_refuse(asked, 0, out, result);
}
