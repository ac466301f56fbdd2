/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a text file whose fields stand between blanks, and complaints that name the file and the
 * line. */
#ifndef KEYS_KEY_LINE_H
#define KEYS_KEY_LINE_H

#include <stdbool.h>

#include "base/complaint.h"

#define KEY_LINE_FIELDS 16
#define KEY_LINE_BLANKS " \t\r"

/* A line of the file `path`. The text of the line is the caller's. */
struct key_line {
	const char *path;
	unsigned number; /* from 1 on; 0 before the first */
	char *text;      /* without its end; readers overwrite it */
};

/* Takes the next line off `*rest`, which becomes NULL after the last one. Returns false if there is
 * none. */
bool key_line_next(struct key_line *line, char **rest);

/* True if there are only blanks. */
bool key_line_is_empty(const struct key_line *line);

/* Splits `text` into at most `most` fields, in place; field `most` is all the rest. Returns their
 * number. */
unsigned key_line_split(char *text, char *fields[static KEY_LINE_FIELDS], unsigned most);

/* Sets a complaint with the file and the line. Returns false, for the caller to return. */
__attribute__((format(printf, 3, 4))) bool key_line_wrong(
        const struct key_line *line, struct complaint *error, const char *format, ...);

#endif
