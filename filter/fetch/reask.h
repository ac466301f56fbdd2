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
	int epoll_fd;
	struct stats *stats;
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	uint8_t *buffer;
	struct parked_list *over; /* where those go whose waiting is over */
	struct reask slots[REASKS_MAX];
};

/* Sockets are watched by `epoll_fd`, with data.ptr the struct reask; the resolvers, and a buffer of
 * EXCHANGE_ANSWER_MAX octets, are borrowed. Counts in `stats` what begins with whole, plain and
 * signed. */
void reasks_init(struct reasks *all, int epoll_fd, const struct sockaddr_storage *resolvers,
        unsigned resolver_count, uint8_t *buffer, struct stats *stats, struct parked_list *over);

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
