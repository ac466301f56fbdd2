/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the control socket of a daemon whose configuration file has become wrong since its start. */
#ifndef CONFIG_SOCKET_PATH_H
#define CONFIG_SOCKET_PATH_H

#include "config/config.h"

/* Writes the value of the last line `control_socket = "..."` of the file at `path` (NULL: the default path);
 * if there is no such line, the default of the key. Looks at nothing else. */
void socket_path_find(const char *path, char socket[static CONFIG_PATH_MAX]);

#endif
