/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/file.h"
#include "keeper/keeper_lock.h"

#define STATE_MODE    0600
#define TIMELINE_MODE 0640

/* A hint for a person whose file cannot be written. */
static const char *keeper_store_why(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return "the disk is full; make room, the keeper then writes again";
	case EROFS:
		return "the file system is read-only; the keeper must be able to write here";
	case EACCES:
	case EPERM:
		return "the user that the keeper runs as may not write here";
	case EEXIST:
		return "the same path with .new behind it is no file; move that away";
	case ENOENT:
	case ENOTDIR:
		return "there is no such directory";
	default:
		return strerror(number);
	}
}

static bool keeper_path(char path[static PATH_MAX], const char *directory, const struct name *zone,
        const char *ending)
{
	char name[NAME_TEXT_SIZE];

	return !strchr(name_text(zone, name), '/') &&
	       (size_t)snprintf(path, PATH_MAX, "%s/K%s%s", directory, name, ending) < PATH_MAX;
}

bool keeper_state_path(
        const struct keeper_store *s, const struct name *zone, char path[static PATH_MAX])
{
	return keeper_path(path, s->directory, zone, KEEPER_STATE);
}

bool keeper_timeline_path(
        const struct keeper_store *s, const struct name *zone, char path[static PATH_MAX])
{
	return keeper_path(path, s->timelines, zone, KEEPER_TIMELINE);
}

static int check_directory(const char *directory, struct complaint *error)
{
	if (access(directory, W_OK | X_OK) == 0)
		return 0;
	int number = errno;
	complaint_set(error, "%s: %s", directory, keeper_store_why(number));
	return -number;
}

static bool is_same_directory(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

int keeper_store_open(struct keeper_store *s, const char *directory, const char *timelines,
        gid_t group, struct complaint *error)
{
	*s = (struct keeper_store){
		.directory = directory,
		.timelines = timelines,
		.group = group,
		.lock = -1,
		.timelines_lock = -1,
	};
	int failure = check_directory(directory, error);
	if (!failure)
		failure = check_directory(timelines, error);
	if (failure)
		return failure;
	s->lock = keeper_lock(directory, error);
	if (s->lock >= 0 && !is_same_directory(directory, timelines)) {
		s->timelines_lock = keeper_lock(timelines, error);
		failure = s->timelines_lock < 0 ? s->timelines_lock : 0;
	} else {
		failure = s->lock < 0 ? s->lock : 0;
	}
	if (failure)
		keeper_store_close(s);
	return failure;
}

void keeper_store_close(struct keeper_store *s)
{
	keeper_unlock(s->lock);
	keeper_unlock(s->timelines_lock);
	s->lock = s->timelines_lock = -1;
}

static int fail_to_write(int failure, const char *path, struct complaint *error)
{
	complaint_set(error, "%s: %s", path, keeper_store_why(-failure));
	return failure;
}

int keeper_store_write(const struct keeper_store *s, const struct name *zone, const char *state,
        const char *timeline, struct complaint *error)
{
	char state_path[PATH_MAX], timeline_path[PATH_MAX];
	int failure;

	if (!keeper_state_path(s, zone, state_path) ||
	        !keeper_timeline_path(s, zone, timeline_path)) {
		complaint_set(error,
		        "%s: no file of the zone can be here: its path is too long, or the zone's "
		        "name has a \"/\"",
		        s->directory);
		return -ENAMETOOLONG;
	}
	failure = file_replace(state_path, state, STATE_MODE);
	if (failure)
		return fail_to_write(failure, state_path, error);
	if (timeline)
		failure = file_replace_for(timeline_path, timeline, TIMELINE_MODE, s->group);
	return failure ? fail_to_write(failure, timeline_path, error) : 0;
}

enum keeper_age keeper_store_age(uint64_t state, uint64_t timeline)
{
	if (state == 0)
		return timeline == 0 ? KEEPER_AGE_NEW : KEEPER_AGE_LOST;
	if (state < timeline)
		return KEEPER_AGE_OLD;
	return state == timeline ? KEEPER_AGE_CURRENT : KEEPER_AGE_AHEAD;
}

void keeper_store_tell_age(const struct keeper_store *s, const struct name *zone, uint64_t state,
        uint64_t timeline, struct complaint *error)
{
	char name[NAME_TEXT_SIZE];

	name_text(zone, name);
	if (keeper_store_age(state, timeline) == KEEPER_AGE_LOST)
		complaint_set(error,
		        "%s/K%s" KEEPER_TIMELINE " is in force, and %s/K%s" KEEPER_STATE
		        " is missing: the keeper changes nothing in this zone until the state is "
		        "back; restore it, or make it anew: `sealgate keys import %s "
		        "%s/K%s" KEEPER_TIMELINE "%s`; the zone goes on with its timeline until "
		        "that ends",
		        s->timelines, name, s->directory, name, name, s->timelines, name,
		        advice_options());
	else
		complaint_set(error,
		        "%s/K%s" KEEPER_STATE " is older (generation %" PRIu64
		        ") than the timeline in force (%" PRIu64
		        "), as after a restore from a backup: the keeper changes nothing in this "
		        "zone until the newest state is back; the zone goes on with its timeline "
		        "until that ends",
		        s->directory, name, state, timeline);
}
