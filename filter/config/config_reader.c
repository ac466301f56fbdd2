/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/span.h"

bool reader_wrong(struct config_reader *r, const config_setting_t *at, const char *format, ...)
{
	const char *file = at ? config_setting_source_file(at) : NULL;
	va_list args;

	if (r->failed)
		return false;
	r->failed = true;
	if (at)
		complaint_set(
		        r->error, "%s:%u: ", file ? file : r->path, config_setting_source_line(at));
	else
		complaint_set(r->error, "%s: ", r->path);
	va_start(args, format);
	complaint_add(r->error, format, args);
	va_end(args);
	return false;
}

char *reader_place(struct config_reader *r, const config_setting_t *at)
{
	const char *file = config_setting_source_file(at);
	char *place = NULL;

	if (asprintf(&place, "%s:%u", file ? file : r->path, config_setting_source_line(at)) >= 0)
		return place;
	reader_wrong(r, NULL, "no memory");
	return NULL;
}

void *reader_grow(struct config_reader *r, void *array, unsigned count, size_t item_size)
{
	if (count & (count - 1))
		return array;
	void *larger = reallocarray(array, count ? 2 * (size_t)count : 1, item_size);
	if (!larger)
		reader_wrong(r, NULL, "no memory");
	return larger;
}

/* ---- Syntax ---- */

/* A line of libconfig's grammar, as far as names of settings go. */
#define NAME_OCTETS "-_*abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Returns the next name of a setting on the line, and moves `at` behind it; or an empty one. */
static struct span next_setting(const char **at)
{
	const char *p = *at;

	while (*p && *p != '#' && strncmp(p, "//", 2) != 0) {
		size_t len = strspn(p, NAME_OCTETS);
		size_t gap = strspn(p + len, " \t");
		if (*p == '"') { /* a string, which may contain \" */
			for (p++; *p && *p != '"'; p++)
				p += *p == '\\' && p[1];
			p += *p == '"';
		} else if (len > 0 && strchr("=:", p[len + gap]) && p[len + gap]) {
			*at = p + len;
			return span_of(p, len);
		} else {
			p += len > 0 ? len : 1;
		}
	}
	return span_of(p, 0);
}

/* Returns the name on the line that stands there twice, or else the first one. libconfig tells only
 * the line of the second setting. */
static struct span doubled_name(const char *line)
{
	const char *at = line;
	struct span first = next_setting(&at);

	for (const char *from = line;;) {
		struct span name = next_setting(&from);
		const char *rest = from;
		if (name.len == 0)
			return first;
		for (struct span other = next_setting(&rest); other.len > 0;
		        other = next_setting(&rest)) {
			if (span_equal(other, name))
				return name;
		}
	}
}

static bool read_config_line(const char *path, int number, char **line)
{
	FILE *stream = fopen(path, "re");
	size_t size = 0;
	bool found = stream != NULL;

	for (int i = 0; found && i < number; i++)
		found = getline(line, &size, stream) >= 0;
	if (stream)
		fclose(stream);
	return found;
}

static void say_twice(struct config_reader *r, const char *path, int number)
{
	char *line = NULL;
	struct span name = { 0 };

	if (read_config_line(path, number, &line))
		name = doubled_name(line);
	if (name.len > 0)
		complaint_set(r->error,
		        "%s:%d: \"%.*s\" is set for the second time: keep one of the two", path,
		        number, (int)name.len, (const char *)name.base);
	else
		complaint_set(r->error,
		        "%s:%d: a key is set for the second time: keep one of the two", path,
		        number);
	free(line);
}

bool reader_wrong_syntax(struct config_reader *r, const config_t *file)
{
	const char *name = config_error_file(file), *path = name ? name : r->path;
	const char *text = config_error_text(file);

	r->failed = true;
	if (text && strcmp(text, "duplicate setting name") == 0)
		say_twice(r, path, config_error_line(file));
	else
		complaint_set(r->error, "%s:%d: %s", path, config_error_line(file), text);
	return false;
}

bool reader_tree(struct config_reader *r, FILE *stream, config_t *file)
{
	struct stat st;

	config_init(file);
	/* libconfig's scanner ends the process if a read fails, and reading a directory fails. */
	if (fstat(fileno(stream), &st) == 0 && S_ISDIR(st.st_mode))
		return reader_wrong(r, NULL, "%s", strerror(EISDIR));
	return config_read(file, stream) || reader_wrong_syntax(r, file);
}

/* ---- Values ---- */

bool reader_path(const config_setting_t *s, char value[static CONFIG_PATH_MAX])
{
	const char *text = config_setting_get_string(s);

	if (!text || text[0] != '/' || strlen(text) >= CONFIG_PATH_MAX)
		return false;
	strcpy(value, text);
	return true;
}

bool reader_is_list(const config_setting_t *s, unsigned max)
{
	return config_setting_is_aggregate(s) && !config_setting_is_group(s) &&
	       (unsigned)config_setting_length(s) <= max;
}

void *reader_array(struct config_reader *r, unsigned count, size_t item_size)
{
	/* One more, because calloc() of nothing may return NULL. */
	void *array = calloc((size_t)count + 1, item_size);

	if (!array)
		reader_wrong(r, NULL, "no memory");
	return array;
}
