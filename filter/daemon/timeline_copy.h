/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of the timelines in force, of which the daemon keeps one for each zone in a directory of
 * its own: after a restart it has what was in force before, whatever became of the file that it
 * came from. A copy has the form and the name of that file (docs/timeline.md), so it has private
 * keys, too, and only the daemon's user may read it. What the copy says was checked before it was
 * written. The time of the file is when its timeline came in force.
 *
 * While keys or records of timelines of before are still in use, or in caches, the copies of those
 * are there, too: Kzone.timeline.former, .former2 and so on, the oldest first. A restart in this
 * time must know what was in force when. They mean nothing without the last one. */
#ifndef DAEMON_TIMELINE_COPY_H
#define DAEMON_TIMELINE_COPY_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/timeline.h"

/* Which copy: the last one, or one of the former ones, of which number 1 is the oldest. There may
 * be gaps. */
#define TIMELINE_COPY_LAST     0
#define TIMELINE_COPIES_FORMER 8

/* Reads a copy of a zone. Returns 1, and then call timeline_fini(); 0 if there is none; or -1 with
 * a complaint if it cannot be read, or is damaged. */
int timeline_copy_read(struct timeline *t, const char *directory, const struct name *zone,
        unsigned which, struct crypto *crypto, struct complaint *why);

/* Returns since when the timeline of a copy was in force; INT64_MAX if nobody knows. */
int64_t timeline_copy_since_s(const char *directory, const struct name *zone, unsigned which);

/* Replaces the last copy by that of a timeline that is in force since `since_s`, atomically: after
 * a crash at any time there is the one of before, or this one. With `keeps_former` the copy of
 * before becomes the newest of the former ones; if they are too many, the one that was the newest
 * so far is lost. Without, there are none afterwards. Returns 0, or -1 with a complaint. */
int timeline_copy_write(const char *directory, const struct timeline *t, int64_t since_s,
        bool keeps_former, struct crypto *crypto, struct complaint *why);

/* Remove the former copies of a zone, or all. Return how many there were, or -1 with a
 * complaint. */
int timeline_copy_end_former(const char *directory, const struct name *zone, struct complaint *why);
int timeline_copy_forget(const char *directory, const struct name *zone, struct complaint *why);

/* Returns true if a copy has this file name, and of which zone. */
bool timeline_copy_zone(const char *file, struct name *zone);

#endif
