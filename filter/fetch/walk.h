/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a DS or DNSKEY RRset that the client's server does not have: walks down the tree of zones
 * to the servers that have it. The walk begins at the root hints, or at the deepest zone on the way
 * whose servers are remembered, and follows referrals (RFC 1034, 5.3.3). If a zone's servers with
 * glue are useless, or there are none, the walk looks up the address of another one. Nothing here
 * is trusted, so a forged response can only make the walk fail. dnssec/limits.h bounds its length.
 * It does no I/O: it names the next query and its server, and takes the response. */
#ifndef FETCH_WALK_H
#define FETCH_WALK_H

#include "fetch/servers.h"
#include "trust/want.h"

/* An RRset to find: the wanted one, or the address of a server on the way to it. */
struct walk_goal {
	struct want want;
	struct delegation at;             /* the zone whose servers are asked */
	unsigned next_address, next_name; /* in `at` */
	unsigned useless;                 /* servers asked since the last progress */
	/* True: the goal began at remembered servers, of zone `known`; these may be out of date. */
	bool has_known;
	struct name known;
};

struct walk {
	struct servers *servers;
	unsigned queries_left;
	/* A server answered the query for the want, not with an error; the answer may still prove
	 * nothing. */
	bool was_answered;
	/* Changes whenever the walk asks for something else, or asks servers of another zone. A
	 * response to a query from another place comes too late. Never 0. */
	uint32_t place;
	unsigned depth; /* of the present goal; goals[0] is for the wanted RRset */
	struct walk_goal goals[LIMIT_WALK_DEPTH];
};

/* Begins a walk to `want`. Borrows `servers`, and writes to it. */
void walk_begin(struct walk *w, const struct want *want, struct servers *servers, uint64_t now_ms);

/* Fills in the next query, which has no RD, and its server. Returns false if the walk has
 * failed. */
bool walk_next(
        struct walk *w, struct want *question, struct sockaddr_storage *server, uint64_t now_ms);

/* Notes that the last query of walk_next() could not be sent. */
void walk_unsent(struct walk *w);

/* True if a failed walk got no usable response from the root servers. */
bool walk_has_no_way_out(const struct walk *w);

enum walk_step {
	WALK_ON,      /* go on with walk_next() */
	WALK_THERE,   /* the response answers the query for the want: learn from it */
	WALK_NOWHERE, /* useless; a better response may follow, else go on with walk_next() */
};

/* Returns how many servers were asked at the present place. */
unsigned walk_asked(const struct walk *w);

/* Takes the response to a query of walk_next() from the present place. */
enum walk_step walk_take(struct walk *w, const struct message *response, uint64_t now_ms);

#endif
