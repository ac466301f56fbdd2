/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of load, their sockets, and receiving their answers. load.c decides when to ask. */
#ifndef BENCH_LANES_H
#define BENCH_LANES_H

#include <poll.h>

#include "prepared.h"
#include "road.h"
#include "tally.h"
#include "watched.h"

#define LANES_MAX 256
#define SLOTS     256 /* in a lane; the slot's number is the low octet of the id */

/* One question, outstanding or answered. */
struct slot {
	uint64_t sent_ns;
	uint16_t id;
	bool is_outstanding;
	struct span query;
};

/* One socket: a source port, or one connection after the other. */
struct lane {
	int fd;
	bool is_used, is_over; /* it carried questions; it was closed, and must be opened again */
	struct framing in;
	unsigned slot_count, next_slot;
	struct slot slots[SLOTS];
	unsigned pending_count;
	uint8_t pending[SLOTS]; /* the slots whose next question is due */
};

struct load {
	unsigned outstanding, per_s, lane_count;
	uint64_t warm_up_ms, measured_ms;
	unsigned others_percent;
	struct road road;
	unsigned connections; /* that stay open, or 0 */
	unsigned opened;      /* sockets */
	struct prepared queries, others;
	unsigned next_query, next_other, percents;
	unsigned next_lane; /* of an open loop */
	uint64_t random;
	struct lane lanes[LANES_MAX];
	struct pollfd polled[LANES_MAX];
	struct watched watched;
	struct tally tally;
};

/* xorshift: the ids only need to differ. */
static inline uint64_t draw(struct load *l)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return l->random;
}

static inline struct span next_query(struct load *l)
{
	l->percents += l->others_percent;
	if (l->percents < 100)
		return l->queries.messages[l->next_query++ % l->queries.count];
	l->percents -= 100;
	return l->others.messages[l->next_other++ % l->others.count];
}

/* The questions of a connection that has ended are asked again in the next one. */
static inline void connect_again(struct load *l, struct lane *lane)
{
	close(lane->fd);
	framing_fini(&lane->in);
	lane->in = (struct framing){ 0 };
	lane->is_over = false;
	lane->fd = road_open(&l->road, l->opened++);
	if (lane->fd < 0) {
		perror("load: cannot connect again");
		exit(EXIT_FAILURE);
	}
	l->polled[lane - l->lanes].fd = lane->fd;
}

/* Sends the questions that are due, with new ids. */
static inline void send_pending(struct load *l, struct lane *lane)
{
	static struct road_message messages[SLOTS];
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (lane->pending_count == 0)
		return;
	if (lane->is_over || (l->road.is_for_one && lane->is_used))
		connect_again(l, lane);
	for (unsigned i = 0; i < lane->pending_count; i++) {
		struct slot *slot = &lane->slots[lane->pending[i]];
		*slot = (struct slot){ .query = next_query(l),
			.id = (uint16_t)((draw(l) & 0xff00) | lane->pending[i]),
			.is_outstanding = true,
			.sent_ns = now_ns };
		put_u16(road_put(&messages[i], slot->query), slot->id);
	}
	road_send(&l->road, lane->fd, messages, lane->pending_count);
	lane->is_used = true;
	l->tally.asked += lane->pending_count;
	lane->pending_count = 0;
}

/* Returns the question of a query, which is before its OPT, if any. */
static inline bool repeats_question(struct span answer, struct span query)
{
	size_t opt = query.base[11] ? 11 : 0;
	return answer.len >= query.len - opt &&
	       memcmp(answer.base + DNS_HEADER_SIZE, query.base + DNS_HEADER_SIZE,
	               query.len - opt - DNS_HEADER_SIZE) == 0;
}

/* Takes the messages that came at this time. */
struct arrival {
	struct load *load;
	struct lane *lane;
	uint64_t now_ns;
};

static inline void take_answer(void *context, struct span answer)
{
	const struct arrival *a = context;
	struct load *l = a->load;
	struct cursor c = cursor_over(answer);
	uint16_t id = cursor_u16(&c), flags = cursor_u16(&c);
	struct slot *slot = &a->lane->slots[id % SLOTS];

	if (c.bad || !slot->is_outstanding || slot->id != id || !(flags & FLAG_QR) ||
	        !repeats_question(answer, slot->query)) {
		l->tally.stray++;
		return;
	}
	tally_answer(&l->tally, answer, flags, a->now_ns - slot->sent_ns);
	slot->is_outstanding = false;
	if (!l->per_s)
		a->lane->pending[a->lane->pending_count++] = (uint8_t)(id % SLOTS);
}

static inline void give_up(struct load *l, struct lane *lane, unsigned number)
{
	l->tally.lost++;
	lane->slots[number].is_outstanding = false;
	if (!l->per_s)
		lane->pending[lane->pending_count++] = (uint8_t)number;
}

static inline void receive(struct load *l, struct lane *lane)
{
	struct arrival arrival = { l, lane, clock_ns(CLOCK_MONOTONIC) };

	if (!l->road.is_stream) {
		road_receive_datagrams(lane->fd, take_answer, &arrival);
		return;
	}
	lane->is_over = !road_receive_stream(lane->fd, &lane->in, take_answer, &arrival);
	for (unsigned i = 0; lane->is_over && i < lane->slot_count; i++) {
		if (lane->slots[i].is_outstanding)
			give_up(l, lane, i);
	}
}

#endif
