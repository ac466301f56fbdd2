/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For how long an RRset that was signed ahead has a valid signature, in serial numbers that come
 * round again. */
#include "test.h"

#include "dnssec/presigned.h"

#define HALF UINT32_C(0x80000000)

static void signatures_that_follow_each_other_last_until_the_first_gap(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t now_s, lasts_s;
		unsigned count;
		uint32_t times[3][2]; /* inception and expiration */
	} rows[] = {
		{ "none", 100, -1, 0, { { 0 } } },
		{ "one", 100, 100, 1, { { 50, 200 } } },
		{ "its last second", 200, 0, 1, { { 50, 200 } } },
		{ "over", 201, -1, 1, { { 50, 200 } } },
		{ "not yet", 49, -1, 1, { { 50, 200 } } },
		{ "two that meet", 100, 300, 2, { { 201, 400 }, { 50, 200 } } },
		{ "a gap of a second", 100, 100, 2, { { 202, 400 }, { 50, 200 } } },
		{ "one within another", 100, 300, 2, { { 50, 400 }, { 60, 200 } } },
		{ "numbers come round", INT64_C(0x1fffffff0), 0x110, 2,
		        { { 0xffffff00, 0x80 }, { 0x81, 0x100 } } },
		{ "one that lasts for half of all numbers", 100, HALF - 1, 1,
		        { { 100, 100 + HALF - 1 } } },
		/* Each is valid again after the other one. */
		{ "two that cover all numbers", 100, INT64_C(0x80001000) - 100, 2,
		        { { 0, 0x7ffffff0 }, { 0x7fffff00, 0x80001000 } } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct presigned_rrsig rrsigs[3] = { { 0 } };
		for (unsigned k = 0; k < rows[i].count; k++)
			rrsigs[k] = (struct presigned_rrsig){ .inception = rows[i].times[k][0],
				.expiration = rows[i].times[k][1],
				.tag = 1 };
		const struct presigned set = { .rrsigs = rrsigs, .rrsig_count = rows[i].count };
		int64_t lasts_s = presigned_lasts_s(&set, rows[i].now_s);
		if (lasts_s != rows[i].lasts_s)
			fail_msg("%s: %lld", rows[i].why, (long long)lasts_s);
	}
}

/* A zone that changes its algorithm has keys of both, and is Bogus for some validators once one of
 * them lacks a signature (RFC 4035, 2.2). */
static void an_rrset_lasts_as_long_as_the_first_algorithm_of_its_keys(void **state)
{
	(void)state;
	static const uint8_t key_13[] = { 1, 1, 3, 13, 0 }, key_15[] = { 1, 0, 3, 15, 0 },
	                     by_13[] = { 0, 48, 13 }, by_15[] = { 0, 48, 15 };
	static const struct {
		const char *why;
		unsigned keys, signatures; /* the first so many */
		int64_t now_s, lasts_s;
		bool is_whole;
	} rows[] = {
		{ "one algorithm", 1, 2, 100, 300, true },
		{ "one algorithm, signed by two", 1, 3, 100, 300, true },
		{ "the second one ends first", 2, 3, 100, 50, true },
		{ "the second one has ended", 2, 3, 151, -1, false },
		{ "the second one has none", 2, 2, 100, -1, false },
	};
	struct span keys[] = { { key_13, 5 }, { key_15, 5 } };
	struct presigned_rrsig rrsigs[] = { { 50, 200, 1, 0, { by_13, 3 } },
		{ 150, 400, 1, 0, { by_13, 3 } }, { 50, 150, 2, 0, { by_15, 3 } } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct presigned_rrsig *chosen[LIMIT_DS];
		const struct presigned set = { .count = rows[i].keys,
			.rdatas = keys,
			.rrsig_count = rows[i].signatures,
			.rrsigs = rrsigs };
		const struct presigned *sets[] = { &set };
		int64_t lasts_s = presigned_all_last_s(sets, 1, &set, rows[i].now_s);
		unsigned count = presigned_choose(&set, rows[i].now_s, chosen);
		if (lasts_s != rows[i].lasts_s)
			fail_msg("%s: %lld", rows[i].why, (long long)lasts_s);
		assert_row(rows[i].why,
		        presigned_choice_is_whole(chosen, count, &set) == rows[i].is_whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_that_follow_each_other_last_until_the_first_gap),
		cmocka_unit_test(an_rrset_lasts_as_long_as_the_first_algorithm_of_its_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
