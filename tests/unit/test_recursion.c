/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "flow/recursion.h"

#define START_MS 5000

static bool note(struct recursion *r, uint32_t client, uint32_t server, bool has_rd, uint64_t at_ms)
{
	return recursion_note(r, span_of(&client, sizeof(client)), span_of(&server, sizeof(server)),
	               has_rd ? PAIR_RECURSES : 0, START_MS + at_ms) &
	       PAIR_RECURSES;
}

static void a_query_with_rd_is_remembered_for_half_a_day_and_not_for_more_than_a_day(void **state)
{
	(void)state;
	enum { HALF_MS = RECURSION_HALF_MS };
	struct recursion r;

	/* in the middle of a half, and at its beginning */
	for (uint64_t at_ms = 0; at_ms < HALF_MS; at_ms += HALF_MS / 2) {
		assert_int_equal(recursion_init(&r), 0);
		assert_false(note(&r, 1, 2, false, 0));
		assert_true(note(&r, 1, 2, true, at_ms));
		assert_true(note(&r, 1, 2, false, at_ms + HALF_MS));
		note(&r, 3, 2, false, at_ms + 2ull * HALF_MS - 1); /* another pair asks meanwhile */
		assert_false(note(&r, 1, 2, false, at_ms + 2ull * HALF_MS));
		recursion_fini(&r);
	}
}

/* No query for hours, and then a query again. */
static void an_old_pair_does_not_come_back_after_a_silence(void **state)
{
	(void)state;
	struct recursion r;

	assert_int_equal(recursion_init(&r), 0);
	assert_true(note(&r, 1, 2, true, 0));
	assert_false(note(&r, 1, 2, false, 10ull * RECURSION_HALF_MS));
	assert_true(note(&r, 1, 2, true, 10ull * RECURSION_HALF_MS));
	assert_true(note(&r, 1, 2, false, 0)); /* a clock that went back */
	recursion_fini(&r);
}

static void the_kinds_of_a_pair_are_remembered_apart(void **state)
{
	(void)state;
	static const uint8_t client[] = { 1, 2, 3, 4 }, server[] = { 5, 6, 7, 8 };
	struct span c = span_of(client, 4), s = span_of(server, 4);
	struct recursion r;

	assert_int_equal(recursion_init(&r), 0);
	assert_int_equal(recursion_note(&r, c, s, 0, 0), 0);
	assert_int_equal(recursion_note(&r, c, s, PAIR_ASKS_MORE, 0), PAIR_ASKS_MORE);
	assert_int_equal(recursion_note(&r, c, s, PAIR_RECURSES, RECURSION_HALF_MS),
	        PAIR_RECURSES | PAIR_ASKS_MORE);
	assert_int_equal(recursion_note(&r, c, s, 0, 2ull * RECURSION_HALF_MS), PAIR_RECURSES);
	recursion_fini(&r);
}

static void a_client_and_a_server_are_a_pair(void **state)
{
	(void)state;
	struct recursion r;

	assert_int_equal(recursion_init(&r), 0);
	assert_true(note(&r, 1, 2, true, 0));
	assert_false(note(&r, 1, 3, false, 0));
	assert_false(note(&r, 3, 2, false, 0));
	assert_false(note(&r, 2, 1, false, 0));
	recursion_fini(&r);
}

/* An attacker can send from many addresses: then too many pairs count as noted, but none is
 * missed. */
static void a_flood_makes_no_pair_forgotten(void **state)
{
	(void)state;
	struct recursion r;
	unsigned known = 0;

	assert_int_equal(recursion_init(&r), 0);
	note(&r, 1, 2, true, 0);
	for (uint32_t i = 0; i < RECURSION_BITS; i++)
		note(&r, 1000 + i, 2, true, 0);
	assert_true(note(&r, 1, 2, false, 0));
	for (uint32_t i = 0; i < 1000; i++)
		known += note(&r, i, 3, false, 0);
	assert_in_range(known, 500, 750); /* 1 - 1/e */
	recursion_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		        a_query_with_rd_is_remembered_for_half_a_day_and_not_for_more_than_a_day),
		cmocka_unit_test(an_old_pair_does_not_come_back_after_a_silence),
		cmocka_unit_test(the_kinds_of_a_pair_are_remembered_apart),
		cmocka_unit_test(a_client_and_a_server_are_a_pair),
		cmocka_unit_test(a_flood_makes_no_pair_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
