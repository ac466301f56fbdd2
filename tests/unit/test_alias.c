/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/alias.h"

#include "parsed.h"

static void a_dname_is_above_a_name_but_not_at_it(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		enum section section;
		bool found;
	} rows[] = {
		{ "one label below", "a.example.test", SECTION_ANSWER, true },
		{ "two labels below", "a.b.example.test", SECTION_ANSWER, true },
		{ "the owner itself", "example.test", SECTION_ANSWER, false },
		{ "the name above", "test", SECTION_ANSWER, false },
		{ "beside it", "a.example2.test", SECTION_ANSWER, false },
		{ "not in the answer", "a.example.test", SECTION_AUTHORITY, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_of(rows[i].name);
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, rows[i].name, TYPE_A);
		msg_section(&b, rows[i].section);
		msg_rr(&b, "example.test", TYPE_DNAME, 300, rd_name("other.test"));
		assert_true(parsed_open(&p, msg_span(&b)));
		const struct rrset *dname = alias_dname_above(&p.g, &name);
		assert_row(rows[i].why, (dname != NULL) == rows[i].found);
		parsed_close(&p);
	}
}

static void of_two_dnames_the_closer_one_counts(void **state)
{
	(void)state;
	static const struct {
		const char *why, *first, *second;
	} rows[] = {
		{ "the closer one first", "b.example.test", "example.test" },
		{ "the closer one last", "example.test", "b.example.test" },
	};
	struct name name = name_of("a.b.example.test"), closer = name_of("b.example.test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "a.b.example.test", TYPE_A);
		msg_rr(&b, rows[i].first, TYPE_DNAME, 300, rd_name("other.test"));
		msg_rr(&b, rows[i].second, TYPE_DNAME, 300, rd_name("other.test"));
		assert_true(parsed_open(&p, msg_span(&b)));
		const struct rrset *dname = alias_dname_above(&p.g, &name);
		assert_row(rows[i].why, dname && name_equal(&dname->owner, &closer));
		parsed_close(&p);
	}
}

static void an_alias_has_one_target(void **state)
{
	(void)state;
	static const struct {
		const char *why, *first, *second;
		bool is_good;
	} rows[] = {
		{ "one record", "b.test", NULL, true },
		{ "the same record twice", "b.test", "b.test", true },
		{ "the same record in capitals", "b.test", "B.TEST", true },
		{ "two different records", "b.test", "c.test", false },
	};
	struct name b_test = name_of("b.test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msgbuild b;
		struct parsed p;
		struct name target;

		msg_begin(&b, 1, FLAG_QR, "a.test", TYPE_A);
		msg_rr(&b, "a.test", TYPE_CNAME, 300, rd_name(rows[i].first));
		if (rows[i].second)
			msg_rr(&b, "a.test", TYPE_CNAME, 300, rd_name(rows[i].second));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(
		        rows[i].why, alias_target(&p.g, &p.g.sets[0], &target) == rows[i].is_good);
		if (rows[i].is_good)
			assert_row(rows[i].why, name_equal(&target, &b_test));
		parsed_close(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dname_is_above_a_name_but_not_at_it),
		cmocka_unit_test(of_two_dnames_the_closer_one_counts),
		cmocka_unit_test(an_alias_has_one_target),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
