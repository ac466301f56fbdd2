/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talks to systemd, the service manager. In a build without libsystemd the functions do nothing. */
#ifndef DAEMON_SYSTEMD_H
#define DAEMON_SYSTEMD_H

#include <stdbool.h>

/* False if this build has no libsystemd. */
bool systemd_is_built(void);

/* Tell systemd the state of this service, by sd_notify(3). They do nothing if systemd did not start
 * this process. */
void systemd_ready(void);
void systemd_stopping(void);

/* Sets the one line that `systemctl status` shows. */
void systemd_status(const char *text);

#endif
