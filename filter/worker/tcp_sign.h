/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP where the worker signs: the messages on a connection, servers that take no TCP and
 * are asked by UDP, and servers that are silent. Private to worker/. */
#ifndef WORKER_TCP_SIGN_H
#define WORKER_TCP_SIGN_H

#include <stdbool.h>

#include "base/span.h"

struct connection;
struct question;
struct side;
struct worker;

/* Treats one message of the client, or of the server. What is not DNS makes the connection broken.
 */
void tcp_sign_query(struct worker *w, struct connection *c, struct span octets);
void tcp_sign_response(struct worker *w, struct connection *c, struct span octets);

/* Carries the connection on by UDP: its server takes no TCP. What fits into no datagram cannot be
 * had then. Returns false when that cannot be. */
bool tcp_sign_go_on_by_udp(struct worker *w, struct connection *c);

/* Reads one datagram and treats it. Returns false when there is none. */
bool tcp_sign_read_datagram(struct worker *w, struct connection *c);

/* Answers what is due. */
void tcp_sign_end_silence(struct worker *w);

/* Has the kernel give up a server that does not take the connection before the client does. */
void tcp_sign_hurry(const struct side *server);

#endif
