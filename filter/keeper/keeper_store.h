/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that the keeper writes for a zone: its state, which only the keeper reads, and its
 * timeline, which the packet process reads too. Both have a generation, a number from 1 that grows
 * with each writing; the two files of one writing have the same.
 *
 * The state is written first, and is on the disk before the timeline changes. So the state is never
 * older than the timeline, whatever crashes. If it is, the state comes from a backup, and must not
 * be acted on: keys that it does not know may be in use. Two files that were both restored from one
 * backup agree with each other. Only what the servers serve shows that, so compare the keys of the
 * state with it (keeper/look.h) before a step. */
#ifndef KEEPER_KEEPER_STORE_H
#define KEEPER_KEEPER_STORE_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/complaint.h"
#include "wire/name.h"

#define KEEPER_STATE    "state"
#define KEEPER_TIMELINE "timeline"

struct keeper_store {
	const char *directory;    /* of the states */
	const char *timelines;    /* the directory of the timelines */
	gid_t group;              /* that may read timelines; (gid_t)-1: that of the keeper */
	int lock, timelines_lock; /* -1: none; the second one if the directories differ */
};

/* Locks both directories, which are borrowed, and checks that files can be written there. Returns 0
 * or -errno with a complaint: -EWOULDBLOCK if another keeper works there. */
int keeper_store_open(struct keeper_store *s, const char *directory, const char *timelines,
        gid_t group, struct complaint *error);
void keeper_store_close(struct keeper_store *s);

/* Write the path of a zone's file. Return false if the path is too long, or if the zone's name has
 * a "/". */
bool keeper_state_path(
        const struct keeper_store *s, const struct name *zone, char path[static PATH_MAX]);
bool keeper_timeline_path(
        const struct keeper_store *s, const struct name *zone, char path[static PATH_MAX]);

/* Writes both files. `timeline` may be NULL: then only the state is written. Returns 0, and both
 * are on the disk. Otherwise returns -errno with a complaint that names the file, and each of the
 * files is the whole old one or the whole new one; do not act on the new state then, and write
 * again. */
int keeper_store_write(const struct keeper_store *s, const struct name *zone, const char *state,
        const char *timeline, struct complaint *error);

/* How the state of a zone relates to the timeline in force. */
enum keeper_age {
	KEEPER_AGE_NEW,     /* there is neither */
	KEEPER_AGE_CURRENT, /* they belong together */
	/* a crash came between the two files, or the timeline is an old one: write it again */
	KEEPER_AGE_AHEAD,
	/* the state was restored from a backup: change nothing before an operator has decided */
	KEEPER_AGE_OLD,
	KEEPER_AGE_LOST, /* there is a timeline, and no state: as KEEPER_AGE_OLD */
};

/* Compares the generations; 0: there is no such file. */
enum keeper_age keeper_store_age(uint64_t state, uint64_t timeline);

/* Sets the complaint for KEEPER_AGE_OLD and KEEPER_AGE_LOST: what happened, and what to do. */
void keeper_store_tell_age(const struct keeper_store *s, const struct name *zone, uint64_t state,
        uint64_t timeline, struct complaint *error);

#endif
