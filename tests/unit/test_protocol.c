/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/protocol.h"

static void a_type_without_a_mnemonic_is_written_as_in_rfc_3597(void **state)
{
	(void)state;
	static const struct {
		uint16_t type;
		const char *text;
	} rows[] = {
		{ 1, "A" },
		{ 28, "AAAA" },
		{ 43, "DS" },
		{ 46, "RRSIG" },
		{ 50, "NSEC3" },
		{ 51, "NSEC3PARAM" },
		{ 65, "HTTPS" },
		{ 255, "ANY" },
		{ 257, "CAA" },
		{ 0, "TYPE0" },
		{ 1234, "TYPE1234" },
		{ 65535, "TYPE65535" },
	};
	char text[TYPE_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(type_text(rows[i].type, text), rows[i].text);
}

static void an_rcode_without_a_mnemonic_is_written_as_rcode(void **state)
{
	(void)state;
	assert_string_equal(rcode_text(RCODE_NOERROR), "NOERROR");
	assert_string_equal(rcode_text(RCODE_NXDOMAIN), "NXDOMAIN");
	assert_string_equal(rcode_text(10), "NOTZONE");
	assert_string_equal(rcode_text(11), "RCODE");
	assert_string_equal(rcode_text(4095), "RCODE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_without_a_mnemonic_is_written_as_in_rfc_3597),
		cmocka_unit_test(an_rcode_without_a_mnemonic_is_written_as_rcode),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
