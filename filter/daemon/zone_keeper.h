/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the keys of the signed zones while the daemon runs: reads them again on request, and warns
 * in time when the KSK of a zone must sign ahead again. */
#ifndef DAEMON_ZONE_KEEPER_H
#define DAEMON_ZONE_KEEPER_H

#include "base/complaint.h"
#include "config/config.h"
#include "daemon/zone_expiry.h"
#include "worker/worker.h"

struct zone_keeper;

/* Reads all zones. Borrows the configuration. A broken zone does not stop the others: the log tells
 * it. Returns NULL, with a complaint that names the file and, if there is one, the line, if all are
 * broken, or if there can be no policy (zone_policy.h). */
struct zone_keeper *zone_keeper_new(const struct config *c, struct complaint *why);

/* Returns the policy in force. The keeper owns it. */
const struct sign_policy *zone_keeper_policy(const struct zone_keeper *k);

/* Return what is wrong with a zone of the policy, by its index, or NULL; why it is unsigned, or
 * NULL; and what is wrong with the n-th file that is no zone, or NULL after the last. */
const char *zone_keeper_fault(const struct zone_keeper *k, unsigned zone);
const char *zone_keeper_unsigned(const struct zone_keeper *k, unsigned zone);
const char *zone_keeper_stray(const struct zone_keeper *k, unsigned n);

/* Returns how many zones and files the last reload found broken that were not so before, and sets
 * `*first` to what is wrong with the first. */
unsigned zone_keeper_news(const struct zone_keeper *k, const char **first);

/* Returns how many are broken, or wait for the check of their pre-made signatures, and other
 * numbers. */
struct zone_counts zone_keeper_counts(const struct zone_keeper *k);

/* Lists the directories of the keys (zone_policy.h). */
const char **zone_keeper_key_directories(const struct zone_keeper *k, unsigned *count);

/* Tells the keeper which workers use its policy, and get later ones. Borrows them until
 * zone_keeper_free(). */
void zone_keeper_serve(struct zone_keeper *k, struct worker *const workers[], unsigned count);

/* Reads the zones of `c` that changed, and gives the policy to the workers. Borrows `c` in place of
 * the configuration before. Returns 0, also if zones are broken: these keep what they had, and the
 * log tells them. Returns -1 with a complaint if there can be no policy; then everything stays. */
int zone_keeper_reload(struct zone_keeper *k, const struct config *c, struct complaint *why);

/* Does the same for one zone, and leaves all others as they are. `c` is the configuration in force.
 * Returns -1 also if there is no such zone. */
int zone_keeper_reload_zone(struct zone_keeper *k, const struct config *c, const struct name *apex,
        struct complaint *why);

/* Does what is due; call it regularly, at least after zone_keeper_wait_ms(). It reads timelines
 * that the keeper has written anew (timeline_watch.h), and goes on to check pre-made signatures,
 * for a short time. Once a day it warns of those that last for less than half of the time that they
 * were made for, unless `now_s` is negative, which means that the clock is not set, and of broken
 * zones. `now_ms` is of the monotonic clock. */
void zone_keeper_look(struct zone_keeper *k, int64_t now_s, uint64_t now_ms);

/* Returns for how long nothing is due, in milliseconds; INT_MAX for a long time. */
int zone_keeper_wait_ms(const struct zone_keeper *k);

/* Returns the zone whose pre-made signatures expire first; NULL if none has any. */
const struct sign_zone *zone_keeper_first_to_end(const struct zone_keeper *k, int64_t now_s);

/* Returns which alarm rings for a zone of the policy, by its index (zone_expiry.h). */
enum zone_alarm zone_keeper_alarm(const struct zone_keeper *k, unsigned zone, int64_t now_s);

/* Frees the keeper. Free the workers first. NULL is fine. */
void zone_keeper_free(struct zone_keeper *k);

#endif
