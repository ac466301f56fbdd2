/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The habits of clients. Some resolvers set CD in every query and do not validate; if such queries
 * pass, nothing validates their answers. A client that does not set RD is a resolver that iterates,
 * or a forwarder that passes on such a query. */
#ifndef FLOW_SENDERS_H
#define FLOW_SENDERS_H

#include "base/table.h"
#include "flow/recursion.h"
#include "gate/query.h"

#define SENDERS_MAX    256 /* clients remembered; a new one replaces the least recently seen */
#define SENDERS_ALWAYS 32  /* a client does "always" what it did in this many queries */

/* A client counts as a resolver that iterates after SENDERS_ALWAYS queries in a row without RD, to
 * servers to which it sends no query with RD. It counts as one until this time after the last of
 * these queries. */
#define SENDERS_ITERATE_MS 600000

struct senders {
	struct table table;
	struct hash_key key;
	struct recursion recursion;
};

/* A query, and its addresses. */
struct sent {
	struct span client, server; /* addresses, of 4 or 16 octets */
	bool has_rd;
	bool is_soa;    /* a question for an SOA */
	bool passes_cd; /* CD exempts the query */
	bool over_tcp;
};

struct sender_habits {
	/* true once a client: each of its first SENDERS_ALWAYS queries passed by CD */
	bool always_cd;
	enum iterator iterator;
	/* A question for an SOA without RD, to a server that the client asks for nothing else: a
	 * secondary asks it before a transfer, and a program before an UPDATE. */
	bool asks_only_soa;
};

/* Takes the memory. Returns 0 or a negative errno; call senders_fini() in both cases. */
int senders_init(struct senders *s);
void senders_fini(struct senders *s);

/* Notes a query, and returns the habits of its client after it.
 *
 * The gate lets an alias whose end is missing live for its whole TTL if the client is an
 * ITERATOR_CLIENT. A forwarder takes such an alias for a denial, so it must not count as one. A
 * query with RD from the forwarder to a server prevents that, towards this server and for at least
 * half a day. Neither queries that clients send through the forwarder nor queries with its forged
 * source address undo it. They can only make it an ITERATOR_CLIENT towards other servers.
 *
 * Over UDP, all queries of a client to a server reach one worker. A TCP connection may reach any
 * worker, which may not have seen the queries with RD. So no client iterates over TCP. For the same
 * reason worker/validate_query.c takes no client for a secondary over TCP if there are several
 * workers. */
struct sender_habits senders_note(struct senders *s, const struct sent *sent, uint64_t now_ms);

/* Notes the query `asked`, from which it sets RD, SOA and CD in `sent`, and sets `asked->iterator`
 * and `asked->precedes_transfer`. Returns `always_cd`. */
bool senders_note_query(struct senders *s, struct sent sent, enum query_kind kind,
        struct client_query *asked, uint64_t now_ms);

#endif
