/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/ip.h"

#define V4_ADDRESSES "c0000201 c6336435 "
#define V6_ADDRESSES "20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053 "
#define HOP_BY_HOP   "2c000104 00000000 "
#define DESTINATION  "3c000104 00000000 "
#define ATOMIC       "11000000 12345678 "
#define ABC          "616263"
#define EIGHT        "6162636465666768"

static const struct {
	const char *why;
	const char *hex;
	enum ip_kind kind;
	uint8_t protocol;
	size_t payload_len, offset;
	uint32_t id;
	bool more;
} packets[] = {
	{ "IPv4 and UDP", "45000017 12344000 40110000 " V4_ADDRESSES ABC, IP_WHOLE, IP_UDP, 3, 0,
	        0x1234, false },
	{ "IPv4 and TCP", "45000017 12344000 40060000 " V4_ADDRESSES ABC, IP_WHOLE, IP_TCP, 3, 0,
	        0x1234, false },
	{ "IPv4 with an option", "4600001b 12344000 40110000 " V4_ADDRESSES "94040000 " ABC,
	        IP_WHOLE, IP_UDP, 3, 0, 0x1234, false },
	{ "IPv4 with padding after it", "45000017 12344000 40110000 " V4_ADDRESSES ABC "0000",
	        IP_WHOLE, IP_UDP, 3, 0, 0x1234, false },
	{ "IPv4 and TCP, captured before segmentation offload",
	        "45000000 12344000 40060000 " V4_ADDRESSES ABC, IP_WHOLE, IP_TCP, 3, 0, 0x1234,
	        false },
	{ "length zero without TCP", "45000000 12344000 40110000 " V4_ADDRESSES ABC, IP_MALFORMED,
	        0, 0, 0, 0, false },
	{ "IPv4, first fragment", "4500001c 12342000 40110000 " V4_ADDRESSES EIGHT, IP_FRAGMENT,
	        IP_UDP, 8, 0, 0x1234, true },
	{ "IPv4, last fragment", "4500001c 12340003 40110000 " V4_ADDRESSES EIGHT, IP_FRAGMENT,
	        IP_UDP, 8, 24, 0x1234, false },
	{ "IPv4, the largest fragment offset", "4500001c 12341fff 40110000 " V4_ADDRESSES EIGHT,
	        IP_FRAGMENT, IP_UDP, 8, 65528, 0x1234, false },
	{ "IPv4, cut short", "45000018 12344000 40110000 " V4_ADDRESSES ABC, IP_CUT, 0, 0, 0, 0,
	        false },
	{ "header length 16", "44000017 12344000 40110000 " V4_ADDRESSES ABC, IP_MALFORMED, 0, 0, 0,
	        0, false },
	{ "header longer than the packet", "4f000017 12344000 40110000 " V4_ADDRESSES ABC,
	        IP_MALFORMED, 0, 0, 0, 0, false },
	{ "no octets", "", IP_MALFORMED, 0, 0, 0, 0, false },
	{ "version 5", "55000017 12344000 40110000 " V4_ADDRESSES ABC, IP_MALFORMED, 0, 0, 0, 0,
	        false },
	{ "IPv6 and UDP", "60000000 00031140 " V6_ADDRESSES ABC, IP_WHOLE, IP_UDP, 3, 0, 0, false },
	{ "IPv6 and TCP, captured before segmentation offload",
	        "60000000 00000640 " V6_ADDRESSES ABC, IP_WHOLE, IP_TCP, 3, 0, 0, false },
	{ "IPv6 with hop-by-hop and an atomic fragment",
	        "60000000 00130040 " V6_ADDRESSES HOP_BY_HOP ATOMIC ABC, IP_WHOLE, IP_UDP, 3, 0,
	        0x12345678, false },
	{ "IPv6, first fragment", "60000000 00102c40 " V6_ADDRESSES "11000001 12345678 " EIGHT,
	        IP_FRAGMENT, IP_UDP, 8, 0, 0x12345678, true },
	{ "IPv6, last fragment", "60000000 00102c40 " V6_ADDRESSES "11000018 12345678 " EIGHT,
	        IP_FRAGMENT, IP_UDP, 8, 24, 0x12345678, false },
	{ "IPv6, an extension header in the fragments",
	        "60000000 00102c40 " V6_ADDRESSES "3c000001 12345678 " EIGHT, IP_FRAGMENT, 60, 8, 0,
	        0x12345678, true },
	{ "IPv6, cut short", "60000000 00041140 " V6_ADDRESSES ABC, IP_CUT, 0, 0, 0, 0, false },
	{ "segments left in a routing header",
	        "60000000 000b2b40 " V6_ADDRESSES "11000401 00000000 " ABC, IP_MALFORMED, 0, 0, 0,
	        0, false },
	{ "no segments left in a routing header",
	        "60000000 000b2b40 " V6_ADDRESSES "11000400 00000000 " ABC, IP_WHOLE, IP_UDP, 3, 0,
	        0, false },
	{ "an extension header longer than the packet",
	        "60000000 000b3c40 " V6_ADDRESSES "11040104 00000000 " ABC, IP_MALFORMED, 0, 0, 0,
	        0, false },
	{ "an unknown extension header", "60000000 000b8740 " V6_ADDRESSES ATOMIC ABC, IP_WHOLE,
	        135, 11, 0, 0, false },
	{ "more extension headers than are skipped",
	        "60000000 004b3c40 " V6_ADDRESSES DESTINATION DESTINATION DESTINATION DESTINATION
	                DESTINATION DESTINATION DESTINATION DESTINATION DESTINATION ABC,
	        IP_MALFORMED, 0, 0, 0, 0, false },
};

static void each_packet_is_classified_and_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packets); i++) {
		const char *why = packets[i].why;
		size_t len;
		uint8_t *octets = unhex(packets[i].hex, &len);
		struct ip ip;

		assert_row(why, ip_parse(&ip, span_of(octets, len)) == packets[i].kind);
		if (packets[i].kind == IP_WHOLE || packets[i].kind == IP_FRAGMENT) {
			size_t address_len = ip.version == 4 ? 4 : 16;
			assert_row(why, ip.source.len == address_len);
			assert_row(why, ip.source.base[address_len - 1] == 0x01);
			assert_row(why, ip.destination.len == address_len);
			assert_row(why, ip.protocol == packets[i].protocol);
			assert_row(why, ip.payload.len == packets[i].payload_len);
			assert_row(why, ip.offset == packets[i].offset);
			assert_row(why, ip.id == packets[i].id);
			assert_row(why, ip.more == packets[i].more);
		}
		free(octets);
	}
}

static void a_packet_cut_anywhere_is_not_whole(void **state)
{
	(void)state;
	static const char *const whole[] = { "45000017 12344000 40110000 " V4_ADDRESSES ABC,
		"4600001b 12344000 40110000 " V4_ADDRESSES "94040000 " ABC,
		"60000000 00130040 " V6_ADDRESSES HOP_BY_HOP ATOMIC ABC };

	for (size_t i = 0; i < COUNT(whole); i++) {
		size_t len;
		uint8_t *octets = unhex(whole[i], &len);
		for (size_t cut = 0; cut < len; cut++) {
			struct ip ip;
			uint8_t *part = malloc(cut ? cut : 1);
			memcpy(part, octets, cut);
			enum ip_kind kind = ip_parse(&ip, span_of(part, cut));
			assert_true(kind == IP_CUT || kind == IP_MALFORMED);
			free(part);
		}
		free(octets);
	}
}

static void extension_headers_are_skipped_after_reassembly(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t version, protocol;
		const char *hex;
		enum ip_kind kind;
		size_t payload_len;
	} rows[] = {
		{ "IPv4", 4, IP_UDP, ABC, IP_WHOLE, 3 },
		{ "IPv4 has no extension headers", 4, 60, "11000104 00000000 " ABC, IP_WHOLE, 11 },
		{ "IPv6", 6, IP_UDP, ABC, IP_WHOLE, 3 },
		{ "destination options", 6, 60, "11000104 00000000 " ABC, IP_WHOLE, 3 },
		{ "destination options, cut short", 6, 60, "11010104 00000000 " ABC, IP_MALFORMED,
		        0 },
		{ "an atomic fragment inside", 6, 44, ATOMIC ABC, IP_WHOLE, 3 },
		{ "a fragment inside", 6, 44, "11000001 12345678 " EIGHT, IP_MALFORMED, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);
		struct ip ip = { .version = rows[i].version, .offset = 8, .more = true };

		assert_row(rows[i].why, ip_reassembled(&ip, rows[i].protocol,
		                                span_of(octets, len)) == rows[i].kind);
		if (rows[i].kind == IP_WHOLE)
			assert_row(rows[i].why, ip.payload.len == rows[i].payload_len);
		free(octets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_is_classified_and_parsed),
		cmocka_unit_test(a_packet_cut_anywhere_is_not_whole),
		cmocka_unit_test(extension_headers_are_skipped_after_reassembly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
