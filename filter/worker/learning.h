/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker learns from the answers that it fetched, and whose they are. */
#ifndef WORKER_LEARNING_H
#define WORKER_LEARNING_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/span.h"

struct fetch;
struct parked_list;
struct worker;

/* Says whose answers are judged or learned next: what one server cannot prove is its own failing,
 * but where resolvers are configured all keys come from them. */
void learning_set_source(struct worker *w, const struct sockaddr_storage *server);

/* What the fetcher calls: see struct fetch_owner. */
bool learning_take(void *worker, struct fetch *fetch, struct span answer, bool last_try);
void learning_fail(void *worker, const struct fetch *fetch);
void learning_over(void *worker, struct parked_list *waiting);

#endif
