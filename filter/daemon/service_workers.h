/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the workers from the configuration. Private to daemon/. */
#ifndef DAEMON_SERVICE_WORKERS_H
#define DAEMON_SERVICE_WORKERS_H

#include "daemon/service.h"

/* Makes a worker for each pair of queues. Returns 0, or -errno; the failure is logged. */
int service_bind_queues(struct service *s);

/* Returns what running workers take from the newest configuration. */
struct worker_config service_settings(struct service *s);

#endif
