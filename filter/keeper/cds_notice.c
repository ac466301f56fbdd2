/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/cds_notice.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/notify.h"
#include "keeper/zone_job.h"
#include "keys/life_cds.h"

struct cds_notice {
	struct zone_job of_zone;
	struct name name;
	enum notify_end end;
	struct complaint told;
};

static void send_notice(struct look_job *job, const struct look_means *means)
{
	struct cds_notice *n = (struct cds_notice *)job;
	const struct look_order order = { .zone = &n->name,
		.resolvers = means->resolvers,
		.resolver_count = means->resolver_count,
		.stop_fd = means->stop_fd,
		.now_s = clock_wall_s() };

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

static void end_notice(struct keeper *k, struct zone_job *job)
{
	const struct cds_notice *n = (const struct cds_notice *)job;
	char name[NAME_TEXT_SIZE];

	(void)k;
	log_line(level_of(n->end), "%s: its CDS records have changed: %s",
	        name_text(&n->name, name), n->told.text);
	drop_notice(job);
}

void cds_notice_begin_due(
        struct keeper *k, struct keeper_zone *zone, const struct life_observation *seen)
{
	struct cds_notice *n = NULL;

	if (!life_cds_is_news(&zone->kept.life, &zone->policy, seen, &zone->told_cds))
		return;
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
