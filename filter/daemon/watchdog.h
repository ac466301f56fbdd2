/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells systemd that the service is alive (WatchdogSec=): only while each worker turns its loop. A
 * main thread that hangs tells nothing, and a worker that hangs keeps the main thread from telling.
 * Then systemd ends the process and starts another, which takes over. */
#ifndef DAEMON_WATCHDOG_H
#define DAEMON_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#define WATCHDOG_WORKERS_MAX 64 /* queue.count */

/* Looks in the time within which systemd wants to be told. A worker wakes at least once a second,
 * so it turns between two looks if systemd waits for four seconds or more. */
#define WATCHDOG_LOOKS 4

struct watchdog {
	uint64_t every_ms; /* between two looks; 0: nobody wants to be told */
	uint64_t due_ms;
	uint64_t seen[WATCHDOG_WORKERS_MAX]; /* the turns of each worker at the last look */
};

/* `within_ms` is how long systemd waits; 0: it does not. */
void watchdog_init(struct watchdog *w, uint64_t within_ms, uint64_t now_ms);

/* True if systemd is to be told now: a look is due, and each worker has turned since the last one.
 * `turns` are the counters of the workers. */
bool watchdog_look(struct watchdog *w, const uint64_t *turns, unsigned count, uint64_t now_ms);

/* Returns how long until the next look; -1: there is none. */
int watchdog_wait_ms(const struct watchdog *w, uint64_t now_ms);

#endif
