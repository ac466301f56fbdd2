/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's question asked again by us, while the response to it waits:
 *
 *   whole    the server's answer was cut, because signatures make answers longer: the server is
 *            asked over TCP
 *   plainly  the server rejects EDNS, which the client did not send: the server is asked without
 *   signed   the server leaves out signatures: a resolver of the configuration is asked for them */
#ifndef FETCH_REASK_H
#define FETCH_REASK_H

#include "fetch/exchange.h"
#include "flow/park.h"
#include "flow/stats.h"
#include "flow/watched.h"

#define REASKS_MAX    64   /* asked at once */
#define REASK_WAIT_MS 1500 /* for one try, over UDP or TCP */
#define REASK_TRIES   2    /* over UDP */

struct reask {
	enum watched watched; /* comes first */
	bool is_asked;
	enum reask_how how;
	unsigned tries;
	uint64_t deadline_ms;
	struct exchange exchange;
	struct parked_list waiting; /* the one response; none when it was answered meanwhile */
};

struct reasks {
	/* Borrowed, and set before reasks_init(): */
	int epoll_fd; /* watches the sockets; data.ptr is the struct reask */
	struct stats *stats;
	const struct sockaddr_storage *resolvers; /* asked for signatures */
	unsigned resolver_count;
	uint8_t *buffer;          /* of EXCHANGE_ANSWER_MAX octets */
	struct parked_list *over; /* gets each parked response whose reask is over */

	struct reask slots[REASKS_MAX];
};

void reasks_init(struct reasks *all);

/* Ends every exchange; nobody is told. */
void reasks_fini(struct reasks *all);

/* Asks what the client of `parked` asked, once for each `how`. When that is over `parked` goes to
 * `over`, with the answer if one was had. Returns false when it was asked so before, too many are
 * asked, or nobody can be asked; `parked` waits for nothing then. */
bool reasks_want(struct reasks *all, struct parked *parked, enum reask_how how, uint64_t now_ms);

/* To be called when the socket is ready. */
void reasks_ready(struct reasks *all, struct reask *reask, uint64_t now_ms);

/* Goes on with what was not answered in time. */
void reasks_expire(struct reasks *all, uint64_t now_ms);

/* When reasks_expire() has something to do; UINT64_MAX when nothing is asked. */
uint64_t reasks_deadline_ms(const struct reasks *all);

#endif
