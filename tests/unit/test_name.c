/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/name.h"

static struct name name_of(const char *text)
{
	struct name n;
	if (!name_from_text(text, &n))
		fail_msg("not a name: %s", text);
	return n;
}

static bool is_name(const struct name *n, const char *text)
{
	char buffer[NAME_TEXT_SIZE];
	return strcmp(name_text(n, buffer), text) == 0;
}

/* ---- Reading ---- */

static void names_are_read_with_their_pointers_followed(void **state)
{
	(void)state;
	static const struct {
		const char *why, *octets;
		size_t at;
		const char *name; /* NULL: malformed */
		size_t end;       /* the offset of the cursor afterwards */
	} rows[] = {
		{ "the root", "00", 0, ".", 1 },
		{ "two labels", "0161 0262 63 00 ff", 0, "a.bc.", 6 },
		{ "letters are lowered", "0341 5a 2d 015b 00", 0, "az-.[.", 7 },
		{ "a label, then a pointer", "016100 0162 c000 ff", 3, "b.a.", 7 },
		{ "only a pointer", "016100 c000 ff", 3, "a.", 5 },
		{ "a pointer to a pointer", "016100 c000 c003 ff", 5, "a.", 7 },
		{ "a pointer to a name with a pointer", "016100 0162c000 0163c003", 7, "c.b.a.",
		        11 },
		{ "a pointer into the middle", "01610162 00 c002", 5, "b.", 7 },
		{ "no octets", "", 0, NULL, 0 },
		{ "no end", "0161", 0, NULL, 0 },
		{ "a label cut short", "0361 62", 0, NULL, 0 },
		{ "half a pointer", "c0", 0, NULL, 0 },
		{ "a pointer to itself", "c000", 0, NULL, 0 },
		{ "a pointer to its own label", "0161 c000", 0, NULL, 0 },
		{ "two pointers that point at each other", "c002 c000", 2, NULL, 0 },
		{ "two labels that point at each other", "0161c004 0162c000", 4, NULL, 0 },
		{ "a pointer forward", "c002 00", 0, NULL, 0 },
		{ "a pointer back that leads forward", "c004 c000 016100", 2, NULL, 0 },
		{ "a pointer past the end", "00 c0ff", 1, NULL, 0 },
		{ "a pointer to a label that holds the pointer", "01 c000", 1, "\\192.", 3 },
		{ "a pointer to such a label, cut short", "05 c000", 1, NULL, 0 },
		{ "label type 01 (RFC 2673)", "4161 00", 0, NULL, 0 },
		{ "label type 10", "8161 00", 0, NULL, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].octets, &len);
		struct cursor c = cursor_at(span_of(octets, len), rows[i].at);
		struct name n;

		name_read(&c, &n);
		assert_row(rows[i].why, c.bad == !rows[i].name);
		assert_row(rows[i].why, is_name(&n, rows[i].name ? rows[i].name : "."));
		assert_row(rows[i].why, c.bad || cursor_offset(&c) == rows[i].end);
		free(octets);
	}
}

static void a_plain_name_has_no_pointers(void **state)
{
	(void)state;
	static const struct {
		const char *why, *octets;
		size_t at;
		bool bad;
	} rows[] = {
		{ "no pointer", "016100", 0, false },
		{ "only a pointer", "016100 c000", 3, true },
		{ "a pointer after a label", "016100 0162c000", 3, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].octets, &len);
		struct cursor c = cursor_at(span_of(octets, len), rows[i].at);
		struct name n;

		name_read_plain(&c, &n);
		assert_row(rows[i].why, c.bad == rows[i].bad);
		free(octets);
	}
}

/* Writes three labels of 63 octets, one of `last` octets, and the root label: 194 + `last` octets.
 */
static size_t put_long_name(uint8_t *at, uint8_t last)
{
	static const uint8_t lens[] = { 63, 63, 63 };
	uint8_t *start = at;

	for (size_t i = 0; i <= COUNT(lens); i++) {
		*at = i < COUNT(lens) ? lens[i] : last;
		memset(at + 1, 'x', *at);
		at += *at + 1;
	}
	*at++ = 0;
	return (size_t)(at - start);
}

static void a_name_has_at_most_255_octets(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t last;
		size_t len;
		bool accepted;
	} rows[] = {
		{ "254 octets", 60, 254, true },
		{ "255 octets", 61, 255, true },
		{ "256 octets", 62, 256, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t octets[300];
		struct name n;
		assert_int_equal(put_long_name(octets, rows[i].last), rows[i].len);
		struct cursor c = cursor_over(span_of(octets, rows[i].len)), skip = c;
		name_read(&c, &n);
		assert_row(rows[i].why, c.bad == !rows[i].accepted);
		assert_row(rows[i].why, n.len == (rows[i].accepted ? rows[i].len : 1));
		name_skip(&skip);
		assert_row(rows[i].why, skip.bad == !rows[i].accepted);
	}
}

static void a_pointer_does_not_make_a_name_longer_than_255_octets(void **state)
{
	(void)state;
	uint8_t octets[300];
	struct name n;

	size_t len = put_long_name(octets, 60);
	memcpy(octets + len, "\1a\xc0\0", 4);
	struct cursor c = cursor_at(span_of(octets, len + 4), len);
	name_read(&c, &n);
	assert_true(c.bad);
	memcpy(octets + len, "\xc0\0", 2);
	c = cursor_at(span_of(octets, len + 2), len);
	name_read(&c, &n);
	assert_false(c.bad);
	assert_int_equal(n.len, 254);
}

static void a_name_has_at_most_127_labels(void **state)
{
	(void)state;
	uint8_t octets[255];
	struct name n, shorter;

	for (size_t i = 0; i < 254; i += 2)
		memcpy(octets + i, "\1a", 2);
	octets[254] = 0;
	struct cursor c = cursor_over(span_of(octets, sizeof(octets)));
	name_read(&c, &n);
	assert_false(c.bad);
	assert_int_equal(n.labels, NAME_MAX_LABELS);
	name_parent(&n, &shorter);
	assert_true(name_within(&n, &shorter));
	assert_true(name_order(&shorter, &n) < 0);
	assert_int_equal(name_shared_labels(&n, &shorter), 126);
}

/* Tests each octet value at each position of labels of each length. */
static void only_capital_letters_are_lowered(void **state)
{
	(void)state;
	uint8_t wire[65];
	struct name n;

	for (unsigned octet = 0; octet < 256; octet++) {
		uint8_t small =
		        octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : (uint8_t)octet;
		for (uint8_t len = 1; len <= 63; len++) {
			for (unsigned at = 1; at <= len; at++) {
				memset(wire, 'Z', sizeof(wire));
				wire[0] = len;
				wire[at] = (uint8_t)octet;
				wire[len + 1] = 0;
				struct cursor c = cursor_over(span_of(wire, len + 2u));
				name_read(&c, &n);
				assert_true(cursor_done(&c));
				assert_int_equal(n.labels, 1);
				assert_int_equal(n.octets[0], len);
				assert_int_equal(n.octets[at], small);
				assert_int_equal(n.octets[at == 1 ? len : 1],
				        at == 1 && len == 1 ? small : 'z');
				assert_int_equal(n.octets[len + 1], 0);
			}
		}
	}
}

static void skipping_ends_where_reading_ends(void **state)
{
	(void)state;
	static const struct {
		const char *why, *octets;
		size_t at, end; /* 0: malformed */
	} rows[] = {
		{ "the root", "00", 0, 1 },
		{ "labels", "0161 0262 63 00 ff", 0, 6 },
		{ "a pointer", "016100 0162 c000 ff", 3, 7 },
		{ "no end", "0161", 0, 0 },
		{ "half a pointer", "c0", 0, 0 },
		{ "label type 01", "4161 00", 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].octets, &len);
		struct cursor c = cursor_at(span_of(octets, len), rows[i].at);
		name_skip(&c);
		assert_row(rows[i].why, c.bad == !rows[i].end);
		assert_row(rows[i].why, c.bad || cursor_offset(&c) == rows[i].end);
		free(octets);
	}
}

/* ---- Presentation format ---- */

static void text_becomes_a_name_and_text_again(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text, *again; /* NULL: not a name */
	} rows[] = {
		{ "the root", ".", "." },
		{ "with a final dot", "example.org.", "example.org." },
		{ "without a final dot", "example.org", "example.org." },
		{ "letters are lowered", "EXAMPLE.Org", "example.org." },
		{ "a wildcard", "*.example", "*.example." },
		{ "an escaped dot", "a\\.b.example", "a\\.b.example." },
		{ "an escaped backslash", "a\\\\b", "a\\\\b." },
		{ "octets in decimal", "\\001\\255.x", "\\001\\255.x." },
		{ "a letter in decimal", "\\065.x", "a.x." },
		{ "a blank", "a b.x", "a\\032b.x." },
		{ "characters that are special in a zone file", "\\\"\\(\\)\\;\\@\\$.x",
		        "\\\"\\(\\)\\;\\@\\$.x." },
		{ "empty text", "", NULL },
		{ "an empty label", "a..b", NULL },
		{ "a leading dot", ".a", NULL },
		{ "two dots", "..", NULL },
		{ "a decimal number over 255", "\\256.x", NULL },
		{ "a decimal number of two digits", "\\12.x", NULL },
		{ "an escape at the end", "a\\", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name n;
		bool accepted = name_from_text(rows[i].text, &n);
		assert_row(rows[i].why, accepted == (rows[i].again != NULL));
		assert_row(rows[i].why, !accepted || is_name(&n, rows[i].again));
	}
}

static void labels_in_text_have_at_most_63_octets(void **state)
{
	(void)state;
	char text[80];
	struct name n;

	memset(text, 'a', sizeof(text));
	text[64] = '\0';
	assert_false(name_from_text(text, &n));
	text[63] = '\0';
	assert_true(name_from_text(text, &n));
	assert_int_equal(n.len, 65);
}

static void the_longest_name_fits_its_text(void **state)
{
	(void)state;
	uint8_t octets[255];
	char text[NAME_TEXT_SIZE];
	struct name n, again;

	put_long_name(octets, 61);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = octets[i] == 'x' ? 0xff : octets[i];
	struct cursor c = cursor_over(span_of(octets, sizeof(octets)));
	name_read(&c, &n);
	assert_false(c.bad);
	assert_int_equal(strlen(name_text(&n, text)), 250 * 4 + 4);
	assert_true(name_from_text(text, &again));
	assert_true(name_equal(&n, &again));
}

/* ---- Order and ancestors ---- */

static void names_are_ordered_as_rfc_4034_6_1_shows(void **state)
{
	(void)state;
	static const char *const order[] = { ".", "example.", "a.example.", "yljkjljk.a.example.",
		"Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", "\\001.z.example.", "*.z.example.",
		"\\200.z.example.", "zz.example." };

	for (size_t i = 0; i < COUNT(order); i++) {
		for (size_t j = 0; j < COUNT(order); j++) {
			struct name a = name_of(order[i]), b = name_of(order[j]);
			int sign = name_order(&a, &b);
			assert_row(order[i], (sign > 0) - (sign < 0) == (i > j) - (i < j));
			assert_row(order[i], name_equal(&a, &b) == (i == j));
		}
	}
}

static void ancestors_are_compared_by_whole_labels(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name, *ancestor;
		bool within;
		unsigned shared;
	} rows[] = {
		{ "itself", "a.example", "a.example", true, 2 },
		{ "a child", "b.a.example", "a.example", true, 2 },
		{ "everything is below the root", "a.example", ".", true, 0 },
		{ "the root is below nothing", ".", "example", false, 0 },
		{ "a parent", "example", "a.example", false, 1 },
		{ "a sibling", "b.example", "a.example", false, 1 },
		{ "a common ending that is not a label", "ba.example", "a.example", false, 1 },
		{ "octets that look like the ancestor", "x\\001a\\007example.test", "a.example",
		        false, 0 },
		{ "another letter case", "B.A.EXAMPLE", "a.example", true, 2 },
		{ "equal first labels", "a.example", "a.test", false, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name n = name_of(rows[i].name), ancestor = name_of(rows[i].ancestor);
		assert_row(rows[i].why, name_within(&n, &ancestor) == rows[i].within);
		assert_row(rows[i].why, name_shared_labels(&n, &ancestor) == rows[i].shared);
		assert_row(rows[i].why, name_shared_labels(&ancestor, &n) == rows[i].shared);
	}
}

static void a_suffix_or_parent_may_overwrite_the_name(void **state)
{
	(void)state;
	static const char *const suffixes[] = { ".", "org.", "example.org.", "www.example.org." };

	for (unsigned labels = 0; labels < COUNT(suffixes); labels++) {
		struct name n = name_of("www.example.org"), out;
		name_suffix(&n, labels, &out);
		assert_true(is_name(&out, suffixes[labels]));
		assert_int_equal(out.labels, labels);
		name_suffix(&n, labels, &n);
		assert_true(name_equal(&n, &out));
		name_parent(&n, &n);
		assert_true(is_name(&n, suffixes[labels ? labels - 1 : 0]));
	}
}

static void a_wildcard_has_a_single_asterisk_as_first_label(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool is_wildcard;
	} rows[] = {
		{ "*.example", true },
		{ "*", true },
		{ "\\042.example", true },
		{ ".", false },
		{ "**.example", false },
		{ "*a.example", false },
		{ "a.*.example", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name n = name_of(rows[i].name);
		assert_row(rows[i].name, name_is_wildcard(&n) == rows[i].is_wildcard);
	}
}

static void a_label_is_prepended_if_it_fits(void **state)
{
	(void)state;
	uint8_t label[64], octets[255];
	struct name n = name_of("example"), out = name_root;

	memset(label, 'A', sizeof(label));
	assert_false(name_prepend(&n, span_of(label, 0), &out));
	assert_false(name_prepend(&n, span_of(label, 64), &out));
	assert_true(is_name(&out, "."));
	assert_true(name_prepend(&n, span_of(label, 2), &out));
	assert_true(is_name(&out, "aa.example."));
	assert_true(name_prepend(&n, span_of("*", 1), &n));
	assert_true(is_name(&n, "*.example."));

	struct cursor c = cursor_over(span_of(octets, put_long_name(octets, 59)));
	name_read(&c, &n);
	assert_int_equal(n.len, 253);
	assert_false(name_prepend(&n, span_of(label, 2), &out));
	assert_true(name_prepend(&n, span_of(label, 1), &out));
	assert_int_equal(out.len, 255);
}

static void a_suffix_is_replaced_as_by_a_dname(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name, *from, *to, *result;
	} rows[] = {
		{ "RFC 6672, 2.2", "a.x.example", "x.example", "example.net", "a.example.net." },
		{ "two labels kept", "b.a.x", "x", "y", "b.a.y." },
		{ "to the root", "a.x", "x", ".", "a." },
		{ "from the root", "a", ".", "y", "a.y." },
		{ "nothing kept", "x", "x", "y", "y." },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name n = name_of(rows[i].name), from = name_of(rows[i].from);
		struct name to = name_of(rows[i].to), out;
		assert_row(rows[i].why, name_replace_suffix(&n, &from, &to, &out));
		assert_row(rows[i].why, is_name(&out, rows[i].result));
		struct name want = name_of(rows[i].result);
		assert_row(rows[i].why, out.labels == want.labels);
	}
}

static void a_replaced_suffix_may_make_the_name_too_long(void **state)
{
	(void)state;
	uint8_t octets[255];
	struct name n = name_of("a.x"), from = name_of("x"), to, out;

	struct cursor c = cursor_over(span_of(octets, put_long_name(octets, 60)));
	name_read(&c, &to);
	assert_int_equal(to.len, 254);
	assert_false(name_replace_suffix(&n, &from, &to, &out));
	c = cursor_over(span_of(octets, put_long_name(octets, 59)));
	name_read(&c, &to);
	assert_true(name_replace_suffix(&n, &from, &to, &out));
	assert_int_equal(out.len, 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_with_their_pointers_followed),
		cmocka_unit_test(a_plain_name_has_no_pointers),
		cmocka_unit_test(a_name_has_at_most_255_octets),
		cmocka_unit_test(a_pointer_does_not_make_a_name_longer_than_255_octets),
		cmocka_unit_test(a_name_has_at_most_127_labels),
		cmocka_unit_test(only_capital_letters_are_lowered),
		cmocka_unit_test(skipping_ends_where_reading_ends),
		cmocka_unit_test(text_becomes_a_name_and_text_again),
		cmocka_unit_test(labels_in_text_have_at_most_63_octets),
		cmocka_unit_test(the_longest_name_fits_its_text),
		cmocka_unit_test(names_are_ordered_as_rfc_4034_6_1_shows),
		cmocka_unit_test(ancestors_are_compared_by_whole_labels),
		cmocka_unit_test(a_suffix_or_parent_may_overwrite_the_name),
		cmocka_unit_test(a_wildcard_has_a_single_asterisk_as_first_label),
		cmocka_unit_test(a_label_is_prepended_if_it_fits),
		cmocka_unit_test(a_suffix_is_replaced_as_by_a_dname),
		cmocka_unit_test(a_replaced_suffix_may_make_the_name_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
