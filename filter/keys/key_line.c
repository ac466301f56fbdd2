/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/key_line.h"

#include <stddef.h>
#include <string.h>

bool key_line_next(struct key_line *line, char **rest)
{
	line->text = strsep(rest, "\n");
	line->number += line->text != NULL;
	return line->text != NULL;
}

bool key_line_is_empty(const struct key_line *line)
{
	return line->text[strspn(line->text, KEY_LINE_BLANKS)] == '\0';
}

unsigned key_line_split(char *text, char *fields[static KEY_LINE_FIELDS], unsigned most)
{
	unsigned count = 0;

	text += strspn(text, KEY_LINE_BLANKS);
	while (*text && count < most) {
		fields[count++] = text;
		if (count == most)
			break;
		text += strcspn(text, KEY_LINE_BLANKS);
		if (*text)
			*text++ = '\0';
		text += strspn(text, KEY_LINE_BLANKS);
	}
	return count;
}

bool key_line_wrong(const struct key_line *line, struct complaint *error, const char *format, ...)
{
	va_list args;

	complaint_set(error, "%s:%u: ", line->path, line->number);
	va_start(args, format);
	complaint_add(error, format, args);
	va_end(args);
	return false;
}
