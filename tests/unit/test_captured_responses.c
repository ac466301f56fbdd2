/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "inspect/captured_responses.h"
#include "zone.h"

static void the_newest_responses_to_the_question_are_kept(void **state)
{
	(void)state;
	static struct captured_responses c;
	static struct rr rrs[16];
	struct msgbuild b;
	struct message m;

	assert_true(name_from_text("www.example.test", &c.question.name));
	c.question.type = TYPE_A;
	for (unsigned i = 0; i < CAPTURED_RESPONSES_MAX + 3; i++) {
		msg_begin(&b, 1, FLAG_QR, i % 2 ? "www.example.test" : "www.Example.test", TYPE_A);
		struct captured_message s = { .at = { .packet = i }, .message = msg_span(&b) };
		assert_true(message_parse(&m, s.message, rrs, COUNT(rrs)));
		assert_int_equal(captured_responses_take(&c, "a file", &s, &m), 0);
	}
	msg_begin(&b, 1, FLAG_QR, "other.test", TYPE_A);
	struct captured_message other = { .message = msg_span(&b) };
	assert_true(message_parse(&m, other.message, rrs, COUNT(rrs)));
	assert_int_equal(captured_responses_take(&c, "a file", &other, &m), 0);
	assert_int_equal(captured_responses_count(&c), CAPTURED_RESPONSES_MAX);
	assert_int_equal(captured_responses_get(&c, 0)->packet, 3);
	assert_int_equal(captured_responses_get(&c, CAPTURED_RESPONSES_MAX - 1)->packet,
	        CAPTURED_RESPONSES_MAX + 2);
	captured_responses_fini(&c);
}

static void the_query_tells_whether_do_was_set(void **state)
{
	(void)state;
	static struct captured_responses c;
	static struct rr rrs[16];
	static const struct {
		const char *why;
		bool has_query, dnssec_ok;
		uint16_t port;
		bool asked;
	} queries[] = {
		{ "no query", false, false, 1000, true },
		{ "without DO", true, false, 1001, false },
		{ "with DO", true, true, 1002, true },
		{ "from another port", false, false, 1003, true },
	};
	struct msgbuild b;
	struct message m;

	assert_true(name_from_text("www.example.test", &c.question.name));
	c.question.type = TYPE_A;
	for (size_t i = 0; i < COUNT(queries); i++) {
		for (unsigned response = !queries[i].has_query; response < 2; response++) {
			msg_begin(&b, 7, response ? FLAG_QR : 0, "www.example.test", TYPE_A);
			msg_section(&b, SECTION_ADDITIONAL);
			msg_opt(&b, 1232, queries[i].dnssec_ok);
			struct captured_message s = { .message = msg_span(&b),
				.source_port = response ? 53 : queries[i].port,
				.destination_port = response ? queries[i].port : 53 };
			assert_true(message_parse(&m, s.message, rrs, COUNT(rrs)));
			assert_int_equal(captured_responses_take(&c, "a file", &s, &m), 0);
		}
		const struct captured_response *last =
		        captured_responses_get(&c, captured_responses_count(&c) - 1);
		assert_row(queries[i].why, last->asked_do == queries[i].asked);
	}
	captured_responses_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_responses_to_the_question_are_kept),
		cmocka_unit_test(the_query_tells_whether_do_was_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
