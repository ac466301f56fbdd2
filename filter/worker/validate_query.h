/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A query of a client, over UDP or TCP, where the worker validates: the query is read, counted, and
 * gets DO. Private to worker/. */
#ifndef WORKER_VALIDATE_QUERY_H
#define WORKER_VALIDATE_QUERY_H

#include <sys/socket.h>

#include "flow/senders.h"
#include "flow/stats.h"
#include "gate/query.h"
#include "worker/scratch.h"
#include "worker/turn.h"

struct oddities;
struct server_fallback;
struct worker_config;

/* What reading queries needs. */
struct query_intake {
	/* Borrowed; set before query_intake_init(): */
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct server_fallback *fallback;
	struct oddities *oddities;

	struct senders senders;
	struct scratch scratch; /* the query, and the query with DO */
};

/* Takes memory. Returns 0 or a negative errno; query_intake_fini() in both cases. */
int query_intake_init(struct query_intake *in);
void query_intake_fini(struct query_intake *in);

/* Between whom a query goes. Borrows both. */
struct query_way {
	struct span client; /* an address, of 4 or 16 octets */
	const struct sockaddr_storage *server;
	bool over_tcp;
};

/* Reads the query `octets` into `asked`, counts it, and sets `sent` to what is to go on: the octets
 * themselves, without what follows their end, or the query with DO, which stays valid until the
 * next query; in a pause and in monitor mode the octets themselves. Otherwise the caller must not
 * send on a QUERY_MALFORMED, nor a QUERY_TRANSFER if transfers are refused. Of a QUERY_QUESTIONS
 * `sent` is the first question. */
enum query_kind validate_query_take(struct query_intake *in, const struct query_way *way,
        struct span octets, struct client_query *asked, struct span *sent);

/* Reads the query `octets` into `asked` and notes the client's habits, for a query that the kernel
 * has sent on with DO already. */
enum query_kind validate_query_sent_on(struct query_intake *in, const struct query_way *way,
        struct span octets, struct client_query *asked);

#endif
