/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client asks: its queries are read, noted, and go on to the server. */
#ifndef WORKER_QUERY_SIDE_H
#define WORKER_QUERY_SIDE_H

#include "gate/query.h"
#include "worker/datagram.h"

struct worker;

/* The way of a query: by whom, to whom. Borrows both. */
struct query_way {
	struct span client; /* an address, of 4 or 16 octets */
	const struct sockaddr_storage *server;
	bool over_tcp;
};

/* Reads a query out of `octets`, counts it, and sets `sent` to what is to go on in its place: the
 * octets themselves, or the query with DO, which is in the worker's buffer, where they are not the
 * same. What is QUERY_MALFORMED must not go on but in a pause, nor a QUERY_TRANSFER where these are
 * refused. */
enum query_kind query_take(struct worker *w, const struct query_way *way, struct span octets,
        struct asked *asked, struct span *sent);

/* Gives a query its verdict. */
void query_side(struct worker *w, const struct datagram *d);

/* Remembers the queries that took the shortcut, which are on their way already. To be called before
 * a response is looked at that came meanwhile. */
void query_side_drain(struct worker *w);

#endif
