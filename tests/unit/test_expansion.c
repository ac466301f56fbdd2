/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers made from a wildcard by a server that leaves out the proof that the wildcard applies, and
 * by attackers who do. */
#include "judge.h"

#define SOA_OF "> example.test SOA | example.test\n"

#define MADE     "q.w.example.test A 192.0.2.1 | example.test labels=3"
#define REPLAYED "www.example.test A 192.0.2.1 | example.test labels=2"

/* The zone has *.w.example.test, and nothing else below w. */
#define NO_CLOSER SOA_OF "> *.w.example.test NSEC www.example.test A RRSIG NSEC | example.test"

/* Judges an answer. A want of NSEC3 is answered with `records`; NULL: nothing comes. */
static unsigned judge_and_answer(
        struct judge *j, const char *question, const char *answer, const char *records)
{
	static uint8_t octets[UINT16_MAX];
	struct client_query asked = judge_asked(question, ASK_DO);
	unsigned asked_more = 0;

	judge_begin(j, question, 0);
	judge_write(j, answer);
	struct span response = msg_span(&j->response);
	memcpy(octets, response.base, response.len);
	response.base = octets;
	for (unsigned fetches = 0; fetches < 20; fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, &asked, response, j->now, &out, &j->result);
		if (j->result.verdict != GATE_WANT)
			return asked_more;
		struct want want = j->result.want;
		if (want.type != TYPE_NSEC3) {
			judge_feed(j, &want);
			continue;
		}
		char name[NAME_TEXT_SIZE], text[NAME_TEXT_SIZE + 8];
		asked_more++;
		snprintf(text, sizeof(text), "%s NSEC3", name_text(&want.name, name));
		if (records && judge_learn(j, text, 0, records, false) != LEARNED)
			assert_int_equal(judge_learn(j, text, 0, records, true), LEARNED);
		else if (!records)
			gate_learn_failure(&j->gate, &want, REASON_FETCH_FAILED, j->now);
	}
	fail_msg("the judgement never ends");
	return 0;
}

static void the_proof_that_a_wildcard_applies_is_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *answer, *records;
		enum status status;
		enum reason reason;
		unsigned asked;
	} rows[] = {
		{ "the zone denies a closer name", "q.w.example.test A", MADE, NO_CLOSER,
		        STATUS_SECURE, REASON_NONE, 1 },
		{ "by NSEC3", "q.w.example.test A", MADE,
		        SOA_OF "> ~q.w.example.test NSEC3 A | example.test", STATUS_SECURE,
		        REASON_NONE, 1 },
		{ "by an opt-out span", "q.w.example.test A", MADE,
		        SOA_OF "> ~q.w.example.test NSEC3 optout | example.test", STATUS_INSECURE,
		        REASON_OPT_OUT, 1 },
		{ "the answer has the proof already", "q.w.example.test A", MADE "\n" NO_CLOSER,
		        NULL, STATUS_SECURE, REASON_NONE, 0 },
		{ "nothing comes", "q.w.example.test A", MADE, NULL, STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED, 1 },
		{ "an answer without proof", "q.w.example.test A", MADE, SOA_OF, STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED, 1 },
		/* an attacker who answers for the server */
		{ "a proof without signature", "q.w.example.test A", MADE,
		        "> *.w.example.test NSEC www.example.test A RRSIG NSEC", STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED, 1 },
		{ "a proof whose signature fails", "q.w.example.test A", MADE, NO_CLOSER " spoilt",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 1 },
		{ "a proof of another zone", "q.w.example.test A", MADE,
		        "> *.w.example.test NSEC www.example.test A RRSIG NSEC | test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 1 },
		{ "a name that exists gets the answer of a wildcard", "www.example.test A",
		        REPLAYED,
		        SOA_OF "> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 1 },
		{ "and the denial of another name", "www.example.test A", REPLAYED, NO_CLOSER,
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 1 },
		{ "the answer of a wildcard above one that applies", "q.w.example.test A",
		        "q.w.example.test A 192.0.2.1 | example.test labels=2", NO_CLOSER,
		        STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 1 },
		{ "the answer has the proof, with a signature that fails", "q.w.example.test A",
		        MADE "\n" NO_CLOSER " spoilt", NULL, STATUS_BOGUS, REASON_WILDCARD_UNPROVED,
		        0 },
		{ "the answer has denials of the zone where an alias ends", "q.w.example.test AAAA",
		        "q.w.example.test CNAME x.other.test | example.test labels=3\n"
		        "> other.test SOA | other.test\n"
		        "> x.other.test NSEC y.other.test A RRSIG NSEC | other.test",
		        SOA_OF "> *.w.example.test NSEC www.example.test CNAME RRSIG NSEC | "
		               "example.test",
		        STATUS_SECURE, REASON_NONE, 1 },
		{ "the answer has other denials", "q.w.example.test A",
		        MADE "\n> www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        NULL, STATUS_BOGUS, REASON_WILDCARD_UNPROVED, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		unsigned asked =
		        judge_and_answer(j, rows[i].question, rows[i].answer, rows[i].records);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		if (asked != rows[i].asked)
			fail_msg("%s: asked %u times", rows[i].why, asked);
		/* what came of it is remembered, for a while */
		assert_int_equal(
		        judge_and_answer(j, rows[i].question, rows[i].answer, NO_CLOSER), 0);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

/* An attacker who answers before the server, unsigned, does not end the matter. */
static void the_first_response_without_proof_is_not_the_last(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_and_answer(j, "w.example.test A", "w.example.test A 192.0.2.1 | example.test", NULL);
	assert_int_equal(judge_learn(j, "q.w.example.test NSEC3", 0, SOA_OF, false), LEARN_RETRY);
	assert_int_equal(judge_and_answer(j, "q.w.example.test A", MADE, NO_CLOSER), 1);
	assert_judged(j, "the second response has the proof", STATUS_SECURE, REASON_NONE);
	judge_free(j);
}

/* An additional RRset that lacks its proof is left out, because no proof is asked for. Once it is
 * known, a copy of the answer is judged anew, and has the RRset. */
static void an_additional_rrset_comes_once_its_proof_is_known(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *question = "example.test MX";
	const char *answer = "example.test MX 10 q.w.example.test | example.test\n"
	                     "+ q.w.example.test A 192.0.2.1 | example.test labels=3";

	assert_int_equal(judge_and_answer(j, question, answer, NO_CLOSER), 0);
	assert_judged(j, "the answer itself", STATUS_SECURE, REASON_NONE);
	assert_int_equal(j->gate.recall.messages.used, 0);
	assert_int_equal(j->gate.expansions.names.used, 0);
	assert_int_equal(judge_delivered(j, msg_span(&j->response))->rr_count, 3);
	assert_int_equal(judge_and_answer(j, "q.w.example.test A", MADE, NO_CLOSER), 1);
	judge_and_answer(j, question, answer, NO_CLOSER);
	assert_int_equal(judge_delivered(j, msg_span(&j->response))->rr_count, 5);
	judge_free(j);
}

/* A client asks a hostile server for the name, which has no proof: other clients, who ask others,
 * do not suffer. A proof ends with its records. */
static void a_failure_is_of_one_server_and_a_proof_ends(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	const char *question = "q.w.example.test A";

	j->store.source = 666;
	assert_int_equal(judge_and_answer(j, question, MADE, SOA_OF), 1);
	j->store.source = 1;
	assert_int_equal(judge_and_answer(j, question, MADE, NO_CLOSER), 1);
	assert_judged(j, "another server", STATUS_SECURE, REASON_NONE);
	j->store.source = 666;
	assert_int_equal(judge_and_answer(j, question, MADE, SOA_OF), 0);
	assert_judged(j, "a proof is everybody's", STATUS_SECURE, REASON_NONE);
	j->now += TTL;
	assert_int_equal(judge_and_answer(j, question, MADE, SOA_OF), 1);
	assert_judged(j, "it has ended", STATUS_BOGUS, REASON_WILDCARD_UNPROVED);
	j->now += LIMIT_FAILED_TTL_S;
	assert_int_equal(judge_and_answer(j, question, MADE, NO_CLOSER), 1);
	assert_judged(j, "the server gives it now", STATUS_SECURE, REASON_NONE);
	gate_forget(&j->gate);
	assert_int_equal(judge_and_answer(j, question, MADE, NULL), 1);
	judge_free(j);
}

/* A client that asks for ever more names takes the place of the oldest. */
static void the_memory_is_bounded(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	char question[64], answer[128];

	for (unsigned i = 0; i < 300; i++) {
		snprintf(question, sizeof(question), "q%u.w.example.test A", i);
		snprintf(answer, sizeof(answer),
		        "q%u.w.example.test A 192.0.2.1 | example.test labels=3", i);
		assert_int_equal(judge_and_answer(j, question, answer, NO_CLOSER), 1);
		assert_judged(j, question, STATUS_SECURE, REASON_NONE);
	}
	assert_in_range(j->gate.expansions.names.used, 200, 256);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_proof_that_a_wildcard_applies_is_asked_for),
		cmocka_unit_test(the_first_response_without_proof_is_not_the_last),
		cmocka_unit_test(an_additional_rrset_comes_once_its_proof_is_known),
		cmocka_unit_test(a_failure_is_of_one_server_and_a_proof_ends),
		cmocka_unit_test(the_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
