/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the responses to a fetch. Private to fetch/. */
#ifndef FETCH_FETCH_TAKE_H
#define FETCH_FETCH_TAKE_H

#include "fetch/fetch_try.h"

/* Reads what came to a try, which is open. May end the fetch. */
void fetch_try_ready(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms);

/* Goes on without TCP after truncation: the connection was refused or ended, or nothing came over
 * it in time. */
void fetch_without_tcp(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms);

#endif
