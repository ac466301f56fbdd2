/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a worker: the parts, each of which knows only what it borrows from here. Only
 * worker.c, worker_new.c, worker_orders.c and worker_inquiries.c include this. */
#ifndef WORKER_WORKER_PRIVATE_H
#define WORKER_WORKER_PRIVATE_H

#include "fetch/fetch.h"
#include "fetch/reask.h"
#include "flow/flow.h"
#include "flow/flow_kept.h"
#include "flow/grace.h"
#include "flow/park.h"
#include "flow/refusals.h"
#include "flow/watched.h"
#include "queue/nfqueue.h"
#include "queue/pace.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/gates.h"
#include "worker/inquiry.h"
#include "worker/kept.h"
#include "worker/missing.h"
#include "worker/monitor.h"
#include "worker/oddity.h"
#include "worker/own_answers.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/sign_trade.h"
#include "worker/tcp_validate.h"
#include "worker/udp_monitor.h"
#include "worker/udp_sign.h"
#include "worker/udp_validate.h"
#include "worker/udp_validate_query.h"
#include "worker/validate_query.h"
#include "worker/worker.h"
#include "worker/worker_orders.h"

struct worker {
	struct worker_config config;
	struct turn turn;
	struct stats stats;
	enum watched queue_watched, wake_watched;
	int epoll_fd, wake_fd;
	bool stopping;
	uint64_t turns; /* read by other threads */
	bool takes_over;
	uint64_t warming_until_ms; /* after a take-over, until when the queue may wait for keys */
	struct orders orders;      /* of other threads; see worker_orders.h */
	uint32_t forgotten;        /* of the orders to forget */

	struct memfd kept; /* for a successor */
	struct nfqueue queue;
	unsigned received;       /* messages that came out of it in this turn */
	uint64_t queries_handed; /* out of the queue of queries, before this turn */
	struct pace pace;
	struct shortcut shortcut;
	struct flow_table flows;
	struct park park;
	struct grace grace;
	struct parked_list ready; /* parked responses whose fetch is over: to be judged again */
	struct fetcher fetcher;
	struct reasks reasks;
	struct relay relay;

	struct crypto *crypto;
	struct refusals refusals;
	struct oddities oddities;
	const struct anchors *anchors_used;         /* read by other threads */
	const struct policy *policy_used;           /* read by other threads */
	const struct sign_policy *sign_policy_used; /* read by other threads */
	const struct nta_list *ntas_used;           /* read by other threads */
	const struct worker_config *settings_used;  /* read by other threads */

	/* Of a worker that validates: */
	struct report report;
	struct missing missing;
	struct gates gates;
	struct server_fallback fallback;
	struct query_intake intake;
	struct arrivals arrivals;
	struct udp_validator udp_validator;
	struct tcp_validator tcp_validator;
	struct monitor monitor; /* in monitor mode */

	/* Of a worker that signs: */
	struct sign_trade sign_trade;
	struct udp_signer udp_signer;
	struct own_answers own_answers;
};

static inline bool worker_signs(const struct worker *w)
{
	return w->sign_trade.signer != NULL;
}

#endif
