/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/cds_notice.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/notify.h"
#include "keeper/zone_job.h"
#include "keys/life_cds.h"

#define DAY_S 86400

struct cds_notice {
	struct zone_job of_zone;
	struct name name;
	enum notify_end end;
	struct complaint told;
};

static void send_notice(struct look_job *job, const struct look_means *means)
{
	struct cds_notice *n = (struct cds_notice *)job;
	const struct look_order order = look_means_order(means, &n->name);

	n->end = notify_parent(&order, &n->told);
}

/* That a parent does not want to be told is usual. */
static enum log_level level_of(enum notify_end end)
{
	if (end == NOTIFY_TAKEN)
		return LOG_LEVEL_INFO;
	return end == NOTIFY_NO_TARGET ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING;
}

static void drop_notice(struct zone_job *job)
{
	free(job);
}

/* A parent that never takes it finds the records by its next scan, or needs a person. */
static void plan_next_notice(struct keeper_zone *zone, enum notify_end end, int64_t now_s)
{
	int64_t wait_s = zone->policy.look_s;

	zone->cds_again_s = 0;
	if (end == NOTIFY_TAKEN || end == NOTIFY_NO_TARGET ||
	        zone->cds_failures == CDS_NOTICE_AGAIN)
		return;
	for (unsigned i = 0; i < zone->cds_failures && wait_s < DAY_S; i++)
		wait_s *= 2;
	zone->cds_failures++;
	zone->cds_again_s = now_s + (wait_s < DAY_S ? wait_s : DAY_S);
}

static void end_notice(struct keeper *k, struct zone_job *job)
{
	const struct cds_notice *n = (const struct cds_notice *)job;
	char name[NAME_TEXT_SIZE];

	(void)k;
	plan_next_notice(job->zone, n->end, clock_wall_s());
	log_line(level_of(n->end), "%s: its CDS records have changed: %s%s",
	        name_text(&n->name, name), n->told.text,
	        job->zone->cds_again_s ? "; the parent is told again later" : "");
	drop_notice(job);
}

/* True if it is due: for the first time, or once more. */
static bool is_due(struct keeper_zone *zone, const struct life_observation *seen, int64_t now_s)
{
	struct life_tags none = { .count = 0 };

	if (life_cds_is_news(&zone->kept.life, &zone->policy, seen, &zone->told_cds)) {
		zone->cds_failures = 0;
		return true;
	}
	return zone->cds_again_s && now_s >= zone->cds_again_s &&
	       life_cds_is_news(&zone->kept.life, &zone->policy, seen, &none);
}

void cds_notice_begin_due(
        struct keeper *k, struct keeper_zone *zone, const struct life_observation *seen)
{
	struct cds_notice *n = NULL;

	if (!is_due(zone, seen, clock_wall_s()))
		return;
	zone->cds_again_s = 0; /* while it is under way */
	n = calloc(1, sizeof(*n));
	if (!n)
		return; /* it is a hint to the parent, and nothing more */
	n->of_zone =
	        (struct zone_job){ .job = { .run = send_notice, .is_slow = zone->look_is_slow },
		        .zone = zone,
		        .end = end_notice,
		        .drop = drop_notice };
	n->name = zone->kept.name;
	look_pool_give(k->tools.pool, &n->of_zone.job);
}
