/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP where the worker validates: what becomes of each message of a client and of its
 * server. Nothing here sends, reads or closes. Private to worker/. */
#ifndef WORKER_TCP_VALIDATE_H
#define WORKER_TCP_VALIDATE_H

#include "wire/message.h"
#include "worker/relay.h"
#include "worker/scratch.h"

struct arrivals;
struct monitor;
struct oddities;
struct parked;
struct query_intake;
struct question;
struct turn;
struct worker_config;

/* What it needs. */
struct tcp_validator {
	/* Borrowed; set before tcp_validate_init(): */
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct query_intake *intake;
	struct oddities *oddities;
	struct arrivals *arrivals;
	struct park *park;
	struct monitor *monitor; /* NULL in enforce mode */

	struct scratch scratch; /* the message that came, and a copy of it */
};

/* Takes memory. Returns 0 or -ENOMEM; tcp_validate_fini() in both cases. */
int tcp_validate_init(struct tcp_validator *t);
void tcp_validate_fini(struct tcp_validator *t);

/* The trade of a relay whose trader is a struct tcp_validator. A message that is not DNS makes the
 * connection broken. */
extern const struct relay_trade tcp_validate_trade;

/* Goes on with a response that has waited: for keys, for the clock, or for its query to be asked
 * again. `in_time` is false if what the response waited for did not come. The caller updates the
 * connection afterwards. */
void tcp_validate_resume(struct tcp_validator *t, struct parked *parked, bool in_time);

/* Returns what a zone transfer asks. */
struct client_query tcp_transfer_asked(const struct message *query);

/* Returns the question on the connection that a response answers, or NULL. */
struct question *tcp_find_question(const struct connection *c, const struct message *response);

/* Passes on a message of the transfer `q`. */
void tcp_pass_transfer(struct question *q, const struct message *response);

#endif
