/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/client_subnet.h"

static void options_are_read_as_rfc_7871_writes_them(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct span options;
		bool is_good, is_given;
		uint8_t family, source, scope;
	} rows[] = {
		{ "no option", { NULL, 0 }, true, false, 0, 0, 0 },
		{ "another option", { (const uint8_t *)"\0\12\0\2xy", 6 }, true, false, 0, 0, 0 },
		{ "a /24", { (const uint8_t *)"\0\10\0\7\0\1\30\0\300\0\2", 11 }, true, true, 1, 24,
		        0 },
		{ "with a scope, behind another option",
		        { (const uint8_t *)"\0\12\0\0\0\10\0\7\0\1\30\20\300\0\2", 15 }, true, true,
		        1, 24, 16 },
		{ "a /20, with zero bits behind",
		        { (const uint8_t *)"\0\10\0\7\0\1\24\0\300\0\20", 11 }, true, true, 1, 20,
		        0 },
		{ "a /20, with a bit behind", { (const uint8_t *)"\0\10\0\7\0\1\24\0\300\0\1", 11 },
		        false, false, 0, 0, 0 },
		{ "IPv6 /56", { (const uint8_t *)"\0\10\0\13\0\2\70\0\40\1\15\270\0\0\0", 15 },
		        true, true, 2, 56, 0 },
		{ "the client shall stay unknown", { (const uint8_t *)"\0\10\0\4\0\1\0\0", 8 },
		        true, true, 1, 0, 0 },
		{ "... whatever its family", { (const uint8_t *)"\0\10\0\4\0\0\0\0", 8 }, true,
		        true, 0, 0, 0 },
		{ "no family, but a prefix", { (const uint8_t *)"\0\10\0\5\0\0\10\0\12", 9 }, false,
		        false, 0, 0, 0 },
		{ "an unknown family", { (const uint8_t *)"\0\10\0\5\0\3\10\0\12", 9 }, false,
		        false, 0, 0, 0 },
		{ "a family above 255", { (const uint8_t *)"\0\10\0\5\1\1\10\0\12", 9 }, false,
		        false, 0, 0, 0 },
		{ "IPv4 /33", { (const uint8_t *)"\0\10\0\11\0\1\41\0\12\0\0\1\0", 13 }, false,
		        false, 0, 0, 0 },
		{ "a scope above 32", { (const uint8_t *)"\0\10\0\5\0\1\10\41\12", 9 }, false,
		        false, 0, 0, 0 },
		{ "an address too short", { (const uint8_t *)"\0\10\0\6\0\1\30\0\300\0", 10 },
		        false, false, 0, 0, 0 },
		{ "an address too long", { (const uint8_t *)"\0\10\0\6\0\1\10\0\12\0", 10 }, false,
		        false, 0, 0, 0 },
		{ "cut short", { (const uint8_t *)"\0\10\0\7\0\1\30\0\300\0", 10 }, false, false, 0,
		        0, 0 },
		{ "shorter than its fields", { (const uint8_t *)"\0\10\0\3\0\1\0", 7 }, false,
		        false, 0, 0, 0 },
		{ "twice", { (const uint8_t *)"\0\10\0\5\0\1\10\0\12\0\10\0\5\0\1\10\0\12", 18 },
		        false, false, 0, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_subnet subnet;
		assert_row(rows[i].why,
		        client_subnet_read(rows[i].options, &subnet) == rows[i].is_good);
		if (!rows[i].is_good)
			continue;
		assert_row(rows[i].why, subnet.is_given == rows[i].is_given);
		assert_row(rows[i].why, subnet.family == rows[i].family);
		assert_row(rows[i].why,
		        subnet.source == rows[i].source && subnet.scope == rows[i].scope);
	}
}

static void what_is_written_is_read_as_the_same(void **state)
{
	(void)state;
	static const struct client_subnet subnets[] = {
		{ .is_given = true, .family = 1, .source = 24, .address = { 192, 0, 2 } },
		{ .is_given = true, .family = 2, .source = 128, .address = { 32, 1, [15] = 1 } },
		{ .is_given = true, .family = 0 },
	};

	for (size_t i = 0; i < COUNT(subnets); i++) {
		uint8_t octets[SUBNET_OPTION_MAX];
		struct writer out = writer_over(octets, sizeof(octets));
		struct client_subnet again;
		client_subnet_write(&subnets[i], 0, &out);
		assert_false(out.full);
		assert_true(client_subnet_read(writer_span(&out), &again));
		assert_memory_equal(&again, &subnets[i], sizeof(again));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_as_rfc_7871_writes_them),
		cmocka_unit_test(what_is_written_is_read_as_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
