/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP: the rules bring the connections of clients here, each is carried on to the server
 * that was meant, and each message on it is treated like a datagram. Every worker has a relay of
 * its own on the same port, and the kernel spreads the connections over them: so workers share
 * nothing here either. */
#ifndef WORKER_RELAY_H
#define WORKER_RELAY_H

#include "base/log.h"
#include "base/share.h"
#include "base/table.h"
#include "flow/watched.h"
#include "worker/intercept.h"

struct worker;
struct side;
struct question;
struct connection;

#define RELAY_BUFFER_SIZE 65536

/* New connections of clients with their share for which older ones of theirs give way; further ones
 * are refused. The one costs two connects and two closes, and the server a connection; the other
 * next to nothing, so that no client's greed fills the kernel's queue of connections. */
#define RELAY_REPLACED_A_SECOND 1500

struct relay_config {
	bool is_on;
	enum divert divert;
	bool refuses_transfers; /* of zones: AXFR and IXFR */
	uint16_t port;          /* of ours, to which the rules bring connections */
	uint32_t connections;   /* at a time; for a further one another gives way */
	uint32_t idle_ms;       /* without a whole message, from or to anybody: then it is closed */
};

struct listener {
	enum watched watched; /* comes first */
	int fd;               /* -1: this machine does not have the family */
};

enum { RELAY_IPV4, RELAY_IPV6, RELAY_FAMILIES };

/* Of one network, the idlest first. */
struct holders {
	struct connection *first, *last;
};

/* What is done with the messages on a connection: to validate, or to sign. */
struct relay_trade {
	/* Treat one message of the client, or of the server. */
	void (*query)(struct worker *w, struct connection *c, struct span octets);
	void (*response)(struct worker *w, struct connection *c, struct span octets);

	/* Has the connection carried on by UDP if its server takes no TCP. Returns false if that
	 * cannot be. NULL: it never is. */
	bool (*go_on_by_udp)(struct worker *w, struct connection *c);

	/* Reads one datagram and treats it. Returns false when there is none. NULL where
	 * go_on_by_udp is. */
	bool (*read_datagram)(struct worker *w, struct connection *c);
};

extern const struct relay_trade relay_validates, relay_signs;

struct relay {
	const struct relay_trade *trade;
	struct listener listeners[RELAY_FAMILIES];
	struct table connections; /* oldest first is the order of the last message */
	struct share share;       /* of the connections */
	struct holders *holders;  /* by the tally of their network, SHARE_TALLIES of them */
	uint64_t second_ms;       /* when the present second began, and */
	unsigned replaced;        /* how many had to give way to their own client's in it */
	struct log_limit log_share;
	uint8_t *buffer;                  /* for what is read at once, RELAY_BUFFER_SIZE octets */
	unsigned treated;                 /* messages in this turn of the loop */
	uint64_t serial;                  /* of connections */
	struct question *oldest, *newest; /* that a server is to answer; see tcp_sign.c */
};

/* Listens, when it is on. Returns 0 or -errno; relay_close() in both cases. */
int relay_open(struct worker *w);

/* Closes all connections and stops to listen. */
void relay_close(struct worker *w);

/* To be called when connections wait. Any number may, of one client or of many, and the kernel
 * keeps them in one queue: those that are refused are over at once, so that it empties. */
void relay_accept(struct worker *w, const struct listener *listener);

/* Closes what is idle for too long, and answers for servers that are silent. */
void relay_expire(struct worker *w);

/* When relay_expire() has something to do; UINT64_MAX when there is no connection. */
uint64_t relay_deadline_ms(const struct worker *w);

#endif
