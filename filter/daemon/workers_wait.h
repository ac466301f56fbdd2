/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits until workers have done something, such as taking an order. A worker takes its orders at
 * its next turn, so mostly this is soon; but one may hang. Private to daemon/. */
#ifndef DAEMON_WORKERS_WAIT_H
#define DAEMON_WORKERS_WAIT_H

#include <stdbool.h>

#define WORKERS_WAIT_MS 1000

/* Asks `is_done` again and again, for WORKERS_WAIT_MS at most. Returns what it said last. */
bool workers_wait(bool (*is_done)(void *context), void *context);

#endif
