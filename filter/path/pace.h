/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a worker goes about its turns, by how much they bring: when it waits a moment for more, and
 * when the queue of queries is better short. It is told of each turn, and reads no clock.
 *
 * Under an overload a long queue is of no use: it is always full, so each query waits for all of
 * it, and has left the processor's caches when its turn comes, which costs a third more. It is for
 * what comes at once, and then not for a while. */
#ifndef PATH_PACE_H
#define PATH_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "path/nfqueue.h"

/* Received in one turn, before anything is answered. */
#define PACE_PACKETS_MAX (4 * NFQUEUE_BATCH)

/* For so long all turns must have been alike before the length changes. */
#define PACE_STEADY_MS 250

/* What is left of the length. */
#define PACE_SHORTER 8

struct pace {
	uint32_t length, now_length; /* of the queue of queries: as it is configured, and now */
	unsigned load;               /* packets a turn: the mean, of the last turns most */
	bool was_pressed;            /* the last turn took all that it may, or all that may wait */
	uint64_t since_ms;           /* when the first turn was that was so, of those in a row */
};

/* `length`: of the queue of queries, in packets. */
void pace_init(struct pace *p, uint32_t length);

/* A turn brought `packets`, of which `queries` came out of the queue of queries. Returns true when
 * that queue's length is to be changed, to `now_length`. */
bool pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms);

/* How long it pays to wait for more after the last turn, in nanoseconds; 0 when it does not, or more
 * waits already. */
long pace_nap_ns(const struct pace *p);

#endif
