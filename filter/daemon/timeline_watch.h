/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the timelines that the keeper has written anew. The keeper is another user, and may not
 * order a reload; on the other gateways of a zone a copy comes without anybody who could. So the
 * files are looked at. Only those of zones with keeper = true: what people write waits for their
 * order. */
#ifndef DAEMON_TIMELINE_WATCH_H
#define DAEMON_TIMELINE_WATCH_H

#include "base/file.h"
#include "daemon/zone_policy.h"

#define TIMELINE_WATCH_MS 2000

struct timeline_watch {
	unsigned count;
	struct watched_timeline *items; /* by apex, in the order of the policy's zones */
	uint64_t due_ms;
	unsigned changed;           /* the item of the zone that the last look returned */
	struct file_identity found; /* of its timeline, at that look */
};

/* Looks if that is due. Returns a zone whose timeline is another than the one that was noted last;
 * NULL if there is none. Before a note, the file that the policy has read counts. The same zone is
 * returned at each look, until it is noted. The name is valid until the policy is freed. */
const struct name *timeline_watch_look(
        struct timeline_watch *w, const struct zone_policy *policy, uint64_t now_ms);

/* Notes that the timeline of the zone that the last look returned was read, as it was at that look.
 * The next look is due at once, for the other zones. */
void timeline_watch_note(struct timeline_watch *w);

/* Returns for how long no look is due; INT_MAX if nothing is watched. */
int timeline_watch_wait_ms(const struct timeline_watch *w);

void timeline_watch_fini(struct timeline_watch *w);

#endif
