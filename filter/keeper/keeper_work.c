/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_work.h"

#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/zone_work.h"

#define WAIT_MOST_S 60 /* a clock that was set moves what is due */

static int wait_ms(const struct keeper_zone *zone)
{
	int64_t wait_s = zone ? zone->due_s - clock_wall_s() : WAIT_MOST_S;

	return (int)(wait_s < 0 ? 0 : wait_s > WAIT_MOST_S ? WAIT_MOST_S : wait_s) * 1000;
}

/* Waits for an order, or until the zone is due, or for a minute. Returns false if the work is to end. */
static bool wait_for_work(struct keeper *k, const struct keeper_zone *zone)
{
	struct pollfd fds[] = { { .fd = k->job->stop_fd, .events = POLLIN },
		{ .fd = k->job->control_fd, .events = POLLIN } };

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), wait_ms(zone)) <= 0)
		return true;
	if (fds[0].revents)
		return false;
	if (fds[1].revents)
		k->job->serve(k->job->context, k);
	return true;
}

static void work_on(struct keeper *k)
{
	while (wait_for_work(k, keeper_zones_next(&k->zones))) {
		/* an order may have changed which zone is due */
		struct keeper_zone *zone = keeper_zones_next(&k->zones);
		if (zone && zone->due_s <= clock_wall_s())
			zone_work_begin(k, zone);
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
		work_on(&k);
		keeper_tools_fini(&k.tools);
	}
	keeper_zones_fini(&k.zones);
	return good;
}
