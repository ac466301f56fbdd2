/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/sketch.h"

#include <stdio.h>
#include <string.h>

#include "config/instance.h"

/* Writes the value of the last line of this key, shorter than CONFIG_PATH_MAX. False if there is none. */
static bool find_last(const char *path, const char *key, char value[static CONFIG_PATH_MAX])
{
	char line[CONFIG_PATH_MAX + 64], name[32], found[CONFIG_PATH_MAX];
	FILE *file = fopen(path ? path : CONFIG_DEFAULT_PATH, "re");
	bool any = false;

	_Static_assert(CONFIG_PATH_MAX == 256, "the width below");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %31[a-z_] = \"%255[^\"]\"", name, found) != 2 ||
		        strcmp(name, key) != 0)
			continue;
		strcpy(value, found);
		any = true;
	}
	if (file)
		fclose(file);
	return any;
}

void sketch_instance(const char *path, char name[static CONFIG_INSTANCE_MAX + 1])
{
	char value[CONFIG_PATH_MAX];

	name[0] = '\0';
	if (find_last(path, "instance", value) && instance_name_is_good(value))
		strcpy(name, value);
}

void sketch_socket(const char *path, const char *instance, char socket[static CONFIG_PATH_MAX])
{
	char name[CONFIG_INSTANCE_MAX + 1];

	if (find_last(path, "control_socket", socket))
		return;
	sketch_instance(path, name);
	instance_socket(instance ? instance : name, socket);
}
