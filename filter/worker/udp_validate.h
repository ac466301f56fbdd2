/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over UDP where the worker validates: queries and responses that are packets in the queue.
 * Private to worker/. */
#ifndef WORKER_UDP_VALIDATE_H
#define WORKER_UDP_VALIDATE_H

#include "worker/datagram.h"

struct worker;

/* Gives a query its verdict. */
void udp_validate_query(struct worker *w, const struct datagram *d);

/* Remembers the queries that took the shortcut, which are on their way already. To be called before
 * a response is looked at that came meanwhile. */
void udp_validate_drain(struct worker *w);

/* Gives a response its verdict, or parks it. */
void udp_validate_response(struct worker *w, const struct datagram *d);

#endif
