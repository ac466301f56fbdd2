/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of all workers, added up. */
#ifndef DAEMON_COUNTERS_H
#define DAEMON_COUNTERS_H

#include "worker/worker.h"

/* Logs each counter that is not zero, as name=value, in one or more lines. */
void counters_log(struct worker *const workers[], unsigned count);

/* Returns the sum of one counter over all workers. `name` is its name in flow/stats.h. */
uint64_t counters_sum(struct worker *const workers[], unsigned count, const char *name);

#endif
