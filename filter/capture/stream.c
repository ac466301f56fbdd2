/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "wire/framing.h"

/* Must have no padding: its octets are hashed. */
struct stream_key {
	uint8_t source[16], destination[16]; /* IPv4 addresses in the first four octets */
	uint16_t source_port, destination_port;
	uint32_t version; /* of IP */
};

_Static_assert(sizeof(struct stream_key) == 40, "padding would be hashed and compared");

/* A segment that waits for missing octets before it. */
struct waiting_segment {
	struct waiting_segment *later;
	uint32_t sequence;
	struct moment at;
	size_t len;
	uint8_t octets[];
};

struct stream {
	struct stream_key key;
	int64_t last_s;    /* time of its last segment */
	uint32_t begin;    /* sequence number of the first known octet */
	uint32_t next;     /* sequence number of the next octet wanted */
	int64_t missing_s; /* since when that octet is missing, if segments wait */
	unsigned waiting_count;
	struct waiting_segment *waiting; /* in the order of sequence numbers */
	struct framing framing;
};

/* The context of stream_receive(). */
struct receiver {
	struct streams *all;
	const struct stream *stream;
	const struct moment *at;
};

int streams_init(struct streams *all, captured_message_handler *handle, void *context,
        struct capture_counts *counts)
{
	*all = (struct streams){ .handle = handle, .context = context, .counts = counts };
	int result = hash_key_draw(&all->hash_key);
	return result < 0 ? result : table_init(&all->table, sizeof(struct stream), STREAM_COUNT);
}

static void stream_receive(void *context, struct span message)
{
	const struct receiver *r = context;
	const struct stream_key *key = &r->stream->key;
	size_t address_len = key->version == 4 ? 4 : 16;
	struct captured_message s = { .at = *r->at,
		.version = (uint8_t)key->version,
		.over_tcp = true,
		.source = span_of(key->source, address_len),
		.destination = span_of(key->destination, address_len),
		.source_port = key->source_port,
		.destination_port = key->destination_port,
		.message = message };

	if (message.len < FRAMING_HEADER_SIZE) {
		r->all->counts->runts++;
		return;
	}
	r->all->counts->messages++;
	r->all->handle(r->all->context, &s);
}

/* Takes octets that follow without a gap, except those that came before. */
static void stream_take(struct streams *all, struct stream *s, uint32_t sequence,
        struct span octets, const struct moment *at)
{
	struct receiver receiver = { all, s, at };
	size_t known = (size_t)tcp_distance(s->next, sequence);

	if (known >= octets.len)
		return;
	octets = span_of(octets.base + known, octets.len - known);
	s->next += (uint32_t)octets.len;
	all->octets_held -= framing_held(&s->framing);
	if (!framing_take(&s->framing, octets, stream_receive, &receiver))
		all->counts->stream_unplaced++;
	all->octets_held += framing_held(&s->framing);
}

/* Takes the waiting segments that are no longer behind a gap. Their messages have the moment `at`,
 * or if it is NULL the moment of their own segment. */
static void stream_take_waiting(struct streams *all, struct stream *s, const struct moment *at)
{
	struct waiting_segment *w;

	while ((w = s->waiting) && tcp_distance(w->sequence, s->next) <= 0) {
		s->waiting = w->later;
		s->waiting_count--;
		stream_take(all, s, w->sequence, span_of(w->octets, w->len), at ? at : &w->at);
		all->octets_held -= sizeof(*w) + w->len;
		free(w);
	}
}

static void stream_restart_framing(struct streams *all, struct stream *s)
{
	all->octets_held -= framing_held(&s->framing);
	framing_restart(&s->framing);
}

/* Gives up the missing octets: continues with the segments behind them. */
static void stream_skip_gap(struct streams *all, struct stream *s)
{
	all->counts->stream_gaps++;
	stream_restart_framing(all, s);
	s->next = s->waiting->sequence;
	stream_take_waiting(all, s, NULL);
}

/* Gives up all gaps, and the rest of a message that has begun. */
static void stream_give_up(struct streams *all, struct stream *s)
{
	while (s->waiting)
		stream_skip_gap(all, s);
	if (s->framing.prefix_len > 0)
		all->counts->stream_gaps++;
	stream_restart_framing(all, s);
}

static void stream_forget(struct streams *all, struct stream *s)
{
	stream_give_up(all, s);
	table_remove(&all->table, s);
}

void streams_finish(struct streams *all)
{
	struct stream *oldest;

	while (all->table.used > 0 && (oldest = table_oldest(&all->table)))
		stream_forget(all, oldest);
}

static void ignore_message(void *context, const struct captured_message *seen)
{
	(void)context;
	(void)seen;
}

void streams_fini(struct streams *all)
{
	all->handle = ignore_message;
	if (all->table.slots)
		streams_finish(all);
	table_fini(&all->table);
}

/* The time of a capture may go back. Then no stream counts as idle. */
static void streams_expire(struct streams *all, int64_t now_s)
{
	struct stream *oldest;

	while (all->table.used > 0 && (oldest = table_oldest(&all->table)) &&
	        now_s - oldest->last_s > STREAM_IDLE_S)
		stream_forget(all, oldest);
}

static struct stream_key stream_key_of(const struct ip *ip, const struct tcp *tcp)
{
	struct stream_key key = { .source_port = tcp->source_port,
		.destination_port = tcp->destination_port,
		.version = ip->version };

	memcpy(key.source, ip->source.base, ip->source.len);
	memcpy(key.destination, ip->destination.base, ip->destination.len);
	return key;
}

static bool stream_has_key(const void *entry, const void *key)
{
	const struct stream *s = entry;
	return memcmp(&s->key, key, sizeof(s->key)) == 0;
}

static struct stream *stream_add(struct streams *all, uint64_t hash, const struct stream_key *key)
{
	if (all->table.used == all->table.capacity) {
		all->counts->streams_evicted++;
		stream_forget(all, table_oldest(&all->table));
	}
	struct stream *s = table_add(&all->table, hash);
	s->key = *key;
	return s;
}

static void stream_begin(struct streams *all, struct stream *s, uint32_t first, bool is_syn)
{
	stream_give_up(all, s);
	s->begin = s->next = first;
	s->framing.is_guess = !is_syn;
}

/* Returns the stream of a segment whose payload starts at `sequence`, ready to take it. Returns
 * NULL if the segment belongs to no stream and starts none. */
static struct stream *stream_find(
        struct streams *all, const struct ip *ip, const struct tcp *tcp, uint32_t sequence)
{
	struct stream_key key = stream_key_of(ip, tcp);
	uint64_t hash = keyed_hash(&all->hash_key, span_of(&key, sizeof(key)));
	struct stream *s = table_find(&all->table, hash, stream_has_key, &key);
	bool is_syn = tcp->flags & TCP_SYN;

	if (!s) {
		if (!is_syn && tcp->payload.len == 0)
			return NULL;
		s = stream_add(all, hash, &key);
		stream_begin(all, s, sequence, is_syn);
		return s;
	}
	table_touch(&all->table, s);
	int32_t ahead = tcp_distance(sequence, s->next);
	bool is_far = ahead > STREAM_WINDOW || ahead < -STREAM_WINDOW;
	/* A SYN may be repeated, or captured after the data. */
	bool is_new_syn = is_syn && s->begin != sequence;
	if (is_new_syn || (is_far && tcp->payload.len > 0))
		stream_begin(all, s, sequence, is_syn);
	return s;
}

/* Copies a segment behind a gap to its place among the waiting segments. */
static void stream_wait(struct streams *all, struct stream *s, uint32_t sequence,
        struct span octets, const struct moment *at)
{
	struct waiting_segment **place = &s->waiting;

	while (*place && tcp_distance((*place)->sequence, sequence) < 0)
		place = &(*place)->later;
	if (*place && (*place)->sequence == sequence && (*place)->len >= octets.len)
		return;
	struct waiting_segment *w = malloc(sizeof(*w) + octets.len);
	if (!w)
		return;
	*w = (struct waiting_segment){ *place, sequence, *at, octets.len };
	memcpy(w->octets, octets.base, octets.len);
	*place = w;
	if (s->waiting_count++ == 0)
		s->missing_s = at->time_s;
	all->octets_held += sizeof(*w) + octets.len;
}

/* True if the missing octets have been waited for long enough. */
static bool is_gap_given_up(const struct stream *s, int64_t now_s)
{
	return s->waiting &&
	       (s->waiting_count > STREAM_WAITING || now_s - s->missing_s > STREAM_WAIT_S);
}

void streams_segment(
        struct streams *all, const struct ip *ip, const struct tcp *tcp, const struct moment *at)
{
	uint32_t sequence = tcp->sequence + (tcp->flags & TCP_SYN ? 1 : 0);
	struct stream *s;

	streams_expire(all, at->time_s);
	s = stream_find(all, ip, tcp, sequence);
	if (!s)
		return;
	s->last_s = at->time_s;
	if (tcp->payload.len == 0)
		return;
	if (tcp_distance(sequence, s->next) > 0) {
		stream_wait(all, s, sequence, tcp->payload, at);
	} else {
		stream_take(all, s, sequence, tcp->payload, at);
		stream_take_waiting(all, s, at);
	}
	while (is_gap_given_up(s, at->time_s)) {
		stream_skip_gap(all, s);
		s->missing_s = at->time_s;
	}
	while (all->octets_held > STREAM_OCTETS_MAX) {
		all->counts->streams_evicted++;
		stream_forget(all, table_oldest(&all->table));
	}
}
