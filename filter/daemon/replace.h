/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate run --replace`: without systemd, the new process takes the descriptors from the old one, over the
 * control socket. */
#ifndef DAEMON_REPLACE_H
#define DAEMON_REPLACE_H

#include "daemon/service.h"

/* Asks the process that listens at `path` to stop, and takes its descriptors into `h`. If no
 * process listens there, there is nothing to take. Returns 0 or a negative errno; failures are logged. */
int replace_running(const char *path, struct handover *h);

/* The other side: stops the workers, and sends their descriptors to the new process, which has connected by
 * `fd`. Only root and the user of the service can connect (daemon/control.h). */
void replace_hand_over(struct service *s, int fd);

/* Logs that another process runs and holds the queues, if one does. */
void replace_tell_running(const char *path);

#endif
