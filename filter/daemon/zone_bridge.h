/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timeline that comes so late that its present period cannot follow at once on what was in force. zone_succession puts off a
 * period if the one before it in the same file can go on. Often there is none: an emergency, or a gateway that was
 * away for long. Then a period goes between that is in neither file:
 *
 *   another ZSK, and the new DNSKEY RRset has that of   the new records, signed by the former ZSK, until resolvers
 *   now, too                                            know the other
 *   another ZSK, and that of now is no longer there     the new records, signed by both: caches have either RRset
 *   a new algorithm                                     the former records, signed by the former ZSKs and by that of the
 *                                                       new algorithm, until no cache has an answer without it (RFC
 *                                                       6781, 4.1.4)
 *
 * Private to zone_signing.c. */
#ifndef DAEMON_ZONE_BRIDGE_H
#define DAEMON_ZONE_BRIDGE_H

#include "daemon/zone_entry.h"
#include "daemon/zone_succession.h"

#define ZONE_BRIDGE_ENTRIES (1 + SIGN_KEYS_MAX)

/* The period between, among those of a zone. All zero: there is none. */
struct zone_bridge {
	/* Former entries from which it borrows keys and records; each has a user here. */
	struct zone_entry *entries[ZONE_BRIDGE_ENTRIES];
	unsigned index; /* of the period */
};

/* What was in force so far. */
struct former_periods {
	const struct sign_periods *periods; /* at least one */
	const struct zone_bridge *bridge;
	struct zone_entry *entry; /* whose periods they are */
};

/* Puts a period between, if one is needed and possible. `fresh` has room for one more than `*count`. No TTL in the zone
 * exceeds `max_ttl_s`. */
void zone_bridge_build(struct zone_bridge *bridge, struct sign_period *fresh, unsigned *count,
        const struct former_periods *former, uint32_t max_ttl_s, const struct succession_time *t);

/* The same for `fresh` that are the `former` ones once more, from the same file: what has a bridge keeps it until its end. If
 * the clock has gone back, that is no farther away than it was. Calls zone_succession_keep(), too. */
void zone_bridge_keep(struct zone_bridge *bridge, struct sign_period *fresh, unsigned *count,
        const struct former_periods *former, int64_t now_s);

void zone_bridge_fini(struct zone_bridge *bridge);

#endif
