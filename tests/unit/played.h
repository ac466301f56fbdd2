/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A captured TCP connection, played segment by segment for the tests of stream.h. */
#ifndef TESTS_PLAYED_H
#define TESTS_PLAYED_H

#include "test.h"

#include "base/writer.h"
#include "capture/stream.h"

/* One side sends three messages, each after its length. Only the start of a message looks like the
 * start of a message. */
#define A_LEN 28
#define B_LEN 300
#define C_LEN 30
enum { A = 0, B = A + 2 + A_LEN, C = B + 2 + B_LEN, END = C + 2 + C_LEN };

static const size_t begins[] = { A, B, C, END };
static uint8_t sent[END];

/* A response with a question and a record, both of the root and TXT. */
static inline void put_message(size_t at, size_t len, uint8_t id)
{
	static const uint8_t begin[28] = { 0, 0, 0x81, 0x80, 0, 1, 0, 1, [14] = 16, 0, 1, [19] = 16,
		0, 1 };
	size_t rdata_len = len - sizeof(begin);

	memset(sent + at, 0xaa, 2 + len);
	put_u16(sent + at, (uint16_t)len);
	memcpy(sent + at + 2, begin, sizeof(begin));
	sent[at + 3] = id;
	put_u16(sent + at + 2 + sizeof(begin) - 2, (uint16_t)rdata_len);
}

static inline int send_three_messages(void **state)
{
	(void)state;
	put_message(A, A_LEN, 0);
	put_message(B, B_LEN, 1);
	put_message(C, C_LEN, 2);
	return 0;
}

#define SEEN_MAX 64

/* The messages seen: which of the three, and with which packet. */
struct watcher {
	struct streams streams;
	struct capture_counts counts;
	uint64_t packets;
	int64_t now_s;
	unsigned seen_count;
	struct seen {
		char name;
		uint64_t packet;
	} seen[SEEN_MAX];
};

static inline void see(void *context, const struct captured_message *seen)
{
	static const char names[] = "ABC";
	struct watcher *w = context;
	uint8_t id = seen->message.base[1];

	assert_true(seen->over_tcp);
	assert_true(id < 3 && w->seen_count < SEEN_MAX);
	size_t at = begins[id] + 2;
	assert_true(span_equal(seen->message, span_of(sent + at, begins[id + 1] - at)));
	w->seen[w->seen_count++] = (struct seen){ names[id], seen->at.packet };
}

static inline void open_watcher(struct watcher *w)
{
	*w = (struct watcher){ .now_s = 1000 };
	assert_int_equal(streams_init(&w->streams, see, w, &w->counts), 0);
}

static inline void close_watcher(struct watcher *w)
{
	streams_fini(&w->streams);
	assert_int_equal(w->streams.octets_held, 0);
}

/* A segment from port 53 to `port`, with these octets. */
static inline void capture(
        struct watcher *w, uint16_t port, uint32_t sequence, uint8_t flags, struct span payload)
{
	static const uint8_t addresses[8] = { 192, 0, 2, 1, 198, 51, 100, 53 };
	struct ip ip = { .version = 4,
		.protocol = IP_TCP,
		.source = span_of(addresses, 4),
		.destination = span_of(addresses + 4, 4) };
	/* A copy, so that a sanitizer sees reads past its end and after its life. */
	uint8_t *octets = malloc(payload.len ? payload.len : 1);
	struct tcp tcp = { .source_port = 53,
		.destination_port = port,
		.sequence = sequence,
		.flags = flags,
		.payload = span_of(octets, payload.len) };
	struct moment at = { ++w->packets, w->now_s, 0 };

	if (payload.len)
		memcpy(octets, payload.base, payload.len);
	streams_segment(&w->streams, &ip, &tcp, &at);
	free(octets);
}

static inline void capture_part(struct watcher *w, uint32_t first, size_t from, size_t to)
{
	capture(w, 4000, first + (uint32_t)from, TCP_ACK, span_of(sent + from, to - from));
}

static inline void capture_syn(struct watcher *w, uint32_t first)
{
	capture(w, 4000, first - 1, TCP_SYN, span_of(NULL, 0));
}

static inline void assert_seen(const struct watcher *w, const char *why, const char *want)
{
	char got[SEEN_MAX * 8] = "";

	for (unsigned i = 0; i < w->seen_count; i++) {
		size_t len = strlen(got);
		snprintf(got + len, sizeof(got) - len, "%s%c%llu", i ? " " : "", w->seen[i].name,
		        (unsigned long long)w->seen[i].packet);
	}
	if (strcmp(got, want) != 0)
		fail_msg("%s: saw \"%s\", not \"%s\"", why, got, want);
}

#endif
