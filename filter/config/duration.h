/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A span of time as an operator writes it: a number of seconds (s), minutes (m), hours (h), days
 * (d) or weeks (w), such as "12h". */
#ifndef CONFIG_DURATION_H
#define CONFIG_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#define DURATION_SIZE 24

/* Returns false for any other text. */
bool duration_read(const char *text, int64_t *seconds);

/* Writes `seconds`, 0 or more, in the largest unit that divides it. Returns `text`. */
const char *duration_write(int64_t seconds, char text[static DURATION_SIZE]);

#endif
