/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of one turn of a worker's loop: the time, and the orders of other threads. Each part of
 * the worker reads it; only the loop and worker_orders.c write it. Private to worker/. */
#ifndef WORKER_TURN_H
#define WORKER_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct turn {
	uint64_t now_ms; /* of the monotonic clock */
	int64_t now_s;   /* since 1970 */
	bool is_paused;  /* all messages pass unjudged */
	enum clock_state clock;
};

#endif
