/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "config/nta_text.h"

#define NOW 1800000000

static struct name name_of(const char *text)
{
	struct name n;
	assert_true(name_from_text(text, &n));
	return n;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text, *zone;
		int64_t expires_s;
		bool good;
	} rows[] = {
		{ "without an expiry", "broken.example", "broken.example", NTA_FOREVER, true },
		{ "with an expiry", "broken.example until 20261224120000", "broken.example",
		        1798113600, true },
		{ "the root", ".", ".", NTA_FOREVER, true },
		{ "nothing", "", "", 0, false },
		{ "not a domain name", "a..b", "", 0, false },
		{ "a time that is too short", "a.example until 20261224", "", 0, false },
		{ "a bad month", "a.example until 20261324120000", "", 0, false },
		{ "text after it", "a.example until 20261224120000 ", "", 0, false },
		{ "a word too many", "a.example b.example", "", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct nta nta, again;
		char text[NTA_TEXT_SIZE];
		assert_row(rows[i].why, nta_read(rows[i].text, &nta) == rows[i].good);
		if (!rows[i].good)
			continue;
		struct name zone = name_of(rows[i].zone);
		assert_row(rows[i].why, name_equal(&nta.zone, &zone));
		assert_row(rows[i].why, nta.expires_s == rows[i].expires_s);
		nta_write(&nta, text);
		assert_row(rows[i].why, nta_read(text, &again));
		assert_row(rows[i].why, again.expires_s == nta.expires_s);
	}
}

static void an_end_is_a_time_or_a_span_from_now_on(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		int64_t expires_s;
		bool good;
	} rows[] = {
		{ "a time", "20261224120000", 1798113600, true },
		{ "seconds", "90s", NOW + 90, true },
		{ "minutes", "30m", NOW + 1800, true },
		{ "hours", "12h", NOW + 43200, true },
		{ "days", "2d", NOW + 172800, true },
		{ "a week", "1w", NOW + 604800, true },
		{ "no span at all is over at once", "0h", NOW, true },
		{ "the most that can be written", "999999999w", NOW + INT64_C(604799999395200),
		        true },
		{ "nothing", "", 0, false },
		{ "no unit", "12", 0, false },
		{ "no number", "h", 0, false },
		{ "another unit", "1y", 0, false },
		{ "two units", "1d12h", 0, false },
		{ "a sign", "-1h", 0, false },
		{ "a blank", "1 h", 0, false },
		{ "a fraction", "1.5h", 0, false },
		{ "a number that is too long", "1234567890s", 0, false },
		{ "a bad month", "20261324120000", 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t expires_s;
		assert_row(
		        rows[i].why, nta_end_read(rows[i].text, NOW, &expires_s) == rows[i].good);
		assert_row(rows[i].why, !rows[i].good || expires_s == rows[i].expires_s);
	}
	char text[NTA_END_SIZE];
	assert_string_equal(nta_end_write(1798113600, text), "20261224120000");
	assert_string_equal(nta_end_write(NTA_FOREVER, text), "never");
}

static void the_deepest_unexpired_one_applies(void **state)
{
	(void)state;
	static struct nta_list list;
	struct name org = name_of("org"), example = name_of("example.org");
	struct name www = name_of("www.example.org"), other = name_of("other.net");

	assert_null(nta_above(NULL, &www, NOW));
	assert_null(nta_above(&list, &www, NOW));
	assert_true(nta_add(&list, &org, NTA_FOREVER));
	assert_true(nta_add(&list, &example, NOW + 10));
	assert_int_equal(nta_above(&list, &www, NOW)->zone.labels, 2);
	assert_int_equal(nta_above(&list, &www, NOW + 10)->zone.labels, 1);
	assert_null(nta_above(&list, &other, NOW));
	assert_true(nta_add(&list, &example, NOW + 20));
	assert_int_equal(list.count, 2);
	assert_true(nta_add(&list, &name_root, NTA_FOREVER)); /* less deep, and after them */
	assert_int_equal(nta_above(&list, &www, NOW + 10)->zone.labels, 2);
	assert_int_equal(nta_above(&list, &www, NOW + 20)->zone.labels, 1);
}

static void a_full_list_takes_no_more(void **state)
{
	(void)state;
	static struct nta_list list;
	struct name one_more = name_of("one-more.example");

	for (unsigned i = 0; i < NTAS_MAX; i++) {
		char text[32];
		snprintf(text, sizeof(text), "zone%u.example", i);
		struct name zone = name_of(text);
		assert_true(nta_add(&list, &zone, NTA_FOREVER));
	}
	assert_false(nta_add(&list, &one_more, NTA_FOREVER));
	assert_true(nta_add(&list, &list.items[0].zone, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_end_is_a_time_or_a_span_from_now_on),
		cmocka_unit_test(the_deepest_unexpired_one_applies),
		cmocka_unit_test(a_full_list_takes_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
