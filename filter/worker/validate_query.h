/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client asks, by UDP or by TCP, where the worker validates: queries are read, noted, and
 * get DO. Private to worker/. */
#ifndef WORKER_VALIDATE_QUERY_H
#define WORKER_VALIDATE_QUERY_H

#include <sys/socket.h>

#include "gate/query.h"

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
enum query_kind validate_query_take(struct worker *w, const struct query_way *way,
        struct span octets, struct client_query *asked, struct span *sent);

/* Reads the query into `query` and what it asks into `asked`. */
enum query_kind validate_query_read(struct worker *w, struct span client, struct span octets,
        struct message *query, struct client_query *asked);

/* Notes how the client asks, and in `asked` what that tells of who iterates. */
void validate_query_note_habits(struct worker *w, const struct query_way *way, enum query_kind kind,
        struct client_query *asked);

#endif
