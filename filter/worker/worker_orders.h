/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The orders of other threads to a worker. The threads write them here, and wake the worker if an
 * order is urgent. The worker takes new orders at its next turn (orders_take()). */
#ifndef WORKER_WORKER_ORDERS_H
#define WORKER_WORKER_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct anchors;
struct inquiry;
struct nta_list;
struct policy;
struct sign_policy;
struct worker;
struct worker_config;

struct orders {
	const struct anchors *anchors;
	const struct policy *policy;           /* of a worker that validates */
	const struct sign_policy *sign_policy; /* of a worker that signs */
	const struct nta_list *ntas;           /* of a worker that validates */
	const struct worker_config *settings;  /* NULL: as at the start */
	uint64_t pause_until_ms;               /* of the monotonic clock */
	enum clock_state clock;
	struct inquiry *inquiry; /* not answered yet, of which it owns a part; or NULL */
	uint32_t forget;         /* how many times the worker was told to forget what it learned */
	bool stop;
};

/* Carries out the orders. To be called once a turn, while nothing points into the store. */
void orders_take(struct worker *w);

/* Ends worker_run(), from any thread or from a signal handler; also one that has not begun yet. */
void worker_stop(struct worker *w);

/* Lets everything pass unjudged until `until_ms` of the monotonic clock, from any thread. 0 ends
 * the pause at once. */
void worker_pause(struct worker *w, uint64_t until_ms);

/* Tells the worker the state of its clock, from any thread. Until then the configuration says it.
 * When the state changes, the worker forgets what it learned. */
void worker_use_clock(struct worker *w, enum clock_state state);

/* Has the worker forget what it learned, from any thread. */
void worker_forget(struct worker *w);

/* Has the worker answer an inquiry at its next turn, in place of one that it has not answered
 * yet. */
void worker_inquire(struct worker *w, struct inquiry *q);

/* Has the worker trust `anchors` from its next turn on, from any thread. The worker borrows the old
 * anchors until worker_anchors() returns the new ones. */
void worker_use_anchors(struct worker *w, const struct anchors *anchors);
const struct anchors *worker_anchors(const struct worker *w);

/* Has a validator judge by `policy`, which differs from the one before by its prefixes of NAT64s
 * only. Borrowed as anchors are. */
void worker_use_policy(struct worker *w, const struct policy *policy);
const struct policy *worker_policy(const struct worker *w);

/* Has a validator judge by these negative trust anchors. Borrowed as anchors are. */
void worker_use_ntas(struct worker *w, const struct nta_list *ntas);
const struct nta_list *worker_ntas(const struct worker *w);

/* Has a signer use `policy`: its zones with their keys. Borrowed as anchors are. */
void worker_use_sign_policy(struct worker *w, const struct sign_policy *policy);
const struct sign_policy *worker_sign_policy(const struct worker *w);

/* Has the worker take from `settings` what can change while it runs: resolvers, local names,
 * `assists`, `waits_for_clock`, and of connections how long they may be idle and whether they may
 * carry transfers. Learned keys stay; remembered answers are judged again. Borrowed as anchors are.
 * A policy that was given before is in use once worker_settings() returns `settings`. It is NULL
 * before the first. */
void worker_use_settings(struct worker *w, const struct worker_config *settings);
const struct worker_config *worker_settings(const struct worker *w);

#endif
