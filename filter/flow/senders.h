/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The habits of clients. Some resolvers set CD in every query and check nothing; if such queries
 * pass, nobody checks. A client that does not set RD iterates, or passes on what others ask. */
#ifndef FLOW_SENDERS_H
#define FLOW_SENDERS_H

#include "base/table.h"
#include "flow/recursion.h"
#include "gate/query.h"

#define SENDERS_MAX    256 /* that are remembered; the one not heard of for longest gives way */
#define SENDERS_ALWAYS 32  /* so many queries alike are "every query" */

/* A client is taken for a resolver that iterates for this long after the last of SENDERS_ALWAYS
 * queries in a row without RD, to servers that it asks nothing with RD. */
#define SENDERS_ITERATE_MS 600000

struct senders {
	struct table table;
	struct hash_key key;
	struct recursion recursion;
};

/* A query, and who sends it to whom. */
struct sent {
	struct span client, server; /* addresses, of 4 or 16 octets */
	bool has_rd;
	bool passes_cd; /* it has CD, and passes by that */
	bool over_tcp;
};

struct sender_habits {
	bool always_cd; /* true once for each client: SENDERS_ALWAYS queries had CD that passes */
	enum iterator iterator;
};

/* Takes the memory, which is freed by senders_fini() even if this fails. Returns 0 or a negative
 * errno. */
int senders_init(struct senders *s);
void senders_fini(struct senders *s);

/* Notes a query and returns what is known of its sender then.
 *
 * ITERATOR_CLIENT has an alias whose end is missing live as long as a server says; a forwarder
 * takes it for a denial. What keeps a forwarder from being held for such a client is that it has
 * asked that server with RD: neither what others ask the forwarder nor queries that somebody sends
 * under its address undo this. Who can do either has it held for one towards servers that it has
 * asked nothing with RD for half a day. A client and a server meet in one worker over UDP, over TCP
 * in any, which may not have seen the queries with RD: so nobody iterates over TCP. */
struct sender_habits senders_note(struct senders *s, const struct sent *sent, uint64_t now_ms);

/* Does the same with RD and CD of the query `asked`, and sets its `iterator`. Returns `always_cd`. */
bool senders_note_query(struct senders *s, struct sent sent, enum query_kind kind,
        struct client_query *asked, uint64_t now_ms);

#endif
