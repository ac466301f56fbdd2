/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/signed_answers.h"

#include <stdlib.h>

#include "base/clock.h"
#include "fetch/lookup.h"
#include "gate/assist.h"

struct signed_answer {
	struct want question;
	uint64_t until_ms;
	uint8_t *octets; /* from the heap; NULL if there was no answer */
	size_t len;
};

struct signed_answers {
	struct signed_answer answers[SIGNED_ANSWERS_MAX];
	struct rr *rrs;
	uint8_t *merged;
};

struct signed_answers *signed_answers_new(void)
{
	struct signed_answers *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*s->rrs));
	s->merged = malloc(EXCHANGE_ANSWER_MAX);
	if (!s->rrs || !s->merged) {
		signed_answers_free(s);
		return NULL;
	}
	return s;
}

void signed_answers_free(struct signed_answers *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < SIGNED_ANSWERS_MAX; i++)
		free(s->answers[i].octets);
	free(s->rrs);
	free(s->merged);
	free(s);
}

/* ---- Asking ---- */

static bool keep_answer(void *context, struct span octets, bool is_last)
{
	struct signed_answer *answer = context;

	(void)is_last;
	answer->octets = malloc(octets.len);
	if (!answer->octets)
		return false;
	memcpy(answer->octets, octets.base, octets.len);
	answer->len = octets.len;
	return true;
}

static bool is_kept(const struct signed_answer *answer, const struct want *question)
{
	return answer->until_ms > clock_monotonic_ms() && answer->question.type == question->type &&
	       name_equal(&answer->question.name, &question->name);
}

/* Returns the answer of the judge's server to the question of `came`, with DO. */
static const struct signed_answer *signed_answer_of(
        struct signed_answers *s, const struct offline_judge *judge, const struct message *came)
{
	const struct want question = { .name = came->qname, .type = came->qtype };
	uint32_t place = (name_quick_hash(&question.name) ^ question.type) % SIGNED_ANSWERS_MAX;
	struct signed_answer *answer = &s->answers[place];

	if (is_kept(answer, &question))
		return answer;
	free(answer->octets);
	*answer = (struct signed_answer){ .question = question };
	lookup(judge->server, &question, judge->answer, keep_answer, answer);
	answer->until_ms = clock_monotonic_ms() + SIGNED_ANSWERS_S * 1000;
	return answer;
}

/* ---- Judging ---- */

static bool answer_passes(const struct gate_result *result)
{
	return result->verdict == GATE_ACCEPT || result->verdict == GATE_REWRITE;
}

enum bare_finding signed_answers_judge(struct signed_answers *s, const struct offline_judge *judge,
        const struct client_query *asked, const struct message *came, int64_t now_s,
        struct gate_result *result)
{
	const struct signed_answer *answer = signed_answer_of(s, judge, came);
	struct span octets = span_of(answer->octets, answer->len);
	struct writer out = writer_over(s->merged, EXCHANGE_ANSWER_MAX);
	struct message signed_one;

	if (!answer->octets || !message_parse(&signed_one, octets, s->rrs, MESSAGE_RRS_MAX) ||
	        !gate_is_answer(&signed_one))
		return BARE_UNKNOWN;
	if (assist_merge(came, &signed_one, &out)) {
		offline_judge_response(judge, asked, true, writer_span(&out), now_s, result);
		if (answer_passes(result))
			return BARE_JUDGED;
	}
	offline_judge_response(judge, asked, true, octets, now_s, result);
	return answer_passes(result) ? BARE_DIFFERS : BARE_JUDGED;
}
