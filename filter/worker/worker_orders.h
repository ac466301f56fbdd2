/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other threads want of a worker. They write here, and wake the worker if the order is urgent;
 * the worker takes what is new at its next turn (orders_take()). */
#ifndef WORKER_WORKER_ORDERS_H
#define WORKER_WORKER_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct anchors;
struct sign_policy;
struct worker;

struct orders {
	const struct anchors *anchors;
	const struct sign_policy *sign_policy; /* of a signer */
	uint64_t pause_until_ms;               /* of the monotonic clock */
	enum clock_state clock;
	uint32_t forget; /* the number of times that it should have forgotten what it learned */
	bool stop;
};

/* Does what was ordered; once a turn, when nothing points into the store. */
void orders_take(struct worker *w);

/* Ends worker_run(), from any thread or from a signal handler; also one that has yet to begin. */
void worker_stop(struct worker *w);

/* Lets everything pass unjudged until `until_ms` of the monotonic clock, from any thread. 0 ends it
 * at once. */
void worker_pause(struct worker *w, uint64_t until_ms);

/* Tells it what its clock is, from any thread; until then it is as the configuration says. When
 * that changes, what was learned is forgotten. */
void worker_use_clock(struct worker *w, enum clock_state state);

/* Has it forget what it learned, from any thread. */
void worker_forget(struct worker *w);

/* Has the worker trust `anchors` from its next packet on, from any thread. What is borrowed before
 * stays borrowed until worker_anchors() returns the new ones. */
void worker_use_anchors(struct worker *w, const struct anchors *anchors);
const struct anchors *worker_anchors(const struct worker *w);

/* The same for what a signer is told: its zones with their keys. */
void worker_use_sign_policy(struct worker *w, const struct sign_policy *policy);
const struct sign_policy *worker_sign_policy(const struct worker *w);

#endif
