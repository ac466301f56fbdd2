/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "path/pace.h"

#define FULL   PACE_PACKETS_MAX
#define SHORT  (1024 / PACE_SHORTER)
#define STEADY PACE_STEADY_MS

/* Turns of one kind, one each five milliseconds for so long; returns when they are over. */
static uint64_t take_turns(
        struct pace *p, unsigned packets, unsigned queries, uint64_t from_ms, uint64_t for_ms)
{
	for (uint64_t at_ms = from_ms; at_ms < from_ms + for_ms; at_ms += 5)
		pace_turn(p, packets, queries, at_ms);
	return from_ms + for_ms;
}

static void a_queue_is_short_only_while_it_overflows(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned length;
		struct {
			unsigned packets, queries;
			uint64_t for_ms;
		} turns[4];
		unsigned want;
	} rows[] = {
		{ "nothing comes", 1024, { { 0, 0, 1000 } }, 1024 },
		{ "much comes, and is all taken", 1024, { { FULL - 1, 200, 1000 } }, 1024 },
		{ "more than a turn takes, but not for long", 1024, { { FULL, 128, STEADY } },
		        1024 },
		{ "for long", 1024, { { FULL, 128, STEADY + 5 } }, SHORT },
		{ "for long, but not in one go", 1024,
		        { { FULL, 128, STEADY }, { 9, 9, 5 }, { FULL, 128, STEADY } }, 1024 },
		{ "after a long silence it is new again", 1024,
		        { { 9, 9, 5 }, { 0, 0, 100000 }, { FULL, 128, 50 } }, 1024 },
		{ "the short one is full each time", 1024,
		        { { FULL, 128, 2 * STEADY }, { 200, SHORT, 1000 } }, SHORT },
		{ "the short one is full most times", 1024,
		        { { FULL, 128, 2 * STEADY }, { 99, 60, STEADY }, { 200, SHORT, 5 },
		                { 99, 60, STEADY } },
		        SHORT },
		{ "the short one has room for long", 1024,
		        { { FULL, 128, 2 * STEADY }, { 200, SHORT - 1, STEADY + 5 } }, 1024 },
		{ "and then it is short again", 1024,
		        { { FULL, 128, 2 * STEADY }, { 1, 1, 2 * STEADY },
		                { FULL, 128, 2 * STEADY } },
		        SHORT },
		{ "one that was short before", 32, { { FULL, 32, 1000 } }, 32 },
		{ "not too short", 100, { { 99, 100, 1000 } }, 64 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		uint64_t at_ms = 5000;
		pace_init(&p, rows[i].length);
		for (unsigned n = 0; n < 4; n++)
			at_ms = take_turns(&p, rows[i].turns[n].packets, rows[i].turns[n].queries,
			        at_ms, rows[i].turns[n].for_ms);
		if (p.now_length != rows[i].want)
			fail_msg("%s: %u, not %u", rows[i].why, p.now_length, rows[i].want);
	}
}

static void a_change_is_told_once(void **state)
{
	(void)state;
	struct pace p;
	unsigned told = 0;

	pace_init(&p, 1024);
	for (uint64_t at_ms = 0; at_ms < 4 * STEADY; at_ms++)
		told += pace_turn(&p, FULL, 128, at_ms);
	assert_int_equal(told, 1);
	for (uint64_t at_ms = 4 * STEADY; at_ms < 8 * STEADY; at_ms++)
		told += pace_turn(&p, 0, 0, at_ms);
	assert_int_equal(told, 2);
}

static void it_waits_only_under_load_and_longer_the_more_comes(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned packets, queries; /* of each turn */
		long want_us;
	} rows[] = {
		{ "nothing", 0, 0, 0 },
		{ "one at a time", 1, 1, 0 },
		{ "a few", 7, 4, 0 },
		{ "a load", 9, 5, 100 },
		{ "a larger one", 63, 32, 100 },
		{ "more", 66, 33, 200 },
		{ "much", 98, 49, 300 },
		{ "very much", FULL - 1, 127, 300 },
		{ "more waits already", FULL, 128, 0 },
		{ "the queue is full again already", FULL - 1, 200, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		pace_init(&p, 200);
		take_turns(&p, rows[i].packets, rows[i].queries, 0, 500);
		if (pace_nap_ns(&p) != 1000 * rows[i].want_us)
			fail_msg("%s: %ld ns", rows[i].why, pace_nap_ns(&p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_is_short_only_while_it_overflows),
		cmocka_unit_test(a_change_is_told_once),
		cmocka_unit_test(it_waits_only_under_load_and_longer_the_more_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
