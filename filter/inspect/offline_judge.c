/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/offline_judge.h"

#include "dnssec/limits.h"
#include "fetch/lookup.h"

struct asked sources_guess_asked(const struct message *response, bool asked_do)
{
	struct asked asked = { .id = response->id,
		.flags = response->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD),
		.udp_size = UINT16_MAX,
		.question_len = (uint16_t)response->question.len,
		.has_edns = response->edns.present,
		.dnssec_ok = response->edns.present && asked_do };

	if (response->question.len)
		memcpy(asked.question, response->question.base, response->question.len);
	return asked;
}

/* Something wanted, and for whom. */
struct quest {
	const struct sources *sources;
	struct gate *gate;
	const struct want *want;
	int64_t now_s;
};

static enum learned learn(void *quest, struct span message, bool is_last)
{
	const struct quest *q = quest;
	enum learned learned = gate_learn(q->gate, q->want, message, q->now_s, is_last);

	if (q->sources->tried)
		q->sources->tried(q->sources->context, q->want, message, learned == LEARNED);
	return learned;
}

static bool learn_answer(void *quest, struct span message, bool is_last)
{
	return learn(quest, message, is_last) == LEARNED;
}

static enum learned learn_what_holds(void *quest, struct span message)
{
	return learn(quest, message, false);
}

static enum learned learn_that_it_is_broken(void *quest, struct span message)
{
	return learn(quest, message, true);
}

/* Learns what is wanted: from what was captured; from the server; or, where what was captured does
 * not hold and nobody else can be asked, that it is broken. */
static void satisfy(struct quest *q)
{
	const struct sources *s = q->sources;

	if (s->wanted)
		s->wanted(s->context, q->want);
	if (s->evidence && evidence_search(s->evidence, q->want, learn_what_holds, q))
		return;
	if (s->server && lookup(s->server, q->want, s->answer, learn_answer, q))
		return;
	if (s->evidence && !s->server &&
	        evidence_search_by_name(s->evidence, q->want, learn_that_it_is_broken, q))
		return;
	gate_learn_failure(
	        q->gate, q->want, s->server ? REASON_FETCH_FAILED : REASON_LINK_MISSING, q->now_s);
}

static void judge(const struct sources *s, struct gate *g, const struct asked *asked,
        struct span response, int64_t now_s, uint8_t *written, struct gate_result *result)
{
	unsigned verifications = 0;

	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(written, EXCHANGE_ANSWER_MAX);
		struct quest quest = { s, g, &result->want, now_s };
		gate_judge(g, asked, response, now_s, &out, result);
		if (result->verdict != GATE_WANT)
			return;
		verifications += result->verifications;
		if (fetches == LIMIT_FETCHES || verifications > LIMIT_VERIFICATIONS_ALL) {
			gate_refuse(g, asked, response, REASON_BUDGET, &out, result);
			return;
		}
		satisfy(&quest);
	}
}

void sources_judge(const struct sources *s, struct gate *g, const struct asked *asked,
        bool asked_do, struct span response, int64_t now_s, uint8_t *written,
        struct gate_result *result)
{
	struct message m;
	bool is_parsed = message_parse(&m, response, g->rrs, MESSAGE_RRS_MAX);
	bool is_answer = is_parsed && gate_is_answer(&m);
	bool is_signed = is_parsed && message_has_type(&m, TYPE_RRSIG);

	judge(s, g, asked, response, now_s, written, result);
	if (is_parsed && !is_answer)
		result->outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_ANSWER);
	else if (is_parsed && !asked_do && !is_signed &&
	         result->outcome.status >= STATUS_INDETERMINATE)
		result->outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_SIGNED_FOR);
}
