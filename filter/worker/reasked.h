/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came when the question of a parked response was asked again (fetch/reask.h), and what did
 * not. Private to worker/. */
#ifndef WORKER_REASKED_H
#define WORKER_REASKED_H

#include "worker/arrival.h"

/* True if the response waited for a better message than it is itself; if none came, it is
 * judged. */
bool reasked_has_message(const struct parked *parked);

/* Takes up what came, so that `a->message` is what is to be judged. `a` is parked. */
void reasked_take(struct arrivals *all, struct arrival *a);

/* True if the server answered a query that had the client's own options by an error, and nothing
 * came of the same query without them. Such an error may be forged, to have the client ask without
 * EDNS: it must not pass. */
bool reasked_is_bare_unanswered(const struct arrival *a);

#endif
