/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "gate/reply.h"

static uint8_t room[1024];
static struct message m;
static struct rr rrs[1];

static void reply_with(
        const struct client_query *asked, uint16_t flags, enum reason reason, enum reason habit)
{
	struct writer out = writer_over(room, sizeof(room));

	reply_servfail(asked, flags, reason, habit, 0, &out);
	assert_true(message_parse(&m, writer_span(&out), rrs, COUNT(rrs)));
}

static void reply(const struct client_query *asked, uint16_t flags, enum reason reason)
{
	reply_with(asked, flags, reason, REASON_NONE);
}

static void a_servfail_has_the_clients_id_question_and_flags(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t asked, response, flags;
	} rows[] = {
		{ "nothing set", 0, FLAG_QR, 0 },
		{ "RD", FLAG_RD, FLAG_QR, FLAG_RD },
		{ "RA is from the response", FLAG_RD, FLAG_QR | FLAG_RA, FLAG_RD | FLAG_RA },
		{ "CD is from the query", FLAG_CD, FLAG_QR, FLAG_CD },
		{ "AD is clear", FLAG_AD, FLAG_QR | FLAG_AD, 0 },
		{ "AA and TC are clear", 0, FLAG_QR | FLAG_AA | FLAG_TC, 0 },
		{ "the response's RCODE does not matter", 0, FLAG_QR | RCODE_NXDOMAIN, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked("Www.Example.TEST A", ASK_PLAIN);
		asked.flags = rows[i].asked;
		reply(&asked, rows[i].response, REASON_RRSIG_FAILED);
		assert_row(rows[i].why, m.id == asked.id);
		assert_row(rows[i].why, m.flags == (FLAG_QR | RCODE_SERVFAIL | rows[i].flags));
		assert_row(rows[i].why,
		        span_equal(m.question, span_of(asked.question, asked.question_len)));
		assert_row(rows[i].why, m.rr_count == 0 && !m.edns.present);
	}
}

/* Its number alone: nobody has checked the server's text. */
static void a_servfail_tells_what_the_servers_filter_says(void **state)
{
	(void)state;
	struct client_query asked = judge_asked("ads.example.test A", ASK_EDNS);
	struct writer out = writer_over(room, sizeof(room));

	reply_servfail(&asked, 0, REASON_DENIAL_MISSING, REASON_NONE, 15, &out);
	assert_true(message_parse(&m, writer_span(&out), rrs, COUNT(rrs)));
	struct cursor c = cursor_over(m.edns.options);
	cursor_u16(&c);
	cursor_take(&c, cursor_u16(&c));
	assert_memory_equal(c.at, "\0\17\0\2\0\17", 6);
	assert_int_equal(c.end - c.at, 6);
}

/* An Extended DNS Error: option 15, its length, the code, a text in UTF-8. */
static void take_ede(const char *why, struct cursor *c, enum reason reason)
{
	const char *text = reason_sentence(reason);

	assert_row(why, cursor_u16(c) == 15);
	assert_row(why, cursor_u16(c) == 2 + strlen(text));
	assert_row(why, cursor_u16(c) == reason_ede(reason));
	assert_row(why, span_equal(cursor_take(c, strlen(text)), span_of(text, strlen(text))));
}

static void check_ede(const char *why, struct span options, enum reason reason)
{
	struct cursor c = cursor_over(options);

	take_ede(why, &c, reason);
	assert_row(why, cursor_rest(&c).len == 0 && !c.bad);
}

/* The habit of a server explains a SERVFAIL, but the zone's own fault is told first (RFC 8914, 2:
 * there may be several). */
static void a_client_with_edns_gets_the_habit_of_the_server_too(void **state)
{
	(void)state;
	struct client_query asked = judge_asked("www.example.test A", ASK_EDNS);

	reply_with(&asked, FLAG_QR, REASON_RRSIG_MISSING, REASON_STRIPPED);
	struct cursor c = cursor_over(m.edns.options);
	take_ede("the reason", &c, REASON_RRSIG_MISSING);
	take_ede("the habit", &c, REASON_STRIPPED);
	assert_int_equal(cursor_rest(&c).len, 0);
	assert_false(c.bad);
}

static void a_client_with_edns_gets_the_reason(void **state)
{
	(void)state;
	static const struct {
		enum reason reason;
		int code;
	} rows[] = {
		{ REASON_RRSIG_FAILED, 6 },
		{ REASON_RRSIG_EXPIRED, 7 },
		{ REASON_RRSIG_NOT_YET, 8 },
		{ REASON_DS_NO_MATCH, 9 },
		{ REASON_DNSKEY_MISSING, 9 },
		{ REASON_RRSIG_MISSING, 10 },
		{ REASON_DNSKEY_NO_ZONE_BIT, 11 },
		{ REASON_DNSKEY_REVOKED, 9 },
		{ REASON_DENIAL_MISSING, 12 },
		{ REASON_WILDCARD_UNPROVED, 12 },
		{ REASON_FETCH_FAILED, 22 },
		{ REASON_NOT_ANSWER, EDE_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned how = ASK_EDNS; how <= ASK_DO; how += ASK_DO - ASK_EDNS) {
			struct client_query asked = judge_asked("www.example.test A", how);
			const char *why = reason_word(rows[i].reason);
			reply(&asked, FLAG_QR, rows[i].reason);
			assert_row(why, m.edns.present && m.edns.version == 0);
			assert_row(why, m.edns.dnssec_ok == (how == ASK_DO));
			assert_row(why, message_rcode(&m) == RCODE_SERVFAIL);
			assert_row(why, reason_ede(rows[i].reason) == rows[i].code);
			if (rows[i].code == EDE_NONE)
				assert_row(why, m.edns.options.len == 0);
			else
				check_ede(why, m.edns.options, rows[i].reason);
		}
	}
}

static void every_reason_fits_with_the_longest_question(void **state)
{
	(void)state;
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);

	memset(asked.question, 0, sizeof(asked.question));
	for (unsigned i = 0; i < 254; i += 2)
		memcpy(asked.question + i, "\1a", 2);
	asked.question_len = 255 + 4;
	for (unsigned reason = 0; reason < REASON_COUNT; reason++) {
		reply(&asked, FLAG_QR, reason);
		assert_in_range(m.octets.len, 0, DNS_PLAIN_SIZE);
		assert_true(strlen(reason_word(reason)) > 0);
	}
}

static void a_query_without_question_gets_none_back(void **state)
{
	(void)state;
	struct client_query asked = judge_asked("www.example.test A", ASK_PLAIN);

	asked.question_len = 0;
	reply(&asked, FLAG_QR, REASON_MALFORMED);
	assert_int_equal(m.question_count, 0);
	assert_int_equal(m.octets.len, DNS_HEADER_SIZE);
}

/* ---- What the gate takes for a response ---- */

/* A server that cannot read a question sends none back, so an error without a question is
 * accepted. */
static void a_response_matches_the_exact_question(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		uint16_t flags, id;
		bool has_record;
		bool matches;
	} rows[] = {
		{ "the exact question", "www.Example.test", FLAG_QR, 0x1234, false, true },
		{ "with a question, and an error", "www.Example.test", FLAG_QR | RCODE_REFUSED,
		        0x1234, false, true },
		{ "another letter case", "www.example.test", FLAG_QR, 0x1234, false, false },
		{ "another name", "mail.Example.test", FLAG_QR, 0x1234, false, false },
		{ "another id", "www.Example.test", FLAG_QR, 0x1235, false, false },
		{ "a query", "www.Example.test", 0, 0x1234, false, false },
		{ "another opcode", "www.Example.test", FLAG_QR | 4 << OPCODE_SHIFT, 0x1234, false,
		        false },
		{ "no question, and an error", NULL, FLAG_QR | RCODE_FORMERR, 0x1234, false, true },
		{ "with a record", NULL, FLAG_QR | RCODE_FORMERR, 0x1234, true, false },
		{ "no question, and no error", NULL, FLAG_QR, 0x1234, false, false },
		{ "no question, and NXDOMAIN", NULL, FLAG_QR | RCODE_NXDOMAIN, 0x1234, false,
		        false },
		{ "and another id", NULL, FLAG_QR | RCODE_FORMERR, 0x1235, false, false },
	};
	struct client_query asked = judge_asked("www.Example.test A", ASK_PLAIN);
	struct client_query nothing = { .id = 0x1234 };
	struct msgbuild b;

	for (size_t i = 0; i < COUNT(rows); i++) {
		msg_begin(&b, rows[i].id, rows[i].flags, rows[i].question ? rows[i].question : ".",
		        TYPE_A);
		if (!rows[i].question) {
			b.octets[5] = 0;
			b.len = DNS_HEADER_SIZE;
		}
		if (rows[i].has_record)
			msg_rr(&b, ".", TYPE_A, 0, rd_a("192.0.2.1"));
		assert_true(message_parse(&m, msg_span(&b), rrs, COUNT(rrs)));
		assert_row(rows[i].why, gate_matches(&m, &asked) == rows[i].matches);
	}
	/* a query without a question matches any response without one */
	msg_begin(&b, 0x1234, FLAG_QR, ".", TYPE_A);
	b.octets[5] = 0;
	b.len = DNS_HEADER_SIZE;
	assert_true(message_parse(&m, msg_span(&b), rrs, COUNT(rrs)));
	assert_true(gate_matches(&m, &nothing));
}

static void an_error_without_a_question_passes(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_PLAIN);

	msg_begin(&j->response, 0x1234, FLAG_QR | RCODE_FORMERR, ".", TYPE_A);
	j->response.octets[5] = 0;
	j->response.len = DNS_HEADER_SIZE;
	msg_section(&j->response, SECTION_ADDITIONAL);
	msg_opt(&j->response, 1232, true); /* which is to go */
	judge_octets(j, &asked, msg_span(&j->response));
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(sent->octets.len, DNS_HEADER_SIZE);
	assert_int_equal(sent->question_count, 0);
	assert_int_equal(message_rcode(sent), RCODE_FORMERR);
	judge_free(j);
}

/* ---- What the gate makes of it ---- */

static void a_bogus_answer_becomes_servfail_with_the_reason(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "www.EXAMPLE.test A", 0, "www.example.test A 192.0.2.66", ASK_EDNS);
	assert_int_equal(j->result.verdict, GATE_SERVFAIL);
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	assert_int_equal(message_rcode(sent), RCODE_SERVFAIL);
	assert_int_equal(sent->flags & (FLAG_RD | FLAG_RA | FLAG_AD), FLAG_RD | FLAG_RA);
	assert_memory_equal(sent->question.base, "\3www\7EXAMPLE\4test", 17);
	check_ede("gate", sent->edns.options, REASON_RRSIG_MISSING);
	judge_free(j);
}

static void a_response_that_cannot_be_judged_in_time_is_refused(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_EDNS);
	struct writer out = writer_over(j->out, sizeof(j->out));

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.1 | example.test");
	gate_refuse(
	        &j->gate, &asked, msg_span(&j->response), REASON_FETCH_TIMEOUT, &out, &j->result);
	assert_judged(j, "enforce", STATUS_INDETERMINATE, REASON_FETCH_TIMEOUT);
	assert_int_equal(j->result.verdict, GATE_SERVFAIL);
	check_ede("timeout", judge_delivered(j, msg_span(&j->response))->edns.options,
	        REASON_FETCH_TIMEOUT);
	out = writer_over(j->out, sizeof(j->out));
	gate_refuse(&j->gate, &asked, span_of("", 0), REASON_FETCH_TIMEOUT, &out, &j->result);
	assert_int_equal(j->result.verdict, GATE_SERVFAIL);

	judge_free(j);
}

/* Forged or not, the response has no AD, and no record that the client did not ask for. */
static void an_unjudged_response_has_only_what_the_client_asked_for(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_PLAIN | ASK_AD);
	struct writer out = writer_over(j->out, sizeof(j->out));

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, "www.example.test A 192.0.2.66 | example.test spoilt");
	put_u16(j->response.octets + 2, FLAG_QR | FLAG_RD | FLAG_RA | FLAG_AD);
	gate_pass(&j->gate, &asked, msg_span(&j->response), EXEMPT_PAUSE, &out, &j->result);
	assert_int_equal(j->result.verdict, GATE_REWRITE);
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	assert_string_equal(judge_list(sent), "www.example.test/A");
	assert_false(sent->flags & FLAG_AD);
	assert_ptr_equal(j->gate.policy, &j->policy);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_servfail_tells_what_the_servers_filter_says),
		cmocka_unit_test(an_unjudged_response_has_only_what_the_client_asked_for),
		cmocka_unit_test(a_servfail_has_the_clients_id_question_and_flags),
		cmocka_unit_test(a_client_with_edns_gets_the_reason),
		cmocka_unit_test(a_client_with_edns_gets_the_habit_of_the_server_too),
		cmocka_unit_test(every_reason_fits_with_the_longest_question),
		cmocka_unit_test(a_query_without_question_gets_none_back),
		cmocka_unit_test(a_response_matches_the_exact_question),
		cmocka_unit_test(an_error_without_a_question_passes),
		cmocka_unit_test(a_bogus_answer_becomes_servfail_with_the_reason),
		cmocka_unit_test(a_response_that_cannot_be_judged_in_time_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
