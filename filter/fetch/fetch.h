/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fetches the DS and DNSKEY RRsets that the gate wants. Each want and server has one fetch in
 * flight, and any number of responses may wait for it. A fetch makes a few tries, walks from the
 * root servers down if it may (fetch/walk.h), and then listens until its time is over.
 *
 * Earlier tries stay open until the fetch ends, so a late response counts. Off the path an attacker
 * must guess port and id of one of them: FETCH_OPEN sockets instead of one, so FETCH_OPEN chances
 * in some 28,000 * 65,536 for each packet, for FETCH_LIFE_MS at most. After a right guess the
 * attacker still has to prove what the packet says; a useless response only ends that try.
 *
 * A fetch ahead is for what the gate will want soon (gate/ahead.h). Its response stays in the
 * socket until the gate wants it, because only then the keys that prove it are known. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "fetch/exchange.h"
#include "fetch/round_trip.h"
#include "fetch/walk.h"
#include "flow/park.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define FETCHES_MAX      256   /* in flight at once */
#define FETCHES_AHEAD    128   /* with this many in flight, nothing is fetched ahead */
#define FETCH_TRIES      3     /* for one want; another carrier after truncation is the same try */
#define FETCH_OPEN       4     /* sockets of one fetch; one more closes the oldest one */
#define FETCH_LIFE_MS    10000 /* from the first query until a fetch is given up */
#define FETCH_TCP_MS     1500  /* for a whole exchange over TCP, or longer on a slow link */
#define FETCH_GRACE_MS   300   /* for a better response to follow a useless one, or longer */
#define FETCH_MISMATCHES 64    /* useless datagrams that end a try */

/* How long no fetch walks after a walk that got no response from the root servers: perhaps a packet
 * filter blocks them. */
#define FETCH_SHUT_IN_MS 60000

/* One query, and what comes back. */
struct fetch_try {
	struct exchange exchange; /* fd -1: the try is not open */
	enum fetch_carrier {
		CARRIER_UDP,
		CARRIER_TCP, /* after truncation */
		/* UDP with EXCHANGE_LARGE, after truncation by a server without TCP */
		CARRIER_LARGE,
	} carrier;
	struct sockaddr_storage asked;
	struct want question;      /* the want, or a query of the walk */
	uint32_t place;            /* in the walk (struct walk); 0: the query is for the want */
	uint64_t sent_ms, came_ms; /* `came_ms`: the last response */
	unsigned mismatches;       /* useless datagrams */
	bool was_cut;              /* a response was truncated; another carrier is tried */
	bool is_kept;              /* the response waits in the exchange until the gate wants it */
};

struct fetch {
	enum watched watched; /* comes first */
	bool is_in_flight;
	bool is_ahead;     /* the gate does not want it yet */
	bool is_woken;     /* the gate wants it now, and there are responses */
	bool is_listening; /* there is nothing left to ask */
	bool has_walked;
	struct fetch *next; /* in the list of fetches in flight, or of free ones */
	struct want want;
	uint32_t family;                /* a hash of the parent of the wanted name */
	struct sockaddr_storage server; /* that the client asked */
	struct walk *walk;              /* the walk in progress, from the heap, or NULL */
	struct fetch_try open[FETCH_OPEN];
	unsigned last;                 /* the newest of them */
	struct sockaddr_storage asked; /* the server of the newest try, or of the response */
	unsigned tries;                /* without the queries of the walk */
	unsigned first_resolver;       /* the resolver of the first try */
	int error;                     /* of a socket, if the last query could not be sent, or 0 */
	unsigned work;                 /* its responses cost so far; the owner counts it */
	uint64_t begun_ms;
	uint64_t deadline_ms; /* of the newest try, or of the fetch */
	uint8_t *useless;     /* the last useless response, from the heap, or NULL */
	size_t useless_len;
	struct parked_list waiting;
};

/* The callbacks of the owner. They must not call the fetcher. */
struct fetch_owner {
	void *context;
	/* Learns from a response. Returns false if it is useless: then a better response may
	 * follow, or another try may bring one. When all tries are over, learn() gets the last
	 * useless response again, with `is_last` set. */
	bool (*learn)(void *context, struct fetch *fetch, struct span answer, bool is_last);
	/* All tries failed. */
	void (*failed)(void *context, const struct fetch *fetch);
	/* The fetch is over, after learn() or failed(). Must empty `waiting`, whose responses can
	 * be judged again. */
	void (*over)(void *context, struct parked_list *waiting);
	/* The server that was `asked` truncates the response and gives no TCP. May be NULL. */
	void (*no_tcp)(void *context, const struct fetch *fetch);
};

struct fetcher {
	int epoll_fd;
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	struct stats *stats;
	struct fetch_owner owner;
	struct servers servers;
	struct round_trips round_trips;
	uint64_t shut_in_until_ms;
	uint8_t *buffer;
	struct rr *rrs;
	struct fetch *slots, *in_flight, *free;
	unsigned in_flight_count;
};

/* The servers to ask; borrowed. If there are resolvers, they are asked in turn, the quickest first.
 * Otherwise the server that the client asked is asked, and if it does not have the RRset and there
 * are hints, a walk begins at the root servers that the hints name. */
struct fetch_sources {
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	const struct sockaddr_storage *hints;
	unsigned hint_count;
};

/* Takes the memory. `epoll_fd` watches the sockets; data.ptr is the struct fetch. Counts in the
 * members of `stats` that begin with fetch and walk, and in sockets_short. Returns 0 or a negative
 * errno. */
int fetcher_init(struct fetcher *f, int epoll_fd, const struct fetch_sources *sources,
        struct stats *stats, struct fetch_owner owner);

/* Ends every fetch without calling the owner. */
void fetcher_fini(struct fetcher *f);

/* From now on these resolvers are asked; borrowed. Fetches in flight ask them in their next
 * tries. */
void fetcher_use_resolvers(
        struct fetcher *f, const struct sockaddr_storage *resolvers, unsigned resolver_count);

/* Fetches `want`, unless a fetch for it is in flight already, and lets `parked` wait for it.
 * `parked` may be NULL. `server` is the server that the client asked. A client's retry finds the
 * fetch of its first question.
 *
 * If FETCHES_MAX are in flight, one is given up that nobody waits for; or else the oldest fetch of
 * the largest family. A family is the fetches for names right below one name. So a zone with a
 * thousand silent names does not keep out other zones. Returns false if `want` itself belongs to
 * that family; `parked` does not wait then. */
bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms);

/* Asks for `want` before the gate wants it. Does nothing if it is in flight already, if
 * FETCHES_AHEAD are, or if the server is known to be unable to answer. Nothing is learned, and
 * nothing counts as failed, unless the gate wants it within FETCH_LIFE_MS. */
void fetcher_want_soon(struct fetcher *f, const struct want *want,
        const struct sockaddr_storage *server, uint64_t now_ms);

/* Returns the round trip of the server, or of the slowest resolver, as far as it is known. */
uint32_t fetcher_round_trip_ms(
        const struct fetcher *f, const struct sockaddr_storage *server, uint64_t now_ms);

/* Returns the fetch that `parked` waits for, or NULL. */
const struct fetch *fetcher_find_waiting(const struct fetcher *f, const struct parked *parked);

/* Call it when the socket of a fetch is ready. */
void fetcher_ready(struct fetcher *f, struct fetch *fetch, uint64_t now_ms);

/* Goes on with the fetches that had no response in time. */
void fetcher_expire(struct fetcher *f, uint64_t now_ms);

/* Returns when fetcher_expire() is due next; UINT64_MAX if no fetch is in flight. */
uint64_t fetcher_deadline_ms(const struct fetcher *f);

#endif
