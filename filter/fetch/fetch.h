/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fetches the DS and DNSKEY RRsets that the gate wants. Each want and server has one fetch in
 * flight, and any number of responses may wait for it. A fetch makes a few tries, walks from the
 * root servers down if it may (fetch/walk.h), and then gives up. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "fetch/exchange.h"
#include "fetch/walk.h"
#include "flow/park.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define FETCHES_MAX      256  /* in flight at once */
#define FETCH_TRIES      3    /* for one want; TCP after a truncated response is the same try */
#define FETCH_UDP_MS     400  /* for the first try; each further try has twice as long */
#define FETCH_TCP_MS     1500 /* for a whole exchange over TCP */
#define FETCH_GRACE_MS   300  /* for a better response to follow a useless one */
#define FETCH_MISMATCHES 64   /* useless datagrams that end a try */

/* How long no fetch walks after a walk that got no response from the root servers: perhaps a packet
 * filter blocks them. */
#define FETCH_SHUT_IN_MS 60000

struct fetch {
	enum watched watched; /* comes first */
	struct fetch *next;   /* in the list of fetches in flight, or of free ones */
	struct want want;
	uint32_t family;                /* a hash of the parent of the wanted name */
	struct sockaddr_storage server; /* that the client asked */
	struct walk *walk;              /* the walk in progress, from the heap, or NULL */
	bool has_walked;
	struct want question;          /* of this try: the want, or a query of the walk */
	struct sockaddr_storage asked; /* the server of this try */
	unsigned tries;                /* without the queries of the walk */
	unsigned mismatches;           /* useless datagrams in this try */
	unsigned work;                 /* its responses cost so far; the owner counts it */
	uint64_t deadline_ms;          /* of this try */
	uint8_t *useless;              /* the last useless response, from the heap, or NULL */
	size_t useless_len;
	struct exchange exchange;
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
};

struct fetcher {
	int epoll_fd;
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	struct stats *stats;
	struct fetch_owner owner;
	struct servers servers;
	uint64_t shut_in_until_ms;
	uint8_t *buffer;
	struct rr *rrs;
	struct fetch *slots, *in_flight, *free;
};

/* The servers to ask; borrowed. If there are resolvers, they are asked in turn. Otherwise the server
 * that the client asked is asked, and if it does not have the RRset and there are hints, a walk
 * begins at the root servers that the hints name. */
struct fetch_sources {
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	const struct sockaddr_storage *hints;
	unsigned hint_count;
};

/* Takes the memory. `epoll_fd` watches the sockets; data.ptr is the struct fetch. Counts in the
 * members of `stats` that begin with fetch and walk. Returns 0 or a negative errno. */
int fetcher_init(struct fetcher *f, int epoll_fd, const struct fetch_sources *sources,
        struct stats *stats, struct fetch_owner owner);

/* Ends every fetch without calling the owner. */
void fetcher_fini(struct fetcher *f);

/* Fetches `want`, unless a fetch for it is in flight already, and lets `parked` wait for it. `parked`
 * may be NULL. `server` is the server that the client asked.
 *
 * If FETCHES_MAX are in flight, the oldest fetch of the largest family is given up; a family is the
 * fetches for names right below one name. So a zone with a thousand silent names does not keep out
 * other zones. Returns false if `want` itself belongs to that family; `parked` does not wait then. */
bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms);

/* Call it when the socket of a fetch is ready. */
void fetcher_ready(struct fetcher *f, struct fetch *fetch, uint64_t now_ms);

/* Goes on with the fetches that had no response in time. */
void fetcher_expire(struct fetcher *f, uint64_t now_ms);

/* Returns when fetcher_expire() is due next; UINT64_MAX if no fetch is in flight. */
uint64_t fetcher_deadline_ms(const struct fetcher *f);

#endif
