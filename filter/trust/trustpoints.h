/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All trust points: the operator's configuration merged with the saved state. */
#ifndef TRUST_TRUSTPOINTS_H
#define TRUST_TRUSTPOINTS_H

#include "trust/anchor.h"
#include "trust/rollover.h"

struct trust_points {
	unsigned count;
	struct trust_point points[ANCHORS_MAX];
};

/* Returns the trust point of a zone, or NULL. */
struct trust_point *trust_points_find(struct trust_points *t, const struct name *zone);

/* Returns the zone's trust point; adds one without keys if there is none. Returns NULL if there are
 * too many zones. */
struct trust_point *trust_points_add(struct trust_points *t, const struct name *zone);

/* Merges the saved state with the present configuration:
 * - a zone that is not configured is forgotten;
 * - a configured key is trusted at once, unless it was revoked;
 * - a key that is no longer configured is forgotten, unless it was revoked;
 * - a learned key stays, unless its zone starts over.
 * A zone starts over if none of its configured keys was trusted or revoked before. Returns how many
 * zones started over. */
unsigned trust_points_configure(
        struct trust_points *t, const struct anchors *configured, int64_t now_s);

/* Forgets all keys that were not revoked. */
void trust_points_distrust(struct trust_points *t);

/* Returns the anchors in force, which the caller frees; NULL if memory is short. A zone has none if
 * all its keys were revoked. */
struct anchors *trust_points_anchors(const struct trust_points *t);

#endif
