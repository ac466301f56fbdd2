/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the keys of the zones that are signed while the daemon runs: reads them again when it is
 * told to, and says in time where the KSK must sign ahead again. */
#ifndef DAEMON_ZONE_KEEPER_H
#define DAEMON_ZONE_KEEPER_H

#include "base/complaint.h"
#include "config/config.h"
#include "worker/worker.h"

/* So long before the KSK's signatures end the log warns, once a day. In seconds. */
#define ZONE_KEEPER_WARN_S (30 * 86400)

struct zone_keeper;

/* Reads the keys of all zones. The configuration is borrowed. Returns NULL, with a sentence in
 * `why` that names the file and, where there is one, the line, when they are not as they should be.
 */
struct zone_keeper *zone_keeper_new(const struct config *c, struct complaint *why);

/* What is in force; the keeper owns it. */
const struct sign_policy *zone_keeper_policy(const struct zone_keeper *k);

/* These workers were made with it and are told of later ones; borrowed until zone_keeper_free(). */
void zone_keeper_serve(struct zone_keeper *k, struct worker *const workers[], unsigned count);

/* Reads all keys again, and has the workers go on with them. Returns 0; or -1 with a sentence in
 * `why`, and then all goes on as before. */
int zone_keeper_reload(struct zone_keeper *k, struct complaint *why);

/* Does what is due, for who calls it now and then. Once a day it logs what was signed ahead and
 * ends soon; not where `now_s` is negative, which is for a clock that is not set. */
void zone_keeper_look(struct zone_keeper *k, int64_t now_s, uint64_t now_ms);

/* For how many seconds from `now_s` on all that was signed ahead of a zone lasts, -1 where
 * something of it has ended or not begun. */
int64_t zone_keeper_zone_lasts_s(const struct sign_zone *zone, int64_t now_s);

/* The zone that it ends first of. There is one. */
const struct sign_zone *zone_keeper_first_to_end(const struct zone_keeper *k, int64_t now_s);

/* When the workers are gone. NULL is fine. */
void zone_keeper_free(struct zone_keeper *k);

#endif
