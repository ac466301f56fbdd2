/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which errors of a server need not wait for a better response, and what an attacker makes of
 * it. */
#include "judge.h"

#include "base/sockaddr.h"
#include "flow/known_errors.h"

#define START_MS 5000

static struct sockaddr_storage server_of(uint8_t last)
{
	const uint8_t octets[4] = { 192, 0, 2, last };

	return sockaddr_of(span_of(octets, sizeof(octets)), 53, 0);
}

static void an_error_is_known_for_its_server_question_and_rcode_and_not_for_long(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		uint8_t server;
		unsigned rcode, after_ms;
		bool is_known;
	} rows[] = {
		{ "the same", "www.example.test A", 1, 2, 1, true },
		{ "in other letters", "WWW.example.TEST A", 1, 2, 1, true },
		{ "another RCODE", "www.example.test A", 1, 5, 1, false },
		{ "another type", "www.example.test AAAA", 1, 2, 1, false },
		{ "another name", "wwx.example.test A", 1, 2, 1, false },
		{ "another server", "www.example.test A", 2, 2, 1, false },
		{ "just before its time is over", "www.example.test A", 1, 2, KNOWN_ERROR_MS - 1,
		        true },
		{ "when its time is over", "www.example.test A", 1, 2, KNOWN_ERROR_MS, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct known_errors k;
		struct sockaddr_storage first = server_of(1), server = server_of(rows[i].server);
		struct client_query noted = judge_asked("www.example.test A", ASK_PLAIN);
		struct client_query asked = judge_asked(rows[i].question, ASK_PLAIN);
		const struct given_error error = { &server, &asked, rows[i].rcode };

		assert_int_equal(known_errors_init(&k), 0);
		assert_row(rows[i].why, !known_errors_has(&k, &error, START_MS));
		known_errors_note(&k, &(struct given_error){ &first, &noted, 2 }, START_MS);
		assert_row(rows[i].why, known_errors_has(&k, &error, START_MS + rows[i].after_ms) ==
		                                rows[i].is_known);
	}
}

static void note_row(struct known_errors *k, const struct sockaddr_storage *server, unsigned count,
        unsigned rcode)
{
	for (unsigned i = 0; i < count; i++) {
		char question[40];
		snprintf(question, sizeof(question), "n%u.example.test A", i);
		struct client_query asked = judge_asked(question, ASK_PLAIN);
		known_errors_note(k, &(struct given_error){ server, &asked, rcode }, START_MS);
	}
}

/* The last row of each: an attacker forged errors until they were known. The first answer that the
 * server is heard to give ends that. */
static void a_server_that_gives_only_one_error_is_known_until_it_answers(void **state)
{
	(void)state;
	enum { NOTHING, ANSWERED, REFUTED, ANOTHER_ANSWERED };
	static const struct {
		const char *why;
		unsigned count, other; /* errors, then errors of another RCODE */
		int then;
		unsigned after_ms;
		bool is_known;
	} rows[] = {
		{ "one less than a row", KNOWN_ERROR_ROW - 1, 0, NOTHING, 0, false },
		{ "a row", KNOWN_ERROR_ROW, 0, NOTHING, 0, true },
		{ "a long row", 3 * KNOWN_ERROR_ROW, 0, NOTHING, 0, true },
		{ "a row, broken by another error", KNOWN_ERROR_ROW, 1, NOTHING, 0, false },
		{ "when its time is over", KNOWN_ERROR_ROW, 0, NOTHING, KNOWN_ERROR_MS, false },
		{ "the server answers", KNOWN_ERROR_ROW, 0, ANSWERED, 0, false },
		{ "a better response followed an error", KNOWN_ERROR_ROW, 0, REFUTED, 0, false },
		{ "another server answers", KNOWN_ERROR_ROW, 0, ANOTHER_ANSWERED, 0, true },
	};
	struct sockaddr_storage server = server_of(1), other = server_of(2);
	struct client_query asked = judge_asked("new.example.test A", ASK_PLAIN);
	const struct given_error error = { &server, &asked, 5 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct known_errors k;
		assert_int_equal(known_errors_init(&k), 0);
		note_row(&k, &server, rows[i].count, 5);
		note_row(&k, &server, rows[i].other, 2);
		if (rows[i].then == ANSWERED || rows[i].then == ANOTHER_ANSWERED)
			known_errors_answered(&k, rows[i].then == ANSWERED ? &server : &other);
		if (rows[i].then == REFUTED)
			known_errors_refute(&k, &error);
		assert_row(rows[i].why, known_errors_has(&k, &error, START_MS + rows[i].after_ms) ==
		                                rows[i].is_known);
	}
}

static void many_failing_servers_replace_the_oldest(void **state)
{
	(void)state;
	static struct known_errors k;
	struct client_query asked = judge_asked("new.example.test A", ASK_PLAIN);

	assert_int_equal(known_errors_init(&k), 0);
	for (unsigned i = 0; i < 3 * FAILING_SERVERS; i++) {
		struct sockaddr_storage server = server_of((uint8_t)i);
		note_row(&k, &server, KNOWN_ERROR_ROW, 5);
		assert_true(known_errors_has(
		        &k, &(struct given_error){ &server, &asked, 5 }, START_MS));
		assert_true(k.failing <= FAILING_SERVERS);
	}
	for (unsigned i = 0; i < 3 * FAILING_SERVERS; i++) {
		struct sockaddr_storage server = server_of((uint8_t)i);
		known_errors_answered(&k, &server);
	}
	assert_int_equal(k.failing, 0);
}

/* The names of the world that are known after the answers of two zones were judged. */
static void only_what_is_proved_to_be_unsigned_is_known_to_be(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		bool is_unsigned;
	} rows[] = {
		{ "in the unsigned zone", "www.unsigned.test A", true },
		{ "its apex", "unsigned.test A", true },
		{ "its DS, which its parent has", "unsigned.test DS", false },
		{ "in the signed zone", "www.example.test A", false },
		{ "in a zone of which nothing is known", "www.optout.test A", false },
	};
	struct judge *j = judge_new();

	judge_text(j, "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1", ASK_PLAIN);
	judge_text(j, "www.example.test A", 0, "www.example.test A 192.0.2.1 | example.test",
	        ASK_PLAIN);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked(rows[i].question, ASK_PLAIN);
		assert_row(rows[i].why,
		        gate_knows_unsigned(&j->gate, &asked, NOW) == rows[i].is_unsigned);
	}
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        an_error_is_known_for_its_server_question_and_rcode_and_not_for_long),
		cmocka_unit_test(a_server_that_gives_only_one_error_is_known_until_it_answers),
		cmocka_unit_test(many_failing_servers_replace_the_oldest),
		cmocka_unit_test(only_what_is_proved_to_be_unsigned_is_known_to_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
