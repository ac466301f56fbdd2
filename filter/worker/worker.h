/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one thread with its own pair of NFQUEUEs, flows, parked packets, store and fetches.
 * Workers share nothing that changes. What the configuration points to must not change while the
 * worker lives; what a reload can change is replaced by worker_use_...()
 * (worker_orders.h). */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "config/worker_limits.h"
#include "fetch/fetch.h"
#include "flow/stats.h"
#include "gate/policy.h"
#include "queue/nfqueue.h"
#include "sign/signer.h"
#include "trust/anchor.h"
#include "trust/local.h"
#include "wire/namelist.h"
#include "worker/relay.h"

/* Of a worker that signs. */
struct signing_config {
	struct signer_limits limits;
	bool is_gateway; /* the servers are on other machines */

	/* Borrowed: */
	const struct sign_policy *policy;       /* NULL: the worker validates */
	const struct sockaddr_storage *servers; /* only responses of these are ever signed */
	unsigned server_count;                  /* 0: any on this machine, if it does not forward */
	const int *raw_sockets; /* own_answers_open(); NULL: over UDP the server is always asked */
};

/* The descriptors by which another process takes over the work of a worker. -1: there is none. */
struct worker_descriptors {
	int queue, memory; /* the socket of both queues; what is known of queries in flight */
	int listeners[RELAY_FAMILIES];
};

#define NO_DESCRIPTORS                                                                             \
	((struct worker_descriptors){ .queue = -1, .memory = -1, .listeners = { -1, -1 } })

struct worker_config {
	struct nfqueue_options queue;
	struct worker_limits limits;
	struct relay_config tcp;
	struct signing_config signing;
	struct fetch_sources sources;
	const char *shortcut; /* where its maps are pinned; NULL: there is none */

	bool monitors; /* everything goes on as it came, and copies are judged: monitor.h */
	bool assists;  /* proves a response without signatures by those of a resolver */
	enum clock_state clock; /* at the start */
	bool has_peers; /* there are other workers, which may get a client's other connections */
	bool waits_for_clock; /* while the clock is not set, responses wait instead of being
	                           refused, except those of time servers */

	int64_t earliest_s; /* the time is not before this, whatever the clock says */

	/* Borrowed: */
	const struct clock_source *time;
	const struct anchors *anchors; /* NULL if the worker signs */
	const struct policy *policy;
	const struct nta_list *ntas;                         /* at the start; NULL for none */
	const struct local_names *local_names, *local_zones; /* NULL for none */

	/* Called in the worker's thread if the answers of `server` proved the keys of a zone that
	 * has an anchor. May be NULL. */
	void (*anchor_answered)(
	        void *context, const struct name *zone, const struct sockaddr_storage *server);
	void *anchor_context;

	/* For the workers together; NULL if nobody is to be told. */
	struct anchor_alarm *anchor_alarm;
};

/* Whether the operator knows that a trust anchor fits none of its zone's keys: told once, and again
 * only after it had been right. */
struct anchor_alarm {
	atomic_bool is_told;
	const char *path; /* of the file of anchors */
};

struct worker;

/* Takes all memory and binds the queues, so that failures happen here. Needs CAP_NET_ADMIN, now and
 * as long as the worker runs. Takes over from the process that left `before`, as far as that fits,
 * and closes these descriptors otherwise. On failure returns NULL, and a sentence in `error`. */
struct worker *worker_new(const struct worker_config *config,
        const struct worker_descriptors *before, struct complaint *error);

/* Serves the queues in the calling thread until worker_stop(), and returns 0. Packets that are
 * parked then are left to a successor. Returns -errno if the queues cannot be served any more. */
int worker_run(struct worker *w);

/* Returns the descriptors for a successor; borrowed. */
struct worker_descriptors worker_descriptors(const struct worker *w);

/* Frees the worker. Unbinds the queues, unless another process holds their socket; then packets
 * wait there. Not while worker_run() runs. */
void worker_free(struct worker *w);

/* Returns how often the worker has turned its loop, in any thread. A worker that does not hang
 * turns at least once a second. */
uint64_t worker_turns(const struct worker *w);

/* Returns the counters; the worker goes on counting (see stats.h for how to read them). */
const struct stats *worker_stats(const struct worker *w);

#endif
