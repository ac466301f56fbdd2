/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "parsed.h"
#include "trust/zone_view.h"

#define NOW 1750000000

static const struct outcome secure = { STATUS_SECURE, REASON_NONE };
static const struct outcome insecure = { STATUS_INSECURE, REASON_UNSIGNED_ZONE };
static const struct outcome bogus = { STATUS_BOGUS, REASON_DS_NO_MATCH };

#define FACTS COUNT(facts)

/* The keys of each source that fails are remembered for so long; the first one comes first. */
static const struct {
	const char *name;
	enum cut cut;
	uint32_t keys_s;     /* its keys are known for so long; 0: they are not */
	uint32_t failing[2]; /* 0: no source fails */
} facts[] = {
	{ "keys.test", CUT_SECURE, 50, { 0 } },
	{ "test", CUT_UNKNOWN, 50, { 0 } },
	{ "old-cut.test", CUT_SECURE, 150, { 0 } },
	{ "ds.test", CUT_SECURE, 0, { 0 } },
	{ "unsigned.test", CUT_INSECURE, 0, { 0 } },
	{ "unsigned-with-keys.test", CUT_INSECURE, 50, { 0 } },
	{ "none.test", CUT_NONE, 0, { 0 } },
	{ "no-name.test", CUT_NO_NAME, 0, { 0 } },
	{ "broken-ds.test", CUT_BROKEN, 0, { 0 } },
	{ "broken-keys.test", CUT_SECURE, 0, { 2 } },
	{ "longer-first.test", CUT_SECURE, 0, { 3, 2 } },
	{ "longer-last.test", CUT_SECURE, 0, { 2, 3 } },
	{ "keys-and-failure.test", CUT_SECURE, 50, { 2 } },
	{ "below.nta.test", CUT_BROKEN, 0, { 0 } },
	{ "other.example", CUT_INSECURE, 0, { 0 } },
	{ "keys.example", CUT_SECURE, 50, { 0 } },
};

static void fill(struct store *s)
{
	static struct ds_set ds = { .count = 1 };

	for (size_t i = 0; i < FACTS; i++) {
		struct name name = name_of(facts[i].name);
		struct outcome outcome = facts[i].cut == CUT_BROKEN     ? bogus
		                         : facts[i].cut == CUT_INSECURE ? insecure
		                                                        : secure;
		struct cut_state state = { facts[i].cut, outcome,
			facts[i].cut == CUT_SECURE ? &ds : NULL };
		if (facts[i].cut != CUT_UNKNOWN)
			store_put_cut(s, &name, &state, NOW, facts[i].cut == CUT_BROKEN ? 2 : 100);
		if (facts[i].keys_s > 0)
			store_put_keys(s, &name, keyset_new(&name), secure, NOW, facts[i].keys_s);
		for (unsigned k = 0; k < 2 && facts[i].failing[k] > 0; k++) {
			s->source = 5 + k; /* a hostile server, perhaps */
			store_put_keys(s, &name, NULL, bogus, NOW, facts[i].failing[k]);
		}
		s->source = 0;
	}
}

static void each_fact_shows_as_the_zone_that_it_is(void **state)
{
	static const struct {
		const char *why, *name;
		int64_t at_s;
		bool is_zone;
		enum status status;
		enum reason reason;
		int64_t until_s;
		bool has_keys;
	} rows[] = {
		{ "its keys are known", "keys.test", 0, true, STATUS_SECURE, REASON_NONE, 50,
		        true },
		{ "a zone with an anchor needs no DS", "test", 0, true, STATUS_SECURE, REASON_NONE,
		        50, true },
		{ "its keys are forgotten, its DS is not", "keys.test", 60, true, STATUS_SECURE,
		        REASON_NONE, 100, false },
		{ "all has expired", "keys.test", 100, false, 0, 0, 0, false },
		{ "the DS that proved its keys has expired", "old-cut.test", 120, false, 0, 0, 0,
		        false },
		{ "only its DS is known", "ds.test", 0, true, STATUS_SECURE, REASON_NONE, 100,
		        false },
		{ "unsigned", "unsigned.test", 0, true, STATUS_INSECURE, REASON_UNSIGNED_ZONE, 100,
		        false },
		{ "unsigned, as was known until now", "unsigned.test", 100, false, 0, 0, 0, false },
		{ "unsigned, whatever keys it has", "unsigned-with-keys.test", 0, true,
		        STATUS_INSECURE, REASON_UNSIGNED_ZONE, 100, false },
		{ "no zone cut", "none.test", 0, false, 0, 0, 0, false },
		{ "no such name", "no-name.test", 0, false, 0, 0, 0, false },
		{ "its DS could not be proved", "broken-ds.test", 0, true, STATUS_BOGUS,
		        REASON_DS_NO_MATCH, 2, false },
		{ "its keys could not be proved", "broken-keys.test", 0, true, STATUS_BOGUS,
		        REASON_DS_NO_MATCH, 2, false },
		{ "the last of two failures counts", "longer-first.test", 0, true, STATUS_BOGUS,
		        REASON_DS_NO_MATCH, 3, false },
		{ "in whatever order they came", "longer-last.test", 0, true, STATUS_BOGUS,
		        REASON_DS_NO_MATCH, 3, false },
		{ "one source fails, but the keys are known", "keys-and-failure.test", 0, true,
		        STATUS_SECURE, REASON_NONE, 50, true },
		{ "below a negative trust anchor", "below.nta.test", 0, true, STATUS_INSECURE,
		        REASON_NTA, 40, false },
		{ "below one where no anchor is", "other.example", 0, true, STATUS_INSECURE,
		        REASON_UNSIGNED_ZONE, 100, false },
		{ "keys where no anchor is any more", "keys.example", 0, true, STATUS_SECURE,
		        REASON_NONE, 50, true },
	};
	struct anchors *anchors = anchors_new();
	struct nta_list ntas = { 0 };
	struct ds ds = { 0 };
	struct name test = name_of("test"), nta = name_of("nta.test"), example = name_of("example");
	struct zone_view view;
	struct store s;

	(void)state;
	assert_true(anchors_add(anchors, &test, &ds));
	assert_int_equal(store_init(&s, anchors, 64), 0);
	nta_add(&ntas, &nta, NOW + 40);
	nta_add(&ntas, &example, NOW + 40);
	nta_add(&ntas, &name_root, NTA_FOREVER); /* the anchor below it prevails */
	s.ntas = &ntas;
	fill(&s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_of(rows[i].name);
		bool is_zone = zone_view_of(&s, store_fact(&s, &name), NOW + rows[i].at_s, &view);
		assert_row(rows[i].why, is_zone == rows[i].is_zone);
		if (!is_zone)
			continue;
		assert_row(rows[i].why, name_equal(&view.name, &name));
		assert_row(rows[i].why, view.outcome.status == rows[i].status);
		assert_row(rows[i].why, view.outcome.reason == rows[i].reason);
		assert_row(rows[i].why, view.until_s == NOW + rows[i].until_s);
		assert_row(rows[i].why, view.has_keys == rows[i].has_keys);
	}
	s.ntas = NULL;
	struct name below = name_of("below.nta.test");
	assert_true(zone_view_of(&s, store_fact(&s, &below), NOW, &view));
	assert_int_equal(view.outcome.status, STATUS_BOGUS);
	store_fini(&s);
	anchors_free(anchors);
}

static void the_last_used_one_comes_first(void **state)
{
	struct store s;
	unsigned count = 0;

	(void)state;
	assert_int_equal(store_init(&s, NULL, 64), 0);
	assert_null(store_newest(&s));
	fill(&s);
	struct name name = name_of("ds.test");
	store_find(&s, &name, NOW);
	assert_true(name_equal(&store_newest(&s)->name, &name));
	for (struct fact *fact = store_newest(&s); fact; fact = store_older(&s, fact))
		count++;
	assert_int_equal(count, FACTS);
	store_fini(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fact_shows_as_the_zone_that_it_is),
		cmocka_unit_test(the_last_used_one_comes_first),
	};
	return cmocka_run_group_tests_name("zone_view", tests, NULL, NULL);
}
