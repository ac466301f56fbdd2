/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was in force of a zone before sealgate was started, from its copies (timeline_copy.h).
 * Private to the files of a policy. */
#ifndef DAEMON_ZONE_RECALL_H
#define DAEMON_ZONE_RECALL_H

#include "daemon/zone_entry.h"

/* Each entry has a user here. All zero: nothing is known. */
struct zone_recall {
	struct zone_entry *last; /* NULL: nothing was in force */

	/* What was in force before, the oldest first; all the time that caches may have something
	 * of. */
	unsigned former_count;
	struct zone_entry *former[TIMELINE_COPIES_FORMER];
};

/* Reads the copies in `directory` for the zone of `fresh`, which is configured. Returns the last
 * one, borrowed from `r`; NULL if there is none, and then the text of `why` is empty; or NULL with
 * a complaint if it is no use. A former one that is no use is left out. */
struct zone_entry *zone_recall_read(struct zone_recall *r, const struct zone_entry *fresh,
        const char *directory, struct crypto *crypto, struct complaint *why);

void zone_recall_fini(struct zone_recall *r);

#endif
