/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_key_paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "keys/key_text.h"

int zone_key_fail(struct complaint *error, const char *path, const char *what)
{
	complaint_set(error, "%s: %s", path, what);
	return -1;
}

int zone_key_fail_errno(struct complaint *error, const char *path)
{
	if (errno == EACCES && access(path, R_OK) != 0)
		return zone_key_fail(error, path,
		        "the user that sealgate runs as may not read this; docs/signing.md has the "
		        "commands that change this");
	return zone_key_fail(error, path,
	        errno == EINVAL || errno == EFBIG ? "not a key file: it is binary or too large"
	                                          : file_why(path, errno));
}

int zone_key_fail_path(struct complaint *error, const char *directory)
{
	return zone_key_fail(error, directory,
	        "no key file can be here: its path is too long, or the zone's name has a \"/\"");
}

bool zone_key_path_in(char path[static PATH_MAX], const char *directory, const char *file)
{
	return !strchr(file, '/') &&
	       (size_t)snprintf(path, PATH_MAX, "%s/%s", directory, file) < PATH_MAX;
}

bool zone_key_ending_path(char path[static PATH_MAX], const char *directory,
        const struct name *zone, const char *ending)
{
	char name[NAME_TEXT_SIZE], file[NAME_TEXT_SIZE + 32];

	snprintf(file, sizeof(file), "K%s%s", name_text(zone, name), ending);
	return zone_key_path_in(path, directory, file);
}

bool zone_key_path(char path[static PATH_MAX], const char *directory, const struct keypair *k,
        const char *ending)
{
	char name[KEY_NAME_SIZE], file[KEY_NAME_SIZE + 16];

	snprintf(file, sizeof(file), "%s.%s", key_name(k, name), ending);
	return zone_key_path_in(path, directory, file);
}

int zone_key_read_private(struct keypair *k, const char *directory, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;

	if (!zone_key_path(path, directory, k, "private"))
		return zone_key_fail_path(error, directory);
	text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return zone_key_fail_errno(error, path);
	struct key_times times;
	bool good = key_text_read_private(k, text, path, error) &&
	            key_times_read(&times, text, path, error);
	if (good && times.is_timed)
		k->times = times; /* those in the comments of the .key file are only for people */
	key_text_free(text);
	return good ? 1 : -1;
}
