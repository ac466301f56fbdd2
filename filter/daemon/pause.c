/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/pause.h"

#include <inttypes.h>

#include "base/log.h"
#include "daemon/counters.h"
#include "worker/worker_orders.h"

static uint64_t passed_unjudged(const struct pausing *p)
{
	return counters_sum(p->workers, p->worker_count, "passed_pause");
}

static void tell_workers(const struct pausing *p)
{
	for (unsigned i = 0; i < p->worker_count; i++)
		worker_pause(p->workers[i], p->until_ms);
}

void pausing_begin(struct pausing *p, unsigned seconds, uint64_t now_ms)
{
	if (p->until_ms == 0)
		p->passed_before = passed_unjudged(p);
	p->until_ms = now_ms + (uint64_t)seconds * 1000;
	tell_workers(p);
	log_warning("paused for %u s: everything passes unjudged", seconds);
}

static void pause_stop(struct pausing *p, const char *why)
{
	p->until_ms = 0;
	tell_workers(p);
	log_warning("the pause is over (%s): %" PRIu64 " responses passed unjudged", why,
	        passed_unjudged(p) - p->passed_before);
}

void pausing_end(struct pausing *p)
{
	if (p->until_ms > 0)
		pause_stop(p, "resumed");
}

void pausing_expire(struct pausing *p, uint64_t now_ms)
{
	if (p->until_ms > 0 && p->until_ms <= now_ms)
		pause_stop(p, "its time has come");
}

int pausing_wait_ms(const struct pausing *p, uint64_t now_ms)
{
	if (p->until_ms == 0)
		return -1;
	return p->until_ms > now_ms ? (int)(p->until_ms - now_ms) : 0;
}

unsigned pausing_left_s(const struct pausing *p, uint64_t now_ms)
{
	return p->until_ms > now_ms ? (unsigned)((p->until_ms - now_ms + 999) / 1000) : 0;
}
