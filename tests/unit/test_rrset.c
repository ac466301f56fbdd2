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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_one_owner_type_and_section_are_a_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
