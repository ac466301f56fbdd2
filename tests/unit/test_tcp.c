/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/tcp.h"

#define PORTS   "00359c40 "
#define NUMBERS "01020304 05060708 "
#define SEGMENT PORTS NUMBERS "5018 1000 0000 0000 "
#define OPTIONS "020405b4 01010101 "

static const struct {
	const char *why;
	const char *hex;
	bool ok;
	size_t options_len, payload_len;
} segments[] = {
	{ "no payload", SEGMENT, true, 0, 0 },
	{ "payload", SEGMENT "616263", true, 0, 3 },
	{ "options", PORTS NUMBERS "7018 1000 0000 0000 " OPTIONS "616263", true, 8, 3 },
	{ "the longest header",
	        PORTS NUMBERS "f018 1000 0000 0000 " OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS
	                      "616263",
	        true, 40, 3 },
	{ "no octets", "", false, 0, 0 },
	{ "header length 16", PORTS NUMBERS "4018 1000 0000 0000 616263", false, 0, 0 },
	{ "header longer than the segment", PORTS NUMBERS "6018 1000 0000 0000 616263", false, 0,
	        0 },
};

static void each_part_of_a_segment_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(segments); i++) {
		const char *why = segments[i].why;
		size_t len;
		uint8_t *octets = unhex(segments[i].hex, &len);
		struct tcp t;

		assert_row(why, tcp_parse(&t, span_of(octets, len)) == segments[i].ok);
		if (segments[i].ok) {
			assert_row(why, t.source_port == 53 && t.destination_port == 40000);
			assert_row(why, t.sequence == 0x01020304);
			assert_row(why, t.acknowledgment == 0x05060708);
			assert_row(why, t.flags == 0x18 && t.window == 0x1000);
			assert_row(why, t.options.len == segments[i].options_len);
			assert_row(why,
			        span_equal(t.payload, span_of("abc", segments[i].payload_len)));
		}
		free(octets);
	}
}

static void a_header_cut_anywhere_is_refused(void **state)
{
	(void)state;
	size_t len;
	uint8_t *octets = unhex(PORTS NUMBERS "7018 1000 0000 0000 " OPTIONS, &len);

	for (size_t cut = 0; cut < len; cut++) {
		struct tcp t;
		uint8_t *part = malloc(cut ? cut : 1);
		memcpy(part, octets, cut);
		assert_false(tcp_parse(&t, span_of(part, cut)));
		free(part);
	}
	free(octets);
}

static void sequence_numbers_wrap_around(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t a, b;
		int32_t want;
	} rows[] = {
		{ "equal", 7, 7, 0 },
		{ "after", 9, 7, 2 },
		{ "before", 7, 9, -2 },
		{ "after, across the wrap", 1, UINT32_MAX, 2 },
		{ "before, across the wrap", UINT32_MAX, 1, -2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].why, tcp_distance(rows[i].a, rows[i].b) == rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_segment_is_found),
		cmocka_unit_test(a_header_cut_anywhere_is_refused),
		cmocka_unit_test(sequence_numbers_wrap_around),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
