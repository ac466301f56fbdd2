/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/framing.h"

/* Headers; the first two octets are the id. */
#define QUESTION "0000 0100 0001 0000 0000 0000 "
#define ANSWER   "0000 8180 0001 0001 0000 0000 "
#define QNAME    "00 0001 0001 "
#define RECORD   "00 0001 0001 00000000 0000 "
#define ZEROS                                                                                      \
	"0000000000000000000000000000000000000000000000000000000000000000"                         \
	"0000000000000000000000000000000000000000000000000000000000000000"                         \
	"0000"

static void count_message(void *context, struct span message)
{
	unsigned *count = context;

	(void)message;
	(*count)++;
}

static void octets_that_look_like_a_message_are_kept(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		bool is_message;
	} rows[] = {
		{ "a query", "0011" QUESTION QNAME, true },
		{ "a response", "001c" ANSWER QNAME RECORD, true },
		{ "the start of a long response", "1000" ANSWER, true },
		{ "a transfer's next message, without a question",
		        "0017 0000 8400 0000 0001 0000 0000" RECORD, true },
		{ "an update", "0011 0000 2800 0001 0000 0000 0000" QNAME, true },
		{ "shorter than a header", "000b 0000 0100 0001 0000 0000", false },
		{ "too short for its question", "0010" QUESTION "00 0001 00", false },
		{ "too short for its records", "001b" ANSWER QNAME RECORD, false },
		{ "two questions", "001b 0000 0100 0002 0000 0000 0000" QNAME QNAME, false },
		{ "neither a question nor a record", "0011 0000 0100 0000 0000 0000 0000" QNAME,
		        false },
		{ "an unassigned opcode", "0011 0000 3800 0001 0000 0000 0000" QNAME, false },
		{ "the Z bit, which must be zero", "0011 0000 0140 0001 0000 0000 0000" QNAME,
		        false },
		{ "an unassigned class", "0011" QUESTION "00 0001 0007", false },
		{ "a label length over 63", "0011" QUESTION "40 0001 0001", false },
		{ "an RDLENGTH past the end of the message",
		        "001c" ANSWER QNAME "00 0001 0001 00000000 0001", false },
		{ "an octet after the last record", "001d" ANSWER QNAME RECORD "00", false },
		{ "the start of a long response, with a malformed question",
		        "1000" ANSWER ZEROS ZEROS ZEROS ZEROS, false },
		{ "text", "4d65737361676573206f6674656e", false },
		{ "zeros", "0000000000000000000000000000", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct framing f = { 0 };
		unsigned count = 0;
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);

		framing_restart(&f);
		assert_row(rows[i].why, framing_take(&f, span_of(octets, len), count_message,
		                                &count) == rows[i].is_message);
		if (!rows[i].is_message)
			assert_row(rows[i].why, framing_held(&f) == 0 && f.prefix_len == 0);
		framing_fini(&f);
		free(octets);
	}
}

static void a_guess_is_checked_once_the_whole_header_is_there(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		bool is_message;
	} rows[] = {
		{ "a message", "0011" QUESTION QNAME, true },
		{ "not a message", "0011 0000 3800 0001 0000 0000 0000" QNAME, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct framing f = { 0 };
		unsigned count = 0;
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);

		framing_restart(&f);
		for (size_t at = 0; at < FRAMING_PREFIX_SIZE + FRAMING_HEADER_SIZE - 1; at++)
			assert_row(rows[i].why,
			        framing_take(&f, span_of(octets + at, 1), count_message, &count));
		assert_row(rows[i].why, f.is_guess);
		size_t at = FRAMING_PREFIX_SIZE + FRAMING_HEADER_SIZE - 1;
		assert_row(rows[i].why, framing_take(&f, span_of(octets + at, len - at),
		                                count_message, &count) == rows[i].is_message);
		assert_row(rows[i].why, count == rows[i].is_message);
		framing_fini(&f);
		free(octets);
	}
}

static void a_message_at_a_known_start_is_not_checked(void **state)
{
	(void)state;
	struct framing f = { 0 };
	unsigned count = 0;

	assert_true(framing_take(&f, span_of("\0\0\0\3abc\0\1", 9), count_message, &count));
	assert_int_equal(count, 2);
	assert_int_equal(framing_held(&f), 1);
	assert_true(framing_take(&f, span_of("d\0", 2), count_message, &count));
	assert_int_equal(count, 3);
	assert_int_equal(framing_held(&f), 0);
	framing_fini(&f);
}

static void taking_one_message_leaves_the_rest(void **state)
{
	(void)state;
	struct framing f = { 0 };
	unsigned count = 0;
	struct cursor c = cursor_over(span_of("\0\1a\0\0\0\2bc\0\3d", 11));
	static const size_t left[] = { 8, 6, 2, 0 };

	for (size_t i = 0; i < COUNT(left); i++) {
		assert_true(framing_take_one(&f, &c, count_message, &count));
		assert_int_equal(cursor_left(&c), left[i]);
	}
	assert_int_equal(count, 3);
	assert_true(framing_has_begun(&f));
	framing_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_that_look_like_a_message_are_kept),
		cmocka_unit_test(a_guess_is_checked_once_the_whole_header_is_there),
		cmocka_unit_test(a_message_at_a_known_start_is_not_checked),
		cmocka_unit_test(taking_one_message_leaves_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
