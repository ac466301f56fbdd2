/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <pcap/dlt.h>

#include "capture/link.h"

#define MACS    "020000000001 020000000002 "
#define COOKED  "0000 0001 0006 020000000001 0000 "
#define COOKED2 "0000 00000002 0001 00 06 020000000001 0000 "
#define IP4     "45000014"
#define IP6     "60000000"

static const struct {
	const char *why;
	int link_type;
	const char *hex;
	const char *ip; /* NULL: there is none */
} frames[] = {
	{ "Ethernet, IPv4", DLT_EN10MB, MACS "0800" IP4, IP4 },
	{ "Ethernet, IPv6", DLT_EN10MB, MACS "86dd" IP6, IP6 },
	{ "Ethernet, ARP", DLT_EN10MB, MACS "0806 00010800", NULL },
	{ "802.1Q", DLT_EN10MB, MACS "8100 0007 0800" IP4, IP4 },
	{ "802.1ad and 802.1Q", DLT_EN10MB, MACS "88a8 0007 8100 0008 86dd" IP6, IP6 },
	{ "the old EtherType of an outer tag", DLT_EN10MB, MACS "9100 0007 8100 0008 0800" IP4,
	        IP4 },
	{ "four tags", DLT_EN10MB, MACS "8100 0001 8100 0002 8100 0003 8100 0004 0800" IP4, IP4 },
	{ "five tags", DLT_EN10MB,
	        MACS "8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800" IP4, NULL },
	{ "ARP after a tag", DLT_EN10MB, MACS "8100 0007 0806 00010800", NULL },
	{ "cut in the addresses", DLT_EN10MB, "020000000001 0200", NULL },
	{ "cut in a tag", DLT_EN10MB, MACS "8100 0007 08", NULL },
	{ "nothing after the header", DLT_EN10MB, MACS "0800", NULL },
	{ "no octets", DLT_EN10MB, "", NULL },
	{ "Linux cooked", DLT_LINUX_SLL, COOKED "0800" IP4, IP4 },
	{ "Linux cooked, a tag", DLT_LINUX_SLL, COOKED "8100 0007 86dd" IP6, IP6 },
	{ "Linux cooked, half a tag", DLT_LINUX_SLL, COOKED "0800 0008 0800" IP4, IP4 },
	{ "Linux cooked, a tag and a half", DLT_LINUX_SLL, COOKED "88a8 0007 0800 0008 0800" IP4,
	        IP4 },
	{ "Ethernet has no half tags", DLT_EN10MB, MACS "0800 0008 0800" IP4, "0008 0800" IP4 },
	{ "Linux cooked, IP that looks like half a tag", DLT_LINUX_SLL,
	        COOKED "0800 4500 0800 4500", "4500 0800 4500" },
	{ "Linux cooked, half a tag and not IP", DLT_LINUX_SLL, COOKED "0800 0008 0800 55",
	        "0008 0800 55" },
	{ "Linux cooked v2, half a tag", DLT_LINUX_SLL2, "86dd" COOKED2 "0008 86dd" IP6, IP6 },
	{ "Linux cooked, ARP", DLT_LINUX_SLL, COOKED "0806" IP4, NULL },
	{ "Linux cooked, cut", DLT_LINUX_SLL, "0000 0001 0006 0200", NULL },
	{ "Linux cooked v2", DLT_LINUX_SLL2, "0800" COOKED2 IP4, IP4 },
	{ "Linux cooked v2, a tag", DLT_LINUX_SLL2, "8100" COOKED2 "0007 86dd" IP6, IP6 },
	{ "Linux cooked v2, cut", DLT_LINUX_SLL2, "0800 0000 0000", NULL },
	{ "raw, IPv4", DLT_RAW, IP4, IP4 },
	{ "raw, IPv6", DLT_RAW, IP6, IP6 },
	{ "raw, neither", DLT_RAW, "55000014", NULL },
	{ "raw, no octets", DLT_RAW, "", NULL },
	{ "raw IPv4", DLT_IPV4, IP4, IP4 },
	{ "raw IPv6", DLT_IPV6, IP6, IP6 },
	{ "loopback, little-endian", DLT_NULL, "02000000" IP4, IP4 },
	{ "loopback, big-endian", DLT_NULL, "00000002" IP4, IP4 },
	{ "loopback, IPv6 of Linux", DLT_NULL, "0a000000" IP6, IP6 },
	{ "loopback, IPv6 of NetBSD", DLT_NULL, "18000000" IP6, IP6 },
	{ "loopback, IPv6 of FreeBSD", DLT_NULL, "0000001c" IP6, IP6 },
	{ "loopback, IPv6 of macOS", DLT_NULL, "1e000000" IP6, IP6 },
	{ "loopback, AppleTalk", DLT_NULL, "10000000" IP4, NULL },
	{ "loopback of OpenBSD", DLT_LOOP, "00000018" IP6, IP6 },
	{ "loopback, cut", DLT_LOOP, "000000", NULL },
};

static void the_ip_packet_is_found_after_each_link_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(frames); i++) {
		const struct link_type *type = link_type_find(frames[i].link_type);
		size_t len, ip_len = 0;
		uint8_t *octets = unhex(frames[i].hex, &len);
		uint8_t *want = frames[i].ip ? unhex(frames[i].ip, &ip_len) : NULL;
		struct span ip;

		assert_non_null(type);
		bool found = link_ip(type, span_of(octets, len), &ip);
		assert_row(frames[i].why, found == (want != NULL));
		if (found)
			assert_row(frames[i].why, span_equal(ip, span_of(want, ip_len)));
		free(octets);
		free(want);
	}
}

static void an_unknown_link_type_is_not_guessed(void **state)
{
	(void)state;
	assert_null(link_type_find(DLT_IEEE802_11));
	assert_null(link_type_find(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ip_packet_is_found_after_each_link_header),
		cmocka_unit_test(an_unknown_link_type_is_not_guessed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
