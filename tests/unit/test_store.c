/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "parsed.h"
#include "trust/store.h"

#define NOW 1750000000

static const struct outcome secure = { STATUS_SECURE, REASON_NONE };
static const struct outcome insecure = { STATUS_INSECURE, REASON_UNSIGNED_ZONE };
static const struct outcome bogus = { STATUS_BOGUS, REASON_DS_UNPROVED };

static struct store store;

static int begin(void **state)
{
	(void)state;
	return store_init(&store, NULL, 4);
}

static int end(void **state)
{
	(void)state;
	store_fini(&store);
	return 0;
}

static struct ds_set ds_with_tag(uint16_t tag)
{
	struct ds_set set;
	memset(&set, 0, sizeof(set));
	set.count = 1;
	set.ds[0].tag = tag;
	return set;
}

static void put_cut(const char *text, enum cut cut, struct outcome o, const struct ds_set *ds)
{
	struct name name = name_of(text);
	store_put_cut(&store, &name, &(struct cut_state){ cut, o, ds }, NOW, 100);
}

static void put_keys(const char *text)
{
	struct name name = name_of(text);
	store_put_keys(&store, &name, keyset_new(&name), secure, NOW, 50);
}

static const struct fact *find(const char *text, int64_t now_s)
{
	struct name name = name_of(text);
	return store_find(&store, &name, now_s);
}

/* What is older and denies the DS may be from before the zone was signed. */
static void a_ds_that_was_signed_later_is_known_while_it_lives(void **state)
{
	(void)state;
	enum { SIGNED_AT = 1000 };
	static const struct {
		const char *why, *name;
		uint32_t inception; /* of what denies the DS */
		int64_t later_s;
		bool is_newer;
	} rows[] = {
		{ "nothing is known of the name", "b.test", SIGNED_AT - 1, 0, false },
		{ "what denies it is older", "a.test", SIGNED_AT - 1, 0, true },
		{ "as old", "a.test", SIGNED_AT, 0, false },
		{ "newer", "a.test", SIGNED_AT + 1, 0, false },
		{ "older, across the wrap of serial numbers", "a.test", SIGNED_AT + 0x80000001u, 0,
		        true },
		{ "the DS has expired", "a.test", SIGNED_AT - 1, 100, false },
		{ "an unsigned zone has no DS", "unsigned.test", 0, 0, false },
	};
	struct ds_set ds = ds_with_tag(1);

	ds.inception = SIGNED_AT;
	put_cut("a.test", CUT_SECURE, secure, &ds);
	put_cut("unsigned.test", CUT_INSECURE, insecure, NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_of(rows[i].name);
		assert_row(rows[i].why, store_has_newer_ds(&store, &name, rows[i].inception,
		                                NOW + rows[i].later_s) == rows[i].is_newer);
	}
}

static void a_fact_is_found_until_it_expires(void **state)
{
	(void)state;
	struct ds_set ds = ds_with_tag(1);

	assert_null(find("a.test", NOW));
	put_cut("a.test", CUT_SECURE, secure, &ds);
	put_keys("a.test");
	assert_int_equal(find("a.test", NOW)->cut, CUT_SECURE);
	assert_int_equal(find("A.TEST", NOW)->ds.ds[0].tag, 1);
	assert_null(find("b.test", NOW));
	assert_non_null(find("a.test", NOW + 49)->keys);
	assert_null(find("a.test", NOW + 50)->keys);
	assert_int_equal(find("a.test", NOW + 50)->keys_expire_s, 0);
	assert_int_equal(find("a.test", NOW + 99)->cut, CUT_SECURE);
	assert_int_equal(find("a.test", NOW + 100)->cut, CUT_UNKNOWN);
}

static void keys_stay_if_the_ds_is_the_same(void **state)
{
	(void)state;
	struct ds_set ds = ds_with_tag(1), another = ds_with_tag(2);

	put_cut("a.test", CUT_SECURE, secure, &ds);
	put_keys("a.test");
	put_cut("a.test", CUT_SECURE, secure, &ds);
	assert_non_null(find("a.test", NOW)->keys);
	put_cut("a.test", CUT_SECURE, secure, &another);
	assert_null(find("a.test", NOW)->keys);
	put_keys("a.test");
	put_cut("a.test", CUT_INSECURE, insecure, NULL);
	assert_null(find("a.test", NOW)->keys);
}

static void a_failure_never_replaces_a_proof(void **state)
{
	(void)state;
	struct name name = name_of("a.test");
	struct ds_set ds = ds_with_tag(1);

	put_cut("a.test", CUT_SECURE, secure, &ds);
	put_keys("a.test");
	put_cut("a.test", CUT_BROKEN, bogus, NULL);
	store_put_keys(&store, &name, NULL, bogus, NOW, 50);
	assert_int_equal(find("a.test", NOW)->cut, CUT_SECURE);
	assert_non_null(find("a.test", NOW)->keys);

	/* but it replaces an expired proof */
	store_put_cut(&store, &name, &(struct cut_state){ CUT_BROKEN, bogus, NULL }, NOW + 100, 10);
	assert_int_equal(find("a.test", NOW + 100)->cut, CUT_BROKEN);
	assert_int_equal(find("a.test", NOW + 100)->outcome.reason, REASON_DS_UNPROVED);
	put_cut("b.test", CUT_BROKEN, bogus, NULL);
	put_cut("b.test", CUT_NONE, secure, NULL);
	assert_int_equal(find("b.test", NOW)->cut, CUT_NONE);
}

static struct keyset *keys_signed_at(const struct name *zone, uint32_t inception)
{
	struct keyset *keys = keyset_new(zone);

	keys->inception = inception;
	return keys;
}

/* A zone has a new ZSK, under the same KSK and DS, and somebody sends its former keys again. */
static void keys_never_replace_keys_that_were_signed_later(void **state)
{
	(void)state;
	struct name name = name_of("a.test");
	struct ds_set ds = ds_with_tag(1);

	put_cut("a.test", CUT_SECURE, secure, &ds);
	for (uint32_t inception = UINT32_MAX; inception != 2; inception++) {
		struct keyset *newer = keys_signed_at(&name, inception);
		store_put_keys(&store, &name, newer, secure, NOW, 50);
		store_put_keys(
		        &store, &name, keys_signed_at(&name, inception - 1), secure, NOW, 500);
		assert_ptr_equal(find("a.test", NOW)->keys, newer);
		assert_int_equal(find("a.test", NOW)->keys_expire_s, NOW + 50);
	}
	/* those have expired */
	store_put_keys(&store, &name, keys_signed_at(&name, 0), secure, NOW + 50, 50);
	assert_non_null(find("a.test", NOW + 50)->keys);
}

/* A hostile server sends the DS set that the zone had before, while the keys of the present one are
 * known and shared. */
static void a_ds_set_never_replaces_one_that_was_signed_later_and_proved_keys(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t tag;
		uint32_t inception; /* that of the known set is 10 */
		bool has_keys, is_replaced, keys_stay;
	} rows[] = {
		{ "another set, signed before", 2, 9, true, false, true },
		{ "another set, signed long before", 2, UINT32_MAX, true, false, true },
		{ "another set, signed in the same second", 2, 10, true, true, false },
		{ "another set, signed later", 2, 11, true, true, false },
		{ "the known one proved no keys, so it may be the wrong one", 2, 9, false, true,
		        false },
		{ "the same set, with an older signature", 1, 9, true, true, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ds_set known = ds_with_tag(1), other = ds_with_tag(rows[i].tag);
		known.inception = 10;
		other.inception = rows[i].inception;
		put_cut("a.test", CUT_SECURE, secure, &known);
		if (rows[i].has_keys)
			put_keys("a.test");
		put_cut("a.test", CUT_SECURE, secure, &other);
		const struct fact *fact = find("a.test", NOW);
		assert_row(rows[i].why, (fact->ds.ds[0].tag == rows[i].tag) == rows[i].is_replaced);
		assert_row(rows[i].why, (fact->keys != NULL) == rows[i].keys_stay);
		store_flush(&store);
	}
}

static void a_failure_is_remembered_only_for_its_source(void **state)
{
	(void)state;
	struct name name = name_of("a.test");
	struct ds_set ds = ds_with_tag(1);

	store.source = 1;
	put_cut("a.test", CUT_SECURE, secure, &ds);
	store_put_keys(&store, &name, NULL, bogus, NOW, 50);
	put_cut("b.test", CUT_BROKEN, bogus, NULL);
	assert_int_equal(find("b.test", NOW)->cut, CUT_BROKEN);
	assert_int_not_equal(find("a.test", NOW)->keys_expire_s, 0);
	store.source = 2;
	assert_int_equal(find("b.test", NOW)->cut, CUT_UNKNOWN);
	assert_int_equal(find("a.test", NOW)->keys_expire_s, 0);
	assert_int_equal(find("a.test", NOW)->cut, CUT_SECURE);
	store.source = 1;
	put_cut("c.test", CUT_INSECURE, insecure, NULL);
	store.source = 2;
	assert_int_equal(find("c.test", NOW)->cut, CUT_INSECURE);
}

static void the_failure_that_expires_first_is_replaced(void **state)
{
	(void)state;
	struct name name = name_of("a.test");

	for (uint64_t source = 1; source <= STORE_FAILURES; source++) {
		store.source = source;
		store_put_cut(&store, &name, &(struct cut_state){ CUT_BROKEN, bogus, NULL }, NOW,
		        source == 3 ? 2 : 100);
	}
	/* a failure of another type, and a second one of the same source */
	store.source = STORE_FAILURES;
	store_put_keys(&store, &name, NULL, bogus, NOW, 50);
	store_put_cut(&store, &name, &(struct cut_state){ CUT_BROKEN, insecure, NULL }, NOW, 20);
	for (uint64_t source = 1; source <= STORE_FAILURES; source++) {
		store.source = source;
		assert_int_equal(find("a.test", NOW)->cut == CUT_BROKEN, source != 3);
	}
	assert_int_equal(find("a.test", NOW)->outcome.reason, insecure.reason);
	assert_int_equal(find("a.test", NOW)->keys_expire_s, NOW + LIMIT_FAILED_TTL_S);
}

static void a_failure_that_comes_back_is_remembered_longer(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t at_s; /* after the first */
		uint32_t span_s;
	} rows[] = {
		{ "the first", 0, LIMIT_FAILED_TTL_S },
		{ "at once", 5, 2 * LIMIT_FAILED_TTL_S },
		{ "again", 20, 4 * LIMIT_FAILED_TTL_S },
		{ "up to the limit", 45, 30 },
		{ "still", 76, 30 },
		{ "after a good while", 200, LIMIT_FAILED_TTL_S },
	};
	struct name name = name_of("a.test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t at_s = NOW + rows[i].at_s;
		store_put_cut(
		        &store, &name, &(struct cut_state){ CUT_BROKEN, bogus, NULL }, at_s, 30);
		assert_row(
		        rows[i].why, find("a.test", at_s)->cut_expires_s == at_s + rows[i].span_s);
	}
}

static void other_anchors_empty_the_store(void **state)
{
	(void)state;
	struct anchors *a = anchors_new();

	put_cut("a.test", CUT_NONE, secure, NULL);
	put_keys("a.test");
	store_set_anchors(&store, a);
	assert_ptr_equal(store.anchors, a);
	assert_null(find("a.test", NOW));
	anchors_free(a);
}

static void a_full_store_replaces_the_least_recently_used_fact(void **state)
{
	(void)state;
	static const char *const names[] = { "a.test", "b.test", "c.test", "d.test" };

	for (size_t i = 0; i < COUNT(names); i++) {
		put_cut(names[i], CUT_NONE, secure, NULL);
		put_keys(names[i]);
	}
	find("a.test", NOW);
	put_cut("e.test", CUT_NONE, secure, NULL);
	assert_non_null(find("a.test", NOW));
	assert_null(find("b.test", NOW));
	assert_non_null(find("c.test", NOW));
	assert_null(find("e.test", NOW)->keys);
}

static void a_flushed_store_knows_nothing(void **state)
{
	(void)state;
	put_cut("a.test", CUT_NONE, secure, NULL);
	put_keys("b.test");
	store_flush(&store);
	assert_null(find("a.test", NOW));
	assert_null(find("b.test", NOW));
	put_cut("a.test", CUT_NONE, secure, NULL);
	assert_non_null(find("a.test", NOW));
}

static void forget(const char *text)
{
	struct name name = name_of(text);
	store_forget_within(&store, &name);
}

static void a_name_is_forgotten_with_all_below_it(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} rows[] = {
		{ "a.test", false },
		{ "b.a.test", false },
		{ "xa.test", true },
		{ "test", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		put_cut(rows[i].name, CUT_NONE, secure, NULL);
	forget("a.test");
	for (struct fact *fact = store_newest(&store); fact; fact = store_older(&store, fact)) {
		struct name a = name_of("a.test");
		assert_int_equal(store_has_forgotten(&store, fact), name_within(&fact->name, &a));
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].name, (find(rows[i].name, NOW) != NULL) == rows[i].stays);
	/* what is learned later stays, also if another name is forgotten */
	put_cut("a.test", CUT_NONE, secure, NULL);
	forget("other.test");
	assert_non_null(find("a.test", NOW));
}

/* More names were forgotten than the store knows. */
static void a_fact_from_long_before_is_forgotten_too(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= STORE_FORGOTTEN; i++) {
		put_cut("used.test", CUT_NONE, secure, NULL);
		if (i <= 1)
			put_cut(i == 0 ? "old.test" : "younger.test", CUT_NONE, secure, NULL);
		forget("other.test");
	}
	assert_non_null(find("used.test", NOW));
	assert_non_null(find("younger.test", NOW));
	assert_null(find("old.test", NOW));
}

static void put_hint(const char *text, enum cut cut, int64_t now_s)
{
	struct name name = name_of(text);
	store_put_hint(&store, &name, cut, now_s, 10);
}

static bool doubt(const char *text, int64_t now_s)
{
	struct name name = name_of(text);
	return store_doubt(&store, &name, now_s);
}

static void a_hint_replaces_nothing_that_is_known(void **state)
{
	(void)state;
	struct ds_set ds = ds_with_tag(1);

	put_cut("secure.test", CUT_SECURE, secure, &ds);
	put_cut("insecure.test", CUT_INSECURE, insecure, NULL);
	put_hint("secure.test", CUT_NONE, NOW);
	put_hint("insecure.test", CUT_NO_NAME, NOW);
	assert_int_equal(find("secure.test", NOW)->cut, CUT_SECURE);
	assert_int_equal(find("insecure.test", NOW)->cut, CUT_INSECURE);
	assert_false(find("secure.test", NOW)->is_hint);
	put_hint("secure.test", CUT_NONE, NOW + 100); /* it has expired */
	assert_int_equal(find("secure.test", NOW + 100)->cut, CUT_NONE);
	put_hint("broken.test", CUT_NONE, NOW);
	put_cut("broken.test", CUT_BROKEN, bogus, NULL);
	assert_int_equal(find("broken.test", NOW)->cut, CUT_NONE);
	put_hint("broken.test", CUT_NO_NAME, NOW + 10); /* the failure stands now */
	assert_int_equal(find("broken.test", NOW + 10)->cut, CUT_NO_NAME);
	put_hint("broken.test", CUT_NONE, NOW + 11);
	assert_int_equal(find("broken.test", NOW + 11)->cut, CUT_NONE);
	put_cut("broken.test", CUT_NONE, secure, NULL);
	assert_false(find("broken.test", NOW + 11)->is_hint);
}

static void a_doubt_lasts_until_it_is_answered_and_is_not_raised_again_at_once(void **state)
{
	(void)state;
	struct ds_set ds = ds_with_tag(1);

	assert_false(doubt("none.test", NOW));
	put_cut("none.test", CUT_NONE, secure, NULL);
	assert_true(doubt("none.test", NOW));
	assert_true(doubt("none.test", NOW + 50)); /* nobody has answered */
	put_cut("none.test", CUT_BROKEN, bogus, NULL);
	assert_int_equal(find("none.test", NOW)->cut, CUT_NONE);
	assert_false(find("none.test", NOW)->is_doubted);
	assert_false(doubt("none.test", NOW + LIMIT_DOUBT_S - 1));
	assert_true(doubt("none.test", NOW - 1)); /* the clock went back */
	put_cut("none.test", CUT_SECURE, secure, &ds);
	assert_true(doubt("none.test", NOW + LIMIT_DOUBT_S)); /* the DS may be an old one */
	put_cut("none.test", CUT_INSECURE, secure, NULL);
	assert_false(doubt("none.test", NOW + 2 * LIMIT_DOUBT_S));
	put_hint("hint.test", CUT_NO_NAME, NOW);
	assert_true(doubt("hint.test", NOW));
	put_hint("hint.test", CUT_NO_NAME, NOW);
	assert_false(doubt("hint.test", NOW));
	assert_true(doubt("hint.test", NOW + LIMIT_DOUBT_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		        a_failure_that_comes_back_is_remembered_longer, begin, end),
		cmocka_unit_test_setup_teardown(a_hint_replaces_nothing_that_is_known, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_doubt_lasts_until_it_is_answered_and_is_not_raised_again_at_once, begin,
		        end),
		cmocka_unit_test_setup_teardown(
		        a_ds_set_never_replaces_one_that_was_signed_later_and_proved_keys, begin,
		        end),
		cmocka_unit_test_setup_teardown(
		        a_ds_that_was_signed_later_is_known_while_it_lives, begin, end),
		cmocka_unit_test_setup_teardown(a_fact_is_found_until_it_expires, begin, end),
		cmocka_unit_test_setup_teardown(keys_stay_if_the_ds_is_the_same, begin, end),
		cmocka_unit_test_setup_teardown(a_failure_never_replaces_a_proof, begin, end),
		cmocka_unit_test_setup_teardown(
		        keys_never_replace_keys_that_were_signed_later, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_failure_is_remembered_only_for_its_source, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_full_store_replaces_the_least_recently_used_fact, begin, end),
		cmocka_unit_test_setup_teardown(
		        the_failure_that_expires_first_is_replaced, begin, end),
		cmocka_unit_test_setup_teardown(other_anchors_empty_the_store, begin, end),
		cmocka_unit_test_setup_teardown(a_flushed_store_knows_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_name_is_forgotten_with_all_below_it, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_fact_from_long_before_is_forgotten_too, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
