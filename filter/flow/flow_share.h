/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shares of the flow table. While half of the table is free, there are no limits and nothing is
 * counted. In the other half, a client may have a share (base/share.h), and one interface may have
 * three quarters, as soon as others use some of it.
 *
 * This is against two attackers: a client that asks many questions that are never answered, and an
 * outsider who sends queries with many source addresses through a gateway that lets them in. Each
 * could otherwise evict the flows of all other clients, whose responses would then be dropped.
 * Private to flow.c. */
#ifndef FLOW_FLOW_SHARE_H
#define FLOW_FLOW_SHARE_H

#include "base/share.h"

/* Counters for interfaces. Interfaces with the same index modulo this number share one. */
#define FLOW_SIDES 64

struct flow_share {
	struct share clients;       /* by client: entries in the half that is counted */
	uint32_t sides[FLOW_SIDES]; /* by interface: the same entries */
};

/* The counters that a flow adds to. */
struct flow_owner {
	struct sharer client;
	uint8_t side;
	bool is_counted; /* false: to none, because half of the table was free */
};

/* Sets up the shares of a table of `capacity` entries. Returns 0 or a negative errno. There is
 * nothing to free. */
int flow_share_init(struct flow_share *s, uint32_t capacity);

/* Returns the owner of a new flow, whose query came from `client` by `interface`, while `used`
 * entries of the table are taken. */
struct flow_owner flow_share_owner(
        const struct flow_share *s, struct span client, uint32_t interface, uint32_t used);

/* True if the client or the interface of the owner has its share, and others have flows too. */
bool flow_share_is_taken(const struct flow_share *s, const struct flow_owner *owner);

/* Add `entries` to the counters of the owner, and subtract them. */
void flow_share_take(struct flow_share *s, const struct flow_owner *owner, unsigned entries);
void flow_share_give(struct flow_share *s, const struct flow_owner *owner, unsigned entries);

#endif
