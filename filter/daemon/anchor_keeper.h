/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the trust anchors up to date while the daemon runs (RFC 5011). A thread asks for the
 * DNSKEYs of each zone that has an anchor, at the times that RFC 5011 sets. It saves the states of
 * the keys in a file, and gives the workers new anchors when the trusted keys change. */
#ifndef DAEMON_ANCHOR_KEEPER_H
#define DAEMON_ANCHOR_KEEPER_H

#include "config/config.h"
#include "worker/worker.h"

struct anchor_keeper;

/* Reads the saved states and merges `configured` into them. A damaged or read-only file is logged
 * and ignored. Borrows `c` until anchor_keeper_free(), also after anchor_keeper_use(), and
 * `configured` for the call. Returns NULL if memory or descriptors are short. */
struct anchor_keeper *anchor_keeper_new(const struct config *c, const struct anchors *configured);

/* Returns the anchors in force. The keeper owns them. */
const struct anchors *anchor_keeper_anchors(const struct anchor_keeper *k);

/* A worker calls this when the answers of a server proved the keys of a zone (struct
 * worker_config). If no resolver is configured, the keeper asks that server. */
void anchor_keeper_answered(
        void *keeper, const struct name *zone, const struct sockaddr_storage *server);

/* Starts the thread. Borrows the workers until anchor_keeper_stop(). Returns 0 or -errno. */
int anchor_keeper_start(struct anchor_keeper *k, struct worker *const workers[], unsigned count);

/* From now on asks the resolvers of `c`, which it borrows in place of the configuration before. */
void anchor_keeper_use(struct anchor_keeper *k, const struct config *c);

/* Ends the thread at once, without waiting for a response. NULL is fine. */
void anchor_keeper_stop(struct anchor_keeper *k);

/* Frees the keeper. Free the workers first: they use its anchors. NULL is fine. */
void anchor_keeper_free(struct anchor_keeper *k);

#endif
