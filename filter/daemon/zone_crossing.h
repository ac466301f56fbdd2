/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a zone gets from what it serves to what its timeline says, so that no validator rejects what caches may have
 * (zone_caches.h). Two rules are all:
 *
 *   - A DNSKEY RRset is shown once it can check every answer that may be in a cache. Until then, the one of before is
 *     shown: the DNSKEY record of a ZSK stays for the longest TTL of the zone after its last signature here.
 *   - A ZSK signs alone once every DNSKEY RRset that may be in a cache can check it. Until then, the one of before
 *     signs; or both, if other records are to follow, which need its signatures.
 *
 * A timeline that was made well and comes in time keeps both by itself, and is followed as it is. If both cannot be kept,
 * because DNSKEY RRsets have no KSK in common or the pre-made signatures of one end, the timeline counts. Validators that
 * want a signature of each algorithm (RFC 4035, 2.2) are content, too, unless that takes more than SIGN_KEYS_MAX keys.
 * Pure. */
#ifndef DAEMON_ZONE_CROSSING_H
#define DAEMON_ZONE_CROSSING_H

#include "daemon/zone_caches.h"

#define ZONE_CROSSING_MORE 24 /* periods between, at most */

struct zone_crossing {
	const struct sign_period *plan; /* what the timeline says: at least one */
	unsigned plan_count;
	const struct sign_period *from;   /* what is served so far */
	const struct zone_caches *caches; /* what was served before that */
	int64_t now_s;
	int64_t spread_s; /* until each worker shows the same */
	uint32_t max_ttl_s;
};

/* Sets `made`, with room for `plan_count` and ZONE_CROSSING_MORE, to the periods of the zone. Those
 * of before `now_s` are as in the plan. A period that begins later than planned has `held_s`. Sets
 * `*refused_until_s` to the end of the time in which validators may reject something; 0 if they
 * cannot. Returns how many periods there are. */
unsigned zone_crossing_make(
        struct sign_period *made, int64_t *refused_until_s, const struct zone_crossing *crossing);

#endif
