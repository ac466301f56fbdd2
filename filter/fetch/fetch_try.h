/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queries of one fetch, each with a socket of its own. Private to fetch/. */
#ifndef FETCH_FETCH_TRY_H
#define FETCH_FETCH_TRY_H

#include "fetch/fetch.h"

/* What to ask whom. */
struct fetch_query {
	const struct want *question;
	struct sockaddr_storage server;
	uint32_t place; /* as in struct fetch_try */
	enum fetch_carrier carrier;
};

/* Sends a query, as the newest try. If all tries are open, the oldest one is closed. Returns false
 * if it cannot be sent; `fetch->error` says why. */
bool fetch_try_send(
        struct fetcher *f, struct fetch *fetch, const struct fetch_query *query, uint64_t now_ms);

/* Closes a try; fine if it is not open. */
void fetch_try_close(struct fetch_try *try);

/* Closes the queries of a walk that is at another place now; `place` 0: all queries of walks. */
void fetch_try_close_walked(struct fetch *fetch, uint32_t place);

/* Closes all. */
void fetch_try_close_all(struct fetch *fetch);

static inline bool fetch_try_is_open(const struct fetch_try *try)
{
	return try->exchange.fd >= 0;
}

static inline struct fetch_try *fetch_try_newest(struct fetch *fetch)
{
	return &fetch->open[fetch->last];
}

/* True if the query belongs to another place of the walk than the present one. */
static inline bool fetch_try_has_strayed(const struct fetch *fetch, const struct fetch_try *try)
{
	return try->place != 0 && (!fetch->walk || fetch->walk->place != try->place);
}

/* True if any is open. */
bool fetch_try_any(const struct fetch *fetch);

#endif
