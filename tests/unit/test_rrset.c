/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

static void records_of_one_owner_type_and_section_are_a_set(void **state)
{
	(void)state;
	static const struct {
		const char *why, *owner;
		uint16_t type;
		enum section section;
		unsigned sets; /* beside "n162789.test A" in the answer */
	} rows[] = {
		{ "the same", "n162789.test", TYPE_A, SECTION_ANSWER, 1 },
		{ "in capitals", "N162789.TEST", TYPE_A, SECTION_ANSWER, 1 },
		{ "another type", "n162789.test", TYPE_AAAA, SECTION_ANSWER, 2 },
		{ "another section", "n162789.test", TYPE_A, SECTION_AUTHORITY, 2 },
		{ "another owner", "n162788.test", TYPE_A, SECTION_ANSWER, 2 },
		{ "another owner of the same hash", "n379192.test", TYPE_A, SECTION_ANSWER, 2 },
	};
	struct name one = name_of("n162789.test"), other = name_of("n379192.test");

	assert_int_equal(name_quick_hash(&one), name_quick_hash(&other));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "test", TYPE_A);
		msg_rr(&b, "n162789.test", TYPE_A, 300, rd_a("192.0.2.1"));
		msg_section(&b, rows[i].section);
		msg_rr(&b, rows[i].owner, rows[i].type, 300, rd_a("192.0.2.2"));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(rows[i].why, p.g.count == rows[i].sets);
		assert_row(rows[i].why, p.g.sets[0].count == 3 - rows[i].sets);
		parsed_close(&p);
	}
}

/* Two of the owners have the same hash. */
static void sets_are_sorted_whatever_the_order_of_the_records(void **state)
{
	(void)state;
	static const struct {
		const char *owner;
		uint16_t type;
	} sets[] = { { "n162789.test", TYPE_A }, { "n379192.test", TYPE_A },
		{ "n162789.test", TYPE_AAAA }, { "n162788.test", TYPE_A } };
	static const unsigned orders[][COUNT(sets)] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 },
		{ 1, 0, 3, 2 }, { 2, 3, 0, 1 }, { 1, 2, 3, 0 } };
	struct name sorted[COUNT(sets)];

	for (size_t i = 0; i < COUNT(orders); i++) {
		struct msgbuild b;
		struct parsed p;
		msg_begin(&b, 1, FLAG_QR, "test", TYPE_A);
		for (size_t n = 0; n < COUNT(sets); n++)
			msg_rr(&b, sets[orders[i][n]].owner, sets[orders[i][n]].type, 300,
			        rd_a("192.0.2.1"));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_true(rrsets_sort(&p.g, &p.arena));
		assert_int_equal(p.g.count, COUNT(sets));
		for (unsigned n = 0; n < COUNT(sets); n++) {
			struct name owner = name_of(sets[orders[i][n]].owner);
			const struct rrset *set = &p.g.sets[p.g.set_of[n]];
			/* each record is still in its own set */
			assert_int_equal(set->first, n);
			assert_true(name_equal(&set->owner, &owner));
			if (i == 0)
				sorted[n] = p.g.sets[n].owner;
			assert_true(name_equal(&p.g.sets[n].owner, &sorted[n]));
		}
		parsed_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_one_owner_type_and_section_are_a_set),
		cmocka_unit_test(sets_are_sorted_whatever_the_order_of_the_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
