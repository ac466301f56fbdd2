/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker that validates says in the log, and counts. */
#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

#include <netinet/in.h>
#include "flow/flow.h"
#include "gate/gate.h"
#include "worker/arrival.h"

struct worker;

/* Counts what was concluded, and logs it if it is Bogus or Indeterminate. */
void report_judged(struct worker *w, const struct arrival *a, const struct gate_result *result);

/* Writes the server's address for people. */
void report_server(const struct sockaddr_storage *server, char text[static INET6_ADDRSTRLEN]);

/* Counts and logs a query that shares its addresses, ports and id with another one in flight. */
void report_rival(struct worker *w, const struct flow_key *key, const struct client_query *asked);

/* Logs a client that sets CD in every query, which passes. */
void report_always_cd(struct span client);

/* Logs a response that came, or would leave, by another interface than its query tells. */
void report_stray(struct worker *w, const struct flow_key *key, const struct message *response);

/* Logs that it goes on without a full judgement, and by which exemption. */
void report_unjudged(struct worker *w, const struct arrival *a, enum exemption exemption);

#endif
