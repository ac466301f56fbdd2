/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a zone has from timelines of before: what caches may have of them, and keys and records that
 * go on until caches are ready for the timeline of now (zone_crossing.h). Private to
 * zone_signing.c. */
#ifndef DAEMON_ZONE_BRIDGE_H
#define DAEMON_ZONE_BRIDGE_H

#include "daemon/zone_caches.h"
#include "daemon/zone_entry.h"

#define ZONE_BRIDGE_ENTRIES                                                                        \
	(2 + SIGN_KEYS_MAX) /* one has the records, one the DS, and each key may be of another */

/* All zero: the zone has nothing of before, and what its timeline says of the past was so. That
 * holds for a zone that is signed for the first time, and once caches have forgotten all of
 * before. */
struct zone_bridge {
	/* Former entries from which its periods borrow keys and records; each has a user here. */
	struct zone_entry *entries[ZONE_BRIDGE_ENTRIES];
	struct zone_caches *caches; /* on the heap; NULL: caches have nothing but what is served */
	int64_t since_s; /* what is served since then is in the periods, and not in `caches` */
	int64_t refused_until_s; /* validators may reject something until then; 0: they cannot */
};

/* What was in force so far. */
struct former_periods {
	const struct sign_periods *periods; /* at least one */
	const struct zone_bridge *bridge;
	struct zone_entry *entry; /* whose periods they are */
	uint32_t max_ttl_s;
};

struct bridge_time {
	int64_t now_s;
	int64_t spread_s; /* until each server of the zone shows what this one shows */
	uint32_t max_ttl_s;
};

/* Puts between what was in force and `fresh`, which are those of `entry` and on the heap, what is
 * needed, and replaces `fresh` by the result. Returns false if memory is short; then `fresh` is as
 * it was. */
bool zone_bridge_make(struct zone_bridge *bridge, struct sign_periods *fresh,
        const struct zone_entry *entry, const struct former_periods *former,
        const struct bridge_time *t);

/* True if caches may have something of before at a time. A restart must know of it until then. */
bool zone_bridge_remembers(const struct zone_bridge *bridge, int64_t now_s);

void zone_bridge_fini(struct zone_bridge *bridge);

#endif
