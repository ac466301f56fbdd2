/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/timeline_copy.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"
#include "keys/key_text.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"

#define FORMER ".former"

static const char *const endings[] = { [TIMELINE_COPY_LAST] = ZONE_KEYS_TIMELINE,
	[TIMELINE_COPY_FORMER] = ZONE_KEYS_TIMELINE FORMER };

static int copy_path(char path[static PATH_MAX], const char *directory, const struct name *zone,
        enum timeline_copy_kind kind, struct complaint *why)
{
	return zone_key_ending_path(path, directory, zone, endings[kind])
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

static int read_copy(struct timeline *t, const char *directory, const struct name *zone,
        enum timeline_copy_kind kind, struct crypto *crypto, struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, zone, kind, why) < 0)
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

int timeline_copy_read(struct timeline *t, const char *directory, const struct name *zone,
        enum timeline_copy_kind kind, struct crypto *crypto, struct complaint *why)
{
	int found = read_copy(t, directory, zone, kind, crypto, why);

	/* A crash while the last one was replaced leaves the former one alone. */
	if (found == 0 && kind == TIMELINE_COPY_LAST)
		found = read_copy(t, directory, zone, TIMELINE_COPY_FORMER, crypto, why);
	return found;
}

/* ---- Writing ---- */

static int remove_copy(const char *directory, const struct name *zone, enum timeline_copy_kind kind,
        struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, zone, kind, why) < 0)
		return -1;
	if (unlink(path) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : zone_key_fail(why, path, strerror(errno));
}

/* Without a former copy nothing is lost but a wait after a restart, so a failure is none. */
static void keep_former(const char *directory, const struct name *zone)
{
	char last[PATH_MAX], former[PATH_MAX];
	struct complaint ignored;

	if (copy_path(last, directory, zone, TIMELINE_COPY_LAST, &ignored) == 0 &&
	        copy_path(former, directory, zone, TIMELINE_COPY_FORMER, &ignored) == 0 &&
	        access(former, F_OK) < 0 && errno == ENOENT)
		(void)!rename(last, former);
}

static int write_copy(const char *directory, const struct timeline *t, const char *text,
        bool keeps_former, struct complaint *why)
{
	char path[PATH_MAX];

	if (copy_path(path, directory, &t->zone, TIMELINE_COPY_LAST, why) < 0)
		return -1;
	if (keeps_former)
		keep_former(directory, &t->zone);
	int failed = file_replace(path, text, 0600);
	if (failed)
		return zone_key_fail(why, path, strerror(-failed));
	return keeps_former || timeline_copy_end_former(directory, &t->zone, why) >= 0 ? 0 : -1;
}

int timeline_copy_write(const char *directory, const struct timeline *t, bool keeps_former,
        struct crypto *crypto, struct complaint *why)
{
	char *text = timeline_write(t, crypto, why);

	if (!text)
		return -1;
	int result = write_copy(directory, t, text, keeps_former, why);
	key_text_free(text);
	return result;
}

int timeline_copy_end_former(const char *directory, const struct name *zone, struct complaint *why)
{
	return remove_copy(directory, zone, TIMELINE_COPY_FORMER, why);
}

int timeline_copy_forget(const char *directory, const struct name *zone, struct complaint *why)
{
	int former = remove_copy(directory, zone, TIMELINE_COPY_FORMER, why);
	int last = former < 0 ? -1 : remove_copy(directory, zone, TIMELINE_COPY_LAST, why);

	return last < 0 ? -1 : former + last;
}

bool timeline_copy_zone(const char *file, struct name *zone)
{
	char text[NAME_TEXT_SIZE];
	size_t len = strlen(file);

	for (unsigned kind = 0; kind < sizeof(endings) / sizeof(endings[0]); kind++) {
		size_t ending = strlen(endings[kind]);
		if (file[0] != 'K' || len <= ending || len - ending > sizeof(text) ||
		        strcmp(file + len - ending, endings[kind]) != 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)(len - ending - 1), file + 1);
		return name_from_text(text, zone);
	}
	return false;
}
