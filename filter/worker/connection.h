/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One DNS connection of a client, in our hands: a side towards the client, a side towards the
 * server that the client meant, and the questions in flight between them. Private to worker/:
 * relay.c accepts and ends connections, connection.c moves octets, tcp_validate.c and
 * tcp_sign.c treat messages.
 *
 * Nothing is read from a side while something waits to be sent to the other one, and only so much
 * in one turn of the loop, which is sent at its end. So what a connection holds in memory is
 * bounded: a message that is being read on either side, the questions, the responses that wait for
 * keys, and what becomes of these and of one turn. */
#ifndef WORKER_CONNECTION_H
#define WORKER_CONNECTION_H

#include "base/share.h"
#include "flow/watched.h"
#include "wire/framing.h"
#include "worker/arrival.h"
#include "worker/outbox.h"
#include "worker/question.h"

/* Responses of one connection that wait for keys; until then no more are read. */
#define CONNECTION_PARKED 16

struct worker;
struct connection;

struct side {
	enum watched watched; /* comes first */
	int fd;
	uint32_t events; /* of which epoll tells us */
	bool is_connected;
	bool is_datagram; /* of the signer: UDP to a server that takes no TCP */
	bool has_ended;   /* it will send nothing more */
	bool was_ended;   /* and we told it that we will not */
	struct connection *connection;
	struct framing in;
	struct outbox out;
};

struct connection {
	struct side client, server;
	struct sockaddr_storage client_address, server_address;
	bool is_broken;                /* to be reset, on both sides */
	uint64_t active_ms;            /* when the last whole message moved */
	struct question *first, *last; /* in the order in which they came */
	unsigned question_count, parked_count;
	struct sharer sharer;             /* that its client is */
	struct connection *idler, *later; /* of its client's network; see relay_room.c */
};

/* To be called when a side is ready: reads messages and treats them, sends what waits. */
void connection_ready(struct worker *w, struct side *side);

/* To be called when something was done with the connection: sends what waits, passes on that a side
 * has ended, has epoll watch what is wanted next. Closes the connection when it is over or broken.
 */
void connection_update(struct worker *w, struct connection *c);

/* To be called when its server cannot be reached: the connection is broken, unless it can be had
 * otherwise. */
void connection_unreachable(struct worker *w, struct connection *c);

/* Queues a message for a side. A connection without memory is broken. */
void connection_send(struct worker *w, struct side *to, struct span message);

/* Notes that a message moved. */
void connection_touch(struct worker *w, struct connection *c);

/* Ends both sides, with a reset when it is broken, and forgets the connection. */
void connection_close(struct worker *w, struct connection *c);

#endif
