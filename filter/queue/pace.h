/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides from the load of the last turns whether a worker naps before the next turn, and whether
 * the queue of queries should be short. It is told of each turn, and reads no clock.
 *
 * A long queue is for bursts. Under sustained overload it is always full, so each query waits for
 * the whole queue, and has left the processor's caches when the worker reads it, which costs 40 %
 * more. */
#ifndef QUEUE_PACE_H
#define QUEUE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/nfqueue.h"

/* Packets received in one turn, at most, before the worker turns to other work. */
#define PACE_PACKETS_MAX (4 * NFQUEUE_BATCH)

/* A turn is overloaded if it brings PACE_PACKETS_MAX packets, at least a quarter of them queries;
 * or if it brings as many queries as the queue of queries holds. The queue is shortened after this
 * many milliseconds more of overloaded turns than of other turns. */
#define PACE_SHORT_AFTER_MS 250

/* The queue gets its full length again after this many milliseconds more of other turns than of
 * overloaded turns. Here a millisecond of an overloaded turn counts PACE_WEIGHT times, because even
 * under overload the short queue is not full in every turn. */
#define PACE_LONG_AFTER_MS 1000
#define PACE_WEIGHT        4

/* The short queue holds this many queries: a few milliseconds of work. A shorter one could be full
 * in a turn without overload. */
#define PACE_SHORT 128

struct pace {
	uint32_t length, now_length; /* of the queue of queries: as configured, and now */
	unsigned load; /* packets a turn: a mean, in which the last turns weigh most */
	bool was_full, was_overloaded; /* the last turn */
	uint64_t last_ms;              /* when it was */
	uint64_t overload_ms; /* time of overloaded turns minus that of others; at least 0 */
};

static inline bool pace_is_short(const struct pace *p)
{
	return p->now_length < p->length;
}

/* `length` is the configured length of the queue of queries, in packets. */
void pace_init(struct pace *p, uint32_t length);

/* Notes a turn that brought `packets`, of which `queries` came from the queue of queries. Returns
 * the length that this queue should have. If that is not `now_length`, set the length and call
 * pace_told(); otherwise the next turn asks for it again. */
uint32_t pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms);

/* Notes that the queue of queries has this length now. */
void pace_told(struct pace *p, uint32_t length);

/* Returns how long to nap after the last turn so that more packets come together, in nanoseconds; 0
 * under low load, or if more packets wait already. */
long pace_nap_ns(const struct pace *p);

#endif
