/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that need no response of the server: they are those that the response would have
 * brought. */
#include "legacy.h"

#define SOA "example.test SOA"

enum {
	KNOWS_SOA = 1,
	KNOWS_PARENT = 2,
	HAS_DS = 4,
	IS_NARROW = 8,
	DOUBTS_CLOCK = 16,
	IS_LATE = 32,
	IS_BROKEN = 64 /* the child has no key */
};

static void learn_soa(struct legacy *l, const char *question)
{
	legacy_ask(l, question, ASK_DO);
	legacy_respond(l, FLAG_AA, question);
}

static struct legacy *legacy_in(unsigned state)
{
	static uint8_t ds[36];
	struct legacy *l = legacy_new();
	struct sign_period *child = legacy_periods(l, "sub.example.test");

	if (state & HAS_DS) {
		static const struct span with_ds = { ds, sizeof(ds) };
		child->ds = &with_ds;
		child->ds_count = 1;
	}
	if (state & IS_NARROW)
		l->policy.udp_size_max = 64;
	if (state & IS_LATE)
		l->now_s = valid.expiration + 1;
	signer_believe_clock(l->signer, !(state & DOUBTS_CLOCK));
	if (state & KNOWS_SOA)
		learn_soa(l, "example.test SOA");
	if (state & KNOWS_PARENT)
		learn_soa(l, "sub.example.test SOA");
	return l;
}

static bool answer_at_once(struct legacy *l, struct sign_result *result, struct writer *out)
{
	const struct sign_peers peers = legacy_peers(l);
	const struct sign_context context = legacy_context(l, &peers);

	assert_int_equal(l->kind, SIGN_QUERY_ASKED);
	return sign_at_once(l->signer, &l->asked, &context, out, result);
}

static void the_policy_answers_like_the_server(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned how, state;
		const char *soa; /* that the server has for the signer's question */
		bool is_at_once;
		enum sign_outcome outcome;
	} rows[] = {
		{ "DNSKEY", "example.test DNSKEY", ASK_DO, 0, SOA, true, SIGN_OUTCOME_APEX },
		{ "without DO", "example.test DNSKEY", ASK_EDNS, 0, SOA, true, SIGN_OUTCOME_APEX },
		{ "without EDNS", "example.test DNSKEY", ASK_PLAIN, 0, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "in capital letters", "eXAMple.test DNSKEY", ASK_DO, 0, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "over TCP", "example.test DNSKEY", ASK_DO | ASK_STREAM, 0, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "with CO", "example.test DNSKEY", ASK_DO | ASK_CO, 0, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "too long for the client", "example.test DNSKEY", ASK_DO, IS_NARROW, SOA, true,
		        SIGN_OUTCOME_TRUNCATED },
		{ "the clock is not set", "example.test DNSKEY", ASK_DO, DOUBTS_CLOCK, SOA, true,
		        SIGN_OUTCOME_CLOCK },
		{ "the signatures are too old", "example.test DNSKEY", ASK_DO, IS_LATE, SOA, true,
		        SIGN_OUTCOME_KEYS },
		{ "no CDS, and the SOA is known", "example.test CDS", ASK_DO, KNOWS_SOA, SOA, true,
		        SIGN_OUTCOME_NODATA },
		{ "no CDS without DO", "example.test CDS", ASK_PLAIN, KNOWS_SOA, SOA, true,
		        SIGN_OUTCOME_NODATA },
		{ "no CDS, and the SOA is unknown", "example.test CDS", ASK_DO, 0, SOA, false,
		        SIGN_OUTCOME_NODATA },
		{ "no CDNSKEY", "example.test CDNSKEY", ASK_DO, KNOWS_SOA, SOA, true,
		        SIGN_OUTCOME_NODATA },
		{ "DS of a zone whose parent is elsewhere", "example.test DS", ASK_DO, KNOWS_SOA,
		        SOA, true, SIGN_OUTCOME_NODATA },
		{ "the same before its SOA is known", "example.test DS", ASK_DO, 0, SOA, false,
		        SIGN_OUTCOME_NODATA },
		{ "DS of a child that has none", "sub.example.test DS", ASK_DO, KNOWS_SOA, SOA,
		        true, SIGN_OUTCOME_NODATA },
		{ "the SOA of the child is no help", "sub.example.test DS", ASK_DO, KNOWS_PARENT,
		        SOA, false, SIGN_OUTCOME_NODATA },
		{ "DS of a child that has some", "sub.example.test DS", ASK_DO, HAS_DS, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "DS of a child, without DO", "sub.example.test DS", ASK_PLAIN, HAS_DS, SOA, true,
		        SIGN_OUTCOME_APEX },
		{ "an address", "example.test A", ASK_DO, KNOWS_SOA, "example.test A 192.0.2.1",
		        false, SIGN_OUTCOME_ANSWER },
		{ "another type of the apex", "example.test MX", ASK_DO, KNOWS_SOA,
		        "example.test MX mail.example.test", false, SIGN_OUTCOME_ANSWER },
		{ "the keys of the zone are broken", "sub.example.test DNSKEY", ASK_DO, IS_BROKEN,
		        "sub.example.test SOA", true, SIGN_OUTCOME_BROKEN },
		{ "DS of a zone whose keys are broken", "sub.example.test DS", ASK_DO,
		        IS_BROKEN | KNOWS_SOA, SOA, true, SIGN_OUTCOME_BROKEN },
		{ "RRSIG", "example.test RRSIG", ASK_DO, KNOWS_SOA, SOA, false,
		        SIGN_OUTCOME_REFUSED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		static uint8_t room[65535];
		struct legacy *l = legacy_in(rows[i].state);
		struct sign_period *child = legacy_periods(l, "sub.example.test");
		struct writer out = writer_over(room, sizeof(room));
		struct sign_result result;

		if (rows[i].state & IS_BROKEN)
			child->key_count = 0;
		legacy_ask(l, rows[i].question, rows[i].how);
		assert_row(rows[i].why, answer_at_once(l, &result, &out) == rows[i].is_at_once);
		legacy_respond(l, FLAG_AA, rows[i].soa);
		assert_row(rows[i].why, l->result.outcome == rows[i].outcome);
		if (rows[i].is_at_once) {
			assert_row(rows[i].why, result.verdict == SIGN_VERDICT_REWRITE);
			assert_row(rows[i].why, result.outcome == rows[i].outcome);
			assert_row(rows[i].why, span_equal(result.octets, l->result.octets));
		}
		child->key_count = 1;
		legacy_free(l);
	}
}

/* The answer does not change what the signer knows, and does not come from the memory of whole
 * answers. */
static void another_policy_takes_effect(void **state)
{
	(void)state;
	static uint8_t room[65535];
	struct legacy *l = legacy_in(0);
	struct writer out = writer_over(room, sizeof(room));
	struct sign_result result;

	legacy_remember(l);
	legacy_ask(l, "example.test DNSKEY", ASK_DO | ASK_STREAM);
	assert_true(answer_at_once(l, &result, &out));
	legacy_periods(l, "example.test")->dnskey.rrsig_count = 0;
	out = writer_over(room, sizeof(room));
	assert_true(answer_at_once(l, &result, &out));
	assert_int_equal(result.outcome, SIGN_OUTCOME_KEYS);
	legacy_free(l);
}

/* ---- Over UDP ---- */

struct hasty_step {
	const char *why;
	uint64_t after_ms;
	const char *question;
	unsigned how;
	uint8_t client; /* the last octet of its address */
	bool is_at_once;
};

static void the_same_question_again_goes_to_the_server(void **state)
{
	(void)state;
	static const struct hasty_step steps[] = {
		{ "the first", 0, "example.test DNSKEY", ASK_DO, 1, true },
		{ "again: the answer may have been lost", 400, "example.test DNSKEY", ASK_DO, 1,
		        false },
		{ "and again: the server may be gone", 400, "example.test DNSKEY", ASK_DO, 1,
		        true },
		{ "in other letters", 400, "exAMPLE.test DNSKEY", ASK_DO, 1, false },
		{ "without DO", 400, "example.test DNSKEY", ASK_PLAIN, 1, true },
		{ "of another client", 0, "example.test DNSKEY", ASK_DO, 2, true },
		{ "for another type", 0, "sub.example.test DS", ASK_DO, 1, true },
		{ "over TCP", 0, "example.test DNSKEY", ASK_DO | ASK_STREAM, 1, true },
		{ "over TCP again, which does not count", 0, "example.test DNSKEY",
		        ASK_DO | ASK_STREAM, 1, true },
		{ "after that it is the server's turn", 0, "example.test DNSKEY", ASK_DO, 1,
		        false },
		{ "of the other client after ten seconds", 10000, "example.test DNSKEY", ASK_DO, 2,
		        true },
	};
	struct legacy *l = legacy_in(HAS_DS);
	static uint8_t room[65535];

	for (size_t i = 0; i < COUNT(steps); i++) {
		struct writer out = writer_over(room, sizeof(room));
		struct sign_result result;
		l->now_ms += steps[i].after_ms;
		l->client[3] = steps[i].client;
		legacy_ask(l, steps[i].question, steps[i].how);
		assert_row(steps[i].why, answer_at_once(l, &result, &out) == steps[i].is_at_once);
	}
	legacy_free(l);
}

static void leave_unanswered(struct legacy *l, bool is_stream)
{
	const struct sign_peers peers = legacy_peers(l);
	struct sign_context context = legacy_context(l, &peers);

	context.is_stream = is_stream;
	sign_unanswered(l->signer, &l->asked, &context);
}

/* Asks for the keys of a zone. */
static bool has_keys_at_once(struct legacy *l, struct sign_result *result)
{
	static uint8_t room[65535];
	struct writer out = writer_over(room, sizeof(room));

	legacy_ask(l, "example.test DNSKEY", ASK_DO);
	return answer_at_once(l, result, &out);
}

static void a_silent_server_is_not_waited_for(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned unanswered; /* queries before */
		bool over_tcp;       /* these */
		uint64_t after_ms;   /* them */
		bool has_answered;   /* another one since */
		bool is_at_once;     /* the answer to the same question again */
	} rows[] = {
		{ "none was lost", 0, false, 0, false, false },
		{ "two may get lost", 2, false, 0, false, false },
		{ "three in a row", 3, false, 0, false, true },
		{ "it has answered again", 3, false, 0, true, false },
		{ "a while ago", 3, false, 29999, false, true },
		{ "too long ago", 3, false, 30000, false, false },
		{ "over TCP", 3, true, 0, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_in(0);
		struct sign_result result;
		legacy_ask(l, "www.example.test A", ASK_DO);
		for (unsigned n = 0; n < rows[i].unanswered; n++)
			leave_unanswered(l, rows[i].over_tcp);
		if (rows[i].has_answered)
			legacy_respond(l, FLAG_AA, "www.example.test A 192.0.2.1");
		l->now_ms += rows[i].after_ms;
		assert_row(rows[i].why, has_keys_at_once(l, &result));
		assert_row(rows[i].why, has_keys_at_once(l, &result) == rows[i].is_at_once);
		legacy_free(l);
	}
}

/* Asks for the keys of a zone from so many addresses of one network, and counts answers by kind. */
struct tally {
	unsigned whole, cut, by_server;
};

static void ask_from_network(struct legacy *l, uint8_t network, unsigned clients, struct tally *t)
{
	for (unsigned i = 0; i < clients; i++) {
		struct sign_result result;
		l->client[2] = network;
		l->client[3] = (uint8_t)(i + 1);
		if (!has_keys_at_once(l, &result)) {
			t->by_server++;
			continue;
		}
		t->whole += result.outcome == SIGN_OUTCOME_APEX;
		if (result.outcome != SIGN_OUTCOME_LIMITED)
			continue;
		t->cut++;
		assert_true(result.octets.len <= l->query.len);
		assert_true(get_u16(result.octets.base + 2) & FLAG_TC);
	}
}

/* The sources of the queries may be forged. */
static void a_network_gets_only_so_many_answers(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t signatures; /* that a network may cause */
		unsigned whole;
	} rows[] = {
		{ "fewer than signatures", 200, 20 },
		{ "no more than signatures", 5, 5 },
		{ "signatures without limit", 0, 20 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum { ASKERS = 40 };
		static uint8_t room[65535];
		struct legacy *l = legacy_in(0);
		struct writer out = writer_over(room, sizeof(room));
		struct sign_result result;
		struct tally t = { 0 };

		l->policy.signatures_per_network = rows[i].signatures;
		ask_from_network(l, 1, ASKERS, &t);
		assert_row(rows[i].why, t.whole == rows[i].whole);
		assert_row(rows[i].why, t.cut == ASKERS - rows[i].whole);
		legacy_ask(l, "example.test DNSKEY", ASK_DO | ASK_STREAM);
		assert_row(rows[i].why, answer_at_once(l, &result, &out));
		assert_row(rows[i].why, result.outcome == SIGN_OUTCOME_APEX);
		legacy_free(l);
	}
}

static void all_networks_get_only_so_many_answers(void **state)
{
	(void)state;
	struct legacy *l = legacy_in(0);
	struct tally t = { 0 };

	for (uint8_t network = 1; network <= 5; network++)
		ask_from_network(l, network, 200, &t);
	assert_int_equal(t.whole, 5 * 20);
	assert_int_equal(t.cut, 5 * 180);
	ask_from_network(l, 6, 1, &t);
	assert_int_equal(t.by_server, 1);
	l->now_ms += 10; /* room for ten */
	t = (struct tally){ 0 };
	ask_from_network(l, 6, 11, &t);
	assert_int_equal(t.whole, 10);
	assert_int_equal(t.by_server, 1);
	legacy_free(l);
}

static void the_policy_may_ask_the_server_always(void **state)
{
	(void)state;
	struct legacy *l = legacy_in(KNOWS_SOA);
	static uint8_t room[65535];
	struct writer out = writer_over(room, sizeof(room));
	struct sign_result result;

	l->policy.asks_always = true;
	legacy_ask(l, "example.test DNSKEY", ASK_DO);
	assert_false(answer_at_once(l, &result, &out));
	legacy_ask(l, "example.test DNSKEY", ASK_DO | ASK_STREAM);
	assert_false(answer_at_once(l, &result, &out));
	legacy_free(l);
}

/* In a query, the type stands behind the name, which may be malformed or cut off. */
static void only_a_few_queries_are_worth_a_look(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t type;
		size_t octets; /* of the query; 0: all */
		uint8_t questions;
		bool may_ask;
	} rows[] = {
		{ "DNSKEY", TYPE_DNSKEY, 0, 1, true },
		{ "CDS", TYPE_CDS, 0, 1, true },
		{ "CDNSKEY", TYPE_CDNSKEY, 0, 1, true },
		{ "DS", TYPE_DS, 0, 1, true },
		{ "A", TYPE_A, 0, 1, false },
		{ "ANY", TYPE_ANY, 0, 1, false },
		{ "two questions", TYPE_DNSKEY, 0, 2, false },
		{ "no question", TYPE_DNSKEY, 0, 0, false },
		{ "cut off in the type", TYPE_DNSKEY, 12 + 14 + 1, 1, false },
		{ "cut off in the name", TYPE_DNSKEY, 12 + 5, 1, false },
		{ "cut off in the header", TYPE_DNSKEY, 5, 1, false },
		{ "empty", TYPE_DNSKEY, 1, 1, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild query;
		msg_begin(&query, 1, 0, "example.test", rows[i].type);
		query.octets[5] = rows[i].questions;
		struct span all = msg_span(&query);
		struct span part = span_of(all.base, rows[i].octets ? rows[i].octets : all.len);
		assert_row(rows[i].why, asks_of_policy(part) == rows[i].may_ask);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_policy_answers_like_the_server),
		cmocka_unit_test(another_policy_takes_effect),
		cmocka_unit_test(the_same_question_again_goes_to_the_server),
		cmocka_unit_test(a_silent_server_is_not_waited_for),
		cmocka_unit_test(a_network_gets_only_so_many_answers),
		cmocka_unit_test(all_networks_get_only_so_many_answers),
		cmocka_unit_test(the_policy_may_ask_the_server_always),
		cmocka_unit_test(only_a_few_queries_are_worth_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
