/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon, from start to end. It has one worker for each pair of queues. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "config/config.h"

/* Serves the queues until SIGTERM or SIGINT. If it `replaces`, takes over from the daemon that
 * runs. Takes over `c`, which is empty afterwards, and reads `path`, the file that it is from
 * (NULL: the default), again on SIGHUP. Logs the counters on SIGUSR1 and at the end. Must be called
 * while the process has one thread. Returns 0 after a clean end, or -errno if the daemon could not
 * start or a worker failed; failures are logged. */
int daemon_run(struct config *c, const char *path, bool replaces);

/* For a process that cannot run, because its configuration is wrong: gives up the queues that
 * systemd keeps for it. Otherwise packets would wait in them, also if queue.bypass lets them
 * pass. */
void daemon_give_up(void);

#endif
