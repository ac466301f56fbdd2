/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which timeline of each zone was in force last, while the daemon does not run:
 *
 *     sealgate-timelines 1
 *     # ZONE  GENERATION  STATE
 *     example.org. 1796040000 signed
 *     example.net. 1796040007 unsigned
 *
 * So after a restart, too, a timeline that is missing does not make a signed zone unsigned, and an old file that was kept
 * or restored does not count. Whoever may write here is the daemon, so for an attacker nothing is gained. */
#ifndef DAEMON_TIMELINE_MEMORY_H
#define DAEMON_TIMELINE_MEMORY_H

#include "base/complaint.h"
#include "wire/name.h"

struct remembered_timeline {
	struct name zone;
	uint64_t generation;
	bool is_unsigned; /* it said so */
};

/* All zero but for the path is empty. */
struct timeline_memory {
	const char *path; /* borrowed */
	unsigned count, room;
	struct remembered_timeline *items; /* in the order of sign_policy.h */
	bool is_changed;                   /* since the file was read or written */
};

/* Reads the file; there may be none yet. Borrows the path. A damaged file is renamed to `path`.damaged, and nothing is taken
 * from it. Returns 0, or -1 with a complaint that says where and why. Call timeline_memory_fini() in any case. */
int timeline_memory_load(struct timeline_memory *m, const char *path, struct complaint *why);

/* Returns what is known of a zone, or NULL. */
const struct remembered_timeline *timeline_memory_find(
        const struct timeline_memory *m, const struct name *zone);

/* Remembers the timeline in force of a zone. Returns false if memory is short. */
bool timeline_memory_note(struct timeline_memory *m, const struct remembered_timeline *now);

void timeline_memory_forget(struct timeline_memory *m, const struct name *zone);

/* Replaces the file atomically if anything has changed. Returns 0, or -errno with a complaint. */
int timeline_memory_save(struct timeline_memory *m, struct complaint *why);

void timeline_memory_fini(struct timeline_memory *m);

#endif
