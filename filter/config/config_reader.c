/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
