/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <limits.h>

#include "base/encoding.h"

struct row {
	const char *why, *text, *octets; /* `octets` is a string; NULL: refused */
};

static void check(const struct row *row, bool (*decode)(const char *, uint8_t *, size_t, size_t *))
{
	uint8_t out[8];
	size_t len;
	bool accepted = decode(row->text, out, sizeof(out), &len);

	assert_row(row->why, accepted == (row->octets != NULL));
	assert_row(row->why, !accepted || span_equal(span_of(out, len),
	                                          span_of(row->octets, strlen(row->octets))));
}

static void base64_is_decoded_as_in_rfc_4648(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "RFC 4648, 10", "", "" },
		{ "RFC 4648, 10", "Zg==", "f" },
		{ "RFC 4648, 10", "Zm8=", "fo" },
		{ "RFC 4648, 10", "Zm9v", "foo" },
		{ "RFC 4648, 10", "Zm9vYmFy", "foobar" },
		{ "only the digits for 62 and 63", "+/+/", "\xfb\xff\xbf" },
		{ "blanks between", "Zm9v YmFy", "foobar" },
		{ "blanks around", " Zm9v\t", "foo" },
		{ "exactly as many octets as fit", "Zm9vYmFyMTI=", "foobar12" },
		{ "one octet too many", "Zm9vYmFyMTIz", NULL },
		{ "no padding", "Zg", NULL },
		{ "one digit", "Z", NULL },
		{ "too much padding", "Zm9v=", NULL },
		{ "the URL alphabet", "-_-_", NULL },
		{ "more text after the padding", "Zg==Zg==", NULL },
		{ "a character that is no digit", "Zm9!", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], base64_decode);
}

static void hexadecimal_digits_come_in_pairs(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "empty text", "", "" },
		{ "both cases", "6aA1", "j\xa1" },
		{ "blanks between octets", "66 6f\t6f", "foo" },
		{ "half an octet", "666", NULL },
		{ "a character that is no digit", "66zz", NULL },
		{ "exactly as many octets as fit", "6666666666666666", "ffffffff" },
		{ "one octet too many", "666666666666666666", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], hex_decode);
}

static void only_decimal_numbers_in_range_are_read(void **state)
{
	static const struct {
		const char *why, *text;
		unsigned long max;
		bool ok;
		unsigned long value;
	} rows[] = {
		{ "zero", "0", 9, true, 0 },
		{ "the largest allowed", "65535", 65535, true, 65535 },
		{ "leading zeros", "0053", 65535, true, 53 },
		{ "one more than allowed", "65536", 65535, false, 0 },
		{ "more than an unsigned long holds", "18446744073709551616", ULONG_MAX, false, 0 },
		{ "nothing", "", 9, false, 0 },
		{ "a plus sign", "+1", 9, false, 0 },
		{ "a minus sign, which strtoul() accepts", "-1", ULONG_MAX, false, 0 },
		{ "a blank before the number", " 1", 9, false, 0 },
		{ "a blank after the number", "1 ", 9, false, 0 },
		{ "hexadecimal", "0x10", 99, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned long value;
		bool ok = decimal_read(rows[i].text, rows[i].max, &value);

		assert_row(rows[i].why, ok == rows[i].ok);
		if (ok)
			assert_row(rows[i].why, value == rows[i].value);
	}
}

/* So what was read and is written again can be read once more. */
static void a_time_is_read_only_as_it_would_be_written(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		int64_t time_s;
		bool is_read;
	} rows[] = {
		{ "RFC 4034, 3.3", "20030322173103", 1048354263, true },
		{ "the beginning", "19700101000000", 0, true },
		{ "before it", "19691231235959", -1, true },
		{ "the last one", "99991231235959", INT64_C(253402300799), true },
		{ "the 29th of February", "20240229000000", 1709164800, true },
		{ "of a year without", "20230229000000", 0, false },
		{ "the 30th of February", "20240230000000", 0, false },
		{ "the 31st of April", "20240431000000", 0, false },
		{ "a leap second", "20161231235960", 0, false },
		{ "the year 27", "00270224080000", 0, false },
		{ "thirteen digits", "2024022900000", 0, false },
		{ "fifteen", "202402290000000", 0, false },
		{ "a 13th month", "20241301000000", 0, false },
		{ "no month", "20240001000000", 0, false },
		{ "no day", "20240100000000", 0, false },
		{ "24 hours", "20240101240000", 0, false },
		{ "60 minutes", "20240101006000", 0, false },
		{ "a letter", "2024010100000a", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char again[DIGITS_TIME_SIZE];
		int64_t time_s = 0;
		assert_row(rows[i].why, digits_time_read(rows[i].text, &time_s) == rows[i].is_read);
		assert_row(rows[i].why, !rows[i].is_read || time_s == rows[i].time_s);
		assert_row(rows[i].why, !rows[i].is_read || strcmp(digits_time_write(time_s, again),
		                                                    rows[i].text) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_decimal_numbers_in_range_are_read),
		cmocka_unit_test(base64_is_decoded_as_in_rfc_4648),
		cmocka_unit_test(hexadecimal_digits_come_in_pairs),
		cmocka_unit_test(a_time_is_read_only_as_it_would_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
