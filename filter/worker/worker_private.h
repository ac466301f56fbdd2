/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a worker. Private to worker/. */
#ifndef WORKER_WORKER_PRIVATE_H
#define WORKER_WORKER_PRIVATE_H

#include <netinet/in.h>

#include "base/log.h"
#include "fetch/fetch.h"
#include "fetch/reask.h"
#include "flow/flow.h"
#include "flow/grace.h"
#include "flow/park.h"
#include "flow/senders.h"
#include "flow/watched.h"
#include "gate/gate.h"
#include "queue/nfqueue.h"
#include "queue/pace.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/connection.h"
#include "worker/server_fallback.h"
#include "worker/worker.h"
#include "worker/worker_orders.h"

struct worker {
	struct worker_config config;
	enum watched queue_watched, wake_watched;
	int epoll_fd, wake_fd;
	bool stopping;
	uint64_t now_ms; /* the clocks, read once a turn of the loop */
	int64_t now_s;
	struct orders orders; /* what others want; see worker_orders.h */
	bool is_paused;       /* everything passes unjudged, at present */
	enum clock_state clock;
	uint32_t forgotten;           /* of the orders to forget */
	struct parked_list clockless; /* parked until the clock is set */

	struct nfqueue queue;
	unsigned received;       /* messages that came out of it in this turn */
	uint64_t queries_handed; /* out of the queue of queries, before this turn */
	struct pace pace;
	struct flow_table flows;
	struct park park;
	struct grace grace;
	struct parked_list ready; /* parked, and their fetch is over: to be judged again */
	struct fetcher fetcher;
	struct reasks reasks;
	struct server_fallback fallback;
	struct senders senders;
	struct relay relay;
	struct shortcut shortcut;

	struct crypto *crypto;
	const struct anchors *anchors_used;         /* read by others */
	const struct sign_policy *sign_policy_used; /* likewise */
	struct store store;
	struct gate gate;
	/* What is judged without dates while the clock may be wrong learns apart. */
	struct {
		struct policy policy;
		struct store store;
		struct gate gate;
		uint8_t *octets; /* of the message that it writes, EXCHANGE_ANSWER_MAX of them */
	} dateless;
	struct rr *rrs;        /* of the message that is looked at */
	uint8_t *octets;       /* of the message that is written, EXCHANGE_ANSWER_MAX of them */
	struct signer *signer; /* NULL: it validates */
	/* A flood of one must not hide the others. */
	struct log_limit log_bogus, log_indeterminate, log_unjudged, log_unsigned, log_rival;
	struct stats stats;
};

#endif
