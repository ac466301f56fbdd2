/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for obstacles to the start of the daemon, before it changes anything. */
#ifndef DAEMON_OBSTACLES_H
#define DAEMON_OBSTACLES_H

#include <stdbool.h>

#include "config/config.h"

/* Returns 0 if nothing is in the way: this process may read queues, no other sealgate listens at the control
 * socket, and no other program holds one of the queues or the port of the relay. Otherwise logs what is, and what to do, and returns
 * -EPERM or -EADDRINUSE. A daemon that `takes_over` sockets of another one shares them with it for a moment. To be called before the guard starts, because the guard would replace the rules of
 * another sealgate. */
int obstacles_look(const struct config *c, bool takes_over);

#endif
