/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the copies of the timelines in force (timeline_copy.h) as they should be: writes those that
 * changed, a few at a time, and tries again each minute what failed. */
#ifndef DAEMON_ZONE_COPIES_H
#define DAEMON_ZONE_COPIES_H

#include "daemon/zone_policy.h"

struct zone_copies {
	const char *directory; /* borrowed */
	int lock;              /* of the directory; -1: not yet */
	unsigned next;         /* zone of the pass under way; 0: none is */
	uint64_t due_ms;       /* when the next pass begins */
	unsigned failures;     /* in this pass */
	bool has_failed;       /* the pass before had failures */
	uint64_t swept_ms;     /* when old copies were looked for; 0: never */
};

void zone_copies_init(struct zone_copies *c, const char *directory);

/* Another policy is in force: the next pass begins at once. */
void zone_copies_renew(struct zone_copies *c);

/* Does what is due, for some milliseconds. Timelines that nobody has checked yet are not copied. A
 * zone that has keys by hand is forgotten, and so is one that is no longer configured, after
 * ZONE_COPIES_KEPT_DAYS. `now_s` is negative while the clock is not set; then no copy is too old.
 * `now_ms` is of the monotonic clock. */
void zone_copies_look(struct zone_copies *c, const struct zone_policy *z, struct crypto *crypto,
        int64_t now_s, uint64_t now_ms);

/* True while a pass is under way: call zone_copies_look() again soon. */
bool zone_copies_is_busy(const struct zone_copies *c);

void zone_copies_fini(struct zone_copies *c);

#define ZONE_COPIES_KEPT_DAYS 90 /* longer than any timeline */

#endif
