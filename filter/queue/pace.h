/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a worker goes about its turns, by how much they bring: when it waits a moment for more, and
 * when the queue of queries is better short. It is told of each turn, and reads no clock.
 *
 * Under an overload a long queue is of no use: it is always full, so each query waits for all of
 * it, and has left the processor's caches when its turn comes, which costs 40 % more. It is for
 * what comes at once, and then not for a while. */
#ifndef QUEUE_PACE_H
#define QUEUE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/nfqueue.h"

/* Received in one turn, before anything is answered. */
#define PACE_PACKETS_MAX (4 * NFQUEUE_BATCH)

/* A turn is pressed that brings all that it may, of which a good part are queries, or all queries
 * that may wait. By so many milliseconds there must be more of pressed turns than of others for the
 * queue to become short. */
#define PACE_SHORT_AFTER_MS 250

/* And long again: by so many more of the others, each millisecond of pressed ones counted so often.
 * The short queue is not full in each turn, even under an overload. */
#define PACE_LONG_AFTER_MS 1000
#define PACE_WEIGHT        4

/* The short queue has room for this part. */
#define PACE_SHORTER 8

struct pace {
	uint32_t length, now_length; /* of the queue of queries: as it is configured, and now */
	unsigned load;               /* packets a turn: the mean, of the last turns most */
	bool was_full, was_pressed;  /* the last turn, which was then */
	uint64_t last_ms;
	uint64_t pressure_ms; /* of pressed turns there were more, by so much; at least 0 */
};

static inline bool pace_is_short(const struct pace *p)
{
	return p->now_length < p->length;
}

/* `length`: of the queue of queries, in packets. */
void pace_init(struct pace *p, uint32_t length);

/* A turn brought `packets`, of which `queries` came out of the queue of queries. Returns how long
 * that queue should be from now on; where it is not `now_length`, pace_told() is to be called, or
 * the same will be asked for again. */
uint32_t pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms);

/* The queue of queries has this length now. */
void pace_told(struct pace *p, uint32_t length);

/* How long it pays to wait for more after the last turn, in nanoseconds; 0 when it does not, or
 * more waits already. */
long pace_nap_ns(const struct pace *p);

#endif
