/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the workers from the configuration. Private to daemon/. */
#ifndef DAEMON_SERVICE_WORKERS_H
#define DAEMON_SERVICE_WORKERS_H

#include "daemon/service.h"

/* Makes a worker for each pair of queues. Returns 0, or -errno; the failure is logged. */
int service_bind_queues(struct service *s);

/* Returns what running workers take from the newest configuration. */
struct worker_config service_settings(struct service *s);

/* Ends the threads of the workers. Returns 0, or the error of the first that failed. */
int service_stop_workers(struct service *s);

/* Calls `give` for each descriptor of each worker. */
void service_each_descriptor(struct service *s, handover_giver *give, void *context);

#endif
