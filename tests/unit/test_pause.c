/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/log.h"
#include "daemon/pause.h"

static void a_pause_ends_when_its_time_has_come(void **state)
{
	struct pausing p = { 0 };

	(void)state;
	assert_int_equal(pausing_wait_ms(&p, 1000), -1);
	assert_int_equal(pausing_left_s(&p, 1000), 0);
	pausing_begin(&p, 60, 1000);
	assert_int_equal(pausing_wait_ms(&p, 1000), 60000);
	assert_int_equal(pausing_left_s(&p, 1000), 60);
	assert_int_equal(pausing_left_s(&p, 60999), 1);
	pausing_expire(&p, 60999);
	assert_int_equal(pausing_wait_ms(&p, 60999), 1);
	pausing_expire(&p, 61000);
	assert_int_equal(pausing_wait_ms(&p, 61000), -1);
	assert_int_equal(pausing_left_s(&p, 61000), 0);
}

static void the_last_word_says_how_long_a_pause_is(void **state)
{
	struct pausing p = { 0 };

	(void)state;
	pausing_begin(&p, 60, 1000);
	pausing_begin(&p, 5, 2000);
	assert_int_equal(pausing_left_s(&p, 2000), 5);
	pausing_begin(&p, 90, 3000);
	assert_int_equal(pausing_left_s(&p, 3000), 90);
	pausing_end(&p);
	assert_int_equal(pausing_left_s(&p, 3000), 0);
	pausing_end(&p);
	assert_int_equal(pausing_wait_ms(&p, 3000), -1);
}

/* poll() takes milliseconds as an int. */
static void the_longest_pause_is_no_overflow(void **state)
{
	struct pausing p = { 0 };

	(void)state;
	pausing_begin(&p, PAUSE_MAX_S, 1000);
	assert_int_equal(pausing_wait_ms(&p, 1000), PAUSE_MAX_S * 1000);
	pausing_end(&p);
}

static int be_silent(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_ends_when_its_time_has_come),
		cmocka_unit_test(the_last_word_says_how_long_a_pause_is),
		cmocka_unit_test(the_longest_pause_is_no_overflow),
	};
	return cmocka_run_group_tests_name("pausing", tests, be_silent, NULL);
}
