/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "daemon/watchdog.h"

#define WITHIN_MS 10000
#define EVERY_MS  (WITHIN_MS / WATCHDOG_LOOKS)
#define START_MS  1000

static void systemd_is_told_only_if_each_worker_turns(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint64_t after_ms;  /* since the look before */
		uint64_t turned[3]; /* turns of each worker since then */
		bool is_told;
	} rows[] = {
		{ "all turn", EVERY_MS, { 1, 100, 1 }, true },
		{ "a look is not due", EVERY_MS - 1, { 1, 1, 1 }, false },
		{ "and is due later", 1, { 0, 0, 0 }, true },
		{ "one hangs", EVERY_MS, { 1, 0, 1 }, false },
		{ "it hangs still", EVERY_MS, { 1, 0, 1 }, false },
		{ "it turns again", EVERY_MS, { 1, 1, 1 }, true },
		{ "all hang", EVERY_MS, { 0, 0, 0 }, false },
		{ "the process was stopped for a while", 100 * EVERY_MS, { 0, 1, 1 }, false },
	};
	uint64_t now_ms = START_MS, turns[3] = { 0 };
	struct watchdog w;

	watchdog_init(&w, WITHIN_MS, now_ms);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		now_ms += rows[i].after_ms;
		for (int worker = 0; worker < 3; worker++)
			turns[worker] += rows[i].turned[worker];
		assert_in_range(watchdog_wait_ms(&w, now_ms), 0, EVERY_MS);
		if (watchdog_look(&w, turns, 3, now_ms) != rows[i].is_told)
			fail_msg("told or not: %s", rows[i].why);
	}
}

static void nothing_is_told_if_nobody_waits(void **state)
{
	(void)state;
	const uint64_t turns[1] = { 5 };
	struct watchdog w;

	watchdog_init(&w, 0, START_MS);
	assert_false(watchdog_look(&w, turns, 1, START_MS + 1000000));
	assert_int_equal(watchdog_wait_ms(&w, START_MS), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_is_told_only_if_each_worker_turns),
		cmocka_unit_test(nothing_is_told_if_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
