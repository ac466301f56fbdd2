/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next step of a fetch: another try, a query of its walk, listening, or its end. Private to
 * fetch/. */
#ifndef FETCH_FETCH_STEPS_H
#define FETCH_FETCH_STEPS_H

#include "fetch/fetch_try.h"

/* Asks again, or listens to what was asked until the time is over. May end the fetch. */
void fetch_try_again(struct fetcher *f, struct fetch *fetch, uint64_t now_ms);

/* Closes a try. If it was the newest one, or the last one that was open, asks again. */
void fetch_end_try(struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms);

/* Makes no further try: takes a useless response as the last one, or gives up. A fetch ahead ends
 * without a word. */
void fetch_conclude(struct fetcher *f, struct fetch *fetch);

/* Ends the fetch as one that failed. */
void fetch_give_up(struct fetcher *f, struct fetch *fetch);

/* Ends the fetch. */
void fetch_finish(struct fetcher *f, struct fetch *fetch);

#endif
