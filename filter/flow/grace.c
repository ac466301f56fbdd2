/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/grace.h"

int grace_init(struct grace *g, uint32_t capacity, uint32_t wait_ms)
{
	int result = park_init(&g->park, capacity, wait_ms);

	if (result == 0)
		result = park_init(&g->errors, capacity, wait_ms / GRACE_ERROR_PART);
	return result < 0 ? result : known_errors_init(&g->known);
}

void grace_fini(struct grace *g)
{
	park_fini(&g->park);
	park_fini(&g->errors);
}

enum grace_result grace_hold(struct grace *g, struct flow *flow,
        const struct waiting_packet *waiting, const struct given_error *error, uint64_t now_ms)
{
	struct park *park = error ? &g->errors : &g->park;

	if (park->wait_ms == 0 || (error && known_errors_has(&g->known, error, now_ms)))
		return GRACE_OFF;
	if (grace_find(g, flow->held_packet))
		return GRACE_RIVAL;
	struct parked *parked = park_add(park, waiting, now_ms);
	if (!parked)
		return GRACE_NO_ROOM;
	parked->is_held_back = true;
	flow->held_packet = waiting->id;
	return GRACE_HELD;
}

struct parked *grace_find(const struct grace *g, uint64_t packet_id)
{
	struct parked *parked = packet_id ? park_find(&g->park, packet_id) : NULL;

	return parked || !packet_id ? parked : park_find(&g->errors, packet_id);
}

struct parked *grace_oldest(const struct grace *g)
{
	struct parked *refused = park_oldest(&g->park), *error = park_oldest(&g->errors);

	if (!refused || !error)
		return refused ? refused : error;
	return error->deadline_ms < refused->deadline_ms ? error : refused;
}

bool grace_is_error(const struct grace *g, const struct parked *parked)
{
	return parked->park == &g->errors;
}
