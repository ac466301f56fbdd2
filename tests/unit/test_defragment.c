/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "capture/defragment.h"

#define TOTAL 100

static uint8_t sent[TOTAL];
static const uint8_t addresses[32] = { 1, [16] = 2 };

static int send_a_datagram(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOTAL; i++)
		sent[i] = (uint8_t)(i * 7);
	return 0;
}

struct fragment {
	size_t from, to;
	bool is_changed, more; /* the first octet is changed; more fragments follow */
};

/* `octets` must outlive the ip. */
static struct ip cut_out(const struct fragment *f, uint8_t version, uint32_t id, uint8_t *octets)
{
	size_t address_len = version == 4 ? 4 : 16;

	memcpy(octets, sent + f->from, f->to - f->from);
	if (f->is_changed)
		octets[0]++;
	return (struct ip){ .version = version,
		.protocol = IP_UDP,
		.source = span_of(addresses, address_len),
		.destination = span_of(addresses + 16, address_len),
		.payload = span_of(octets, f->to - f->from),
		.id = id,
		.offset = (uint16_t)f->from,
		.more = f->more };
}

#define MORE    false, true
#define LAST    false, false
#define CHANGED true, true

static const struct script {
	const char *why;
	struct fragment fragments[6];
	enum ip_kind last;
	unsigned refused;
} scripts[] = {
	{ "in order", { { 0, 40, MORE }, { 40, 80, MORE }, { 80, TOTAL, LAST } }, IP_WHOLE, 0 },
	{ "backwards", { { 80, TOTAL, LAST }, { 40, 80, MORE }, { 0, 40, MORE } }, IP_WHOLE, 0 },
	{ "the middle last", { { 0, 40, MORE }, { 80, TOTAL, LAST }, { 40, 80, MORE } }, IP_WHOLE,
	        0 },
	{ "one missing", { { 0, 40, MORE }, { 80, TOTAL, LAST } }, IP_FRAGMENT, 0 },
	{ "the last one missing", { { 0, 40, MORE }, { 40, 80, MORE } }, IP_FRAGMENT, 0 },
	{ "one twice", { { 0, 40, MORE }, { 40, 80, MORE }, { 40, 80, MORE }, { 80, TOTAL, LAST } },
	        IP_WHOLE, 0 },
	{ "the last one twice", { { 80, TOTAL, LAST }, { 80, TOTAL, LAST }, { 0, 80, MORE } },
	        IP_WHOLE, 0 },
	{ "one twice, changed",
	        { { 0, 40, MORE }, { 40, 80, MORE }, { 40, 80, CHANGED }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "one twice, once as the last one",
	        { { 0, 40, MORE }, { 40, 80, MORE }, { 40, 80, LAST }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "the last one twice, once as another",
	        { { 80, 96, LAST }, { 80, 96, MORE }, { 0, 80, MORE } }, IP_MALFORMED, 1 },
	{ "overlap of 8 octets", { { 0, 48, MORE }, { 40, 80, MORE }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "overlap from below", { { 40, 80, MORE }, { 0, 48, MORE }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "one within another", { { 0, 80, MORE }, { 40, 48, MORE }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "one around another", { { 40, 48, MORE }, { 0, 80, MORE }, { 80, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "the same start, shorter", { { 0, 40, MORE }, { 0, 32, MORE }, { 40, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "two ends", { { 80, TOTAL, LAST }, { 80, 96, LAST }, { 0, 80, MORE } }, IP_MALFORMED, 1 },
	{ "octets past the end", { { 40, 48, LAST }, { 48, 56, MORE }, { 0, 40, MORE } },
	        IP_MALFORMED, 1 },
	{ "an end before octets already received",
	        { { 48, 56, MORE }, { 40, 48, LAST }, { 0, 40, MORE } }, IP_MALFORMED, 1 },
	{ "an empty fragment", { { 0, 40, MORE }, { 40, 40, MORE }, { 40, TOTAL, LAST } },
	        IP_MALFORMED, 1 },
	{ "not a multiple of 8", { { 0, 41, MORE }, { 80, TOTAL, LAST }, { 48, 80, MORE } },
	        IP_MALFORMED, 1 },
};

static void fragments_are_reassembled_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(scripts); i++) {
		const struct script *s = &scripts[i / 2];
		uint8_t version = i % 2 ? 6 : 4;
		struct capture_counts counts = { 0 };
		struct defragmenter d;
		enum ip_kind kind = IP_FRAGMENT;

		assert_int_equal(defragment_init(&d, &counts), 0);
		for (size_t k = 0; k < COUNT(s->fragments) && s->fragments[k].to; k++) {
			const struct fragment *f = &s->fragments[k];
			uint8_t *octets = malloc(f->to - f->from + 1);
			struct ip ip = cut_out(f, version, 7, octets);

			assert_row(s->why, kind != IP_WHOLE);
			kind = defragment(&d, &ip, 1000);
			free(octets);
			if (kind == IP_WHOLE) {
				assert_row(s->why, span_equal(ip.payload, span_of(sent, TOTAL)));
				assert_row(s->why, ip.protocol == IP_UDP && !ip.more && !ip.offset);
			}
		}
		assert_row(s->why, kind == s->last);
		assert_row(s->why, counts.fragments_refused == s->refused);
		assert_row(s->why, d.table.used == (kind != IP_WHOLE));
		defragment_fini(&d);
		assert_row(s->why, d.octets_held == 0);
		assert_row(s->why, counts.fragments_lost == (kind == IP_FRAGMENT));
	}
}

static void fragments_may_come_in_any_order(void **state)
{
	(void)state;
	static const struct fragment parts[] = { { 0, 16, MORE }, { 16, 48, MORE },
		{ 48, 56, MORE }, { 56, TOTAL, LAST } };

	for (unsigned order = 0; order < 256; order++) {
		const unsigned picks[] = { order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 };
		unsigned seen = 0;
		struct capture_counts counts = { 0 };
		struct defragmenter d;

		assert_int_equal(defragment_init(&d, &counts), 0);
		for (unsigned i = 0; i < COUNT(picks); i++) {
			uint8_t octets[TOTAL];
			struct ip ip = cut_out(&parts[picks[i]], 4, 1, octets);
			seen |= 1U << picks[i];
			enum ip_kind want = seen == 15 ? IP_WHOLE : IP_FRAGMENT;
			assert_int_equal(defragment(&d, &ip, 1000), want);
		}
		assert_int_equal(counts.fragments_refused, 0);
		defragment_fini(&d);
	}
}

/* Passes in the fragment `f` of the datagram that the other arguments name. */
static enum ip_kind give(struct defragmenter *d, struct fragment f, uint32_t id, uint8_t protocol,
        uint8_t version, int64_t now_s)
{
	uint8_t octets[TOTAL];
	struct ip ip = cut_out(&f, version, id, octets);

	ip.protocol = protocol;
	return defragment(d, &ip, now_s);
}

static const struct fragment head = { 0, 40, MORE }, tail = { 40, TOTAL, LAST };

static void datagrams_are_kept_apart(void **state)
{
	(void)state;
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 0), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 2, IP_UDP, 4, 0), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 1, IP_TCP, 4, 0), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 6, 0), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 4, 0), IP_WHOLE);
	assert_int_equal(give(&d, head, 1, 60, 6, 0), IP_MALFORMED);
	defragment_fini(&d);
}

static void the_first_fragment_names_the_protocol_in_ipv6(void **state)
{
	(void)state;
	uint8_t octets[TOTAL];
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	assert_int_equal(give(&d, head, 1, IP_TCP, 6, 0), IP_FRAGMENT);
	struct ip ip = cut_out(&tail, 6, 1, octets);
	assert_int_equal(defragment(&d, &ip, 0), IP_WHOLE);
	assert_int_equal(ip.protocol, IP_TCP);
	defragment_fini(&d);
}

static void a_refused_datagram_stays_refused_until_it_is_old(void **state)
{
	(void)state;
	static const struct fragment overlapping = { 32, TOTAL, LAST };
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 1000), IP_FRAGMENT);
	assert_int_equal(give(&d, overlapping, 1, IP_UDP, 4, 1000), IP_MALFORMED);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 1000 + DEFRAGMENT_WAIT_S), IP_MALFORMED);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 4, 1000 + DEFRAGMENT_WAIT_S), IP_MALFORMED);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 1001 + DEFRAGMENT_WAIT_S), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 4, 1001 + DEFRAGMENT_WAIT_S), IP_WHOLE);
	assert_int_equal(counts.fragments_refused, 1);
	assert_int_equal(counts.fragments_lost, 0);
	defragment_fini(&d);
}

static void an_incomplete_datagram_is_forgotten(void **state)
{
	(void)state;
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 1000), IP_FRAGMENT);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 4, 1001 + DEFRAGMENT_WAIT_S), IP_FRAGMENT);
	assert_int_equal(counts.fragments_lost, 1);
	assert_int_equal(give(&d, head, 1, IP_UDP, 4, 900), IP_WHOLE);
	defragment_fini(&d);
}

static void the_oldest_datagram_is_evicted(void **state)
{
	(void)state;
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	for (uint32_t id = 0; id <= DEFRAGMENT_DATAGRAMS; id++)
		assert_int_equal(give(&d, head, id, IP_UDP, 6, 0), IP_FRAGMENT);
	assert_int_equal(counts.fragments_lost, 1);
	assert_int_equal(give(&d, tail, 1, IP_UDP, 6, 0), IP_WHOLE);
	assert_int_equal(give(&d, tail, 0, IP_UDP, 6, 0), IP_FRAGMENT);
	defragment_fini(&d);
}

/* A fragment of 8 octets, at `offset`. */
static struct ip far_off(uint32_t id, uint16_t offset)
{
	return (struct ip){ .version = 4,
		.protocol = IP_UDP,
		.source = span_of(addresses, 4),
		.destination = span_of(addresses + 16, 4),
		.payload = span_of(sent, 8),
		.id = id,
		.offset = offset,
		.more = true };
}

static void the_octets_held_are_bounded(void **state)
{
	(void)state;
	const unsigned datagrams = DEFRAGMENT_OCTETS_MAX / 65528 + 10;
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	for (uint32_t id = 0; id < datagrams; id++) {
		struct ip ip = far_off(id, 65520);
		assert_int_equal(defragment(&d, &ip, 0), IP_FRAGMENT);
		assert_true(d.octets_held <= DEFRAGMENT_OCTETS_MAX);
	}
	assert_in_range(counts.fragments_lost, 9, 11);
	defragment_fini(&d);
}

static void pieces_and_octets_of_a_datagram_are_bounded(void **state)
{
	(void)state;
	struct capture_counts counts = { 0 };
	struct defragmenter d;

	assert_int_equal(defragment_init(&d, &counts), 0);
	for (unsigned i = 0; i <= DEFRAGMENT_PIECES; i++) {
		struct ip ip = far_off(1, (uint16_t)(i * 16));
		bool is_one_too_many = i == DEFRAGMENT_PIECES;
		assert_int_equal(
		        defragment(&d, &ip, 0), is_one_too_many ? IP_MALFORMED : IP_FRAGMENT);
	}
	struct ip ip = far_off(2, 65528);
	assert_int_equal(defragment(&d, &ip, 0), IP_MALFORMED);
	assert_int_equal(counts.fragments_refused, 2);
	defragment_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments_are_reassembled_or_refused),
		cmocka_unit_test(fragments_may_come_in_any_order),
		cmocka_unit_test(datagrams_are_kept_apart),
		cmocka_unit_test(the_first_fragment_names_the_protocol_in_ipv6),
		cmocka_unit_test(a_refused_datagram_stays_refused_until_it_is_old),
		cmocka_unit_test(an_incomplete_datagram_is_forgotten),
		cmocka_unit_test(the_oldest_datagram_is_evicted),
		cmocka_unit_test(the_octets_held_are_bounded),
		cmocka_unit_test(pieces_and_octets_of_a_datagram_are_bounded),
	};
	return cmocka_run_group_tests(tests, send_a_datagram, NULL);
}
