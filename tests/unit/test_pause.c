/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/log.h"
#include "daemon/pause.h"

static void a_pause_ends_when_its_time_is_up(void **state)
{
	struct pause p = { 0 };

	(void)state;
	assert_int_equal(pause_wait_ms(&p, 1000), -1);
	assert_int_equal(pause_left_s(&p, 1000), 0);
	pause_begin(&p, 60, 1000);
	assert_int_equal(pause_wait_ms(&p, 1000), 60000);
	assert_int_equal(pause_left_s(&p, 1000), 60);
	assert_int_equal(pause_left_s(&p, 60999), 1);
	pause_expire(&p, 60999);
	assert_int_equal(pause_wait_ms(&p, 60999), 1);
	pause_expire(&p, 61000);
	assert_int_equal(pause_wait_ms(&p, 61000), -1);
	assert_int_equal(pause_left_s(&p, 61000), 0);
}

static void a_later_pause_replaces_the_length_of_an_earlier_one(void **state)
{
	struct pause p = { 0 };

	(void)state;
	pause_begin(&p, 60, 1000);
	pause_begin(&p, 5, 2000);
	assert_int_equal(pause_left_s(&p, 2000), 5);
	pause_begin(&p, 90, 3000);
	assert_int_equal(pause_left_s(&p, 3000), 90);
	pause_end(&p);
	assert_int_equal(pause_left_s(&p, 3000), 0);
	pause_end(&p);
	assert_int_equal(pause_wait_ms(&p, 3000), -1);
}

/* poll() takes its milliseconds as an int. */
static void the_longest_pause_does_not_overflow_an_int(void **state)
{
	struct pause p = { 0 };

	(void)state;
	pause_begin(&p, PAUSE_MAX_S, 1000);
	assert_int_equal(pause_wait_ms(&p, 1000), PAUSE_MAX_S * 1000);
	pause_end(&p);
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
		cmocka_unit_test(a_pause_ends_when_its_time_is_up),
		cmocka_unit_test(a_later_pause_replaces_the_length_of_an_earlier_one),
		cmocka_unit_test(the_longest_pause_does_not_overflow_an_int),
	};
	return cmocka_run_group_tests_name("pause", tests, be_silent, NULL);
}
