/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a configuration file that has become wrong: enough to reach the daemon that has started with it, and to
 * remove its rules. Looks at the lines of one key, and at nothing else. `path` NULL stands for the default
 * path. */
#ifndef CONFIG_SKETCH_H
#define CONFIG_SKETCH_H

#include "config/config.h"

/* Writes the value of the last line `instance = "..."`, or "" if there is none that is good. */
void sketch_instance(const char *path, char name[static CONFIG_INSTANCE_MAX + 1]);

/* Writes the value of the last line `control_socket = "..."`; if there is none, the default of the instance.
 * `instance` NULL: of the one that the file names. */
void sketch_socket(const char *path, const char *instance, char socket[static CONFIG_PATH_MAX]);

#endif
