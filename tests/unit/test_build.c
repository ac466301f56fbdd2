/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/build.h"
#include "wire/message.h"

static void a_query_that_was_built_is_parsed_back(void **state)
{
	(void)state;
	static const struct {
		const char *why, *name;
		uint16_t type, id, flags, udp_size;
	} rows[] = {
		{ "a DNSKEY", "example.org.", TYPE_DNSKEY, 0x1234, FLAG_RD | FLAG_CD, 1232 },
		{ "the root", ".", TYPE_DNSKEY, 0, FLAG_CD, 4096 },
		{ "an escaped label", "a\\.b.test.", TYPE_DS, 0xffff, 0, 512 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t buffer[BUILD_QUERY_MAX];
		struct writer out = writer_over(buffer, sizeof(buffer));
		struct message m;
		struct name name;

		assert_true(name_from_text(rows[i].name, &name));
		build_query(&out, rows[i].id, rows[i].flags, &name, rows[i].type, rows[i].udp_size);
		assert_row(rows[i].why, !out.full);
		assert_row(rows[i].why, message_parse(&m, writer_span(&out), NULL, 0));
		assert_row(rows[i].why, m.id == rows[i].id && m.flags == rows[i].flags);
		assert_row(rows[i].why, name_equal(&m.qname, &name) && m.qtype == rows[i].type);
		assert_row(rows[i].why, m.qclass == CLASS_IN);
		assert_row(rows[i].why, m.edns.present && m.edns.dnssec_ok && m.edns.version == 0);
		assert_row(rows[i].why, m.edns.udp_size == rows[i].udp_size);
	}
}

static void the_longest_name_just_fits(void **state)
{
	(void)state;
	static const char label[] =
	        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde";
	uint8_t buffer[BUILD_QUERY_MAX];
	struct name name = name_root;

	for (int i = 0; i < 3; i++)
		assert_true(name_prepend(&name, span_of(label, 63), &name));
	assert_true(name_prepend(&name, span_of(label, 61), &name));
	assert_int_equal(name.len, NAME_MAX_OCTETS);
	struct writer out = writer_over(buffer, sizeof(buffer));
	build_query(&out, 1, 0, &name, TYPE_DS, 1232);
	assert_false(out.full);
	assert_int_equal(out.len, BUILD_QUERY_MAX);
	out = writer_over(buffer, sizeof(buffer) - 1);
	build_query(&out, 1, 0, &name, TYPE_DS, 1232);
	assert_true(out.full);
}

static void a_header_has_the_counts_that_were_set(void **state)
{
	(void)state;
	static const uint8_t expected[DNS_HEADER_SIZE] = { 0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0,
		0, 3 };
	static const uint16_t counts[] = { 2, 0, 3 };
	uint8_t buffer[DNS_HEADER_SIZE];
	struct writer out = writer_over(buffer, sizeof(buffer));

	build_header(&out, 0x1234, 0x8180, 1, 0xffff);
	build_set_counts(&out, counts);
	assert_true(span_equal(writer_span(&out), span_of(expected, sizeof(expected))));
	out = writer_over(buffer, sizeof(buffer) - 1);
	build_header(&out, 0x1234, 0x8180, 1, 0);
	assert_true(out.full && out.len == 0);
	build_set_counts(&out, counts);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_that_was_built_is_parsed_back),
		cmocka_unit_test(the_longest_name_just_fits),
		cmocka_unit_test(a_header_has_the_counts_that_were_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
