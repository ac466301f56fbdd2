/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a client's query again while the response to it is parked:
 *
 *   whole    the response was truncated, because signatures make responses longer: the server is
 *            asked over TCP, or, if it gives no TCP, over UDP with room for EXCHANGE_LARGE octets
 *   plainly  the server rejects EDNS, which the client did not send: the server is asked without
 *            EDNS
 *   barely   the server answers a query that has the client's own options by an error: the server is
 *            asked with an OPT that has none
 *   once more  the response is Bogus, which another one may not be: the server is asked again, or
 *            another resolver
 *   made     a DNS64 may make nothing up if a query has DO, which sealgate set: the server is asked
 *            without EDNS
 *   signed   the server leaves out signatures: a configured resolver is asked for them
 *   letters  the response has other letters in its question than the client's: the server is asked whether
 *            it changes letters
 *   with DO  the client's query did not set DO and went on as it came: the server is asked what it
 *            would have sent in enforce mode (worker/monitor.h) */
#ifndef FETCH_REASK_H
#define FETCH_REASK_H

#include "base/share.h"
#include "fetch/exchange.h"
#include "fetch/round_trip.h"
#include "flow/park.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define REASKS_MAX    64   /* in flight at once */
#define REASK_WAIT_MS 1500 /* for TCP, or for all tries over UDP; a slow server gets longer */
#define REASK_TRIES   2    /* over UDP */

/* For a better response to follow an error on the same socket, after asking barely: a spoofer must
 * answer before the server does, and could have the server count as one without EDNS. */
#define REASK_GRACE_MS 300

struct reask {
	enum watched watched; /* comes first */
	bool is_asked;
	bool has_error; /* came, and is used if nothing better follows */
	bool is_large; /* the whole answer is asked for over UDP, because the server gives no TCP */
	bool was_large, was_over_tcp; /* this and the other carrier were tried */
	enum reask_how how;
	unsigned tries;
	uint64_t deadline_ms;
	struct exchange exchange;
	struct parked_list waiting; /* the parked response; empty if it was removed meanwhile */
	struct sharer client;
};

struct reasks {
	/* Borrowed, and set before reasks_init(): */
	int epoll_fd; /* watches the sockets; data.ptr is the struct reask */
	struct stats *stats;
	const struct sockaddr_storage *resolvers; /* asked for signatures */
	unsigned resolver_count;
	uint8_t *buffer;                 /* of EXCHANGE_ANSWER_MAX octets */
	struct parked_list *over;        /* gets each parked response that need not wait any more */
	struct round_trips *round_trips; /* knows which servers give no TCP, and learns it */
	/* The server of `parked` truncates the response and gives no TCP. May be NULL. */
	void (*no_tcp)(void *context, const struct parked *parked);
	void *context;

	struct reask slots[REASKS_MAX];
	struct share clients; /* of the slots: otherwise one client could hold all of them */
};

/* How long a response may wait for its query to be asked again, beyond its wait for keys: for two
 * carriers. A slow server gets longer. */
#define REASK_LIFE_MS (2 * REASK_WAIT_MS)

/* Sets up the slots. Returns 0 or a negative errno. Counts in the members of `stats` that begin
 * with whole, plain, signed and reask. */
int reasks_init(struct reasks *all);

/* Ends every exchange, and moves no parked response. */
void reasks_fini(struct reasks *all);

/* Asks the query of `parked` again, at most once for each `how`. When that is over, `parked` moves
 * to `over`, with the new message in `whole` or `proof` if one came. Returns false if the query was
 * asked in this way before, if all slots are in use or the client has its share of them, or if no
 * query could be sent; `parked` does not wait then. */
bool reasks_want(struct reasks *all, struct parked *parked, enum reask_how how, uint64_t now_ms);

/* Call it when the socket is ready. */
void reasks_ready(struct reasks *all, struct reask *reask, uint64_t now_ms);

/* Goes on with the queries that had no response in time. */
void reasks_expire(struct reasks *all, uint64_t now_ms);

/* Returns when reasks_expire() is due next; UINT64_MAX if no query is in flight. */
uint64_t reasks_deadline_ms(const struct reasks *all);

#endif
