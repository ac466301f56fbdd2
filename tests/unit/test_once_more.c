/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a question is asked once more before the client gets SERVFAIL, and what bounds that. */
#include "judge.h"

#include "base/sockaddr.h"
#include "worker/once_more.h"

#define START_MS 1000000

struct bed {
	struct judge *judge;
	struct once_more once_more;
	struct client_query asked;
	struct message message;
	struct gate_result result;
	struct sockaddr_storage server;
	struct name zone;
	uint8_t client[4];
	struct refused refused;
};

static struct bed *bed_new(void)
{
	static struct rr rrs[16];
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->judge = judge_new();
	assert_int_equal(once_more_init(&b->once_more), 0);
	b->asked = judge_asked("www.example.test A", ASK_DO);
	b->message.rrs = rrs;
	b->server = sockaddr_of(span_of("\306\63\144\65", 4), 53, 0);
	assert_true(name_from_text("example.test", &b->zone));
	b->result = (struct gate_result){ .verdict = GATE_SERVFAIL,
		.outcome = outcome_of(STATUS_BOGUS, REASON_RRSIG_MISSING) };
	b->refused = (struct refused){ &b->result, &b->asked, &b->message, &b->server,
		span_of(b->client, sizeof(b->client)), &b->zone };
	return b;
}

static void bed_free(struct bed *b)
{
	judge_free(b->judge);
	free(b);
}

#define SIGNED   "www.example.test CNAME a.example.test\na.example.test A 192.0.2.1 | example.test"
#define UNSIGNED "www.example.test A 192.0.2.66"

static void a_question_is_asked_once_more_if_another_answer_may_prove_itself(void **state)
{
	(void)state;
	enum { CULPRIT_DS = 1, PLAIN = 2, STRIPS = 4, MONITORED = 8 };
	static const struct {
		const char *why, *records;
		enum status status;
		enum reason reason;
		unsigned how, given;
		enum once_more_where where;
	} rows[] = {
		{ "one RRSIG is missing", SIGNED, STATUS_BOGUS, REASON_RRSIG_MISSING, ASK_DO, 0,
		        ONCE_MORE_OTHER },
		{ "a signature has expired", SIGNED, STATUS_BOGUS, REASON_RRSIG_EXPIRED, ASK_DO, 0,
		        ONCE_MORE_OTHER },
		{ "a signature does not verify", SIGNED, STATUS_BOGUS, REASON_RRSIG_FAILED, ASK_DO,
		        0, ONCE_MORE_OTHER },
		{ "part of a denial is missing", "> example.test SOA | example.test", STATUS_BOGUS,
		        REASON_DENIAL_MISSING, ASK_DO, 0, ONCE_MORE_OTHER },
		{ "a client that iterates wants what this server has", SIGNED, STATUS_BOGUS,
		        REASON_RRSIG_EXPIRED, ASK_DO | ASK_NO_RD, 0, ONCE_MORE_SAME },
		{ "no signature at all: the server may send its users elsewhere, so no other "
		  "server is asked",
		        UNSIGNED, STATUS_BOGUS, REASON_RRSIG_MISSING, ASK_DO, 0, ONCE_MORE_SAME },
		{ "a name that the server blocks", "www.example.test A 0.0.0.0", STATUS_BOGUS,
		        REASON_RRSIG_MISSING, ASK_DO, 0, ONCE_MORE_NOT },
		{ "a name that the server denies, as a filter does", "", STATUS_BOGUS,
		        REASON_DENIAL_MISSING, ASK_DO, 0, ONCE_MORE_NOT },
		{ "the chain is broken above the answer", SIGNED, STATUS_BOGUS,
		        REASON_RRSIG_EXPIRED, ASK_DO, CULPRIT_DS, ONCE_MORE_NOT },
		{ "no DNSKEY matches the DS", SIGNED, STATUS_BOGUS, REASON_DS_NO_MATCH, ASK_DO, 0,
		        ONCE_MORE_NOT },
		{ "it cost too much", SIGNED, STATUS_BOGUS, REASON_BUDGET, ASK_DO, 0,
		        ONCE_MORE_NOT },
		{ "keys could not be had", SIGNED, STATUS_INDETERMINATE, REASON_FETCH_FAILED,
		        ASK_DO, 0, ONCE_MORE_NOT },
		{ "the server was not asked for signatures", UNSIGNED, STATUS_BOGUS,
		        REASON_RRSIG_MISSING, ASK_DO, PLAIN, ONCE_MORE_NOT },
		{ "the server leaves out all signatures", UNSIGNED, STATUS_BOGUS,
		        REASON_RRSIG_MISSING, ASK_DO, STRIPS, ONCE_MORE_NOT },
		{ "it passes all the same", SIGNED, STATUS_BOGUS, REASON_RRSIG_MISSING, ASK_DO,
		        MONITORED, ONCE_MORE_NOT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		struct rr *rrs = b->message.rrs;
		judge_begin(b->judge, "www.example.test A", 0);
		judge_write(b->judge, rows[i].records);
		assert_true(message_parse(&b->message, msg_span(&b->judge->response), rrs, 16));
		b->asked = judge_asked("www.example.test A", rows[i].how);
		b->asked.sent_plain = rows[i].given & PLAIN;
		b->result.outcome = outcome_of(rows[i].status, rows[i].reason);
		b->result.culprit.type = rows[i].given & CULPRIT_DS ? TYPE_DNSKEY : TYPE_A;
		b->result.habit = rows[i].given & STRIPS ? REASON_STRIPPED : REASON_NONE;
		if (rows[i].given & MONITORED)
			b->result.verdict = GATE_ACCEPT;
		assert_row(rows[i].why, once_more_helps(&b->refused) == rows[i].where);
		bed_free(b);
	}
}

/* How many of `count` questions may be asked once more, one every `every_ms`. Each is about a zone
 * of its own, and if `clients` is more than one, of another client. */
static unsigned flood(struct bed *b, unsigned count, unsigned clients, unsigned every_ms)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < count; i++) {
		char text[32];
		snprintf(text, sizeof(text), "z%u.test", i);
		assert_true(name_from_text(text, &b->zone));
		put_u32(b->client, i % clients);
		taken += once_more_take(&b->once_more, &b->refused, START_MS + i * every_ms) != 0;
	}
	return taken;
}

/* An attacker who forges a thousand answers a second, and stops the genuine ones, must not double
 * the load of the server. */
static void a_flood_of_refused_answers_costs_few_questions(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned count, clients, every_ms, least, most;
	} rows[] = {
		{ "10 s of 1000 a second, of many clients", 10000, 1000, 1, 100,
		        ONCE_MORE_BURST + 10 * ONCE_MORE_PER_SECOND },
		{ "10 s of 1000 a second, of one client", 10000, 1, 1, 20,
		        ONCE_MORE_CLIENT_BURST + 10 * ONCE_MORE_CLIENT_PER_SECOND },
		{ "all at once", 1000, 1000, 0, ONCE_MORE_BURST, ONCE_MORE_BURST },
		{ "one a second: each is asked", 60, 1, 1000, 60, 60 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *b = bed_new();
		unsigned taken = flood(b, rows[i].count, rows[i].clients, rows[i].every_ms);
		if (taken < rows[i].least || taken > rows[i].most)
			fail_msg("%s: %u", rows[i].why, taken);
		bed_free(b);
	}
}

/* The client of an attacker must not keep others from it. (One in ONCE_MORE_CLIENTS shares its
 * bucket, by a hash with a key that is drawn.) */
static void a_client_that_has_its_share_takes_nothing_from_others(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	unsigned served = 0;

	assert_int_equal(flood(b, 1000, 1, 0), ONCE_MORE_CLIENT_BURST);
	for (uint32_t client = 7; client < 15; client++) {
		put_u32(b->client, client);
		served += once_more_take(&b->once_more, &b->refused, START_MS) != 0;
	}
	assert_true(served >= 4);
	bed_free(b);
}

static void a_zone_that_stays_broken_is_left_alone(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct once_more *o = &b->once_more;
	uint64_t now_ms = START_MS, tag = 0;

	for (unsigned i = 0; i < ONCE_MORE_IN_VAIN; i++) {
		tag = once_more_take(o, &b->refused, now_ms);
		assert_true(tag != 0);
		once_more_note(o, tag, false, now_ms);
	}
	assert_true(once_more_take(o, &b->refused, now_ms) == 0);
	/* another server may do better, and another zone */
	struct sockaddr_storage server = b->server;
	b->server = sockaddr_of(span_of("\306\63\144\66", 4), 53, 0);
	assert_true(once_more_take(o, &b->refused, now_ms) != 0);
	b->server = server;
	assert_true(name_from_text("other.test", &b->zone));
	assert_true(once_more_take(o, &b->refused, now_ms) != 0);
	assert_true(name_from_text("example.test", &b->zone));
	/* and this one after a while */
	now_ms += ONCE_MORE_IN_VAIN_MS;
	assert_true(once_more_take(o, &b->refused, now_ms) == tag);
	bed_free(b);
}

/* A server that loses a signature now and then answers well in between. */
static void an_answer_that_helped_ends_the_count(void **state)
{
	(void)state;
	struct bed *b = bed_new();
	struct once_more *o = &b->once_more;

	for (unsigned i = 0; i < 10 * ONCE_MORE_IN_VAIN; i++) {
		uint64_t now_ms = START_MS + i * 1000;
		uint64_t tag = once_more_take(o, &b->refused, now_ms);
		assert_true(tag != 0);
		once_more_note(o, tag, i % ONCE_MORE_IN_VAIN == 1, now_ms);
	}
	bed_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_asked_once_more_if_another_answer_may_prove_itself),
		cmocka_unit_test(a_flood_of_refused_answers_costs_few_questions),
		cmocka_unit_test(a_client_that_has_its_share_takes_nothing_from_others),
		cmocka_unit_test(a_zone_that_stays_broken_is_left_alone),
		cmocka_unit_test(an_answer_that_helped_ends_the_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
