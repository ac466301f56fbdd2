/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/writer.h"

static void integers_are_in_network_order(void **state)
{
	(void)state;
	uint8_t buffer[7];
	struct writer w = writer_over(buffer, sizeof(buffer));

	writer_u8(&w, 0x01);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	assert_false(w.full);
	assert_true(span_equal(writer_span(&w), span_of("\1\2\3\4\5\6\7", 7)));
}

static void a_write_that_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t capacity, octets;
		bool full;
	} rows[] = {
		{ "no octets into an empty buffer", 0, 0, false },
		{ "one octet into an empty buffer", 0, 1, true },
		{ "exact fit", 4, 4, false },
		{ "one too many", 4, 5, true },
	};
	static const uint8_t ones[5] = { 1, 1, 1, 1, 1 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *buffer = malloc(rows[i].capacity + !rows[i].capacity);
		struct writer w = writer_over(buffer, rows[i].capacity);
		writer_put(&w, span_of(ones, rows[i].octets));
		assert_row(rows[i].why, w.full == rows[i].full);
		assert_row(rows[i].why, w.len == (rows[i].full ? 0 : rows[i].octets));
		free(buffer);
	}
}

static void nothing_is_written_after_a_write_that_did_not_fit(void **state)
{
	(void)state;
	uint8_t buffer[4] = { 0 };
	struct writer w = writer_over(buffer, sizeof(buffer));

	writer_u16(&w, 0x0102);
	writer_u32(&w, 0xffffffff);
	writer_u8(&w, 0xff);
	writer_patch_u16(&w, 0, 0xffff);
	assert_true(w.full);
	assert_true(span_equal(writer_span(&w), span_of("\1\2", 2)));
	assert_memory_equal(buffer, "\1\2\0\0", 4);
}

static void a_length_that_would_wrap_around_does_not_fit(void **state)
{
	(void)state;
	uint8_t buffer[4];
	struct writer w = writer_over(buffer, sizeof(buffer));

	writer_u16(&w, 0);
	assert_null(writer_room(&w, SIZE_MAX));
	assert_true(w.full);
}

static void only_octets_written_before_can_be_overwritten(void **state)
{
	(void)state;
	uint8_t buffer[4] = { 0 };
	struct writer w = writer_over(buffer, sizeof(buffer));

	writer_u8(&w, 1);
	writer_u16(&w, 0x0203);
	writer_patch_u16(&w, 1, 0x0809);
	assert_memory_equal(buffer, "\1\x08\x09\0", 4);
	writer_patch_u16(&w, 2, 0xffff);
	assert_memory_equal(buffer, "\1\x08\x09\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_in_network_order),
		cmocka_unit_test(a_write_that_does_not_fit_changes_nothing),
		cmocka_unit_test(nothing_is_written_after_a_write_that_did_not_fit),
		cmocka_unit_test(a_length_that_would_wrap_around_does_not_fit),
		cmocka_unit_test(only_octets_written_before_can_be_overwritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
