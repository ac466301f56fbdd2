/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/packet.h"

/* UDP datagrams with the payload "abc". Another program (Python) computed the checksums. */
#define V4_ADDRESSES "c0000201 c6336435 "
#define V4           "4500001f 12344000 40113c30 " V4_ADDRESSES
#define V4_OPTION    "46000023 12344000 4011a727 " V4_ADDRESSES "94040000 "
#define V4_UDP       "9c400035 000bb295 616263"
#define V6_ADDRESSES "20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053 "
#define V6           "60000000 000b1140 " V6_ADDRESSES
#define V6_UDP       "00359c40 000b433a 616263"
#define HOP_BY_HOP   "2c000104 00000000 "
#define DESTINATION  "3c000104 00000000 "
#define ATOMIC       "11000000 12345678 "

static const struct {
	const char *why;
	const char *hex;
	enum packet_kind kind;
} packets[] = {
	{ "IPv4", V4 V4_UDP, PACKET_UDP },
	{ "IPv4 with an option", V4_OPTION V4_UDP, PACKET_UDP },
	{ "IPv4 with padding after it", V4 V4_UDP "0000", PACKET_UDP },
	{ "IPv6", V6 V6_UDP, PACKET_UDP },
	{ "IPv6 with hop-by-hop and an atomic fragment",
	        "60000000 001b0040 " V6_ADDRESSES HOP_BY_HOP ATOMIC V6_UDP, PACKET_UDP },
	{ "no octets", "", PACKET_MALFORMED },
	{ "version 5", "5500001f 12344000 40113c30 " V4_ADDRESSES V4_UDP, PACKET_MALFORMED },
	{ "header length 16", "4400001f 12344000 40113c30 " V4_ADDRESSES V4_UDP, PACKET_MALFORMED },
	{ "header longer than the packet", "4f00001f 12344000 40113c30 " V4_ADDRESSES V4_UDP,
	        PACKET_MALFORMED },
	{ "total length below the header's", "45000013 12344000 40113c30 " V4_ADDRESSES V4_UDP,
	        PACKET_MALFORMED },
	{ "total length beyond the packet", "45000020 12344000 40113c30 " V4_ADDRESSES V4_UDP,
	        PACKET_MALFORMED },
	{ "first fragment", "4500001f 12342000 40113c30 " V4_ADDRESSES V4_UDP, PACKET_FRAGMENT },
	{ "later fragment", "4500001f 12340001 40113c30 " V4_ADDRESSES V4_UDP, PACKET_FRAGMENT },
	{ "TCP", "4500001f 12344000 40063c30 " V4_ADDRESSES V4_UDP, PACKET_NOT_UDP },
	{ "UDP length shorter than the datagram", V4 "9c400035 000ab295 616263", PACKET_MALFORMED },
	{ "UDP length longer than the datagram", V4 "9c400035 000cb295 616263", PACKET_MALFORMED },
	{ "half a UDP header", "45000018 12344000 40113c30 " V4_ADDRESSES "9c400035",
	        PACKET_MALFORMED },
	{ "IPv6 payload length zero (a jumbogram)", "60000000 00001140 " V6_ADDRESSES V6_UDP,
	        PACKET_MALFORMED },
	{ "IPv6 length beyond the packet", "60000000 000c1140 " V6_ADDRESSES V6_UDP,
	        PACKET_MALFORMED },
	{ "IPv6 first fragment", "60000000 00132c40 " V6_ADDRESSES "11000001 12345678 " V6_UDP,
	        PACKET_FRAGMENT },
	{ "IPv6 later fragment", "60000000 00132c40 " V6_ADDRESSES "11000008 12345678 " V6_UDP,
	        PACKET_FRAGMENT },
	{ "IPv6 routing header with segments left",
	        "60000000 00132b40 " V6_ADDRESSES "11000401 00000000 " V6_UDP, PACKET_MALFORMED },
	{ "IPv6 routing header without segments left",
	        "60000000 00132b40 " V6_ADDRESSES "11000400 00000000 " V6_UDP, PACKET_UDP },
	{ "extension header longer than the packet",
	        "60000000 00133c40 " V6_ADDRESSES "11040104 00000000 " V6_UDP, PACKET_MALFORMED },
	{ "an unknown extension header", "60000000 00138740 " V6_ADDRESSES ATOMIC V6_UDP,
	        PACKET_NOT_UDP },
	{ "more extension headers than are skipped",
	        "60000000 00533c40 " V6_ADDRESSES DESTINATION DESTINATION DESTINATION DESTINATION
	                DESTINATION DESTINATION DESTINATION DESTINATION ATOMIC V6_UDP,
	        PACKET_MALFORMED },
};

static void each_packet_is_classified(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packets); i++) {
		size_t len;
		uint8_t *octets = unhex(packets[i].hex, &len);
		struct packet p;
		assert_row(
		        packets[i].why, packet_parse(&p, span_of(octets, len)) == packets[i].kind);
		free(octets);
	}
}

static void the_parts_of_a_datagram_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packets); i++) {
		size_t len;
		uint8_t *octets = unhex(packets[i].hex, &len);
		struct packet p;
		if (packet_parse(&p, span_of(octets, len)) == PACKET_UDP) {
			const char *why = packets[i].why;
			bool is_query = p.version == 4;
			assert_row(why, p.source_port == (is_query ? 40000 : 53));
			assert_row(why, p.destination_port == (is_query ? 53 : 40000));
			assert_row(why, p.source.len == (is_query ? 4 : 16));
			assert_row(why, p.source.base[p.source.len - 1] == 0x01);
			assert_row(why, p.destination.base[p.destination.len - 1] ==
			                        (is_query ? 0x35 : 0x53));
			assert_row(why, span_equal(p.payload, span_of("abc", 3)));
			assert_row(why, packet_checksum_ok(&p));
		}
		free(octets);
	}
}

static void a_packet_cut_anywhere_is_malformed(void **state)
{
	(void)state;
	static const char *const whole[] = { V4 V4_UDP, V4_OPTION V4_UDP,
		"60000000 001b0040 " V6_ADDRESSES HOP_BY_HOP ATOMIC V6_UDP };

	for (size_t i = 0; i < COUNT(whole); i++) {
		size_t len;
		uint8_t *octets = unhex(whole[i], &len);
		for (size_t cut = 0; cut < len; cut++) {
			struct packet p;
			uint8_t *part = malloc(cut ? cut : 1);
			memcpy(part, octets, cut);
			assert_int_equal(packet_parse(&p, span_of(part, cut)), PACKET_MALFORMED);
			free(part);
		}
		free(octets);
	}
}

static void checksums_are_verified(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *hex;
		bool ok;
	} rows[] = {
		{ "IPv4, right", V4 V4_UDP, true },
		{ "IPv4, an octet of payload changed", V4 "9c400035 000bb295 616264", false },
		{ "IPv4, a port changed", V4 "9c410035 000bb295 616263", false },
		{ "IPv4, an address changed",
		        "4500001f 12344000 40113c30 c0000202 c6336435 " V4_UDP, false },
		{ "IPv4, no checksum", V4 "9c400035 000b0000 616263", true },
		{ "IPv6, right", V6 V6_UDP, true },
		{ "IPv6, wrong", V6 "00359c40 000b433b 616263", false },
		{ "IPv6, no checksum, which is not allowed", V6 "00359c40 000b0000 616263", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);
		struct packet p;
		assert_row(rows[i].why, packet_parse(&p, span_of(octets, len)) == PACKET_UDP);
		assert_row(rows[i].why, packet_checksum_ok(&p) == rows[i].ok);
		free(octets);
	}
}

static void a_packet_is_written_with_another_payload(void **state)
{
	(void)state;
	static const struct {
		const char *why, *from, *payload, *want;
	} rows[] = {
		{ "an unchanged payload gives an unchanged packet", V4 V4_UDP, "abc", V4 V4_UDP },
		{ "a longer payload of odd length", V4 V4_UDP, "abcde",
		        "45000021 12344000 40113c2e " V4_ADDRESSES "9c400035 000d4d2d 6162636465" },
		{ "a missing checksum is added", V4 "9c400035 000b0000 616263", "abc", V4 V4_UDP },
		{ "IPv4 options stay", V4_OPTION V4_UDP, "abc", V4_OPTION V4_UDP },
		{ "IPv6", V6 V6_UDP, "abc", V6 V6_UDP },
		{ "extension headers stay",
		        "60000000 001b0040 " V6_ADDRESSES HOP_BY_HOP ATOMIC V6_UDP, "abc",
		        "60000000 001b0040 " V6_ADDRESSES HOP_BY_HOP ATOMIC V6_UDP },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len, want_len;
		uint8_t *octets = unhex(rows[i].from, &len);
		uint8_t *want = unhex(rows[i].want, &want_len);
		uint8_t buffer[256];
		struct writer out = writer_over(buffer, sizeof(buffer));
		struct packet p;

		assert_row(rows[i].why, packet_parse(&p, span_of(octets, len)) == PACKET_UDP);
		packet_write(&out, &p, span_of(rows[i].payload, strlen(rows[i].payload)));
		assert_row(rows[i].why, !out.full);
		assert_row(rows[i].why, span_equal(writer_span(&out), span_of(want, want_len)));
		free(octets);
		free(want);
	}
}

static void a_packet_that_does_not_fit_is_not_written(void **state)
{
	(void)state;
	static uint8_t buffer[PACKET_MAX + 100], payload[PACKET_MAX];
	size_t len;
	uint8_t *octets = unhex(V4 V4_UDP, &len);
	struct packet p;

	assert_int_equal(packet_parse(&p, span_of(octets, len)), PACKET_UDP);
	struct writer small = writer_over(buffer, len - 1);
	packet_write(&small, &p, p.payload);
	assert_true(small.full);
	struct writer large = writer_over(buffer, sizeof(buffer));
	packet_write(&large, &p, span_of(payload, PACKET_MAX - 27));
	assert_true(large.full);
	large = writer_over(buffer, sizeof(buffer));
	packet_write(&large, &p, span_of(payload, PACKET_MAX - 28));
	assert_false(large.full);
	assert_int_equal(large.len, PACKET_MAX);
	free(octets);
}

static void a_spoiled_packet_is_whole_but_for_its_checksum(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(packets); i++) {
		size_t len;
		uint8_t *octets = unhex(packets[i].hex, &len), room[128];
		struct packet p, spoiled;

		/* each value of two octets of the payload, so each checksum */
		for (unsigned n = 0; n <= UINT16_MAX; n++) {
			if (packet_parse(&p, span_of(octets, len)) != PACKET_UDP)
				break;
			struct writer out = writer_over(room, sizeof(room));
			put_u16(octets + (p.payload.base - octets), (uint16_t)n);
			packet_write_spoiled(&out, &p);
			assert_int_equal(packet_parse(&spoiled, writer_span(&out)), PACKET_UDP);
			assert_row(packets[i].why, spoiled.has_checksum);
			assert_row(packets[i].why, !packet_checksum_ok(&spoiled));
			assert_row(packets[i].why, span_equal(spoiled.payload, p.payload));
			assert_row(packets[i].why, span_equal(spoiled.source, p.source));
		}
		free(octets);
	}
}

static void an_answer_goes_back_where_its_query_came_from(void **state)
{
	(void)state;
	static const struct {
		const char *why, *query, *answer; /* Python computed the checksums */
	} rows[] = {
		{ "IPv4", V4 V4_UDP,
		        "45000020 00000000 40118e63 c6336435 c0000201 00359c40 000cac29 64656667" },
		{ "IPv4 with an option", V4_OPTION V4_UDP,
		        "45000020 00000000 40118e63 c6336435 c0000201 00359c40 000cac29 64656667" },
		{ "IPv6", V6 V6_UDP,
		        "60000000 000c1140 20010db8 00000000 00000000 00000053 20010db8 00000000 "
		        "00000000 00000001 9c400035 000c3cce 64656667" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len, wanted_len;
		uint8_t *octets = unhex(rows[i].query, &len), room[128];
		uint8_t *wanted = unhex(rows[i].answer, &wanted_len);
		struct writer out = writer_over(room, sizeof(room));
		struct packet p;

		assert_int_equal(packet_parse(&p, span_of(octets, len)), PACKET_UDP);
		packet_write_answer(&out, &p, span_of("defg", 4));
		assert_row(rows[i].why, span_equal(writer_span(&out), span_of(wanted, wanted_len)));
		free(octets);
		free(wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_is_classified),
		cmocka_unit_test(the_parts_of_a_datagram_are_found),
		cmocka_unit_test(a_packet_cut_anywhere_is_malformed),
		cmocka_unit_test(checksums_are_verified),
		cmocka_unit_test(a_packet_is_written_with_another_payload),
		cmocka_unit_test(a_packet_that_does_not_fit_is_not_written),
		cmocka_unit_test(a_spoiled_packet_is_whole_but_for_its_checksum),
		cmocka_unit_test(an_answer_goes_back_where_its_query_came_from),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
