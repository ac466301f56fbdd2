/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conclusions from a look: whether every server serves a record, and for how long resolvers keep
 * it. */
#ifndef KEEPER_LOOK_SPREAD_H
#define KEEPER_LOOK_SPREAD_H

#include "keeper/look.h"

/* Which of the addresses serve something. */
enum look_spread {
	LOOK_UNKNOWN,   /* an address says nothing, and those that do agree */
	LOOK_NOBODY,    /* each address was seen without it */
	LOOK_SOME,      /* one was seen with it, and one without */
	LOOK_EVERYBODY, /* each address was seen with it */
};

/* True for an address that this machine has no way to, if another address of the same server was
 * seen: it does not count. */
bool look_is_beside(const struct look_servers *servers, const struct look_server *server,
        enum look_question question);

/* Tells it of a record of the zone, or of a DS at the parent's servers. */
enum look_spread look_spread(
        const struct look_servers *servers, enum look_question question, struct span rdata);

/* Tells it of the whole RRset: whether no records at all are served. LOOK_EVERYBODY: none
 * anywhere. */
enum look_spread look_spread_of_none(
        const struct look_servers *servers, enum look_question question);

/* Returns the highest TTL of the RRset that any address was seen with (LOOK_SEEN); 0 if none
 * was. */
uint32_t look_ttl_s(const struct look_servers *servers, enum look_question question);

bool look_set_has(const struct look_set *set, struct span rdata);

#endif
