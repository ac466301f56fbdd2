/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides about servers that reject EDNS, drop queries with EDNS, or leave out signatures, and
 * keeps what is known of each server that clients ask. arrival.c acts. Nothing here knows a packet
 * or a client. Private to worker/. */
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
	struct rr *rrs; /* of the answer to a probe: MESSAGE_RRS_MAX */

	/* Borrowed, and set before server_fallback_init(): */
	struct shortcut *shortcut;
	struct stats *stats;
	const struct round_trips *round_trips;
	const uint64_t *now_ms;   /* of the monotonic clock */
	uint64_t flow_timeout_ms; /* how long a query may stay unanswered */
	bool has_letter_changers; /* a server was seen to change the letters of questions */
	bool passes_blocked;      /* what says nothing passes: `blocked` */
	bool can_assist;          /* a configured resolver can be asked for signatures */
};

/* What is to be done about a response. */
struct fallback {
	enum reask_how reask; /* ask the client's question again in this way; or REASK_NOT */
	enum reason habit;    /* of the server, which may explain the outcome; or REASON_NONE */
};

/* Takes memory. `epoll_fd` watches the sockets; `buffer` has EXCHANGE_ANSWER_MAX octets and is
 * borrowed. Returns 0 or -errno; server_fallback_fini() in both cases. */
int server_fallback_init(struct server_fallback *f, int epoll_fd, uint8_t *buffer);
void server_fallback_fini(struct server_fallback *f);

/* True if a client's query to `server` is to go on as it came: the server rejects EDNS. */
bool server_fallback_is_plain(struct server_fallback *f, const struct sockaddr_storage *server);

/* True if a client's query to `server` is to go on without the options in its OPT: the server
 * rejects these. */
bool server_fallback_is_bare(struct server_fallback *f, const struct sockaddr_storage *server);

/* To be called for each query to `server`. If it is not known any more whether the server supports
 * EDNS, the server is probed at once; if it never was known, after a moment without an answer. */
void server_fallback_watch(struct server_fallback *f, const struct sockaddr_storage *server,
        const struct client_query *asked);

/* To be called for each query to `server` that the kernel sent on by the shortcut. */
void server_fallback_sent_on(
        struct server_fallback *f, const struct sockaddr_storage *server, uint64_t at_ms);

/* Learns from a response before it is judged. The ruling is to ask again if the server rejects
 * EDNS, or, if the query had options of the client, to ask without these before anything is
 * concluded. */
struct fallback server_fallback_came(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct client_query *asked,
        const struct message *response);

/* To be called when the policy has changed: from now on the worker reads each query again, whatever
 * its server was admitted to. Servers that are judged come back to the shortcut with their next
 * response. */
void server_fallback_leave_shortcut(struct server_fallback *f);

/* True if the response is an error that may be due to what the client put into its OPT. */
bool server_fallback_doubts_extras(
        const struct client_query *asked, const struct message *response);

/* Learns from the response to a query that was asked again without the options of the client. */
void server_fallback_came_bare(
        struct server_fallback *f, const struct sockaddr_storage *server, struct span octets);

/* A response that was judged. */
struct judged_response {
	const struct client_query *asked;
	struct span octets;
	const struct gate_result *result;
	bool is_known; /* the response was judged before, alone or with other signatures */
};

/* Notes whether the server changes the letters of questions, as only the server can have shown. */
void server_fallback_note_letters(
        struct server_fallback *f, const struct sockaddr_storage *server, bool changes);

/* True if the server was seen to change the letters of questions. */
bool server_fallback_changes_letters(
        struct server_fallback *f, const struct sockaddr_storage *server);

/* Rules on a response that was judged: signatures are to be asked of a resolver, or the server has
 * a habit that explains why they are missing. Counts a response once, when it is not known. */
struct fallback server_fallback_judged(struct server_fallback *f,
        const struct sockaddr_storage *server, const struct judged_response *judged);

/* Learns that the server sent signatures which proved keys of a zone. */
void server_fallback_signed(struct server_fallback *f, const struct sockaddr_storage *server);

/* True if the server may be a DNS64 that makes nothing up if a query has DO; and notes whether it
 * made AAAA records up when it was asked without. See worker/withheld.h. */
bool server_fallback_may_withhold(struct server_fallback *f, const struct sockaddr_storage *server);
void server_fallback_note_made(
        struct server_fallback *f, const struct sockaddr_storage *server, bool made);

#endif
