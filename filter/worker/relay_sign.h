/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages on a connection, where the worker signs. */
#ifndef WORKER_RELAY_SIGN_H
#define WORKER_RELAY_SIGN_H

#include "base/span.h"

struct connection;
struct worker;

/* Treats one message of the client, or of the server. What is not DNS makes the connection broken.
 */
void relay_sign_query(struct worker *w, struct connection *c, struct span octets);
void relay_sign_response(struct worker *w, struct connection *c, struct span octets);

#endif
