/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main thread, while the workers serve: it waits for signals, commands and news, and does what
 * is due. Private to daemon/. */
#ifndef DAEMON_SERVICE_WAIT_H
#define DAEMON_SERVICE_WAIT_H

#include "daemon/service.h"

/* Starts the anchor keeper, once the clock is set. Returns 0 or -errno; the failure is logged. */
int service_start_keeper(struct service *s);

/* Looks at the signed zones, if this is a signer. */
void service_look_at_zones(struct service *s);

/* Waits for the end. Returns 0 after a signal to end, or -errno; -EIO if a worker failed. */
int service_wait_for_the_end(struct service *s);

#endif
