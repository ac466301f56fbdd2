/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A judgement that runs out of memory, wherever it does, refuses: it lets nothing pass that it
 * would not have let pass, and nothing that is not whole. */
#include "judge.h"

#include "responses.h"

#define STEP 16 /* what the arena aligns to, so that each piece that is taken fails once */

static const unsigned ways[] = { ASK_PLAIN, ASK_DO, ASK_DO | ASK_NO_RD };

struct whole {
	enum gate_verdict verdict;
	size_t len, needed;
	uint8_t octets[65535];
};

/* Judges the response in j->response, with as much of the arena. */
static void judge_with(struct judge *j, const struct asked *asked, size_t capacity)
{
	size_t whole = j->gate.arena.capacity;

	j->gate.arena.capacity = capacity;
	judge_octets(j, asked, msg_span(&j->response));
	j->gate.arena.capacity = whole;
}

/* With all the memory there is, and everything known. Returns whether it may pass. */
static bool judge_whole_response(
        struct judge *j, const struct response *r, unsigned how, struct whole *w)
{
	judge_text(j, r->question, r->rcode, r->records, how);
	w->verdict = j->result.verdict;
	w->len = 0;
	if (w->verdict == GATE_REWRITE) {
		w->len = j->result.octets.len;
		memcpy(w->octets, j->result.octets.base, w->len);
	}
	return j->result.outcome.status <= STATUS_INSECURE;
}

static bool is_whole(const struct judge *j, const struct whole *w)
{
	return j->result.verdict == w->verdict &&
	       (w->verdict != GATE_REWRITE ||
	               span_equal(j->result.octets, span_of(w->octets, w->len)));
}

/* Returns how much was too little. */
static size_t starve(struct judge *j, const struct response *r, unsigned how, const struct whole *w)
{
	struct asked asked = judge_asked(r->question, how);
	size_t capacity = 0, enough = 0;

	/* What is remembered takes memory too, last: so go on for a while when it is enough. */
	for (; enough < 4096; capacity += STEP) {
		gate_forget(&j->gate);
		judge_with(j, &asked, capacity);
		bool refused = j->result.verdict == GATE_SERVFAIL || j->result.verdict == GATE_DROP;
		if (!refused)
			assert_row(r->question, is_whole(j, w));
		enough = refused ? 0 : enough + STEP;
	}
	return capacity - enough;
}

static void a_judgement_without_memory_refuses(void **state)
{
	(void)state;
	static struct whole w;
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(responses) * COUNT(ways); i++) {
		const struct response *r = &responses[i / COUNT(ways)];
		unsigned how = ways[i % COUNT(ways)];
		if (judge_whole_response(j, r, how, &w))
			assert_row(r->question, starve(j, r, how, &w) > 0);
	}
	judge_free(j);
}

/* What is to be learned is not learned wrong either: no keys are better than others. */
static void what_cannot_be_learned_for_want_of_memory_is_asked_again(void **state)
{
	(void)state;
	static const struct want wants[] = {
		{ .name = { 1, 0, { 0 } }, .type = TYPE_DNSKEY },
		{ .name = { 6, 1, "\4test" }, .type = TYPE_DS },
	};
	struct judge *j = judge_new();
	size_t whole = j->gate.arena.capacity;

	for (size_t i = 0; i < COUNT(wants); i++) {
		enum learned learned = LEARN_RETRY;
		size_t capacity = 0;
		assert_true(judge_answer_want(j, &wants[i]));
		for (; learned == LEARN_RETRY; capacity += STEP) {
			assert_true(capacity < whole);
			j->gate.arena.capacity = capacity;
			learned = gate_learn(
			        &j->gate, &wants[i], msg_span(&j->fetched), j->now, false);
			const struct fact *fact = store_find(&j->store, &wants[i].name, j->now);
			if (learned == LEARN_RETRY)
				assert_true(!fact || (!fact->keys && fact->cut == CUT_UNKNOWN));
			else
				assert_non_null(fact);
		}
		j->gate.arena.capacity = whole;
		assert_true(capacity > STEP);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_judgement_without_memory_refuses),
		cmocka_unit_test(what_cannot_be_learned_for_want_of_memory_is_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
