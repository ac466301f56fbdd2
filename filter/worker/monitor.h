/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monitor mode: a client's query and its response go on as they came, and a copy of the response is
 * judged afterwards, in the way of enforce mode (arrival.h). What enforce would have done is counted
 * and logged, and nothing is done. Nothing here has a packet or a connection. Private to worker/.
 *
 * A query without DO goes on without DO, so its response has no signatures. Then sealgate asks the
 * same server the same question with DO, and judges what came with the signatures of that answer
 * (gate/assist.h):
 *
 *   it proves itself                  enforce would have let it pass
 *   it does not, but the signed
 *   answer does by itself             it differs: by rotation, or because one of them is forged
 *   the signed answer does not either enforce would have refused it
 *
 * With `assist`, the signed answer may prove itself by the signatures of a resolver. Then the response is
 * judged with these, too.
 *
 * Who can make monitor mode say what is not so? An attacker who can answer before the server: enforce
 * would have met the forgery without its signatures, and monitor mode meets it as "differs". A client
 * has at most one query of sealgate's sent for each of its own, to the server that the client asked
 * anyway, and at most REASKS_MAX are in flight. */
#ifndef WORKER_MONITOR_H
#define WORKER_MONITOR_H

#include "gate/query.h"
#include "worker/arrival.h"
#include "worker/monitor_memory.h"

struct flow_key;
struct flow_table;

struct monitor {
	/* Borrowed; set before monitor_init(): */
	const struct turn *turn;
	struct stats *stats;
	struct report *report;
	struct arrivals *arrivals;
	struct flow_table *flows;
	struct park *park;

	struct monitor_memory memory;
	struct rr *rrs; /* of a response that is looked up: MESSAGE_RRS_MAX */
};

/* Takes memory. Returns 0 or a negative errno; monitor_fini() in both cases. */
int monitor_init(struct monitor *m);
void monitor_fini(struct monitor *m);

/* A response that the client has got. */
struct monitored {
	const struct client_query *asked;
	enum query_kind kind;
	const struct message *response;
	uint8_t *octets; /* of the response or of a copy; may be changed */
	const struct sockaddr_storage *server;
	struct span client;         /* an address */
	const struct flow_key *key; /* of the flow that it answers; NULL over TCP */
};

/* Judges the copy of a response, at once or when its keys have come. The flow ends, unless enforce
 * would have refused the response: then a better one may follow. */
void monitor_take(struct monitor *m, const struct monitored *what);

/* Goes on with a copy that has waited. `in_time` is false if what it waited for did not come. */
void monitor_resume(struct monitor *m, struct parked *parked, bool in_time);

/* Counts a packet or a message that enforce would have dropped; `counter` is that of its cause. */
void monitor_would_drop(struct stats *stats, uint64_t *counter);

#endif
