/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/table.h"

struct entry {
	uint32_t key, value;
};

static bool same(const void *entry, const void *key)
{
	return ((const struct entry *)entry)->key == *(const uint32_t *)key;
}

/* Hashes that collide in the bucket and in full, as in an attack. */
static uint64_t hash_of(uint32_t key)
{
	return key % 3;
}

static struct entry *put(struct table *t, uint32_t key)
{
	struct entry *e = table_add(t, hash_of(key));
	if (e)
		e->key = key;
	return e;
}

static struct entry *find(const struct table *t, uint32_t key)
{
	return table_find(t, hash_of(key), same, &key);
}

static void entries_are_found_until_they_are_removed(void **state)
{
	(void)state;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), 8), 0);
	assert_null(find(&t, 1));
	for (uint32_t key = 1; key <= 8; key++)
		assert_non_null(put(&t, key));
	assert_int_equal(t.used, 8);
	for (uint32_t key = 1; key <= 8; key++)
		assert_int_equal(find(&t, key)->key, key);
	table_remove(&t, find(&t, 4));
	assert_null(find(&t, 4));
	assert_non_null(find(&t, 1));
	assert_non_null(find(&t, 7));
	assert_int_equal(t.used, 7);
	table_fini(&t);
}

static void entries_with_one_key_are_found_in_turn_newest_first(void **state)
{
	(void)state;
	static const uint32_t keys[] = { 1, 4, 1, 2, 1, 7 };
	const uint32_t key = 1;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), COUNT(keys)), 0);
	for (uint32_t i = 0; i < COUNT(keys); i++)
		put(&t, keys[i])->value = i;
	struct entry *e = find(&t, key);
	for (uint32_t value = 4; value > 0; value -= 2) {
		assert_int_equal(e->value, value);
		e = table_find_next(&t, e, same, &key);
	}
	assert_int_equal(e->value, 0);
	assert_null(table_find_next(&t, e, same, &key));
	table_fini(&t);
}

static void a_full_table_takes_no_more(void **state)
{
	(void)state;
	static const uint32_t capacities[] = { 1, 2, 3, 7, 8, 1000 };

	for (size_t i = 0; i < COUNT(capacities); i++) {
		struct table t;
		assert_int_equal(table_init(&t, sizeof(struct entry), capacities[i]), 0);
		for (uint32_t key = 0; key < capacities[i]; key++)
			assert_non_null(put(&t, key));
		assert_null(put(&t, capacities[i]));
		table_remove(&t, find(&t, 0));
		assert_non_null(put(&t, capacities[i]));
		assert_null(put(&t, capacities[i] + 1));
		table_fini(&t);
	}
}

static void a_new_entry_is_all_zero(void **state)
{
	(void)state;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), 1), 0);
	put(&t, 1)->value = 7;
	table_remove(&t, find(&t, 1));
	struct entry *e = table_add(&t, 0);
	assert_int_equal(e->key, 0);
	assert_int_equal(e->value, 0);
	table_fini(&t);
}

static void the_oldest_entry_is_the_least_recently_used(void **state)
{
	(void)state;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), 4), 0);
	assert_null(table_oldest(&t));
	for (uint32_t key = 1; key <= 4; key++)
		put(&t, key);
	table_touch(&t, find(&t, 1));
	table_touch(&t, find(&t, 3));
	table_touch(&t, find(&t, 3));
	static const uint32_t order[] = { 2, 4, 1, 3 };
	for (size_t i = 0; i < COUNT(order); i++) {
		struct entry *oldest = table_oldest(&t);
		assert_int_equal(oldest->key, order[i]);
		table_remove(&t, oldest);
	}
	assert_null(table_oldest(&t));
	assert_int_equal(t.used, 0);
	table_fini(&t);
}

/* Every place in the order, from every place. */
static void an_entry_can_be_put_anywhere_in_the_order(void **state)
{
	(void)state;
	enum { ENTRIES = 4 };

	for (unsigned i = 0; i < ENTRIES * (ENTRIES + 1); i++) {
		unsigned moved = i % ENTRIES, after = i / ENTRIES;
		struct table t;
		unsigned *entries[ENTRIES], order[ENTRIES], n = 0;
		assert_int_equal(table_init(&t, sizeof(unsigned), ENTRIES), 0);
		for (unsigned k = 0; k < ENTRIES; k++) {
			entries[k] = table_add(&t, k);
			*entries[k] = k;
		}
		table_age_after(&t, entries[moved], after < ENTRIES ? entries[after] : NULL);
		if (after == ENTRIES)
			order[n++] = moved;
		for (unsigned k = 0; k < ENTRIES; k++) {
			if (k != moved)
				order[n++] = k;
			if (k == after && (moved != after || n < ENTRIES))
				order[n++] = moved;
		}
		n = 0;
		for (unsigned *e = table_oldest(&t); e; e = table_younger(&t, e))
			assert_int_equal(*e, order[n++]);
		assert_int_equal(n, ENTRIES);
		void *newest = entries[order[ENTRIES - 1]];
		for (unsigned *e = newest; e; e = table_older(&t, e))
			assert_int_equal(*e, order[--n]);
		assert_int_equal(n, 0);
		for (unsigned k = 0; k < ENTRIES; k++)
			table_remove(&t, entries[k]);
		assert_null(table_oldest(&t));
		table_fini(&t);
	}
}

static void entries_are_aligned_and_stay_where_they_are(void **state)
{
	(void)state;
	struct table t;
	void *entries[5];

	assert_int_equal(table_init(&t, 3, 5), 0);
	for (size_t i = 0; i < COUNT(entries); i++) {
		entries[i] = table_add(&t, i);
		assert_int_equal((uintptr_t)entries[i] % TABLE_ALIGN, 0);
		memset(entries[i], (int)i + 1, 3);
	}
	table_remove(&t, entries[2]);
	table_touch(&t, entries[0]);
	for (size_t i = 0; i < COUNT(entries); i++) {
		if (i != 2)
			assert_int_equal(((uint8_t *)entries[i])[2], i + 1);
	}
	table_fini(&t);
}

/* Compares the table with a model: an array of the expected keys, in order of use. */
static void the_table_agrees_with_a_list_over_many_random_steps(void **state)
{
	(void)state;
	uint32_t model[16], used = 0, seed = 1;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), COUNT(model)), 0);
	for (int step = 0; step < 20000; step++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t key = seed >> 16 & 31, at = 0;
		struct entry *e = find(&t, key);
		while (at < used && model[at] != key)
			at++;
		assert_int_equal(e != NULL, at < used);
		if (!e) {
			e = put(&t, key);
			assert_int_equal(e != NULL, used < COUNT(model));
			if (e)
				model[used++] = key;
		} else {
			memmove(&model[at], &model[at + 1], (used - at - 1) * sizeof(model[0]));
			model[used - 1] = key;
			bool is_kept = seed >> 30;
			if (is_kept)
				table_touch(&t, e);
			else
				table_remove(&t, e);
			used -= !is_kept;
		}
		assert_int_equal(t.used, used);
		if (used)
			assert_int_equal(((struct entry *)table_oldest(&t))->key, model[0]);
	}
	table_fini(&t);
}

static void spare_entries_form_chains_that_no_search_finds(void **state)
{
	(void)state;
	uint32_t a = TABLE_NONE, b = TABLE_NONE;
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), 5), 0);
	put(&t, 1);
	uint8_t *first = table_add_spare(&t, &a), *other = table_add_spare(&t, &b);
	uint8_t *second = table_add_spare(&t, &a);
	put(&t, 2);
	assert_int_equal(t.used, 5);
	assert_null(table_add_spare(&t, &a));
	assert_null(table_add(&t, 3));

	uint32_t chain = a;
	assert_ptr_equal(table_next_spare(&t, &chain), second);
	assert_ptr_equal(table_next_spare(&t, &chain), first);
	assert_null(table_next_spare(&t, &chain));
	chain = b;
	assert_ptr_equal(table_next_spare(&t, &chain), other);
	assert_int_equal(((struct entry *)table_oldest(&t))->key, 1);

	table_remove_spares(&t, &a);
	assert_int_equal(a, TABLE_NONE);
	assert_int_equal(t.used, 3);
	assert_non_null(find(&t, 1));
	assert_non_null(find(&t, 2));
	put(&t, 3);
	put(&t, 4);
	assert_non_null(find(&t, 3));
	assert_int_equal(t.used, 5);
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_until_they_are_removed),
		cmocka_unit_test(entries_with_one_key_are_found_in_turn_newest_first),
		cmocka_unit_test(a_full_table_takes_no_more),
		cmocka_unit_test(a_new_entry_is_all_zero),
		cmocka_unit_test(the_oldest_entry_is_the_least_recently_used),
		cmocka_unit_test(an_entry_can_be_put_anywhere_in_the_order),
		cmocka_unit_test(entries_are_aligned_and_stay_where_they_are),
		cmocka_unit_test(spare_entries_form_chains_that_no_search_finds),
		cmocka_unit_test(the_table_agrees_with_a_list_over_many_random_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
