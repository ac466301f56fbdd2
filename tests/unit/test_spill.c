/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/spill.h"

#define ROOM 5

struct entry {
	uint32_t more;
	uint8_t octets[ROOM];
	uint8_t pad[7]; /* 16 octets in all */
};

static void octets_of_any_length_are_read_back(void **state)
{
	(void)state;
	static const struct {
		size_t len;
		unsigned spares;
	} rows[] = {
		{ 0, 0 },
		{ 1, 0 },
		{ ROOM, 0 },
		{ ROOM + 1, 1 },
		{ ROOM + 16, 1 },
		{ ROOM + 17, 2 },
		{ ROOM + 32, 2 },
		{ ROOM + 33, 3 },
	};
	uint8_t octets[64], back[64];
	struct table t;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i + 1);
	assert_int_equal(table_init(&t, sizeof(struct entry), 4), 0);
	assert_int_equal(table_entry_size(&t), 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct entry *e = table_add(&t, i);
		e->more = TABLE_NONE;
		assert_int_equal(spill_spares(&t, ROOM, rows[i].len), rows[i].spares);
		spill_take(&t, &e->more, rows[i].spares);
		assert_int_equal(t.used, 1 + rows[i].spares);
		spill_put(&t, e->more, e->octets, ROOM, span_of(octets, rows[i].len));
		for (size_t len = 0; len <= rows[i].len; len++) {
			memset(back, 0, sizeof(back));
			spill_get(&t, e->more, e->octets, ROOM, back, len);
			assert_memory_equal(back, octets, len);
			assert_int_equal(back[len], 0);
		}
		assert_int_equal(e->pad[0], 0);
		table_remove_spares(&t, &e->more);
		table_remove(&t, e);
		assert_int_equal(t.used, 0);
	}
	table_fini(&t);
}

static bool any(const void *entry, const void *key)
{
	(void)entry, (void)key;
	return true;
}

/* The least recently used entry is evicted, with its chain. */
static void a_new_entry_evicts_the_oldest_with_their_chains(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint64_t hash;
		unsigned spares, used;
		bool has_first, is_added;
	} rows[] = {
		{ "the first entry", 1, 1, 2, true, true },
		{ "there is room", 2, 1, 4, true, true },
		{ "one entry is evicted for one", 3, 0, 3, false, true },
		{ "all entries are evicted", 4, 3, 4, false, true },
		{ "more than the table has", 5, 4, 4, false, false },
	};
	struct table t;

	assert_int_equal(table_init(&t, sizeof(struct entry), 4), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct entry *e =
		        spill_add(&t, rows[i].hash, offsetof(struct entry, more), rows[i].spares);
		assert_row(rows[i].why, (e != NULL) == rows[i].is_added);
		assert_row(rows[i].why, t.used == rows[i].used);
		assert_row(
		        rows[i].why, (table_find(&t, 1, any, NULL) != NULL) == rows[i].has_first);
	}
	spill_remove(&t, table_oldest(&t), offsetof(struct entry, more));
	assert_int_equal(t.used, 0);
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_of_any_length_are_read_back),
		cmocka_unit_test(a_new_entry_evicts_the_oldest_with_their_chains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
