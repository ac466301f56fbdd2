/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/instance.h"

#include <string.h>

#define LETTERS_AND_DIGITS                                                                         \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                                               \
	"abcdefghijklmnopqrstuvwxyz"                                                               \
	"0123456789"

bool instance_name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= CONFIG_INSTANCE_MAX && name[0] != '-' &&
	       strspn(name, LETTERS_AND_DIGITS "-") == len;
}

unsigned instance_number(const struct config *c)
{
	if (!c->instance[0])
		return 0;
	return instance_is_at_server(c) ? 2 : 1;
}

const char *instance_text(const char *name, char text[static INSTANCE_TEXT_MAX])
{
	if (name[0])
		snprintf(text, INSTANCE_TEXT_MAX, "instance %s", name);
	else
		snprintf(text, INSTANCE_TEXT_MAX, "the default instance");
	return text;
}

void instance_socket(const char *name, char path[static CONFIG_PATH_MAX])
{
	snprintf(path, CONFIG_PATH_MAX, "/run/sealgate%s%s/control", name[0] ? "-" : "", name);
}

void instance_file(const char *name, char path[static CONFIG_PATH_MAX])
{
	snprintf(path, CONFIG_PATH_MAX, CONFIG_DIRECTORY "/%s.conf", name);
}
