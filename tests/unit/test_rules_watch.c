/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "netfilter/rules_watch.h"

static void what_is_done_about_each_state(void **state)
{
	static const struct {
		const char *why;
		enum rules_state found;
		bool restores, stands_back;
		enum rules_action action;
	} rows[] = {
		{ "nothing to do", RULES_IN_FORCE, true, false, RULES_LEAVE },
		{ "rules that are gone are put back", RULES_MISSING, true, false, RULES_RESTORE },
		{ "so are rules in place of ours", RULES_FOREIGN, true, false, RULES_RESTORE },
		{ "a setting of the operator's is not changed", RULES_BLIND, true, false,
		        RULES_ALARM },
		{ "with \"alarm\" nothing is changed", RULES_MISSING, false, false, RULES_ALARM },
		{ "with \"alarm\" nothing is replaced", RULES_FOREIGN, false, false, RULES_ALARM },
		{ "rules that the operator removed stay away", RULES_MISSING, true, true,
		        RULES_LEAVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rules_watch w;
		rules_watch_init(&w, rows[i].restores, 1000);
		w.stands_back = rows[i].stands_back;
		assert_row(rows[i].why,
		        rules_watch_found(&w, rows[i].found, 1000, 1010) == rows[i].action);
	}
}

/* Else a firewall manager that flushes all rules every second would have both at work for ever. */
static void another_program_is_fought_within_bounds(void **state)
{
	struct rules_watch w;
	uint64_t now_ms = 1000;

	(void)state;
	rules_watch_init(&w, true, now_ms);
	for (int i = 0; i < RULES_RESTORES_MAX; i++, now_ms += 100) {
		assert_int_equal(
		        rules_watch_found(&w, RULES_MISSING, now_ms, now_ms), RULES_RESTORE);
		rules_watch_restored(&w, now_ms);
	}
	assert_int_equal(rules_watch_found(&w, RULES_MISSING, now_ms, now_ms), RULES_YIELD);
	now_ms = 1000 + RULES_RESTORES_MS - 1;
	assert_int_equal(rules_watch_found(&w, RULES_MISSING, now_ms, now_ms), RULES_YIELD);
	now_ms++;
	assert_int_equal(rules_watch_found(&w, RULES_MISSING, now_ms, now_ms), RULES_RESTORE);
	rules_watch_restored(&w, now_ms);
	assert_int_equal(rules_watch_found(&w, RULES_MISSING, now_ms, now_ms), RULES_YIELD);
}

static void notifications_bring_the_next_look_forward(void **state)
{
	static const struct {
		const char *why;
		bool urgent;
		int look_took_ms, notice_after_ms, wait_ms;
	} rows[] = {
		{ "a removal of rules, at once", true, 0, 100, 0 },
		{ "a change of routes, soon", false, 0, 100, 1000 },
		{ "not before the rest after a look that cost much", true, 50, 100, 350 },
		{ "nor for routes", false, 200, 100, 1700 },
		{ "never later than the usual look", false, 0, 4900, 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rules_watch w;
		uint64_t now_ms = 5000;
		rules_watch_init(&w, true, now_ms);
		assert_row(rows[i].why, rules_watch_wait_ms(&w, now_ms) == 0);
		rules_watch_found(
		        &w, RULES_IN_FORCE, now_ms - (uint64_t)rows[i].look_took_ms, now_ms);
		assert_row(rows[i].why, rules_watch_wait_ms(&w, now_ms) == RULES_LOOK_MS);
		now_ms += (uint64_t)rows[i].notice_after_ms;
		rules_watch_notice(&w, rows[i].urgent, now_ms);
		assert_row(rows[i].why, rules_watch_wait_ms(&w, now_ms) == rows[i].wait_ms);
	}
}

/* Else a service that lacks a right would run all back ends, and log their errors, without a
 * pause. */
static void rules_that_cannot_be_put_back_are_tried_less_and_less(void **state)
{
	static const int waits_ms[] = { 1000, 2000, 4000, 8000, 16000, 32000, RULES_RETRY_MS,
		RULES_RETRY_MS };
	struct rules_watch w;

	(void)state;
	rules_watch_init(&w, true, 1000);
	for (size_t i = 0; i < COUNT(waits_ms); i++) {
		assert_int_equal(rules_watch_found(&w, RULES_MISSING, 1000, 1010), RULES_RESTORE);
		assert_int_equal(rules_watch_failed(&w, 1500), waits_ms[i]);
		rules_watch_notice(&w, true, 1600);
		assert_int_equal(rules_watch_wait_ms(&w, 1600), waits_ms[i] - 100);
	}
	assert_int_equal(w.restored, 0);
	rules_watch_now(&w, 1700);
	assert_int_equal(rules_watch_wait_ms(&w, 1700), 0);
	assert_int_equal(rules_watch_failed(&w, 1800), waits_ms[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_about_each_state),
		cmocka_unit_test(another_program_is_fought_within_bounds),
		cmocka_unit_test(rules_that_cannot_be_put_back_are_tried_less_and_less),
		cmocka_unit_test(notifications_bring_the_next_look_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
