/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that ask servers and wait for them, so that a zone whose servers are silent delays no
 * other zone, and no turn. A job is given to the pool, runs in one of its threads, and comes back.
 * Only the thread that made the pool calls the functions below. The threads share nothing but the
 * anchors; each has a judge of its own. They take no signals, and start no process. */
#ifndef KEEPER_LOOK_POOL_H
#define KEEPER_LOOK_POOL_H

#include "keeper/look.h"
#include "keeper/look_judge.h"

#define LOOK_POOL_THREADS     4
#define LOOK_POOL_THREADS_MAX 16
#define LOOK_POOL_SLOW_MS     2000 /* a job that took longer waits for servers */

/* What a thread lends to the job that it runs. */
struct look_means {
	struct look_judge *judge;        /* from the anchors down */
	struct look_judge *server_judge; /* without anchors: for look_judge_turn_to() */
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	int stop_fd; /* readable when the pool ends: then the job must end at once */
};

/* A job is the first member of something of its kind. Who gives it owns it, and leaves it alone
 * until it is back. */
struct look_job {
	void (*run)(struct look_job *job, const struct look_means *means);
	/* True for a zone whose last job was slow. Such jobs get half of the threads at most, so
	 * that others go on. */
	bool is_slow;

	/* When it is back. */
	bool was_run; /* false: the pool ended before */
	uint64_t took_ms;

	struct look_job *next; /* private to look_pool.c */
};

/* Returns the order to look at a zone with these means, now. Borrows all of it. */
struct look_order look_means_order(const struct look_means *means, const struct name *zone);

struct look_pool;

/* Borrows everything. */
struct look_pool_order {
	const struct anchors *anchors;
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	unsigned threads; /* 0: LOOK_POOL_THREADS; at most LOOK_POOL_THREADS_MAX */
};

/* Starts the threads. Returns NULL with a complaint if memory, descriptors or threads are short. */
struct look_pool *look_pool_new(const struct look_pool_order *order, struct complaint *error);

/* Gives a job to the pool. Does not wait. */
void look_pool_give(struct look_pool *pool, struct look_job *job);

/* Returns a job that is back, the first one first; NULL if there is none. */
struct look_job *look_pool_take(struct look_pool *pool);

/* Returns a descriptor that is readable while look_pool_take() has jobs. */
int look_pool_fd(const struct look_pool *pool);

/* Has the jobs that begin from now on judged from these anchors down, which the pool borrows. */
void look_pool_use_anchors(struct look_pool *pool, const struct anchors *anchors);

/* True if a job that runs, or the next one, is judged from these anchors down: then they must
 * stay. */
bool look_pool_is_using(struct look_pool *pool, const struct anchors *anchors);

/* Ends the threads, which takes as long as a computation. Afterwards all jobs are back, those that
 * never ran too. */
void look_pool_end(struct look_pool *pool);

/* Ends the threads if they run, and frees the pool. Jobs that were not taken back are lost. NULL:
 * does nothing. */
void look_pool_free(struct look_pool *pool);

#endif
