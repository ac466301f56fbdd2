/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures make answers longer, so one may be cut that the client would have got whole. Then we
 * ask the server for all of it over TCP, while the packet waits. */
#ifndef PATH_WHOLE_H
#define PATH_WHOLE_H

#include "path/exchange.h"
#include "path/park.h"
#include "path/stats.h"
#include "path/watched.h"

#define WHOLES_MAX    64   /* asked for at once */
#define WHOLE_WAIT_MS 1500 /* for the whole exchange */

struct whole {
	enum watched watched; /* comes first */
	bool is_asked;
	uint64_t deadline_ms;
	struct exchange exchange;
	struct parked_list waiting; /* the one response; none when it was answered meanwhile */
};

struct wholes {
	int epoll_fd;
	struct stats *stats;
	struct parked_list *over; /* where those go whose waiting is over */
	struct whole slots[WHOLES_MAX];
};

/* Sockets are watched by `epoll_fd`, with data.ptr the struct whole. Counts in `stats` what begins
 * with whole. */
void wholes_init(struct wholes *all, int epoll_fd, struct stats *stats, struct parked_list *over);

/* Ends every exchange; nobody is told. */
void wholes_fini(struct wholes *all);

/* Asks the server of `parked` what the client asked it. Once that is over `parked` goes to `over`,
 * with the answer in `whole` if one was had. Returns false when too many are asked for, or it
 * cannot be asked; `parked` waits for nothing then. */
bool wholes_want(struct wholes *all, struct parked *parked, uint64_t now_ms);

/* To be called when the socket is ready. */
void wholes_ready(struct wholes *all, struct whole *whole);

/* Gives up what was not answered in time. */
void wholes_expire(struct wholes *all, uint64_t now_ms);

/* When wholes_expire() has something to do; UINT64_MAX when nothing is asked for. */
uint64_t wholes_deadline_ms(const struct wholes *all);

#endif
