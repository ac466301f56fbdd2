/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of the timelines in force, of which the daemon keeps one for each zone in a directory of its own: after a restart
 * it has what was in force before, whatever became of the file that it came from. A copy has the form and the name of that
 * file (docs/timeline.md), so it has private keys, too, and only the daemon's user may read it. What the copy says was
 * checked before it was written.
 *
 * A second one, Kzone.timeline.former, is there while keys of the timeline before that one still sign because resolvers do not know the new
 * ones yet: a restart in this time must know it. */
#ifndef DAEMON_TIMELINE_COPY_H
#define DAEMON_TIMELINE_COPY_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/timeline.h"

enum timeline_copy_kind { TIMELINE_COPY_LAST, TIMELINE_COPY_FORMER };

/* Reads the copy of a zone. Returns 1, and then call timeline_fini(); 0 if there is none; or -1 with a complaint if it
 * cannot be read, or is damaged. */
int timeline_copy_read(struct timeline *t, const char *directory, const struct name *zone,
        enum timeline_copy_kind kind, struct crypto *crypto, struct complaint *why);

/* Replaces the last copy atomically: after a crash at any time there is the one of before, as the last or as the former copy,
 * or this one. With `keeps_former` the copy of before becomes the former one, unless there is one; without, there is none
 * afterwards. Returns 0, or -1 with a complaint. */
int timeline_copy_write(const char *directory, const struct timeline *t, bool keeps_former,
        struct crypto *crypto, struct complaint *why);

/* Remove the former copy of a zone, or both. Return how many there were, or -1 with a complaint. */
int timeline_copy_end_former(const char *directory, const struct name *zone, struct complaint *why);
int timeline_copy_forget(const char *directory, const struct name *zone, struct complaint *why);

/* Returns true if a copy has this file name, and of which zone. */
bool timeline_copy_zone(const char *file, struct name *zone);

#endif
