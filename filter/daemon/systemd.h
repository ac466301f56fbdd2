/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talks to systemd, the service manager. In a build without libsystemd the functions do nothing. */
#ifndef DAEMON_SYSTEMD_H
#define DAEMON_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

/* False if this build has no libsystemd. */
bool systemd_is_built(void);

/* Tell systemd the state of this service, by sd_notify(3). They do nothing if systemd did not start
 * this process. */
void systemd_ready(void);
void systemd_stopping(void);

/* The file descriptor store: systemd holds a descriptor under a name while the service restarts,
 * and closes it when the service is stopped. */
typedef void systemd_taker(void *context, const char *name, int fd);

/* Calls `take` for each descriptor that systemd has kept. It belongs to the caller then, and
 * systemd keeps its own until systemd_forget(). Call it once. */
void systemd_take(systemd_taker *take, void *context);

/* Has systemd keep a descriptor. If it keeps the same file under this name already, nothing
 * changes. */
void systemd_keep(const char *name, int fd);

/* Has systemd close all descriptors of this name. */
void systemd_forget(const char *name);

/* Returns within which time systemd wants systemd_alive() to be called again; 0: it does not
 * wait. */
uint64_t systemd_watchdog_ms(void);
void systemd_alive(void);

/* True if systemd started this process, and starts another one when it ends. */
bool systemd_started_us(void);

/* Sets the one line that `systemctl status` shows. */
void systemd_status(const char *text);

#endif
