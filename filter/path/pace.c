/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/pace.h"

#include "base/least.h"

/* So many packets a turn come only under load. With each further part as large as NAP_STEP it pays
 * to wait for longer, up to so many naps. */
#define LOAD_PACKETS 8
#define NAP_NS       100000
#define NAP_STEP     32
#define NAPS_MAX     3

/* A turn has no more queries than may wait, and they must be told from what comes without haste. */
#define SHORTEST 64

void pace_init(struct pace *p, uint32_t length)
{
	*p = (struct pace){ .length = length, .now_length = length };
}

static uint32_t shorter(uint32_t length)
{
	return length / PACE_SHORTER > SHORTEST ? length / PACE_SHORTER
	                                        : (uint32_t)least(length, SHORTEST);
}

bool pace_turn(struct pace *p, unsigned packets, unsigned queries, uint64_t now_ms)
{
	bool is_pressed = packets >= PACE_PACKETS_MAX || queries >= p->now_length;

	p->load = (p->load + packets) / 2; /* turns of one load differ much */
	if (is_pressed != p->was_pressed) {
		p->was_pressed = is_pressed;
		p->since_ms = now_ms;
	}
	uint32_t length = is_pressed ? shorter(p->length) : p->length;
	if (length == p->now_length || now_ms - p->since_ms < PACE_STEADY_MS)
		return false;
	p->now_length = length;
	return true;
}

long pace_nap_ns(const struct pace *p)
{
	if (p->load < LOAD_PACKETS || p->was_pressed)
		return 0;
	return p->load < 2 * NAP_STEP ? NAP_NS : NAP_NS * (long)least(p->load / NAP_STEP, NAPS_MAX);
}
