/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log lines of a worker that validates, and its counters of outcomes. Private to worker/. */
#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

#include <netinet/in.h>

#include "base/log.h"
#include "flow/flow.h"
#include "flow/stats.h"
#include "gate/gate.h"
#include "worker/monitor_memory.h"
#include "worker/turn.h"

struct refusals;

struct report {
	const struct turn *turn; /* borrowed, as `stats` is */
	struct stats *stats;
	struct refusals *refusals; /* borrowed; report_init() leaves NULL: none are remembered */
	/* A flood of one kind of line must not hide the others. */
	struct log_limit bogus, indeterminate, unjudged, rival, renewal, differs;
	bool monitors; /* nothing that is reported is refused or dropped */
};

/* Sets the limits of the log. */
void report_init(struct report *r, const struct turn *turn, struct stats *stats);

/* True if a line of this kind may be written; tells first how many were not written before it. */
bool report_may_log(struct log_limit *limit, uint64_t now_ms);

/* Writes the server's address as text. */
void report_server(const struct sockaddr_storage *server, char text[static INET6_ADDRSTRLEN]);

/* A response: what was asked, the server that sent it, and the address of the client. */
struct reported {
	const struct client_query *asked;
	const struct sockaddr_storage *server;
	struct span client;
};

/* Counts the status of a response that was judged; logs and remembers it if it is Bogus or
 * Indeterminate. */
void report_judged(struct report *r, struct reported response, const struct gate_result *result);

/* Logs that a response contradicts the keys of its zone, which are fetched once more for that. Logs
 * nothing for a want that is no renewal. */
void report_renewal(struct report *r, struct reported response, const struct want *want);

/* At the level debug: logs what was done with a response. */
void report_done(
        const struct report *r, struct reported response, const struct gate_result *result);

/* Counts the status of a response that has passed in monitor mode, and logs what enforce would have
 * done with it. */
void report_monitored(struct report *r, struct reported response, enum copy_fate fate,
        const struct gate_result *result);

/* Logs a response that passes without a full judgement, if the exemption is to be logged; with what
 * the server says of its filter, unless `filter_ede` is 0. */
void report_unjudged(
        struct report *r, struct reported response, enum exemption exemption, uint16_t filter_ede);

/* Counts and logs a query that shares its addresses, ports and id with another one in flight. */
void report_rival(struct report *r, const struct flow_key *key, const struct client_query *asked);

/* Logs a response that came in or would leave by an interface that does not fit its query. */
void report_stray(struct report *r, const struct flow_key *key, const struct message *response);

/* Logs a client that sets CD in every query; the queries pass. */
void report_always_cd(struct span client);

#endif
