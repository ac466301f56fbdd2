/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"

#define NUMBER_DIGITS 9

#define UNITS (sizeof(units) / sizeof(units[0]))

static const struct {
	char unit;
	unsigned seconds;
} units[] = { { 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool duration_read(const char *text, int64_t *seconds)
{
	size_t digits = strspn(text, "0123456789");
	char number[NUMBER_DIGITS + 1] = "";
	unsigned long count;

	if (digits > NUMBER_DIGITS || strlen(text) != digits + 1)
		return false;
	memcpy(number, text, digits);
	for (size_t i = 0; i < UNITS; i++) {
		if (text[digits] == units[i].unit && decimal_read(number, UINT32_MAX, &count)) {
			*seconds = (int64_t)count * units[i].seconds;
			return true;
		}
	}
	return false;
}

/* A week is never written: "15d" beside "14d" is easier to read than beside "2w". */
const char *duration_write(int64_t seconds, char text[static DURATION_SIZE])
{
	size_t i = 1;

	while (i + 1 < UNITS && (seconds == 0 || seconds % units[i].seconds != 0))
		i++;
	snprintf(text, DURATION_SIZE, "%" PRId64 "%c", seconds / units[i].seconds, units[i].unit);
	return text;
}
