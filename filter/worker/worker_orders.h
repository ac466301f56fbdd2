/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other threads want of a worker. They write here and wake it; it takes what is new at its
 * next turn (orders_take()). */
#ifndef WORKER_WORKER_ORDERS_H
#define WORKER_WORKER_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct anchors;
struct sign_policy;

struct orders {
	const struct anchors *anchors;
	const struct sign_policy *sign_policy; /* of a signer */
	uint64_t pause_until_ms;               /* of the monotonic clock */
	enum clock_state clock;
	uint32_t forget; /* the number of times that it should have forgotten what it learned */
	bool stop;
};

#endif
