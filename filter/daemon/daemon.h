/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon: one worker a queue, from start to end. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "config/config.h"

/* Serves the queues until SIGTERM, SIGINT or SIGHUP; logs the counters at SIGUSR1 and at the end.
 * Must be called while the process has one thread. Returns 0 after a clean end, -errno when it
 * could not start or a worker failed; what went wrong is logged. */
int daemon_run(const struct config *c);

#endif
