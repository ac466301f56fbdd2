/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/network_text.h"

#include <string.h>

#include "test.h"

static void a_network_is_written_as_it_was_read(void **state)
{
	static const struct {
		const char *text, *with_prefix, *without; /* NULL: no network */
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0/24", "192.0.2.0" },
		{ "192.0.2.1", "192.0.2.1/32", "192.0.2.1" },
		{ "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0" },
		{ "2001:db8::/32", "2001:db8::/32", "2001:db8::" },
		{ "2001:DB8::7", "2001:db8::7/128", "2001:db8::7" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128",
		        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "", NULL, NULL },
		{ "/24", NULL, NULL },
		{ "192.0.2.0/", NULL, NULL },
		{ "192.0.2.0/33", NULL, NULL },
		{ "192.0.2.0/+8", NULL, NULL },
		{ "192.0.2.0/8/8", NULL, NULL },
		{ "2001:db8::/129", NULL, NULL },
		{ "192.0.2.1:53", NULL, NULL },
		{ "example.org", NULL, NULL },
		{ "0000000000000000000000000000000000000000000000000", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct network network;
		char text[NETWORK_TEXT_SIZE];

		assert_row(rows[i].text, network_read(rows[i].text, &network) == !!rows[i].without);
		if (!rows[i].without)
			continue;
		network_write(&network, true, text);
		assert_row(rows[i].text, strcmp(text, rows[i].with_prefix) == 0);
		network_write(&network, false, text);
		assert_row(rows[i].text, strcmp(text, rows[i].without) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_is_written_as_it_was_read),
	};
	return cmocka_run_group_tests_name("network_text", tests, NULL, NULL);
}
