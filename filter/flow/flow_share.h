/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shares of the questions in flight. While half of the table is free nobody is limited, and nothing
 * is counted. Of the other half, which is counted, a client may have a share (base/share.h), and
 * what comes by one interface three quarters, as long as others want some of it.
 *
 * Two attackers are meant: a client that asks for much that is never answered; and somebody outside
 * who sends queries with many addresses through a gateway that lets packets in from there. Each
 * could have the oldest questions of all others forgotten, and so keep their answers away. Private
 * to flow.c. */
#ifndef FLOW_FLOW_SHARE_H
#define FLOW_FLOW_SHARE_H

#include "base/share.h"

/* Interfaces that come to the same tally share a share. */
#define FLOW_SIDES 64

struct flow_share {
	struct share clients;       /* of the half that is counted */
	uint32_t sides[FLOW_SIDES]; /* the same by interface */
};

/* Who has a question in flight, where it is counted. */
struct flow_owner {
	struct sharer client;
	uint8_t side;
	bool is_counted;
};

/* For a table of `capacity` entries. Returns 0 or a negative errno. Nothing is to be freed. */
int flow_share_init(struct flow_share *s, uint32_t capacity);

/* Says who asks, from `client` by `interface`, when so much of the table is `used`. */
struct flow_owner flow_share_owner(
        const struct flow_share *s, struct span client, uint32_t interface, uint32_t used);

/* True when the owner has its share, while others have questions, too. */
bool flow_share_is_taken(const struct flow_share *s, const struct flow_owner *owner);

/* Counts `entries` more of the owner's, or as many less. */
void flow_share_take(struct flow_share *s, const struct flow_owner *owner, unsigned entries);
void flow_share_give(struct flow_share *s, const struct flow_owner *owner, unsigned entries);

#endif
