/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/advice.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_SIZE 300
#define UNIT_SIZE    32

static char options[OPTIONS_SIZE], unit[UNIT_SIZE];

static void put(char *text, size_t size, const char *before, const char *value)
{
	int len = value && value[0] ? snprintf(text, size, "%s%s", before, value) : 0;

	if (len <= 0 || (size_t)len >= size)
		text[0] = '\0';
}

void advice_use(const char *config, const char *instance)
{
	if (config)
		put(options, sizeof(options), " --config ", config);
	else
		put(options, sizeof(options), " --instance ", instance);
	put(unit, sizeof(unit), "@", instance);
}

const char *advice_options(void)
{
	return options;
}

const char *advice_unit(void)
{
	return unit;
}
