/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pause, in which everything passes unjudged: for the login of a captive portal, which forges
 * answers until one has paid. It ends by itself, in the workers, whatever becomes of the main
 * thread; here it is said. */
#ifndef DAEMON_PAUSE_H
#define DAEMON_PAUSE_H

#include "worker/worker.h"

#define PAUSE_MAX_S 86400

struct pausing {
	struct worker *const *workers;
	unsigned worker_count;
	uint64_t until_ms;      /* of the monotonic clock; 0: no pause */
	uint64_t passed_before; /* responses that had passed unjudged in pauses before this one */
};

/* Begins a pause of that many seconds, or makes one longer or shorter. Logged. */
void pausing_begin(struct pausing *p, unsigned seconds, uint64_t now_ms);

/* Ends it, if there is one, and says so if its time has come. */
void pausing_end(struct pausing *p);
void pausing_expire(struct pausing *p, uint64_t now_ms);

/* For poll(): how long until pausing_expire() has something to do; -1: never. */
int pausing_wait_ms(const struct pausing *p, uint64_t now_ms);

/* How many seconds are left, at least one while there is a pause, 0 otherwise. */
unsigned pausing_left_s(const struct pausing *p, uint64_t now_ms);

#endif
