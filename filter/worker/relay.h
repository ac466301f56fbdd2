/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP. The rules bring the connections of clients here. The relay connects to the server
 * that the client meant, and its trade treats each message. Every worker has a relay of its own on
 * the same port, and the kernel spreads the connections over them: so workers share nothing here
 * either. */
#ifndef WORKER_RELAY_H
#define WORKER_RELAY_H

#include "base/log.h"
#include "base/share.h"
#include "base/table.h"
#include "flow/stats.h"
#include "flow/watched.h"
#include "worker/intercept.h"
#include "worker/turn.h"

struct connection;
struct question;
struct relay;
struct side;

enum { RELAY_IPV4, RELAY_IPV6, RELAY_FAMILIES };

#define RELAY_BUFFER_SIZE 65536

/* New connections a second, of clients that have their share, for which older ones of theirs are
 * closed. Further ones are refused. Replacing costs two connects and two closes, and the server a
 * connection; refusing costs next to nothing. So a greedy client cannot fill the kernel's queue of
 * connections. */
#define RELAY_REPLACED_A_SECOND 1500

struct relay_config {
	bool is_on;
	enum divert divert;
	bool refuses_transfers; /* of zones: AXFR and IXFR */
	uint16_t port;          /* of ours, to which the rules bring connections */
	uint32_t connections;   /* at a time; a further one evicts another */
	uint32_t idle_ms;       /* after the last whole message the connection is closed */
};

struct tcp_listener {
	enum watched watched; /* comes first */
	int fd;               /* -1: this machine does not have the family */
};

/* The connections of one network, the idlest first. */
struct holders {
	struct connection *first, *last;
};

/* What is done with the messages on a connection: to validate, or to sign. `trader` is the one of
 * the relay. None of them sends, reads or closes: a trade queues messages (connection_send()), or
 * marks a connection as broken. */
struct relay_trade {
	/* Treats one message of the client, or of the server. */
	void (*query)(void *trader, struct connection *c, struct span octets);
	void (*response)(void *trader, struct connection *c, struct span octets);

	/* Answers a message of the client if that needs no server; returns false, and does nothing,
	 * if it does. Only a trade that has this reads messages before the server has taken the
	 * connection: the first one that needs the server waits for it, and the others stay in the
	 * kernel. May be NULL. */
	bool (*at_once)(void *trader, struct connection *c, struct span octets);

	/* Everything goes on as it came, octet for octet, and the trade only looks at messages. */
	bool only_looks;

	/* The trade may have a question of its own before it answers a client's. So the server does
	 * not learn that the client has ended before all questions are answered. */
	bool asks_again;

	/* Queues again the queries whose responses are open, for a server that has ended the
	 * connection. Returns false if there is none. NULL: the client learns that the server has
	 * ended. With `datagram`, never NULL. */
	bool (*ask_anew)(void *trader, struct connection *c);

	/* Treats one datagram of the server, which may be changed, if the server takes no TCP and
	 * is asked over UDP. NULL: such a server cannot be reached. */
	void (*datagram)(void *trader, struct connection *c, uint8_t *octets, size_t len);

	/* Answers for a silent server the question of `r` that has been due for longest. Returns
	 * the question's connection, to be updated; NULL if none is due. NULL: none ever is. */
	struct connection *(*answer_due)(void *trader, const struct relay *r);
};

struct relay {
	/* Borrowed; set before relay_open(): */
	const struct relay_config *config;
	const struct turn *turn;
	struct stats *stats;
	const struct relay_trade *trade;
	void *trader;
	int epoll_fd;

	struct tcp_listener listeners[RELAY_FAMILIES];
	struct table connections; /* the oldest is the one whose last message is longest ago */
	struct share share;       /* of the connections */
	struct holders *holders;  /* by the tally of their network: SHARE_TALLIES */
	uint64_t second_ms;       /* when the present second began, */
	unsigned replaced;        /* and connections that their own client's replaced in it */
	struct log_limit log_share;
	/* While descriptors are short and no connection can give way, no connection is accepted:
	 * the listeners would be ready again and again. 0: they are listened to. */
	uint64_t rests_until_ms;
	uint64_t said_short_ms;           /* when lack of descriptors was logged last, or 0 */
	uint8_t *buffer;                  /* for what is read at once: RELAY_BUFFER_SIZE octets */
	unsigned treated;                 /* messages in this turn of the loop */
	uint64_t serial;                  /* of connections */
	struct question *oldest, *newest; /* that wait for a server; see question_await() */
};

/* Listens, if the configuration says so. Takes the listeners of another process, `before`, with the
 * connections that wait there, if they are as this one would make them; -1: there is none. Returns
 * 0 or -errno; relay_close() in both cases. */
int relay_open(struct relay *r, int before[static RELAY_FAMILIES]);

/* Closes all connections. New ones wait. */
void relay_end(struct relay *r);

/* Closes all connections and stops listening. */
void relay_close(struct relay *r);

/* To be called when connections wait. Clients can send any number of them, and the kernel keeps
 * them in one queue; those that are refused are over at once, so that the queue empties. */
void relay_accept(struct relay *r, const struct tcp_listener *listener);

/* Makes room for a connection of `client`, or for one of an unknown client, by closing another (see
 * relay_room.h). Returns false if there is none. */
bool relay_make_room(struct relay *r, const struct sockaddr_storage *client);
bool relay_make_room_for_any(struct relay *r);

/* Closes connections that are idle for too long, answers for servers that are silent, and listens
 * again after a rest. */
void relay_expire(struct relay *r);

/* When relay_expire() has something to do; UINT64_MAX if there is no connection. */
uint64_t relay_deadline_ms(const struct relay *r);

#endif
