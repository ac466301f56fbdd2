/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/complaint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void complaint_add(struct complaint *complaint, const char *format, va_list args)
{
	size_t len = strlen(complaint->text);

	vsnprintf(complaint->text + len, sizeof(complaint->text) - len, format, args);
}

void complaint_set(struct complaint *complaint, const char *format, ...)
{
	va_list args;

	complaint->text[0] = '\0';
	va_start(args, format);
	complaint_add(complaint, format, args);
	va_end(args);
}

int complaint_no_memory(struct complaint *complaint)
{
	complaint_set(complaint, "no memory");
	return -ENOMEM;
}
