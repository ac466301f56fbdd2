/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "played.h"

static void a_gap_is_given_up_after_a_time(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	capture_syn(&w, 1000);
	capture_part(&w, 1000, C, END);
	w.now_s += STREAM_WAIT_S;
	capture_part(&w, 1000, B, C);
	assert_seen(&w, "still waiting", "");
	w.now_s++;
	capture_part(&w, 1000, B, C);
	assert_seen(&w, "waited long enough", "B3 C2");
	close_watcher(&w);

	open_watcher(&w);
	capture_syn(&w, 1000);
	for (unsigned i = 0; i < STREAM_WAITING; i++)
		capture_part(&w, 1000, B + i, B + i + 2);
	assert_seen(&w, "many wait", "");
	capture_part(&w, 1000, B + STREAM_WAITING, C);
	assert_seen(&w, "too many wait", "B258");
	assert_int_equal(w.counts.stream_gaps, 1);
	assert_int_equal(w.streams.octets_held, 0);
	close_watcher(&w);
}

static void an_idle_stream_is_forgotten(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	capture_syn(&w, 1000);
	capture_part(&w, 1000, B, C);
	w.now_s += STREAM_IDLE_S;
	capture(&w, 4001, 1, TCP_SYN, span_of(NULL, 0));
	assert_int_equal(w.streams.table.used, 2);
	w.now_s++;
	capture(&w, 4001, 1, TCP_SYN, span_of(NULL, 0));
	assert_int_equal(w.streams.table.used, 1);
	assert_seen(&w, "messages behind the gap", "B2");
	close_watcher(&w);
}

static void the_oldest_stream_is_evicted(void **state)
{
	(void)state;
	struct watcher w;

	open_watcher(&w);
	capture_syn(&w, 1000);
	capture_part(&w, 1000, B, C);
	for (unsigned i = 1; i < STREAM_COUNT; i++)
		capture(&w, (uint16_t)(4000 + i), 1, TCP_SYN, span_of(NULL, 0));
	assert_int_equal(w.counts.streams_evicted, 0);
	capture(&w, 3000, 1, TCP_SYN, span_of(NULL, 0));
	assert_int_equal(w.counts.streams_evicted, 1);
	assert_int_equal(w.streams.table.used, STREAM_COUNT);
	assert_seen(&w, "messages behind the gap", "B2");
	close_watcher(&w);
}

static void the_octets_held_are_bounded(void **state)
{
	(void)state;
	static const uint8_t begin[] = { 0xff, 0xff, 1 };
	static uint8_t ahead[60000];
	const unsigned streams = STREAM_OCTETS_MAX / (65535 + sizeof(ahead)) + 10;
	struct watcher w;

	open_watcher(&w);
	for (unsigned i = 0; i < streams; i++) {
		uint16_t port = (uint16_t)(4000 + i);
		capture(&w, port, 0, TCP_SYN, span_of(NULL, 0));
		capture(&w, port, 1, TCP_ACK, span_of(begin, sizeof(begin)));
		capture(&w, port, 100, TCP_ACK, span_of(ahead, sizeof(ahead)));
		assert_true(w.streams.octets_held <= STREAM_OCTETS_MAX);
	}
	assert_true(w.counts.streams_evicted > 0);
	assert_true(w.counts.streams_evicted < 20);
	close_watcher(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_given_up_after_a_time),
		cmocka_unit_test(an_idle_stream_is_forgotten),
		cmocka_unit_test(the_oldest_stream_is_evicted),
		cmocka_unit_test(the_octets_held_are_bounded),
	};
	return cmocka_run_group_tests(tests, send_three_messages, NULL);
}
