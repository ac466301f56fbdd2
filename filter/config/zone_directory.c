/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/zone_directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENDING ".conf"

/* Reads the apex from the name of a file. Returns false if the file is not meant to be a zone. */
static bool is_zone_file(const char *file, size_t *stem)
{
	size_t len = strlen(file), ending = strlen(ENDING);

	if (file[0] == '.' || len <= ending || strcmp(file + len - ending, ENDING) != 0)
		return false;
	*stem = len - ending;
	return true;
}

static bool read_stem(const char *file, size_t stem, struct name *apex)
{
	char text[NAME_MAX + 1];

	snprintf(text, sizeof(text), "%.*s", (int)stem, file);
	return name_from_text(text, apex);
}

/* Returns false if memory is short. */
static bool blame_file(struct zone_directory *d, const char *path, const char *what)
{
	char **faults = reallocarray(d->faults, d->fault_count + 1, sizeof(*faults));

	if (!faults)
		return false;
	d->faults = faults;
	if (asprintf(&faults[d->fault_count], "%s: %s", path, what) < 0)
		return false;
	d->fault_count++;
	return true;
}

/* Makes room for one more file. Returns NULL if memory is short. */
static struct zone_file *grow_files(struct zone_directory *d)
{
	if ((d->count & (d->count - 1)) == 0) {
		struct zone_file *files =
		        reallocarray(d->files, d->count ? 2 * d->count : 1, sizeof(*files));
		if (!files)
			return NULL;
		d->files = files;
	}
	return &d->files[d->count];
}

static bool list_file(struct zone_directory *d, const char *directory, const char *file)
{
	size_t stem;

	if (!is_zone_file(file, &stem))
		return true;
	struct zone_file *f = grow_files(d);
	if (!f || asprintf(&f->path, "%s/%s", directory, file) < 0)
		return false;
	if (!read_stem(file, stem, &f->apex)) {
		bool good = blame_file(d, f->path,
		        "the name of this file is no domain name: \"example.org" ENDING
		        "\" is the zone example.org");
		free(f->path);
		return good;
	}
	f->identity = (struct file_identity){ 0 };
	f->is_double = false;
	d->count++;
	return true;
}

/* Returns 0 or an errno. */
static int read_files(struct zone_directory *d, const char *directory)
{
	struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(d->dir);
		if (!entry)
			return errno;
		if (!list_file(d, directory, entry->d_name))
			return ENOMEM;
	}
}

static int order_file_by_apex(const void *name, const void *file)
{
	return sign_policy_order(name, &((const struct zone_file *)file)->apex);
}

static int order_files(const void *a, const void *b)
{
	const struct zone_file *one = a, *other = b;
	int order = order_file_by_apex(&one->apex, other);

	return order ? order : strcmp(other->path, one->path); /* small letters first */
}

static bool blame_double(struct zone_directory *d, struct zone_file *file, const char *what)
{
	if (file->is_double)
		return true;
	file->is_double = true;
	return blame_file(d, file->path, what);
}

/* Returns the first of the files of a zone, or NULL. */
static struct zone_file *first_file(const struct zone_directory *d, const struct name *apex)
{
	if (d->count == 0)
		return NULL;
	struct zone_file *file =
	        bsearch(apex, d->files, d->count, sizeof(*d->files), order_file_by_apex);
	while (file && file > d->files && order_file_by_apex(apex, file - 1) == 0)
		file--;
	return file;
}

/* Marks the files of a zone that is in the list. Returns false if memory is short. */
static bool mark_listed(struct zone_directory *d, const struct name *apex)
{
	struct zone_file *end = d->files + d->count;
	struct zone_file *file = first_file(d, apex);
	bool good = true;

	for (; good && file && file < end && order_file_by_apex(apex, file) == 0; file++)
		good = blame_double(
		        d, file, "sign.zones has the same zone, and counts: remove one");
	return good;
}

/* Marks the files whose zone is there already. Returns false if memory is short. */
static bool mark_doubles(struct zone_directory *d, const struct config_zones *listed)
{
	bool good = true;

	if (d->count == 0)
		return true;
	qsort(d->files, d->count, sizeof(*d->files), order_files);
	for (unsigned i = 0; good && i < listed->count; i++)
		good = mark_listed(d, &listed->items[i].apex);
	for (unsigned i = 1; good && i < d->count; i++) {
		if (order_file_by_apex(&d->files[i].apex, &d->files[i - 1]) == 0)
			good = blame_double(
			        d, &d->files[i], "another file has the same zone: remove one");
	}
	return good;
}

int zone_directory_list(struct zone_directory *d, const char *directory,
        const struct config_zones *listed, struct complaint *why)
{
	*d = (struct zone_directory){ .dir = opendir(directory) };
	if (!d->dir) {
		complaint_set(
		        why, "sign.zones_directory: %s: %s", directory, file_why(directory, errno));
		return -1;
	}
	int error = read_files(d, directory);
	if (!error && !mark_doubles(d, listed))
		error = ENOMEM;
	if (!error)
		return 0;
	complaint_set(why, "sign.zones_directory: %s: %s", directory, strerror(error));
	zone_directory_fini(d);
	return -1;
}

void zone_directory_identify(const struct zone_directory *d, struct zone_file *file)
{
	file->identity = file_identify_in(dirfd(d->dir), strrchr(file->path, '/') + 1);
}

const struct zone_file *zone_directory_find(const struct zone_directory *d, const struct name *apex)
{
	/* Of several files of a zone, all but the first are doubles. */
	const struct zone_file *file = first_file(d, apex);

	return file && !file->is_double ? file : NULL;
}

void zone_directory_fini(struct zone_directory *d)
{
	if (d->dir)
		closedir(d->dir);
	for (unsigned i = 0; i < d->count; i++)
		free(d->files[i].path);
	for (unsigned i = 0; i < d->fault_count; i++)
		free(d->faults[i]);
	free(d->files);
	free(d->faults);
	*d = (struct zone_directory){ 0 };
}
