/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server sends on a connection, where the worker validates; and transfers of zones, which
 * nobody judges. */
#ifndef WORKER_RELAY_RESPONSE_H
#define WORKER_RELAY_RESPONSE_H

#include "base/span.h"
#include "wire/message.h"

struct connection;
struct question;
struct worker;

/* Treats one message of the server. What is not DNS makes the connection broken. */
void relay_response(struct worker *w, struct connection *c, struct span octets);

/* Passes on a message of a transfer. */
void relay_pass_transfer(struct worker *w, struct question *q, const struct message *response);

/* True when `response` is a message of the transfer `q`. */
bool relay_is_of_transfer(const struct message *response, const struct question *q);

#endif
