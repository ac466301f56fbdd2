/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of things that the epoll of a worker watches. data.ptr of each event points to a struct
 * that begins with its kind. */
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
