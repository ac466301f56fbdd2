/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <arpa/inet.h>

#include "config/network_text.h"
#include "wire/nat64.h"

static struct network network_of(const char *text)
{
	struct network network;

	assert_true(network_read(text, &network));
	return network;
}

static void only_the_lengths_of_rfc_6052_are_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		bool is_prefix;
	} rows[] = {
		{ "the well-known prefix", "64:ff9b::/96", true },
		{ "32 bits", "2001:db8::/32", true },
		{ "40 bits", "2001:db8:100::/40", true },
		{ "48 bits", "2001:db8:122::/48", true },
		{ "56 bits", "2001:db8:122:300::/56", true },
		{ "64 bits", "2001:db8:122:344::/64", true },
		{ "96 bits", "2001:db8:122:344::/96", true },
		{ "a length between", "2001:db8::/44", false },
		{ "another length", "64:ff9b::/95", false },
		{ "a single address", "64:ff9b::1", false },
		{ "no length", "::/0", false },
		{ "IPv4", "192.0.0.0/32", false },
		{ "bits after the prefix", "2001:db8::1/96", false },
		{ "an octet after the prefix", "2001:db8:122:344::/48", false },
		{ "bits 64 to 71 are not zero", "2001:db8:122:344:100::/96", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct network network = network_of(rows[i].text);
		assert_row(rows[i].why, nat64_is_prefix(&network) == rows[i].is_prefix);
	}
}

static void an_address_leaves_its_sender_no_choice(void **state)
{
	(void)state;
	static const struct {
		const char *why, *prefix, *ipv6, *ipv4; /* NULL: it holds none */
	} rows[] = {
		{ "RFC 6052, 2.4", "2001:db8::/32", "2001:db8:c000:221::", "192.0.2.33" },
		{ "RFC 6052, 2.4", "2001:db8:100::/40", "2001:db8:1c0:2:21::", "192.0.2.33" },
		{ "RFC 6052, 2.4", "2001:db8:122::/48",
		        "2001:db8:122:c000:2:2100::", "192.0.2.33" },
		{ "RFC 6052, 2.4", "2001:db8:122:300::/56",
		        "2001:db8:122:3c0:0:221::", "192.0.2.33" },
		{ "RFC 6052, 2.4", "2001:db8:122:344::/64",
		        "2001:db8:122:344:c0:2:2100::", "192.0.2.33" },
		{ "RFC 6052, 2.4", "2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33",
		        "192.0.2.33" },
		{ "the well-known prefix", "64:ff9b::/96", "64:ff9b::c000:221", "192.0.2.33" },
		{ "another prefix", "64:ff9b::/96", "64:ff9b:1::c000:221", NULL },
		{ "one bit of the prefix", "64:ff9b::/96", "64:ff9b::1:c000:221", NULL },
		{ "a suffix after 32 bits", "2001:db8::/32", "2001:db8:c000:221::1", NULL },
		{ "a suffix after 40 bits", "2001:db8:100::/40", "2001:db8:1c0:2:21::1", NULL },
		{ "a suffix after 64 bits", "2001:db8:122:344::/64",
		        "2001:db8:122:344:c0:2:2101::", NULL },
		{ "bits 64 to 71 after 32 bits", "2001:db8::/32", "2001:db8:c000:221:100::", NULL },
		{ "bits 64 to 71 after 48 bits", "2001:db8:122::/48",
		        "2001:db8:122:c000:102:2100::", NULL },
		{ "bits 64 to 71 after 64 bits", "2001:db8:122:344::/64",
		        "2001:db8:122:344:1c0:2:2100::", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct network prefix = network_of(rows[i].prefix);
		uint8_t ipv6[16], ipv4[4], wanted[4];
		assert_int_equal(inet_pton(AF_INET6, rows[i].ipv6, ipv6), 1);
		bool holds = nat64_read(&prefix, span_of(ipv6, sizeof(ipv6)), ipv4);
		assert_row(rows[i].why, holds == (rows[i].ipv4 != NULL));
		if (!holds)
			continue;
		assert_int_equal(inet_pton(AF_INET, rows[i].ipv4, wanted), 1);
		assert_row(rows[i].why, memcmp(ipv4, wanted, sizeof(wanted)) == 0);
	}
}

static void no_rdata_of_another_length_is_an_address(void **state)
{
	(void)state;
	static const uint8_t octets[17] = { 0x00, 0x64, 0xff, 0x9b };
	struct network prefix = network_of("64:ff9b::/96");
	uint8_t ipv4[4];

	assert_true(nat64_read(&prefix, span_of(octets, 16), ipv4));
	assert_false(nat64_read(&prefix, span_of(octets, 15), ipv4));
	assert_false(nat64_read(&prefix, span_of(octets, 17), ipv4));
	assert_false(nat64_read(&prefix, span_of(octets, 4), ipv4));
	assert_false(nat64_read(&prefix, span_of(NULL, 0), ipv4));
}

#define ZEROS_16 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

static void a_reverse_name_leads_to_the_ipv4_address(void **state)
{
	(void)state;
	static const struct {
		const char *why, *reverse, *target; /* NULL: none */
	} rows[] = {
		{ "the well-known prefix", "1.2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.arpa",
		        "33.2.0.192.in-addr.arpa" },
		{ "in capitals", "1.2.2.0.0.0.0.C." ZEROS_16 "B.9.F.F.4.6.0.0.IP6.ARPA",
		        "33.2.0.192.in-addr.arpa" },
		{ "the second prefix",
		        "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.2.2.0.0.0.0.c.8.b.d.0.1.0.0.2.ip6.arpa",
		        "33.2.0.192.in-addr.arpa" },
		{ "with a suffix",
		        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.2.2.0.0.0.0.c.8.b.d.0.1.0.0.2.ip6.arpa",
		        NULL },
		{ "another prefix", "1.2.2.0.0.0.0.c." ZEROS_16 "c.9.f.f.4.6.0.0.ip6.arpa", NULL },
		{ "a nibble is missing", "2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.arpa",
		        NULL },
		{ "a label too many", "x.1.2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.arpa",
		        NULL },
		{ "a label of two octets", "11.2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.arpa",
		        NULL },
		{ "no digit", "g.2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.arpa", NULL },
		{ "another domain", "1.2.2.0.0.0.0.c." ZEROS_16 "b.9.f.f.4.6.0.0.ip6.test", NULL },
		{ "the zone itself", "b.9.f.f.4.6.0.0.ip6.arpa", NULL },
	};
	struct network prefixes[] = { network_of("64:ff9b::/96"), network_of("2001:db8::/32") };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name reverse, target, wanted;
		assert_true(name_from_text(rows[i].reverse, &reverse));
		bool leads = nat64_reverse(prefixes, COUNT(prefixes), &reverse, &target);
		assert_row(rows[i].why, leads == (rows[i].target != NULL));
		if (!leads)
			continue;
		assert_true(name_from_text(rows[i].target, &wanted));
		assert_row(rows[i].why, name_equal(&target, &wanted));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_lengths_of_rfc_6052_are_prefixes),
		cmocka_unit_test(an_address_leaves_its_sender_no_choice),
		cmocka_unit_test(no_rdata_of_another_length_is_an_address),
		cmocka_unit_test(a_reverse_name_leads_to_the_ipv4_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
