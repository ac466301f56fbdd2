/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread in which workers take their orders, and do nothing else. */
#ifndef ORDERTAKER_H
#define ORDERTAKER_H

#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "worker/worker_orders.h"

struct order_taker {
	struct worker *const *workers;
	unsigned count;
	pthread_t thread;
	atomic_bool ends;
};

static inline void *order_taker_run(void *order_taker)
{
	struct order_taker *t = order_taker;

	while (!t->ends) {
		for (unsigned i = 0; i < t->count; i++)
			orders_take(t->workers[i]);
		usleep(100);
	}
	return NULL;
}

static inline void order_taker_start(
        struct order_taker *t, struct worker *const workers[], unsigned count)
{
	t->workers = workers;
	t->count = count;
	t->ends = false;
	assert_int_equal(pthread_create(&t->thread, NULL, order_taker_run, t), 0);
}

/* From then on the workers hang. */
static inline void order_taker_stop(struct order_taker *t)
{
	t->ends = true;
	pthread_join(t->thread, NULL);
}

#endif
