/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_work.h"

#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/zone_check.h"
#include "keeper/zone_job.h"
#include "keeper/keeper_orphans.h"
#include "keeper/zone_work.h"

#define WAIT_MOST_S 60 /* a clock that was set moves what is due */

/* `check_s`: when the next self-check is due. */
static int wait_ms(const struct keeper_zone *zone, int64_t check_s)
{
	int64_t due_s = zone && zone->due_s < check_s ? zone->due_s : check_s;
	int64_t wait_s = due_s - clock_wall_s();

	return (int)(wait_s < 0 ? 0 : wait_s > WAIT_MOST_S ? WAIT_MOST_S : wait_s) * 1000;
}

/* Waits for an order, for a thread of the pool, until the zone or a self-check is due, or for a
 * minute. Returns false if the work is to end. */
static bool wait_for_work(struct keeper *k, const struct keeper_zone *zone, int64_t check_s)
{
	struct pollfd fds[] = { { .fd = k->job->stop_fd, .events = POLLIN },
		{ .fd = k->job->control_fd, .events = POLLIN },
		{ .fd = look_pool_fd(k->tools.pool), .events = POLLIN } };

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), wait_ms(zone, check_s)) <= 0)
		return true;
	if (fds[0].revents)
		return false;
	if (fds[1].revents)
		k->job->serve(k->job->context, k);
	if (fds[2].revents) {
		zone_jobs_end_one(k);
		k->back_ms = clock_monotonic_ms();
	}
	return true;
}

bool keeper_work_hangs(const struct keeper *k, uint64_t now_ms)
{
	uint64_t since_ms = keeper_zones_oldest_look_ms(&k->zones);

	if (since_ms < k->back_ms)
		since_ms = k->back_ms;
	return since_ms < now_ms && now_ms - since_ms > KEEPER_HANGS_MS;
}

static void work_on(struct keeper *k)
{
	int64_t check_s = 0;

	while (wait_for_work(k, keeper_zones_next(&k->zones), check_s)) {
		keeper_anchors_follow(&k->tools.anchors, k->tools.pool, clock_monotonic_ms());
		check_s = zone_check_begin_due(k, clock_wall_s());
		/* an order may have changed which zone is due */
		struct keeper_zone *zone = keeper_zones_next(&k->zones);
		if (zone && zone->due_s <= clock_wall_s())
			zone_work_begin(k, zone);
		if (!keeper_work_hangs(k, clock_monotonic_ms()))
			k->job->is_alive(k->job->context);
	}
}

bool keeper_work(const struct keeper_job *job, struct complaint *error)
{
	struct keeper k = { .job = job };

	if (!keeper_zones_list(&k.zones, job->config, error))
		return false;
	if (k.zones.count == 0)
		complaint_set(
		        error, "no zone has keeper = true (sign.zones, sign.zones_directory)");
	bool good = k.zones.count > 0 &&
	            keeper_tools_init(&k.tools, job->config, job->vault_program, error);
	if (good) {
		log_info("looking after the keys of %u zone%s", k.zones.count,
		        k.zones.count == 1 ? "" : "s");
		keeper_orphans_tell(&k.tools, &k.zones);
		work_on(&k);
		zone_jobs_drop(&k);
		keeper_tools_fini(&k.tools);
	}
	keeper_zones_fini(&k.zones);
	return good;
}
