/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue/pace.h"

#include "base/least.h"

/* A turn with at least LOAD_PACKETS packets is under load. Then the worker naps for NAP_NS, and
 * from 2 * NAP_STEP packets on for one NAP_NS for each NAP_STEP packets, at most NAPS_MAX. */
#define LOAD_PACKETS 8
#define NAP_NS       100000
#define NAP_STEP     32
#define NAPS_MAX     3

/* The next turn follows an overloaded turn at once, unless the worker is delayed, so at most this
 * much time counts as overloaded. After other turns all time until the next turn counts. */
#define BETWEEN_OVERLOADED_MS 25

void pace_init(struct pace *p, uint32_t length)
{
	*p = (struct pace){ .length = length, .now_length = length };
}

/* Counts the time from the last turn to this one as time of the last turn. */
static void pace_weigh(struct pace *p, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms - p->last_ms;
	uint64_t most_ms = pace_is_short(p) ? PACE_LONG_AFTER_MS : PACE_SHORT_AFTER_MS;

	if (!p->was_overloaded)
		p->overload_ms -= least(passed_ms, p->overload_ms);
	else
		p->overload_ms += least(passed_ms, BETWEEN_OVERLOADED_MS) *
		                  (pace_is_short(p) ? PACE_WEIGHT : 1);
	p->overload_ms = least(p->overload_ms, most_ms);
	p->last_ms = now_ms;
}

uint32_t pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms)
{
	pace_weigh(p, now_ms);
	p->was_full = packets >= PACE_PACKETS_MAX;
	p->was_overloaded = queries >= p->now_length || (p->was_full && queries >= packets / 4);
	p->load = (p->load + packets) / 2; /* a mean: turns under one load differ much */
	if (pace_is_short(p))
		return p->overload_ms == 0 ? p->length : p->now_length;
	return p->overload_ms == PACE_SHORT_AFTER_MS ? (uint32_t)least(p->length, PACE_SHORT)
	                                             : p->now_length;
}

void pace_told(struct pace *p, uint32_t length)
{
	p->now_length = length;
	p->overload_ms = pace_is_short(p) ? PACE_LONG_AFTER_MS : 0;
}

long pace_nap_ns(const struct pace *p)
{
	if (p->load < LOAD_PACKETS || p->was_full || p->was_overloaded)
		return 0;
	return p->load < 2 * NAP_STEP ? NAP_NS : NAP_NS * (long)least(p->load / NAP_STEP, NAPS_MAX);
}
