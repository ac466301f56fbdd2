/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One reading of a configuration file. The first thing that is wrong ends it. Private to config/.
 */
#ifndef CONFIG_CONFIG_READER_H
#define CONFIG_CONFIG_READER_H

#include <libconfig.h>

#include "base/complaint.h"
#include "config/config.h"

struct reading {
	struct config *config;
	const char *path;
	struct complaint *error;
};

/* Says what is wrong, and where when `at` is not NULL. Returns false, for the caller to pass on. */
__attribute__((format(printf, 3, 4))) bool reading_wrong(
        struct reading *r, const config_setting_t *at, const char *format, ...);

/* Reads the path of a file: absolute, since a service is started in `/`, a person elsewhere. */
bool reading_path(const config_setting_t *s, char value[static CONFIG_PATH_MAX]);

/* True for a list or an array of at most `max`. */
bool reading_is_list(const config_setting_t *s, int max);

#endif
