/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "config/address.h"

static void addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *why, *text, *written;
	} rows[] = {
		{ "IPv4", "192.0.2.1", "192.0.2.1" },
		{ "IPv4 with port 53", "192.0.2.1:53", "192.0.2.1" },
		{ "IPv4 with another port", "192.0.2.1:5353", "192.0.2.1:5353" },
		{ "IPv6", "2001:db8::1", "2001:db8::1" },
		{ "IPv6 in brackets", "[2001:db8::1]", "2001:db8::1" },
		{ "IPv6 with port 53", "[2001:db8::1]:53", "2001:db8::1" },
		{ "IPv6 with another port", "[2001:DB8:0:0::1]:65535", "[2001:db8::1]:65535" },
		{ "link-local, with its interface", "fe80::1%eth0", "fe80::1%eth0" },
		{ "link-local, with the longest name of an interface, and a port",
		        "[fe80:1111:2222:3333:4444:5555:6666:7777%a23456789012345]:65535",
		        "[fe80:1111:2222:3333:4444:5555:6666:7777%a23456789012345]:65535" },
		{ "link-local, with a VLAN", "fe80::1%eth0.5", "fe80::1%eth0.5" },
		{ "IPv4 in IPv6", "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_storage address;
		char text[ADDRESS_TEXT_MAX];

		assert_row(rows[i].why, address_read(rows[i].text, &address));
		address_write(&address, text);
		assert_row(rows[i].why, strcmp(text, rows[i].written) == 0);
	}
}

static void any_other_text_is_refused(void **state)
{
	static const struct {
		const char *why, *text;
	} rows[] = {
		{ "empty text", "" },
		{ "a name", "resolver.example" },
		{ "port 0", "192.0.2.1:0" },
		{ "a port that is too high", "192.0.2.1:65536" },
		{ "a port with a sign", "192.0.2.1:+53" },
		{ "a port with too many digits", "192.0.2.1:000053" },
		{ "a colon without a port", "192.0.2.1:" },
		{ "a space after the port", "192.0.2.1:53 " },
		{ "IPv4 in brackets", "[192.0.2.1]:53" },
		{ "a bracket that does not close", "[2001:db8::1" },
		{ "a port without a colon", "[2001:db8::1]53" },
		{ "empty brackets", "[]" },
		{ "a scope without an interface", "fe80::1%" },
		{ "an interface of a global address", "2001:db8::1%eth0" },
		{ "an interface of an IPv4 address", "192.0.2.1%eth0" },
		{ "an interface whose name is too long", "fe80::1%a234567890123456" },
		{ "an interface that is a path", "fe80::1%../x" },
		{ "an interface behind the brackets", "[fe80::1]%eth0" },
		{ "longer than any address",
		        "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0001:0002" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_storage address;
		assert_row(rows[i].why, !address_read(rows[i].text, &address));
	}
}

static void a_link_local_address_without_its_interface_is_recognised(void **state)
{
	static const struct {
		const char *why, *text;
		bool lacks;
	} rows[] = {
		{ "link-local alone", "fe80::1", true },
		{ "link-local with an interface", "fe80::1%eth0", false },
		{ "global", "2001:db8::1", false },
		{ "IPv4", "192.0.2.1", false },
		{ "IPv4, link-local, of which the kernel chooses the interface", "169.254.0.1",
		        false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sockaddr_storage address;
		assert_row(rows[i].why, address_read(rows[i].text, &address));
		assert_row(rows[i].why, address_lacks_interface(&address) == rows[i].lacks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(any_other_text_is_refused),
		cmocka_unit_test(a_link_local_address_without_its_interface_is_recognised),
	};
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
