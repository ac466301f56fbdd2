/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers show of a zone that is kept: that is what its timeline on the disk says. */
#ifndef TESTS_SERVED_H
#define TESTS_SERVED_H

#include "keeper/zone_turn.h"

/* Reads and checks the timeline in place. Returns false if there is none. */
bool served_timeline(const struct kept_zone *zone, const struct keeper_store *store,
        struct crypto *crypto, struct timeline *t);

/* Fills in what a server of the zone shows at a time. */
void served_at(struct life_server *server, const struct kept_zone *zone,
        const struct keeper_store *store, struct crypto *crypto, int64_t now_s);

/* What the parent has afterwards that takes what the server's CDS ask for. A tag of 0 asks for the
 * removal of all (RFC 8078, 4). */
void served_take_cds(struct life_tags *ds, const struct life_server *server);

/* Makes a turn of a zone whose servers and parent show this, by the TTLs of the policy. */
void served_turn(struct kept_zone *zone, struct turn_order order, const struct life_server *server,
        const struct life_tags *ds, struct turn_result *result);

#endif
