/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_forget.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "base/file.h"
#include "keeper/key_material.h"
#include "keys/key_text.h"

#define FORGOTTEN_MAX 64 /* keys of one call; the next one takes the others */

static bool is_still_named(
        const struct life *life, const struct timeline *timeline, const struct keypair *k)
{
	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].tag == k->tag && life->keys[i].algorithm == k->algorithm)
			return true;
	}
	return timeline && timeline_find_zsk(timeline, k->algorithm, k->tag);
}

static bool was_written_long_ago(const char *directory, const char *name, int64_t now_s)
{
	char path[PATH_MAX];
	struct stat st;

	return (size_t)snprintf(path, sizeof(path), "%s/%s.private", directory, name) <
	               sizeof(path) &&
	       lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       now_s - (int64_t)st.st_mtime >= KEY_FILES_KEPT_S;
}

/* True for the .key file of a ZSK of the zone that is what its name says. */
static bool is_zsk_file(
        struct keypair *k, const char *directory, const struct name *zone, const char *file)
{
	char owner[NAME_TEXT_SIZE], name[KEY_NAME_SIZE];
	size_t len = strlen(file), ending = strlen(".key");
	struct complaint ignored;

	snprintf(name, sizeof(name), "K%s+", name_text(zone, owner));
	if (len != strlen(name) + strlen("013+12345.key") ||
	        strncmp(file, name, strlen(name)) != 0 || strcmp(file + len - ending, ".key") != 0)
		return false;
	char called[KEY_NAME_SIZE];
	snprintf(called, sizeof(called), "%.*s", (int)(len - ending), file);
	return key_material_read_public(k, directory, called, zone, &ignored) &&
	       !keypair_is_ksk(k) && strcmp(key_name(k, name), called) == 0;
}

unsigned key_forget(const char *directory, const struct name *zone, const struct life *life,
        const struct timeline *timeline, int64_t now_s)
{
	struct keypair *forgotten = calloc(FORGOTTEN_MAX, sizeof(*forgotten));
	DIR *dir = forgotten ? opendir(directory) : NULL;
	struct dirent *entry;
	char name[KEY_NAME_SIZE];
	unsigned count = 0;

	while (dir && count < FORGOTTEN_MAX && (entry = readdir(dir))) {
		struct keypair *k = &forgotten[count];
		if (is_zsk_file(k, directory, zone, entry->d_name) &&
		        !is_still_named(life, timeline, k) &&
		        was_written_long_ago(directory, key_name(k, name), now_s))
			count++;
	}
	if (dir)
		closedir(dir);
	for (unsigned i = 0; i < count; i++)
		key_material_drop_zsk(directory, &forgotten[i]);
	free(forgotten);
	return count;
}
