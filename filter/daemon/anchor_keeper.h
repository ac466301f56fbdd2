/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the trust anchors up to date while the daemon runs (RFC 5011): a thread that asks for the
 * DNSKEY RRset of each zone with an anchor when it is time to, remembers in a file what it saw, and
 * has the workers trust other keys when they change. */
#ifndef DAEMON_ANCHOR_KEEPER_H
#define DAEMON_ANCHOR_KEEPER_H

#include "config/config.h"
#include "worker/worker.h"

struct anchor_keeper;

/* Reads what was remembered and brings it up to `configured`. A file that is damaged, or that
 * cannot be written, is logged and no reason to fail. Both arguments are borrowed. Returns NULL
 * when memory is short. */
struct anchor_keeper *anchor_keeper_new(const struct config *c, const struct anchors *configured);

/* The anchors in force, which the keeper owns. */
const struct anchors *anchor_keeper_anchors(const struct anchor_keeper *k);

/* For struct worker_config: what a worker calls when a server has shown the keys of a zone. Where
 * no resolver is configured, that server is asked. */
void anchor_keeper_answered(
        void *keeper, const struct name *zone, const struct sockaddr_storage *server);

/* Starts the thread. The workers are borrowed until anchor_keeper_stop(). Returns 0 or -errno. */
int anchor_keeper_start(struct anchor_keeper *k, struct worker *const workers[], unsigned count);

/* Ends the thread, without waiting for an answer that is on its way. */
void anchor_keeper_stop(struct anchor_keeper *k);

/* When the workers are gone: they use its anchors. */
void anchor_keeper_free(struct anchor_keeper *k);

#endif
