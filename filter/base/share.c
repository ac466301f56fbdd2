/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/share.h"

#define IPV6_SIZE    16
#define NETWORK_SIZE 8 /* the first octets of an IPv6 address: its /64 */

int share_init(struct share *s, uint32_t capacity)
{
	*s = (struct share){ .capacity = capacity };
	return hash_key_draw(&s->key);
}

static uint16_t tally_of(const struct share *s, struct span octets)
{
	return (uint16_t)(keyed_hash(&s->key, octets) % SHARE_TALLIES);
}

struct sharer share_of(const struct share *s, struct span who)
{
	uint16_t tally = tally_of(s, who);
	return (struct sharer){ .address = tally, .network = tally };
}

struct sharer share_of_address(const struct share *s, struct span address)
{
	struct sharer sharer = share_of(s, address);

	if (address.len == IPV6_SIZE)
		sharer.network = tally_of(s, span_of(address.base, NETWORK_SIZE));
	return sharer;
}

static bool is_taken_to(const struct share *s, uint32_t eighths)
{
	return (uint64_t)s->used * 8 >= (uint64_t)s->capacity * eighths;
}

static bool is_share(const struct share *s, uint32_t tally)
{
	uint32_t share = s->capacity / SHARE_PART;

	return share > 0 && tally >= share;
}

bool share_is_taken_by_network(const struct share *s, struct sharer who)
{
	return is_taken_to(s, 7) && is_share(s, s->networks[who.network]);
}

bool share_is_taken(const struct share *s, struct sharer who)
{
	return (is_taken_to(s, 6) && is_share(s, s->addresses[who.address])) ||
	       share_is_taken_by_network(s, who);
}

void share_take(struct share *s, struct sharer who)
{
	s->used++;
	s->addresses[who.address]++;
	s->networks[who.network]++;
}

void share_give(struct share *s, struct sharer who)
{
	s->used--;
	s->addresses[who.address]--;
	s->networks[who.network]--;
}

uint16_t share_greediest(const struct share *s)
{
	uint16_t greediest = 0;

	for (uint16_t i = 1; i < SHARE_TALLIES; i++) {
		if (s->networks[i] > s->networks[greediest])
			greediest = i;
	}
	return greediest;
}
