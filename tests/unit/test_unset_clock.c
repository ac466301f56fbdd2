/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that a wrong clock excuses, and faults that it never does. */
#include "judge.h"

#include "worker/unset_clock.h"

#define POOL "2.pool.example.test A"
#define WWW  "www.example.test A"

static struct namelist time_servers;

static struct policy policy_of(void)
{
	time_servers.count = 1;
	assert_true(name_from_text("pool.example.test", &time_servers.names[0]));
	return (struct policy){ .time_servers = &time_servers };
}

static void before_the_clock_is_set_nothing_passes_but_time_servers(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		enum clock_state clock;
		enum clock_ruling ruling;
	} rows[] = {
		{ "not set, any name", WWW, CLOCK_NOT_SET, CLOCK_WAITS },
		{ "not set, a time server", POOL, CLOCK_NOT_SET, CLOCK_PASSES },
		{ "not set, the listed name itself", "pool.example.test A", CLOCK_NOT_SET,
		        CLOCK_PASSES },
		{ "not set, a name that only ends alike", "xpool.example.test A", CLOCK_NOT_SET,
		        CLOCK_WAITS },
		{ "not set, in capitals", "2.POOL.example.test A", CLOCK_NOT_SET, CLOCK_PASSES },
		{ "doubtful, any name", WWW, CLOCK_UNSYNCHRONISED, CLOCK_JUDGES },
		{ "doubtful, a time server", POOL, CLOCK_UNSYNCHRONISED, CLOCK_JUDGES },
		{ "set, a time server", POOL, CLOCK_SET, CLOCK_JUDGES },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct policy policy = policy_of();
		struct client_query asked = judge_asked(rows[i].question, ASK_PLAIN);
		assert_row(rows[i].why,
		        unset_clock_rule(rows[i].clock, &policy, &asked) == rows[i].ruling);
	}
}

static void only_dates_of_time_servers_are_doubted_and_only_by_a_doubtful_clock(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		enum clock_state clock;
		enum gate_verdict verdict;
		enum reason reason;
		bool is_doubted;
	} rows[] = {
		{ "expired", POOL, CLOCK_UNSYNCHRONISED, GATE_SERVFAIL, REASON_RRSIG_EXPIRED,
		        true },
		{ "not yet", POOL, CLOCK_UNSYNCHRONISED, GATE_SERVFAIL, REASON_RRSIG_NOT_YET,
		        true },
		{ "expired, of another name", WWW, CLOCK_UNSYNCHRONISED, GATE_SERVFAIL,
		        REASON_RRSIG_EXPIRED, false },
		{ "expired, by a clock that is right", POOL, CLOCK_SET, GATE_SERVFAIL,
		        REASON_RRSIG_EXPIRED, false },
		{ "expired, before it is set", POOL, CLOCK_NOT_SET, GATE_SERVFAIL,
		        REASON_RRSIG_EXPIRED, false },
		{ "forged", POOL, CLOCK_UNSYNCHRONISED, GATE_SERVFAIL, REASON_RRSIG_FAILED, false },
		{ "without a signature", POOL, CLOCK_UNSYNCHRONISED, GATE_SERVFAIL,
		        REASON_RRSIG_MISSING, false },
		{ "expired, and passes all the same", POOL, CLOCK_UNSYNCHRONISED, GATE_ACCEPT,
		        REASON_RRSIG_EXPIRED, false },
	};
	struct policy policy = policy_of();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked(rows[i].question, ASK_PLAIN);
		struct gate_result refused = { .verdict = rows[i].verdict,
			.outcome = outcome_of(STATUS_BOGUS, rows[i].reason) };
		assert_row(rows[i].why, unset_clock_doubts(rows[i].clock, &policy, &asked,
		                                &refused) == rows[i].is_doubted);
	}
}

static void a_response_wrong_in_more_than_its_dates_is_never_excused(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		enum gate_verdict verdict;
		enum status status;
		enum exemption exemption;
		bool is_excused;
	} rows[] = {
		{ "secure but for its dates", GATE_REWRITE, STATUS_SECURE, EXEMPT_DATES, true },
		{ "of an unsigned zone", GATE_REWRITE, STATUS_INSECURE, EXEMPT_DATES, true },
		{ "bogus", GATE_SERVFAIL, STATUS_BOGUS, EXEMPT_DATES, false },
		{ "indeterminate", GATE_SERVFAIL, STATUS_INDETERMINATE, EXEMPT_DATES, false },
		{ "bogus, and not refused", GATE_REWRITE, STATUS_BOGUS, EXEMPT_DATES, false },
		{ "indeterminate, and not refused", GATE_REWRITE, STATUS_INDETERMINATE,
		        EXEMPT_DATES, false },
		{ "secure, and cannot be written", GATE_SERVFAIL, STATUS_SECURE, EXEMPT_DATES,
		        false },
		{ "an error", GATE_REWRITE, STATUS_INSECURE, EXEMPT_ERROR, false },
		{ "judged by dates", GATE_ACCEPT, STATUS_SECURE, EXEMPT_NOT, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gate_result result = { .verdict = rows[i].verdict,
			.outcome = outcome_of(rows[i].status, REASON_NONE),
			.exemption = rows[i].exemption };
		assert_row(rows[i].why, unset_clock_excuses(&result) == rows[i].is_excused);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_clock_is_set_nothing_passes_but_time_servers),
		cmocka_unit_test(
		        only_dates_of_time_servers_are_doubted_and_only_by_a_doubtful_clock),
		cmocka_unit_test(a_response_wrong_in_more_than_its_dates_is_never_excused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
