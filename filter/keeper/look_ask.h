/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the servers of a zone and of its parent, and asks all of them. Private to keeper/look. */
#ifndef KEEPER_LOOK_ASK_H
#define KEEPER_LOOK_ASK_H

#include "base/complaint.h"
#include "keeper/look.h"

/* What a look needs while it asks. */
struct look_asker {
	const struct look_order *order;
	struct rr *rrs;
	struct ask *asks; /* LOOK_ASKS of them */
};

/* Take the memory, and give it back. The first returns 0 or -errno; call the second in both cases. */
int look_asker_init(struct look_asker *k, const struct look_order *order, struct complaint *error);
void look_asker_fini(struct look_asker *k);

/* Finds the parent, by the resolvers; the names of the servers of both zones, by the resolvers and, for the zone, by
 * each server of the parent as well; and their addresses, glue included. Returns 0 or -errno with a complaint: -ENOENT if
 * one of the zones has no server with an address. */
int look_find(struct look_asker *k, struct zone_look *look, struct complaint *error);

/* Asks each address for RRsets of the zone that is looked at, of these types, into `sets`. */
int look_ask_servers(struct look_asker *k, struct look_servers *servers, const uint16_t *types,
        unsigned type_count, struct complaint *error);

#endif
