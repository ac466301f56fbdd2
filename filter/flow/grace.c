/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/grace.h"

int grace_init(struct grace *g, uint32_t capacity, uint32_t wait_ms)
{
	return park_init(&g->park, capacity, wait_ms);
}

void grace_fini(struct grace *g)
{
	park_fini(&g->park);
}

enum grace_result grace_hold(
        struct grace *g, struct flow *flow, const struct waiting_packet *waiting, uint64_t now_ms)
{
	if (g->park.wait_ms == 0)
		return GRACE_OFF;
	if (grace_find(g, flow->held_packet))
		return GRACE_RIVAL;
	struct parked *parked = park_add(&g->park, waiting, now_ms);
	if (!parked)
		return GRACE_NO_ROOM;
	parked->is_held_back = true;
	flow->held_packet = waiting->id;
	return GRACE_HELD;
}

struct parked *grace_find(const struct grace *g, uint64_t packet_id)
{
	return packet_id ? park_find(&g->park, packet_id) : NULL;
}
