/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/writer.h"
#include "capture/dissect.h"

#define PACKET_SIZE 2048

/* A DNS message of this many octets; the content does not matter here. */
static uint8_t message[1000];

static int make_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 3);
	return 0;
}

struct watcher {
	struct dissector *dissector;
	uint64_t packets;
	unsigned seen;
	struct captured_message last; /* its spans are invalid */
	size_t last_len;
};

static void see(void *context, const struct captured_message *seen)
{
	struct watcher *w = context;

	w->seen++;
	w->last = *seen;
	w->last_len = seen->message.len;
	assert_true(span_equal(seen->message, span_of(message, seen->message.len)));
	assert_int_equal(seen->source.len, seen->version == 4 ? 4 : 16);
	assert_int_equal(seen->source.base[0], 1);
	assert_int_equal(seen->destination.base[0], 2);
}

static void open_watcher(struct watcher *w)
{
	*w = (struct watcher){ 0 };
	w->dissector = dissect_new(see, w);
	assert_non_null(w->dissector);
}

static void close_watcher(struct watcher *w)
{
	dissect_free(w->dissector);
}

static void capture(struct watcher *w, struct span ip)
{
	/* A copy, so that a sanitizer sees reads past its end. */
	uint8_t *octets = malloc(ip.len ? ip.len : 1);
	struct frame frame = { { ++w->packets, 1000, 7 }, span_of(octets, ip.len) };

	if (ip.len)
		memcpy(octets, ip.base, ip.len);
	dissect_packet(w->dissector, &frame);
	free(octets);
}

struct talk {
	uint8_t version, protocol;
	uint16_t source_port, destination_port;
};

static const struct talk udp = { 4, 17, 53, 4000 }, tcp = { 4, 6, 53, 4000 };

static void put_ports(struct writer *out, const struct talk *t)
{
	writer_u16(out, t->source_port);
	writer_u16(out, t->destination_port);
}

/* A UDP datagram, or a TCP segment from the first octet on, with a message of `len` octets. */
static struct span put_transport(uint8_t *buffer, const struct talk *t, size_t len)
{
	struct writer out = writer_over(buffer, PACKET_SIZE);

	put_ports(&out, t);
	if (t->protocol == 17) {
		writer_u16(&out, (uint16_t)(8 + len));
		writer_u16(&out, 0);
	} else {
		writer_u32(&out, 1);
		writer_u32(&out, 0);
		writer_u32(&out, 0x50020000); /* with SYN: the data begin at 2 */
		writer_u32(&out, 0);
		writer_u16(&out, (uint16_t)len);
	}
	writer_put(&out, span_of(message, len));
	assert_false(out.full);
	return writer_span(&out);
}

static void put_address(struct writer *out, uint8_t version, uint8_t first)
{
	uint8_t address[16] = { first };
	writer_put(out, span_of(address, version == 4 ? 4 : 16));
}

/* An IP packet with `payload`, or a fragment if `more` or `offset` is set. */
static struct span put_ip(
        uint8_t *buffer, const struct talk *t, struct span payload, uint16_t offset, bool more)
{
	struct writer out = writer_over(buffer, PACKET_SIZE);
	bool is_fragment = offset || more;

	if (t->version == 4) {
		writer_u16(&out, 0x4500);
		writer_u16(&out, (uint16_t)(20 + payload.len));
		writer_u16(&out, 99);
		writer_u16(&out, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
		writer_u16(&out, (uint16_t)(0x4000 | t->protocol));
		writer_u16(&out, 0);
	} else {
		writer_u32(&out, 0x60000000);
		writer_u16(&out, (uint16_t)(payload.len + (is_fragment ? 8 : 0)));
		writer_u8(&out, is_fragment ? 44 : t->protocol);
		writer_u8(&out, 64);
	}
	put_address(&out, t->version, 1);
	put_address(&out, t->version, 2);
	if (t->version == 6 && is_fragment) {
		writer_u16(&out, (uint16_t)(t->protocol << 8));
		writer_u16(&out, (uint16_t)(offset | more));
		writer_u32(&out, 99);
	}
	writer_put(&out, payload);
	assert_false(out.full);
	return writer_span(&out);
}

static void messages_to_and_from_port_53_are_seen(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct talk talk;
		bool seen;
	} rows[] = {
		{ "a response over UDP", { 4, 17, 53, 4000 }, true },
		{ "a query over UDP", { 4, 17, 4000, 53 }, true },
		{ "between two servers", { 4, 17, 53, 53 }, true },
		{ "UDP over IPv6", { 6, 17, 53, 4000 }, true },
		{ "a response over TCP", { 4, 6, 53, 4000 }, true },
		{ "a query over TCP and IPv6", { 6, 6, 4000, 53 }, true },
		{ "multicast DNS", { 4, 17, 5353, 5353 }, false },
		{ "DNS over TLS", { 4, 6, 853, 4000 }, false },
		{ "another protocol", { 4, 132, 53, 4000 }, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct talk *t = &rows[i].talk;
		uint8_t transport[PACKET_SIZE], packet[PACKET_SIZE];
		struct watcher w;

		open_watcher(&w);
		capture(&w, put_ip(packet, t, put_transport(transport, t, 100), 0, false));
		assert_row(rows[i].why, w.seen == rows[i].seen);
		const struct capture_counts *counts = dissect_counts(w.dissector);
		assert_row(rows[i].why, counts->packets == 1);
		assert_row(rows[i].why, counts->messages == rows[i].seen);
		assert_row(rows[i].why, counts->other == !rows[i].seen);
		if (rows[i].seen) {
			assert_row(rows[i].why, w.last.source_port == t->source_port);
			assert_row(rows[i].why, w.last.destination_port == t->destination_port);
			assert_row(rows[i].why, w.last.version == t->version);
			assert_row(rows[i].why, w.last.over_tcp == (t->protocol == 6));
			assert_row(rows[i].why, w.last.at.packet == 1);
			assert_row(rows[i].why, w.last.at.time_s == 1000);
			assert_row(rows[i].why, w.last.at.time_us == 7);
			assert_row(rows[i].why, w.last_len == 100);
		}
		close_watcher(&w);
	}
}

static void fragments_are_seen_as_one_message(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct talk talk;
	} rows[] = {
		{ "UDP over IPv4", { 4, 17, 53, 4000 } },
		{ "UDP over IPv6", { 6, 17, 53, 4000 } },
		{ "TCP over IPv4", { 4, 6, 53, 4000 } },
		{ "TCP over IPv6", { 6, 6, 53, 4000 } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct talk *t = &rows[i].talk;
		uint8_t transport[PACKET_SIZE], packet[PACKET_SIZE];
		struct span whole = put_transport(transport, t, sizeof(message));
		struct watcher w;

		open_watcher(&w);
		capture(&w,
		        put_ip(packet, t, span_of(whole.base + 600, whole.len - 600), 600, false));
		assert_row(rows[i].why, w.seen == 0);
		capture(&w, put_ip(packet, t, span_of(whole.base, 600), 0, true));
		assert_row(rows[i].why, w.seen == 1);
		assert_row(rows[i].why, w.last.at.packet == 2);
		assert_row(rows[i].why, w.last_len == sizeof(message));
		assert_row(rows[i].why, dissect_counts(w.dissector)->fragments == 2);
		close_watcher(&w);
	}
}

static void unusable_packets_are_counted(void **state)
{
	(void)state;
	uint8_t transport[PACKET_SIZE], packet[PACKET_SIZE];
	struct watcher w;

	open_watcher(&w);
	const struct capture_counts *counts = dissect_counts(w.dissector);
	struct span ip = put_ip(packet, &udp, put_transport(transport, &udp, 100), 0, false);
	capture(&w, span_of(ip.base, ip.len - 1));
	assert_int_equal(counts->cut, 1);
	capture(&w, span_of(ip.base, 19));
	assert_int_equal(counts->malformed, 1);
	ip = put_ip(packet, &udp, put_transport(transport, &udp, 11), 0, false);
	capture(&w, ip);
	assert_int_equal(counts->runts, 1);
	struct span datagram = put_transport(transport, &udp, 100);
	capture(&w, put_ip(packet, &udp, span_of(datagram.base, datagram.len - 1), 0, false));
	assert_int_equal(counts->malformed, 2);
	capture(&w, put_ip(packet, &udp, span_of(datagram.base, 7), 0, false));
	assert_int_equal(counts->malformed, 3);
	struct span segment = put_transport(transport, &tcp, 100);
	capture(&w, put_ip(packet, &tcp, span_of(segment.base, 19), 0, false));
	assert_int_equal(counts->malformed, 4);
	assert_int_equal(w.seen, 0);
	assert_int_equal(counts->packets, 6);
	close_watcher(&w);
}

static void nothing_is_carried_into_the_next_capture(void **state)
{
	(void)state;
	uint8_t transport[PACKET_SIZE], packet[PACKET_SIZE];
	struct span whole = put_transport(transport, &udp, 500);
	struct watcher w;

	open_watcher(&w);
	capture(&w, put_ip(packet, &udp, span_of(whole.base, 400), 0, true));
	dissect_finish(w.dissector);
	capture(&w, put_ip(packet, &udp, span_of(whole.base + 400, whole.len - 400), 400, false));
	assert_int_equal(w.seen, 0);
	assert_int_equal(dissect_counts(w.dissector)->fragments_lost, 1);
	close_watcher(&w);
	dissect_free(NULL);
}

/* Takes any message, and touches all of it. */
static void touch(void *context, const struct captured_message *seen)
{
	unsigned *sum = context;

	assert_true(seen->message.len >= 12);
	for (size_t i = 0; i < seen->message.len; i++)
		*sum += seen->message.base[i];
}

static void flip_each_bit(struct watcher *w, uint8_t *packet, size_t len)
{
	for (size_t bit = 0; bit < len * 8; bit++) {
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		capture(w, span_of(packet, len));
		packet[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void any_bit_may_be_flipped(void **state)
{
	(void)state;
	static const struct talk talks[] = { { 4, 17, 53, 4000 }, { 6, 17, 53, 4000 },
		{ 4, 6, 53, 4000 }, { 6, 6, 53, 4000 } };
	uint8_t transport[PACKET_SIZE], packet[PACKET_SIZE];
	unsigned sum = 0;
	struct watcher w = { .dissector = dissect_new(touch, &sum) };

	for (size_t i = 0; i < COUNT(talks); i++) {
		const struct talk *t = &talks[i];
		struct span whole = put_transport(transport, t, 60);
		size_t len = put_ip(packet, t, span_of(whole.base, 40), 0, true).len;
		flip_each_bit(&w, packet, len);
		len = put_ip(packet, t, whole, 0, false).len;
		flip_each_bit(&w, packet, len);
	}
	assert_true(dissect_counts(w.dissector)->messages > 0);
	close_watcher(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_to_and_from_port_53_are_seen),
		cmocka_unit_test(fragments_are_seen_as_one_message),
		cmocka_unit_test(unusable_packets_are_counted),
		cmocka_unit_test(nothing_is_carried_into_the_next_capture),
		cmocka_unit_test(any_bit_may_be_flipped),
	};
	return cmocka_run_group_tests(tests, make_message, NULL);
}
