/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "queue/pace.h"

#define FULL   PACE_PACKETS_MAX
#define SHORT  PACE_SHORT
#define PART   (FULL / 2) /* of the packets, that are queries */
#define STEADY PACE_SHORT_AFTER_MS
#define CALM   PACE_LONG_AFTER_MS
#define ROWS   4

/* Turns of one kind, and the time between them. */
struct turns {
	unsigned packets, queries, count;
	uint64_t each_ms;
};

static void take_turns(struct pace *p, const struct turns *turns, uint64_t *now_ms)
{
	for (unsigned i = 0; i < turns->count; i++) {
		*now_ms += turns->each_ms;
		uint32_t length = pace_turn(p, turns->packets, turns->queries, *now_ms);
		if (length != p->now_length)
			pace_told(p, length);
	}
}

static void a_queue_is_short_only_while_it_overflows(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned length, times;
		struct turns turns[ROWS];
		unsigned want;
	} rows[] = {
		{ "no packets", 1024, 1, { { 0, 0, 9, 1000 } }, 1024 },
		{ "many packets, but less than a full turn", 1024, 1, { { FULL - 1, 200, 900, 5 } },
		        1024 },
		{ "full turns, but not for long", 1024, 1, { { FULL, PART, STEADY, 1 } }, 1024 },
		{ "full turns for long", 1024, 1, { { FULL, PART, STEADY + 1, 1 } }, SHORT },
		{ "full turns for long, but most turns are not", 1024, 99,
		        { { FULL, PART, 1, 5 }, { 9, 9, 1, 1 } }, 1024 },
		{ "two full turns with a long silence between them", 1024, 2,
		        { { FULL, PART, 1, 100000 } }, 1024 },
		{ "full turns of responses for long", 1024, 1, { { FULL, 0, 900, 1 } }, 1024 },
		{ "the queue is full each time", 200, 1, { { 220, 200, 900, 1 } }, SHORT },
		{ "a queue that is short anyway is full each time", 100, 1,
		        { { 120, 100, 900, 1 } }, 100 },
		{ "the short queue is full each time", 1024, 1,
		        { { FULL, PART, 2 * STEADY, 1 }, { 200, SHORT, 9000, 1 } }, SHORT },
		{ "the short queue is seldom full", 1024, 1,
		        { { FULL, PART, 2 * STEADY, 1 }, { 200, SHORT, 1, 1 },
		                { 9, 9, CALM + 1, 1 } },
		        1024 },
		{ "the short queue is long again after a silence", 1024, 1,
		        { { FULL, PART, 2 * STEADY, 1 }, { 9, 9, 2, 1 }, { 1, 1, 1, CALM } },
		        1024 },
		{ "and is short again", 1024, 2,
		        { { FULL, PART, 2 * STEADY, 1 }, { 1, 1, 2 * CALM, 1 },
		                { FULL, PART, 2 * STEADY, 1 } },
		        SHORT },
		{ "a queue that was configured short", 32, 1, { { FULL, 32, 1000, 1 } }, 32 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		uint64_t now_ms = 5000;
		pace_init(&p, rows[i].length);
		for (unsigned n = 0; n < ROWS * rows[i].times; n++)
			take_turns(&p, &rows[i].turns[n % ROWS], &now_ms);
		if (p.now_length != rows[i].want)
			fail_msg("%s: %u, not %u", rows[i].why, p.now_length, rows[i].want);
	}
}

/* After an overload. */
static void bursts_get_the_long_queue_back_and_an_overload_does_not(void **state)
{
	(void)state;
	static const struct turns flood = { FULL, PART, 2 * STEADY, 1 };
	static const struct {
		const char *why;
		struct turns turns[2];
		unsigned want;
	} rows[] = {
		{ "bursts that fill the queue, five times a second",
		        { { 200, SHORT, 1, 190 }, { 100, 0, 10, 1 } }, 1024 },
		{ "an overload, the queue is full at every third look",
		        { { 200, SHORT, 1, 1 }, { 40, 20, 2, 1 } }, SHORT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		uint64_t now_ms = 0;
		pace_init(&p, 1024);
		take_turns(&p, &flood, &now_ms);
		assert_int_equal(p.now_length, SHORT);
		for (unsigned n = 0; n < 1000; n++)
			take_turns(&p, &rows[i].turns[n % 2], &now_ms);
		if (p.now_length != rows[i].want)
			fail_msg("%s: %u, not %u", rows[i].why, p.now_length, rows[i].want);
	}
}

static void a_length_that_was_not_set_is_asked_for_again(void **state)
{
	(void)state;
	struct pace p;
	unsigned asked = 0;

	pace_init(&p, 1024);
	for (uint64_t now_ms = 1; now_ms <= 2 * STEADY; now_ms++)
		asked += pace_turn(&p, FULL, PART, now_ms) == SHORT;
	assert_int_equal(asked, STEADY);
	assert_int_equal(p.now_length, 1024);
	pace_told(&p, SHORT);
	assert_int_equal(pace_turn(&p, FULL, PART, 2 * STEADY + 1), SHORT);
}

static void it_naps_only_under_load_and_longer_under_more_load(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct turns turns;
		long want_us;
	} rows[] = {
		{ "nothing", { 0, 0, 100, 1 }, 0 },
		{ "one at a time", { 1, 1, 100, 1 }, 0 },
		{ "a few", { 7, 4, 100, 1 }, 0 },
		{ "a load", { 9, 5, 100, 1 }, 100 },
		{ "a larger load", { 63, 32, 100, 1 }, 100 },
		{ "more", { 66, 33, 100, 1 }, 200 },
		{ "much", { 98, 49, 100, 1 }, 300 },
		{ "very much", { FULL - 1, 127, 100, 1 }, 300 },
		{ "more packets wait already", { FULL, 128, 100, 1 }, 0 },
		{ "more responses wait already", { FULL, 0, 100, 1 }, 0 },
		{ "the queue is full again already", { FULL - 1, 200, 100, 1 }, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pace p;
		uint64_t now_ms = 0;
		pace_init(&p, 200);
		take_turns(&p, &rows[i].turns, &now_ms);
		if (pace_nap_ns(&p) != 1000 * rows[i].want_us)
			fail_msg("%s: %ld ns", rows[i].why, pace_nap_ns(&p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_is_short_only_while_it_overflows),
		cmocka_unit_test(bursts_get_the_long_queue_back_and_an_overload_does_not),
		cmocka_unit_test(a_length_that_was_not_set_is_asked_for_again),
		cmocka_unit_test(it_naps_only_under_load_and_longer_under_more_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
