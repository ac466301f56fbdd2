/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which connection is closed when there is no room for one more; each client has a share. It
 * chooses; relay.c closes. Private to worker/. */
#ifndef WORKER_RELAY_ROOM_H
#define WORKER_RELAY_ROOM_H

#include <sys/socket.h>

struct connection;
struct relay;

enum relay_room {
	ROOM_FREE,    /* there is room */
	ROOM_YIELDED, /* there is, once the connection that yields is closed; it may be NULL */
	ROOM_NONE,    /* the new connection is to be refused */
};

/* Says whether there is room for a connection of `client`; for ROOM_YIELDED it sets `yielding`.
 *
 * A client that has its share yields one of its own connections, otherwise the greediest client
 * yields one (share.h). Of one client the idlest connection yields, one without a question in
 * flight before one with. ROOM_NONE, or a NULL connection: the client has its share, and none of
 * its own was found, or RELAY_REPLACED_A_SECOND of all clients together were replaced already. */
enum relay_room relay_room_for(
        struct relay *r, const struct sockaddr_storage *client, struct connection **yielding);

/* Returns the connection that yields to a client that is not known yet, because descriptors are
 * short; NULL if there is no connection. */
struct connection *relay_room_yielding(const struct relay *r);

/* Counts a connection for its client, whose address it has; notes that a message moved; counts it
 * no more. */
void relay_enter(struct relay *r, struct connection *c);
void relay_touch(struct relay *r, struct connection *c);
void relay_leave(struct relay *r, struct connection *c);

#endif
