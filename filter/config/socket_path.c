/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/socket_path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "config/config_table.h"

void socket_path_find(const char *path, char socket[static CONFIG_PATH_MAX])
{
	char line[CONFIG_PATH_MAX + 64], found[CONFIG_PATH_MAX];
	FILE *file = fopen(path ? path : CONFIG_DEFAULT_PATH, "re");

	static_assert(CONFIG_PATH_MAX == 256, "the width below");
	strcpy(socket, key_find("control_socket")->text);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " control_socket = \"%255[^\"]\"", found) == 1)
			strcpy(socket, found);
	}
	if (file)
		fclose(file);
}
