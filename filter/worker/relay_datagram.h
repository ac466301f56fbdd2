/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to a server that takes no TCP: it is asked by UDP, where the worker signs. */
#ifndef WORKER_RELAY_DATAGRAM_H
#define WORKER_RELAY_DATAGRAM_H

#include <stdbool.h>
#include "base/span.h"

struct connection;
struct question;
struct worker;

/* Carries the connection on by UDP: its server takes no TCP. What fits into no datagram cannot be
 * had then. Returns false when that cannot be. */
bool relay_datagram_begin(struct worker *w, struct connection *c);

/* Asks under a random id: here it is ours, since nobody has drawn the port. */
void relay_datagram_ask(struct connection *c, struct question *q, struct span query);

/* Reads one datagram and treats it. Returns false when there is none. */
bool relay_datagram_read(struct worker *w, struct connection *c);

#endif
