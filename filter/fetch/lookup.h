/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a server one question and waits for the answer: for the commands, and for threads that have
 * nothing else to do meanwhile. The packet path never waits (fetch.h). */
#ifndef FETCH_LOOKUP_H
#define FETCH_LOOKUP_H

#include "fetch/exchange.h"

#define LOOKUP_TRIES  3
#define LOOKUP_UDP_MS 800
#define LOOKUP_TCP_MS 3000

/* Says whether the answer is of use; if not, the server is asked again. */
typedef bool lookup_taker(void *context, struct span answer, bool last_try);

/* Asks `server` over UDP, and over TCP where the answer is cut. `buffer` has EXCHANGE_ANSWER_MAX
 * octets. Returns true when an answer was taken. */
bool lookup(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context);

/* The same, given up with false as soon as `stop_fd` can be read; what is there stays unread. */
bool lookup_unless(const struct sockaddr_storage *server, const struct want *want, uint8_t *buffer,
        lookup_taker *take, void *context, int stop_fd);

#endif
