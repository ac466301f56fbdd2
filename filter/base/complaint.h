/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sentence that says what is wrong: for a log line, or for a command's error. It names the value
 * and what to do about it, and does not end with a newline.
 *
 * The caller owns the complaint, and need not empty it before a call. A function that takes one sets
 * it before it reports a failure; netfilter/ may leave it alone if memory runs out, so its callers
 * begin with { "no memory" }. After success the text has no meaning. */
#ifndef BASE_COMPLAINT_H
#define BASE_COMPLAINT_H

#include <stdarg.h>

struct complaint {
	char text[600]; /* terminated; a longer sentence is cut */
};

/* Replaces the text. The arguments may not point into the complaint. */
__attribute__((format(printf, 2, 3))) void complaint_set(
        struct complaint *complaint, const char *format, ...);

/* Appends to the text. */
__attribute__((format(printf, 2, 0))) void complaint_add(
        struct complaint *complaint, const char *format, va_list args);

#endif
