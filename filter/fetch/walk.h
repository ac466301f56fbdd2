/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way down the tree of zones to the servers that have a DS or DNSKEY RRset, for when whoever
 * was asked does not: from the root hints, or from the deepest zone on the way whose servers are
 * known, from referral to referral (RFC 1034, 5.3.3). Where a server has no glue, the way to its
 * address is walked first. Nothing here is trusted, so the worst that forgeries do is that the walk
 * gets lost; its length is bounded by limits.h. It does no I/O: it says whom to ask what, and is
 * given what came. */
#ifndef FETCH_WALK_H
#define FETCH_WALK_H

#include "fetch/servers.h"
#include "trust/want.h"

/* One thing to be found: what is wanted, or the address of a server on the way to it. */
struct walk_goal {
	struct want want;
	struct delegation at; /* whose servers are asked */
	unsigned next_address, next_name;
	unsigned silent; /* servers of that zone that were asked, and were of no use */
	bool has_known;  /* it began at `known`, of an earlier walk, which may be out of date */
	struct name known;
};

struct walk {
	struct servers *servers;
	unsigned queries_left;
	bool was_answered; /* somebody said something about what is wanted, of use or not */
	unsigned depth;    /* the goal at present: 0 is what is wanted */
	struct walk_goal goals[LIMIT_WALK_DEPTH];
};

/* Begins a walk to `want`. `servers` is borrowed, and written to. */
void walk_begin(struct walk *w, const struct want *want, struct servers *servers, uint64_t now_ms);

/* Says whom to ask what next, without RD. Returns false when the walk is lost. */
bool walk_next(
        struct walk *w, struct want *question, struct sockaddr_storage *server, uint64_t now_ms);

/* That the server cannot so much as be sent a query. */
void walk_unsent(struct walk *w);

/* True when the walk is lost because none of the root's servers answers. */
bool walk_is_shut_in(const struct walk *w);

enum walk_step {
	WALK_ON,      /* go on with walk_next() */
	WALK_THERE,   /* the response is one to what is wanted: learn from it, if it holds */
	WALK_NOWHERE, /* it is of no use; a better one may follow, else go on with walk_next() */
};

/* Takes the response to what walk_next() said last. */
enum walk_step walk_take(struct walk *w, const struct message *response, uint64_t now_ms);

#endif
