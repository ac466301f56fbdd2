/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/arena.h"

static void pieces_are_aligned_and_do_not_overlap(void **state)
{
	(void)state;
	struct arena a;

	assert_int_equal(arena_init(&a, 256), 0);
	uint8_t *first = arena_take(&a, 1), *second = arena_take(&a, 3), *third = arena_take(&a, 1);
	assert_non_null(third);
	assert_int_equal((uintptr_t)second % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)third % _Alignof(max_align_t), 0);
	assert_true(second >= first + 1 && third >= second + 3);
	arena_fini(&a);
}

static void a_piece_that_does_not_fit_is_null_and_takes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t first, second;
		bool fits;
	} rows[] = {
		{ "the whole arena at once", 0, 64, true },
		{ "one octet more than the arena has", 0, 65, false },
		{ "the rest", 48, 16, true },
		{ "more than the rest", 48, 17, false },
		{ "alignment uses up the rest", 49, 1, false },
		{ "zero octets when full", 64, 0, true },
		{ "a size that would wrap around", 16, SIZE_MAX, false },
		{ "another size that would wrap around", 16, SIZE_MAX - 16, false },
	};
	struct arena a;

	assert_int_equal(_Alignof(max_align_t), 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(arena_init(&a, 64), 0);
		assert_row(rows[i].why, arena_take(&a, rows[i].first));
		size_t mark = arena_mark(&a);
		assert_row(rows[i].why, !arena_take(&a, rows[i].second) == !rows[i].fits);
		assert_row(rows[i].why, rows[i].fits || arena_mark(&a) == mark);
		arena_fini(&a);
	}
}

static void a_reset_frees_all_pieces_taken_after_the_mark(void **state)
{
	(void)state;
	struct arena a;

	assert_int_equal(arena_init(&a, 64), 0);
	uint8_t *kept = arena_take(&a, 16);
	size_t mark = arena_mark(&a);
	uint8_t *first = arena_take(&a, 48);
	memset(kept, 1, 16);
	assert_null(arena_take(&a, 1));
	arena_reset(&a, mark);
	assert_ptr_equal(arena_take(&a, 48), first);
	assert_int_equal(kept[15], 1);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
		cmocka_unit_test(a_piece_that_does_not_fit_is_null_and_takes_nothing),
		cmocka_unit_test(a_reset_frees_all_pieces_taken_after_the_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
