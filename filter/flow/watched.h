/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker's epoll gives back as data.ptr: a struct that begins with one of these, which says
 * what it is. */
#ifndef FLOW_WATCHED_H
#define FLOW_WATCHED_H

enum watched {
	WATCHED_QUEUE,
	WATCHED_WAKE,
	WATCHED_FETCH,    /* struct fetch */
	WATCHED_REASK,    /* struct reask */
	WATCHED_PROBE,    /* struct probe_side */
	WATCHED_LISTENER, /* struct listener */
	WATCHED_SIDE,     /* struct side */
};

#endif
