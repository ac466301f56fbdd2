/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

struct look_order look_means_order(const struct look_means *means, const struct name *zone)
{
	return (struct look_order){ .zone = zone,
		.resolvers = means->resolvers,
		.resolver_count = means->resolver_count,
		.judge = means->judge,
		.stop_fd = means->stop_fd,
		.now_s = clock_wall_s() };
}

/* Jobs in the order in which they came. */
struct job_queue {
	struct look_job *first, **end;
};

struct pool_thread {
	pthread_t id;
	struct look_pool *pool;
	struct look_means means;
	unsigned version;                /* of the anchors that its judge began with */
	const struct anchors *judges_by; /* below the pool's lock: while it runs a job; or NULL */
};

struct look_pool {
	struct pool_thread threads[LOOK_POOL_THREADS_MAX];
	unsigned thread_count, running; /* made, and started */
	int back_fd, stop_fd;

	/* Below the lock. */
	pthread_mutex_t lock;
	pthread_cond_t has_job;
	bool is_ending;
	unsigned slow_running, slow_most;
	const struct anchors *anchors;
	unsigned version; /* of the anchors: others may come to the same place in memory */
	struct job_queue waiting, slow_waiting, back;
};

/* ---- Queues ---- */

static void job_queue_init(struct job_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void job_queue_put(struct job_queue *q, struct look_job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
}

static struct look_job *job_queue_take(struct job_queue *q)
{
	struct look_job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	return job;
}

/* ---- The threads ---- */

/* A slow job goes first if it may: the others have threads that no slow job gets. */
static struct look_job *choose_job(struct look_pool *pool)
{
	struct look_job *job = NULL;

	if (pool->slow_running < pool->slow_most)
		job = job_queue_take(&pool->slow_waiting);
	return job ? job : job_queue_take(&pool->waiting);
}

/* While a job runs, the anchors that it begins with stay. */
static void take_pool_anchors(struct pool_thread *thread)
{
	struct look_pool *pool = thread->pool;

	thread->judges_by = pool->anchors;
	if (thread->version != pool->version)
		look_judge_use_anchors(thread->means.judge, pool->anchors);
	thread->version = pool->version;
}

/* Waits for a job. Returns NULL when the pool ends. */
static struct look_job *await_job(struct pool_thread *thread)
{
	struct look_pool *pool = thread->pool;
	struct look_job *job = NULL;

	pthread_mutex_lock(&pool->lock);
	while (!pool->is_ending && !(job = choose_job(pool)))
		pthread_cond_wait(&pool->has_job, &pool->lock);
	if (job)
		take_pool_anchors(thread);
	if (job && job->is_slow)
		pool->slow_running++;
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void give_back(struct pool_thread *thread, struct look_job *job)
{
	struct look_pool *pool = thread->pool;

	pthread_mutex_lock(&pool->lock);
	thread->judges_by = NULL;
	if (job->is_slow) {
		pool->slow_running--;
		pthread_cond_signal(&pool->has_job); /* another slow one may run now */
	}
	job_queue_put(&pool->back, job);
	eventfd_write(pool->back_fd, 1);
	pthread_mutex_unlock(&pool->lock);
}

static void *run_jobs(void *context)
{
	struct pool_thread *thread = context;
	struct look_job *job;

	while ((job = await_job(thread))) {
		uint64_t began_ms = clock_monotonic_ms();
		job->run(job, &thread->means);
		job->was_run = true;
		job->took_ms = clock_monotonic_ms() - began_ms;
		give_back(thread, job);
	}
	return NULL;
}

/* Signals are for the thread that made the pool. */
static int start_thread(struct pool_thread *thread)
{
	sigset_t all, former;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &former);
	int error = pthread_create(&thread->id, NULL, run_jobs, thread);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return -error;
}

/* ---- The pool ---- */

static int make_thread(struct look_pool *pool, const struct look_pool_order *order)
{
	struct pool_thread *thread = &pool->threads[pool->thread_count++];
	struct look_means *means = &thread->means;

	thread->pool = pool;
	*means = (struct look_means){ .resolvers = order->resolvers,
		.resolver_count = order->resolver_count,
		.stop_fd = pool->stop_fd };
	means->judge = look_judge_new(order->anchors, order->resolvers, order->resolver_count);
	means->server_judge = look_judge_new(order->anchors, NULL, 0);
	return means->judge && means->server_judge ? 0 : -ENOMEM;
}

static int make_threads(struct look_pool *pool, const struct look_pool_order *order)
{
	unsigned count = order->threads ? order->threads : LOOK_POOL_THREADS;
	int error = 0;

	if (count > LOOK_POOL_THREADS_MAX)
		count = LOOK_POOL_THREADS_MAX;
	pool->anchors = order->anchors;
	pool->slow_most = count > 1 ? count / 2 : 1;
	pool->back_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pool->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->back_fd < 0 || pool->stop_fd < 0)
		return -errno;
	while (!error && pool->thread_count < count)
		error = make_thread(pool, order);
	while (!error && pool->running < count) {
		error = start_thread(&pool->threads[pool->running]);
		pool->running += error == 0;
	}
	return error;
}

struct look_pool *look_pool_new(const struct look_pool_order *order, struct complaint *error)
{
	struct look_pool *pool = calloc(1, sizeof(*pool));

	if (!pool) {
		complaint_no_memory(error);
		return NULL;
	}
	pool->back_fd = pool->stop_fd = -1;
	job_queue_init(&pool->waiting);
	job_queue_init(&pool->slow_waiting);
	job_queue_init(&pool->back);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->has_job, NULL);
	int failure = make_threads(pool, order);
	if (failure == 0)
		return pool;
	complaint_set(
	        error, "the threads that ask servers cannot be started: %s", strerror(-failure));
	look_pool_free(pool);
	return NULL;
}

void look_pool_give(struct look_pool *pool, struct look_job *job)
{
	job->was_run = false;
	job->took_ms = 0;
	pthread_mutex_lock(&pool->lock);
	if (pool->is_ending)
		job_queue_put(&pool->back, job);
	else
		job_queue_put(job->is_slow ? &pool->slow_waiting : &pool->waiting, job);
	pthread_cond_signal(&pool->has_job);
	pthread_mutex_unlock(&pool->lock);
}

/* The descriptor becomes quiet only if there was no job after it was read: none is overlooked. */
struct look_job *look_pool_take(struct look_pool *pool)
{
	eventfd_t ignored;

	pthread_mutex_lock(&pool->lock);
	struct look_job *job = job_queue_take(&pool->back);
	if (!pool->back.first)
		eventfd_read(pool->back_fd, &ignored);
	pthread_mutex_unlock(&pool->lock);
	return job;
}

int look_pool_fd(const struct look_pool *pool)
{
	return pool->back_fd;
}

void look_pool_use_anchors(struct look_pool *pool, const struct anchors *anchors)
{
	pthread_mutex_lock(&pool->lock);
	pool->anchors = anchors;
	pool->version++;
	pthread_mutex_unlock(&pool->lock);
}

bool look_pool_is_using(struct look_pool *pool, const struct anchors *anchors)
{
	pthread_mutex_lock(&pool->lock);
	bool is_used = pool->anchors == anchors;
	for (unsigned i = 0; i < pool->thread_count; i++)
		is_used |= pool->threads[i].judges_by == anchors;
	pthread_mutex_unlock(&pool->lock);
	return is_used;
}

static void give_all_back(struct look_pool *pool, struct job_queue *q)
{
	struct look_job *job;

	while ((job = job_queue_take(q)))
		job_queue_put(&pool->back, job);
}

void look_pool_end(struct look_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->is_ending = true;
	pthread_cond_broadcast(&pool->has_job);
	pthread_mutex_unlock(&pool->lock);
	if (pool->stop_fd >= 0)
		eventfd_write(pool->stop_fd, 1);
	while (pool->running > 0)
		pthread_join(pool->threads[--pool->running].id, NULL);
	give_all_back(pool, &pool->slow_waiting);
	give_all_back(pool, &pool->waiting);
}

void look_pool_free(struct look_pool *pool)
{
	if (!pool)
		return;
	look_pool_end(pool);
	for (unsigned i = 0; i < pool->thread_count; i++) {
		look_judge_free(pool->threads[i].means.judge);
		look_judge_free(pool->threads[i].means.server_judge);
	}
	if (pool->back_fd >= 0)
		close(pool->back_fd);
	if (pool->stop_fd >= 0)
		close(pool->stop_fd);
	pthread_cond_destroy(&pool->has_job);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
