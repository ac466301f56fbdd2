/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All trust points: what the operator configured, brought together with what was remembered. */
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

/* The same, and one without keys is added where there is none; NULL when there are too many. */
struct trust_point *trust_points_add(struct trust_points *t, const struct name *zone);

/* Brings what was remembered up to what is configured now:
 * - a zone that is not configured is forgotten;
 * - a key that is configured is trusted at once, unless it was revoked;
 * - a key that was configured and is not any more is forgotten, unless it was revoked;
 * - a key that was learned stays, where it was learned by a key that is still configured. A zone
 * none of whose configured keys was trusted or revoked before has nothing to go by: it starts over.
 * Returns how many zones did. */
unsigned trust_points_configure(
        struct trust_points *t, const struct anchors *configured, int64_t now_s);

/* Forgets all but the keys that are revoked. */
void trust_points_distrust(struct trust_points *t);

/* Returns the anchors in force, the caller's to free; NULL when memory is short. A zone whose keys
 * were all revoked has none. */
struct anchors *trust_points_anchors(const struct trust_points *t);

#endif
