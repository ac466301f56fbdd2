/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sentence that says what is wrong, for a log line or for a command's error message. The
 * sentence names the value, says what to do about it, and does not end with a newline.
 *
 * The caller owns the complaint and need not empty it before a call. A function that takes a
 * complaint sets it before it reports a failure. After success the text has no meaning. */
#ifndef BASE_COMPLAINT_H
#define BASE_COMPLAINT_H

#include <stdarg.h>

struct complaint {
	char text[600]; /* zero-terminated; a longer sentence is cut */
};

/* Replaces the text. The arguments must not point into the complaint. */
__attribute__((format(printf, 2, 3))) void complaint_set(
        struct complaint *complaint, const char *format, ...);

/* Says that memory ran out. Returns -ENOMEM, for the caller to return. */
int complaint_no_memory(struct complaint *complaint);

/* Appends to the text. */
__attribute__((format(printf, 2, 0))) void complaint_add(
        struct complaint *complaint, const char *format, va_list args);

#endif
