/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client sends on a connection, where the worker validates. */
#ifndef WORKER_RELAY_QUERY_H
#define WORKER_RELAY_QUERY_H

#include "base/span.h"
#include "gate/asked.h"

struct connection;
struct question;
struct worker;

/* Treats one message of the client. What is not DNS makes the connection broken. */
void relay_query(struct worker *w, struct connection *c, struct span octets);

/* Remembers a transfer, in place of the oldest where there are too many. Returns NULL when there is
 * no memory. */
struct question *relay_ask_transfer(
        struct worker *w, struct connection *c, const struct asked *asked);

#endif
