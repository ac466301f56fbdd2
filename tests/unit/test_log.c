/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

/* The text written to stderr between capture_start() and capture_end(). */
static char captured[4096];
static int real_stderr, memory;

static void capture_start(void)
{
	real_stderr = dup(STDERR_FILENO);
	memory = memfd_create("stderr", 0);
	assert_true(real_stderr >= 0 && memory >= 0);
	dup2(memory, STDERR_FILENO);
}

static void capture_end(void)
{
	ssize_t n = pread(memory, captured, sizeof(captured) - 1, 0);

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(memory);
	assert_true(n >= 0);
	captured[n] = '\0';
}

static void journald_gets_a_priority_and_a_terminal_gets_a_word(void **state)
{
	(void)state;
	capture_start();
	unsetenv("JOURNAL_STREAM");
	log_warning("queue %d is full", 3);
	setenv("JOURNAL_STREAM", "8:123", 1);
	log_warning("queue %d is full", 3);
	unsetenv("JOURNAL_STREAM");
	capture_end();
	assert_string_equal(captured, "sealgate: warning: queue 3 is full\n<4>queue 3 is full\n");
}

static void lines_above_the_level_are_not_written(void **state)
{
	(void)state;
	capture_start();
	log_set_level(LOG_LEVEL_ERROR);
	log_error("one");
	log_warning("two");
	log_set_level(LOG_LEVEL_INFO);
	log_line(LOG_LEVEL_DEBUG, "three");
	capture_end();
	assert_string_equal(captured, "sealgate: error: one\n");
}

static void a_name_from_the_network_cannot_forge_a_line(void **state)
{
	(void)state;
	capture_start();
	log_info("name %s", "a\n<3>sealgate: error: b\r\033[2J\xff");
	capture_end();
	assert_string_equal(captured, "sealgate: info: name a?<3>sealgate: error: b??[2J?\n");
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture_start();
	log_info("%s", text);
	capture_end();
	size_t len = strlen(captured);
	assert_true(len > 1000 && len < 1200);
	assert_int_equal(captured[len - 1], '\n');
	assert_ptr_equal(strchr(captured, '\n'), captured + len - 1);
}

static void a_flood_is_cut_to_its_rate_and_withheld_lines_are_counted(void **state)
{
	struct log_limit limit = { .burst = 3, .per_second = 2 };
	uint64_t withheld, now_ms = 5000;
	unsigned written = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		written += log_limit_allows(&limit, now_ms, &withheld);
	assert_int_equal(written, 3);

	/* Half a second earns one line, which reports how many were withheld. */
	now_ms += 500;
	assert_true(log_limit_allows(&limit, now_ms, &withheld));
	assert_int_equal(withheld, 97);
	assert_false(log_limit_allows(&limit, now_ms, &withheld));

	/* A long silence earns at most the burst. */
	now_ms += 3600 * 1000;
	written = 0;
	for (int i = 0; i < 100; i++)
		written += log_limit_allows(&limit, now_ms, &withheld);
	assert_int_equal(written, 3);
}

/* Frequent calls must not reset the credit earned by waiting. */
static void frequent_calls_earn_as_many_lines_as_rare_ones(void **state)
{
	struct log_limit limit = { .burst = 1, .per_second = 1 };
	uint64_t withheld;
	unsigned written = 0;

	(void)state;
	for (uint64_t now_ms = 1; now_ms <= 10001; now_ms += 10)
		written += log_limit_allows(&limit, now_ms, &withheld);
	assert_in_range(written, 10, 11);
}

static void each_level_has_its_word(void **state)
{
	static const enum log_level levels[] = { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO,
		LOG_LEVEL_DEBUG };
	enum log_level found;

	(void)state;
	for (size_t i = 0; i < COUNT(levels); i++) {
		found = 0;
		assert_true(log_level_find(log_level_word(levels[i]), &found));
		assert_int_equal(found, levels[i]);
	}
	assert_false(log_level_find("", &found));
	assert_false(log_level_find("note", &found));
	assert_false(log_level_find("infos", &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journald_gets_a_priority_and_a_terminal_gets_a_word),
		cmocka_unit_test(each_level_has_its_word),
		cmocka_unit_test(lines_above_the_level_are_not_written),
		cmocka_unit_test(a_name_from_the_network_cannot_forge_a_line),
		cmocka_unit_test(a_long_line_is_cut_and_still_ends),
		cmocka_unit_test(a_flood_is_cut_to_its_rate_and_withheld_lines_are_counted),
		cmocka_unit_test(frequent_calls_earn_as_many_lines_as_rare_ones),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
