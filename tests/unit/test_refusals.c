/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last refusals are remembered, and no client can fill the memory alone. */
#include "judge.h"

#include "flow/refusals.h"

static struct refusals all;

static int begin(void **state)
{
	(void)state;
	return refusals_init(&all);
}

static void note(uint8_t client, const char *question, const char *reason, int64_t now_s)
{
	struct client_query asked = judge_asked(question, ASK_DO);
	const uint8_t from[4] = { 192, 0, 2, client }, to[4] = { 192, 0, 2, 53 };

	refusals_note(&all,
	        &(struct refused_response){ .asked = &asked,
	                .client = span_of(from, 4),
	                .server = span_of(to, 4),
	                .status = "bogus",
	                .reason = reason },
	        now_s);
}

static void note_numbered(uint8_t client, unsigned number)
{
	char question[40];

	snprintf(question, sizeof(question), "n%u.test A", number);
	note(client, question, "rrsig-missing", NOW + number);
}

static unsigned count_of(uint8_t client)
{
	const struct refusal *refusal;
	uint64_t number = UINT64_MAX;
	unsigned count = 0;

	while ((refusal = refusals_before(&all, &number)))
		count += refusal->client[3] == client;
	return count;
}

static void the_newest_comes_first(void **state)
{
	uint64_t number = UINT64_MAX, before;
	int64_t last_s = INT64_MAX;
	const struct refusal *refusal;

	(void)state;
	assert_null(refusals_before(&all, &number));
	for (unsigned i = 0; i < 10; i++)
		note_numbered((uint8_t)i, i);
	for (unsigned i = 0; i < 10; i++) {
		before = number;
		refusal = refusals_before(&all, &number);
		assert_non_null(refusal);
		assert_true(number < before && refusal->at_s < last_s);
		assert_int_equal(refusal->client[3], 9 - i);
		last_s = refusal->at_s;
	}
	assert_null(refusals_before(&all, &number));
}

static void the_same_again_only_counts(void **state)
{
	static const struct {
		const char *why, *question, *reason;
		uint8_t client;
		bool is_same;
	} rows[] = {
		{ "the same", "www.a.test A", "rrsig-missing", 7, true },
		{ "in other letters", "wWw.A.tEst A", "rrsig-missing", 7, true },
		{ "another type", "www.a.test MX", "rrsig-missing", 7, false },
		{ "another name", "ww.a.test A", "rrsig-missing", 7, false },
		{ "another reason", "www.a.test A", "rrsig-expired", 7, false },
		{ "another client", "www.a.test A", "rrsig-missing", 8, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t number = UINT64_MAX;
		assert_int_equal(refusals_init(&all), 0);
		note(7, "www.a.test A", "rrsig-missing", NOW);
		note(rows[i].client, rows[i].question, rows[i].reason, NOW + 9);
		const struct refusal *newest = refusals_before(&all, &number);
		assert_row(rows[i].why, newest->at_s == NOW + 9);
		assert_row(rows[i].why, newest->times == (rows[i].is_same ? 2 : 1));
		assert_row(
		        rows[i].why, (refusals_before(&all, &number) == NULL) == rows[i].is_same);
	}
}

static void a_client_replaces_its_own_when_it_has_its_share(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REFUSALS - REFUSALS_A_CLIENT; i++)
		note_numbered((uint8_t)(i % 4), i);
	for (unsigned i = 0; i < 10 * REFUSALS; i++)
		note_numbered(99, 1000 + i);
	assert_int_equal(count_of(99), REFUSALS_A_CLIENT);
	for (uint8_t client = 0; client < 4; client++)
		assert_int_equal(count_of(client), (REFUSALS - REFUSALS_A_CLIENT) / 4);
	/* and its newest are there */
	uint64_t number = UINT64_MAX;
	for (unsigned i = 0; i < REFUSALS_A_CLIENT; i++)
		assert_int_equal(
		        refusals_before(&all, &number)->at_s, NOW + 1000 + 10 * REFUSALS - 1 - i);
}

static void the_oldest_of_all_gives_way_to_other_clients(void **state)
{
	uint64_t number = UINT64_MAX;
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * REFUSALS; i++)
		note_numbered((uint8_t)(i % 200), i);
	for (const struct refusal *r; (r = refusals_before(&all, &number)); count++)
		assert_true(r->at_s >= NOW + 2 * REFUSALS);
	assert_int_equal(count, REFUSALS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_newest_comes_first, begin),
		cmocka_unit_test_setup(the_same_again_only_counts, begin),
		cmocka_unit_test_setup(a_client_replaces_its_own_when_it_has_its_share, begin),
		cmocka_unit_test_setup(the_oldest_of_all_gives_way_to_other_clients, begin),
	};
	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
