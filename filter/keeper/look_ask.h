/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the servers of a zone and of its parent, and asks all of them. Private to keeper/. */
#ifndef KEEPER_LOOK_ASK_H
#define KEEPER_LOOK_ASK_H

#include "base/complaint.h"
#include "keeper/look.h"

/* The memory of a look while it asks. */
struct look_asker {
	const struct look_order *order;
	struct rr *rrs;
	struct ask *asks; /* LOOK_ASKS of them */
};

/* Take the memory, and give it back. The first returns 0 or -errno; call the second in both
 * cases. */
int look_asker_init(struct look_asker *k, const struct look_order *order, struct complaint *error);
void look_asker_fini(struct look_asker *k);

/* Fills in a query. `server` may be NULL for look_resolve(). */
void look_put_ask(struct ask *a, const struct sockaddr_storage *server, const struct name *name,
        uint16_t type, uint16_t flags);

/* Sends the first `count` queries to their servers. Returns 0 or -errno with a complaint. */
int look_run(struct look_asker *k, unsigned count, struct complaint *error);

/* Asks the first resolver all `count` queries, the next one those that it could not answer, and so
 * on. Returns like look_run(). */
int look_resolve(struct look_asker *k, unsigned count, struct complaint *error);

/* Parses the response to query number `i`, which borrows from it. Returns false if there is none
 * that is useful: NOERROR or NXDOMAIN. */
bool look_response(struct look_asker *k, unsigned i, struct message *m);

/* Finds the parent of the zone of `order`, by the resolvers. Returns 0 or -errno with a
 * complaint. */
int look_find_parent(struct look_asker *k, struct name *parent, struct complaint *error);

/* Finds the parent, by the resolvers; the names of the servers of both zones, by the resolvers and,
 * for the zone, by each server of the parent as well; and their addresses, glue included. Returns 0
 * or -errno with a complaint: -ENOENT if one of the zones has no server with an address. */
int look_find(struct look_asker *k, struct zone_look *look, struct complaint *error);

/* Asks each address for RRsets of the zone that is looked at, of these types, into `sets`. */
int look_ask_servers(struct look_asker *k, struct look_servers *servers, const uint16_t *types,
        unsigned type_count, struct complaint *error);

#endif
