/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue/pace.h"

#include "base/least.h"

/* So many packets a turn come only under load. With each further part as large as NAP_STEP it pays
 * to wait for longer, up to so many naps. */
#define LOAD_PACKETS 8
#define NAP_NS       100000
#define NAP_STEP     32
#define NAPS_MAX     3

/* A turn has no more queries than may wait, and they must be told from what comes without haste. */
#define SHORTEST 64

/* After a pressed turn the next one follows at once, unless the worker is kept from it. What lies
 * between others may be a long silence. */
#define BETWEEN_PRESSED_MS 25

void pace_init(struct pace *p, uint32_t length)
{
	*p = (struct pace){ .length = length, .now_length = length };
}

static uint32_t pace_shorter(uint32_t length)
{
	return length / PACE_SHORTER > SHORTEST ? length / PACE_SHORTER
	                                        : (uint32_t)least(length, SHORTEST);
}

/* The time until this turn belongs to the turn before. */
static void pace_weigh(struct pace *p, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms - p->last_ms;
	uint64_t most_ms = pace_is_short(p) ? PACE_LONG_AFTER_MS : PACE_SHORT_AFTER_MS;

	if (!p->was_pressed)
		p->pressure_ms -= least(passed_ms, p->pressure_ms);
	else
		p->pressure_ms +=
		        least(passed_ms, BETWEEN_PRESSED_MS) * (pace_is_short(p) ? PACE_WEIGHT : 1);
	p->pressure_ms = least(p->pressure_ms, most_ms);
	p->last_ms = now_ms;
}

uint32_t pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms)
{
	pace_weigh(p, now_ms);
	p->was_full = packets >= PACE_PACKETS_MAX;
	p->was_pressed = queries >= p->now_length || (p->was_full && queries >= packets / 4);
	p->load = (p->load + packets) / 2; /* turns of one load differ much */
	if (pace_is_short(p))
		return p->pressure_ms == 0 ? p->length : p->now_length;
	return p->pressure_ms == PACE_SHORT_AFTER_MS ? pace_shorter(p->length) : p->now_length;
}

void pace_told(struct pace *p, uint32_t length)
{
	p->now_length = length;
	p->pressure_ms = pace_is_short(p) ? PACE_LONG_AFTER_MS : 0;
}

long pace_nap_ns(const struct pace *p)
{
	if (p->load < LOAD_PACKETS || p->was_full || p->was_pressed)
		return 0;
	return p->load < 2 * NAP_STEP ? NAP_NS : NAP_NS * (long)least(p->load / NAP_STEP, NAPS_MAX);
}
