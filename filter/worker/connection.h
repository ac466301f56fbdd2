/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One DNS connection of a client: a side towards the client, a side towards the server that the
 * client meant, and the questions in flight between them. relay.c accepts connections and closes
 * idle and surplus ones, connection.c moves octets and closes what is over or broken,
 * tcp_validate.c and tcp_sign.c treat messages. Private to worker/.
 *
 * A side is not read while octets wait for the other one, and only so many messages are read in one
 * turn of the loop, at whose end they are sent. So the memory of a connection is bounded: a message
 * that is being read on either side, one that waits for the server to be connected, the questions,
 * the responses that wait for keys, and what is made of these and in one turn. */
#ifndef WORKER_CONNECTION_H
#define WORKER_CONNECTION_H

#include "base/share.h"
#include "flow/watched.h"
#include "wire/framing.h"
#include "worker/intercept.h"
#include "worker/outbox.h"
#include "worker/question.h"

/* Responses of one connection that may wait for keys. No more responses are read then. */
#define CONNECTION_PARKED 16

struct connection;
struct relay;

struct side {
	enum watched watched; /* comes first */
	int fd;
	uint32_t events; /* for which epoll watches the side */
	bool is_connected;
	bool is_datagram; /* UDP to a server that takes no TCP */
	bool has_ended;   /* the peer sends nothing more */
	bool was_ended;   /* the peer was told that we send nothing more */
	struct connection *connection;
	struct framing in;
	struct outbox out;
};

struct connection {
	struct relay *relay;
	struct side client, server;
	struct sockaddr_storage client_address, server_address;
	enum divert divert; /* how the client came here */
	bool was_heard;     /* the server has responded since it was connected */
	bool is_broken;     /* both sides are to be reset */
	bool is_counted;    /* why it is broken was counted */
	uint64_t active_ms; /* when the last whole message moved */
	bool is_lost;       /* the server cannot be reached, and no question needed it yet */
	uint8_t *held; /* a message of the client for a server that is not connected yet, or NULL */
	size_t held_len;
	struct question *first, *last; /* in the order in which they were asked */
	unsigned question_count, parked_count;
	struct sharer sharer;             /* its client */
	struct connection *idler, *later; /* of the client's network; see relay_room.c */
};

/* To be called when a side is ready: reads messages and treats them, sends what waits. */
void connection_ready(struct side *side);

/* To be called after messages were queued or questions forgotten: sends what waits, passes on that
 * a side has ended, has epoll watch both sides. Closes the connection if it is over or broken. */
void connection_update(struct connection *c);

/* To be called if the server cannot be reached: the connection goes on over UDP if its trade can
 * do that; otherwise it is broken once a question needs the server. */
void connection_unreachable(struct connection *c);

/* Queues a message for a side. If memory is short, the connection is broken. */
void connection_send(struct side *to, struct span message);

/* Notes that a message moved. */
void connection_touch(struct connection *c);

/* Closes both sides, with a reset if the connection is broken, and forgets the connection. */
void connection_close(struct connection *c);

#endif
