/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/zone_job.h"
#include "keeper/zone_pace.h"

/* One check. Has copies of what it needs: the zone changes meanwhile. */
struct zone_check {
	struct zone_job of_zone;
	struct name name;
	struct self_check_key keys[SELF_CHECK_KEYS];
	unsigned key_count;
	uint32_t generation; /* of the zone's state when the check began */
	struct self_check_result result;
	unsigned server_count;
	struct self_check_server servers[];
};

static void do_zone_check(struct look_job *job, const struct look_means *means)
{
	struct zone_check *c = (struct zone_check *)job;
	const struct self_check_order order = { .zone = &c->name,
		.servers = c->servers,
		.server_count = c->server_count,
		.keys = c->keys,
		.key_count = c->key_count,
		.now_s = clock_wall_s() };

	self_check_run(&order, means, &c->result);
}

static void drop_check(struct zone_job *job)
{
	free(job);
}

/* ---- The end ---- */

static void tell_check(struct keeper_zone *zone)
{
	char name[NAME_TEXT_SIZE];
	struct complaint what;

	self_check_state_tell(&zone->check, &what);
	name_text(&zone->kept.name, name);
	if (zone->check.failures.count > 0)
		log_warning("%s: self-check: %s", name, what.text);
	else
		log_info("%s: self-check: all is well again: %s", name, what.text);
}

/* The check may have found a change that was decided while it ran: its result says nothing then. */
static void end_check(struct keeper *k, struct zone_job *job)
{
	struct zone_check *c = (struct zone_check *)job;
	struct keeper_zone *zone = job->zone;
	int64_t now_s = clock_wall_s();

	(void)k;
	zone->is_checked = false;
	zone->check_is_slow = job->job.took_ms >= LOOK_POOL_SLOW_MS;
	if (c->generation == zone->kept.life.generation &&
	        self_check_state_take(&zone->check, &c->result, now_s)) {
		tell_check(zone);
		zone->due_s = now_s; /* the turn says what this means for the zone */
	}
	free(c);
}

/* ---- The beginning ---- */

static struct zone_check *new_check(struct keeper_zone *zone)
{
	const struct zone_sight *sight = &zone->sight;
	size_t servers_size = sight->server_count * sizeof(sight->servers[0]);
	struct zone_check *c = calloc(1, sizeof(*c) + servers_size);

	if (!c)
		return NULL;
	c->of_zone =
	        (struct zone_job){ .job = { .run = do_zone_check, .is_slow = zone->check_is_slow },
		        .zone = zone,
		        .end = end_check,
		        .drop = drop_check };
	c->name = zone->kept.name;
	c->key_count = zone_sight_choose(sight, &zone->kept.life, c->keys);
	c->generation = zone->kept.life.generation;
	c->server_count = sight->server_count;
	memcpy(c->servers, sight->servers, servers_size);
	return c;
}

/* A zone that nobody ever signed is not checked: what its servers serve is not the keeper's. By a
 * clock that is wrong every signature has expired. */
static bool can_check(struct keeper *k, const struct keeper_zone *zone)
{
	return zone->sight.server_count > 0 && zone->kept.is_read && zone->kept.life.count > 0 &&
	       k->job->clock_is_trusted(k->job->context);
}

static void begin_check(struct keeper *k, struct keeper_zone *zone)
{
	if (!can_check(k, zone))
		return;
	struct zone_check *c = new_check(zone);
	if (!c)
		return; /* the next one may find memory */
	zone->is_checked = true;
	look_pool_give(k->tools.pool, &c->of_zone.job);
}

/* A zone that is looked at more often is checked more often, too. */
static int64_t check_period_s(const struct keeper_zone *zone)
{
	return zone->policy.look_s < SELF_CHECK_S ? zone->policy.look_s : SELF_CHECK_S;
}

int64_t zone_check_begin_due(struct keeper *k, int64_t now_s)
{
	int64_t next_s = now_s + SELF_CHECK_S;

	for (unsigned i = 0; i < k->zones.count; i++) {
		struct keeper_zone *zone = k->zones.items[i];
		bool is_far = zone->check_due_s > now_s + SELF_CHECK_S; /* the clock was set */
		if (!zone->is_checked && (zone->check_due_s <= now_s || is_far)) {
			begin_check(k, zone);
			zone->check_due_s =
			        zone_pace_next(&zone->kept.name, check_period_s(zone), now_s);
		}
		if (!zone->is_checked && zone->check_due_s < next_s)
			next_s = zone->check_due_s;
	}
	return next_s;
}
