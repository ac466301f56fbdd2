/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The threads that wait for servers: what waits long holds up nothing else, and all ends when the
 * keeper does. */
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "keeper/look_pool.h"

#define PATIENCE_MS 20000
#define MANY        200

static atomic_uint running, most_running, slow_running, most_slow;
static atomic_bool may_end; /* jobs that wait */

struct test_job {
	struct look_job job;
	unsigned number;
	bool was_stopped, has_blocked_signals;
	pthread_t thread;
	const struct look_judge *judges[2];
};

static void note_most(atomic_uint *most, unsigned now)
{
	unsigned before = atomic_load(most);

	while (before < now && !atomic_compare_exchange_weak(most, &before, now))
		;
}

static void wait_for_leave(struct look_job *job, const struct look_means *means)
{
	struct test_job *t = (struct test_job *)job;
	struct pollfd stop = { .fd = means->stop_fd, .events = POLLIN };

	note_most(&most_running, atomic_fetch_add(&running, 1) + 1);
	if (job->is_slow)
		note_most(&most_slow, atomic_fetch_add(&slow_running, 1) + 1);
	while (!atomic_load(&may_end) && !t->was_stopped)
		t->was_stopped = poll(&stop, 1, 5) > 0;
	if (job->is_slow)
		atomic_fetch_sub(&slow_running, 1);
	atomic_fetch_sub(&running, 1);
}

static void end_at_once(struct look_job *job, const struct look_means *means)
{
	struct test_job *t = (struct test_job *)job;
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	t->has_blocked_signals = sigismember(&mask, SIGTERM) && sigismember(&mask, SIGHUP);
	t->thread = pthread_self();
	t->judges[0] = means->judge;
	t->judges[1] = means->server_judge;
}

static struct anchors *anchors;

static struct look_pool *new_pool(unsigned threads)
{
	const struct look_pool_order order = { .anchors = anchors, .threads = threads };
	struct complaint error;
	struct look_pool *pool = look_pool_new(&order, &error);

	assert_non_null(pool);
	atomic_store(&may_end, false);
	atomic_store(&most_running, 0);
	atomic_store(&most_slow, 0);
	return pool;
}

/* Waits until a job is back. Fails if none comes. */
static struct test_job *await(struct look_pool *pool)
{
	struct pollfd back = { .fd = look_pool_fd(pool), .events = POLLIN };
	uint64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
	struct look_job *job = NULL;

	while (!job && clock_monotonic_ms() < end_ms) {
		if (poll(&back, 1, 100) > 0)
			job = look_pool_take(pool);
	}
	assert_non_null(job);
	return (struct test_job *)job;
}

static void await_running(unsigned count)
{
	uint64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;

	while (atomic_load(&running) < count && clock_monotonic_ms() < end_ms)
		usleep(1000);
	assert_int_equal(atomic_load(&running), count);
}

static void every_job_comes_back_once(void **state)
{
	static struct test_job jobs[MANY];
	struct look_pool *pool = new_pool(3);
	bool is_back[MANY] = { false };

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		jobs[i] = (struct test_job){ .job.run = end_at_once, .number = i };
		look_pool_give(pool, &jobs[i].job);
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct test_job *t = await(pool);
		assert_false(is_back[t->number]);
		assert_true(t->job.was_run);
		is_back[t->number] = true;
	}
	assert_null(look_pool_take(pool));
	struct pollfd back = { .fd = look_pool_fd(pool), .events = POLLIN };
	assert_int_equal(poll(&back, 1, 0), 0);
	look_pool_free(pool);
}

static void a_job_that_waits_holds_up_no_other(void **state)
{
	struct test_job waiting[3], quick[20];
	struct look_pool *pool = new_pool(4);

	(void)state;
	for (unsigned i = 0; i < COUNT(waiting); i++) {
		waiting[i] = (struct test_job){ .job.run = wait_for_leave };
		look_pool_give(pool, &waiting[i].job);
	}
	for (unsigned i = 0; i < COUNT(quick); i++) {
		quick[i] = (struct test_job){ .job.run = end_at_once, .number = i + 1 };
		look_pool_give(pool, &quick[i].job);
	}
	for (unsigned i = 0; i < COUNT(quick); i++)
		assert_int_equal(await(pool)->number, i + 1);
	atomic_store(&may_end, true);
	for (unsigned i = 0; i < COUNT(waiting); i++)
		assert_int_equal(await(pool)->number, 0);
	look_pool_free(pool);
}

static void slow_jobs_never_take_more_than_half_of_the_threads(void **state)
{
	struct test_job slow[12], quick[12];
	struct look_pool *pool = new_pool(4);

	(void)state;
	for (unsigned i = 0; i < COUNT(slow); i++) {
		slow[i] = (struct test_job){ .job = { .run = wait_for_leave, .is_slow = true } };
		look_pool_give(pool, &slow[i].job);
	}
	await_running(2);
	for (unsigned i = 0; i < COUNT(quick); i++) {
		quick[i] = (struct test_job){ .job.run = end_at_once, .number = i + 1 };
		look_pool_give(pool, &quick[i].job);
	}
	for (unsigned i = 0; i < COUNT(quick); i++)
		assert_true(await(pool)->number > 0);
	atomic_store(&may_end, true);
	for (unsigned i = 0; i < COUNT(slow); i++)
		assert_true(await(pool)->job.is_slow);
	assert_int_equal(atomic_load(&most_slow), 2);
	look_pool_free(pool);
}

static void judge_from_anchor(struct look_job *job, const struct look_means *means)
{
	struct test_job *t = (struct test_job *)job;
	struct ds_set ds = { .count = 0 };
	struct name zone;

	if (name_from_text("anchored.test", &zone))
		look_judge_find_ds(means->judge, &zone, &ds, 1, -1);
	t->number = ds.count;
}

static struct test_job *run_alone(struct look_pool *pool, struct test_job *job)
{
	*job = (struct test_job){ .job.run = judge_from_anchor };
	look_pool_give(pool, &job->job);
	return await(pool);
}

static void the_next_job_is_judged_from_new_anchors_and_the_old_ones_stay_while_one_runs(
        void **state)
{
	const struct ds ds = { .tag = 1, .algorithm = 13, .digest_type = 2, .digest_len = 32 };
	struct anchors *fresh = anchors_new();
	struct look_pool *pool = new_pool(1);
	struct test_job job, waiting = { .job.run = wait_for_leave };
	struct name zone;

	(void)state;
	assert_true(name_from_text("anchored.test", &zone));
	assert_true(anchors_add(fresh, &zone, &ds));
	assert_int_equal(run_alone(pool, &job)->number, 0);
	look_pool_give(pool, &waiting.job);
	await_running(1);
	assert_false(look_pool_is_using(pool, fresh));
	look_pool_use_anchors(pool, fresh);
	assert_true(look_pool_is_using(pool, fresh));
	assert_true(look_pool_is_using(pool, anchors));
	atomic_store(&may_end, true);
	await(pool);
	assert_false(look_pool_is_using(pool, anchors));
	assert_int_equal(run_alone(pool, &job)->number, 1);
	look_pool_free(pool);
	anchors_free(fresh);
}

static void one_thread_alone_runs_slow_jobs_too(void **state)
{
	struct test_job slow = { .job = { .run = end_at_once, .is_slow = true } };
	struct look_pool *pool = new_pool(1);

	(void)state;
	look_pool_give(pool, &slow.job);
	assert_ptr_equal(await(pool), &slow);
	look_pool_free(pool);
}

static void the_end_comes_at_once_and_no_job_is_lost(void **state)
{
	struct test_job jobs[9];
	struct look_pool *pool = new_pool(2);
	unsigned was_run = 0, was_stopped = 0, back = 0;
	struct look_job *job;

	(void)state;
	for (unsigned i = 0; i < COUNT(jobs); i++) {
		jobs[i] = (struct test_job){ .job = { .run = wait_for_leave,
			                             .is_slow = i % 2 == 1 } };
		look_pool_give(pool, &jobs[i].job);
	}
	await_running(2);
	uint64_t began_ms = clock_monotonic_ms();
	look_pool_end(pool);
	assert_true(clock_monotonic_ms() - began_ms < PATIENCE_MS);
	while ((job = look_pool_take(pool))) {
		was_run += job->was_run;
		was_stopped += ((struct test_job *)job)->was_stopped;
		back++;
	}
	assert_int_equal(back, COUNT(jobs));
	assert_int_equal(was_run, 2);
	assert_int_equal(was_stopped, 2);
	look_pool_give(pool, &jobs[0].job); /* too late */
	assert_ptr_equal(look_pool_take(pool), &jobs[0].job);
	assert_false(jobs[0].job.was_run);
	look_pool_free(pool);
}

static void each_thread_has_judges_of_its_own_and_takes_no_signal(void **state)
{
	struct test_job jobs[60];
	struct look_pool *pool = new_pool(4);
	sigset_t mask;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_false(sigismember(&mask, SIGTERM)); /* those of this thread stay as they were */
	for (unsigned i = 0; i < COUNT(jobs); i++) {
		jobs[i] = (struct test_job){ .job.run = end_at_once };
		look_pool_give(pool, &jobs[i].job);
	}
	for (unsigned i = 0; i < COUNT(jobs); i++)
		await(pool);
	for (unsigned i = 0; i < COUNT(jobs); i++) {
		assert_true(jobs[i].has_blocked_signals);
		assert_non_null(jobs[i].judges[0]);
		assert_ptr_not_equal(jobs[i].judges[0], jobs[i].judges[1]);
		for (unsigned k = 0; k < i; k++) {
			bool is_same_thread = pthread_equal(jobs[i].thread, jobs[k].thread);
			assert_true(is_same_thread == (jobs[i].judges[0] == jobs[k].judges[0]));
			assert_true(is_same_thread == (jobs[i].judges[1] == jobs[k].judges[1]));
		}
	}
	look_pool_free(pool);
}

static int set_up(void **state)
{
	(void)state;
	anchors = anchors_new();
	return anchors ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	anchors_free(anchors);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_comes_back_once),
		cmocka_unit_test(a_job_that_waits_holds_up_no_other),
		cmocka_unit_test(slow_jobs_never_take_more_than_half_of_the_threads),
		cmocka_unit_test(
		        the_next_job_is_judged_from_new_anchors_and_the_old_ones_stay_while_one_runs),
		cmocka_unit_test(one_thread_alone_runs_slow_jobs_too),
		cmocka_unit_test(the_end_comes_at_once_and_no_job_is_lost),
		cmocka_unit_test(each_thread_has_judges_of_its_own_and_takes_no_signal),
	};
	return cmocka_run_group_tests_name("look_pool", tests, set_up, tear_down);
}
