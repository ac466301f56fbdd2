/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that does not answer may be dead, or slow, or one that drops queries with EDNS, as all
 * are that we send on. So it is asked a client's question again, with EDNS and without. */
#ifndef FETCH_PROBE_H
#define FETCH_PROBE_H

#include "fetch/exchange.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define PROBES_MAX     32
#define PROBE_AFTER_MS 700   /* without an answer */
#define PROBE_TRY_MS   600   /* for an answer to a query with EDNS; one may be lost */
#define PROBE_TRIES    3     /* of these */
#define PROBE_QUIET_MS 30000 /* until a server that did not answer at all is asked anew */

struct probe;

struct probe_side {
	enum watched watched; /* comes first */
	bool is_plain, has_answered;
	struct probe *probe;
	struct exchange exchange;
};

struct probe {
	enum probe_phase { PROBE_FREE, PROBE_SUSPECTS, PROBE_ASKS, PROBE_IS_QUIET } phase;
	uint64_t due_ms; /* when the phase ends */
	unsigned tries;
	struct sockaddr_storage server;
	struct client_query asked;
	struct probe_side plain, edns;
};

struct probes {
	int epoll_fd;
	struct stats *stats;
	uint8_t *buffer;
	void *context;
	/* Is it still worth asking? Is told what came of it: the answer to EDNS, or its absence. */
	bool (*is_unknown)(void *context, const struct sockaddr_storage *server);
	void (*answered)(void *context, const struct probe *probe, struct span answer);
	void (*dropped)(void *context, const struct probe *probe);
	struct probe slots[PROBES_MAX];
};

/* The buffer has EXCHANGE_ANSWER_MAX octets and is borrowed; set the other members before. */
void probes_init(struct probes *all);
void probes_fini(struct probes *all);

/* The server was asked this, with EDNS. It is looked into after `after_ms`, unless it is already,
 * or too many are. */
void probes_suspect(struct probes *all, const struct sockaddr_storage *server,
        const struct client_query *asked, uint64_t now_ms, unsigned after_ms);

/* To be called when a socket is ready. */
void probes_ready(struct probes *all, struct probe_side *side);

/* Does what is due. */
void probes_expire(struct probes *all, uint64_t now_ms);

/* When probes_expire() has something to do; UINT64_MAX for never. */
uint64_t probes_deadline_ms(const struct probes *all);

#endif
