/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent is told in a thread of the pool. Here nobody answers. */
#include "cdsbed.h"

#include <poll.h>

#include "base/log.h"
#include "base/sockaddr.h"
#include "keeper/cds_notice.h"
#include "keeper/zone_job.h"

#define PATIENCE_MS 60000

/* Returns how many jobs come back. */
static unsigned jobs_back(struct keeper *k, unsigned given)
{
	unsigned back = 0;

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

static void a_parent_is_told_once_in_a_thread(void **state)
{
	static const uint8_t nobody[] = { 127, 0, 0, 77 };
	const struct sockaddr_storage resolver =
	        sockaddr_of(span_of(nobody, sizeof(nobody)), 53, 0);
	struct complaint error = { "" };
	struct anchors *anchors = anchors_new();
	const struct look_pool_order order = {
		.anchors = anchors, .resolvers = &resolver, .resolver_count = 1, .threads = 1
	};
	struct keeper k = { .tools = { .pool = look_pool_new(&order, &error) } };
	struct keeper_zone zone = { .due_s = 0 };
	struct cds_bed b;
	struct name name;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR - 1);
	assert_non_null(k.tools.pool);
	make_bed(&b);
	assert_true(name_from_text("a.test", &name));
	kept_zone_init(&zone.kept, &name);
	zone.kept.life = b.life;
	zone.policy = b.policy;
	cds_notice_begin_due(&k, &zone, &b.look);
	cds_notice_begin_due(&k, &zone, &b.look);
	assert_int_equal(jobs_back(&k, 1), 1);
	b.servers[0].is_reached = false;
	zone.told_cds.count = 0;
	cds_notice_begin_due(&k, &zone, &b.look);
	assert_int_equal(jobs_back(&k, 0), 0);
	b.servers[0].is_reached = true;
	cds_notice_begin_due(&k, &zone, &b.look);
	zone_jobs_drop(&k); /* whether it has run or not */
	look_pool_free(k.tools.pool);
	anchors_free(anchors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parent_is_told_once_in_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
