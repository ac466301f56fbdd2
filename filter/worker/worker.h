/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one thread with its own pair of NFQUEUEs, flows, parked packets, store and fetches. It
 * shares nothing that changes with other workers; what its configuration points to must not change
 * while it lives, but that its anchors or its signing policy can be replaced. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <sys/socket.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "fetch/fetch.h"
#include "flow/stats.h"
#include "gate/policy.h"
#include "sign/signer.h"
#include "trust/anchor.h"
#include "wire/namelist.h"
#include "worker/relay.h"

/* The signer's trade. */
struct signing_config {
	struct signer_limits limits;

	/* Borrowed: */
	const struct sign_policy *policy;       /* NULL: the worker validates */
	const struct sockaddr_storage *servers; /* only what these send is signed, ever */
	unsigned server_count; /* 0: all on this machine, where it does not forward */
};

struct worker_config {
	uint16_t queue;           /* the number of the NFQUEUE of responses */
	uint16_t queries_queue;   /* and of queries */
	uint32_t queue_length;    /* packets that the kernel holds for the first */
	uint32_t queries_length;  /* and for the second */
	uint32_t socket_buffer;   /* octets of the netlink socket's receive buffer */
	bool fail_open;           /* a full queue lets packets pass, unjudged */
	uint32_t flows;           /* questions in flight */
	uint32_t parked;          /* responses that wait for keys */
	uint32_t zones;           /* names in the zone-status store */
	uint32_t messages;        /* responses in the message cache; 0: none */
	uint32_t park_ms;         /* how long a response may wait */
	uint32_t bogus_grace_ms;  /* how long a better response may follow a Bogus one; 0: not */
	uint32_t flow_timeout_ms; /* how long a question may stay unanswered */
	struct relay_config tcp;
	struct signing_config signing;
	struct fetch_sources sources;
	const char *shortcut; /* where its maps are pinned; NULL: there is none */

	bool assists;           /* proves by signatures of the resolvers what came without */
	enum clock_state clock; /* at the start */
	bool waits_for_clock;   /* what is not of a time server waits while it is not set, or is
	                           refused */

	int64_t earliest_s; /* the time is not before this, whatever the clock says */

	/* Borrowed: */
	const struct clock_source *time;
	const struct anchors *anchors; /* NULL where it signs */
	const struct policy *policy;
	const struct nta_list *ntas; /* NULL for none */

	/* Told, in the worker's thread, that `server` had what proves the keys of a zone that has
	 * an anchor; NULL: nobody wants to know. */
	void (*anchor_answered)(
	        void *context, const struct name *zone, const struct sockaddr_storage *server);
	void *anchor_context;
};

struct worker;

/* Takes all memory and binds the queues, so that what can go wrong goes wrong here. Needs
 * CAP_NET_ADMIN, now and as long as it runs. On failure: NULL, and a sentence in `error`. */
struct worker *worker_new(const struct worker_config *config, struct complaint *error);

/* Serves the queues in the calling thread until worker_stop(). Every packet that is parked then
 * gets its verdict (drop) before this returns 0; -errno when they cannot be served any more. */
int worker_run(struct worker *w);

/* Unbinds the queues. Not while worker_run() runs. */
void worker_free(struct worker *w);

/* The counters; the worker goes on counting (see stats.h for how to read them). */
const struct stats *worker_stats(const struct worker *w);

#endif
