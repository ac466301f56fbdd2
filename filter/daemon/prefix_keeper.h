/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the prefixes of the network's NAT64s while the daemon runs, if dns64_discovery says so: a
 * thread asks the resolvers for ipv4only.arpa (RFC 7050) and listens to Router Advertisements (RFC
 * 8781), and gives the workers a new policy when the prefixes that count change.
 * trust/found_prefixes.h says which count. */
#ifndef DAEMON_PREFIX_KEEPER_H
#define DAEMON_PREFIX_KEEPER_H

#include "config/config.h"
#include "trust/found_prefixes.h"
#include "worker/worker.h"

struct prefix_keeper;

/* How long an answer of a resolver holds, in seconds. Its TTL counts within these bounds: a
 * resolver counts the TTL down, so it may say 0. */
#define PREFIX_HOLD_MIN_S  60
#define PREFIX_HOLD_MAX_S  3600
#define PREFIX_EARLY_S     10  /* the resolver is asked again so long before (RFC 7050, 3) */
#define PREFIX_NONE_S      600 /* ... or after this time, if it told no prefix */
#define PREFIX_RETRY_MIN_S 2   /* after a failure; twice as long after each further one */
#define PREFIX_RETRY_MAX_S 120

/* Returns after how many seconds a resolver is asked again that told `count` prefixes with this
 * TTL, and in `hold_s` for how long they hold. */
uint32_t prefix_ask_after_s(unsigned count, uint32_t ttl_s, uint32_t *hold_s);

/* Returns after how many seconds a resolver is asked again that failed so many times in a row. */
uint32_t prefix_retry_after_s(unsigned failures);

/* Borrows both until prefix_keeper_free(). `policy` is in force until the first prefix is found.
 * Returns NULL if memory or descriptors are short. */
struct prefix_keeper *prefix_keeper_new(const struct config *c, const struct policy *policy);

/* Starts the thread. Borrows the workers until prefix_keeper_stop(). Returns 0 or -errno. */
int prefix_keeper_start(struct prefix_keeper *k, struct worker *const workers[], unsigned count);

/* From now on asks the resolvers of `c`, and adds what was found to `policy`; borrows both in place
 * of those before. The workers get the new policy at once. Returns 0; or -ENOMEM, and nothing
 * changes. */
int prefix_keeper_use(struct prefix_keeper *k, const struct config *c, const struct policy *policy);

/* Copies what was found, from any thread. */
void prefix_keeper_found(struct prefix_keeper *k, struct found_prefixes *found);

/* Ends the thread at once, without waiting for a response. NULL is fine. */
void prefix_keeper_stop(struct prefix_keeper *k);

/* Frees the keeper. Free the workers first: they use its policy. NULL is fine. */
void prefix_keeper_free(struct prefix_keeper *k);

#endif
