/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/pause.h"

#include <inttypes.h>

#include "base/advice.h"
#include "base/log.h"
#include "daemon/counters.h"
#include "worker/worker_orders.h"

static uint64_t passed_unjudged(const struct pause *p)
{
	return counters_sum(p->workers, p->worker_count, "passed_pause");
}

static void tell_workers(const struct pause *p)
{
	for (unsigned i = 0; i < p->worker_count; i++)
		worker_pause(p->workers[i], p->until_ms);
}

void pause_begin(struct pause *p, unsigned seconds, uint64_t now_ms)
{
	if (p->until_ms == 0)
		p->passed_before = passed_unjudged(p);
	p->until_ms = now_ms + (uint64_t)seconds * 1000;
	tell_workers(p);
	log_warning("paused for %u s: everything passes unjudged; `sealgate ctl resume%s` ends the "
	            "pause",
	        seconds, advice_options());
}

static void stop_pause(struct pause *p, const char *why)
{
	p->until_ms = 0;
	tell_workers(p);
	log_warning("the pause is over (%s): %" PRIu64 " responses passed unjudged", why,
	        passed_unjudged(p) - p->passed_before);
}

void pause_end(struct pause *p)
{
	if (p->until_ms > 0)
		stop_pause(p, "resumed");
}

void pause_expire(struct pause *p, uint64_t now_ms)
{
	if (p->until_ms > 0 && p->until_ms <= now_ms)
		stop_pause(p, "time is up");
}

int pause_wait_ms(const struct pause *p, uint64_t now_ms)
{
	if (p->until_ms == 0)
		return -1;
	return p->until_ms > now_ms ? (int)(p->until_ms - now_ms) : 0;
}

unsigned pause_left_s(const struct pause *p, uint64_t now_ms)
{
	return p->until_ms > now_ms ? (unsigned)((p->until_ms - now_ms + 999) / 1000) : 0;
}
