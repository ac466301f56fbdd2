/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS over TCP: the rules bring the connections of clients here, each is carried on to the server
 * that was meant, and each message on it is treated like a datagram. Every worker has a relay of
 * its own on the same port, and the kernel spreads the connections over them: so workers share
 * nothing here either. */
#ifndef PATH_RELAY_H
#define PATH_RELAY_H

#include "base/table.h"
#include "path/divert.h"
#include "path/watched.h"

struct worker;
struct side;
struct question;

#define RELAY_BUFFER_SIZE 65536

struct relay_config {
	bool is_on;
	enum divert divert;
	bool refuses_transfers; /* of zones: AXFR and IXFR */
	uint16_t port;          /* of ours, to which the rules bring connections */
	uint32_t connections;   /* at a time; a further one takes the place of the idlest */
	uint32_t idle_ms;       /* without a whole message, from or to anybody: then it is closed */
};

struct listener {
	enum watched watched; /* comes first */
	int fd;               /* -1: this machine does not have the family */
};

enum { RELAY_IPV4, RELAY_IPV6, RELAY_FAMILIES };

struct relay {
	struct listener listeners[RELAY_FAMILIES];
	struct table connections;         /* oldest first is the order of the last message */
	uint8_t *buffer;                  /* for what is read at once, RELAY_BUFFER_SIZE octets */
	unsigned treated;                 /* messages in this turn of the loop */
	uint64_t serial;                  /* of connections */
	struct question *oldest, *newest; /* that a server is to answer; see relay_silence.c */
};

/* Listens, when it is on. Returns 0 or -errno; relay_close() in both cases. */
int relay_open(struct worker *w);

/* Closes all connections and stops to listen. */
void relay_close(struct worker *w);

/* To be called when connections wait. */
void relay_accept(struct worker *w, const struct listener *listener);

/* Closes what is idle for too long, and answers for servers that are silent. */
void relay_expire(struct worker *w);

/* When relay_expire() has something to do; UINT64_MAX when there is no connection. */
uint64_t relay_deadline_ms(const struct worker *w);

#endif
