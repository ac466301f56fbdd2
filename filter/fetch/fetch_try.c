/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch_try.h"

#include <errno.h>

void fetch_try_close(struct fetch_try *try)
{
	if (fetch_try_is_open(try))
		exchange_end(&try->exchange);
	try->is_kept = false;
}

void fetch_try_close_walked(struct fetch *fetch, uint32_t place)
{
	for (unsigned i = 0; i < FETCH_OPEN; i++) {
		struct fetch_try *try = &fetch->open[i];
		if (try->place != 0 && try->place != place)
			fetch_try_close(try);
	}
}

void fetch_try_close_all(struct fetch *fetch)
{
	for (unsigned i = 0; i < FETCH_OPEN; i++)
		fetch_try_close(&fetch->open[i]);
}

bool fetch_try_any(const struct fetch *fetch)
{
	for (unsigned i = 0; i < FETCH_OPEN; i++) {
		if (fetch_try_is_open(&fetch->open[i]))
			return true;
	}
	return false;
}

/* Returns a try that is not open, after closing the oldest one if need be. */
static struct fetch_try *fetch_try_free(struct fetch *fetch)
{
	struct fetch_try *oldest = &fetch->open[0];

	for (unsigned i = 0; i < FETCH_OPEN; i++) {
		struct fetch_try *try = &fetch->open[i];
		if (!fetch_try_is_open(try))
			return try;
		if (try->sent_ms < oldest->sent_ms)
			oldest = try;
	}
	fetch_try_close(oldest);
	return oldest;
}

/* A server that may be a resolver gets RD and CD, a server on the way down from the root does
 * not. */
static int fetch_try_begin(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, enum fetch_carrier carrier)
{
	static int (*const begin[])(struct exchange *, int, void *, const struct sockaddr_storage *,
	        const struct want *, uint16_t) = {
		[CARRIER_UDP] = exchange_begin_udp,
		[CARRIER_TCP] = exchange_begin_tcp,
		[CARRIER_LARGE] = exchange_begin_large,
	};

	return begin[carrier](&try->exchange, f->epoll_fd, fetch, &try->asked, &try->question,
	        try->place ? 0 : EXCHANGE_FLAGS);
}

bool fetch_try_send(
        struct fetcher *f, struct fetch *fetch, const struct fetch_query *query, uint64_t now_ms)
{
	struct fetch_try *try = fetch_try_free(fetch);

	stats_count(query->carrier == CARRIER_TCP ? &f->stats->fetch_tcp : &f->stats->fetch_tries);
	*try = (struct fetch_try){ .carrier = query->carrier,
		.asked = query->server,
		.question = *query->question,
		.place = query->place,
		.sent_ms = now_ms };
	fetch->asked = query->server;
	int error = fetch_try_begin(f, fetch, try, query->carrier);
	fetch->error = error;
	fetch->last = (unsigned)(try - fetch->open);
	if (error == 0)
		return true;
	if (exchange_is_short(error))
		stats_count(&f->stats->sockets_short);
	exchange_end(&try->exchange);
	return false;
}
