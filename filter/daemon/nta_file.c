/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/nta_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/file.h"

#define HEADER   "sealgate-ntas 1"
#define FILE_MAX (1u << 18) /* octets; the longest names fill a third of it */

/* ---- Reading ---- */

struct nta_line {
	const char *path;
	unsigned number;
	struct complaint *why;
};

static bool line_is_wrong(const struct nta_line *line, const char *what)
{
	complaint_set(line->why, "%s:%u: %s", line->path, line->number, what);
	return false;
}

static bool is_twice(const struct added_ntas *all, const struct name *zone)
{
	for (unsigned i = 0; i < all->count; i++) {
		if (name_equal(&all->items[i].nta.zone, zone))
			return true;
	}
	return false;
}

/* Reads "NAME SINCE UNTIL". The limits are those of the command that makes such lines. */
static bool read_line(struct added_ntas *all, const struct nta_line *line, char *text)
{
	char *rest = NULL, *name = strtok_r(text, " ", &rest);
	char *since = strtok_r(NULL, " ", &rest), *until = strtok_r(NULL, " ", &rest);
	struct added_nta added = { 0 };
	struct nta *nta = &added.nta;

	if (!name || !since || !until || strtok_r(NULL, " ", &rest))
		return line_is_wrong(line, "a line has a name and two times");
	if (!name_from_text(name, &nta->zone))
		return line_is_wrong(line, "the first word is not a domain name");
	if (nta->zone.labels == 0)
		return line_is_wrong(line, "it would turn validation off for every name");
	if (!digits_time_read(since, &added.since_s) || !digits_time_read(until, &nta->expires_s))
		return line_is_wrong(line, "a time has the form YYYYMMDDHHMMSS");
	if (nta->expires_s <= added.since_s || nta->expires_s - added.since_s > NTA_LONGEST_S)
		return line_is_wrong(line, "the end is not within seven days after the begin");
	if (is_twice(all, &nta->zone))
		return line_is_wrong(line, "the name is there twice");
	if (all->count == NTAS_ADDED_MAX)
		return line_is_wrong(line, "there are too many names");
	added.said_s = nta->expires_s;
	all->items[all->count++] = added;
	return true;
}

static bool read_lines(struct added_ntas *all, char *text, struct nta_line *line)
{
	while (text) {
		char *end = strchr(text, '\n');
		if (end)
			*end++ = '\0';
		line->number++;
		if (line->number == 1 && strcmp(text, HEADER) != 0)
			return line_is_wrong(line, "the first line is not \"" HEADER "\"");
		if (line->number > 1 && text[0] != '\0' && strncmp(text, "# ", 2) != 0 &&
		        !read_line(all, line, text))
			return false;
		text = end;
	}
	return true;
}

enum nta_file nta_file_read(struct added_ntas *all, const char *path, struct complaint *why)
{
	struct nta_line line = { .path = path, .why = why };
	char *text = file_read(path, FILE_MAX);

	*all = (struct added_ntas){ 0 };
	if (!text && errno == ENOENT)
		return NTA_FILE_NONE;
	if (!text) {
		bool is_other = errno == EFBIG || errno == EINVAL;
		complaint_set(why, "%s: %s", path,
		        is_other ? "it is binary or too large" : strerror(errno));
		return NTA_FILE_DAMAGED;
	}
	bool is_good = read_lines(all, text, &line);
	free(text);
	if (is_good)
		return NTA_FILE_READ;
	all->count = 0;
	return NTA_FILE_DAMAGED;
}

enum nta_file nta_file_load(struct added_ntas *all, const char *path, struct complaint *why)
{
	enum nta_file result = nta_file_read(all, path, why);

	if (result == NTA_FILE_DAMAGED)
		file_set_aside(path);
	return result;
}

/* ---- Writing ---- */

int nta_file_save(const struct added_ntas *all, const char *path, struct complaint *why)
{
	char name[NAME_TEXT_SIZE], since[DIGITS_TIME_SIZE], until[DIGITS_TIME_SIZE];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int result = -ENOMEM;

	if (out) {
		fputs(HEADER "\n# Made by `sealgate ctl nta add`: NAME SINCE UNTIL, in UTC.\n",
		        out);
		for (unsigned i = 0; i < all->count; i++) {
			const struct added_nta *added = &all->items[i];
			fprintf(out, "%s %s %s\n", name_text(&added->nta.zone, name),
			        digits_time_write(added->since_s, since),
			        digits_time_write(added->nta.expires_s, until));
		}
		result = fclose(out) == 0 ? file_replace(path, text, 0644) : -ENOMEM;
	}
	free(text);
	if (result < 0)
		complaint_set(why, "%s: %s", path, strerror(-result));
	return result;
}
