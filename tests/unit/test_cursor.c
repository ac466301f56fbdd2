/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/cursor.h"

/* Returns the first `len` octets of 12 34 56 78 9a, in memory of exactly that size. */
static struct span octets_new(size_t len)
{
	static const uint8_t octets[] = { 0x12, 0x34, 0x56, 0x78, 0x9a };
	uint8_t *copy = malloc(len + !len);
	memcpy(copy, octets, len);
	return span_of(copy, len);
}

static void octets_free(struct span s)
{
	free((void *)(uintptr_t)s.base);
}

static void reads_past_the_end_are_zero_and_bad(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t len;
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		bool bad8, bad16, bad32;
	} rows[] = {
		{ "no octets", 0, 0, 0, 0, true, true, true },
		{ "one octet", 1, 0x12, 0, 0, false, true, true },
		{ "two octets", 2, 0x12, 0x1234, 0, false, false, true },
		{ "three octets", 3, 0x12, 0x1234, 0, false, false, true },
		{ "four octets", 4, 0x12, 0x1234, 0x12345678, false, false, false },
		{ "five octets", 5, 0x12, 0x1234, 0x12345678, false, false, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span s = octets_new(rows[i].len);
		struct cursor c8 = cursor_over(s), c16 = c8, c32 = c8;
		assert_row(rows[i].why, cursor_u8(&c8) == rows[i].u8 && c8.bad == rows[i].bad8);
		assert_row(
		        rows[i].why, cursor_u16(&c16) == rows[i].u16 && c16.bad == rows[i].bad16);
		assert_row(
		        rows[i].why, cursor_u32(&c32) == rows[i].u32 && c32.bad == rows[i].bad32);
		octets_free(s);
	}
}

static void after_a_bad_read_nothing_can_be_read(void **state)
{
	(void)state;
	struct span s = octets_new(3);
	struct cursor c = cursor_over(s);

	assert_int_equal(cursor_u32(&c), 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_take(&c, 0).len, 0);
	assert_int_equal(cursor_rest(&c).len, 0);
	assert_true(c.bad);
	assert_false(cursor_done(&c));
	octets_free(s);
}

static void a_cursor_is_done_when_every_octet_was_read(void **state)
{
	(void)state;
	struct span s = octets_new(5);
	struct cursor c = cursor_over(s);

	assert_false(cursor_done(&c));
	assert_int_equal(cursor_u16(&c), 0x1234);
	assert_int_equal(cursor_offset(&c), 2);
	assert_int_equal(cursor_left(&c), 3);
	assert_ptr_equal(cursor_rest(&c).base, s.base + 2);
	assert_true(cursor_done(&c));
	assert_int_equal(cursor_take(&c, 0).len, 0);
	assert_true(cursor_done(&c));
	octets_free(s);
}

static void a_length_that_would_wrap_around_is_bad(void **state)
{
	(void)state;
	struct span s = octets_new(5);
	struct cursor c = cursor_over(s);

	cursor_u8(&c);
	assert_null(cursor_take(&c, SIZE_MAX).base);
	assert_true(c.bad);
	octets_free(s);
}

static void a_cursor_may_start_at_the_end_but_not_past_it(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t offset, left;
		bool bad;
	} rows[] = {
		{ "at the beginning", 0, 5, false },
		{ "inside", 3, 2, false },
		{ "at the end", 5, 0, false },
		{ "past the end", 6, 0, true },
		{ "far past the end", SIZE_MAX, 0, true },
	};
	struct span s = octets_new(5);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cursor c = cursor_at(s, rows[i].offset);
		assert_row(rows[i].why, cursor_left(&c) == rows[i].left);
		assert_row(rows[i].why, c.bad == rows[i].bad);
	}
	octets_free(s);
}

static void spans_are_ordered_like_rdata(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct span a, b;
		int order;
	} rows[] = {
		{ "both empty", { NULL, 0 }, { NULL, 0 }, 0 },
		{ "a missing octet sorts before a zero octet", { NULL, 0 },
		        { (const uint8_t *)"\0", 1 }, -1 },
		{ "a prefix sorts first", { (const uint8_t *)"ab", 2 },
		        { (const uint8_t *)"abc", 3 }, -1 },
		{ "octets are unsigned", { (const uint8_t *)"\x7f", 1 },
		        { (const uint8_t *)"\x80", 1 }, -1 },
		{ "the first octet decides", { (const uint8_t *)"b", 1 },
		        { (const uint8_t *)"abc", 3 }, 1 },
		{ "equal", { (const uint8_t *)"abc", 3 }, { (const uint8_t *)"abc", 3 }, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int forth = span_order(rows[i].a, rows[i].b);
		int back = span_order(rows[i].b, rows[i].a);
		assert_row(rows[i].why, (forth > 0) - (forth < 0) == rows[i].order);
		assert_row(rows[i].why, (back > 0) - (back < 0) == -rows[i].order);
		assert_row(rows[i].why, span_equal(rows[i].a, rows[i].b) == (rows[i].order == 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_past_the_end_are_zero_and_bad),
		cmocka_unit_test(after_a_bad_read_nothing_can_be_read),
		cmocka_unit_test(a_cursor_is_done_when_every_octet_was_read),
		cmocka_unit_test(a_length_that_would_wrap_around_is_bad),
		cmocka_unit_test(a_cursor_may_start_at_the_end_but_not_past_it),
		cmocka_unit_test(spans_are_ordered_like_rdata),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
