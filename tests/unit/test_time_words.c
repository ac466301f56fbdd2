/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times for a person. */
#include "test.h"

#include "base/time_words.h"

#define NOON 1796126400 /* 2026-12-01 12:00 UTC */

static void spans_have_one_unit_that_says_enough(void **state)
{
	static const struct {
		int64_t span_s;
		const char *wanted;
	} rows[] = {
		{ -5, "0 s" },
		{ 0, "0 s" },
		{ 119, "119 s" },
		{ 120, "2 min" },
		{ 7199, "119 min" },
		{ 7200, "2 h" },
		{ 2 * 86400 - 1, "47 h" },
		{ 2 * 86400, "2 d" },
		{ 400 * 86400, "400 d" },
	};
	char text[TIME_SPAN_SIZE];

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++)
		assert_string_equal(time_words_span(rows[i].span_s, text), rows[i].wanted);
}

static void times_have_a_day_only_if_it_is_another(void **state)
{
	static const struct {
		int64_t at_s;
		const char *wanted;
	} rows[] = {
		{ NOON, "12:00 UTC, in 0 s" },
		{ NOON + 3 * 3600 + 300, "15:05 UTC, in 3 h" },
		{ NOON - 600, "11:50 UTC, 10 min ago" },
		{ NOON + 12 * 3600 - 1, "23:59 UTC, in 11 h" },
		{ NOON + 12 * 3600, "2026-12-02 00:00 UTC, in 12 h" },
		{ NOON - 12 * 3600 - 1, "2026-11-30 23:59 UTC, 12 h ago" },
		{ NOON + 4 * 86400, "2026-12-05 12:00 UTC, in 4 d" },
	};
	char text[TIME_WHEN_SIZE];

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++)
		assert_string_equal(time_words_when(rows[i].at_s, NOON, text), rows[i].wanted);
}

static void the_farthest_times_have_room(void **state)
{
	char text[TIME_WHEN_SIZE];

	(void)state;
	assert_non_null(strstr(time_words_when(INT64_MAX, 0, text), "in 106751991167300 d"));
	assert_non_null(strstr(time_words_when(67767976233532799, 0, text), "UTC"));
}

static void times_in_a_sentence_are_told_again(void **state)
{
	static const struct {
		const char *sentence, *wanted;
	} rows[] = {
		{ "", "" },
		{ "no time", "no time" },
		{ "until 20261201150500; again", "until 15:05 UTC, in 3 h; again" },
		{ "20261130000000", "2026-11-30 00:00 UTC, 36 h ago" },
		{ "the tag 12345, 202612011505001, 20261399000000",
		        "the tag 12345, 202612011505001, 20261399000000" },
		{ "20261201130000 20261201140000", "13:00 UTC, in 60 min 14:00 UTC, in 2 h" },
	};
	struct complaint retold;
	char longest[2000];

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		time_words_retell(rows[i].sentence, NOON, &retold);
		assert_string_equal(retold.text, rows[i].wanted);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest + sizeof(retold.text) - 10, "20261201150500", 14);
	longest[sizeof(longest) - 1] = '\0';
	time_words_retell(longest, NOON, &retold);
	assert_int_equal(strlen(retold.text), sizeof(retold.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_have_one_unit_that_says_enough),
		cmocka_unit_test(times_have_a_day_only_if_it_is_another),
		cmocka_unit_test(the_farthest_times_have_room),
		cmocka_unit_test(times_in_a_sentence_are_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
