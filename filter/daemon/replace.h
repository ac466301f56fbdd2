/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate run --replace`: without systemd, the new process takes the descriptors from the old
 * one, over the control socket. */
#ifndef DAEMON_REPLACE_H
#define DAEMON_REPLACE_H

#include "daemon/service.h"

/* An older build may run as root, and then obeys root alone. So root calls this before it becomes
 * another user. Returns a connection to such a process for replace_running(), or -1. That process
 * waits half a second for the request, so little should come in between. */
int replace_reach_root(const char *path);

/* Asks the process that listens at `path` to stop, and takes its descriptors into `h`. If no
 * process listens there, there is nothing to take. `reached` is a connection to it, which is
 * closed, or -1. Returns 0 or a negative errno; failures are logged. */
int replace_running(const char *path, int reached, struct handover *h);

/* The other side: stops the workers, and sends their descriptors to the new process, which has
 * connected by `fd`. Only root and the user of the service can connect (daemon/control.h). */
void replace_hand_over(struct service *s, int fd);

/* Logs that another process runs and holds the queues, if one does. */
void replace_tell_running(const char *path);

#endif
