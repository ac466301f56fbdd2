/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work for a zone that a thread of the pool does: it is made and given to the pool, and comes back
 * to the thread that has the keeper. */
#ifndef KEEPER_ZONE_JOB_H
#define KEEPER_ZONE_JOB_H

#include "keeper/keeper.h"

/* The first member of a job. A job may read nothing of `zone` but its name. */
struct zone_job {
	struct look_job job;
	struct keeper_zone *zone;
	/* Takes what the job has brought, and frees the job. */
	void (*end)(struct keeper *k, struct zone_job *job);
	/* Frees it with nothing else, since the keeper ends. */
	void (*drop)(struct zone_job *job);
};

/* Ends the job that is back first, if there is one. One alone, because a turn may follow, and the
 * keeper has other things to do between two turns. */
void zone_jobs_end_one(struct keeper *k);

/* Ends the threads of the pool, and drops all jobs. */
void zone_jobs_drop(struct keeper *k);

#endif
