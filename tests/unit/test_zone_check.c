/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Self-checks run in threads, while the zone goes on: what a check found counts only for the state
 * that it began with, and only by a clock that is right. Here nobody answers, so each check
 * fails. */
#include "cdsbed.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sockaddr.h"
#include "keeper/zone_check.h"
#include "keeper/zone_job.h"

#define PATIENCE_MS 60000

static bool clock_is_right;

static bool look_at_clock(void *context)
{
	(void)context;
	return clock_is_right;
}

struct check_bed {
	struct sockaddr_storage nobody;
	struct anchors *anchors;
	struct keeper_job job;
	struct keeper k;
	struct keeper_zone zone;
	struct keeper_zone *items[1];
};

/* A zone whose KSK every server is known to serve. */
static void put_zone(struct check_bed *b)
{
	struct cds_bed cds;
	struct name name;

	make_bed(&cds);
	assert_true(name_from_text("a.test", &name));
	kept_zone_init(&b->zone.kept, &name);
	b->zone.kept.life = cds.life;
	b->zone.kept.is_read = true;
	b->zone.policy = cds.policy;
	b->zone.sight.servers = calloc(1, sizeof(*b->zone.sight.servers));
	assert_non_null(b->zone.sight.servers);
	b->zone.sight.servers[0] = (struct self_check_server){ b->nobody, name };
	b->zone.sight.server_count = 1;
	b->zone.sight.ksks[0].tag = 1;
	b->zone.sight.ksk_count = 1;
}

static struct check_bed *new_check_bed(void)
{
	static const uint8_t nobody[] = { 127, 0, 0, 77 };
	struct check_bed *b = calloc(1, sizeof(*b));
	struct complaint error = { "" };

	assert_non_null(b);
	log_set_level(LOG_LEVEL_ERROR - 1);
	b->nobody = sockaddr_of(span_of(nobody, sizeof(nobody)), 53, 0);
	b->anchors = anchors_new();
	const struct look_pool_order order = {
		.anchors = b->anchors, .resolvers = &b->nobody, .resolver_count = 1, .threads = 1
	};
	b->k.tools.pool = look_pool_new(&order, &error);
	assert_non_null(b->k.tools.pool);
	b->job.clock_is_trusted = look_at_clock;
	b->k.job = &b->job;
	put_zone(b);
	b->items[0] = &b->zone;
	b->k.zones = (struct keeper_zones){ .count = 1, .items = b->items };
	return b;
}

static void free_check_bed(struct check_bed *b)
{
	zone_jobs_drop(&b->k);
	look_pool_free(b->k.tools.pool);
	anchors_free(b->anchors);
	zone_sight_fini(&b->zone.sight);
	free(b);
}

static void a_check_counts_for_its_own_state_and_by_a_right_clock_alone(void **state)
{
	static const struct {
		const char *why;
		bool has_clock, changes;
		bool is_begun, counts;
	} rows[] = {
		{ "as it should be", true, false, true, true },
		{ "the state changed meanwhile", true, true, true, false },
		{ "the clock is not set", false, false, false, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct check_bed *b = new_check_bed();
		clock_is_right = rows[i].has_clock;
		zone_check_begin_due(&b->k, clock_wall_s());
		assert_row(rows[i].why, b->zone.is_checked == rows[i].is_begun);
		b->zone.kept.life.generation += rows[i].changes;
		struct pollfd fd = { .fd = look_pool_fd(b->k.tools.pool), .events = POLLIN };
		assert_true(!rows[i].is_begun || poll(&fd, 1, PATIENCE_MS) == 1);
		zone_jobs_end_one(&b->k);
		assert_false(b->zone.is_checked);
		assert_row(rows[i].why, (b->zone.check.checked_s != 0) == rows[i].counts);
		free_check_bed(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_check_counts_for_its_own_state_and_by_a_right_clock_alone),
	};

	return cmocka_run_group_tests_name("zone_check", tests, NULL, NULL);
}
