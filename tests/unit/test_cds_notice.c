/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent is told in a thread of the pool. Here nobody answers. */
#include "cdsbed.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sockaddr.h"
#include "keeper/cds_notice.h"
#include "keeper/zone_job.h"

#define PATIENCE_MS 60000

/* Returns how many jobs come back. */
static unsigned jobs_back(struct keeper *k, unsigned given)
{
	unsigned back = 0;

	usleep(given ? 0 : 200000); /* what must not be comes soon: nobody is there to wait for */
	while (back < given) {
		struct pollfd fd = { .fd = look_pool_fd(k->tools.pool), .events = POLLIN };
		if (poll(&fd, 1, PATIENCE_MS) <= 0)
			break;
		struct look_job *job = look_pool_take(k->tools.pool);
		assert_non_null(job);
		assert_true(job->was_run);
		((struct zone_job *)job)->end(k, (struct zone_job *)job);
		back++;
	}
	assert_null(look_pool_take(k->tools.pool));
	return back;
}

/* A zone whose servers show what the parent is to be told, and nobody to tell. */
struct notice_bed {
	struct sockaddr_storage resolver;
	struct anchors *anchors;
	struct keeper k;
	struct keeper_zone zone;
	struct cds_bed cds;
};

static struct notice_bed *new_notice_bed(void)
{
	static const uint8_t nobody[] = { 127, 0, 0, 77 };
	struct notice_bed *n = calloc(1, sizeof(*n));
	struct complaint error = { "" };
	struct name name;

	assert_non_null(n);
	log_set_level(LOG_LEVEL_ERROR - 1);
	n->resolver = sockaddr_of(span_of(nobody, sizeof(nobody)), 53, 0);
	n->anchors = anchors_new();
	const struct look_pool_order order = {
		.anchors = n->anchors, .resolvers = &n->resolver, .resolver_count = 1, .threads = 1
	};
	n->k.tools.pool = look_pool_new(&order, &error);
	assert_non_null(n->k.tools.pool);
	make_bed(&n->cds);
	assert_true(name_from_text("a.test", &name));
	kept_zone_init(&n->zone.kept, &name);
	n->zone.kept.life = n->cds.life;
	n->zone.policy = n->cds.policy;
	return n;
}

static void free_notice_bed(struct notice_bed *n)
{
	look_pool_free(n->k.tools.pool);
	anchors_free(n->anchors);
	free(n);
}

static void look_comes(struct notice_bed *n, unsigned notices)
{
	cds_notice_begin_due(&n->k, &n->zone, &n->cds.look);
	assert_int_equal(jobs_back(&n->k, notices), notices);
}

static void a_parent_is_told_once_in_a_thread(void **state)
{
	struct notice_bed *n = new_notice_bed();

	(void)state;
	cds_notice_begin_due(&n->k, &n->zone, &n->cds.look);
	look_comes(n, 1); /* the same: one notice came back, and this was it */
	n->cds.servers[0].is_reached = false;
	n->zone.told_cds.count = 0;
	look_comes(n, 0);
	n->cds.servers[0].is_reached = true;
	cds_notice_begin_due(&n->k, &n->zone, &n->cds.look);
	zone_jobs_drop(&n->k); /* whether it has run or not */
	free_notice_bed(n);
}

static void a_notice_that_was_lost_is_sent_again_ever_more_seldom_and_not_for_ever(void **state)
{
	struct notice_bed *n = new_notice_bed();
	int64_t before_s = 0;

	(void)state;
	n->zone.policy.look_s = 3600;
	look_comes(n, 1);
	for (unsigned i = 0; i < CDS_NOTICE_AGAIN; i++) {
		int64_t wait_s = n->zone.cds_again_s - clock_wall_s();
		assert_in_range(wait_s, i ? 3600 : 3500, 86400);
		assert_true(wait_s >= before_s - 60);
		before_s = wait_s;
		look_comes(n, 0);
		n->zone.cds_again_s = clock_wall_s();
		look_comes(n, 1);
	}
	assert_in_range(before_s, 86000, 86400);
	assert_int_equal(n->zone.cds_again_s, 0);
	look_comes(n, 0);
	free_notice_bed(n);
}

static void a_parent_that_has_followed_meanwhile_is_not_told_again(void **state)
{
	struct notice_bed *n = new_notice_bed();

	(void)state;
	look_comes(n, 1);
	n->zone.cds_again_s = clock_wall_s();
	for (unsigned i = 0; i < n->cds.look.parent_count; i++)
		n->cds.parents[i].ds = n->cds.servers[0].cds;
	look_comes(n, 0);
	free_notice_bed(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parent_is_told_once_in_a_thread),
		cmocka_unit_test(
		        a_notice_that_was_lost_is_sent_again_ever_more_seldom_and_not_for_ever),
		cmocka_unit_test(a_parent_that_has_followed_meanwhile_is_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
