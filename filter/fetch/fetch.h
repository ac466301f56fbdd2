/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fetches what the gate wants. There is one fetch in flight for each want and server, however many
 * responses wait for it; it tries a few times, walks down from the root if it may, then gives up.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "fetch/exchange.h"
#include "fetch/walk.h"
#include "flow/park.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define FETCHES_MAX      256  /* in flight at once */
#define FETCH_TRIES      3    /* queries for one want, UDP and what follows on TC being one */
#define FETCH_UDP_MS     400  /* for the first try; each further one has twice as long */
#define FETCH_TCP_MS     1500 /* for a whole exchange over TCP */
#define FETCH_GRACE_MS   300  /* for a better answer to follow one that is of no use */
#define FETCH_MISMATCHES 64   /* datagrams for one try that are no answer; then the next one */

/* After a walk that did not get past the root's servers, until the next one: perhaps a packet
 * filter keeps us from them. */
#define FETCH_SHUT_IN_MS 60000

struct fetch {
	enum watched watched; /* comes first */
	struct fetch *next;   /* in flight, or free */
	struct want want;
	uint32_t family;                /* of names right below the same name */
	struct sockaddr_storage server; /* that the client asked */
	struct walk *walk;              /* going on, from the heap, or NULL */
	bool has_walked;
	struct want question;          /* of the present try: what is wanted, or on the way to it */
	struct sockaddr_storage asked; /* in the present try */
	unsigned tries, mismatches;    /* tries without those of the walk */
	unsigned verifications;        /* that its answers have cost; the owner adds to it */
	uint64_t deadline_ms;
	uint8_t *useless; /* the latest answer that was of no use, from the heap, or NULL */
	size_t useless_len;
	struct exchange exchange;
	struct parked_list waiting;
};

/* Whom the fetcher tells. None of them may call the fetcher. */
struct fetch_owner {
	void *context;
	/* An answer came. False when it is of no use: a better one may follow, or be had by another
	 * try. When all tries are over it gets the latest of no use again, as the last one. */
	bool (*learn)(void *context, struct fetch *fetch, struct span answer, bool is_last);
	/* All tries failed. */
	void (*failed)(void *context, const struct fetch *fetch);
	/* It is over, one way or the other: judge again what is in `waiting`, and leave none. */
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

/* Whom to ask; borrowed. */
struct fetch_sources {
	const struct sockaddr_storage *resolvers; /* asked in turn. Where there are none: */
	unsigned resolver_count;                  /* the server that the client asked; */
	const struct sockaddr_storage *hints; /* and where it does not have it, those to which */
	unsigned hint_count;                  /* the root's servers lead, if there are hints */
};

/* Takes the memory; sockets are watched by `epoll_fd`, with data.ptr the fetch. Counts what begins
 * with fetch and walk in `stats`. Returns 0 or a negative errno. */
int fetcher_init(struct fetcher *f, int epoll_fd, const struct fetch_sources *sources,
        struct stats *stats, struct fetch_owner owner);

/* Ends every fetch; nobody is told. */
void fetcher_fini(struct fetcher *f);

/* Lets `parked`, or nobody for NULL, wait for `want`, which is fetched if it is not on its way
 * already. `server` is the one that the client asked. When too many fetches are in flight, the one
 * gives way that has the most beside it below the same name: a zone with a thousand silent names
 * must not keep out the others. Returns false when it is this zone itself; `parked` waits for
 * nothing then. */
bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms);

/* To be called when the socket of a fetch is ready. */
void fetcher_ready(struct fetcher *f, struct fetch *fetch, uint64_t now_ms);

/* Goes on with what was not answered in time. */
void fetcher_expire(struct fetcher *f, uint64_t now_ms);

/* When fetcher_expire() has something to do; UINT64_MAX when nothing is in flight. */
uint64_t fetcher_deadline_ms(const struct fetcher *f);

#endif
