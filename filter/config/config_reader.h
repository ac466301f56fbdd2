/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One reading of a configuration file. The first fault ends it. Private to config/. */
#ifndef CONFIG_CONFIG_READER_H
#define CONFIG_CONFIG_READER_H

#include <libconfig.h>
#include <stdio.h>

#include "base/complaint.h"
#include "config/config.h"

struct config_reader {
	struct config *config;
	const char *path;
	struct complaint *error;
	bool failed; /* `error` says why */
};

/* Says what is wrong; and at which line, unless `at` is NULL. Does nothing if a fault was found
 * before. Always returns false, for the caller to pass on. */
__attribute__((format(printf, 3, 4))) bool reader_wrong(
        struct config_reader *r, const config_setting_t *at, const char *format, ...);

/* Returns an array of `count` items, or NULL if there are none, with room for one more. Only this
 * function may let it grow. Returns NULL if memory runs out, and says so; the array is as
 * before. */
void *reader_grow(struct config_reader *r, void *array, unsigned count, size_t item_size);

/* Returns "FILE:LINE" of a setting, to be freed; or NULL if memory runs out, and says so. */
char *reader_place(struct config_reader *r, const config_setting_t *at);

/* Reads the whole of an open file into `file`, which the caller must destroy in any case. Returns
 * false after saying why libconfig cannot read it. */
bool reader_tree(struct config_reader *r, FILE *stream, config_t *file);

/* Says why libconfig could not read `file`. Returns false. */
bool reader_wrong_syntax(struct config_reader *r, const config_t *file);

/* Reads the path of a file or directory. It must be absolute, because the working directory of a
 * service is not that of a person. Returns false, and says nothing, if the value is no such
 * path. */
bool reader_path(const config_setting_t *s, char value[static CONFIG_PATH_MAX]);

/* True for a list or an array of at most `max` elements. */
bool reader_is_list(const config_setting_t *s, unsigned max);

/* Returns a zeroed array for `count` items, to be freed with free(). Returns NULL if memory runs
 * out, and says so. */
void *reader_array(struct config_reader *r, unsigned count, size_t item_size);

#endif
