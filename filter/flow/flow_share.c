/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/flow_share.h"

int flow_share_init(struct flow_share *s, uint32_t capacity)
{
	*s = (struct flow_share){ 0 };
	return share_init(&s->clients, capacity / 2);
}

struct flow_owner flow_share_owner(
        const struct flow_share *s, struct span client, uint32_t interface, uint32_t used)
{
	if (used < s->clients.capacity)
		return (struct flow_owner){ .is_counted = false };
	return (struct flow_owner){ .client = share_of_address(&s->clients, client),
		.side = (uint8_t)(interface % FLOW_SIDES),
		.is_counted = true };
}

static bool side_is_taken(const struct flow_share *s, uint8_t side)
{
	uint32_t count = s->sides[side];

	return count >= s->clients.capacity / 4 * 3 && count < s->clients.used;
}

/* A client that has all counted flows takes nothing from others. */
bool flow_share_is_taken(const struct flow_share *s, const struct flow_owner *owner)
{
	const struct share *clients = &s->clients;

	if (!owner->is_counted)
		return false;
	return side_is_taken(s, owner->side) ||
	       (clients->addresses[owner->client.address] < clients->used &&
	               share_is_taken(clients, owner->client));
}

void flow_share_take(struct flow_share *s, const struct flow_owner *owner, unsigned entries)
{
	if (!owner->is_counted)
		return;
	s->sides[owner->side] += entries;
	while (entries-- > 0)
		share_take(&s->clients, owner->client);
}

void flow_share_give(struct flow_share *s, const struct flow_owner *owner, unsigned entries)
{
	if (!owner->is_counted)
		return;
	s->sides[owner->side] -= entries;
	while (entries-- > 0)
		share_give(&s->clients, owner->client);
}
