/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/timeline_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"
#include "keys/key_text.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"

#define FORMER ZONE_KEYS_TIMELINE ".former"

static const char *const endings[] = { ZONE_KEYS_TIMELINE, FORMER, FORMER "2", FORMER "3",
	FORMER "4", FORMER "5", FORMER "6", FORMER "7", FORMER "8" };

_Static_assert(
        sizeof(endings) / sizeof(endings[0]) == 1 + TIMELINE_COPIES_FORMER, "each copy has a name");

static int copy_path(char path[static PATH_MAX], const char *directory, const struct name *zone,
        unsigned which, struct complaint *why)
{
	return zone_key_ending_path(path, directory, zone, endings[which])
	               ? 0
	               : zone_key_fail_path(why, directory);
}

/* ---- Reading ---- */

static int take_copy(struct timeline *t, const struct name *zone, const char *path,
        const char *text, struct crypto *crypto, struct complaint *why)
{
	if (!timeline_read(t, crypto, text, path, why))
		return -1;
	if (name_equal(&t->zone, zone))
		return 1;
	timeline_fini(t);
	return zone_key_fail(why, path, "this is the timeline of another zone");
}

int timeline_copy_read(struct timeline *t, const char *directory, const struct name *zone,
        unsigned which, struct crypto *crypto, struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, zone, which, why) < 0)
		return -1;
	char *text = file_read(path, TIMELINE_TEXT_OCTETS);
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return zone_key_fail(why, path, file_why(path, errno));
	int result = take_copy(t, zone, path, text, crypto, why);
	key_text_free(text);
	return result;
}

int64_t timeline_copy_since_s(const char *directory, const struct name *zone, unsigned which)
{
	char path[PATH_MAX];
	struct complaint ignored;
	struct stat st;

	if (copy_path(path, directory, zone, which, &ignored) < 0 || stat(path, &st) < 0)
		return INT64_MAX;
	return st.st_mtime;
}

/* ---- Writing ---- */

static int remove_copy(
        const char *directory, const struct name *zone, unsigned which, struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, zone, which, why) < 0)
		return -1;
	if (unlink(path) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : zone_key_fail(why, path, strerror(errno));
}

/* Moves the former copies to the first places, in their order. Returns how many there are. */
static unsigned close_ranks(const char *directory, const struct name *zone)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct complaint ignored;
	unsigned count = 0;

	for (unsigned which = 1; which <= TIMELINE_COPIES_FORMER; which++) {
		if (copy_path(from, directory, zone, which, &ignored) == 0 &&
		        copy_path(to, directory, zone, count + 1, &ignored) == 0 &&
		        access(from, F_OK) == 0 && (which == count + 1 || rename(from, to) == 0))
			count++;
	}
	return count;
}

/* The last copy stays where it is, so that there is one at any time. The oldest of the former ones
 * says what caches may have of before all of them; so if they are too many, it is not the one that
 * goes. Without a former copy nothing is lost but what a restart knows, so a failure is none. */
static void keep_former(const char *directory, const struct name *zone)
{
	char last[PATH_MAX], former[PATH_MAX];
	struct complaint ignored;
	unsigned count = close_ranks(directory, zone);
	unsigned which = count < TIMELINE_COPIES_FORMER ? count + 1 : TIMELINE_COPIES_FORMER;

	if (remove_copy(directory, zone, which, &ignored) >= 0 &&
	        copy_path(last, directory, zone, TIMELINE_COPY_LAST, &ignored) == 0 &&
	        copy_path(former, directory, zone, which, &ignored) == 0)
		(void)!link(last, former);
}

/* If that fails, a restart takes the time of the writing, which is a little later. */
static void note_since(const char *path, int64_t since_s)
{
	const struct timespec since = { .tv_sec = (time_t)since_s };

	(void)!utimensat(AT_FDCWD, path, (const struct timespec[]){ since, since }, 0);
}

static int write_copy(const char *directory, const struct timeline *t, const char *text,
        int64_t since_s, bool keeps_former, struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, &t->zone, TIMELINE_COPY_LAST, why) < 0)
		return -1;
	if (keeps_former)
		keep_former(directory, &t->zone);
	int failed = file_replace(path, text, 0600);
	if (failed)
		return zone_key_fail(why, path, strerror(-failed));
	note_since(path, since_s);
	return keeps_former || timeline_copy_end_former(directory, &t->zone, why) >= 0 ? 0 : -1;
}

int timeline_copy_write(const char *directory, const struct timeline *t, int64_t since_s,
        bool keeps_former, struct crypto *crypto, struct complaint *why)
{
	char *text = timeline_write(t, crypto, why);

	if (!text)
		return -1;
	int result = write_copy(directory, t, text, since_s, keeps_former, why);
	key_text_free(text);
	return result;
}

int timeline_copy_end_former(const char *directory, const struct name *zone, struct complaint *why)
{
	int removed = 0;

	for (unsigned which = 1; which <= TIMELINE_COPIES_FORMER && removed >= 0; which++) {
		int found = remove_copy(directory, zone, which, why);
		removed = found < 0 ? -1 : removed + found;
	}
	return removed;
}

int timeline_copy_forget(const char *directory, const struct name *zone, struct complaint *why)
{
	int former = timeline_copy_end_former(directory, zone, why);
	int last = former < 0 ? -1 : remove_copy(directory, zone, TIMELINE_COPY_LAST, why);

	return last < 0 ? -1 : former + last;
}

bool timeline_copy_zone(const char *file, struct name *zone)
{
	char text[NAME_TEXT_SIZE];
	size_t len = strlen(file);

	for (unsigned which = 0; which < sizeof(endings) / sizeof(endings[0]); which++) {
		size_t ending = strlen(endings[which]);
		if (file[0] != 'K' || len <= ending || len - ending > sizeof(text) ||
		        strcmp(file + len - ending, endings[which]) != 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)(len - ending - 1), file + 1);
		return name_from_text(text, zone);
	}
	return false;
}
