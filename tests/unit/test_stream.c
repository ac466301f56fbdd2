/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "played.h"

/* `want` names each message and the packet that completed it; the SYN is packet 1. */
static const struct script {
	const char *why;
	bool has_syn;
	struct part {
		size_t from, to;
	} parts[8];
	const char *want;
	unsigned gaps, unplaced;
} scripts[] = {
	{ "all in one segment", true, { { A, END } }, "A2 B2 C2", 0, 0 },
	{ "one segment each", true, { { A, B }, { B, C }, { C, END } }, "A2 B3 C4", 0, 0 },
	{ "the length in a segment of its own", true, { { A, A + 2 }, { A + 2, B } }, "A3", 0, 0 },
	{ "the length in two segments", true, { { A, A + 1 }, { A + 1, B } }, "A3", 0, 0 },
	{ "out of order", true, { { B, C }, { A, B }, { C, END } }, "A3 B3 C4", 0, 0 },
	{ "backwards", true, { { C, END }, { B + 9, C }, { B, B + 9 }, { A, B } }, "A5 B5 C5", 0,
	        0 },
	{ "sent again", true, { { A, B }, { A, B }, { B, C }, { A, B } }, "A2 B4", 0, 0 },
	{ "sent again with more", true, { { A, B }, { A, C } }, "A2 B3", 0, 0 },
	{ "sent again in other segments", true, { { A, B + 9 }, { B + 2, C } }, "A2 B3", 0, 0 },
	{ "sent again while it waits", true, { { B, C }, { B, C }, { A, B } }, "A4 B4", 0, 0 },
	{ "overlaps while it waits", true,
	        { { B + 50, C }, { B, B + 100 }, { B + 20, B + 60 }, { A, B } }, "A5 B5", 0, 0 },
	{ "a waiting segment is covered by a longer one", true,
	        { { B + 50, B + 60 }, { B + 50, C }, { A, B + 50 } }, "A4 B4", 0, 0 },
	{ "ends in a message", true, { { A, B + 9 } }, "A2", 1, 0 },
	{ "ends in a length", true, { { A, B + 1 } }, "A2", 1, 0 },
	{ "a segment is missing, and a message begins after it", true, { { A, B }, { C, END } },
	        "A2 C3", 1, 0 },
	{ "a segment is missing, and no message begins after it", true,
	        { { A, B }, { B + 50, C }, { C, END } }, "A2 C4", 1, 1 },
	{ "the first segment is missing", true, { { B, C }, { C, END } }, "B2 C3", 1, 0 },
	{ "two segments are missing", true, { { A, B }, { B + 50, B + 99 }, { C, END } }, "A2 C4",
	        2, 1 },
	{ "no SYN", false, { { A, B }, { B, C } }, "A2 B3", 0, 0 },
	{ "no SYN, and the first segments hold the end of a message", false,
	        { { B + 50, B + 99 }, { B + 99, C }, { C, END } }, "C4", 0, 2 },
	{ "no SYN, and the length in a segment of its own", false, { { B, B + 2 }, { B + 2, C } },
	        "B3", 0, 0 },
	{ "no SYN, and a message in pieces", false,
	        { { B, B + 5 }, { B + 5, B + 9 }, { B + 9, C } }, "B4", 0, 0 },
	{ "no SYN, and the last octet of a message", false, { { C - 1, C }, { C, END } }, "", 0,
	        1 },
};

static void play(struct watcher *w, const struct script *s, uint32_t first)
{
	if (s->has_syn)
		capture_syn(w, first);
	else
		w->packets++;
	for (size_t i = 0; i < COUNT(s->parts) && s->parts[i].to > 0; i++)
		capture_part(w, first, s->parts[i].from, s->parts[i].to);
	streams_finish(&w->streams);
}

static void each_message_is_seen_with_the_packet_that_completed_it(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t first;
	} numbers[] = {
		{ "", 1000 },
		{ "from zero on", 0 },
		{ "wrapping around in A", UINT32_MAX - 4 },
		{ "wrapping around in B", UINT32_MAX - B - 55 },
		{ "where the sign changes", INT32_MAX - B },
	};

	for (size_t n = 0; n < COUNT(numbers); n++) {
		for (size_t i = 0; i < COUNT(scripts); i++) {
			struct watcher w;
			char why[200];

			snprintf(why, sizeof(why), "%s %s", scripts[i].why, numbers[n].why);
			open_watcher(&w);
			play(&w, &scripts[i], numbers[n].first);
			assert_seen(&w, why, scripts[i].want);
			assert_row(why, w.counts.messages == w.seen_count);
			assert_row(why, w.counts.stream_gaps == scripts[i].gaps);
			assert_row(why, w.counts.stream_unplaced == scripts[i].unplaced);
			assert_row(why, w.streams.octets_held == 0);
			close_watcher(&w);
		}
	}
}

static void the_order_of_segments_does_not_matter(void **state)
{
	(void)state;
	static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
		{ 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 1; i < END - 1; i += 3) {
		for (size_t j = i + 1; j < END; j += 7) {
			const size_t cuts[] = { 0, i, j, END };
			for (size_t o = 0; o < COUNT(orders); o++) {
				struct watcher w;
				open_watcher(&w);
				capture_syn(&w, UINT32_MAX - 100);
				for (size_t k = 0; k < 3; k++)
					capture_part(&w, UINT32_MAX - 100, cuts[orders[o][k]],
					        cuts[orders[o][k] + 1]);
				assert_int_equal(w.seen_count, 3);
				for (unsigned m = 0; m < 3; m++)
					assert_int_equal(w.seen[m].name, "ABC"[m]);
				close_watcher(&w);
			}
		}
	}
}

static void any_overlaps_give_each_message_once(void **state)
{
	(void)state;
	srand(1);
	for (unsigned round = 0; round < 3000; round++) {
		struct watcher w;

		open_watcher(&w);
		capture_syn(&w, 77);
		for (unsigned i = 0; i < 40; i++) {
			size_t from = (size_t)rand() % END;
			capture_part(&w, 77, from, from + 1 + (size_t)rand() % (END - from));
		}
		capture_part(&w, 77, 0, END);
		assert_int_equal(w.seen_count, 3);
		for (unsigned m = 0; m < 3; m++)
			assert_int_equal(w.seen[m].name, "ABC"[m]);
		assert_int_equal(w.streams.octets_held, 0);
		close_watcher(&w);
	}
}

static void repeated_octets_are_ignored_even_if_changed(void **state)
{
	(void)state;
	uint8_t forged[END];
	struct watcher w;

	memset(forged, 0x55, sizeof(forged));
	open_watcher(&w);
	capture_syn(&w, 5);
	capture_part(&w, 5, A, B + 9);
	capture(&w, 4000, 5, TCP_ACK, span_of(forged, B + 9));
	capture_part(&w, 5, B, END);
	assert_seen(&w, "forged", "A2 B4 C4");
	close_watcher(&w);
}

static void a_new_syn_begins_a_new_stream(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	capture_syn(&w, 1000);
	capture_part(&w, 1000, A, B + 9);
	capture_syn(&w, 1000);
	capture_part(&w, 1000, B + 9, C);
	assert_seen(&w, "the same SYN again", "A2 B4");
	capture_part(&w, 1000, C, C + 9);
	capture_syn(&w, 5000);
	assert_int_equal(w.counts.stream_gaps, 1);
	capture_part(&w, 5000, A, B);
	assert_seen(&w, "another SYN", "A2 B4 A7");
	capture(&w, 4000, 8999, TCP_SYN, span_of(sent, B));
	assert_seen(&w, "a SYN with data (RFC 7413)", "A2 B4 A7 A8");
	capture_part(&w, 4000000000U, A, B);
	assert_seen(&w, "far off: a SYN that was not captured", "A2 B4 A7 A8 A9");
	capture_syn(&w, 4000000000U);
	capture_part(&w, 4000000000U, B, C);
	assert_seen(&w, "a SYN captured after the data", "A2 B4 A7 A8 A9 B11");
	close_watcher(&w);
}

static void streams_are_kept_apart(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	for (uint16_t port = 4000; port < 4010; port++)
		capture(&w, port, 999, TCP_SYN, span_of(NULL, 0));
	for (uint16_t port = 4000; port < 4010; port++)
		capture(&w, port, 1000, TCP_ACK, span_of(sent, 9));
	for (uint16_t port = 4000; port < 4010; port++)
		capture(&w, port, 1009, TCP_ACK, span_of(sent + 9, END - 9));
	assert_int_equal(w.seen_count, 30);
	close_watcher(&w);
}

static void acknowledgements_make_no_streams(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	capture(&w, 4000, 1000, TCP_ACK, span_of(NULL, 0));
	capture(&w, 4000, 1000, TCP_RST, span_of(NULL, 0));
	assert_int_equal(w.streams.table.used, 0);
	close_watcher(&w);
}

static void messages_too_short_for_a_header_are_counted(void **state)
{
	(void)state;
	static const uint8_t runts[] = { 0, 0, 0, 3, 1, 2, 3, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0 };
	struct watcher w;

	open_watcher(&w);
	capture_syn(&w, 1000);
	capture(&w, 4000, 1000, TCP_ACK, span_of(runts, sizeof(runts)));
	capture(&w, 4000, 1000 + sizeof(runts), TCP_ACK, span_of(sent, B));
	assert_int_equal(w.counts.runts, 3);
	assert_seen(&w, "a message behind them", "A3");
	close_watcher(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_is_seen_with_the_packet_that_completed_it),
		cmocka_unit_test(the_order_of_segments_does_not_matter),
		cmocka_unit_test(any_overlaps_give_each_message_once),
		cmocka_unit_test(repeated_octets_are_ignored_even_if_changed),
		cmocka_unit_test(a_new_syn_begins_a_new_stream),
		cmocka_unit_test(streams_are_kept_apart),
		cmocka_unit_test(acknowledgements_make_no_streams),
		cmocka_unit_test(messages_too_short_for_a_header_are_counted),
	};
	return cmocka_run_group_tests(tests, send_three_messages, NULL);
}
