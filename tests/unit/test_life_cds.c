/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the parent is told of CDS records: once a change, and only when every server shows it. */
#include "cdsbed.h"

static const struct life_tags none = { .count = 0 };

static bool is_news(struct cds_bed *b)
{
	return life_cds_is_news(&b->life, &b->policy, &b->look, &b->told);
}

static void a_change_is_told_once_until_the_parent_has_followed(void **state)
{
	struct cds_bed b;

	(void)state;
	make_bed(&b);
	assert_true(is_news(&b));
	assert_false(is_news(&b));
	b.parents[0].ds = TAGS(1, 2);
	assert_false(is_news(&b)); /* the other server of the parent is to follow by itself */
	b.parents[1].ds = TAGS(1, 2);
	assert_false(is_news(&b));
	b.parents[1].ds = TAGS(2);
	assert_true(is_news(&b)); /* it has lost one */
	assert_false(is_news(&b));
	b.life.keys[0].marks[LIFE_DS].stage = LIFE_UNRETENTIVE;
	b.servers[0].cds = b.servers[1].cds = TAGS(2);
	b.parents[0].ds = TAGS(1, 2);
	assert_true(is_news(&b)); /* another change */
}

static void nothing_is_told_before_every_server_shows_it(void **state)
{
	static const struct {
		const char *why;
		struct life_tags cds, ds;
		bool is_silent, has_no_cds, nobody_looked, parent_is_silent;
	} rows[] = {
		{ "a server has the set of before", { { 1 }, 1 }, { { 1 }, 1 }, 0, 0, 0, 0 },
		{ "a server has none", { { 0 }, 0 }, { { 1 }, 1 }, 0, 0, 0, 0 },
		{ "a server has more", { { 1, 2, 9 }, 3 }, { { 1 }, 1 }, 0, 0, 0, 0 },
		{ "a server is silent", { { 1, 2 }, 2 }, { { 1 }, 1 }, true, 0, 0, 0 },
		{ "no CDS records", { { 1, 2 }, 2 }, { { 1 }, 1 }, 0, true, 0, 0 },
		{ "nobody looked", { { 1, 2 }, 2 }, { { 1 }, 1 }, 0, 0, true, 0 },
		{ "the parent cannot be seen", { { 1, 2 }, 2 }, { { 1 }, 1 }, 0, 0, 0, true },
		{ "the parent has it", { { 1, 2 }, 2 }, { { 2, 1 }, 2 }, 0, 0, 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct cds_bed b;
		make_bed(&b);
		b.servers[1].cds = rows[i].cds;
		b.servers[1].is_reached = !rows[i].is_silent;
		b.policy.has_cds = !rows[i].has_no_cds;
		b.look.server_count = rows[i].nobody_looked ? 0 : 2;
		b.parents[0].ds = b.parents[1].ds = rows[i].ds;
		b.parents[0].is_reached = b.parents[1].is_reached = !rows[i].parent_is_silent;
		if (is_news(&b))
			fail_msg("%s: told", rows[i].why);
		assert_int_equal(b.told.count, 0);
	}
}

static void the_wish_to_have_no_ds_is_told(void **state)
{
	struct cds_bed b;

	(void)state;
	make_bed(&b);
	b.life.is_signed = false;
	assert_false(is_news(&b));
	b.servers[0].cds = b.servers[1].cds = TAGS(0);
	assert_true(is_news(&b));
	assert_false(is_news(&b));
	b.parents[0].ds = b.parents[1].ds = none;
	assert_false(is_news(&b));
	assert_int_equal(b.told.count, 0);
	/* a DS that fits no key is one that is to go, too */
	b.parents[1].has_misfit = true;
	assert_true(is_news(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_told_once_until_the_parent_has_followed),
		cmocka_unit_test(nothing_is_told_before_every_server_shows_it),
		cmocka_unit_test(the_wish_to_have_no_ds_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
