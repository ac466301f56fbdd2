/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes servers. A server that does not answer may be dead or slow, or may drop EDNS queries, and
 * nearly every query that sealgate forwards has EDNS. So a probe asks the server a client's
 * question again, with EDNS and without.
 *
 * A probe waits as long as sealgate's queries for keys do (fetch/round_trip.h), and longer each
 * time while the server says nothing. Both queries keep their socket and id when they are repeated,
 * so a response that comes after its try counts. Otherwise nothing could be found out over a slow
 * link. */
#ifndef FETCH_PROBE_H
#define FETCH_PROBE_H

#include "fetch/exchange.h"
#include "fetch/round_trip.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define PROBES_MAX     32
#define PROBE_AFTER_MS 700 /* from the query of a client to the probe of an unknown server */
#define PROBE_TRY_MS   600 /* for the first try, and for the others if the server answers at all */
#define PROBE_TRIES    3   /* more than one, because a packet may be lost */
#define PROBE_QUIET_MS 30000 /* until a server that did not answer at all may be probed again */

struct probe;

/* One of the two queries. */
struct probe_side {
	enum watched watched; /* comes first */
	bool is_plain, has_answered;
	struct probe *probe;
	struct exchange exchange;
};

struct probe {
	enum probe_phase {
		PROBE_FREE,
		PROBE_SUSPECTS, /* waits for `due_ms`, in case the client gets a response */
		PROBE_ASKS,     /* a try is in progress */
		PROBE_IS_QUIET, /* the server did not answer: is not probed until `due_ms` */
	} phase;
	uint64_t due_ms;   /* when the phase, or the try, ends */
	uint64_t begun_ms; /* when the first try began */
	unsigned tries;
	struct sockaddr_storage server;
	struct client_query asked;
	struct probe_side plain, edns;
};

struct probes {
	int epoll_fd;
	struct stats *stats;
	uint8_t *buffer;
	const struct round_trips *round_trips;
	void *context;
	/* Returns true if it is not known whether the server takes EDNS. */
	bool (*is_unknown)(void *context, const struct sockaddr_storage *server);
	/* The server answered the query with EDNS; `answer` may be an error. */
	void (*answered)(void *context, const struct probe *probe, struct span answer);
	/* The server answered only the query without EDNS. */
	void (*dropped)(void *context, const struct probe *probe);
	struct probe slots[PROBES_MAX];
};

/* Sets up the slots; set the other members before. `buffer` has EXCHANGE_ANSWER_MAX octets and is
 * borrowed. */
void probes_init(struct probes *all);
void probes_fini(struct probes *all);

/* Probes the server `after_ms` after a client asked it `asked` with EDNS, if is_unknown() is still
 * true then. Does nothing if the server has a probe already, or if all slots are in use. */
void probes_suspect(struct probes *all, const struct sockaddr_storage *server,
        const struct client_query *asked, uint64_t now_ms, unsigned after_ms);

/* Call it when a socket is ready. */
void probes_ready(struct probes *all, struct probe_side *side, uint64_t now_ms);

/* Does whatever is due. */
void probes_expire(struct probes *all, uint64_t now_ms);

/* Returns when probes_expire() is due next; UINT64_MAX for never. */
uint64_t probes_deadline_ms(const struct probes *all);

#endif
