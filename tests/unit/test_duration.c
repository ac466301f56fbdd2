/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans of time as people write them. */
#include "test.h"

#include "config/duration.h"

static void what_is_read_is_what_was_meant(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: it is no span of time */
	} rows[] = { { "0s", 0 }, { "90s", 90 }, { "5m", 300 }, { "12h", 43200 },
		{ "15d", 1296000 }, { "2w", 1209600 }, { "999999999w", INT64_C(604799999395200) },
		{ "1000000000s", -1 }, { "", -1 }, { "s", -1 }, { "15", -1 }, { "15D", -1 },
		{ "-1s", -1 }, { " 1s", -1 }, { "1 s", -1 }, { "1s ", -1 }, { "1h30m", -1 },
		{ "1.5h", -1 }, { "1y", -1 } };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t seconds = -1;
		bool good = duration_read(rows[i].text, &seconds);
		assert_row(
		        rows[i].text, good == (rows[i].seconds >= 0) && seconds == rows[i].seconds);
	}
}

static void what_is_written_is_read_back_in_the_largest_unit(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = { { 0, "0s" }, { 59, "59s" }, { 60, "1m" }, { 90, "90s" }, { 3600, "1h" },
		{ 86400, "1d" }, { 90000, "25h" }, { 14 * 86400, "14d" } };
	char text[DURATION_SIZE];
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t seconds;
		assert_string_equal(duration_write(rows[i].seconds, text), rows[i].text);
		assert_row(text, duration_read(text, &seconds) && seconds == rows[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_what_was_meant),
		cmocka_unit_test(what_is_written_is_read_back_in_the_largest_unit),
	};
	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
