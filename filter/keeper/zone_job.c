/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_job.h"

void zone_jobs_end_one(struct keeper *k)
{
	struct zone_job *job = (struct zone_job *)look_pool_take(k->tools.pool);

	if (job)
		job->end(k, job);
}

void zone_jobs_drop(struct keeper *k)
{
	struct look_job *back;

	look_pool_end(k->tools.pool);
	while ((back = look_pool_take(k->tools.pool))) {
		struct zone_job *job = (struct zone_job *)back;
		job->drop(job);
	}
}
