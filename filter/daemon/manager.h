/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service manager is about to do. */
#ifndef DAEMON_MANAGER_H
#define DAEMON_MANAGER_H

#include <stdbool.h>

/* True when this process belongs to a unit of systemd that is being restarted: it is stopped, and
 * will be started again. False also where systemd cannot be asked. */
bool manager_restarts_us(void);

#endif
