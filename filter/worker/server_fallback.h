/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the servers that clients ask, and what is to be done about those that reject
 * EDNS, drop queries with it, or leave out signatures. It decides; arrival.c acts. It knows no
 * worker, no packet and no client. Private to worker/. */
#ifndef WORKER_SERVER_FALLBACK_H
#define WORKER_SERVER_FALLBACK_H

#include "fetch/probe.h"
#include "fetch/upstream.h"
#include "flow/park.h"
#include "gate/gate.h"

struct shortcut;

struct server_fallback {
	struct upstreams upstreams;
	struct probes probes;
	struct rr *rrs; /* of the message that is looked at here: MESSAGE_RRS_MAX */

	/* Borrowed, and set before server_fallback_init(): */
	struct shortcut *shortcut;
	struct stats *stats;
	const uint64_t *now_ms;   /* of the monotonic clock */
	uint64_t flow_timeout_ms; /* how long a query may stay unanswered */
	bool can_assist;          /* signatures can be had from a resolver of the configuration */
};

/* What is to be done about a response. */
struct fallback {
	enum reask_how reask; /* ask the client's query again so, if that can be; or REASK_NOT */
	enum reason refusal;  /* otherwise refuse the response for this; REASON_NONE: do not */
};

/* Takes memory; sockets are watched by `epoll_fd`, and `buffer` has EXCHANGE_ANSWER_MAX octets and
 * is borrowed. Returns 0 or -errno; server_fallback_fini() in both cases. */
int server_fallback_init(struct server_fallback *f, int epoll_fd, uint8_t *buffer);
void server_fallback_fini(struct server_fallback *f);

/* A client asks `server`: returns true if its query is to go on as it came, without EDNS. */
bool server_fallback_is_plain(struct server_fallback *f, const struct sockaddr_storage *server);

/* A query to `server` goes on with EDNS: the server is looked into if it does not answer. */
void server_fallback_watch(struct server_fallback *f, const struct sockaddr_storage *server,
        const struct client_query *asked);

/* A query to `server` took the shortcut. */
void server_fallback_sent_on(
        struct server_fallback *f, const struct sockaddr_storage *server, uint64_t at_ms);

/* Learns from a response, before it is judged. Asks again without EDNS if the server rejects it. */
struct fallback server_fallback_came(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct client_query *asked,
        const struct message *response);

/* Looks at what was judged. Has signatures asked for elsewhere, or the response refused for the
 * lack of them. `is_proved`: those from elsewhere were put to it already. */
struct fallback server_fallback_judged(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct client_query *asked, bool is_proved,
        const struct gate_result *result);

#endif
