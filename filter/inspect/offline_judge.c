/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/offline_judge.h"

#include "dnssec/limits.h"
#include "fetch/lookup.h"

struct client_query offline_judge_guess_asked(const struct message *response, bool asked_do)
{
	struct client_query asked = { .id = response->id,
		.flags = response->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD),
		.udp_size = UINT16_MAX,
		.question_len = (uint16_t)response->question.len,
		.has_edns = response->edns.present,
		.dnssec_ok = response->edns.present && asked_do };

	if (response->question.len)
		memcpy(asked.question, response->question.base, response->question.len);
	return asked;
}

/* A want that is looked up. */
struct offline_want {
	const struct offline_judge *judge;
	const struct want *want;
	int64_t now_s;
};

static enum learned learn_from(void *context, struct span message, bool is_last)
{
	const struct offline_want *w = context;
	const struct offline_judge *j = w->judge;
	enum learned learned = gate_learn(j->gate, w->want, message, w->now_s, is_last);

	if (j->tried)
		j->tried(j->context, w->want, message, learned == LEARNED);
	return learned;
}

static bool learn_from_server(void *context, struct span message, bool is_last)
{
	return learn_from(context, message, is_last) == LEARNED;
}

static enum learned learn_from_capture(void *context, struct span message)
{
	return learn_from(context, message, false);
}

static enum learned learn_bogus_from_capture(void *context, struct span message)
{
	return learn_from(context, message, true);
}

/* Looks in the captures, then asks the server. Without a server, a captured message whose
 * signatures fail is the last resort: the link is learned as Bogus from it. */
static void satisfy_want(struct offline_want *w)
{
	const struct offline_judge *j = w->judge;

	if (j->wanted)
		j->wanted(j->context, w->want);
	if (j->material && chain_material_search(j->material, w->want, learn_from_capture, w))
		return;
	if (j->server && lookup(j->server, w->want, j->answer, learn_from_server, w))
		return;
	if (j->material && !j->server &&
	        chain_material_search_by_name(j->material, w->want, learn_bogus_from_capture, w))
		return;
	gate_learn_failure(
	        j->gate, w->want, j->server ? REASON_FETCH_FAILED : REASON_LINK_MISSING, w->now_s);
}

static void judge_offline(const struct offline_judge *j, const struct client_query *asked,
        struct span response, int64_t now_s, struct gate_result *result)
{
	struct offline_want wanted = { j, &result->want, now_s };
	unsigned work = 0;

	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(j->written, EXCHANGE_ANSWER_MAX);
		gate_judge(j->gate, asked, response, now_s, &out, result);
		if (result->verdict != GATE_WANT)
			return;
		work += result->work;
		if (fetches == LIMIT_FETCHES || work > LIMIT_WORK_ALL) {
			gate_refuse(j->gate, asked, response, REASON_BUDGET, &out, result);
			return;
		}
		satisfy_want(&wanted);
	}
}

void offline_judge_response(const struct offline_judge *j, const struct client_query *asked,
        bool asked_do, struct span response, int64_t now_s, struct gate_result *result)
{
	struct message m;
	bool is_parsed = message_parse(&m, response, j->gate->rrs, MESSAGE_RRS_MAX);
	bool is_answer = is_parsed && gate_is_answer(&m);
	bool is_signed = is_parsed && message_has_type(&m, TYPE_RRSIG);

	judge_offline(j, asked, response, now_s, result);
	if (is_parsed && !is_answer)
		result->outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_ANSWER);
	else if (is_parsed && !asked_do && !is_signed &&
	         result->outcome.status >= STATUS_INDETERMINATE)
		result->outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_SIGNED_FOR);
}
