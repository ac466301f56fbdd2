/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pause: everything passes unjudged, so that a client can log in to a captive portal, which
 * forges answers until then. Each worker ends the pause by itself at the given time, even if the
 * main thread hangs. This module gives the workers that time, and logs the begin and the end. */
#ifndef DAEMON_PAUSE_H
#define DAEMON_PAUSE_H

#include "worker/worker.h"

#define PAUSE_MAX_S 86400

struct pause {
	struct worker *const *workers;
	unsigned worker_count;
	uint64_t until_ms;      /* monotonic clock; 0: no pause */
	uint64_t passed_before; /* responses that passed unjudged in earlier pauses */
};

/* Begins a pause of `seconds`. If there is one already, it ends `seconds` from now. Logged. */
void pause_begin(struct pause *p, unsigned seconds, uint64_t now_ms);

/* Ends the pause, if there is one. Logged. */
void pause_end(struct pause *p);

/* Ends the pause if its time is over. Logged. */
void pause_expire(struct pause *p, uint64_t now_ms);

/* Returns the milliseconds until pause_expire() has something to do, for poll(); -1: never. */
int pause_wait_ms(const struct pause *p, uint64_t now_ms);

/* Returns the seconds that are left, rounded up; 0 if there is no pause. */
unsigned pause_left_s(const struct pause *p, uint64_t now_ms);

#endif
