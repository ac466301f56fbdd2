/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what a look needs out of responses, which anybody may have sent. */
#ifndef KEEPER_LOOK_READ_H
#define KEEPER_LOOK_READ_H

#include "fetch/delegation.h"
#include "keeper/look.h"

/* Returns what an address has said that did not answer; LOOK_SEEN for ASK_ANSWERED. */
enum look_fault look_fault_of_end(enum ask_end end);

/* Reads the RRset that `ask` asked for, and takes the response from it. `rrs` has room for
 * MESSAGE_RRS_MAX records. Only an authoritative answer counts. */
void look_read_set(struct look_set *set, struct ask *ask, struct rr *rrs);

/* Reads the zone that the name is in, out of the answer to a query for its SOA: the owner of the
 * SOA (RFC 2308, 2.1 and 2.2). Returns false if there is none at or above `name`. */
bool look_read_zone(const struct message *m, const struct name *name, struct name *zone);

/* Adds the names of the zone's servers from an answer or a referral, each once. Names with
 * addresses beside them in a referral are followed by look_read_glue(). */
void look_read_names(
        const struct message *m, const struct name *zone, struct look_servers *servers);

/* Adds the addresses, of the server with this index. Takes memory; if that is short, or there are
 * too many, sets `is_cut`. */
void look_add_addresses(struct look_servers *servers, unsigned name, const struct addresses *found);

#endif
