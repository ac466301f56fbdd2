/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends many queries, each to a server of its own, and waits for all of them: over UDP with DO, and
 * over TCP if the response is truncated or none comes (RFC 7766). For a process that has nothing
 * else to do. */
#ifndef KEEPER_ASKS_H
#define KEEPER_ASKS_H

#include "fetch/exchange.h"

#define ASKS_AT_ONCE 32 /* queries in flight */
#define ASKS_UDP_MS  1000
#define ASKS_TCP_MS  3000

/* One query after the other to a server, until it answers. */
#define ASKS_UDP_TRIES 2
#define ASKS_TCP_TRIES 2

enum ask_end {
	ASK_BEGINS,   /* it was not sent yet */
	ASK_ANSWERED, /* `octets` are the response */
	ASK_SILENT,   /* no response came */
	ASK_REFUSED,  /* there is no server at the address, or something forbids it */
	ASK_NO_WAY,   /* this machine has no address or route of the family, such as IPv6 */
	ASK_NO_ROOM,  /* this machine has no sockets or memory for it */
};

/* Zero it, then fill in what the first line names. */
struct ask {
	struct sockaddr_storage server;
	struct want want;
	uint16_t flags; /* of the header */

	enum ask_end end;
	bool over_tcp; /* the response came over TCP */
	/* the whole response, matched to the query; on the heap, asks_free() frees it */
	uint8_t *octets;
	size_t len;

	/* Private to asks.c. */
	bool is_open;
	unsigned udp_tries, tcp_tries;
	uint64_t deadline_ms;
	struct exchange exchange;
};

/* Sends the queries that have ASK_BEGINS, and returns when each has ended: after at most the sum of
 * the waits above for each ASKS_AT_ONCE of them. Returns early as soon as `stop_fd` is readable
 * (-1: never), without reading from it: then those that are left are ASK_SILENT. Returns 0 or
 * -errno. */
int asks_run(struct ask *asks, unsigned count, int stop_fd);

/* Frees the responses. */
void asks_free(struct ask *asks, unsigned count);

#endif
