/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP where the worker validates: what a client sends on a connection, and what its server
 * sends; and transfers of zones, which nobody judges. Private to worker/. */
#ifndef WORKER_TCP_VALIDATE_H
#define WORKER_TCP_VALIDATE_H

#include "base/span.h"
#include "gate/client_query.h"
#include "wire/message.h"

struct connection;
struct question;
struct worker;

/* Treats one message of the client. What is not DNS makes the connection broken. */
void tcp_validate_query(struct worker *w, struct connection *c, struct span octets);

/* Remembers a transfer, in place of the oldest where there are too many. Returns NULL when there is
 * no memory. */
struct question *transfer_ask(
        struct worker *w, struct connection *c, const struct client_query *asked);

/* Treats one message of the server. What is not DNS makes the connection broken. */
void tcp_validate_response(struct worker *w, struct connection *c, struct span octets);

/* Passes on a message of a transfer. */
void transfer_pass(struct worker *w, struct question *q, const struct message *response);

/* True when `response` is a message of the transfer `q`. */
bool transfer_has(const struct message *response, const struct question *q);

#endif
