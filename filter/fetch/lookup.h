/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends one query and waits for the response. For commands, and for threads that have nothing else
 * to do. The packet path uses fetch/fetch.h, which never waits. */
#ifndef FETCH_LOOKUP_H
#define FETCH_LOOKUP_H

#include "fetch/exchange.h"

#define LOOKUP_TRIES  3
#define LOOKUP_UDP_MS 800 /* for the first try; each further try has half of that more */
#define LOOKUP_TCP_MS 3000

/* Returns true if the response is useful. If not, the server is asked again, unless this was the
 * last try. */
typedef bool lookup_taker(void *context, struct span answer, bool last_try);

/* Asks `server` over UDP, and over TCP if the response is truncated, at most LOOKUP_TRIES times. If
 * it gives no TCP, it is asked once more over UDP (exchange_begin_large()). Earlier tries stay open
 * until the end, so a late response counts. `buffer` has EXCHANGE_ANSWER_MAX octets. Returns true
 * if take() returned true. */
bool lookup(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context);

/* Does this too, but gives up and returns false as soon as `stop_fd` is readable. Does not read
 * from `stop_fd`. */
bool lookup_unless(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context, int stop_fd);

/* Asks `asked->question` without EDNS and with RD only, as the simplest client does; over TCP if
 * the response is truncated. Else like lookup_unless(). An error without a question counts as a
 * response. */
bool lookup_plain(const struct sockaddr_storage *server, const struct client_query *asked,
        uint8_t *buffer, lookup_taker *take, void *context, int stop_fd);

#endif
