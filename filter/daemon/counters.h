/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of all workers, added up. */
#ifndef DAEMON_COUNTERS_H
#define DAEMON_COUNTERS_H

#include "worker/worker.h"

/* Logs every counter that is not zero, as name=value, in as many lines as it takes. */
void counters_log(struct worker *const workers[], unsigned count);

/* The sum of one counter, by its name in flow/stats.h. */
uint64_t counters_sum(struct worker *const workers[], unsigned count, const char *name);

#endif
